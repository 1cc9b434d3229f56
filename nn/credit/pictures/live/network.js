const edges = {}, cells = [], report = { a: {}, z: {}, delta: {}, weight: {}, credit: {} };
Object.assign(data, { signs: {}, lines: edges, variables: [], handles: [], report });
const sub = n => n.replace(/\d/g, x => String.fromCharCode(8320 | x)), escaped = text => text.replace(/[&<]/g, x => `&#${x.charCodeAt()};`);
const called = i => data.names[i] || [`δ${sub(i)}`, `z${sub(i)}`];
const cell = (what, how = "4") => `<b data-n="${what} ${how}"></b>`;
for (const [i, name, label, slot, kind] of data.given) {
  data.variables.push([name, label, slot, kind]);
  data.handles.push([i, name, "", ...kind === "target" ? [kind] : ["unit", "z"]]);
  if (kind === "input") report.z[i] = `v${slot}`;
}
for (const [j, [a, z]] of entries(data.units)) {
  data.signs[j] = data.flip + (report.delta[j] = `g${a}`);
  report.a[j] = `v${a}`;
  report.z[j] = `v${z}`;
  data.handles.push([j, "", data.folds?.[j] ? "" : `unit ${j}`, "unit"]);
}
data.edges.forEach(([id, ...given], k) => {  // an edge, and what may be said of it
  const [tail, head] = id.split("-"), bias = tail === "b";
  // what a layered network has as a rule: the names of the slides, and the weight of the k-th edge in slot k
  const [label = bias ? `b${sub(head)}` : `w${sub(tail)}⇝${sub(head)}`, way = label, name = id, minus = data.minus,
    w = `v${k}`, delta = `g${data.units[head]?.[0]}`, z = bias ? "o" : report.z[tail]] = given;
  const [m, n, i] = [w, delta, z].map(x => x.slice(1)), credit = z === "o" ? delta : z[0] === "v" ? `p${n}.${i}` : `c${i}`;
  const it = escaped(label), d = minus + called(head)[0], at = z === "o" ? "1" : bias ? "(−1)" : called(tail)[1];
  edges[id] = {
    forward: z === "o" ? [w, it] : [`w${m}.${i}`, `${it}·${at}`], back: [`p${n}.${m}`, `${d}·${it}`], credit: [credit, `${d}·${at}`],
    said: [`${data.by?.[id] || "∂L/∂" + it} = ${d}·${at} = ${cell(delta, "4(")}·${cell(z, "4(")} = ${cell(credit, "4+")}`],
    meet: [at, d], name,
  };
  if (!data.weights) data.variables.push([id, label, k, "weight"]);
  data.links.push([tail, head, id]);
  data.signs[id] = report.credit[id] = credit;
  report.weight[id] = w;
  if (!data.folds?.[id]) data.handles.push([id, name, way, "pill", "weight", "credit"]);
  cells.push([escaped(way), cell(w), cell(data.flip + delta, "4+"), cell(z), cell(credit, "4+"), name && cell(`n${m}`)]);
});
