"""The numbers of units, joints and inputs: backwards from the output, so that every consumer has a smaller one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

from nn.credit.finding.joints import Joint, Joints
from nn.credit.finding.recorded import Recorded
from nn.credit.finding.units import Unit, Units


@dataclass(eq=False, slots=True)
class Cell:
    """A unit, a joint or an input with its number.

    Attributes:
        index: the number.
        z: the node that holds its value.
        part: the unit or the joint; None for an input.
        tails: the nodes it reads, from left to right.
        rank: the length of the longest way from it to the outputs.
    """

    index: int
    z: int
    part: Unit | Joint | None
    tails: Sequence[int]
    rank: int


def cells(graph: Recorded, units: Units, joints: Joints) -> dict[int, Cell]:
    """Return the cells of a network by the node that holds their value, in the order of their numbers.

    Numbers go by rank, and within a rank by the lowest number of a consumer and the place there; those of rank 0 in
    the order of the outputs. Then come plain numbers and learned inputs, then the inputs from the last to the first.
    """
    parts: dict[int, Unit | Joint] = {**units.found, **joints.found}
    tails = _tails(graph, parts)
    ranks = _ranks(parts, tails)
    numbers: dict[int, int] = {}
    # of what was read, the lowest number of a consumer first, there the first place
    order: dict[int, int] = {}
    seen: set[int] = set()  # the ids of tails: units of a layer share them

    def give(z: int) -> None:
        numbers[z] = len(numbers)
        read = tails.get(z, ())
        if id(read) not in seen:
            seen.add(id(read))
            for p in read:
                order.setdefault(p, len(order))

    place_of = {z: k for k, z in enumerate(graph.outputs)}
    by_rank: dict[int, list[int]] = {}
    for z in parts:
        by_rank.setdefault(ranks.get(z, 0), []).append(z)
    last = len(graph.values)
    for rank in sorted(by_rank):
        for z in sorted(by_rank[rank], key=lambda z: (order.get(z, last), place_of.get(z, 0))):
            give(z)
    for z in dict.fromkeys((*order, *graph.outputs)):
        if z not in parts and not graph.is_input[z]:
            give(z)
    for z in (z for z in reversed(graph.inputs) if z not in parts):  # x may be computed
        give(z)
    first = max(ranks.values(), default=0)
    return {
        z: Cell(k, z, parts.get(z), tails.get(z, ()), ranks.get(z, first))
        for z, k in numbers.items()
    }


def _tails(graph: Recorded, parts: dict[int, Unit | Joint]) -> dict[int, Sequence[int]]:
    """Return what each cell reads, from left to right.

    What a joint reads goes by the first weight that has a part in it, so that the order of factors does not matter.
    """
    tails: dict[int, Sequence[int]] = {z: part.tails for z, part in parts.items()}
    # the place of the first weight of a unit, of a joint that of what it reads
    first: dict[int, int] = {}
    last = 1 + max(graph.weights.values(), default=0)
    joints = sorted(z for z, part in parts.items() if isinstance(part, Joint))

    def first_of(z: int) -> int:
        if z not in first:
            part = parts.get(z)
            own = part.own if isinstance(part, Unit) else ()
            first[z] = min(map(graph.weights.get, own, repeat(last)), default=last)
        return first[z]

    for z in joints:
        tails[z] = sorted(tails[z], key=first_of)
        first[z] = min(map(first_of, tails[z]), default=last)
    return tails


def _ranks(parts: dict[int, Unit | Joint], tails: dict[int, Sequence[int]]) -> dict[int, int]:
    """Return the rank of each node that a cell is or reads; the results of a block share theirs."""
    blocks: dict[int, list[int]] = {}
    groups: list[list[int]] = []
    for z in sorted(parts):
        block = part.block if isinstance(part := parts[z], Joint) else None
        if block is None:
            groups.append([z])
        elif block in blocks:
            blocks[block].append(z)
        else:
            groups.append(blocks.setdefault(block, [z]))
    ranks: dict[int, int] = {}
    done: dict[int, int] = {}  # the rank that shared tails have by now
    # a result of a block is made after all that the block reads, and before whoever reads the result
    for group in reversed(groups):
        rank = max([ranks.get(z, 0) for z in group])
        for z in group:
            ranks[z], read = rank, tails[z]
            if done.get(id(read), 0) <= rank:
                done[id(read)] = rank + 1
                for p in read:
                    if ranks.get(p, 0) <= rank:
                        ranks[p] = rank + 1
    return ranks
