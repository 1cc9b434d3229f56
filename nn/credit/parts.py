"""What a network is made of, with its numbers: nodes, edges, links and weights."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from autograd.notation import factor, shown
from nn.naming import edge_name, layered_name
from nn.notations import SLIDES, Names

K = TypeVar("K")
V = TypeVar("V")
Key: TypeAlias = tuple[int | None, int] | tuple[int | None, int, int]
Kind = Literal["unit", "joint", "input"]


class Known(dict[K, V]):
    """What a network has, by number or by name: it says of what it has not what there is."""

    kind = "item"

    def __missing__(self, key: Any) -> V:
        listed = ", ".join(map(str, self))
        raise KeyError(f"there is no {self.kind} {key!r}; there are {cut(listed)}")


class Nodes(Known[int, "Node"]):
    """The nodes by their numbers."""

    def __missing__(self, key: Any) -> "Node":
        raise KeyError(f"there is no node {key!r}; there are nodes {min(self)} to {max(self)}")


def cut(text: str, most: int = 300) -> str:
    """Return a text of at most so many signs: the end of a longer one is left out."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


@dataclass(frozen=True, eq=False, repr=False)
class Node:
    """A unit, a joint or an input of the network, with what passed through it.

    Attributes:
        index: its number, counted backwards from the output.
        layer: 0 for the inputs, then 1, 2, … to the outputs.
        given_name: the name of its output that is not made of its number; often empty.
        a: its pre-activation; None if it is not a unit.
        z: its output; of an input the number fed in.
        slope: f′(a), the slope of its activation; None if it is not a unit.
        delta: δ: of a unit ∂L/∂a, of a joint ∂L/∂z; None for an input.
        target: what the output should have been; None if that is not one number, or no output.
        kind: "unit", a weighted sum with its activation; "joint", a sum, a product, a softmax … between units; "input".
        does: the activation of a unit, or what a joint does, in a word.
        label: the label of its Value.
        block: the number of the block, a softmax say, whose result a joint is; None if it stands alone.
        names: what things are called.

    >>> from nn.lessons import example
    >>> example("worked").credit().nodes[1]
    <unit 1, z₁: a 1.1900, z 0.8306 (tanh), δ +0.1363>
    """

    index: int
    layer: int
    given_name: str
    a: float | None
    z: float
    slope: float | None
    delta: float | None
    target: float | None
    kind: Kind
    does: str = ""
    label: str = ""
    block: int | None = None
    names: Names = SLIDES

    @classmethod
    def of(cls, *values: Any) -> "Node":
        """Return a node with all of these attributes; the usual way sets each of them alone, to freeze it."""
        node = object.__new__(cls)
        vars(node).update(zip(cls.__dataclass_fields__, values))
        return node

    @cached_property
    def name(self) -> str:
        """What its output is called: x₃, z₁, ŷ."""
        return self.given_name or self.names.z(self.index)

    @property
    def target_name(self) -> str:
        """What the target of an output is called: y, or y₁ where there are several."""
        return self.names.target(self.index)

    @property
    def a_name(self) -> str:
        """What the pre-activation is called: a₁."""
        return self.names.a(self.index)

    @property
    def delta_name(self) -> str:
        """What the error is called: δ₁."""
        return self.names.delta(self.index)

    @property
    def error(self) -> float:
        """The error δ with the sign of the notation: −∂L/∂a in some books; 0 of an input."""
        delta = 0.0 if self.delta is None else self.delta
        return delta if self.names.sign > 0.0 else -delta

    def __repr__(self) -> str:
        a, z, delta = map(self.names.letter, ("a", "z", "delta"))
        told = [] if self.a is None else [f"{a} {shown(self.a, 4)}"]
        told.append(f"{z} {shown(self.z, 4)}" + f" ({self.does})" * bool(self.does))
        told += [] if self.delta is None else [f"{delta} {shown(self.error, 4, sign=True)}"]
        told += [] if self.target is None else [f"{self.target_name} {shown(self.target, 4)}"]
        return f"<{self.kind} {self.index}, {self.name}: {', '.join(told)}>"


@dataclass(frozen=True, eq=False)
class Register:
    """What all edges of a network know of its weights and layers; names are made when one is looked at.

    Args:
        layers: the numbers of the nodes in each layer, of a layered network.
        parameters: gives the name of each parameter, by its place among them.
        own: gives those of the names that stand for w₃⇝₁, too; empty for others.
    """

    layers: list[list[int]]
    parameters: Callable[[], Sequence[str]]
    own: Callable[[], Sequence[str]] | None = None

    @cached_property
    def names(self) -> Sequence[str]:
        """The name of each parameter."""
        return self.parameters()

    @cached_property
    def own_names(self) -> Sequence[str]:
        """Those of the names that somebody gave and that are not too long."""
        return [] if self.own is None else self.own()

    @cached_property
    def places(self) -> dict[int, tuple[int, int]]:
        """The layer of each node, and its place there."""
        return {i: (k, n) for k, layer in enumerate(self.layers) for n, i in enumerate(layer)}


