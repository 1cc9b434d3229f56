"""What other libraries call things, and what they are here: for the messages to those who come from there."""

from functools import cache


@cache
def hints(of: str) -> dict[str, str]:
    """Return by the name that something has elsewhere what to write here.

    Args:
        of: what the names are of: "optimizer", "network", "methods" or "fit", a table of elsewhere.toml.
    """
    import tomllib  # only for a message
    from importlib import resources

    rows = tomllib.loads(resources.files("nn").joinpath("elsewhere.toml").read_text("utf-8"))
    return {name: hint for hint, names in rows[of].items() for name in names}
