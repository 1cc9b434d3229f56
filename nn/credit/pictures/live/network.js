// What need not be told edge by edge: the weight of the k-th edge is in slot k.
const edges = {}, cells = [], report = { a: {}, z: {}, delta: {}, weight: {}, credit: {} };
Object.assign(data, { signs: {}, lines: edges, links: [], variables: [], grips: [], report });
const sub = n => n.replace(/\d/g, digit => "₀₁₂₃₄₅₆₇₈₉"[digit]);
const cell = (what, how = "4") => `<b data-n="${what} ${how}"></b>`;
for (const [j, [a, z]] of Object.entries(data.units)) {
  data.signs[j] = report.delta[j] = `g${a}`;
  report.a[j] = `v${a}`;
  report.z[j] = `v${z}`;
}
for (const [i, name, label, slot, kind] of data.given) {
  data.variables.push([name, label, slot, kind]);
  data.grips.push([i, name, kind === "target" ? "target" : "unit"]);
  if (kind === "input") report.z[i] = `v${slot}`;
}
for (const [w, owner] of data.edges.entries()) {
  const [tail, head] = owner.split("-"), [a] = data.units[head], bias = tail === "b", z = bias ? "o" : report.z[tail];
  const label = data.labels[owner] || (bias ? `b${sub(head)}` : `w${sub(tail)}⇝${sub(head)}`);
  const sign = data.signs[owner] = report.credit[owner] = bias ? `g${a}` : `p${a}.${z.slice(1)}`;
  const [delta] = data.names[head], last = bias ? "1" : data.names[tail][1];
  const said = (symbols, what) => [what, `${data.full ? symbols + " = " : ""}<tspan data-n="${what} 2+"></tspan>`];
  edges[owner] = {
    tail, head, forward: bias ? said(label, `v${w}`) : said(`${label}·${last}`, `w${w}.${z.slice(1)}`),
    back: said(`${delta}·${label}`, `p${a}.${w}`), credit: said(`${delta}·${last}`, sign),
    said: `∂L/∂${label} = ${delta}·${last} = ${cell("g" + a, "4(")}·${cell(z, "4(")} = ${cell(sign, "4+")}`,
  };
  data.links.push([tail, head, owner]);
  data.variables.push([owner, label, w, "weight"]);
  data.grips.push([owner, owner, "pill", "weight", "credit"]);
  report.weight[owner] = `v${w}`;
  cells.push([label, cell("v" + w), cell("g" + a, "4+"), cell(z), cell(sign, "4+"), cell("n" + w)]);
}
data.buttons = Object.keys(data.units).map(j => [j, `unit ${j}`, "unit"]);
data.owners = [...Object.keys(report.z), ...Object.keys(edges)];
data.flow = (owner, mode, carried) => {
  const edge = edges[owner];
  return !edge ? [data.signs[owner]] : mode === "forward" ? edge.forward : carried ? edge.back : edge.credit;
};
const wrapped = (tag, list) => list.map(text => `<${tag}>${text}</${tag.split(" ")[0]}>`).join("");
const rows = cells.map(([name, ...rest]) => wrapped('th scope="row"', [name]) + wrapped("td", rest));
const heading = wrapped('th scope="col"', ["edge", "weight", "δ", "z", "δ·z", "new weight"]);
document.querySelector("#table .wide").innerHTML =
  `<table><thead>${wrapped("tr", [heading])}</thead><tbody>${wrapped("tr", rows)}</tbody></table>`;
