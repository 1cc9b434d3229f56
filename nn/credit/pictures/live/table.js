data.ids = [...keys(report.z), ...keys(edges)];
const row = ([name, ...rest], tag = "td", of = "row") => `<tr><th scope=${of}>${name}${rest.map(x => `<${tag}>${x}`).join("")}`;
const heading = row(["edge", "weight", ...data.letters || ["δ", "z", "δ·z"], "new weight"], "th scope=col", "col");
$("table").querySelector(".wide").innerHTML = `<table>${heading}${cells.map(x => row(x)).join("")}`;
