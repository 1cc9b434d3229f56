"""What tests of living pages share: a page shown, what it says of itself, and the same from Python."""

import json
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome

from autograd import Value
from nn.credit.credit import Credit
from nn.credit.pictures.graph import owner


def close(x: float, y: float) -> bool:
    same = x == y or (x != x and y != y)
    return same or abs(x - y) <= 1e-12 * max(1.0, abs(x), abs(y))


def answers(browser: Chrome, drags: list[Any]) -> list[Any]:
    """Return what the page says of itself after each drag, a pair of name and number."""
    told = browser.execute_script(
        """return arguments[0].map(([name, x]) => { live.set(name, x);
           return JSON.stringify(live.get(), (_, x) => typeof x === "number" ? String(x) : x); })""",
        drags,
    )
    return [_floats(json.loads(text)) for text in told]  # nan and ∞ come as text alone


def _floats(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _floats(item) for key, item in told.items()}
    return float(told)


def show(browser: Chrome, folder: Path, page: str) -> None:
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    browser.get(path.as_uri())


def complaints(browser: Chrome) -> list[object]:
    return list(browser.get_log("browser"))


def numbers(credit: Credit) -> dict[str, Any]:
    """Return what the page says of itself, computed here."""
    units = {j: node for j, node in credit.nodes.items() if node.delta is not None}
    return {
        "loss": credit.loss,
        "a": {str(j): node.a for j, node in units.items() if node.a is not None},
        "z": {str(i): node.z for i, node in credit.nodes.items()},
        "delta": {str(j): node.delta for j, node in units.items()},
        "weight": {owner(key): edge.weight for key, edge in credit.edges.items()},
        "credit": {owner(key): edge.credit for key, edge in credit.edges.items()},
    }


def differences(found: Any, expected: Any, path: str = "") -> list[str]:
    if isinstance(expected, dict):
        if found.keys() != expected.keys():
            return [f"{path}: {sorted(found)} for {sorted(expected)}"]
        return [
            d for key in expected for d in differences(found[key], expected[key], f"{path}/{key}")
        ]
    return [] if close(found, expected) else [f"{path}: {found!r} for {expected!r}"]


def state(browser: Chrome) -> Any:
    return browser.execute_script("return live.get()")


def variables(browser: Chrome) -> dict[str, str]:
    """Return the names of what can be changed, and what each is: weight x."""
    options = "return [...document.getElementById('which').options].map(x => [x.value, x.text])"
    return dict(browser.execute_script(options))


def python(browser: Chrome) -> str:
    """Return the state as Python."""
    browser.execute_script("document.getElementById('python').open = true")
    settled(browser)
    return str(browser.execute_script("return document.getElementById('code').textContent"))


def settled(browser: Chrome) -> None:
    """Wait until the page has drawn what was asked for."""
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def published(a: Value, b: Value) -> Value:
    """The expression in the README of micrograd."""
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f