class Edge(NamedTuple):
    """A use of a weight on the way i⇝j, or the bias of unit j, with its credit.

    Attributes:
        source: the node at its tail; None for a bias, whose z is 1.
        target: the node at its head.
        weight: its number.
        delta: δ of its head; the error that arrives there, −δ, under a minus.
        z: the output of its tail.
        credit: this use's share of ∂L/∂w: delta·z.
        sign: −1 under a minus, else 1.
        place: 0; 1, 2, … for what joins the same two nodes once more.
        of: the place of its weight among the parameters; −1 if it is made of parameters, or plain.
        register: what the edges of the network have in common.
        names: what things are called.
        given_name: a name in place of its own.

    >>> from nn.lessons import example
    >>> example("worked").credit().edges[5, 1]
    <w₅⇝₁ = 0.8000: δ₁·z₅ = 0.1363·0.8000 = +0.1091>
    """

    source: int | None
    target: int
    weight: float
    delta: float
    z: float
    credit: float
    sign: float
    place: int
    of: int
    register: Register
    names: Names = SLIDES
    given_name: str = ""

    def __repr__(self) -> str:
        product = f"{factor(self.delta)}·{factor(self.z)} = {shown(self.credit, 4, sign=True)}"
        return f"<{self.called} = {shown(self.weight, 4)}: {self.delta_name}·{self.z_name} = {product}>"

    @property
    def name(self) -> str:
        """w₃⇝₁; of a bias b₁; the name of the weight, if it has one of its own."""
        return self.given_name or self._own or self._usual(self.names.weight)

    @property
    def layered_name(self) -> str:
        """w⁽¹⁾₃₁, from input 3 to unit 1 of layer 1; of a bias b⁽¹⁾₁; as the name where there are no layers."""
        places = self.register.places
        if not places:
            return self._own or self._usual(edge_name)
        layer, column = places[self.target]
        row = None if self.source is None else places[self.source][1]
        return layered_name(layer, row, column)

    @property
    def parameter(self) -> str:
        """The name of its weight in `weights`; empty if it is made of parameters, or plain."""
        return self.register.names[self.of] if self.of >= 0 else ""

    @property
    def _own(self) -> str:
        own = self.register.own_names
        return own[self.of] if own and self.of >= 0 else ""

    def _usual(self, name: Callable[[int | None, int], str]) -> str:
        return name(self.source, self.target) + (f" ({self.place + 1})" if self.place else "")

    @property
    def key(self) -> Key:
        """(source, target), or (source, target, place) where two nodes are joined once more."""
        return (self.source, self.target, self.place) if self.place else (self.source, self.target)

    @property
    def called(self) -> str:
        """The name, and where a name of its own does not tell it, the way: Whh 5⇝3."""
        if "⇝" in self.name or self.name == self.names.weight(self.source, self.target):
            return self.name
        return (
            f"{self.name} at {self.target}"
            if self.source is None
            else f"{self.name} {self.source}⇝{self.target}"
        )

    @property
    def delta_name(self) -> str:
        """What delta is called: δ₁, or −δ₁ under a minus."""
        minus = "−" if self.sign * self.names.sign < 0.0 else ""
        return (minus + self.names.delta(self.target)).replace("−−", "")

    @property
    def local(self) -> float:
        """What the error of its head is multiplied by on the way back: the weight, with its sign."""
        return self.sign * self.weight

    @property
    def error(self) -> float:
        """The error δ of its head with the sign of the notation."""
        return self.delta if self.names.sign > 0.0 else -self.delta

    @property
    def gradient_name(self) -> str:
        """What the derivative of the loss by the weight is called: ∂L/∂w₃⇝₁."""
        return self.names.gradient(self.name)

    @property
    def z_name(self) -> str:
        """What z is called: z₃; of a bias 1."""
        if self.source is None:
            return "1" if self.z >= 0.0 else "(−1)"
        return self.names.tail(self.source)


class Link(NamedTuple):
    """A way of the error without a weight: what a node reads as it is, or a joint reads.

    Attributes:
        source, target: the nodes at its tail and its head.
        local: what the error is multiplied by on the way back: ∂a of a unit, or ∂z of a joint, by the tail's z.
        kind: "skip", the tail is added; "fixed", times a plain number; "product", times something computed; "joint".
        times: of a product the node that the tail is multiplied by.
    """

    source: int
    target: int
    local: float
    kind: str
    times: int | None = None


@dataclass(frozen=True, eq=False)
class Use:
    """A use of a parameter that is neither weight nor bias of a unit: in a penalty, say.

    Attributes:
        name: the name of the parameter.
        where: what is done with it.
        delta: ∂L/∂ the result of that.
        z: the derivative of the result by the parameter.
        credit: their product, this use's share of ∂L/∂w.
    """

    name: str
    where: str
    delta: float
    z: float
    credit: float


class Weight(NamedTuple):
    """A parameter with all its uses.

    Attributes:
        name: its name.
        weight: its number.
        credit: ∂L/∂w, the sum over the uses, in the order of back-propagation.
        uses: the edges on which it stands, and other uses, in that order.

    >>> from nn.lessons import example
    >>> example("worked").credit().weights["layers.0.weight.0.0"]
    <layers.0.weight.0.0 = 0.8000: ∂L/∂w +0.1091, 1 use>
    """

    name: str
    weight: float
    credit: float
    uses: list[Edge | Use]

    def __repr__(self) -> str:
        uses = f"{len(self.uses)} use{'s' * (len(self.uses) != 1)}"
        return f"<{self.name} = {shown(self.weight, 4)}: ∂L/∂w {shown(self.credit, 4, sign=True)}, {uses}>"
