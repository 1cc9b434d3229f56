"""The page of the step player: HTML, style and script, with marks where the story goes."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>@TITLE@</title>
<style>
:root { color-scheme: light dark; @LIGHT@ }
@media (prefers-color-scheme: dark) { :root { @DARK@ } }
body { margin: 0 auto; padding: 12px 16px; max-width: 1100px; background: var(--card); color: var(--ink);
  font: 16px/1.45 @FONT@; }
h1 { font-size: 1.25rem; margin: 0 0 .5rem; }
h2 { font-size: 1.05rem; margin: .6rem 0 .1rem; }
button { font: inherit; padding: .3rem .8rem; border: 1px solid var(--muted); border-radius: 8px;
  background: var(--unit); color: var(--ink); cursor: pointer; }
button:disabled { opacity: .45; cursor: default; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--plus); outline-offset: 2px; }
.controls { display: none; gap: .5rem; align-items: center; flex-wrap: wrap; }
.controls input { flex: 1 1 12rem; accent-color: var(--plus); }
.controls output { min-width: 4rem; text-align: right; font-variant-numeric: tabular-nums; }
.step { display: none; min-height: 6.2rem; }
.formula { margin: 0; white-space: pre-wrap; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.columns { column-width: 22rem; }
.numbers { color: var(--muted); }
svg { display: block; margin: 0 auto; }
.picture { overflow-x: auto; }
@media screen { .picture #picture { min-width: @LEAST@px; } }
ol { padding-left: 2.2rem; }
li { margin: .5rem 0; break-inside: avoid; }
li strong, li span { display: block; white-space: pre-wrap; }
@media screen {
  .js .controls { display: flex; }
  .js .step { display: block; }
  .js ol { display: none; }
}
</style>
</head>
<body>
<h1>@TITLE@</h1>
<div class="controls" role="group" aria-label="steps of the story">
<button id="previous" aria-label="previous step">‹ prev</button>
<button id="next" aria-label="next step">next ›</button>
<button id="play" aria-pressed="false">play</button>
<input id="slider" type="range" min="1" max="@COUNT@" value="1" aria-label="step">
<output id="place" for="slider">1 / @COUNT@</output>
</div>
<div class="step" aria-live="polite">
<h2 id="title"></h2>
<p id="symbols" class="formula"></p>
<p id="numbers" class="formula numbers"></p>
</div>
<div class="picture">
@PICTURE@</div>
<ol>
@LIST@
</ol>
<script>
"use strict";
const data = @DATA@;
const byId = id => document.getElementById(id);
const story = [...document.querySelectorAll("ol li")];
const owners = new Map(data.owners.map((name, place) => [name, place]));
const parts = [];
for (const shape of document.querySelectorAll("svg [class*=' of-']")) {
  const [kind, of] = shape.getAttribute("class").split(" ");
  const text = shape.matches("text") ? shape : null;
  parts.push({ shape, kind, owner: owners.get(of.slice(3)), text, was: text && text.textContent });
}
const ofEdges = ["line", "pill", "weight", "credit"];
const marks = { here: ["halo", "forward", "back", "meet"], onTheWay: ["halo", "back", "return"] };
let now = 0, timer = null;

function runs(text) {  // "0-3 7" are 0, 1, 2, 3 and 7
  const found = new Set();
  for (const run of text.split(" ").filter(Boolean)) {
    const [first, last = first] = run.split("-").map(Number);
    for (let k = first; k <= last; k++) found.add(k);
  }
  return found;
}

function bringIntoView(shown) {  // where the window is too narrow for the picture
  const picture = document.querySelector(".picture"), frame = picture.getBoundingClientRect();
  const boxes = shown.map(part => part.shape.getBoundingClientRect());
  const left = Math.min(...boxes.map(box => box.left)), right = Math.max(...boxes.map(box => box.right));
  if (boxes.length) picture.scrollLeft += (left + right - frame.left - frame.right) / 2;
}

function show(k) {
  now = Math.max(0, Math.min(story.length - 1, k));
  const { lit, path, stage } = data.steps[now];
  const after = stage === "after", isLit = lit === undefined ? null : runs(lit);
  for (const { shape, kind, owner, text, was } of parts) {
    const since = (kind === "delta" ? data.errors : data.known)[owner];
    const again = after && (kind === "delta" || ofEdges.includes(kind));
    const on = path !== undefined && isLit.has(owner) && marks[owner === path ? "here" : "onTheWay"].includes(kind);
    shape.classList.toggle("dim", isLit !== null && !isLit.has(owner));
    shape.classList.toggle("unknown", since > now || again);
    shape.classList.toggle("on", on);
    if (!text) continue;
    const number = (after || stage === "updated" && kind === "weight") && (data.after[kind] || {})[owner];
    const said = number ? was.replace(/\\S+$/, number) : was;
    if (text.textContent !== said) text.textContent = said;
  }
  if (isLit) {
    bringIntoView(parts.filter(part => path === undefined
      ? part.kind === "unit" && isLit.has(part.owner) : part.kind === "pill" && part.owner === path));
  }
  const [title, symbols, numbers] = [...story[now].children].map(line => line.textContent);
  byId("title").textContent = (now + 1) + " · " + title;
  byId("symbols").textContent = symbols;
  byId("numbers").textContent = numbers;
  byId("numbers").classList.toggle("columns", numbers.split("\\n").length > 4);
  byId("place").textContent = (now + 1) + " / " + story.length;
  byId("slider").value = now + 1;
  byId("previous").disabled = now === 0;
  byId("next").disabled = now === story.length - 1;
  if (now === story.length - 1) play(false);
}

function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => show(now + 1), 2500) : null;
  byId("play").textContent = on ? "pause" : "play";
  byId("play").setAttribute("aria-pressed", String(on));
}

byId("previous").onclick = () => { play(false); show(now - 1); };
byId("next").onclick = () => { play(false); show(now + 1); };
byId("play").onclick = () => {
  const on = timer === null;
  if (on && now === story.length - 1) show(0);
  play(on);
};
byId("slider").oninput = event => { play(false); show(event.target.value - 1); };
document.addEventListener("keydown", event => {
  if (event.target === byId("slider") || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: story.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  play(false);
  show(to);
});
let seen = 0;
window.addEventListener("beforeprint", () => { seen = now; show(0); });
window.addEventListener("afterprint", () => show(seen));
document.body.classList.add("js");
show(0);
</script>
</body>
</html>
"""
