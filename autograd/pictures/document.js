const $ = id => document.getElementById(id), all = (query, within = document) => [...within.querySelectorAll(query)];
const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };
const runs = text => (text.match(/\S+/g) || []).flatMap(run => {  // "0-3 7" are 0, 1, 2, 3 and 7
  const [from, to = from] = run.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, k) => from + k);
});
