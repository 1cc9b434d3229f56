"""Odd environments: closed streams, plain ASCII, no home, a full disk, Ctrl-C."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CREDIT = ["credit", "--out", "c.gv"]
LIVE = ["live", "--out", "c.html"]
TRAIN = ["train", "--examples", "8", "--hidden", "2", "--epochs", "2", "--out", "net.json"]


def run(words, folder, env=None, before=None, **streams):
    """Run the command in a process of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **(env or {})}
    streams = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    } | streams
    return subprocess.run(
        [sys.executable, "-m", "nn", *words],
        cwd=folder,
        env=environment,
        preexec_fn=before,
        timeout=120,
        **streams,
    )


def one_line(text):
    return text.startswith(b"backprop: ") and text.count(b"\n") == 1 and text.endswith(b"\n")


# ---------------------------------------------------------------- where it works as anywhere else

GOOD = {
    "plain": {},
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "POSIX locale": {"LANG": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII streams": {"PYTHONIOENCODING": "ascii:strict"},
    "Latin-1 streams": {"PYTHONIOENCODING": "latin-1"},
    "no home": {"HOME": "/no/such/home"},
    "empty home": {"HOME": ""},
    "no path": {"PATH": ""},
    "no folder for temporary files": {"TMPDIR": "/no/such/folder"},
    "a dumb terminal": {"TERM": "dumb", "COLUMNS": "1"},
    "warnings are errors": {"PYTHONWARNINGS": "error"},
    "without docstrings and asserts": {"PYTHONOPTIMIZE": "2"},
    "unbuffered": {"PYTHONUNBUFFERED": "1"},
    "no bytecode": {"PYTHONDONTWRITEBYTECODE": "1"},
    "hash seed": {"PYTHONHASHSEED": "0"},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
def test_it_works(name, tmp_path):
    words = ["credit", "--x", "0.8", "−1.0", "0.5", "--lr", "1e-1", "--out", "c.gv"]
    done = run(words, tmp_path, GOOD[name])
    assert (done.returncode, done.stderr) == (0, b"")
    assert "w₃⇝₁   0.500000  +0.136315" in done.stdout.decode()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["c.gv"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["C locale", "plain"])
def test_names_of_files_beyond_ascii(name, tmp_path):
    done = run(["credit", "--out", "größe-δ.gv"], tmp_path, GOOD[name])
    assert (done.returncode, done.stderr) == (0, b"")
    assert [os.fsencode(p.name) for p in tmp_path.iterdir()] == ["größe-δ.gv".encode()]


@pytest.mark.slow
@pytest.mark.parametrize("closed", [[0], [2], [0, 2]], ids=str)
def test_closed_streams_that_are_not_needed(closed, tmp_path):
    def close():
        for fd in closed:
            os.close(fd)

    for words in (["credit", "--steps"], TRAIN):
        done = run(words, tmp_path, before=close)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout


# ---------------------------------------------------------------- where it cannot work


@pytest.mark.parametrize("words", [CREDIT, LIVE, TRAIN, ["--help"]], ids=lambda words: words[0])
def test_closed_standard_output(words, tmp_path):
    done = run(words, tmp_path, before=lambda: os.close(1))
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert b"standard output" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_everything_closed(tmp_path):
    done = run(CREDIT, tmp_path, before=lambda: [os.close(fd) for fd in (0, 1, 2)])
    assert done.returncode == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
@pytest.mark.parametrize("words", [["gallery"], ["--help"], ["credit"]], ids=lambda words: words[0])
def test_a_full_standard_output(words, tmp_path):
    with open("/dev/full", "wb") as full:
        done = run(words, tmp_path, stdout=full)
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert b"No space left on device" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
def test_a_full_standard_error(tmp_path):
    with open("/dev/full", "wb") as full:
        assert run(["credit", "--x", "1"], tmp_path, stderr=full).returncode == 2
        assert run(CREDIT, tmp_path, stderr=full).returncode == 0


@pytest.mark.slow
def test_a_reader_who_goes_away(tmp_path):
    read, write = os.pipe()
    os.close(read)
    done = run(["gallery"], tmp_path, stdout=write)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", [CREDIT, LIVE, TRAIN], ids=lambda words: words[0])
def test_a_full_disk(words, tmp_path):
    (tmp_path / words[-1]).write_text("old")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = run(words, tmp_path, {"PYTHONDONTWRITEBYTECODE": "1"}, before=small)
    assert done.returncode == 2
    assert one_line(done.stderr)
    assert f"'{words[-1]}'".encode() in done.stderr
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {words[-1]: "old"}


@pytest.mark.slow
def test_a_folder_that_is_gone(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()

    def leave():
        os.rmdir(gone)

    done = run(CREDIT, gone, before=leave)
    assert done.returncode == 2
    assert one_line(done.stderr)


def interrupted(words, folder, after):
    process = subprocess.Popen(
        [sys.executable, "-m", "nn", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        after(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, out.decode(), err.decode()


def _worked(pid):
    """Return how many seconds a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="cannot be seen to work here")
def test_ctrl_c_while_it_learns(tmp_path):
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    words = ["train", "--examples", "50", "--epochs", "1000000", "--out", "net.json"]

    def wait(process):
        # the examples come through a pipe: once they are read, the training is about to begin
        begun.write_text("x,y\n" + "".join(f"{k % 7},{k % 3}\n" for k in range(50)))
        start = _worked(process.pid)
        while _worked(process.pid) < start + 0.5:  # however busy the machine is
            time.sleep(0.05)

    status, out, err = interrupted([*words, "--data", str(begun)], tmp_path, wait)
    assert status == 130
    assert one_line(err.encode())
    assert "interrupted after " in err
    assert ", interrupted: loss" in out
    assert (tmp_path / "net.json").exists()
    assert run(["predict", "--weights", "net.json", "--x", "3"], tmp_path).returncode == 0


@pytest.mark.slow
def test_ctrl_c_while_it_waits(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    writers = []

    def wait(process):
        writers.append(pipe.open("wb"))  # opens once the command opens it to read
        time.sleep(0.2)

    try:
        status, out, err = interrupted(["check", str(pipe)], tmp_path, wait)
    finally:
        for writer in writers:
            writer.close()
    assert (status, out) == (130, "")
    assert err == "backprop: interrupted\n"
