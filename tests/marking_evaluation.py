# ruff: noqa: B023  (functions within loops are called at once)
"""How well the marker marks: workings made up with and without mistakes, and an oracle that knows which are which.

    python -m tests.marking_evaluation [--right 10000] [--wrong 4000] [--seed 2026]

The arithmetic here is plain, and knows nothing of the marker: a pupil works out a small network line by line, rounds on
the way, leaves lines out, and makes the mistakes that it is told to make. No real pupil took part.
"""

import argparse
import itertools
import math
import random
import re
import time
from dataclasses import dataclass, field

from nn import MLP, assign_credit
from nn.lessons.marking import mark
from tests.marking_shared_weights import MISTAKES as SHARED, SharedPupil, make_shared

SIZES = [(2, 2, 1), (2, 2, 1), (3, 2, 1), (2, 3, 1), (2, 2, 2), (3, 3, 2), (2, 2, 2, 1), (1, 2, 1)]
F = {
    "tanh": (math.tanh, lambda a, z: 1 - z * z),
    "sigmoid": (lambda a: 1 / (1 + math.exp(-a)), lambda a, z: z * (1 - z)),
    "relu": (lambda a: max(a, 0.0), lambda a, z: float(a > 0)),
    "linear": (lambda a: a, lambda a, z: 1.0),
}

# what a pupil does wrong, with what a report must say to have named it
MISTAKES = {
    "no bias": "bias is left out of a",
    "bias minus": "bias is subtracted",
    "lost minus": "minus of .* is lost|wrong sign in a",
    "transposed": "transposed|weights of one unit",
    "no activation": "activation is left out",
    "sigmoid": "taken to be sigmoid|sigmoid is used",
    "loss twice": "loss (and its derivative are|is) twice|twice as large",
    "loss half": "loss (and its derivative are|is) half|half as large",
    "other loss": "loss and its derivative are (twice|half)",
    "error twice": "derivative (of the loss is|are) twice|twice as large",
    "error half": "derivative (of the loss is|are) half|half as large",
    "error sign": "error has the wrong sign|sign is lost",
    "error one": "derivative of the output alone",
    "error output": "target is not subtracted",
    "no out slope": "output is left out of its δ|every δ",
    "no hidden slope": "left out of (the hidden|every) δ",
    "no slope": "left out of (the hidden|every) δ",
    "slope at z": "slope f′ is taken at z",
    "sigmoid slope": "slope is that of sigmoid",
    "slope 1-z": "slope is taken to be 1−z",
    "raw error": "error ŷ−y as it is|do not go through the weights",
    "flat error": "error without the slope of the output",
    "no weight": "do not go through the weights|error ŷ−y as it is",
    "updated": "weights after their update",
    "one path": "of the ways back is taken",
    "hidden sign": "hidden δ have the wrong sign",
    "tail a": "pre-activation a of the tail",
    "no tail": "δ alone is taken",
    "tail weight": "δ times the weight",
    "turned": "δ of the tail and z of the head",
    "gradient sign": "gradients have the wrong sign",
    "bias gradient sign": "gradient of a bias has the wrong sign",
    "uphill": "uphill",
    "rate": "learning rate is",
    "no rate": "learning rate is (left out|1)",
    "no old weight": "taken for the new weight",
    "step delta": "without the output z of the tail",
    "slip sign": "sign",
    "slip twice": "twice",
    "slip half": "half",
    "slip ten": "one place off|learning rate",
    "slip swap": "swapped|digit",
}
# the first two are conventions of other books, and nobody can make both of the others
SAME = (
    {"error sign", "uphill"},
    {"error sign", "gradient sign"},
    {"no bias", "bias minus"},
    {"updated", "turned"},
)
# nobody has listed these: they are neither in the marker's table nor combinations of it
UNLISTED = (
    "cube slope",
    "sum of inputs",
    "loss in delta",
    "weight misread",
    "rounded weight",
    "mean gradient",
)


@dataclass
class Net:
    """A network with an example, in plain lists."""

    sizes: tuple[int, ...]
    weights: list[list[list[float]]]  # [layer][input][unit]
    biases: list[list[float]] | None
    f: str
    g: str
    x: list[float]
    y: list[float]
    lr: float
    half: bool = True

    def layers(self) -> list[list[int]]:
        found, n = [], 0
        for size in reversed(self.sizes):
            found.append(list(range(n, n + size)))
            n += size
        found.reverse()
        found[0].reverse()
        return found

    def credit(self):
        net = MLP.from_weights(self.weights, self.biases, self.f, self.g)
        y = self.y[0] if len(self.y) == 1 else self.y
        return assign_credit(net, self.x, y, "half_squared_error" if self.half else "squared_error")


