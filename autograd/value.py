"""Value: a number that remembers how it was made, and can say what it owes to each ingredient.

Read `graph.reverse.gradients` first: its few lines are all of back-propagation. `Value.backward` walks the same way and
writes what it finds. What an operation is, its value and its derivatives, is a row of the table in `primitives`.
"""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, final

from autograd import modes, primitives
from autograd.graph.anomaly import check_backward, check_forward
from autograd.graph.conditions import Condition, holds
from autograd.graph.copying import deep_copy, reduce, shallow_copy
from autograd.graph.inner_loops import hand_back
from autograd.graph.node import CONSTANT, SPENT, UNRECORDED, Node, is_leaf, operand_numbers, plain
from autograd.graph.reverse import gradients, inner_nodes, reached_leaves
from autograd.graph.traced import detached, joined, refuse_traced
from autograd.numbers import as_float, clip_bounds, coerced, comparable
from autograd.primitive import Primitive

Number: TypeAlias = "float | Value"

_new = object.__new__
_ADD = primitives.add
_SUB = primitives.subtract
_MUL = primitives.multiply


def unary(row: Primitive) -> "Callable[[Value], Value]":
    """Return the method that applies a row of one operand."""
    forward = row.on_floats
    (slope,) = row.slopes

    def method(self: "Value") -> "Value":
        x = self._data
        try:
            out = forward(x)
            d = slope(x, out)
        except (ArithmeticError, ValueError):
            return apply(row, self)
        v = _new(Value)
        v._data = out
        v._op = row
        v._a = self
        v._da = d
        v._b = v._db = v._stamp = None
        return settled(v) if modes.active else v

    method.__name__ = row.name
    method.__qualname__ = f"Value.{row.name}"
    method.__doc__ = f"Return {row.name} of this Value, with slope {row.derivative}."
    return method


def _comparison(symbol: str, compare: Callable[[Any, Any], bool]) -> "Callable[[Value, Any], bool]":
    """Return the method that compares numbers, or records a condition while a function is traced."""

    def method(self: "Value", other: Any) -> Any:
        y = other._data if type(other) is Value else comparable(other)
        if y is None:
            return NotImplemented
        holds = compare(self._data, y)
        if modes.active and modes.traces((self, other)):
            other = other if type(other) is Value else as_float(other)
            return Condition(symbol, (self, other), holds)
        return holds

    return method


