// ---------------------------------------------------------------- the picture
const variables = data.variables.map(([name, label, slot, kind]) => ({ name, label, slot, kind }));
const named = new Map(variables.map(x => [x.name, x])), trained = variables.filter(x => x.kind === data.learns);
for (const [id, { name }] of entries(data.lines)) if (name) named.set(id, named.get(name));
const picture = $("picture"), parts = {}, drawn = [];
for (const shape of all("[class*=' of-']", picture)) {
  const [kind, ...ids] = shape.getAttribute("class").split(" of-");
  (parts[`${kind} ${ids[0]}`] ||= []).push(shape);
  drawn.push([shape, kind, ids]);
}
const shapes = (id, ...kinds) => kinds.flatMap(kind => parts[`${kind} ${id}`] || []);
const lines = id => shapes(id, "line").flatMap(shape => shape.tagName === "path" ? shape : all("path:not([class])", shape));
const put = (shape, says) => {
  for (const [key, text] of entries(says)) if (shape.getAttribute(key) !== `${text}`) shape.setAttribute(key, text);
  return shape;
};
const make = (name, says) => put(document.createElementNS("http://www.w3.org/2000/svg", name), says);
const renew = name => {
  for (const element of all("[data-n]", $(name))) {
    const [what, how] = element.dataset.n.split(" ");
    say(element, shown(quantity(what), how));
  }
};
const spoken = name => {
  const { label, slot } = named.get(name) || {}, sign = data.signs[name];
  return [label && `${label} = ${shown(v[slot])}`, sign && `credit ${shown(quantity(sign), "4+")}`].filter(x => x).join(", ");
};
let carried = new Set(), mode = "both", worst;
// what passes on a line, and what its pill says of it: forward w·z; back δ·z, or δ·w on the way to the edge asked about
const flow = id => data.lines[id]?.[mode === "forward" ? mode : carried.has(id) ? "back" : "credit"] || [data.signs[id]];
function relabel() {
  for (const id in data.lines) for (const text of shapes(id, "credit")) {
    const [what, symbols] = flow(id);
    text.innerHTML = (data.room === "full" ? `${symbols} = ` : "") + `<tspan data-n="${what} 2+"></tspan>`;
  }
}

function look(shape, x) {  // what is right to 1e-16 must not look guilty
  const finite = isFinite(x), share = finite ? abs(x) / max(1e-9, largest) : 0.3;
  put(shape, { "data-sign": !finite ? "odd" : x > 0 ? "plus" : x < 0 ? "minus" : "zero", style: `--share:${share.toFixed(3)}` });
}
function paint() {
  compute();
  const flows = mapped(data.signs, (_, id) => quantity(flow(id)[0]));
  let most = -1;
  worst = null;
  largest = 0;
  for (const id in data.lines) {
    const passes = abs(flows[id]), credit = abs(quantity(data.signs[id]));
    if (isFinite(passes)) largest = max(largest, passes);
    if (isFinite(credit) && credit > most) [most, worst] = [credit, id];
  }
  say($("most"), worst ? spoken(worst) : "");
  for (const name of ["picture", "bar", "why", "told"]) renew(name);
  if ($("table").open) renew("table");
  if ($("python").open) say($("code"), data.python.replace(/\{(\S+) (\S+)\}/g, (_, what, how) => shown(quantity(what), how)));
  for (const [id, x] of entries(flows)) {
    for (const shape of shapes(id, "line", "pill", "credit", "delta")) look(shape, x);
  }
  const tired = entries(data.units).filter(([j, [a, z]]) => {
    const flat = abs(slope(z, a)) < 0.05;
    for (const { classList } of shapes(j, "unit", "value")) classList.toggle("saturated", flat);
    return flat;
  });
  say($("tired"), tired.map(([j, [, , label]]) => label || j).join(", "));
  $("undo").disabled = !past.length;
  for (const [{ slot }, id, handle] of handles) put(handle, { "aria-valuenow": v[slot], "aria-valuetext": spoken(id) });
  follow();
}

