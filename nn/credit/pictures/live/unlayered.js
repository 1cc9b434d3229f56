// Joints beside units, and weights with several uses, whose credit is the sum over them.
const insides = data.insides.map(([from, slots]) => [from, new Set(runs(slots))]);
let then, known;  // what was derived of them for the numbers of now
Object.assign(quantities, {
  m: (k, i) => -local(k, i),
  i(part, by) {
    if (then !== g) [then, known] = [g, []];
    return (known[part] ||= back(insides[part][0], 0, insides[part][1]))[by];
  },
});
for (const [i, slot] of entries(data.fixed)) report.z[i] = `v${slot}`;
for (const [j, [delta, z]] of entries(data.joints)) {
  report.delta[j] = delta;
  report.z[j] = `v${z}`;
  data.handles.push([j, "", "", "unit", "z"]);  // called by what is written on it
}
for (const [name, slot, count] of data.weights) {
  data.variables.push([name, name, slot, "weight"]);
  if (count < 2) continue;
  const uses = Object.values(edges).filter(edge => edge.name === name), label = escaped(name);
  const symbols = uses.slice(0, 4).map(({ meet: [z, d] }) => `${d}·${z}`), rest = count - symbols.length, total = cell(`g${slot}`, "4+");
  const line = `∂L/∂${label}, all ${count} uses, = ${[...symbols, ...rest ? [`… ${rest} more`] : []].join(" + ").replaceAll("+ −", "− ")}`;
  for (const edge of uses) edge.said = [`this use: ${edge.said}`, `${line} = ${total}`];
  cells.push([`${label}, ${count} uses`, cell(`v${slot}`), "", "Σ", total, cell(`n${slot}`)]);
}