def make_net(rng: random.Random) -> Net:
    while True:
        sizes = rng.choice(SIZES)
        w = [
            [[rng.choice((-1, 1)) * rng.randint(1, 9) / 10 for _ in range(n)] for _ in range(m)]
            for m, n in itertools.pairwise(sizes)
        ]
        biases = None
        if rng.random() < 0.5:
            biases = [
                [rng.choice((-1, 1)) * rng.randint(1, 5) / 10 for _ in range(n)] for n in sizes[1:]
            ]
        f = rng.choice(("tanh", "tanh", "sigmoid", "relu"))
        g = rng.choice(("linear", "linear", "sigmoid", "tanh"))
        x = [rng.choice((-1, 1)) * rng.randint(1, 4) / 2 for _ in range(sizes[0])]
        y = [rng.randint(-2, 2) / 2 for _ in range(sizes[-1])]
        net = Net(sizes, w, biases, f, g, x, y, rng.choice((0.1, 0.5, 0.2)), rng.random() < 0.7)
        p = Pupil(net, lambda v: v, lambda v: v, 0)
        a = [v for name, v in p.numbers.items() if name[0] == "a"]
        d = [v for name, v in p.numbers.items() if name[0] in "δLzŷ"]
        # what a sheet for a class promises: no kinks, no dead units, no zeros
        if (
            min(map(abs, a)) > 0.05
            and min(map(abs, d)) > 0.004
            and (f != "relu" or min(a[: sizes[1]]) > 0)
        ):
            return net


