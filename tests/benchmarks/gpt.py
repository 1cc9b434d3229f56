"""W4: a generative transformer in scalars, after Karpathy's microgpt: one layer, 16 wide, 4 heads, 8 positions."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

from tests.benchmarks.workloads import PLAIN, Scalars, Workload

WIDTH, HEADS, POSITIONS, VOCABULARY = 16, 4, 8, 27
HEAD_WIDTH = WIDTH // HEADS


def weights(seed: int = 2) -> dict[str, list[list[float]]]:
    """Return the matrices, each a list of rows."""
    rng = random.Random(seed)
    shapes = {
        "tokens": (VOCABULARY, WIDTH),
        "positions": (POSITIONS, WIDTH),
        "query": (WIDTH, WIDTH),
        "key": (WIDTH, WIDTH),
        "value": (WIDTH, WIDTH),
        "mixed": (WIDTH, WIDTH),
        "up": (4 * WIDTH, WIDTH),
        "down": (WIDTH, 4 * WIDTH),
        "logits": (VOCABULARY, WIDTH),
    }
    return {
        name: [[rng.gauss(0.0, 0.08) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }


def normalised(x: Sequence[Any], scalars: Scalars) -> list[Any]:
    """Return x over its root mean square."""
    scale = (scalars.weighted(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(x: Sequence[Any], scalars: Scalars) -> list[Any]:
    """Return exp x_i / Σ exp x_j; the scores are small enough to need no shift."""
    weights = [xi.exp() for xi in x]
    total = scalars.added(weights)
    return [w / total for w in weights]


def attention(
    w: Any, x: Sequence[Any], keys: list[Any], values: list[Any], scalars: Scalars
) -> Any:
    """Return what each head takes from the positions so far, and remember this one."""
    query = scalars.layer(w["query"], x)
    keys.append(scalars.layer(w["key"], x))
    values.append(scalars.layer(w["value"], x))
    taken = []
    for start in range(0, WIDTH, HEAD_WIDTH):
        head = slice(start, start + HEAD_WIDTH)
        scores = [scalars.weighted(query[head], k[head]) * HEAD_WIDTH**-0.5 for k in keys]
        shares = softmax(scores, scalars)
        taken += [scalars.weighted(shares, column) for column in zip(*(v[head] for v in values))]
    return scalars.layer(w["mixed"], taken)


def loss(w: Any, text: Sequence[int], scalars: Scalars = PLAIN) -> Any:
    """Return the mean of −log p(next token) over the positions of a text."""
    keys: list[Any] = []
    values: list[Any] = []
    losses = []
    for position, (token, following) in enumerate(itertools.pairwise(text)):
        x = [t + p for t, p in zip(w["tokens"][token], w["positions"][position])]
        x = normalised(x, scalars)
        mixed = attention(w, normalised(x, scalars), keys, values, scalars)
        x = [a + b for a, b in zip(x, mixed)]
        up = [a.relu() for a in scalars.layer(w["up"], normalised(x, scalars))]
        x = [a + b for a, b in zip(x, scalars.layer(w["down"], up))]
        chances = softmax(scalars.layer(w["logits"], x), scalars)
        losses.append(-chances[following].log())
    return scalars.added(losses) * (1.0 / len(losses))


def training_step() -> Workload:
    """Return W4: one text of POSITIONS tokens and the one that follows."""
    rng = random.Random(3)
    text = [rng.randrange(VOCABULARY) for _ in range(POSITIONS + 1)]
    return Workload("W4", weights(), lambda w, scalars=PLAIN: loss(w, text, scalars), 0.01)
