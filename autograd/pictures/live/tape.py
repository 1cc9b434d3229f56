"""A recorded graph as plain data: numbers, and instructions that name their operands by place."""

from collections.abc import Iterable, Iterator
from typing import Any

from autograd.graph.conditions import Condition
from autograd.graph.reverse import inner_nodes
from autograd.graph.walks import topological
from autograd.structure import leaves as flat
from autograd.value import Value

# What an instruction does: the name of a row of the table or the symbol of a comparison, and for each
# operand None, or how many numbers there are in a sequence.
Operation = tuple[str, tuple[int | None, ...]]


class Tape:
    """The graph below a root, ready to be computed again with other numbers.

    Every number has a slot: first those of leaves and constants, then the result of each instruction.
    Backwards, the instructions meet in the order of `Value.backward`, so that sums have the same bits.

    Args:
        root: the result whose derivatives are wanted.
        leaves: Values that get a slot in any case, in this order.
        others: further results.

    Attributes:
        numbers: what leaves and constants hold.
        operations: each operation once.
        code: for each instruction the place of its operation, then a slot for each operand; -1 - k for sequence k.
        sequences: the slots of the operands that come in sequences, such as the inputs that a layer's units share.
        frozen: how many choices of a branch were made for good when the graph was recorded.
    """

    def __init__(
        self, root: Value, leaves: Iterable[Value] = (), others: Iterable[Value] = ()
    ) -> None:
        self.numbers: list[float | bool] = []
        self.code: list[list[int]] = []
        self.sequences: list[list[int]] = []
        self._slots: dict[Any, int] = {}
        self.root = root  # keeps alive what is known by its id
        self.others = tuple(others)
        computed = list(_in_order(root, self.others))
        operands = [x for node in computed for x in flat(_operands(node))]
        for x in (*leaves, *(x for x in (*operands, root, *self.others) if not _operands(x))):
            if _key(x) not in self._slots:
                self._slots[_key(x)] = len(self.numbers)
                self.numbers.append(x.data if type(x) is Value else x)
        places: dict[Operation, int] = {}
        shared: dict[int, int] = {}
        for node in computed:
            place = places.setdefault(_operation(node), len(places))
            self._slots[id(node)] = len(self.numbers) + len(self.code)
            self.code.append([place, *(self._operand(x, shared) for x in _operands(node))])
        self.operations = list(places)
        self.frozen = sum(
            _operation(node)[0] == "where" and type(_operands(node)[0]) is bool for node in computed
        )

    def _operand(self, x: Any, shared: dict[int, int]) -> int:
        if type(x) is not tuple:
            return self._slots[_key(x)]
        if id(x) not in shared:
            shared[id(x)] = -1 - len(self.sequences)
            self.sequences.append([self._slots[_key(item)] for item in x])
        return shared[id(x)]

    def __getitem__(self, v: Value) -> int:
        """Return the slot of a Value."""
        return self._slots[id(v)]


def _key(x: Any) -> Any:
    """Return how an operand is known: a node by its identity, a plain number by what it is."""
    return id(x) if type(x) is Value or type(x) is Condition else repr(x)


def _operands(x: Any) -> tuple[Any, ...]:
    """Return the operands of a node as its row takes them; of a leaf or a number none."""
    if type(x) is Condition:
        return x.operands
    return x._operands() if type(x) is Value and x.op not in ("", "constant") else ()


def _operation(node: Any) -> Operation:
    name = node.symbol if type(node) is Condition else node.op
    return name, tuple(len(x) if type(x) is tuple else None for x in _operands(node))


def _in_order(root: Value, others: Iterable[Value]) -> Iterator[Any]:
    """Yield every computed node after its operands, those that a gradient passes in the order of `backward`."""
    done: set[int] = set()

    def operands(node: Any) -> list[Any]:  # the last first, as `backward` searches
        return [x for x in flat(_operands(node)) if id(x) not in done][::-1]

    for start in (*inner_nodes(root), root, *others):
        for node in topological(start, operands):
            if id(node) not in done and _operands(node):
                done.add(id(node))
                yield node
