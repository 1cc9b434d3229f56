// ---------------------------------------------------------------- the picture
const variables = data.variables.map(([name, label, slot, kind]) => ({ name, label, slot, kind }));
const named = new Map(variables.map(x => [x.name, x])), trained = variables.filter(x => x.kind === "weight");
for (const [id, { name }] of entries(data.lines)) if (name) named.set(id, named.get(name));
const picture = $("picture"), parts = {}, drawn = [];
for (const shape of all("[class*=' of-']", picture)) {
  const [kind, ...ids] = shape.getAttribute("class").split(" of-"), [id] = ids;
  ((parts[id] ||= {})[kind] ||= []).push(shape);
  drawn.push([shape.classList, kind, ids]);
}
const shapes = (id, ...kinds) => kinds.flatMap(kind => parts[id]?.[kind] || []);
const lines = id => shapes(id, "line").flatMap(shape => shape.tagName === "path" ? shape : [...shape.querySelectorAll("path:not([class])")]);
const put = (shape, says) => {
  for (const [key, text] of entries(says)) if (shape.getAttribute(key) !== `${text}`) shape.setAttribute(key, text);
  return shape;
};
const make = (name, says) => put(document.createElementNS("http://www.w3.org/2000/svg", name), says);
const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const numbers = within => all("[data-n]", within).map(element => [element, ...element.dataset.n.split(" ")]);
const renew = list => { for (const [element, what, how] of list) say(element, shown(quantity(what), how)); };
const filled = text => text.replace(/\{(\S+) (\S+)\}/g, (_, what, how) => shown(quantity(what), how));
const spoken = name => {
  const { label, slot } = named.get(name) || {}, sign = data.signs[name];
  return [label && `${label} = ${shown(v[slot], "4")}`, sign && `credit ${shown(quantity(sign), "4+")}`].filter(x => x).join(", ");
};
const flow = id => data.flow ? data.flow(id, mode, carried.has(id)) : [data.signs[id]];
function relabel() {  // what a pill says of what passes: forward w·z; back δ·z, or δ·w on the way to the edge asked about
  if (data.flow) for (const id in data.lines) for (const text of shapes(id, "credit")) text.innerHTML = flow(id)[1];
  always = [...numbers(picture), ...numbers($("bar"))];
}
const sign = x => !isFinite(x) ? "odd" : x > 0 ? "plus" : x < 0 ? "minus" : "zero";
let always = [], carried = new Set(), mode = "both";

function paint() {
  gradient = compute();
  if (debt) gradient = gradient.map((x, i) => x + (debt[i] ?? 0));
  const credits = keys(data.signs).map(id => [id, quantity(flow(id)[0])]);
  const most = f => keys(data.lines).map(id => [abs(quantity(f(id))), id]).filter(([x]) => isFinite(x)).sort(([x], [y]) => y - x)[0] || [0];
  [largest] = most(id => flow(id)[0]);
  [, worst] = most(id => data.signs[id]);
  say($("most"), worst ? spoken(worst) : "");
  renew(always);
  for (const name of ["why", "told", ...($("table").open ? ["table"] : [])]) renew(numbers($(name)));
  if ($("python").open) say($("code"), filled(data.python));
  for (const [id, x] of credits) {
    // what is right to 1e-16 must not look guilty
    const part = sign(x), share = isFinite(x) ? abs(x) / max(1e-9, largest) : 0.3;
    for (const shape of shapes(id, "line", "pill", "credit", "delta")) put(shape, { "data-sign": part });
    const width = 1.2 + (data.widest - 1.2) * share, dash = { minus: `${4 + 1.2 * width} ${2.5 + 0.6 * width}`, odd: "1 3" };
    for (const line of lines(id)) {
      put(line, { "stroke-width": width.toFixed(1), "stroke-dasharray": dash[part] || "none" });
      if (data.pattern) put(line, { opacity: max(0.25, Math.min(1, 0.25 + 2 * share)).toFixed(2) });
    }
  }
  const tired = keys(data.units).filter(j => abs(slope(data.units[j][1], data.units[j][0])) < 0.05);
  for (const j in data.units) for (const { classList } of shapes(j, "unit", "value")) classList.toggle("saturated", tired.includes(j));
  say($("tired"), tired.map(j => data.units[j][2] || j).join(", "));
  put($("saturated"), { "data-none": !tired.length });
  for (const [{ slot }, id, handle] of handles) put(handle, { "aria-valuenow": v[slot], "aria-valuetext": spoken(id) });
  follow();
}

