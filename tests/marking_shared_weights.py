"""Workings of networks whose weights have several uses: a recurrent one over time, and a convolution, worked out plainly.

As in `marking_evaluation`, the arithmetic knows nothing of the marker, and no real pupil took part.
"""

import math
import random
from dataclasses import dataclass

from autograd import Value
from nn import assign_credit

F = {
    "tanh": (math.tanh, lambda a: 1.0 - math.tanh(a) ** 2, lambda z: 1.0 - z * z),
    "sigmoid": (
        lambda a: 1 / (1 + math.exp(-a)), lambda a: 1 / (2 + math.exp(a) + math.exp(-a)), lambda z: z * (1 - z),
    ),
}  # fmt: skip

# what a pupil does wrong, with what a report must say to have named it
MISTAKES = {
    "no hidden slope": "left out of (the hidden|every) δ",
    "slope at z": "slope f′ is taken at z",
    "no activation": "activation is left out",
    "hidden sign": "hidden δ have the wrong sign",
    "error twice": "derivative (of the loss is|are) twice|twice as large",
    "loss twice": "loss (and its derivative are|is) twice|twice as large",
    "no weight": "do not go through the weights",
    "one path": "of the ways back is taken",
    "first use": "use alone",
    "last use": "use alone",
    "no tail": "δ alone is taken",
    "tail a": "pre-activation a of the tail",
    "gradient sign": "gradients have the wrong sign",
    "uphill": "uphill",
    "no rate": "learning rate is (left out|1)",
    "rate": "learning rate is",
    "no old weight": "taken for the new weight",
    "slip sign": "sign",
    "slip twice": "twice",
}


@dataclass
class SharedNet:
    """A network as lists of terms: of each unit the weights with what they weight, a unit or a number."""

    units: dict[int, list[tuple[str, int | float]]]  # forward; 0 is the output, and linear
    weights: dict[str, float]
    f: str
    x: list[float]
    y: float
    lr: float
    sizes: str = ""
    g: str = "linear"
    half: bool = True

    def credit(self):
        weights = {name: Value(w, label=name) for name, w in self.weights.items()}

        def net(x):
            z = {}
            for j, terms in self.units.items():
                total = None
                for name, source in terms:
                    if source == 1.0 and type(source) is float:
                        term = weights[name]
                    else:
                        term = weights[name] * (
                            z[source] if type(source) is int else x[self.x.index(source)]
                        )
                    total = term if total is None else total + term
                z[j] = getattr(total, self.f)() if j else total
            return z[0]

        return assign_credit(
            net, self.x, self.y, "half_squared_error", parameters=[*weights.values()]
        )


def make_shared(rng: random.Random) -> SharedNet:
    """Return a recurrent network over time, or a convolution, without zeros."""
    while True:
        f = rng.choice(("tanh", "tanh", "sigmoid"))
        bias = rng.random() < 0.5
        units: dict[int, list[tuple[str, int | float]]] = {}
        xs = rng.sample([k / 10 for k in range(-19, 20) if k % 10], 5)
        if rng.random() < 0.5:
            kind, steps, size = "recurrent", rng.choice((2, 3)), rng.choice((1, 2))
            xs = xs[:steps]
            for t, x in enumerate(xs):
                first = 1 + (steps - 1 - t) * size
                for k in range(size):
                    terms: list[tuple[str, int | float]] = [(f"W{k + 1}", x)]
                    terms += [
                        (f"U{k + 1}{i + 1}", first + size + i) for i in range(size if t else 0)
                    ]
                    units[first + k] = terms + [(f"b{k + 1}", 1.0)] * bias
            last = range(1, size + 1)
        else:
            kind, places = "convolution", rng.choice((2, 3))
            xs = xs[: places + 1]
            for k in range(places):
                units[k + 1] = [("k1", xs[k]), ("k2", xs[k + 1])] + [("b1", 1.0)] * bias
            last = range(1, places + 1)
        units[0] = [(f"v{i}", i) for i in last]
        names = dict.fromkeys(name for terms in units.values() for name, _ in terms)
        weights = {name: rng.choice((-1, 1)) * rng.randint(1, 9) / 10 for name in names}
        net = SharedNet(
            units, weights, f, xs, rng.randint(-2, 2) / 2, rng.choice((0.1, 0.5, 0.2)), kind
        )
        numbers = SharedPupil(net, float, float, 0).numbers
        if all(abs(v) > 0.01 for name, v in numbers.items() if not name.startswith("new")):
            return net


