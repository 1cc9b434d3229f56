"""DOT to SVG, PNG and PDF: find an engine, run it with a timeout."""

import contextlib
import importlib.metadata
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from autograd.progress import patience

TIMEOUT = 10.0  # seconds; a layout that takes longer is not going to be read anyway
DPI, PIXELS = 144, 4000  # of a PNG; one with more pixels on a side is made smaller

# what the font of the embedded engine has, of the signs that a label may have; for ⇝ it is given an arrow
_IN_FONT = {
    *range(0x531), *range(0x1E00, 0x20BF), *range(0x20F0, 0x2150), *range(0x2190, 0x2196),
    *map(ord, "⇝ᵀᵢⱼ∂∆∏∑−√∞∩∫≈≠≡≤≥─│■□▪▫▬▲►▼◄◊○●"),
}  # fmt: skip

_REMEDY = (
    "pip install graphviz-pure, or install Graphviz from https://graphviz.org/download/ and put its "
    "`dot` on PATH; the DOT text is in .source, and .save('picture.gv') writes it"
)


Renderer = Callable[[str, str, bool], bytes]  # DOT text, format, whether it is pinned: a picture
_renderer: Renderer | None = None


class EngineNotFoundError(FileNotFoundError):
    """No program is there that draws DOT in the format wanted."""


class RenderError(RuntimeError):
    """The engine ran and failed."""


class RenderTimeoutError(RenderError, TimeoutError):
    """The engine took too long."""


def _embedded() -> str | None:
    """Return the program of the package graphviz-pure, wherever pip has put it."""
    name = "graphviz-pure"
    beside = sys.executable and shutil.which(name, path=str(Path(sys.executable).parent))
    if beside:
        return beside
    try:
        files = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == name and os.access(path := str(file.locate()), os.X_OK):
            return path
    return shutil.which(name)


def find_engine(format: str = "svg", engine: str | None = None) -> str:
    """Return the program that draws.

    Args:
        format: svg, png or pdf.
        engine: a program to use in any case; if not given, that of the environment variable
            AUTOGRAD_DOT, then the embedded engine graphviz-pure (not for PDF), then `dot` on PATH.

    Raises:
        EngineNotFoundError: a FileNotFoundError; there is none.
    """
    if chosen := engine or os.environ.get("AUTOGRAD_DOT"):
        found = shutil.which(chosen)
        missing = f"the engine {chosen!r} is not a program that can be run; {_REMEDY}"
    elif format == "pdf":
        found = shutil.which("dot")
        missing = (
            "PDF needs the program `dot`: install Graphviz from https://graphviz.org/download/, "
            "or save as .svg or .png"
        )
    else:
        found = _embedded() or shutil.which("dot")
        missing = f"no Graphviz engine found: {_REMEDY}"
    if found is None:
        raise EngineNotFoundError(missing)
    return found


def use_renderer(renderer: Renderer | None) -> None:
    """Draw with a function from now on, where no program can be run; with None as before."""
    global _renderer
    _renderer = renderer


def render(
    source: str, format: str = "svg", engine: str | None = None, pinned: bool = False
) -> bytes:
    """Return a picture of DOT text.

    Args:
        source: the DOT text.
        format: svg, png or pdf.
        engine: the program to use; see find_engine.
        pinned: whether the text says where everything stands (`neato -n2`), so that nothing is laid out.

    Raises:
        EngineNotFoundError: a FileNotFoundError; there is no engine.
        RenderTimeoutError: a TimeoutError; the engine took longer than TIMEOUT.
        RenderError: a RuntimeError; the engine failed.
    """
    if _renderer is not None and engine is None:
        return _renderer(source, format, pinned)
    if sys.platform == "emscripten":
        raise EngineNotFoundError(
            "a browser runs no programs: load @hpcc-js/wasm-graphviz once and hand it on, "
            "gv = await Graphviz.load() in JavaScript, autograd.pictures.wasm.use(gv) in Python "
            "(see help(autograd.pictures.wasm)); the DOT text is in .source"
        )
    program = find_engine(format, engine)
    if format == "png" and Path(program).stem == "graphviz-pure":
        source = source.replace("⇝", "→")  # its built-in font lacks the one and has the other
    command = [program, f"-T{format}", *(["-Kneato", "-n2"] if pinned else [])]
    if format == "png":
        command += [f"-Gdpi={DPI}", f"-Gsize={PIXELS / DPI:.2f}"]
    try:
        with patience("drawing"):
            status, drawn, complaints = _run(command, source.encode())
    except subprocess.TimeoutExpired:
        raise RenderTimeoutError(
            f"{program} took longer than {TIMEOUT:g} s; save as .svg, which is drawn faster than .png, draw less "
            "of the graph (max_nodes=100), or save the DOT text with .save('picture.gv')"
        ) from None
    except OSError as error:
        raise EngineNotFoundError(f"{program} cannot be run ({error}); {_REMEDY}") from error
    # Engines complain on stderr about fonts and sizes even when all is well: only the status counts.
    if status or not drawn:
        said = complaints.decode(errors="replace").strip().splitlines()
        raise RenderError(
            f"{program} failed with status {status}: {said[-1] if said else 'it says nothing'}; "
            "the DOT text is in .source"
        )
    return drawn


def missing_signs(source: str, engine: str | None = None) -> list[str]:
    """Return the signs of a text that a PNG would show as boxes: those that the embedded engine's font lacks.

    Of other engines nothing is known: they take the fonts of the system.
    """
    if _renderer is not None or Path(find_engine("png", engine)).stem != "graphviz-pure":
        return []
    return sorted({c for c in source if ord(c) not in _IN_FONT})


def _run(command: list[str], given: bytes) -> tuple[int, bytes, bytes]:
    """Run a program in a group of its own; whatever interrupts it, nothing that it started is left behind."""
    pipe = subprocess.PIPE
    posix = os.name == "posix"
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=posix
    ) as process:
        try:
            drawn, complaints = process.communicate(given, TIMEOUT)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                if posix:
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            raise
    return process.returncode, drawn, complaints