// ---------------------------------------------------------------- what is lit, and what is said of it
let lit = null, worst = null, chapter = 0;
const toggle = id => light(lit === id ? null : id);
function light(id) {
  lit = id;
  const link = data.links.find(([, , name]) => name === id), on = id === null ? null : new Set([link ? link[1] : id]);
  // everything by which the error comes back to a node
  for (const node of on || []) for (const [tail, head, way] of data.links) if (tail === node) on.add(way).add(head);
  if (link) on.add(id).add(link[0]);
  carried = new Set(link && [...on].filter(x => x !== id));
  show(on, link && id);
  relabel();
  const cards = [...all("[data-of]", $("cards").content), ...all("[data-of]", $("story"))];
  const behind = link ? cards.filter(({ className, dataset: { of } }) => className && on.has(of) && of !== link[0]) : [];
  const of = cards.filter(({ dataset }) => dataset.of === id);
  const said = [...behind.slice(0, 4), ...behind.slice(4).slice(-1), ...of].map(card => card.innerHTML);
  $("why").innerHTML = [...said, ...link && data.lines[id]?.said || []].map(text => `<p>${text}</p>`).join("");
  paint();
  const [at] = shapes(id, "pill", "unit", "value");
  at?.scrollIntoView({ block: "nearest", inline: "center" });  // where the window is too narrow
}
function show(on, asked) {
  for (const old of all(".mark", picture)) old.remove();
  for (const [classes, kind, ids] of drawn) {
    classes.toggle("dim", !!on && !ids[kind === "link" ? "every" : "some"](id => on.has(id)));
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
  renew(numbers($("told")));
  show(lit ? new Set(runs(lit).map(k => data.ids[k])) : null, path);
}

// ---------------------------------------------------------------- changes, and the way back
let past = [], curve = [], chosen = trained[0] || variables[0], quiet = null, asked = 0, timer = null;
const state = () => structuredClone({ v, eta, debt, curve, example });
function remember() { past = [...past, state()].slice(-200); $("undo").disabled = false; }
function restore(then) { ({ v, eta, debt, curve, example } = structuredClone(then)); settled(); }
function change(knob, x) {
  if (x !== x) return;
  v[knob.slot] = x;
  asked ||= requestAnimationFrame(() => { asked = 0; paint(); });
  later();
}
function settled() { paint(); plot(); later(); }
function later() {  // not every frame is announced, but every change
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    say($("said"), `${chosen.label} ${shown(v[chosen.slot], "4")}, ${data.result} ${shown(total, "4")}`);
    const changed = variables.filter(({ slot }) => v[slot] !== data.numbers[slot]).map(x => [x.name, v[x.slot]]);
    if (eta !== data.eta) changed.push(["lr", eta]);
    if (example) changed.push(["example", example]);
    try { history.replaceState(null, "", "#" + new URLSearchParams(changed)); } catch {}  // no address here
  }, 400);
}
function update() {
  if (!curve.length) curve.push(total);
  if (debt) debt = gradient;
  for (const { slot } of trained) v[slot] -= eta * gradient[slot];
  paint();
  curve.push(total);
  plot();
}
function plot() {
  const most = max(1e-300, ...curve.filter(isFinite)), n = max(1, curve.length - 1);
  put($("line"), { points: curve.map((x, k) => isFinite(x) ? `${200 * k / n},${38 - 36 * x / most}` : "").join(" ") });
  say($("updates"), curve.length ? `${n} × update: ${shown(curve[0], "4")} → ${shown(curve.at(-1), "4")}` : "");
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
  const x = v[chosen.slot], wide = max(3, Math.ceil(2 * abs(data.numbers[chosen.slot])), Math.ceil(abs(x) || 0));
  put($("range"), { min: -wide, max: wide });
  for (const [id, text] of entries({ number: isFinite(x) ? +x.toPrecision(6) : x, range: x, eta })) {
    if (document.activeElement !== $(id)) $(id).value = text;
  }
}