class SharedPupil:
    """Works out every line with the numbers that it wrote down before; the arguments are those of `Pupil`."""

    def __init__(
        self, net, write, way, rng, mistakes=(), memory=False, given=None, slope_from_a=False
    ):
        self.put, self.memory, self.given, m = write, memory, given or {}, set(mistakes)
        self.numbers: dict[str, float] = {}
        self.kept: dict[str, float] = {}
        self.slipped_in: set[str] = set()
        rng = random.Random(rng)
        self.slip = next((s for s in mistakes if s.startswith("slip")), None)
        where, path = rng.random(), rng.choice((0, -1))
        rate = rng.choice((net.lr * 10, net.lr / 10, net.lr * 2, net.lr / 2))
        order = [f"a{j}" for j in net.units] + [f"δ{j}" for j in net.units]
        self.place = order[int(where * len(order))]
        f, slope_a, slope_z = F[net.f]
        zname = {j: f"z{j}" if j else "ŷ" for j in net.units}

        def z(source):
            return self.kept[zname[source]] if type(source) is int else source

        for j, terms in net.units.items():
            a = self.write(f"a{j}", sum(way(net.weights[w] * z(source)) for w, source in terms))
            self.write(zname[j], f(a) if j and "no activation" not in m else a)
        e = self.kept["ŷ"] - net.y
        self.write("L", way(e * e) / 2 * (2.0 if "loss twice" in m else 1.0))
        for j in reversed(net.units):
            if not j:
                self.write("δ0", e * (2.0 if "error twice" in m else 1.0))
                continue
            ways = [
                (k, w)
                for k in sorted(net.units)
                for w, source in net.units[k]
                if type(source) is int and source == j
            ]
            ways = [ways[path]] if "one path" in m else ways
            back = way(
                sum(
                    way(self.kept[f"δ{k}"] * (1.0 if "no weight" in m else net.weights[w]))
                    for k, w in ways
                )
            )
            if "slope at z" in m:
                slope = slope_a(z(j))
            else:
                slope = slope_a(self.kept[f"a{j}"]) if slope_from_a else slope_z(z(j))
            back = back if "no hidden slope" in m else back * way(slope)
            self.write(f"δ{j}", -back if "hidden sign" in m else back)
        for name, w in net.weights.items():
            uses = [
                (j, source) for j in sorted(net.units) for n, source in net.units[j] if n == name
            ]
            uses = uses[:1] if "first use" in m else uses[-1:] if "last use" in m else uses

            def product(j, source):
                tail = (
                    self.kept[f"a{source}"] if "tail a" in m and type(source) is int else z(source)
                )
                return way(self.kept[f"δ{j}"] * (1.0 if "no tail" in m else tail))

            g = sum(product(j, source) for j, source in uses)
            g = self.write(f"∂L/∂{name}", -g if "gradient sign" in m else g)
            step = way(g * (1.0 if "no rate" in m else rate if "rate" in m else net.lr))
            new = w + step if "uphill" in m else -step if "no old weight" in m else w - step
            self.write(f"new {name}", new)

    def write(self, name, value):
        if self.slip and name == self.place:
            self.slipped_in.add(name)
            value = -value if self.slip == "slip sign" else 2 * value
        self.numbers[name] = self.put(value)
        self.kept[name] = self.given.get(name, value if self.memory else self.numbers[name])
        return self.kept[name]
