"""Files: written whole or not at all."""

import errno
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

STALE = 60.0  # seconds after which a draft was left behind by a process that was killed
LONGEST = 200  # letters of a name in a message
BINARY = getattr(os, "O_BINARY", 0)  # Windows would write two bytes for a newline


def ending(path: str | os.PathLike[str], known: Iterable[str], what: str) -> str:
    """Return the ending of a file's name, in small letters and without its dot; `what` is saved there, "a picture" say.

    Raises:
        ValueError: if it is none of those known.
    """
    found = Path(path).suffix.lower().removeprefix(".")
    *others, last = (f".{name}" for name in known)
    if f".{found}" not in (*others, last):
        can_be = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{what} is saved as {can_be}, but {os.fspath(path)!r} was given")
    return found


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file whole or not at all: until it is complete, an old one stays as it was.

    An old file keeps its permissions and its owner, and of a link the file that it leads to is written. What is
    not a regular file, a device or a pipe, is written into and never replaced.

    Args:
        path: where to.
        content: the bytes.

    Raises:
        OSError, ValueError: if it cannot be written, naming the path that was given.
    """
    with _naming(path):
        target = _target(path)
        if target is None:
            fd = os.open(path, os.O_WRONLY | os.O_APPEND | BINARY)
            try:
                _write(fd, content)
            finally:
                os.close(fd)
        else:
            draft = _Draft(target)
            try:
                _write(draft.fd, content)
                draft.publish()
            finally:
                draft.discard()


def check_writable(path: str | os.PathLike[str], size: int = 0) -> None:
    """Raise now what `write_whole` would raise later, after hours of work perhaps; nothing is changed.

    Args:
        path: where something is going to be written to.
        size: how many bytes that will be, at a guess, for which there must be room.
    """
    with _naming(path):
        target = _target(path)
        if target is not None:
            draft = _Draft(target)
            try:
                _write(draft.fd, bytes(size))
            finally:
                draft.discard()
        elif not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@contextmanager
def _naming(path: str | os.PathLike[str]) -> Iterator[None]:
    """Make errors name the path that was given, in one line and not at any length."""
    try:
        yield
    except OSError as error:
        if not error.errno:
            raise
        name = os.fsdecode(path)
        if len(name) > LONGEST:
            name = f"{name[: LONGEST // 2]}...{name[-LONGEST // 2 :]}"
        raise type(error)(error.errno, error.strerror, name) from None


def _target(path: str | os.PathLike[str]) -> Path | None:
    """Return the regular file, there or not, that a path leads to; None for a device or a pipe."""
    name = os.fsdecode(path)
    if not name:
        raise FileNotFoundError(errno.ENOENT, "the name of a file is missing")
    if "\0" in name:
        raise ValueError(
            f"a file cannot have the name {name[:LONGEST]!r}: there is a null character in it"
        )
    try:
        found: os.stat_result | None = os.stat(name)
    except FileNotFoundError:
        found = None
    if (found is not None and stat.S_ISDIR(found.st_mode)) or name.endswith(("/", os.sep)):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    # a stream of this process may lead to a regular file, in which others write, too
    stream = name.startswith(("/dev/fd/", "/dev/std", "/proc/self/fd/"))
    if found is not None and (stream or not stat.S_ISREG(found.st_mode)):
        return None
    target = Path(os.path.realpath(name))
    if not target.parent.is_dir():
        raise FileNotFoundError(
            errno.ENOENT, f"there is no folder {os.fspath(target.parent)[:LONGEST]!r}"
        )
    if found is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "this file is read-only")
    return target


def _write(fd: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _nameless(folder: Path, mode: int) -> int:
    """Return the descriptor of a new file without a name, or −1 where the system or the file system has none."""
    if not hasattr(os, "O_TMPFILE") or not os.path.exists("/proc/self/fd"):
        return -1
    try:
        return os.open(folder, os.O_WRONLY | os.O_TMPFILE, mode)
    except OSError:
        return -1


class _Draft:
    """A new file in the folder of the one that it is to become.

    On Linux it has no name until it is complete, so that nothing is left of it if the process is killed.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.name: Path | None = None
        self.old = target.stat() if target.exists() else None
        # nobody else may read what is to replace a secret, at no moment
        mode = 0o666 if self.old is None else 0o600
        self.fd = _nameless(target.parent, mode)
        if self.fd < 0:
            self._name(lambda name: self._open(name, mode))

    def _open(self, name: Path, mode: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY
        self.fd = os.open(name, flags, mode)

    def _name(self, give: Callable[[Path], None]) -> Path:
        """Give the draft a name: the same for every draft of a file, so that one left behind is found."""
        old = self.target.name
        base = f".{old[:40]}-{zlib.crc32(os.fsencode(old)):08x}"
        name = self.target.with_name(f"{base}.new")
        with suppress(FileNotFoundError):
            if time.time() - name.lstat().st_mtime > STALE:
                name.unlink()
        try:
            give(name)
        except FileExistsError:  # somebody else writes this file right now
            name = self.target.with_name(f"{base}-{os.urandom(4).hex()}.new")
            give(name)
        self.name = name
        return name

    def publish(self) -> None:
        """Put the complete file in the place of the old one."""
        os.fsync(self.fd)
        if self.old is not None and hasattr(os, "fchmod"):
            for owner in (self.old.st_uid, -1):  # if not the owner, then the group
                with suppress(PermissionError):
                    os.fchown(self.fd, owner, self.old.st_gid)
                    break
            os.fchmod(self.fd, stat.S_IMODE(self.old.st_mode))
        # an absolute path takes no folder; giving one makes the system follow the link
        name = self.name or self._name(
            lambda name: os.link(f"/proc/self/fd/{self.fd}", name, src_dir_fd=self.fd)
        )
        os.close(self.fd)
        self.fd = -1
        os.replace(name, self.target)
        self.name = None

    def discard(self) -> None:
        """Leave nothing behind of what was not published."""
        if self.fd >= 0:
            os.close(self.fd)
        if self.name is not None:
            self.name.unlink(missing_ok=True)