// ---------------------------------------------------------------- hands and keys
const handles = [];
const pressed = (e, does) => { if (does) { e.preventDefault(); does(); } };
function grab(element, knob, id) {
  let from = null, was = 0, moved = false;
  const tidy = x => change(knob, +x.toFixed(6));
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
    if (from !== null && !moved) toggle(id);
  };
  element.onlostpointercapture = () => { from = null; };
  element.onfocus = () => choose(knob);
  element.onkeydown = e => {
    const { key, shiftKey } = e, way = /Right|Up/.test(key) ? 1 : /Left|Down/.test(key) ? -1 : 0;
    const step = () => { remember(); tidy(v[knob.slot] + way * (key[0] === "P" ? 0.5 : shiftKey ? 0.01 : 0.05)); };
    const typed = () => { $("number").focus(); $("number").value = key; };
    pressed(e, way ? step : /^(Enter| )$/.test(key) ? () => toggle(id) : /^[-\d.]$/.test(key) && !e.ctrlKey && typed);
  };
}
function group(list, says) {
  const made = make("g", { tabindex: 0, ...says });
  list[0]?.before(made);
  made.append(...list);
  return made;
}
for (const [id, name, ...kinds] of data.grips) {
  const knob = named.get(name), list = shapes(id, ...kinds), label = `${data.kinds[knob.kind]} ${knob.label}`;
  const made = group(list, { role: "slider", "aria-label": label, "aria-valuemin": -1e6, "aria-valuemax": 1e6, class: "drag" });
  handles.push([knob, id in data.lines ? id : name, made]);
  grab(made, knob, id);
}
for (const [id, label, ...kinds] of data.buttons) {
  const list = shapes(id, ...kinds), made = group(list, { role: "button", ...label && { "aria-label": label } });
  made.onclick = () => toggle(id);
  made.onkeydown = e => pressed(e, /^(Enter| )$/.test(e.key) && made.onclick);
}
for (const id in data.lines) for (const line of lines(id)) {
  const wide = make("path", { class: "hit", d: line.getAttribute("d") }), knob = named.get(id);  // room for a finger
  line.after(wide);
  if (knob && !shapes(id, "pill").length) grab(wide, knob, id);
  else for (const shape of [wide, ...knob ? [] : shapes(id, "pill")]) shape.onclick = () => toggle(id);
  const told = wide.appendChild(make("title", {}));
  wide.onpointerenter = () => say(told, spoken(id));
}

// ---------------------------------------------------------------- the controls
const does = {
  step() { train(false); remember(); update(); },
  train() { if (!timer) remember(); train(!timer); },
  undo() { train(false); if (past.length) restore(past.pop()); $("undo").disabled = !past.length; },
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
for (const radio of all("[name=mode]")) {
  radio.onchange = () => { mode = radio.value; put(picture, { "data-mode": mode }); relabel(); paint(); };
}
$("table").ontoggle = $("python").ontoggle = paint;
document.onkeydown = e => { if (e.key === "Escape") light(null); };

// ---------------------------------------------------------------- at the beginning
var live = {
  set(name, x) {
    if (name === "lr") eta = x;
    else if (!named.has(name)) throw Error(`no ${name} in ${[...named.keys()]}`);
    else v[named.get(name).slot] = x;
    settled();
  },
  update,
  get() {
    if (asked) paint();  // what was dragged a moment ago
    return { loss: v[root], ...mapped(data.report, table => mapped(table, quantity)) };
  },
};
for (const { name, label, kind } of variables) $("which").add(new Option(`${data.kinds[kind]} ${label}`, name));
document.body.className = "js";
put(picture, { role: "group" });
const start = state(), given = new URLSearchParams(location.hash.slice(1));
if (data.examples.length) begin(+given.get("example"));
for (const [name, text] of given) {
  if (!text.trim() || isNaN(text)) continue;
  if (name === "lr") eta = max(0, text);
  if (named.has(name)) v[named.get(name).slot] = +text;
}
choose(chosen);
turn(0);
light(null);
