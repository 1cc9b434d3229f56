"""Files: whole or untouched, whatever is in the way, and nothing left behind."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from autograd.files import check_writable, ending, write_whole

NEW = b"new content, and more of it than the old one had"


@pytest.fixture(params=["without a name", "with a name", "on a network"])
def way(request, monkeypatch):
    """Both ways of writing: Linux's, and that of the other systems and of file systems that know no other."""
    if request.param == "with a name":
        monkeypatch.delattr(os, "O_TMPFILE")
    elif request.param == "on a network":
        opened = os.open

        def open_named(path, flags, mode=0o777):
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not supported")
            return opened(path, flags, mode)

        monkeypatch.setattr(os, "open", open_named)
    return request.param


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_file_and_an_old_one(tmp_path, way):
    write_whole(tmp_path / "a", b"")
    assert content(tmp_path) == {"a": b""}
    for given in (NEW, b"x" * 1_000_000, b"less"):
        write_whole(tmp_path / "a", given)
        assert content(tmp_path) == {"a": given}
    write_whole(str(tmp_path / "b"), NEW)
    assert content(tmp_path) == {"a": b"less", "b": NEW}


def test_permissions_are_kept_at_every_moment(tmp_path, way, monkeypatch):
    path, seen = tmp_path / "a", []
    write = os.write

    def watched(fd, data):
        seen.extend(stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir())
        seen.append(stat.S_IMODE(os.fstat(fd).st_mode))
        return write(fd, data)

    monkeypatch.setattr(os, "write", watched)
    path.write_bytes(b"secret")
    path.chmod(0o600)
    write_whole(path, NEW)
    assert set(seen) == {0o600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o640, 0o666, 0o755):
        path.chmod(mode)
        seen.clear()
        write_whole(path, NEW)
        assert all(m & ~mode == 0 for m in seen), "never more than the file allows"
        assert stat.S_IMODE(path.stat().st_mode) == mode
    umask = os.umask(0o026)
    try:
        write_whole(tmp_path / "b", NEW)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_the_owner_is_kept(tmp_path, way):
    path = tmp_path / "a"
    path.write_bytes(b"theirs")
    os.chown(path, 1234, 2345)
    path.chmod(0o604)
    write_whole(path, NEW)
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o604)


def test_of_a_file_of_somebody_else_the_group_is_kept(tmp_path, way, monkeypatch):
    path, asked = tmp_path / "a", []
    path.write_bytes(b"old")

    def only_root(fd, owner, group):
        asked.append((owner, group))
        if owner != -1:
            raise PermissionError

    monkeypatch.setattr(os, "fchown", only_root)
    write_whole(path, NEW)
    found = path.stat()
    assert asked == [(found.st_uid, found.st_gid), (-1, found.st_gid)]
    assert content(tmp_path) == {"a": NEW}


def test_where_standard_input_is_closed(tmp_path, way):
    """The next file that is opened has its number, 0."""
    kept = os.dup(0)
    os.close(0)
    try:
        for attempt in (lambda path: write_whole(path, NEW), check_writable):
            attempt(tmp_path / "a")
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(0)
    finally:
        os.dup2(kept, 0)
        os.close(kept)
    assert content(tmp_path) == {"a": NEW}


def test_of_a_link_the_file_that_it_leads_to_is_written(tmp_path, way):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to("there/a")
    for given in (NEW, b"again"):
        write_whole(link, given)
        assert link.is_symlink()
        assert content(tmp_path / "there") == {"a": given}


# ---------------------------------------------------------------- what is not a regular file


@pytest.fixture(params=[3, 7], ids=["null", "full"])
def device(request, tmp_path):
    """A device of the test's own: if something is wrong, root would replace everybody's /dev/null."""
    if os.geteuid() != 0:
        return Path("/dev/null" if request.param == 3 else "/dev/full")
    path = tmp_path / "device"
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, request.param))
        path.open("wb").close()
    except OSError as error:
        pytest.skip(f"no device can be made here: {error}")
    return path


