// ---------------------------------------------------------------- the picture
const picture = $("picture"), parts = new Map();
for (const shape of all("[class*=' of-']", picture)) {
  const [kind, owner] = shape.getAttribute("class").split(" of-");
  if (!parts.has(owner)) parts.set(owner, {});
  (parts.get(owner)[kind] ||= []).push(shape);
}
const shapes = (owner, ...kinds) => kinds.flatMap(kind => (parts.get(owner) || {})[kind] || []);
const lines = owner => shapes(owner, "line").filter(shape => shape.tagName === "path");
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
const weight = owner => data.edges && named.get(owner);  // what an edge stands for
const flow = owner => data.flow ? data.flow(owner, mode, carried.has(owner)) : [data.signs[owner]];
function relabel() {  // what a pill says of what passes: forward w·z; back δ·z, or δ·w on the way to the edge asked about
  for (const owner of data.flow ? Object.keys(data.lines) : []) for (const text of shapes(owner, "credit")) {
    text.innerHTML = flow(owner)[1];
  }
  always = [...numbers(picture), ...numbers($("bar"))];
}
const sign = x => x - x !== 0 ? "odd" : x > 0 ? "plus" : x < 0 ? "minus" : "zero";
let always = [], carried = new Set(), mode = "both";

function paint() {
  gradient = compute();
  if (debt) gradient = gradient.map((x, i) => x + (debt[i] ?? 0));
  const credits = Object.keys(data.signs).map(owner => [owner, quantity(flow(owner)[0])]);
  const [[most, of]] = credits.map(([owner, x]) => [x - x === 0 && owner in data.lines ? Math.abs(x) : 0, owner]).sort(([x], [y]) => y - x);
  largest = most;
  if ($("most")) say($("most"), spoken(of));
  renew(always);
  for (const id of ["why", "told", ...($("table").open ? ["table"] : [])]) renew(numbers($(id)));
  if ($("python").open) say($("code"), filled(data.python));
  for (const [owner, x] of credits) {
    // what is right to 1e-16 must not look guilty
    const part = sign(x), share = x - x === 0 ? Math.abs(x) / Math.max(1e-9, largest) : 0.3;
    for (const shape of shapes(owner, "line", "pill", "credit", "delta")) put(shape, { "data-sign": part });
    const width = 1.2 + (data.widest - 1.2) * share, dash = { minus: `${4 + 1.2 * width} ${2.5 + 0.6 * width}`, odd: "1 3" };
    for (const line of lines(owner)) {
      put(line, { "stroke-width": width.toFixed(1), "stroke-dasharray": dash[part] || "none" });
      if (data.pattern) put(line, { opacity: Math.max(0.25, Math.min(1, 0.25 + 2 * share)).toFixed(2) });
    }
  }
  const tired = entries(data.units || {}).filter(([, [a, z]]) => Math.abs(slope(z, a)) < 0.05).map(([j]) => j);
  for (const [owner] of parts) for (const shape of shapes(owner, "unit")) {
    shape.classList.toggle("saturated", tired.includes(owner));
  }
  say($("tired"), tired.join(", "));
  put($("saturated"), { "data-none": !tired.length });
  for (const [{ name, slot }, handle] of handles) {
    put(handle, { "aria-valuenow": v[slot], "aria-valuetext": spoken(name) });
  }
  follow();
}

