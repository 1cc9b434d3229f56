// Runs a Python program in Pyodide, with the packages of an archive and Graphviz as WebAssembly; prints its last value.
import { readFileSync } from "node:fs";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { loadPyodide } from "pyodide";

const [archive, program] = process.argv.slice(2);
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/packages" });
python.runPython("import sys; sys.path.insert(0, '/packages')");
python.registerJsModule("loaded", { graphviz: await Graphviz.load() });
console.log(python.runPython(readFileSync(program, "utf8")));
