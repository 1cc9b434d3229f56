// What need not be told edge by edge: the weight of the k-th edge is in slot k.
data.edges.forEach((id, k) => {
  const [tail, head] = id.split("-"), bias = tail === "b", z = bias ? "o" : report.z[tail], [a] = data.units[head];
  const label = data.labels[id] || (bias ? `b${sub(head)}` : `w${sub(tail)}⇝${sub(head)}`), shown = escaped(label);
  data.variables.push([id, label, k, "weight"]);
  weigh(id, shown, shown, `v${k}`, `g${a}`, z, bias ? `g${a}` : `p${a}.${z.slice(1)}`, id, data.minus);
});
