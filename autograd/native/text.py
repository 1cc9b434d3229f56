"""The text of a function in LLVM's language: instructions, loops, and numbers in memory, eight at a time."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

Index: TypeAlias = "str | int"  # the name of a number, or a known one

LANES = 8  # numbers that are computed at once
VECTOR = f"<{LANES} x double>"


def hexadecimal(x: float) -> str:
    """Return the bits of a number, as LLVM reads them."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


NOTHING = f"splat (double {hexadecimal(-0.0)})"  # −0.0, which changes no sum
INTRINSICS = f"""
declare double @llvm.vector.reduce.fadd.v8f64(double, {VECTOR})
declare {VECTOR} @llvm.masked.gather.v8f64.v8p0(<{LANES} x ptr>, i32, <{LANES} x i1>, {VECTOR})
declare ptr @llvm.ptrmask.p0.i64(ptr, i64)"""


@dataclass
class Loop:
    """A loop while it is written: its index, what it carries along, and with what it goes on."""

    index: str
    values: list[str]
    next: list[str] = field(default_factory=list)


class Text:
    """A function while it is written.

    Args:
        head: its first line without the brace.

    Attributes:
        lines: what it does.
        block: the label of the block that is being written.
    """

    def __init__(self, head: str) -> None:
        self.lines = [f"{head} {{\nentry:"]
        self.block = "entry"

    def new(self, text: str) -> str:
        """Write an instruction and return the name of its result."""
        name = f"%n{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def do(self, *texts: str) -> None:
        """Write instructions without a result."""
        self.lines += [f"  {text}" for text in texts]

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")
        self.block = name

    def go(self, label: str) -> None:
        self.do(f"br label %{label}")

    def branch(self, condition: str, label: str, other: str) -> None:
        """Go on at a label where the condition holds, and else at the other."""
        self.do(f"br i1 {condition}, label %{label}, label %{other}")

    def end(self, result: str = "void") -> str:
        return "\n".join([*self.lines, f"  ret {result}\n}}"])

    @contextmanager
    def loop(self, stop: Index, carried: Sequence[str] = ()) -> Iterator[Loop]:
        """Write a loop over 0, 1, … below `stop`, which is at least 1, around what is written inside.

        Args:
            stop: how many times.
            carried: the vectors that the loop carries along, at first; `next` says with what it goes on,
                and holds the last of it afterwards.
        """
        if stop == 1:
            yield Loop("0", [*carried])
            return
        name, before = f"l{len(self.lines)}", self.block
        self.go(name)
        self.label(name)
        first = len(self.lines)
        self.lines.append("")
        loop = Loop(f"%{name}.i", [f"%{name}.{i}" for i in range(len(carried))])
        yield loop
        self.do(f"{loop.index}n = add i64 {loop.index}, 1")
        self.branch(self.new(f"icmp ult i64 {loop.index}n, {stop}"), name, f"{name}e")
        phis = [("i64", loop.index, "0", f"{loop.index}n")]
        phis += [(VECTOR, *along) for along in zip(loop.values, carried, loop.next)]
        self.lines[first] = "\n".join(
            f"  {x} = phi {kind} [ {start}, %{before} ], [ {later}, %{self.block} ]"
            for kind, x, start, later in phis
        )
        self.label(f"{name}e")

    # ------------------------------------------------------------ places

    def sum(self, *indices: Index) -> Index:
        total: Index = sum(int(i) for i in indices if _known(i))
        for i in indices:
            if not _known(i):
                total = self.new(f"add i64 {total}, {i}") if total else i
        return total

    def times(self, index: Index, factor: int) -> Index:
        if _known(index):
            return int(index) * factor
        return index if factor == 1 else self.new(f"mul i64 {index}, {factor}")

    def place(self, base: str, *indices: Index, kind: str = "double") -> str:
        """Return the address of an element: as many after the base as the indices come to."""
        return self.new(f"getelementptr {kind}, ptr {base}, i64 {self.sum(*indices)}")

    # ------------------------------------------------------------ one number, and eight

    def number(self, base: str, *indices: Index) -> str:
        """Return a number in memory."""
        return self.new(f"load double, ptr {self.place(base, *indices)}, align 1")

    def set_number(self, x: str, base: str, *indices: Index) -> None:
        self.do(f"store double {x}, ptr {self.place(base, *indices)}, align 1")

    def load(self, base: str, *indices: Index) -> str:
        """Return eight numbers in memory."""
        return self.new(f"load {VECTOR}, ptr {self.place(base, *indices)}, align 8")

    def gather(self, base: str, table: str) -> str:
        """Return the numbers at eight places, which a table in memory says."""
        places = self.new(f"load <{LANES} x i64>, ptr {table}, align 8")
        pointers = self.new(f"getelementptr double, ptr {base}, <{LANES} x i64> {places}")
        where = f"<{LANES} x ptr> {pointers}, i32 8, <{LANES} x i1> splat (i1 true)"
        return self.new(
            f"call {VECTOR} @llvm.masked.gather.v8f64.v8p0({where}, {VECTOR} zeroinitializer)"
        )

    def store(self, x: str, base: str, *indices: Index) -> None:
        self.do(f"store {VECTOR} {x}, ptr {self.place(base, *indices)}, align 8")

    def add(self, x: str, base: str, *indices: Index) -> None:
        at = self.sum(*indices)
        self.store(self.vector("fadd", self.load(base, at), x), base, at)

    def vector(self, operation: str, x: str, y: str) -> str:
        """Return what an operation makes of eight numbers each."""
        return self.new(f"{operation} {VECTOR} {x}, {y}")

    def fma(self, x: str, y: str, z: str) -> str:
        """Return x·y + z, rounded once where the processor can."""
        operands = f"{VECTOR} {x}, {VECTOR} {y}, {VECTOR} {z}"
        return self.new(f"call {VECTOR} @llvm.fmuladd.v8f64({operands})")

    def chosen(self, condition: str, x: str, y: str) -> str:
        """Return for each of eight x where the condition holds and y elsewhere."""
        return self.new(f"select <{LANES} x i1> {condition}, {VECTOR} {x}, {VECTOR} {y}")

    def total(self, x: str) -> str:
        start = f"double {hexadecimal(-0.0)}"
        return self.new(
            f"call reassoc double @llvm.vector.reduce.fadd.v8f64({start}, {VECTOR} {x})"
        )

    def eight(self, x: Index, kind: str = "double") -> str:
        """Return eight times a number."""
        one = self.new(f"insertelement <{LANES} x {kind}> poison, {kind} {x}, i32 0")
        both = f"<{LANES} x {kind}> {one}, <{LANES} x {kind}> poison"
        return self.new(f"shufflevector {both}, <{LANES} x i32> zeroinitializer")

    def before(self, limit: Index, vector: Index) -> str:
        """Return which of the eight numbers of a vector come before the limit."""
        lanes = ", ".join(f"i64 {i}" for i in range(LANES))
        start = self.eight(self.times(vector, LANES), "i64")
        places = self.new(f"add <{LANES} x i64> {start}, <{lanes}>")
        return self.new(f"icmp ult <{LANES} x i64> {places}, {self.eight(limit, 'i64')}")


def _known(index: Index) -> bool:
    return isinstance(index, int) or index.isdigit()
