"""A page that needs what is not installed is skipped, with the reason."""

from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = {"many_machines.md": ("numpy", "distributed")}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            missing = [name for name in NEEDED.get(item.path.name, ()) if find_spec(name) is None]
            if missing:
                item.add_marker(pytest.mark.skip(f"{', '.join(missing)} is not installed"))
