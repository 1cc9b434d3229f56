// In a widget, the page tells its host which numbers it has, and takes those that the host has.
const values = () => Object.fromEntries(variables.map(({ name, slot }) => [name, v[slot]]));
const painted = paint;
let told = "";
paint = () => {
  painted();
  const now = JSON.stringify(values());
  if (now !== told) parent.postMessage({ values: values() }, "*");
  told = now;
};
addEventListener("message", event => {
  if (event.source !== parent || !event.data.values) return;
  for (const [name, x] of Object.entries(event.data.values)) if (named.has(name)) v[named.get(name).slot] = x;
  told = JSON.stringify(values());
  painted();
});
told = JSON.stringify(values());
parent.postMessage({ ready: true }, "*");
