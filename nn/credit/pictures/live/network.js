const edges = {}, cells = [], report = { a: {}, z: {}, delta: {}, weight: {}, credit: {} };
Object.assign(data, { signs: {}, lines: edges, variables: [], grips: [], buttons: [], report });
const sub = n => n.replace(/\d/g, x => String.fromCharCode(8320 | x)), escaped = text => text.replace(/[&<]/g, x => `&#${x.charCodeAt()};`);
const called = i => data.names[i] || [`δ${sub(i)}`, `z${sub(i)}`];
const cell = (what, how = "4") => `<b data-n="${what} ${how}"></b>`;
for (const [i, name, label, slot, kind] of data.given) {
  data.variables.push([name, label, slot, kind]);
  data.grips.push([i, name, ...kind === "target" ? [kind] : ["unit", "z"]]);
  if (kind === "input") report.z[i] = `v${slot}`;
}
for (const [j, [a, z]] of entries(data.units)) {
  data.signs[j] = data.flip + (report.delta[j] = `g${a}`);
  report.a[j] = `v${a}`;
  report.z[j] = `v${z}`;
  data.buttons.push([j, `unit ${j}`, "unit"]);
}
function weigh(id, label, way, w, delta, z, credit, name, minus) {  // an edge, and what may be said of it
  const [tail, head] = id.split("-"), d = minus + called(head)[0], at = z === "o" ? "1" : tail === "b" ? "(−1)" : called(tail)[1];
  const said = (symbols, what) => [what, `${data.full ? symbols + " = " : ""}<tspan data-n="${what} 2+"></tspan>`];
  edges[id] = {
    forward: z === "o" ? said(label, w) : said(`${label}·${at}`, `w${w.slice(1)}.${z.slice(1)}`),
    back: said(`${d}·${label}`, `p${delta.slice(1)}.${w.slice(1)}`), credit: said(`${d}·${at}`, credit), meet: [at, d], name,
    said: [`${data.by?.[id] || "∂L/∂" + label} = ${d}·${at} = ${cell(delta, "4(")}·${cell(z, "4(")} = ${cell(credit, "4+")}`],
  };
  data.links.push([tail, head, id]);
  data.signs[id] = report.credit[id] = credit;
  report.weight[id] = w;
  (name ? data.grips : data.buttons).push([id, name || way, "pill", "weight", "credit"]);
  cells.push([way, cell(w), cell(data.flip + delta, "4+"), cell(z), cell(credit, "4+"), name && cell("n" + w.slice(1))]);
}
