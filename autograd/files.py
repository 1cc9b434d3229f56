"""Files: written whole or not at all."""

import os
import secrets
from pathlib import Path


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
