// The lines of a pattern are straight, and those that look alike are joined, until a script draws them one by one.
const place = shape => ["cx", "cy", "rx"].map(key => Number(shape.getAttribute(key)));
const circles = query => [...document.querySelectorAll(`#picture ellipse.${query}`)].map(place);
const biases = circles("bias"), graph = document.querySelector("#picture g"), found = [];
for (const line of document.querySelectorAll("#picture .line")) line.remove();
for (const [owner, { tail, head }] of Object.entries(edges)) {
  const [to] = circles(`unit.of-${head}`), from = !to ? to : tail === "b" ? biases.filter(([x]) => x < to[0]).at(-1) :
    circles(`unit.of-${tail}`)[0];
  if (!from) continue;
  const [x, y, r] = from, [p, q, s] = to, far = Math.hypot(p - x, q - y), at = (m, n, way) => (m + n * way / far).toFixed(1);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("class", `line of-${owner}`);
  line.setAttribute("d", `M${at(x, r, p - x)} ${at(y, r, q - y)}L${at(p, -s, p - x)} ${at(q, -s, q - y)}`);
  found.push(line);
}
graph.querySelector("polygon").after(...found);
