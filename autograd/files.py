"""Files: written whole or not at all."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def ending(path: str | os.PathLike[str], known: Iterable[str], what: str) -> str:
    """Return the ending of a file's name, in small letters and without its dot.

    Args:
        path: the file.
        known: the endings that there are.
        what: what is saved: "a picture".

    Raises:
        ValueError: if it has none of them.
    """
    found = Path(path).suffix.lower().removeprefix(".")
    *others, last = (f".{name}" for name in known)
    if f".{found}" not in (*others, last):
        can_be = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{what} is saved as {can_be}, but {os.fspath(path)!r} was given")
    return found


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file whole or not at all: until it is complete, an old one stays as it was.

    Raises:
        FileNotFoundError: if there is no such folder.
    """
    target = Path(path).resolve()  # of a link, the file it leads to
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{os.fspath(path)!r} cannot be written: there is no folder {os.fspath(target.parent)!r}"
        )
    new = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with new.open("xb") as file:
            file.write(content)
        if target.exists():
            new.chmod(target.stat().st_mode)
        os.replace(new, target)
    except OSError as error:
        if not error.filename:
            raise
        # the name that was given, not that of the new file
        raise type(error)(error.errno, error.strerror, os.fspath(path)) from None
    finally:
        new.unlink(missing_ok=True)
