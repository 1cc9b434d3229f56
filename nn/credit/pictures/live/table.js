data.ids = [...keys(report.z), ...keys(edges)];
data.flow = (id, mode, carried) => {
  const edge = edges[id];
  return !edge ? [data.signs[id]] : mode === "forward" ? edge.forward : carried ? edge.back : edge.credit;
};
const row = ([name, ...rest], tag = "td", of = "row") => `<tr><th scope=${of}>${name}${rest.map(x => `<${tag}>${x}`).join("")}`;
all("#table .wide")[0].innerHTML = `<table>${row(["edge", "weight", ...data.letters || ["δ", "z", "δ·z"], "new weight"], "th scope=col", "col")}${cells.map(x => row(x)).join("")}`;
