// ---------------------------------------------------------------- what goes wrong in training, made on purpose
const wrong = {
  flat() { for (const slot of runs(data.flat)) v[slot] *= 20; },
  fast() {
    const then = v, before = v[root];
    for (eta = 0.5; eta < 1e6 && v[root] <= before + abs(before); eta *= 2) {
      v = [...then];
      descend(gradient, 2 * eta);
      forward();
    }
    v = then;
  },
  dead() {
    const slopes = back(data.dead), size = trained.reduce((sum, { slot }) => sum + slopes[slot] ** 2, 1e-300);
    descend(slopes, (v[data.dead] + 1) / size);
  },
  owing() { debt = []; },
};
for (const id of ["flat", "dead"]) if (!(id in data)) $("preset").querySelector(`[value=${id}]`).remove();
$("preset").onchange = () => {
  const [{ value, dataset }] = $("preset").selectedOptions;
  say($("wrong"), dataset.note || "");
  if (!value) return;
  remember();
  debt = null;
  wrong[value]();
  settled();
};