// ---------------------------------------------------------------- what is lit, and what is said of it
let lit = null, chapter = 0;
const toggle = owner => light(lit === owner ? null : owner);
function way(from) {  // everything by which the error comes back to a node
  const found = new Set([from]);
  for (const node of found) for (const [tail, head, owner] of data.links) if (tail === node) found.add(owner).add(head);
  return found;
}
function light(owner) {
  lit = owner;
  const link = data.links.find(link => link[2] === owner), on = owner === null ? null : way(link ? link[1] : owner);
  if (link) on.add(owner).add(link[0]);
  carried = new Set(link && [...on].filter(x => x !== owner));
  show(on, link && owner);
  relabel();
  const cards = $("cards").content, of = owner => all("p", cards).filter(card => card.dataset.of === owner);
  const behind = link ? all(".back", cards).filter(({ dataset }) => on.has(dataset.of) && dataset.of !== link[0]) : [];
  const said = [...behind.slice(0, 4), ...behind.slice(4).slice(-1), ...of(owner)].map(card => card.innerHTML);
  if (link) said.push(data.lines[owner]?.said);
  $("why").innerHTML = said.filter(x => x).map(text => `<p>${text}</p>`).join("");
  paint();
  const [at] = shapes(owner, "pill", "unit", "value");
  if (at) at.scrollIntoView({ block: "nearest", inline: "center" });  // where the window is too narrow
}
function show(on, meet) {
  const marks = { [meet]: ["halo", "forward", "back", "meet"] };
  for (const [owner, kinds] of parts) {
    for (const [kind, list] of entries(kinds)) for (const { classList } of list) {
      classList.toggle("dim", !!on && !on.has(owner));
      classList.toggle("on", !!meet && on.has(owner) && (marks[owner] || ["halo", "back", "return"]).includes(kind));
    }
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
  show(lit ? new Set(runs(lit).map(k => data.owners[k])) : null, path);
}

// ---------------------------------------------------------------- changes, and the way back
let past = [], curve = [], chosen = trained[0], quiet = null, asked = 0, timer = null;
const state = () => structuredClone({ v, eta, debt, curve, example });
function remember() {
  past = [...past, state()].slice(-200);
  $("undo").disabled = false;
}
function restore(then) {
  ({ v, eta, debt, curve, example } = then);
  settled();
}
function change(variable, x) {
  if (x !== x) return;
  v[variable.slot] = x;
  asked ||= requestAnimationFrame(() => { asked = 0; paint(); });
  later();
}
function settled() {
  paint();
  plot();
  later();
}
function later() {  // not every frame is announced, but every change
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    say($("said"), `${chosen.label} ${shown(v[chosen.slot], "4")}, ${data.result} ${shown(total, "4")}`);
    const changed = variables.filter(({ slot }) => v[slot] !== data.numbers[slot]).map(x => [x.name, v[x.slot]]);
    if (eta !== data.eta) changed.push(["lr", eta]);
    if (example) changed.push(["example", example]);
    try { history.replaceState(null, "", "#" + new URLSearchParams(changed)); } catch { /* no address here */ }
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
  const most = Math.max(1e-300, ...curve.filter(x => x - x === 0)), n = Math.max(1, curve.length - 1);
  const points = curve.map((x, k) => x - x === 0 ? `${200 * k / n},${38 - 36 * x / most}` : "");
  put($("line"), { points: points.join(" ") });
  say($("updates"), curve.length ? `${n} × update: ${shown(curve[0], "4")} → ${shown(curve.at(-1), "4")}` : "");
}
function train(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => {
    update();
    if (total - total !== 0) train(false);
  }, matchMedia("(prefers-reduced-motion: reduce)").matches ? 600 : 60) : null;
  say($("train"), on ? "pause" : "train");
  put($("train"), { "aria-pressed": on });
  later();
}
function choose(variable) {
  chosen = variable;
  $("which").value = variable.name;
  follow();
}
function follow() {  // the fields beside the picture
  const x = v[chosen.slot], fields = { number: x - x === 0 ? +x.toPrecision(6) : x, range: x, eta };
  const wide = Math.max(3, Math.ceil(Math.abs(data.numbers[chosen.slot]) * 2), Math.ceil(Math.abs(x) || 0));
  put($("range"), { min: -wide, max: wide });
  for (const [id, x] of entries(fields)) if (document.activeElement !== $(id)) $(id).value = x;
}

