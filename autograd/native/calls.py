"""Functions that Python calls: arguments taken apart, and results put together, by Python's own C functions."""

import sys
from collections.abc import Callable
from typing import Any

from autograd.native.text import Text

DECLARATIONS = """
declare ptr @PyObject_Vectorcall(ptr, ptr, i64, ptr)
declare i64 @PyList_Size(ptr)
declare i64 @PyTuple_Size(ptr)
declare i64 @PyDict_Size(ptr)
declare ptr @PyList_GetItem(ptr, i64)
declare ptr @PyTuple_GetItem(ptr, i64)
declare ptr @PyDict_GetItem(ptr, ptr)
declare ptr @PyFloat_FromDouble(double)
declare ptr @PyList_New(i64)
declare ptr @PyTuple_New(i64)
declare ptr @PyDict_New()
declare i32 @PyList_SetItem(ptr, i64, ptr)
declare i32 @PyTuple_SetItem(ptr, i64, ptr)
declare i32 @PyDict_SetItem(ptr, ptr, ptr)
declare i32 @PySet_Contains(ptr, ptr)
declare void @Py_IncRef(ptr)
declare void @Py_DecRef(ptr)"""

_NAMES: dict[type, str] = {list: "PyList", tuple: "PyTuple", dict: "PyDict"}
HEADER = 16  # bytes of a Python object before its content: a count, then the type


def unreadable(tree: Any) -> str:
    """Return why machine code cannot take a structure apart, in words; an empty text if it can."""
    if (object.__basicsize__, float.__basicsize__) != (HEADER, HEADER + 8) or sys.maxsize < 2**32:
        return "this Python lays out its objects in another way"
    if not _plain(tree):
        return "named tuples, or structures of the user's own, are among the arguments"
    return ""


def _plain(tree: Any) -> bool:
    if isinstance(tree, (list, tuple, dict)):
        items = tree.values() if isinstance(tree, dict) else tree
        return type(tree) in _NAMES and all(map(_plain, items))
    return True


class Function(Text):
    """A C function that Python calls, while it is written.

    Where the arguments are not as expected, it calls `otherwise`, a function of Python, with them. The objects that it
    knows by address are `kept`: they must live as long as it.
    """

    def __init__(self, name: str, otherwise: Any) -> None:
        super().__init__(f"define ptr @{name}(ptr %self, ptr %arguments, i64 %count, ptr %names)")
        self.kept: list[Any] = [otherwise]

    def object(self, x: Any) -> str:
        """Return a Python object as a constant; it will be kept."""
        self.kept.append(x)
        return f"inttoptr (i64 {id(x)} to ptr)"

    def float(self, x: str) -> str:
        """Return a number as a new object of Python."""
        return self.new(f"call ptr @PyFloat_FromDouble(double {x})")

    def drop(self, *objects: str) -> None:
        """Let go of objects, of those that are there."""
        for x in objects:
            self.do(f"call void @Py_DecRef(ptr {x})")

    def need(self, condition: str) -> None:
        """Go on only where the condition holds."""
        label = f"l{len(self.lines)}"
        self.branch(condition, label, "otherwise")
        self.label(label)

    def unpack(self, arguments: tuple[Any, ...], leaf: Callable[[Any, str], None]) -> None:
        """Take the arguments apart: what stands for each leaf of the structure is given to `leaf`."""
        self.need(self.new(f"icmp eq i64 %count, {len(arguments)}"))
        self.need(self.new("icmp eq ptr %names, null"))
        for i, tree in enumerate(arguments):
            place = self.place("%arguments", i, kind="ptr")
            self._unpack(tree, self.new(f"load ptr, ptr {place}"), leaf)

    def _unpack(self, tree: Any, given: str, leaf: Callable[[Any, str], None]) -> None:
        kind = type(tree)
        if kind not in _NAMES:
            leaf(tree, given)
            return
        self.of_type(kind, given)
        size = self.new(f"call i64 @{_NAMES[kind]}_Size(ptr {given})")
        self.need(self.new(f"icmp eq i64 {size}, {len(tree)}"))
        for key, item in tree.items() if kind is dict else enumerate(tree):
            at = f"ptr {self.object(key)}" if kind is dict else f"i64 {key}"
            found = self.new(f"call ptr @{_NAMES[kind]}_GetItem(ptr {given}, {at})")
            if kind is dict:
                self.need(self.new(f"icmp ne ptr {found}, null"))
            self._unpack(item, found, leaf)

    def of_type(self, kind: type, given: str) -> None:
        """Go on only where an object is of this very type."""
        place = self.new(f"getelementptr i8, ptr {given}, i64 {HEADER // 2}")
        found = self.new(f"load ptr, ptr {place}")
        self.need(self.new(f"icmp eq ptr {found}, inttoptr (i64 {id(kind)} to ptr)"))

    def build(self, tree: Any, leaf: Callable[[Any], str]) -> str:
        """Return a new structure with what `leaf` gives, a new object each time, for each leaf."""
        kind = type(tree)
        if kind not in _NAMES:
            return leaf(tree)
        name = _NAMES[kind]
        made = self.new(f"call ptr @{name}_New({'' if kind is dict else f'i64 {len(tree)}'})")
        for key, item in tree.items() if kind is dict else enumerate(tree):
            at = f"ptr {self.object(key)}" if kind is dict else f"i64 {key}"
            x = self.build(item, leaf)
            self.new(f"call i32 @{name}_SetItem(ptr {made}, {at}, ptr {x})")
            if kind is dict:  # it counts its own reference; the others take ours
                self.drop(x)
        return made

    def known(self, flags: list[str], among: set[Any]) -> None:
        """Go on only where the tuple of these conditions is in a set."""

        def truth(condition: str) -> str:
            yes, no = self.object(True), self.object(False)
            x = self.new(f"select i1 {condition}, ptr {yes}, ptr {no}")
            self.do(f"call void @Py_IncRef(ptr {x})")
            return x

        made = self.build(tuple(flags), truth)
        found = self.new(f"call i32 @PySet_Contains(ptr {self.object(among)}, ptr {made})")
        self.drop(made)
        self.need(self.new(f"icmp eq i32 {found}, 1"))

    def end(self, result: str = "void") -> str:
        """Return the whole text of the function, which returns an object."""
        self.do(f"ret {result}")
        self.label("otherwise")
        handed = f"ptr inttoptr (i64 {id(self.kept[0])} to ptr), ptr %arguments, i64 %count"
        return super().end(
            "ptr " + self.new(f"call ptr @PyObject_Vectorcall({handed}, ptr %names)")
        )