class Pupil:
    """Works out every line with the numbers that it wrote down before, and makes its mistakes.

    Args:
        net: the example.
        write: how a number is written down, and worked with afterwards.
        way: what is done with the results on the way.
        rng: the seed of what is left to chance: where a slip is made, which way back is forgotten.
        mistakes: what is done wrong.
        memory: whether the calculator keeps all digits of what is written.
        given: numbers to go on with in place of one's own.
        slope_from_a: whether a slope is worked out from a, not from the output.
    """

    def __init__(
        self, net, write, way, rng, mistakes=(), memory=False, given=None, slope_from_a=False
    ):
        self.given, self.slope_from_a = given or {}, slope_from_a
        self.net, self.put, self.way, self.m, self.memory = net, write, way, set(mistakes), memory
        self.numbers: dict[str, float] = {}
        self.kept: dict[str, float] = {}
        self.wrong: set[str] = set()
        self.slipped_in: set[str] = set()
        self.plain: dict[str, float] = {}
        rng = random.Random(rng)
        slip = next((s for s in mistakes if s.startswith("slip")), None)
        self.slip = slip, rng.random()
        self.path = rng.choice((0, -1))
        self.rate = rng.choice((net.lr * 10, net.lr / 10, net.lr * 2, net.lr / 2))
        negative = [k for k, v in enumerate(net.x) if v < 0]
        self.lost = rng.choice(negative) if negative else None
        self.run()

    def get(self, name):
        return self.kept[name]

    def write(self, name, value, right):
        """Write a line: its number, and what the right rule would have given from the same numbers."""
        self.plain[name] = right
        kind, where = self.slip
        names = self.names
        if kind and names[int(where * len(names))] == name:
            self.slipped_in.add(name)
            value = slipped(kind, value, self.put)
        self.numbers[name] = self.put(value)
        self.kept[name] = self.given.get(name, value if self.memory else self.numbers[name])
        if self.numbers[name] != self.put(right) and abs(self.numbers[name] - right) > 1e-9:
            self.wrong.add(name)

    def run(self):
        n, m, way = self.net, self.m, self.way
        layers = n.layers()
        out = layers[-1]
        single = len(out) == 1
        named = {}
        z, zname = {}, {}
        for k, i in enumerate(layers[0]):
            z[i] = n.x[k]
        self.names = [f"a{j}" for layer in layers[1:] for j in layer]
        self.names += [f"z{j}" for layer in layers[1:-1] for j in layer] + ["L"]
        self.names += [f"δ{j}" for layer in layers[1:] for j in layer]
        x0 = set(layers[0])

        def tail(i, lost=False):
            v = z[i] if i in x0 else self.get(zname[i])
            if lost and "lost minus" in m and self.lost is not None and i == layers[0][self.lost]:
                v = abs(v)
            return v

        w, b, new = {}, {}, {}
        for k, (tails, heads) in enumerate(itertools.pairwise(layers)):
            for c, j in enumerate(heads):
                for r, i in enumerate(tails):
                    w[i, j] = n.weights[k][r][c]
                if n.biases:
                    b[j] = n.biases[k][c]
        for tails, heads in itertools.pairwise(layers):
            last = heads is out
            f, _ = F[n.g if last else n.f]
            for c, j in enumerate(heads):

                def total(wrong):
                    s = 0.0
                    for r, i in enumerate(tails):
                        weight = w[i, j]
                        if wrong and "transposed" in m and len(tails) == len(heads):
                            weight = w[tails[c], heads[r]]
                        s += way(weight * tail(i, wrong))
                    if wrong and "sum of inputs" in m:
                        s += 0.37 * sum(tail(i) for i in tails)
                    bias = b.get(j, 0.0)
                    if wrong and "no bias" in m:
                        bias = 0.0
                    return s + (-bias if wrong and "bias minus" in m else bias)

                self.write(f"a{j}", total(True), total(False))
            for j in heads:
                a = self.get(f"a{j}")
                name = ("ŷ" if single else f"ŷ{j}") if last else f"z{j}"
                right = wrong = f(a)
                if not last and "no activation" in m:
                    wrong = a
                if not last and "sigmoid" in m:
                    wrong = F["sigmoid"][0](a)
                zname[j], z[j] = name, None
                self.write(name, wrong, right)
        e = {j: self.get(zname[j]) - t for j, t in zip(out, n.y)}
        c = 0.5 if n.half else 1.0
        L = c * sum(way(v * v) for v in e.values())
        factor = 2.0 if "loss twice" in m else 0.5 if "loss half" in m else 1.0
        if "other loss" in m:
            factor = 2.0 if n.half else 0.5
        self.write("L", L * factor, L)
        dL = {j: 2 * c * v for j, v in e.items()}

        def slope(j, last, wrong, name=None):
            f = n.g if last else n.f
            a, v = self.get(f"a{j}"), self.get(zname[j])
            if wrong and f != "linear":
                if (
                    ("no out slope" in m and last)
                    or ("no hidden slope" in m and not last)
                    or "no slope" in m
                ):
                    return 1.0
                if "slope at z" in m:
                    return way(F[f][1](v, F[f][0](v)))
                if "sigmoid slope" in m:
                    return way(v * (1 - v))
                if "slope 1-z" in m:
                    return way(1 - v)
                if "cube slope" in m and not last:
                    return way(1 - abs(v) ** 3 / 2)
            return way(F[f][1](a, F[f][0](a) if self.slope_from_a else v))

        def error(j, wrong):
            v = dL[j]
            if wrong:
                v *= {"error twice": 2.0, "error half": 0.5, "error sign": -1.0}.get(
                    next((s for s in m if s in ("error twice", "error half", "error sign")), ""),
                    1.0,
                )
                if "other loss" in m:
                    v *= 2.0 if n.half else 0.5
                if "error one" in m:
                    v = 1.0
                if "error output" in m:
                    v = self.get(zname[j])
                if "loss in delta" in m:
                    v = v + self.get("L")
            return way(v)

        for k in range(len(layers) - 1, 0, -1):
            heads = layers[k]
            for j in heads:
                if k == len(layers) - 1:
                    self.write(
                        f"δ{j}",
                        error(j, True) * slope(j, True, True),
                        error(j, False) * slope(j, True, False),
                    )
                    continue
                behind = layers[k + 1]

                def back(wrong):
                    parts = []
                    for h in behind:
                        d, weight = self.get(f"δ{h}"), w[j, h]
                        if wrong:
                            if "updated" in m:
                                weight = new[j, h]
                            if "no weight" in m:
                                weight = 1.0
                            if "weight misread" in m:
                                weight = weight + 0.037
                            if h in out and "raw error" in m:
                                d, weight = error(h, True), 1.0
                            if h in out and "flat error" in m:
                                d = error(h, True)
                        parts.append(way(d * weight))
                    if wrong and "one path" in m and len(parts) > 1:
                        parts = [parts[self.path]]
                    s = sum(parts)
                    return way(-s if wrong and "hidden sign" in m else s)

                self.write(
                    f"δ{j}",
                    back(True) * slope(j, False, True),
                    back(False) * slope(j, False, False),
                )
            for j in heads:
                for i in [*layers[k - 1], *([None] if j in b else [])]:
                    d = self.get(f"δ{j}")
                    edge = f"b{j}" if i is None else f"w{i}>{j}"
                    right = d * (1.0 if i is None else tail(i))
                    g = d * (1.0 if i is None else tail(i, True))
                    if i is None and "bias gradient sign" in m:
                        g = -d
                    if i is not None:
                        if "tail a" in m and i not in x0:
                            g = d * self.get(f"a{i}")
                        if "no tail" in m:
                            g = d
                        if "tail weight" in m:
                            g = d * w[i, j]
                        if "turned" in m and i not in x0:
                            named.setdefault("turned", []).append((edge, i, j))
                        if "mean gradient" in m:
                            g = d * (tail(i) + 0.61) / 2
                    if "gradient sign" in m:
                        g = -g
                    old = b[j] if i is None else w[i, j]
                    self.write(f"∂L/∂{edge}", g, right)
                    gradient = self.get(f"∂L/∂{edge}")
                    rate = self.rate if "rate" in m else 1.0 if "no rate" in m else n.lr
                    step = way(rate * (d if "step delta" in m else gradient))
                    fresh = (
                        old + step
                        if "uphill" in m
                        else -step
                        if "no old weight" in m
                        else old - step
                    )
                    if "rounded weight" in m:
                        fresh = old * 0.873 - step
                    self.write(f"new {edge}", fresh, old - way(n.lr * gradient))
                    if i is not None:
                        new[i, j] = self.get(f"new {edge}")
        if "turned" in named:
            for edge, i, j in named["turned"]:
                right = self.plain[f"∂L/∂{edge}"]
                self.write(f"∂L/∂{edge}", self.get(f"δ{i}") * self.get(zname[j]), right)
                old = w[i, j]
                fresh = old - way(n.lr * self.get(f"∂L/∂{edge}"))
                self.write(f"new {edge}", fresh, fresh)


