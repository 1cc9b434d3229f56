const story = all("ol li"), chapters = all("nav [data-step]"), [panel] = all(".step"), [picture] = all(".picture");
const last = story.length - 1, owners = new Map(data.owners.map((name, place) => [name, place]));
const marks = { here: ["halo", "forward", "back", "meet"], onTheWay: ["halo", "back", "return"] };
const parts = all("svg [class*=' of-']").map(shape => {
  const [kind, of] = shape.getAttribute("class").split(" "), text = shape.matches("text") ? shape : null;
  return { shape, kind, owner: owners.get(of.slice(3)), text, was: text?.textContent };
});
let now = 0, timer = null, from = null;

function bringIntoView(shown) {  // where the window is too small for the picture
  const frame = picture.getBoundingClientRect(), boxes = shown.map(({ shape }) => shape.getBoundingClientRect());
  if (!boxes.length) return;
  const middle = (low, high) => (Math.min(...boxes.map(box => box[low])) + Math.max(...boxes.map(box => box[high]))) / 2;
  picture.scrollLeft += middle("left", "right") - (frame.left + frame.right) / 2;
  picture.scrollTop += middle("top", "bottom") - (frame.top + frame.bottom) / 2;
}

function tell(k) {
  const [title, symbols, numbers] = [...story[k].children].map(line => line.textContent);
  say($("title"), `${k + 1} · ${title}`);
  say($("symbols"), symbols);
  say($("numbers"), numbers);
  $("numbers").classList.toggle("columns", numbers.split("\n").length > 4);
}

function show(k) {
  now = Math.max(0, Math.min(last, k));
  const { lit, path, stage, back = "" } = data.steps[now];
  const after = stage === "after", isLit = lit === undefined ? null : new Set(runs(lit)), carries = new Set(runs(back));
  for (const { shape, kind, owner, text, was } of parts) {
    const ofEdge = ["line", "pill", "credit"].includes(kind), since = (kind === "delta" ? data.errors : data.known)[owner];
    const again = after && (ofEdge || kind === "weight" || kind === "delta");
    const on = carries.has(owner) ? marks.onTheWay.includes(kind) : owner === path && marks.here.includes(kind);
    // on its way back to another edge, the error carries the weight: δ·w
    const [line, sign, width] = ofEdge && carries.has(owner) && data.back[owner] || [];
    shape.classList.toggle("dim", isLit !== null && !isLit.has(owner));
    shape.classList.toggle("unknown", since > now || again);
    shape.classList.toggle("on", on);
    if (sign) shape.dataset.sign = sign;
    else delete shape.dataset.sign;
    if (kind === "line" && !text) shape.style.strokeWidth = shape.matches("path") && width || "";
    if (!text) continue;
    const number = (after || stage === "updated" && kind === "weight") && data.after[kind]?.[owner];
    say(text, number ? was.replace(/\S+$/, number) : kind === "credit" && line || was);
  }
  if (isLit) {
    bringIntoView(parts.filter(({ kind, owner }) => path === undefined
      ? kind === "unit" && isLit.has(owner) : kind === "pill" && owner === path));
  }
  tell(now);
  panel.scrollTop = 0;
  say($("place"), `${now + 1} / ${story.length}`);
  $("slider").value = now + 1;
  $("previous").setAttribute("aria-disabled", now === 0);
  $("next").setAttribute("aria-disabled", now === last);
  const current = chapters.findLast(chapter => chapter.dataset.step <= now);
  for (const chapter of chapters) chapter.setAttribute("aria-current", chapter === current);
  $("back").classList.toggle("on", from !== null && from !== now);
  if (from !== null) say($("back"), `↩ step ${from + 1}`);
  if (now === last) play(false);
}

function fit() {  // the longest step gets its room, so that the picture stays where it is
  panel.style.height = "auto";
  const heights = story.map((_, k) => { tell(k); return panel.offsetHeight; });
  tell(now);
  panel.style.height = `${Math.min(Math.max(...heights), Math.max(110, innerHeight * .3))}px`;
}

function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => show(now + 1), 2500) : null;
  say($("play"), on ? "pause" : "play");
  $("play").setAttribute("aria-pressed", on);
}

function toggle() {
  const on = timer === null;
  if (on && now === last) show(0);
  play(on);
}

function go(k, back = null) {
  play(false);
  from = back;
  show(k);
}

function follow(owner) {  // from a part of the picture to its step: of a unit its way forward, then its error
  const known = data.known[owner], error = data.errors[owner];
  const later = now === known || data.steps[now].stage !== "after" && now >= data.backward;
  go(later && error !== undefined ? error : known, now);
}

picture.firstElementChild.setAttribute("role", "group");
for (const { shape, kind, owner, text } of parts) {
  // a number on a pill or in a circle is not in the way of the mouse
  if (text && ["unit", "weight", "credit"].includes(kind)) shape.style.pointerEvents = "none";
  const name = data.owners[owner], edge = name.includes("-");
  if (edge ? !["pill", "line"].includes(kind) : kind !== "unit" || text) continue;
  if (!data.known[owner]) continue;
  shape.dataset.link = "";
  shape.onclick = () => follow(owner);
  if (kind === "line" || edge && !data.links) continue;
  const says = { tabindex: 0, role: "button", "aria-label": `${edge ? `edge ${name.replace("-", " to ")}` : `unit ${name}`}: its step` };
  for (const [key, value] of Object.entries(says)) shape.setAttribute(key, value);
  shape.onkeydown = event => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    follow(owner);
  };
}

$("previous").onclick = () => go(now - 1);
$("next").onclick = () => go(now + 1);
$("play").onclick = toggle;
$("back").onclick = () => { go(from); panel.focus(); };
$("slider").oninput = () => go($("slider").value - 1);
for (const chapter of chapters) chapter.onclick = () => go(Number(chapter.dataset.step));
document.onkeydown = event => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const pressed = event.key === "p" || event.key === " " && !event.target.closest("button, input");
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last, Escape: from }[event.key] ?? null;
  if (!pressed && (to === null || event.target === $("slider"))) return;
  event.preventDefault();
  if (pressed) toggle();
  else go(to);
};
let seen = 0;
onbeforeprint = () => { seen = now; show(0); };
onafterprint = () => show(seen);
onresize = fit;
document.body.className = "js";
fit();
show(0);