// ---------------------------------------------------------------- what is lit, and what is said of it
let lit = null, chapter = 0;
const toggle = id => light(lit === id ? null : id);
function light(id) {
  lit = id;
  const link = data.links.find(([, , name]) => name === id), on = id && new Set([link ? link[1] : id]);
  // everything by which the error comes back to a node
  for (const node of on || []) for (const [tail, head, way] of data.links) if (tail === node) on.add(way).add(head);
  if (link) on.add(id).add(link[0]);
  carried = new Set(link && [...on].filter(x => x !== id));
  show(on, link && id);
  relabel();
  const cards = all("#cards [data-of], #story [data-of]");
  const behind = link ? cards.filter(({ className, dataset: { of } }) => className && on.has(of) && of !== link[0]) : [];
  const said = behind.filter((_, k) => k < 4 || k === behind.length - 1).concat(cards.filter(({ dataset }) => dataset.of === id));
  $("why").innerHTML = said.map(card => card.innerHTML).concat(link && data.lines[id]?.said || []).map(text => `<p>${text}</p>`).join("");
  paint();
  shapes(id, "pill", "unit", "value")[0]?.scrollIntoView({ block: "nearest", inline: "center" });  // where the window is too narrow
}
function show(on, asked) {
  for (const old of all(".mark", picture)) old.remove();
  for (const [{ classList }, kind, ids] of drawn) {
    classList.toggle("dim", !!on && !ids[kind === "link" ? "every" : "some"](id => on.has(id)));
  }
  if (asked) for (const id of on) for (const line of lines(id)) {  // which way the numbers travel
    const d = line.getAttribute("d"), pieces = d.split(/(?=M)/), of = `of-${id}`, meet = id === asked && data.lines[id]?.meet;
    line.before(make("path", { class: `mark halo ${of}`, d }));
    pieces.forEach((d, k) => {
      const path = make("path", { d }), at = t => path.getPointAtLength(t * path.getTotalLength());
      const forth = id === asked && pieces[k + 1], stamp = (name, t, says, x = 0) => {
        const p = at(t), q = at(t + 0.02), turn = Math.atan2(q.y - p.y, q.x - p.x);
        return line.parentNode.appendChild(make(name, { ...says, class: `mark ${says.class} ${of}`, transform:
          `translate(${p.x + x * Math.sin(turn)} ${p.y - x * Math.cos(turn)}) rotate(${x ? 0 : turn * 57.3 + (forth ? 180 : 0)})` }));
      };
      for (const t of [0.3, 0.65]) stamp("path", t, { class: forth ? "forward" : "back", d: "M-8 0L7-7L3 0L7 7z" });
      if (meet && (!k || !forth)) stamp("text", forth ? 0.5 : 0.35, { class: "meet" }, 18).textContent = meet[forth ? 0 : 1];
    });
  }
}
const chapters = all("#story > li");
function turn(k) {
  chapter = k;
  const { lit, path } = chapters[k].dataset;
  $("told").innerHTML = chapters[k].innerHTML;
  say($("place"), `${k + 1} / ${chapters.length}`);
  $("back").disabled = !k;
  $("on").disabled = !chapters[k + 1];
  renew("told");
  show(lit ? new Set(runs(lit).map(k => data.ids[k])) : null, path);
}

// ---------------------------------------------------------------- changes, and the way back
let past = [], curve = [], chosen = trained[0] || variables[0], quiet = null, timer = null;
const state = () => structuredClone({ v, eta, debt, curve, example });
function remember() { past = [...past, state()].slice(-200); }
function restore(then) { ({ v, eta, debt, curve, example } = structuredClone(then)); settled(); }
function assign(name, x) {
  if (name === "lr") eta = max(0, x);
  else v[named.get(name).slot] = x;
}
function change(knob, x) {
  if (x !== x) return;
  v[knob.slot] = x;
  paint();
  later();
}
function settled() { paint(); plot(); later(); }
function later() {  // not every frame is announced, but every change
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    say($("said"), `${chosen.label} ${shown(v[chosen.slot])}, ${data.result} ${shown(total)}`);
    const changed = variables.filter(({ slot }) => v[slot] !== data.numbers[slot]).map(x => [x.name, v[x.slot]]);
    if (eta !== data.eta) changed.push(["lr", eta]);
    if (example) changed.push(["example", example]);
    try { history.replaceState(null, "", "#" + new URLSearchParams(changed)); } catch {}  // no address here
  }, 400);
}
function descend(slopes, rate) { for (const { slot } of trained) v[slot] -= rate * slopes[slot]; }
function update() {
  if (!curve.length) curve.push(total);
  if (debt) debt = gradient;
  descend(gradient, eta);
  paint();
  curve.push(total);
  plot();
}
function plot() {
  const most = max(1e-300, ...curve.filter(isFinite)), n = max(1, curve.length - 1);
  put($("line"), { points: curve.map((x, k) => isFinite(x) ? `${200 * k / n},${38 - 36 * x / most}` : "").join(" ") });
  say($("updates"), curve.length ? `${n} × update: ${shown(curve[0])} → ${shown(curve.at(-1))}` : "");
}
function train(on) {
  clearInterval(timer);
  const again = () => { update(); if (!isFinite(total)) train(false); };
  timer = on && setInterval(again, matchMedia("(prefers-reduced-motion: reduce)").matches ? 600 : 60);
  put($("train"), { "aria-pressed": on });
  later();
}
function choose(knob) { chosen = knob; $("which").value = knob.name; follow(); }
function follow() {  // the fields beside the picture
  const x = v[chosen.slot], wide = Math.ceil(max(3, 2 * abs(data.numbers[chosen.slot]), abs(x) || 0));
  put($("range"), { min: -wide, max: wide });
  for (const [id, text] of entries({ number: isFinite(x) ? +x.toPrecision(6) : x, range: x, eta })) {
    if (document.activeElement !== $(id)) $(id).value = text;
  }
}