def slipped(kind, value, put):
    if kind == "slip sign":
        return -value
    if kind == "slip twice":
        return 2 * value
    if kind == "slip half":
        return value / 2
    if kind == "slip ten":
        return value * 10
    text = f"{put(value):.6f}".rstrip("0")
    places = [
        k
        for k in range(len(text) - 1)
        if text[k].isdigit() and text[k + 1].isdigit() and text[k] != text[k + 1]
    ]
    if not places:
        return value
    k = places[0]
    return float(text[:k] + text[k + 1] + text[k] + text[k + 2 :])


@dataclass
class Style:
    """How a pupil writes: so many decimals or digits, rounded or cut off, worked with as written or from memory."""

    digits: int
    significant: bool
    cut: bool
    memory: bool
    on_the_way: bool
    left_out: float

    def put(self, v: float) -> float:
        if v == 0 or not math.isfinite(v):
            return v
        places = (
            self.digits - 1 - math.floor(math.log10(abs(v))) if self.significant else self.digits
        )
        if self.cut:
            return math.trunc(v * 10.0**places + math.copysign(1e-9, v)) / 10.0**places
        return round(v, places)

    def unit(self, v: float) -> float:
        return 10.0 ** (
            (math.floor(math.log10(abs(v))) + 1 if v else 0) * self.significant - self.digits
        )

    def text(self, v: float) -> str:
        if self.significant and v:
            return f"{v:.{max(self.digits - 1 - math.floor(math.log10(abs(v)) + 1e-12), 0)}f}"
        return f"{v:.{self.digits}f}"


def make_style(rng, digits=None, plain=False) -> Style:
    memory = rng.random() < 0.3
    return Style(
        digits or rng.randint(2, 6), rng.random() < 0.4, not plain and rng.random() < 0.1, memory,
        not memory and rng.random() < 0.5, rng.choice((0.0, 0.0, 0.2, 0.4)),
    )  # fmt: skip