// ---------------------------------------------------------------- hands and keys
const handles = [];
function group(list, says) {
  const made = make("g", { tabindex: 0, ...says });
  list[0].before(made);
  made.append(...list);
  return made;
}
function grab(element, variable, click) {
  let from = null, was = 0, moved = false;
  const tidy = x => +x.toFixed(6);
  element.onpointerdown = event => {
    if (event.button) return;
    [from, was, moved] = [event.clientX, v[variable.slot], false];
    element.setPointerCapture(event.pointerId);
    choose(variable);
  };
  element.onpointermove = event => {
    if (from === null || !moved && Math.abs(event.clientX - from) < 4) return;
    if (!moved) remember();
    moved = true;
    const fine = event.shiftKey ? 0.001 : 0.01;
    change(variable, tidy(Math.round(was / fine + event.clientX - from) * fine));
  };
  element.onpointerup = event => {
    element.onpointermove(event);
    if (from !== null && !moved) click();
  };
  element.onlostpointercapture = () => { from = null; };
  element.onfocus = () => choose(variable);
  element.onkeydown = event => {
    const { key } = event, way = /Right|Up/.test(key) ? 1 : /Left|Down/.test(key) ? -1 : 0;
    if (way) {
      remember();
      change(variable, tidy(v[variable.slot] + way * (key[0] === "P" ? 0.5 : event.shiftKey ? 0.01 : 0.05)));
    } else if (key === "Enter" || key === " ") click();
    else if (/^[-\d.]$/.test(key) && !event.ctrlKey) {
      $("number").focus();
      $("number").value = key;
    } else return;
    event.preventDefault();
  };
}
for (const [owner, name, ...kinds] of data.grips) {
  const variable = named.get(name), list = shapes(owner, ...kinds), label = `${data.kinds[variable.kind]} ${variable.label}`;
  if (!list.length) continue;
  const made = group(list, { role: "slider", "aria-label": label, "aria-valuemin": -1e6, "aria-valuemax": 1e6, class: "drag" });
  handles.push([variable, made]);
  grab(made, variable, () => toggle(owner));
}
for (const [owner, label, ...kinds] of data.buttons) {
  const list = shapes(owner, ...kinds), says = { role: "button", ...(label && { "aria-label": label }) };
  const made = list.length ? group(list, says) : {};
  made.onclick = () => toggle(owner);
  made.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle(owner);
  };
}
for (const owner of Object.keys(data.lines)) for (const line of lines(owner)) {
  if (!weight(owner)) for (const pill of shapes(owner, "pill")) pill.onclick = () => toggle(owner);
  const wide = make("path", { class: "hit", d: line.getAttribute("d") }), variable = weight(owner);  // room for a finger
  line.after(wide);
  if (variable && !shapes(owner, "pill").length) grab(wide, variable, () => toggle(owner));
  else wide.onclick = () => toggle(owner);
  const told = wide.appendChild(make("title", {}));
  wide.onpointerenter = () => say(told, spoken(owner));
}

// ---------------------------------------------------------------- the controls
$("step").onclick = () => {
  train(false);
  remember();
  update();
};
$("train").onclick = () => {
  if (!timer) remember();
  train(!timer);
};
$("undo").onclick = () => {
  train(false);
  if (past.length) restore(past.pop());
  $("undo").disabled = !past.length;
};
$("reset").onclick = () => {
  train(false);
  remember();
  light(null);
  restore(structuredClone(start));
};
$("eta").oninput = () => {
  const x = parseFloat($("eta").value);
  if (x >= 0) eta = x;
  settled();
};
$("which").onchange = () => choose(named.get($("which").value));
$("range").onpointerdown = $("range").onkeydown = remember;
$("range").oninput = () => change(chosen, parseFloat($("range").value));
$("number").onchange = () => {
  const x = parseFloat($("number").value.replace("−", "-"));
  if (x === x) remember();
  change(chosen, x);
};
$("back").onclick = () => turn(chapter - 1);
$("on").onclick = () => turn(chapter + 1);
for (const radio of all("[name=mode]")) radio.onchange = () => {
  mode = radio.value;
  put(picture, { "data-mode": mode });
  relabel();
  paint();
};
$("preset").onchange = () => {
  const preset = data.presets[$("preset").value];
  say($("wrong"), preset ? preset.note : "");
  if (!preset) return;
  remember();
  for (const [name, x] of entries(preset.values)) v[named.get(name).slot] = x;
  for (const slot of runs(preset.larger || "")) v[slot] *= 20;
  eta = preset.eta || eta;
  debt = preset.owing ? [] : null;
  settled();
};
$("table").ontoggle = $("python").ontoggle = paint;
$("copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText($("code").textContent);
    say($("said"), "copied");
  } catch {
    getSelection().selectAllChildren($("code"));  // where a page may not write there, a hand can
  }
};
document.onkeydown = event => { if (event.key === "Escape") light(null); };

// ---------------------------------------------------------------- at the beginning
window.live = {
  set(name, x) {
    if (name === "lr") eta = x;
    else if (!named.has(name)) throw new Error(`no ${name} among ${[...named.keys()]}`);
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
document.body.classList.add("js");
put(picture, { role: "group" });
const start = state(), given = new URLSearchParams(location.hash.slice(1));
if (data.examples.length) begin(+given.get("example"));
for (const [name, text] of given) {
  if (!text.trim() || isNaN(text)) continue;
  if (name === "lr") eta = Math.max(0, text);
  if (named.has(name)) v[named.get(name).slot] = +text;
}
choose(chosen);
turn(0);
light(null);
