"""The reference: every public name has words for it, for each of its arguments, and an example; its pages are made."""

import importlib
import inspect
import re
import runpy
from functools import cached_property
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = runpy.run_path(str(ROOT / "notebooks" / "make_docs.py"))


def _public():
    """Return each public thing by its path, once: names of modules, methods and properties of classes."""
    found, seen = {}, set()
    modules = [importlib.import_module(name) for name in SCRIPT["PUBLIC"]]
    while modules:
        module = modules.pop(0)
        for name in module.__all__:
            thing, path = getattr(module, name), f"{module.__name__}.{name}"
            if isinstance(thing, ModuleType):
                modules.append(thing)
            if isinstance(thing, (ModuleType, str)) or id(thing) in seen:
                continue
            seen.add(id(thing))
            found[path] = thing
            if inspect.isclass(thing):
                found |= {f"{path}.{part}": member for part, member in _members(thing)}
    return found


def _members(cls):
    for name, member in vars(cls).items():
        if name.startswith("_") and name != "__call__":
            continue
        member = getattr(member, "__func__", member)
        if inspect.isfunction(member) or isinstance(member, (property, cached_property)):
            yield name, member


def _arguments(thing):
    """Return the names of the arguments that a user gives, but those of which there may be any number."""
    if isinstance(thing, (property, cached_property)):
        return []
    given = inspect.signature(thing).parameters.values()
    named = [p for p in given if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [p.name for p in named if p.name not in ("self", "cls") and not p.name.startswith("_")]


def _words(thing):
    """Return what is said of a thing; of a class, what is said of those that it builds on, too."""
    above = thing.__mro__[1:] if inspect.isclass(thing) else []
    ours = [k for k in above if k.__module__.partition(".")[0] in ("autograd", "nn")]
    return "\n".join(filter(None, map(inspect.getdoc, [thing, *ours])))


PUBLIC = _public()


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_name_is_told(path):
    thing = PUBLIC[path]
    doc = inspect.getdoc(thing)
    assert doc, "it has no docstring"
    assert doc.split("\n\n")[0].endswith("."), "its first sentence ends in a full stop"
    words = _words(thing)
    if not inspect.isclass(thing) or "__init__" in vars(thing):
        untold = [a for a in _arguments(thing) if not re.search(rf"(?<!\w){a}(?!\w)", words)]
        assert not untold, f"nothing is said of {untold}"
    if path.rpartition(".")[0] not in PUBLIC:  # no method
        assert ">>> " in doc, "there is no example"


def test_no_public_name_is_that_of_a_module_beside_it():
    for name in SCRIPT["PUBLIC"]:
        module = importlib.import_module(name)
        for path in map(Path, getattr(module, "__path__", [])):
            beside = {p.stem for p in path.iterdir()}
            own = {n for n in module.__all__ if not isinstance(getattr(module, n), ModuleType)}
            assert not own & beside


def test_the_readme_names_the_public_modules():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.search(r"Public beside .*?may move", text, re.DOTALL)
    named = re.findall(r"`([\w.]+)`", told[0])
    assert named == sorted(SCRIPT["PUBLIC"], key=lambda name: "." in name)


@pytest.mark.slow
def test_the_pages_show_every_name_with_its_arguments_in_lists(tmp_path):
    pytest.importorskip("pdoc", reason="pdoc is not installed")
    SCRIPT["build"](tmp_path)
    for name in SCRIPT["PUBLIC"]:
        page = (tmp_path / f"{name.replace('.', '/')}.html").read_text(encoding="utf-8")
        for public in importlib.import_module(name).__all__:
            assert f'id="{public}"' in page or f"{public}.html" in page
    training = (tmp_path / "nn" / "training.html").read_text(encoding="utf-8")
    assert "<li><strong>epochs:</strong>  how many passes through the data.</li>" in training


HOWTO = ROOT / "notebooks" / "howto"


def test_every_howto_page_can_be_reached_from_the_readme():
    reached, pages = set(), [ROOT / "README.md"]
    while pages:
        page = pages.pop()
        for link in re.findall(r"\]\(([\w/]+\.md)\)", page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            assert target.exists(), f"{page.name} links to {link}, which is not there"
            if target.parent == HOWTO and target not in reached:
                reached.add(target)
                pages.append(target)
    assert reached == set(HOWTO.glob("*.md"))
    assert all(">>> " in page.read_text(encoding="utf-8") for page in reached), "it is run"
