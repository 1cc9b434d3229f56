"""Every row of the table as JavaScript, run by node, beside the same row in Python."""

import json
import math
import random
import shutil
import subprocess

import pytest

from autograd.pictures.live.javascript import key, script
from autograd.pictures.live.tape import Operation
from autograd.primitives import TABLE, Primitive
from autograd.replay.recording import DECISIONS

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 19.5, -40.0, 800.0, math.inf, -math.inf, math.nan)
LENGTHS = (1, 3)


def operation(row: Primitive, length: int) -> Operation:
    """Return a row with the shape of its operands, sequences of a given length."""
    number, sequence = None, length
    shapes = {
        "sum": (sequence,), "logsumexp": (sequence,), "dot": (sequence, sequence, number),
        "where": (number,) * 3, "clip": (number,) * 3,
    }  # fmt: skip
    return row.name, shapes.get(row.name, (number,) * len(row.partials))


def samples(row: Primitive, shape: tuple[int | None, ...], rng: random.Random) -> list[list[float]]:
    """Return flat operands from all over the row's domain, special numbers among them."""
    count = sum(1 if n is None else n for n in shape)
    domains = [*row.domain] * 3 if len(row.domain) == 1 else [*row.domain, *row.domain, *row.domain]

    def drawn(k: int) -> float:
        low, high = domains[k]
        if low == -math.inf or high == math.inf:
            size = rng.choice((rng.uniform(0.0, 4.0), 10.0 ** rng.uniform(-12.0, 12.0)))
            return size if low >= 0.0 else max(low, size * rng.choice((-1.0, 1.0)))
        return rng.uniform(low, high)

    found = [[drawn(k if count <= 3 else 0) for k in range(count)] for _ in range(150)]
    found += [
        [x, y, *(rng.uniform(-2.0, 2.0) for _ in range(count))][:count]
        for x in SPECIAL
        for y in (SPECIAL if count > 1 else (0.0,))
    ]
    if row.name == "clip":
        return [[x, *sorted((low, high))] for x, low, high in found if low == low and high == high]
    return [[bool(x > 0.0), *rest] if row.name == "where" else [x, *rest] for x, *rest in found]


def in_python(row: Primitive, shape: tuple[int | None, ...], flat: list[float]) -> list[float]:
    """Return the value and the slopes of a row."""
    rest = iter(flat)
    operands = [next(rest) if n is None else [next(rest) for _ in range(n)] for n in shape]
    out = row.value(*operands)
    found = [out]
    for i in range(len(row.partials)):
        slopes = row.partial(i, *operands, out)
        found += slopes if isinstance(slopes, (list, tuple)) else [slopes]
    return found


def in_node(program: str, data: object) -> list[object]:
    """Return what a program prints of JSON data, in which numbers are text."""
    assert NODE
    text = f"const given={json.dumps(data)};\n{program}"
    done = subprocess.run([NODE, "-"], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


RUN = """
const table_d=(t,a,o)=>t.d?[...t.d(a,o)]:[];
console.log(JSON.stringify(given.map(([key,rows])=>rows.map(a=>{
  const o=table[key].f(a);return [o,...table_d(table[key],a,o)].map(String)}))));
"""


def number(text: str) -> float:
    return {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}.get(text) or float(text)


def close(x: float, y: float, within: float = 1e-12) -> bool:
    return x == y or (x != x and y != y) or abs(x - y) <= within * max(abs(x), abs(y), 1e-290)


@needs_node
def test_every_row_over_its_domain() -> None:
    rng = random.Random(7)
    wanted = [
        (row, operation(row, n))
        for row in TABLE.values()
        for n in (LENGTHS if row.name in ("sum", "dot", "logsumexp") else (1,))
    ]
    given = [(key(op), samples(row, op[1], rng)) for row, op in wanted]
    found = in_node(script(op for _, op in wanted) + RUN, given)
    wrong = []
    for (row, (_, shape)), (name, operands), answers in zip(wanted, given, found):
        assert isinstance(answers, list)
        for flat, texts in zip(operands, answers):
            expected = in_python(row, shape, flat)
            answer = [math.nan if t == "undefined" else number(t) for t in texts]
            if row.name == "where":  # what does not flow is nothing here, and 0 as a number
                answer = [answer[0], *(0.0 if x != x else x for x in (*answer[2:], 0.0)[:2])]
            if len(answer) != len(expected) or not all(map(close, expected, answer)):
                wrong.append((name, flat, expected, answer))
    assert not wrong, f"{len(wrong)}: {wrong[:12]}"


@needs_node
def test_every_comparison() -> None:
    numbers = (0.0, 1.0, -1.0, math.inf, math.nan)
    pairs: dict[str, list[list[float | bool]]] = {
        op: [[x, y] for x in numbers for y in numbers]
        if op not in "&|~"
        else [[a, b][: 1 if op == "~" else 2] for a in (True, False) for b in (True, False)]
        for op in DECISIONS
        if op != "detach"
    }
    pairs["detach"] = [[0.5], [-1.5]]
    operations: list[Operation] = [(op, (None,) * len(rows[0])) for op, rows in pairs.items()]
    found = in_node(script(operations) + RUN, list(pairs.items()))
    for (op, rows), answers in zip(pairs.items(), found):
        assert answers == [[str(DECISIONS[op](*row)).lower()] for row in rows], op


def own_row(forward: object, slope: object) -> Primitive:
    return Primitive("own", "own", forward, (slope,), "of one's own")  # type: ignore[arg-type]


@needs_node
def test_a_row_of_ones_own_runs_in_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    cube = own_row(lambda x: x**3 + x, lambda x, out: 3.0 * x * x + 1.0)
    monkeypatch.setitem(TABLE, "own", cube)
    ((answer,),) = in_node(script([("own", (None,))]) + RUN, [("own", [[1.5]])])  # type: ignore[misc]
    assert answer == ["4.875", "7.75"]


def test_a_row_that_cannot_run_in_a_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for forward in (math.gamma, lambda x: math.gamma(x)):
        monkeypatch.setitem(TABLE, "own", own_row(forward, lambda x, out: out))
        with pytest.raises(TypeError, match="operation 'own' cannot be computed in a page"):
            script([("own", (None,))])