@dataclass
class Working:
    """A working, and what the oracle knows of it.

    Attributes:
        net: the example.
        text: what is written down, by name.
        off: the lines that are wrong: no right rule makes them of the numbers before them, and no right number is so.
        seen: whether each mistake shows in a wrong line, and no one mistake would do.
    """

    net: Net
    text: dict[str, str]
    off: set[str]
    seen: bool


def make_working(rng, style, mistakes=(), shared=False) -> Working | None:
    """Return a working; none if the slip is in a line that is not written."""
    make, pupils = (make_shared, SharedPupil) if shared else (make_net, Pupil)
    net, seed = make(rng), rng.random()
    way = style.put if style.on_the_way else (lambda v: v)
    pupil = pupils(net, style.put, way, seed, mistakes, style.memory)
    kept = {name: v for name, v in pupil.kept.items() if rng.random() >= style.left_out}
    if pupil.slipped_in - kept.keys():
        return None

    def missed(made, lines) -> set[str]:
        """Return the lines that these mistakes, or none, do not make of the numbers that were written before them."""
        ways = [
            pupils(net, style.put, way, seed, made, style.memory, kept, a) for a in (False, True)
        ]
        return {
            name for name in lines
            if all(abs(w.numbers[name] - pupil.numbers[name]) > 2.5 * style.unit(pupil.numbers[name]) for w in ways)
        }  # fmt: skip

    right = pupils(net, float, float, 0).numbers
    half = 1.0 if style.cut else 0.5
    off = {
        name for name in missed((), kept)
        if abs(right[name] - pupil.numbers[name]) > (half + 1e-9) * style.unit(pupil.numbers[name])
    }  # fmt: skip
    seen = len(mistakes) < 2 or all(missed([m], off) for m in (SHARED if shared else MISTAKES))
    return Working(net, {name: style.text(pupil.numbers[name]) for name in kept}, off, seen)


@dataclass
class Count:
    """Tallies; unseen are the workings that one mistake fewer would explain."""

    made: int = 0
    unseen: int = 0
    hits: dict[str, int] = field(default_factory=dict)

    def add(self, **found: bool) -> None:
        self.made += 1
        for name, yes in found.items():
            self.hits[name] = self.hits.get(name, 0) + bool(yes)

    def share(self, name: str) -> float:
        return self.hits.get(name, 0) / max(self.made, 1)


def right_workings(count: int, seed: int, show=0, shared=False) -> tuple[int, float]:
    """Return how many right workings lose a mark, and the seconds a sheet takes."""
    rng, lost, spent = random.Random(f"right {seed}" + " shared" * shared), 0, 0.0
    for k in range(count):
        style = make_style(rng)
        working = make_working(rng, style, shared=shared)
        if not working.text:
            continue
        net, text, credit = working.net, working.text, working.net.credit()
        start = time.process_time()
        report = mark(text, credit, net.lr)
        spent += time.process_time() - start
        bad = not report.ok or any(line.note for line in report.lines)
        lost += bad
        if bad and show > 0:
            show -= 1
            print(k, style, net.sizes, net.f, net.g)
            print(report)
    return lost, spent / count


def wrong_workings(
    count: int, seed: int, digits, number=1, show=0, kinds=None, shared=False
) -> tuple[Count, dict[str, Count], float]:
    """Return what was found in workings with one mistake, or two."""
    rng, all_of, each, spent = random.Random(f"wrong {seed} {digits} {number}"), Count(), {}, 0.0
    patterns = SHARED if shared else MISTAKES
    names = list(kinds or patterns)
    while all_of.made < count:
        chosen = rng.sample(names, number)
        if (
            any(same <= set(chosen) for same in SAME)
            or sum(m.startswith("slip") for m in chosen) > 1
        ):
            continue
        style = make_style(rng, rng.choice(digits), plain=True)
        working = make_working(rng, style, chosen, shared)
        if working is None or not working.off:
            continue
        if not working.seen:
            all_of.unseen += 1
            continue
        net, text, credit, wrong = working.net, working.text, working.net.credit(), working.off
        start = time.process_time()
        report = mark(text, credit, net.lr)
        spent += time.process_time() - start
        said = [" | ".join(causes) for causes in report.causes]
        known = [patterns[m] for m in chosen if m in patterns]
        named = [any(re.search(pattern, s) for s in said) for pattern in known]
        false = any(not any(re.search(pattern, s) for pattern in known) for s in said)
        close = abs(report.count("wrong") - len(wrong)) <= 1
        all_of.add(named=all(named), false=false, close=close)
        for m in chosen:
            each.setdefault(m, Count()).add(named=all(named), false=false, close=close)
        if show and (not all(named) or false or not close):
            show -= 1
            print(chosen, style, net.sizes, net.f, net.g, net.half, sorted(wrong))
            print(report)
    return all_of, each, spent / count


