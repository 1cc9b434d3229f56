"""The equations of a recorded function as text and as LaTeX.

Every equation is computed at two points before it is printed; where one does not hold, because matrices of this
kind cannot say what the function does, its operations are printed one by one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from autograd.matrices.arguments import Block
from autograd.matrices.equations.backward import Backward, write_backward
from autograd.matrices.equations.formula import Equation, Untrue
from autograd.matrices.equations.forward import write_forward
from autograd.matrices.equations.names import Names
from autograd.matrices.equations.sources import Sources
from autograd.matrices.grouping import Grouping
from autograd.matrices.schedule import Schedule
from autograd.replay.recording import Recording
from autograd.replay.source import write_source

_MOST = 5000  # operations; whoever has more reads no equations
_LINES, _WIDEST = 60, 200  # lines of operations printed one by one, and their characters


def page(grouping: Grouping, blocks: Sequence[Block], mean: bool, recording: Recording) -> str:
    """Return all equations as text: for one example, and if there is a batch, for n of them."""
    found = _pages(grouping, blocks, mean, recording)
    if found is None:
        return _one_by_one(recording)
    titles = "One example, in columns", "n examples, one a row"
    return "\n\n".join(_section(*pair) for pair in zip(titles, found))


def latex(grouping: Grouping, blocks: Sequence[Block], mean: bool, recording: Recording) -> str:
    """Return all equations as LaTeX `aligned` environments."""
    found = _pages(grouping, blocks, mean, recording)
    if found is None:
        lines = [rf"  &\texttt{{{_typed(line)}}}" for line in _one_by_one(recording).splitlines()]
        return _aligned(lines)
    return "\n".join(
        _aligned([_line(e) for title, part in page.parts.items() if title != "given" for e in part])
        for page in found
    )


@dataclass(frozen=True, eq=False)
class Page:
    """The equations of a function by their headings; n of an example in columns is None."""

    n: int | None
    parts: dict[str, list[Equation]]


def _pages(
    grouping: Grouping, blocks: Sequence[Block], mean: bool, recording: Recording
) -> list[Page] | None:
    """Return the page for one example, and that for n of them if there is a batch; None if they are not true."""
    if len(recording.instructions) > _MOST:
        return None
    batch = any(block.batched for block in blocks)
    pages = []
    with np.errstate(all="ignore"):
        for rows in (False, True)[: 1 + batch]:
            points = [*islice(_points(grouping, blocks, rows, mean), 2)]
            page = _page(points, mean, layered=True) or _page(points, mean, layered=False)
            if page is None:
                return None
            pages.append(page)
    return pages


def _page(points: Sequence[Sources], mean: bool, layered: bool) -> Page | None:
    """Return the equations if they hold at all points, and there is one."""
    pages = []
    for sources in points:
        try:
            names = Names(sources, layered, mean)
            forward, backward = write_forward(names), write_backward(names)
        except Untrue:
            return None
        equations = [*names.given, *forward, *backward.equations]
        if not all(e.holds() for e in equations) or _one_name_for_two(names, backward, equations):
            return None
        parts = names.given, forward, backward.equations, backward.updates
        pages.append(Page(sources.n, dict(zip(("given", "forward", "backward", "update"), parts))))
    return pages[0] if pages else None


def _one_name_for_two(names: Names, backward: Backward, equations: Sequence[Equation]) -> bool:
    """Tell whether two matrices go by one name, or one by that of the number n, the rate η or a unit vector e."""
    sources, known = names.sources, dict[str, Any]()
    for name, used in (
        ("n", sources.n is not None),
        ("η", bool(backward.updates)),
        ("e", any(re.search(r"\be\[", e.text) for e in equations)),
    ):
        known |= {name: None} if used else {}
    shown = [
        name
        for source, name in names.written.items()
        if source not in sources.blocks
        or not backward.parameters.issuperset(sources.blocks[source].slots)
    ]
    for layer in names.layers.values():
        shown += [x for x in (layer.w, layer.b, layer.x) if x is not None]
    return any(not _same(known.setdefault(x.text, x.value), x.value) for x in shown)


def _same(x: Any, y: Any) -> bool:
    return x is y or np.array_equal(x, y)


def _points(
    grouping: Grouping, blocks: Sequence[Block], rows: bool, mean: bool
) -> Iterator[Sources]:
    """Yield the sources at some points at which all is finite."""
    schedule = Schedule(grouping, blocks, np, np.dtype(float))
    sizes = {schedule.varying, schedule.shared, *schedule.sizes}
    n = next(n for n in range(3, len(sizes) + 4) if n not in sizes) if rows else 1
    batch = any(block.batched for block in blocks)
    rng = np.random.default_rng(0)
    for low, high in ((0.3, 0.9), (-0.9, 0.9), (1.2, 1.9), (-1.9, -1.2)):
        # the more numbers a block has, the smaller: a sum of many shall not saturate what is made of it
        arrays = [
            rng.uniform(low, high, (n,) * x.batched + x.shape) / max(1, len(x.slots)) ** 0.25
            for x in blocks
        ]
        state = schedule.forward(schedule.constants, np.ones((n, 1)), arrays)
        values = [state.arrays[source] for source in range(len(schedule.sizes))]
        gradients: list[Any] = [None] * len(values)
        if schedule.differentiable:
            scale = 1.0 / n if rows and mean else 1.0
            schedule.backward(np.full((1, n if batch else 1), scale), state)
            gradients = [schedule.gradient(source, state) for source in range(len(values))]
        gradients = [np.zeros_like(v, float) if g is None else g for v, g in zip(values, gradients)]
        if all(np.isfinite(x).all() for x in (*values, *gradients)):
            widened = [np.broadcast_to(g, v.shape) for v, g in zip(values, gradients)]
            yield Sources(grouping, blocks, n if rows else None, values, widened)


def _section(title: str, page: Page) -> str:
    lines = [title]
    width = max((len(e.text) for part in page.parts.values() for e in part), default=0)
    for heading, part in page.parts.items():
        lines += [f"  {heading}"] if part else []
        for e in part:
            shape = "×".join("n" if size == page.n else str(size) for size in e.left.value.shape)
            lines.append(f"    {e.text.ljust(width)}  {shape * (e.sign == '=')}".rstrip())
    return "\n".join(lines)


def _one_by_one(recording: Recording) -> str:
    """Return the operations as Python, for a function that the matrices of a network do not describe."""
    count = len(recording.instructions)
    if max(count, len(recording.names)) > _MOST:
        return f"{count:,} operations: too many to print"
    lines = write_source(recording).split("\n\n\n")[-1].splitlines()
    rest = len(lines) - _LINES
    lines[_LINES:] = [f"… and {rest} more lines, in the Program's source"] if rest > 0 else []
    head = "The matrices of a network do not say this; operation by operation:"
    return "\n".join(
        [head, *(f"  {line if len(line) <= _WIDEST else line[:_WIDEST] + ' …'}" for line in lines)]
    )


def _line(e: Equation) -> str:
    sign = {"=": "=", "←": r"\leftarrow"}[e.sign]
    return f"  {e.left.latex} &{sign} {e.right.latex}"


def _aligned(lines: Sequence[str]) -> str:
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _typed(line: str) -> str:
    escaped = "".join("\\" + c if c in "#$%&_{}" else c for c in line.replace("**", "^"))
    return escaped.replace("^", r"\^{}").replace("  ", r"\ \ ")