def test_a_device_is_written_into(tmp_path, device, monkeypatch):
    before, link = device.stat(), tmp_path / "link"
    link.symlink_to(device)
    for path in (device, link):
        check_writable(path)
        if os.minor(before.st_rdev) == 3:
            write_whole(path, NEW)
        else:
            with pytest.raises(OSError, match=f"No space left on device: '{path}'"):
                write_whole(path, NEW)
    assert os.readlink(link) == str(device)
    assert (device.stat().st_ino, device.stat().st_rdev) == (before.st_ino, before.st_rdev)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    with pytest.raises(PermissionError, match=rf"^\[Errno 13\] Permission denied: '{device}'$"):
        check_writable(device)


def test_a_pipe_is_written_into(tmp_path):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    check_writable(pipe)  # and does not wait for a reader
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, NEW * 10_000)
    reader.join(10)
    assert read == [NEW * 10_000]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_standard_output_by_its_name():
    for path in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        code = f"from autograd.files import write_whole; write_whole({path!r}, b'told')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True)
        assert (done.stdout, done.stderr) == (b"told", b"")


def test_a_stream_of_this_process_is_added_to(tmp_path, capfd):
    write_whole("/dev/stdout", b"told")
    assert capfd.readouterr().out == "told"
    with (tmp_path / "a").open("wb") as file:
        for folder in ("/dev/fd", "/proc/self/fd"):
            write_whole(f"{folder}/{file.fileno()}", b"told ")
    assert content(tmp_path) == {"a": b"told told "}


def test_standard_output_into_a_file(tmp_path):
    code = "print('before', flush=True); write_whole('/dev/stdout', b'told')"
    with (tmp_path / "a").open("wb") as file:
        subprocess.run(
            [sys.executable, "-c", f"from autograd.files import write_whole; {code}"],
            stdout=file,
            check=True,
        )
    assert content(tmp_path) == {"a": b"before\ntold"}


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="no such folder here")
def test_a_file_among_the_devices_is_a_file():
    path = Path("/dev/shm", f"scalar-autograd-{os.getpid()}")
    try:
        for given in (NEW, b"less"):
            write_whole(path, given)
            assert path.read_bytes() == given
    finally:
        path.unlink(missing_ok=True)


# ---------------------------------------------------------------- what is refused


def loop(folder):
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    return folder / "one"


def beneath_a_file(folder):
    (folder / "file").write_text("")
    return folder / "file" / "a"