// ---------------------------------------------------------------- hands and keys
const handles = [];
function grab(element, id, knob) {  // a click asks about it; a knob is turned by hands and keys, too
  const ask = () => toggle(id), tidy = x => change(knob, +x.toFixed(6));
  element.onkeydown = e => {
    const { key, shiftKey, ctrlKey } = e, way = /Right|Up/.test(key) ? 1 : /Left|Down/.test(key) ? -1 : 0;
    if (/^(Enter| )$/.test(key)) ask();
    else if (knob && way) { remember(); tidy(v[knob.slot] + way * (key[0] === "P" ? 0.5 : shiftKey ? 0.01 : 0.05)); }
    else if (knob && /^[-\d.]$/.test(key) && !ctrlKey) { $("number").focus(); $("number").value = key; }
    else return;
    e.preventDefault();
  };
  if (!knob) { element.onclick = ask; return; }
  let from = null, was = 0, moved = false;
  element.onpointerdown = e => {
    if (e.button) return;
    [from, was, moved] = [e.clientX, v[knob.slot], false];
    element.setPointerCapture(e.pointerId);
    choose(knob);
  };
  element.onpointermove = e => {
    if (from === null || !moved && abs(e.clientX - from) < 4) return;
    if (!moved) remember();
    moved = true;
    const fine = e.shiftKey ? 0.001 : 0.01;
    tidy(Math.round(was / fine + e.clientX - from) * fine);
  };
  element.onpointerup = e => {
    element.onpointermove(e);
    if (from !== null && !moved) ask();
  };
  element.onlostpointercapture = () => { from = null; };
  element.onfocus = () => choose(knob);
}
for (const [id, name, label, ...kinds] of data.handles) {
  const knob = named.get(name), list = shapes(id, ...kinds), made = make("g", { tabindex: 0, ...knob ? {
    role: "slider", "aria-label": `${knob.kind} ${knob.label}`, "aria-valuemin": -1e6, "aria-valuemax": 1e6, class: "drag",
  } : { role: "button", ...label && { "aria-label": label } } });
  list[0]?.before(made);
  made.append(...list);
  if (knob) handles.push([knob, id in data.lines ? id : name, made]);
  grab(made, id, knob);
}
function reach(id, knob, says = spoken) {  // room for a finger
  for (const line of lines(id)) {
    const wide = make("path", { class: "hit", d: line.getAttribute("d") }), told = wide.appendChild(make("title", {}));
    line.after(wide);
    grab(wide, id, knob);
    wide.onpointerenter = () => say(told, says(id));
  }
}
for (const id in data.lines) if (!data.folds?.[id]) reach(id, !shapes(id, "pill").length && named.get(id));

// ---------------------------------------------------------------- the controls
const does = {
  step() { train(false); remember(); update(); },
  train() { if (!timer) remember(); train(!timer); },
  undo() { train(false); if (past.length) restore(past.pop()); },
  reset() { train(false); remember(); light(null); restore(start); },
  back() { turn(chapter - 1); },
  on() { turn(chapter + 1); },
  most() { if (worst) light(worst); },
  copy() { getSelection().selectAllChildren($("code")); if (document.execCommand("copy")) say($("said"), "copied"); },
};
for (const id in does) $(id).onclick = does[id];
$("eta").oninput = () => { const x = parseFloat($("eta").value); if (x >= 0) eta = x; settled(); };
$("which").onchange = () => choose(named.get($("which").value));
$("range").onpointerdown = $("range").onkeydown = remember;
$("range").oninput = () => change(chosen, parseFloat($("range").value));
$("number").onchange = () => {
  const x = parseFloat($("number").value.replace("−", "-"));
  if (x === x) remember();
  change(chosen, x);
};
$("mode").onchange = e => { mode = e.target.value; relabel(); paint(); };
$("table").ontoggle = $("python").ontoggle = () => paint();
document.onkeydown = e => { if (e.key === "Escape") light(null); };

// ---------------------------------------------------------------- at the beginning
var live = {
  set(name, x) {
    if (name !== "lr" && !named.has(name)) throw Error(`no ${name} in ${[...named.keys()]}`);
    assign(name, x);
    settled();
  },
  update,
  get: () => ({ loss: v[root], ...mapped(data.report, table => mapped(table, quantity)) }),
};
for (const { name, label, kind } of variables) $("which").add(new Option(`${kind} ${label}`, name));
document.body.className = "js";
put(picture, { role: "group" });
const start = state(), given = new URLSearchParams(location.hash.slice(1));
if (data.examples.length) begin(+given.get("example"));
for (const [name, text] of given) {
  if (text.trim() && !isNaN(text) && (name === "lr" || named.has(name))) assign(name, +text);
}
choose(chosen);
turn(0);
light(null);
