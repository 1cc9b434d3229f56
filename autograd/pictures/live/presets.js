// ---------------------------------------------------------------- what goes wrong in training, made on purpose
const wrong = {
  flat() { for (const slot of runs(data.flat)) v[slot] *= 20; },
  fast() {
    const then = v, before = v[root];
    for (eta = 0.5; eta < 1e6 && v[root] <= before + abs(before); eta *= 2) {
      v = [...then];
      for (const { slot } of trained) v[slot] -= 2 * eta * gradient[slot];
      forward();
    }
    v = then;
  },
  dead() {
    const d = back(data.dead), far = v[data.dead] + 1;
    let size = 1e-300;
    for (const { slot } of trained) size += d[slot] ** 2;
    for (const { slot } of trained) v[slot] -= far * d[slot] / size;
  },
  owing() { debt = []; },
};
for (const id of ["flat", "dead"]) if (!(id in data)) all(`#preset [value=${id}]`)[0].remove();
$("preset").onchange = () => {
  const [{ value, dataset }] = $("preset").selectedOptions;
  say($("wrong"), dataset.note || "");
  if (!value) return;
  remember();
  debt = null;
  wrong[value]();
  settled();
};