@final
class Value(Node):
    """A float that records how it was made, so that derivatives can be traced back through it.

    Args:
        data: an int, float, bool, Fraction, Decimal or NumPy real scalar.
        label: a name for messages and pictures.

    Raises:
        TypeError: if data is not one real number.
        OverflowError: if data is an int too large for a float.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> L = (a * b + 10) * -2
    >>> L.backward()
    >>> L.data, a.grad, b.grad
    (-8.0, 6.0, -4.0)
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        raise TypeError(
            "Value has no subclasses: the engine tells Values by their type; keep a Value in an attribute "
            "of a class of your own"
        )

    def __init__(self, data: Any, label: str = "") -> None:
        if type(data) is not float:
            if type(data) is Value and (traces := modes.traces((data,))):
                detached(self, data, traces)  # Value(x.data) in a traced function
                self.label = label
                return
            data = as_float(data)
        self._data = data
        self._grad = 0.0
        self._op = None
        self._stamp = modes.moment
        if label:
            self.label = label

    @property
    def data(self) -> float:
        """The number, or of a traced one what `detach` gives: a leaf's may be assigned, recorded slopes stay."""
        if modes.active and modes.traces((self,)):
            return self.detach()  # type: ignore[return-value]
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self._op is not None:
            raise AttributeError(
                f"this Value is the result of {self._op.name}, so its data cannot be set; set the data of a "
                "leaf and compute again, or take .detach() for a leaf of its own"
            )
        refuse_traced(self, "assigning .data of")
        self._data = data if type(data) is float else as_float(data)
        global assigned
        assigned = object()

    @property
    def grad(self) -> float:
        """The derivative that `backward()` left here: ∂root/∂self."""
        try:
            return self._grad
        except AttributeError:  # an inner node that no backward pass has reached
            return 0.0

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is None:
            raise TypeError(
                "a gradient is a number; to clear it write x.grad = 0.0, or net.zero_grad()"
            )
        self._grad = grad if type(grad) is float else as_float(grad)
        if self._stamp is SPENT:
            self._stamp = None

    @property
    def label(self) -> str:
        """The name shown in messages and pictures; empty if none was given."""
        return getattr(self, "_label", "")

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"a label is text, but {type(label).__name__} was given: {label!r}")
        self._label = label

    @property
    def op(self) -> str:
        """The name of the row that made this node: `TABLE[v.op]`; empty for a leaf, or "constant"."""
        if self._op is not None:
            return self._op.name
        return "constant" if self._stamp is CONSTANT else ""

    @property
    def parents(self) -> "tuple[Value, ...]":
        """The operands, in order and as often as they occur; plain numbers appear as constants."""
        if is_leaf(self):
            return ()
        if type(self._da) is tuple:
            parents = self._a if self._b is None else self._a + self._b
            return parents if self._c is None else (*parents, self._c)
        if type(self._a) is not Value:
            self._a = leaf(self._a, CONSTANT)
        if self._b is None:
            return (self._a,)
        if type(self._b) is not Value:
            self._b = leaf(self._b, CONSTANT)
        return self._a, self._b

    @property
    def partials(self) -> tuple[float, ...]:
        """The derivative by each of the parents, as recorded; by a constant it is not, and computed anew."""
        refuse_traced(self, "reading .partials of")
        row = self._op
        if row is None or is_leaf(self):
            return ()
        if type(self._da) is tuple:
            partials = self._da
            if self._b is not None:
                partials += self._db or tuple(w._data for w in self._a)
            return partials if self._c is None else (*partials, 1.0)
        slopes = (self._da,) if self._b is None else (self._da, self._db)
        if None not in slopes:
            return slopes
        return tuple(
            float(row.partial(i, *operand_numbers(self)[1], self._data)) if slope is None else slope
            for i, slope in enumerate(slopes)
        )

    # ------------------------------------------------------------ back-propagation

    def backward(self, seed: float = 1.0) -> None:
        """Add the derivative of this Value by every leaf it was made from to the leaf's `.grad`.

        Args:
            seed: the derivative to start from, ∂L/∂self of a larger L.

        Leaves accumulate: a second call adds the same amounts once more, until `.grad` is set to 0.
        Inner nodes that it passes start afresh and show the derivatives of this call. Derivatives are those of the
        moment of recording, whatever `.data` was assigned since.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward()
        >>> x.grad
        6.0
        """
        seed = as_float(seed)
        refuse_traced(self, "backward() of", "; autograd.grad(f) is recorded")
        if self._op is None:
            if self._stamp is UNRECORDED:
                raise RuntimeError(
                    "computed inside no_grad, this Value does not know what it was made from; compute it outside"
                )
            self._grad += seed
            return
        if modes.active and modes.settings()[1]:
            check_backward(self, seed)
        if hasattr(self, "_grad"):
            # not the first time: collected apart, a leaf's credit is the same number again
            order: list[Value] = inner_nodes(self)
            self._add(gradients(self, seed, order), order)
            return
        order = inner_nodes(self, clear=True)
        self._grad = seed
        for v in reversed(order):
            g = v._grad
            d = v._da
            if type(d) is tuple:
                credit = hand_back[len(d)]
                credit(g, v._a, d)
                d = v._db
                if d is not None:
                    credit(g, v._b, d)
                if v._c is not None:
                    v._c._grad += g
                continue
            if d is not None:
                v._a._grad += g * d
            d = v._db
            if d is not None:
                v._b._grad += g * d

    def _add(self, found: dict[int, float], order: "list[Value]") -> None:
        """Write gradients that were collected apart: leaves accumulate, inner nodes show them."""
        leaves = {id(p): p for p in reached_leaves(order)}
        for v in order:
            v._grad = found[id(v)]
        for p in leaves.values():
            p._grad += found[id(p)]

    def detach(self) -> "Value":
        """Return a leaf with this number and label, and no memory of how it was made; a trace records it."""
        traces = modes.traces((self,))
        v = detached(_new(Value), self, traces) if traces else leaf(self._data)
        v.label = self.label
        return v

    # ------------------------------------------------------------ operators
    # + − × with a Value or a float are written out: most nodes of most graphs are made here.

    def __add__(self, other: Any) -> "Value":
        if type(other) is not Value and type(other) is not float:
            return _slowly(_ADD, self, other)  # type: ignore[no-any-return]
        v = _new(Value)
        v._op = _ADD
        v._a = self
        v._b = other
        v._da = 1.0
        v._stamp = None
        if type(other) is Value:
            v._data = self._data + other._data
            v._db = 1.0
        else:
            v._data = self._data + other
            v._db = None
        return settled(v) if modes.active else v

    def __mul__(self, other: Any) -> "Value":
        if type(other) is not Value and type(other) is not float:
            return _slowly(_MUL, self, other)  # type: ignore[no-any-return]
        v = _new(Value)
        v._op = _MUL
        v._a = self
        v._b = other
        v._stamp = None
        if type(other) is Value:
            v._db = x = self._data
            v._da = y = other._data
            v._data = x * y
        else:
            v._db = None
            v._da = other
            v._data = self._data * other
        return settled(v) if modes.active else v

    def __sub__(self, other: Any) -> "Value":
        if type(other) is not Value and type(other) is not float:
            return _slowly(_SUB, self, other)  # type: ignore[no-any-return]
        v = _new(Value)
        v._op = _SUB
        v._a = self
        v._b = other
        v._da = 1.0
        v._stamp = None
        if type(other) is Value:
            v._data = self._data - other._data
            v._db = -1.0
        else:
            v._data = self._data - other
            v._db = None
        return settled(v) if modes.active else v

    def __truediv__(self, other: Any) -> "Value":
        return binary(primitives.divide, self, other)  # type: ignore[no-any-return]

    def __pow__(self, other: Any, modulus: None = None) -> "Value":
        if modulus is not None:
            raise TypeError(
                "pow with a modulus is for whole numbers; write x**y, for it has no slope"
            )
        return binary(primitives.power, self, other)  # type: ignore[no-any-return]

    def __radd__(self, other: Any) -> "Value":
        if type(other) is float and not modes.active:
            return record(_ADD, other + self._data, other, self, None, 1.0)
        return _slowly(_ADD, other, self)  # type: ignore[no-any-return]

    def __rmul__(self, other: Any) -> "Value":
        if type(other) is float and not modes.active:
            return record(_MUL, other * self._data, other, self, None, other)
        return _slowly(_MUL, other, self)  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> "Value":
        if type(other) is float and not modes.active:
            return record(_SUB, other - self._data, other, self, None, -1.0)
        return _slowly(_SUB, other, self)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Any) -> "Value":
        return binary(primitives.divide, other, self)  # type: ignore[no-any-return]

    def __rpow__(self, other: Any) -> "Value":
        return binary(primitives.power, other, self)  # type: ignore[no-any-return]

    def __primitive__(self, row: Primitive, operands: Sequence[Any]) -> "Value":
        return apply(row, *operands)

    __neg__ = unary(primitives.negative)
    __pos__ = unary(primitives.identity)
    __abs__ = abs = unary(primitives.absolute)
    exp = unary(primitives.exp)
    expm1 = unary(primitives.expm1)
    log = unary(primitives.log)
    log1p = unary(primitives.log1p)
    log2 = unary(primitives.log2)
    log10 = unary(primitives.log10)
    sqrt = unary(primitives.sqrt)
    cbrt = unary(primitives.cbrt)
    square = unary(primitives.square)
    reciprocal = unary(primitives.reciprocal)
    sin = unary(primitives.sin)
    cos = unary(primitives.cos)
    tan = unary(primitives.tan)
    asin = unary(primitives.asin)
    acos = unary(primitives.acos)
    atan = unary(primitives.atan)
    sinh = unary(primitives.sinh)
    cosh = unary(primitives.cosh)
    tanh = unary(primitives.tanh)
    asinh = unary(primitives.asinh)
    acosh = unary(primitives.acosh)
    atanh = unary(primitives.atanh)
    erf = unary(primitives.erf)
    erfc = unary(primitives.erfc)
    sigmoid = unary(primitives.sigmoid)
    softplus = unary(primitives.softplus)
    relu = unary(primitives.relu)
    leaky_relu = unary(primitives.leaky_relu)
    elu = unary(primitives.elu)
    silu = unary(primitives.silu)
    gelu = unary(primitives.gelu)

    # NumPy's object loops call a method of the ufunc's own name.
    absolute = fabs = __abs__
    arcsin, arccos, arctan = asin, acos, atan
    arcsinh, arccosh, arctanh = asinh, acosh, atanh
    conjugate = __pos__  # for `numpy.var` and `numpy.vdot`

    def arctan2(self, other: Any) -> "Value":
        """Return atan2(self, other); `numpy.arctan2` looks for this name."""
        return apply(primitives.atan2, self, other)

    def hypot(self, other: Any) -> "Value":
        """Return hypot(self, other); `numpy.hypot` looks for this name."""
        return apply(primitives.hypot, self, other)

    def clip(self, low: float = -math.inf, high: float = math.inf) -> "Value":
        """Return this Value held between the plain numbers low and high; slope 1 on the closed interval."""
        return apply(primitives.clip, self, *clip_bounds(low, high))

    # ------------------------------------------------------------ comparisons go by the number

    __hash__ = object.__hash__

    __eq__ = _comparison("==", operator.eq)
    __ne__ = _comparison("!=", operator.ne)
    __lt__ = _comparison("<", operator.lt)
    __le__ = _comparison("<=", operator.le)
    __gt__ = _comparison(">", operator.gt)
    __ge__ = _comparison(">=", operator.ge)

    def __bool__(self) -> bool:
        return bool(self != 0.0)  # a condition, if it is traced, refuses

    if not TYPE_CHECKING:  # type checkers must refuse float(v) and math.tanh(v) as Python does

        def __float__(self) -> float:
            raise TypeError(
                "a Value does not turn into a plain float by itself: the gradient would be lost. For a "
                "function use the Value's own, v.tanh() or autograd.tanh(v), not math.tanh(v); for the bare "
                "number use v.data"
            )

        def __int__(self) -> int:
            raise TypeError(
                "a Value does not turn into an int by itself: the gradient would be lost; use int(v.data)"
            )

    def __round__(self, ndigits: int = 0) -> float:
        refuse_traced(self, "rounding")
        return round(self._data, ndigits)

    def __format__(self, spec: str) -> str:
        if spec:
            refuse_traced(self, "formatting")
        return format(self._data, spec) if spec else str(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._data!r}, grad={self.grad!r}{label})"

    # ------------------------------------------------------------ copies

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        """Return an independent graph; whatever was shared before is shared in the copy."""
        return deep_copy(self, memo)

    def __copy__(self) -> "Value":
        """Return a second node with the same parents; of a leaf, a leaf of its own."""
        return shallow_copy(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the graph as a flat list, so that its depth does not matter.

        Leaves that several Values of one pickle share stay shared. An inner node that two pickled roots
        share becomes one node for each of them; its gradients are right in both. To keep such a node
        shared, deepcopy, or pickle a single root made of both.
        """
        return reduce(self)


# ---------------------------------------------------------------- recording

assigned = object()  # another one whenever the data of any leaf was assigned


def leaf(data: float, stamp: object = None) -> "Value":
    v = _new(Value)
    v._data = data
    v._grad = 0.0
    v._op = None
    v._stamp = modes.moment if stamp is None else stamp
    return v


def as_values(xs: Iterable[Any]) -> "tuple[Value, ...]":
    """Return the sequence with a constant for each plain number."""
    return tuple([x if type(x) is Value else leaf(as_float(x), CONSTANT) for x in xs])


def _operand(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return as_values(x)
    return x if type(x) is Value or type(x) is Condition or type(x) is bool else as_float(x)


def apply(row: Primitive, *operands: Any) -> "Value":
    """Apply a row of the table to Values and numbers, and record how the result was made.

    This is the plain way to make a node; operators and methods that must be fast are written out.
    """
    operands = tuple(map(_operand, operands))
    data = tuple(map(plain, operands))
    v = _node(row, operands, data, row.value(*data))
    return settled(v) if modes.active else v


def settled(v: "Value", on: tuple[bool, bool, bool] | None = None) -> "Value":
    """Return what becomes of a new node while modes are on: it is checked, left out or made part of a trace."""
    quiet, checked, traced = on or modes.settings()
    operands = v._operands() if checked or traced else ()
    if checked:
        check_forward(v._op, operands, tuple(map(plain, operands)), v._data)  # type: ignore[arg-type]
    if traced and (traces := modes.traces(operands)):
        return detached(_new(Value), joined(v, traces), traces) if quiet else joined(v, traces)
    if quiet:  # it becomes a leaf
        v._op = v._a = v._b = v._c = v._da = v._db = None
        v._grad, v._stamp = 0.0, UNRECORDED
    return v


def _node(row: Primitive, operands: tuple[Any, ...], data: tuple[Any, ...], out: float) -> "Value":
    v = _new(Value)
    v._data = out
    v._op = row
    v._b = v._db = v._stamp = None
    if row is primitives.where:
        v._c, a, b = operands
        taken = holds(v._c)
        v._a, v._da = a, 1.0 if taken and type(a) is Value else None
        v._b, v._db = b, 1.0 if not taken and type(b) is Value else None
        return v
    differentiated = operands[: len(row.partials)]
    slopes = [
        row.partial(i, *data, out) if type(x) in (Value, tuple) else None
        for i, x in enumerate(differentiated)
    ]
    slopes = [tuple(s) if isinstance(s, (list, tuple)) else s for s in slopes]
    v._a, v._da = differentiated[0], slopes[0]
    if len(differentiated) > 1:
        v._b, v._db = differentiated[1], slopes[1]
    if row is primitives.dot:
        v._c = bias_node(operands[2])
        if all(x._stamp is CONSTANT for x in v._b):
            v._db = None  # no gradient flows to plain numbers
    elif row is primitives.clip:
        v._c = operands[1:]
    elif type(v._da) is tuple:
        v._c = None
    return v


def bias_node(bias: Any) -> "Value | None":
    """Return what a dot keeps of its bias: None if that is the plain number 0."""
    if type(bias) is Value:
        return bias
    return leaf(as_float(bias), CONSTANT) if bias else None


def record(row: Primitive, data: float, a: Any, b: Any, da: Any, db: Any) -> "Value":
    """Make a node of the row, with the slots of `Value` filled as they are named."""
    v = _new(Value)
    v._data = data
    v._op = row
    v._a = a
    v._b = b
    v._da = da
    v._db = db
    v._stamp = None
    return v


def _slowly(row: Primitive, x: Any, y: Any) -> Any:
    """Apply + − or × to what is not written out; an int becomes a float, and is written out."""
    if type(y) is int:
        return row.forward(x, as_float(y))
    return row.forward(as_float(x), y) if type(x) is int else binary(row, x, y)


def binary(row: Primitive, x: Any, y: Any) -> Any:
    """Apply a row of two operands, of which at least one is a Value."""
    x = x if type(x) is Value or type(x) is float else coerced(x)
    y = y if type(y) is Value or type(y) is float else coerced(y)
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    p = x._data if type(x) is Value else x
    q = y._data if type(y) is Value else y
    try:
        out = row.on_floats(p, q)
        slope_x = row.slopes[0](p, q, out) if type(x) is Value else None
        slope_y = row.slopes[1](p, q, out) if type(y) is Value else None
    except (ArithmeticError, ValueError):
        return apply(row, x, y)
    v = record(row, out, x, y, slope_x, slope_y)
    return settled(v) if modes.active else v
