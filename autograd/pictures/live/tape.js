// ---------------------------------------------------------------- the tape: forward, and back
const { entries, keys } = Object, { abs, max } = Math;
const mapped = (table, f) => Object.fromEntries(entries(table).map(([key, x]) => [key, f(x, key)]));
const sequences = data.sequences.map(runs), first = data.numbers.length, root = data.root;
const tape = [];  // what computes each slot, from those of its operands
data.code.forEach(([op, ...from], k) => {
  tape[first + k] = { ...table[data.operations[op]], from: from.flatMap(i => i < 0 ? sequences[-1 - i] : i) };
});
let v = [...data.numbers], g = [], debt = null, eta = data.eta, example = 0, whole = false, total = 0, gradient = [], largest = 0;

const operands = k => tape[k].from.map(i => v[i]);
const forward = () => tape.forEach(({ f }, k) => { v[k] = f(operands(k)); });
// where an operation is constant nothing flows back, not even 0 times infinity
const share = (k, x, slope) => slope || !tape[k].flat ? x * slope : 0;
function back(from, to = 0, inside = null) {  // the derivatives of one slot by those before it, on ways through some slots
  const found = v.map(() => 0), met = new Set([from]);
  found[from] = 1;
  for (let k = from; k >= first && k > to; k--) {
    const { d, from } = tape[k];
    if (met.has(k) && d && (!inside || inside.has(k))) d(operands(k), v[k]).forEach((slope, i) => {
      met.add(from[i]);
      found[from[i]] += share(k, found[k], slope);
    });
  }
  return found;
}
function compute() {  // and find the derivatives that an update goes by
  const mean = whole && averaged();
  forward();
  g = back(root);
  if (!whole) total = v[root];
  gradient = (mean || g).map((x, slot) => x + (debt?.[slot] ?? 0));
}

const local = (k, i) => tape[k].d(operands(k), v[k])[i] ?? 0;
const slope = (of, by) => of === by ? 1 : back(of, by)[by];
const quantities = {
  v: i => v[i], g: i => g[i], p: (i, j) => g[i] * v[j], w: (i, j) => v[i] * v[j], s: slope, l: local,
  c: (k, i) => share(k, g[k], local(k, i)), n: i => v[i] - eta * gradient[i], o: () => 1, t: () => total, x: () => largest,
};
function quantity(text) {
  const rest = text.slice(1), [i, j] = rest.split(".");
  return text[0] < "." ? -quantity(rest) : quantities[text[0]](+i, +j);
}

function fixed(size, digits) {  // a half goes to the even digit, as in Python
  const text = size.toFixed(digits), half = size * 2 ** (digits + 1) % 1 === 0 && size.toFixed(digits + 1).endsWith("5");
  return half && /[13579]$/.test(text) ? (size - 0.5 / 10 ** digits).toFixed(digits) : text;
}
function shown(x, how = "4") {  // as autograd.notation writes a number
  if (how === "r") return x - x === 0 ? `${x}` : `float("${x}")`;
  if (x !== x) return "nan";
  const size = abs(x), sign = x < 0 ? "−" : x > 0 && how.includes("+") ? "+" : "", significant = how.includes("s");
  let digits = +how[0], long = size >= 1e6 || size > 0 && size < 0.5 / 10 ** digits;
  const scientific = size.toExponential(significant ? digits - 1 : max(1, digits - 1));
  if (significant) {
    const exponent = +scientific.split("e")[1];
    long = exponent < -4 || exponent > 5;
    digits -= 1 + exponent;
  }
  const text = size === 1 / 0 ? "∞" : long ? scientific.replace("e+", "e").replace("-", "−") :
    digits < 0 ? fixed(+scientific, 0) : fixed(size, digits);
  return how.includes("(") && x < 0 ? `(${sign}${text})` : sign + text;
}