REFUSED = {
    "empty": (lambda folder: "", "the name of a file is missing: ''"),
    "folder": (lambda folder: folder, "Is a directory"),
    "slash": (lambda folder: f"{folder}/a/", "Is a directory"),
    "no folder": (
        lambda folder: folder / "no" / "such" / "a",
        r"there is no folder '.*no/such'.*/a'",
    ),
    "beneath a file": (beneath_a_file, "Not a directory"),
    "loop": (loop, "symbolic links: .*one'"),
    "long": (lambda folder: folder / ("x" * 300), "File name too long"),
    "very long": (lambda folder: folder / ("x/" * 50_000), r"File name too long: '.*x/.*\.\.\..*x"),
    "newline": (lambda folder: folder / "no\n\nsuch" / "a", r"no\\n\\nsuch"),
    "null": (lambda folder: f"{folder}/a\0b", "null character"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_written_is_said_in_one_line(tmp_path, name):
    make, message = REFUSED[name]
    path = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    for attempt in (lambda: write_whole(path, NEW), lambda: check_writable(path)):
        with pytest.raises((OSError, ValueError), match=message) as caught:
            attempt()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 1000
        assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_is_read_only_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    for attempt in (lambda: write_whole(path, NEW), lambda: check_writable(path)):
        with pytest.raises(PermissionError, match=r"read-only: '.*/a'"):
            attempt()
    assert content(tmp_path) == {"a": b"old"}


def test_endings():
    assert ending("a.b.SVG", ("svg", "png"), "a picture") == "svg"
    for known, can_be in [
        ("abc", r"\.a, \.b or \.c"),
        ("ab", r"\.a or \.b"),
        ("a", r"\.a"),
    ]:
        with pytest.raises(ValueError, match=f"^a film is saved as {can_be}, but 'x' was given$"):
            ending("x", known, "a film")


def test_what_can_be_written_is_left_alone_until_then(tmp_path, way):
    check_writable(tmp_path / "a", size=100_000)
    assert content(tmp_path) == {}
    (tmp_path / "a").write_bytes(b"old")
    before = (tmp_path / "a").stat()
    check_writable(tmp_path / "a", size=100_000)
    assert content(tmp_path) == {"a": b"old"}
    assert (tmp_path / "a").stat().st_mtime_ns == before.st_mtime_ns
    write_whole(tmp_path / ("ä" * 127), NEW)  # 254 bytes: as long as a name may be
    write_whole(tmp_path / "with\na newline", NEW)
    assert len(content(tmp_path)) == 3


# ---------------------------------------------------------------- what happens on the way


def test_a_full_disk(tmp_path, way):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        for attempt in (
            lambda: write_whole(path, bytes(20_000)),
            lambda: check_writable(path, 20_000),
        ):
            with pytest.raises(OSError, match=r"File too large: '.*/a'"):
                attempt()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert content(tmp_path) == {"a": b"old"}


@pytest.mark.parametrize("function", ["write", "fsync", "replace"])
def test_whatever_goes_wrong_the_old_file_stays(tmp_path, way, monkeypatch, function):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    for error in (OSError(errno.EIO, "broken"), KeyboardInterrupt()):
        monkeypatch.setattr(os, function, Mock(side_effect=error))
        with pytest.raises(type(error)):
            write_whole(path, NEW)
        assert content(tmp_path) == {"a": b"old"}


def test_ctrl_c_after_the_last_moment(tmp_path, way, monkeypatch):
    replace = os.replace

    def too_late(*args):
        replace(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", too_late)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", NEW)
    assert content(tmp_path) == {"a": NEW}


KILLED = """
import os, signal
from autograd.files import write_whole
if {named}:
    del os.O_TMPFILE
os.{function} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
write_whole({path!r}, b"new")
"""


@pytest.mark.parametrize("function", ["write", "fsync", "replace"])
@pytest.mark.parametrize("named", [False, True])
def test_a_process_that_is_killed(tmp_path, named, function):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    code = KILLED.format(named=named, function=function, path=str(path))
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True)
        assert done.returncode == -signal.SIGKILL
    left = content(tmp_path)
    assert left.pop("a") == b"old"
    if not named and function != "replace":
        assert left == {}, "nothing is left behind"
    for name in left:  # the next write removes what was left behind a while ago
        os.utime(tmp_path / name, (time.time() - 100, time.time() - 100))
    assert len([name for name in left if name.count("-") == 1]) == bool(left)
    write_whole(path, NEW)
    assert content(tmp_path)["a"] == NEW
    assert not [
        name for name in content(tmp_path) if name.endswith(".new") and name.count("-") == 1
    ]


def test_many_writers_of_one_file(tmp_path, way):
    path = tmp_path / "a"
    contents = [bytes([k]) * 50_000 for k in range(8)]
    writers = [threading.Thread(target=write_whole, args=(path, c)) for c in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert content(tmp_path)["a"] in contents
    assert list(content(tmp_path)) == ["a"]


def test_paths_of_every_kind(tmp_path):
    write_whole(Path(tmp_path) / "a", NEW)
    write_whole(os.path.join(tmp_path, "b"), NEW)
    with pytest.raises(TypeError):
        write_whole(None, NEW)
    with pytest.raises(TypeError):
        write_whole(3.5, NEW)
