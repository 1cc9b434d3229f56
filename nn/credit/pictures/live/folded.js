// In a folded picture a part stands for several edges, or units: it looks like the largest of them, and a click asks about that.
const folds = entries(data.folds), heads = {}, plain = { paint, light, show };
for (const [id, ids] of folds) for (const member of ids) heads[member] = id;
const size = id => data.signs[id] ? abs(quantity(flow(id)[0])) : 0;
const most = ids => ids.reduce((one, other) => size(other) > size(one) ? other : one);
const summed = id => `${data.folds[id].length} weights, the largest credit: ${spoken(most(data.folds[id]))}`;
paint = () => {
  plain.paint();
  for (const [id, ids] of folds) {
    const one = most(ids), x = data.signs[one] ? quantity(flow(one)[0]) : 0, stacked = ids.some(i => i !== id && parts[`delta ${i}`]);
    for (const shape of shapes(id, "line", "pill", "credit", ...stacked ? [] : ["delta"])) look(shape, x);
    for (const text of shapes(id, "credit")) say(text, (data.room === "pattern" ? "" : "most ") + shown(x, "2+"));
    const flat = ids.some(j => data.units[j] && abs(slope(data.units[j][1], data.units[j][0])) < 0.05);
    for (const { classList } of shapes(id, "unit")) classList.toggle("saturated", flat);
  }
};
light = id => plain.light(data.folds[id] ? data.folds[id].includes(lit) ? null : most(data.folds[id]) : id);
show = (on, asked) => {
  const drawn = heads[asked] || asked, own = data.lines[drawn];
  if (drawn) data.lines[drawn] = data.lines[asked];
  plain.show(on && new Set([...on].flatMap(id => heads[id] ? [heads[id], id] : id)), drawn);
  if (drawn) data.lines[drawn] = own;
};
for (const [id] of folds) if (shapes(id, "line").length) {
  reach(id, null, summed);
  const tag = shapes(id, "pill", "weight", "credit"), made = make("g", { tabindex: 0, role: "button" });
  if (!tag.length) continue;
  tag[0].before(made);
  made.append(...tag);
  grab(made, id);
}
light(null);
