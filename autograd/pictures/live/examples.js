// Several examples of one network: one is shown, and one or all are learnt from.
function pick(k) {
  example = k;
  for (const [slot, x] of data.examples[k].values) v[slot] = x;
  all("#examples button").forEach((button, i) => put(button, { "aria-pressed": i === k }));
}
function begin(given) {
  data.examples.forEach(({ label }, k) => {
    const button = $("examples").appendChild(document.createElement("button"));
    button.textContent = label;
    button.onclick = () => { remember(); pick(k); settled(); };
  });
  pick(data.examples[given] ? given : 0);
  $("whole").onchange = () => { whole = $("whole").checked; settled(); };
}
function averaged() {  // the gradient of the mean over the examples, what is dragged in the one shown included
  const mean = [], here = data.examples[example].values, n = data.examples.length;
  for (const pair of here) pair[1] = v[pair[0]];
  total = 0;
  for (const { values } of data.examples) {
    for (const [slot, x] of values) v[slot] = x;
    forward();
    total += v[root] / n;
    back(root).forEach((x, slot) => { mean[slot] = (mean[slot] ?? 0) + x / n; });
  }
  for (const [slot, x] of here) v[slot] = x;
  return mean;
}
