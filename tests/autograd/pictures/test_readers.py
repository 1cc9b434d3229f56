"""Saved pictures in other programs: CairoSVG, svglib, rsvg and resvg draw what Chromium draws."""

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import Value, draw
from autograd.pictures.drawing import Drawing
from tests.worked import worked


def graph() -> Drawing:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return draw((a * b).tanh() + a, credit=True)


PICTURES: dict[str, Callable[[], Drawing]] = {
    "credit": lambda: worked().draw(),
    "path": lambda: worked().draw(path=(5, 1)),
    "dark": lambda: worked().draw(theme="dark"),
    "graph": graph,
}


def cairosvg(path: Path) -> bytes:
    try:
        import cairosvg
    except (ImportError, OSError) as error:
        pytest.skip(f"CairoSVG or its library is not installed: {error}")
    return bytes(cairosvg.svg2png(url=str(path)))


def rsvg(path: Path) -> bytes:
    program = shutil.which("rsvg-convert")
    if program is None:
        pytest.skip("rsvg-convert is not installed")
    return subprocess.run([program, str(path)], capture_output=True, check=True).stdout


def resvg(path: Path) -> bytes:
    reader = pytest.importorskip("resvg_py", reason="resvg_py is not installed")
    return bytes(reader.svg_to_bytes(svg_path=str(path)))


@pytest.mark.parametrize("reader", [cairosvg, rsvg, resvg])
@pytest.mark.parametrize("name", PICTURES)
def test_readers_draw_the_whole_picture(
    reader: Callable[[Path], bytes], name: str, tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    path = tmp_path / "picture.svg"
    PICTURES[name]().save(path)
    drawn = image.open(io.BytesIO(reader(path))).convert("RGB")
    width, height = drawn.size
    ground = drawn.getpixel((1, 1))
    assert ground == ((20, 24, 31) if name == "dark" else (255, 255, 255))
    # each third of its width and of its height has something in it
    for k in range(3):
        across = (round(k * width / 3), 0, round((k + 1) * width / 3), height)
        down = (0, round(k * height / 3), width, round((k + 1) * height / 3))
        for part in map(drawn.crop, (across, down)):
            colours = part.getcolors(part.width * part.height)
            left = sum(count for count, colour in colours if colour != ground)
            assert left > 0.02 * part.width * part.height


@pytest.mark.parametrize("name", PICTURES)
def test_svglib_finds_every_text_and_shape(name: str, tmp_path: Path) -> None:
    svglib = pytest.importorskip("svglib.svglib", reason="svglib is not installed")
    path = tmp_path / "picture.svg"
    PICTURES[name]().save(path)
    found = svglib.svg2rlg(str(path))
    kinds: list[str] = []
    waiting = [found]
    while waiting:
        part = waiting.pop()
        kinds.append(type(part).__name__)
        waiting += getattr(part, "contents", [])
    text = path.read_text(encoding="utf-8")
    assert kinds.count("String") == text.count("<text")
    assert kinds.count("Ellipse") == text.count("<ellipse")
    assert kinds.count("Path") + kinds.count("Polygon") >= text.count("<path") + text.count(
        "<polygon"
    )