def without_knowing(count: int, seed: int) -> dict[str, float]:
    """Return what share of the marks sheets earn that were made without knowing anything."""
    rng, found = random.Random(f"blind {seed}"), {}
    for _ in range(count):
        net = make_net(rng)
        credit, names = net.credit(), list(Pupil(net, lambda v: v, lambda v: v, 0).numbers)
        other = make_net(rng)
        while other.sizes != net.sizes or bool(other.biases) != bool(net.biases):
            other = make_net(rng)
        style = Style(4, False, False, False, False, 0.0)
        sheets = {
            "zeros": dict.fromkeys(names, "0.0000"),
            "ones": dict.fromkeys(names, "1.0000"),
            "0.1 throughout": dict.fromkeys(names, "0.1000"),
            "invented": {name: f"{rng.uniform(-1, 1):.4f}" for name in names},
            "another sheet's": {
                n: style.text(v) for n, v in Pupil(other, style.put, style.put, 0).numbers.items()
            },
        }
        for kind, sheet in sheets.items():
            report = mark(sheet, credit, net.lr)
            found[kind] = found.get(kind, 0.0) + report.marks / report.of / count
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--right", type=int, default=10_000)
    parser.add_argument("--wrong", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--show", type=int, default=0, help="so many of the reports that miss")
    parser.add_argument("--only", help="right, one, two, three, unlisted, shared or blind")
    given = parser.parse_args()

    def wanted(part: str) -> bool:
        return given.only in (None, part)

    if wanted("right"):
        lost, seconds = right_workings(given.right, given.seed, given.show)
        print(
            f"right workings that lose a mark: {lost} of {given.right}; {1000 * seconds:.1f} ms a sheet",
            flush=True,
        )
    parts = [("one", (4, 5, 6), 1, "one mistake, from 4 digits"), ("two", (4, 5, 6), 2, "two mistakes, from 4 digits"),
             ("three", (3,), 1, "one mistake, 3 digits"), ("unlisted", (4, 5, 6), 1, "mistakes not in the list")]  # fmt: skip
    for part, digits, number, title in parts:
        if not wanted(part):
            continue
        kinds = UNLISTED if part == "unlisted" else None
        total, each, seconds = wrong_workings(
            given.wrong, given.seed, digits, number, given.show, kinds
        )
        named = "" if kinds else f"named {total.share('named'):.2%}, "
        title += f" ({total.unseen} more that one mistake would explain)" * bool(total.unseen)
        print(f"{title}: {named}another idea named {total.share('false'):.2%}, "
              f"mark within a line {total.share('close'):.2%}; {1000 * seconds:.1f} ms a sheet", flush=True)  # fmt: skip
        for m, count in sorted(each.items(), key=lambda item: item[1].share("named"))[:8]:
            print(
                f"    {m}: {count.made}, named {count.share('named'):.1%}, other {count.share('false'):.1%}, close {count.share('close'):.1%}"
            )
    if wanted("shared"):
        lost, seconds = right_workings(given.right, given.seed, given.show, shared=True)
        print(
            f"shared weights, right workings that lose a mark: {lost} of {given.right}; {1000 * seconds:.1f} ms a sheet"
        )
        for number in (1, 2):
            total, each, seconds = wrong_workings(
                given.wrong, given.seed, (4, 5, 6), number, given.show, shared=True
            )
            print(f"shared weights, mistakes {number}: named {total.share('named'):.2%}, another {total.share('false'):.2%}, "
                  f"close {total.share('close'):.2%}; {1000 * seconds:.1f} ms a sheet", flush=True)  # fmt: skip
            for m, count in sorted(each.items(), key=lambda item: item[1].share("named"))[:8]:
                print(
                    f"    {m}: {count.made}, named {count.share('named'):.1%}, other {count.share('false'):.1%}"
                )
    if wanted("blind"):
        for kind, share in without_knowing(max(given.wrong // 20, 10), given.seed).items():
            print(f"{kind}: {share:.1%} of the marks")


if __name__ == "__main__":
    main()
