"""What other libraries call things, and what they are here: for the messages to those who come from there."""

from functools import cache


@cache
def hints(of: str) -> dict[str, str]:
    """Return by the name that something has elsewhere what to write here; see `table`."""
    return {name: hint for hint, names in table(of).items() for name in names}


@cache
def table(of: str) -> dict[str, list[str]]:
    """Return by what to write here the names that it has elsewhere.

    Args:
        of: what the names are of: "optimizer", "network", "methods", "fit" or "names", a table of elsewhere.toml.
    """
    import tomllib  # only for a message
    from importlib import resources

    rows = tomllib.loads(resources.files("nn").joinpath("elsewhere.toml").read_text("utf-8"))
    found: dict[str, list[str]] = rows[of]
    return found
