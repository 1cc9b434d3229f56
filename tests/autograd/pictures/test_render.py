"""Engines, saving, and what surrounds an SVG."""

import base64
import importlib.metadata
import itertools
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import webbrowser
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from autograd import Value, draw, files
from autograd.pictures import display, palette, render, svg, wasm
from autograd.pictures.drawing import WRITERS, Drawing
from tests.processes import prints_the_same_bytes

SOURCE = 'digraph { a -> b [label="δ₁·z₅"] }'
SVG = "{http://www.w3.org/2000/svg}"


def fake(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_embedded", lambda: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)


def drawing() -> Drawing:
    return draw(Value(2.0, label="a") * Value(3.0, label="b"))


# ---------------------------------------------------------------- which engine


def test_the_embedded_engine_draws_where_no_dot_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    drawing().save(tmp_path / "a.svg")
    drawing().save(tmp_path / "a.png")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_embedded_engine_is_found_wherever_pip_has_put_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Beside Python, among the files of its package, or on PATH."""
    name, installed = "graphviz-pure", {"there": True}

    class Listed(PurePosixPath):
        def locate(self) -> Path:
            return tmp_path / self

    def files(package: str) -> list[Listed] | None:
        if not installed["there"]:
            raise importlib.metadata.PackageNotFoundError(package)
        listed = ["graphviz-pure.txt", "other", "bin/graphviz-pure", "later/graphviz-pure"]
        return list(map(Listed, listed)) if package == name else None

    (tmp_path / "graphviz-pure.txt").write_text("no program")
    on_path = fake(tmp_path / "path", name, "")
    listed = fake(tmp_path / "bin", name, "")
    beside = fake(tmp_path / "beside", name, "")
    for other in ("other", "later/graphviz-pure"):
        fake((tmp_path / other).parent, Path(other).name, "")
    monkeypatch.setattr(importlib.metadata, "files", files)
    monkeypatch.setattr(render.sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert render.find_engine() == str(beside)
    beside.unlink()
    assert render.find_engine() == str(listed)
    installed["there"] = False
    assert render.find_engine() == str(on_path)


@pytest.mark.usefixtures("no_engine")
def test_without_any_engine_the_error_names_the_remedy_and_the_text_is_there(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileNotFoundError, match="pip install graphviz-pure"):
        drawing().svg()
    drawing().save(tmp_path / "a.gv")
    assert "digraph" in (tmp_path / "a.gv").read_text()


@pytest.mark.usefixtures("no_engine")
def test_dot_on_the_path_is_used_where_nothing_is_embedded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake(tmp_path, "dot", 'echo "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render.render(SOURCE, "pdf") == b"-Tpdf\n"
    assert render.render(SOURCE, pinned=True) == b"-Tsvg -Kneato -n2\n"


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("format", ["svg", "png", "pdf"])
def test_graphviz_itself_draws_the_same_text(format: str) -> None:
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[format]
    assert render.render(SOURCE, format, engine="dot").startswith(start)


@pytest.mark.parametrize("engine", ["graphviz-pure", "dot"])
def test_a_png_is_not_too_large_to_look_at(engine: str) -> None:
    if engine == "dot" and shutil.which(engine) is None:
        pytest.skip("Graphviz is not installed")
    program = render.find_engine() if engine == "graphviz-pure" else engine
    sizes = {}
    for length in (2, 100):
        chain = "->".join(map(str, range(length)))
        png = render.render(f"digraph {{ rankdir=LR {chain} }}", "png", engine=program)
        sizes[length] = struct.unpack(">II", png[16:24])
    assert 250 < sizes[2][0] < 400, "twice the pixels of the SVG"
    assert 3990 < sizes[100][0] <= render.PIXELS


def test_a_chosen_engine_comes_first_and_must_exist(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = fake(tmp_path, "chosen", "echo mine")
    monkeypatch.setenv("AUTOGRAD_DOT", str(chosen))
    assert render.render(SOURCE) == b"mine\n"
    with pytest.raises(FileNotFoundError, match="'no-such-program' is not a program"):
        render.render(SOURCE, engine="no-such-program")


# ---------------------------------------------------------------- engines that misbehave


def test_an_engine_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(render, "TIMEOUT", 0.2)
    with pytest.raises(TimeoutError, match=r"save as \.svg.*draw less of the graph"):
        render.render(SOURCE, engine=str(fake(tmp_path, "slow", "while :; do :; done")))


@pytest.mark.skipif(os.name != "posix", reason="asks for processes as POSIX does")
@pytest.mark.parametrize("stopped_by", [TimeoutError, KeyboardInterrupt])
def test_an_engine_that_is_stopped_leaves_no_process_behind(
    stopped_by: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(self: "subprocess.Popen[bytes]", *_: object) -> None:
        while not (child := tmp_path / "child").exists() or not child.read_text().strip():
            assert self.poll() is None
        raise KeyboardInterrupt

    # it starts another program, as a wrapper does, and waits for it
    engine = fake(tmp_path / "bin", "slow", f"sleep 60 & echo $! > {tmp_path}/child; wait")
    if stopped_by is TimeoutError:
        monkeypatch.setattr(render, "TIMEOUT", 0.5)
    else:
        monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(stopped_by):
        render.render(SOURCE, engine=str(engine))
    child = int((tmp_path / "child").read_text())
    for _ in range(2000):  # the system takes a moment to bury it
        try:
            state = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            break
        if state == "Z":
            break
    else:
        pytest.fail(f"process {child} still runs")


@pytest.mark.parametrize(
    "script", ["echo '<svg/>'; echo 'syntax error' >&2; exit 1", "echo 'syntax error' >&2"]
)
def test_a_failure_says_what_the_engine_said_and_leaves_the_old_file(
    script: str, tmp_path: Path
) -> None:
    engine = fake(tmp_path / "bin", "broken", script)
    target = tmp_path / "a.svg"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="syntax error"):
        drawing().save(target, engine=str(engine))
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.svg"]


def test_a_program_that_cannot_be_run_is_no_engine(tmp_path: Path) -> None:
    engine = tmp_path / "wrong"
    engine.write_bytes(b"\x7fELF no program at all")
    engine.chmod(0o755)
    with pytest.raises(FileNotFoundError, match="cannot be run"):
        render.render(SOURCE, engine=str(engine))


def test_complaints_at_status_0_are_no_failure(tmp_path: Path) -> None:
    noisy = fake(tmp_path, "noisy", "echo 'Warning: no fonts' >&2; echo fine")
    assert render.render(SOURCE, engine=str(noisy)) == b"fine\n"


# ---------------------------------------------------------------- saving


def test_another_suffix_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    for name in ("a.jpg", "a", "svg"):
        with pytest.raises(ValueError, match="a picture is saved as") as refused:
            drawing().save(tmp_path / name)
        assert re.findall(r" \.(\w+)", str(refused.value)) == [*WRITERS]
    assert list(tmp_path.iterdir()) == []


def test_a_saved_file_keeps_its_mode_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    target = tmp_path / "a.gv"
    drawing().save(target)
    usual = tmp_path / "usual"
    usual.touch()
    assert target.stat().st_mode == usual.stat().st_mode
    target.chmod(0o600)
    drawing().save(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_folder_that_is_not_there_is_an_os_error_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        drawing().save(tmp_path / "missing" / "a.gv")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "a.gv"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left"):
        drawing().save(target)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


# ---------------------------------------------------------------- the SVG


def test_the_svg_is_described() -> None:
    root = ElementTree.fromstring(drawing().svg())
    by_id = {e.get("id"): e for e in root.iter() if e.get("id")}
    title, desc = (by_id[name] for name in root.get("aria-labelledby", "").split())
    assert root.get("role") == "img"
    assert (title.tag, title.text) == (f"{SVG}title", "Computation graph")
    assert (desc.tag, desc.text) == (f"{SVG}desc", "3 nodes; data 6.000 at the root.")


@pytest.mark.parametrize(("width", "least"), [(300, 165), (2000, 1100)])
def test_a_picture_shrinks_to_the_room_there_is_until_it_cannot_be_read(
    width: int, least: int
) -> None:
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 100"/>'.encode()
    root = ElementTree.fromstring(svg.finish(drawn, "title", "desc", "id"))
    assert (root.get("width"), root.get("style")) == (str(width), None)
    style = root.findtext(f"{SVG}style", "")
    fits = f"max-width:100%;height:auto;min-width:{least}px"
    assert f"@media screen{{#id{{{fits}}}}}" in style, "paper does not scroll"


def test_two_pictures_of_a_page_share_no_id() -> None:
    same, other = drawing(), draw(Value(1.0).exp())
    shown = [same._repr_mimebundle_()["image/svg+xml"] for _ in range(2)]
    shown.append(other.svg())
    ids = [
        [e.get("id") for e in ElementTree.fromstring(text).iter() if e.get("id")] for text in shown
    ]
    assert all(ids)
    for a, b in itertools.combinations(ids, 2):
        assert not set(a) & set(b)


def test_another_process_writes_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "from autograd import Value, draw; a, b = Value(2.0, label='a'), Value(3.0, label='b');"
        "c = draw((a * b).tanh() + a, credit=True); print(c.source); print(c.svg())"
    )
    assert prints_the_same_bytes(program)


def test_jupyter_gets_the_picture_and_text() -> None:
    bundle = drawing()._repr_mimebundle_(include=None, exclude=None)
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"].startswith("Computation graph\n")
    image = ElementTree.fromstring(bundle["text/html"].replace(">", "/>"))
    assert image.get("alt") == "Computation graph. 3 nodes; data 6.000 at the root."
    kind, data = image.get("src", "").split(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode() == bundle["image/svg+xml"]


def test_for_paper_latex_stands_in_the_place_of_svg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_paper", False)
    drawn, before = drawing(), drawing()._repr_mimebundle_()
    display.for_paper()
    bundle = drawn._repr_mimebundle_()
    display.for_paper(False)
    assert (
        set(before)
        == {"text/html", "image/svg+xml", "text/plain"}
        == set(drawing()._repr_mimebundle_())
    )
    assert set(bundle) == {"text/html", "text/latex", "text/plain"}
    assert bundle["text/html"].startswith('<img alt="Computation graph.')
    assert bundle["text/latex"].count(r"\begin{tikzpicture}") == 1


# ---------------------------------------------------------------- themes


def test_a_theme_can_be_chosen() -> None:
    v = Value(2.0, label='fillcolor="#ffffff"') * Value(-3.0)
    auto, light, dark = (draw(v, theme=theme) for theme in ("auto", "light", "dark"))
    assert auto.source == light.source
    assert "prefers-color-scheme" in auto.svg()
    for drawn, card in ((light, "#ffffff"), (dark, palette.colour("card", dark=True))):
        assert "prefers-color-scheme" not in drawn.svg()
        assert f'bgcolor="{card}"' in drawn.source
    assert 'fillcolor="#ffffff"' in "".join(ElementTree.fromstring(dark.svg()).itertext())
    assert not set(re.findall(r' (?:fill|stroke)="(#......)"', dark.svg())) & palette.DARK.keys()


def test_a_picture_can_do_without_its_ground() -> None:
    fills = [
        {e.get("fill") for e in ElementTree.fromstring(d.svg()).iter() if e.tag != f"{SVG}text"}
        for d in (draw(Value(2.0).exp(), transparent=t) for t in (False, True))
    ]
    assert "#ffffff" in fills[0]
    assert not fills[1] & {"#ffffff", "white"}


def test_a_theme_that_there_is_not() -> None:
    with pytest.raises(ValueError, match='"auto", "light" or "dark"; got \'blue\''):
        draw(Value(1.0), theme="blue")  # type: ignore[arg-type]


# ---------------------------------------------------------------- showing


def test_show_opens_a_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    drawing().show()
    (file,) = tmp_path.iterdir()
    assert opened == [file.as_uri()]
    assert file.read_text(encoding="utf-8") == drawing().svg()
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    with pytest.raises(RuntimeError, match=r"no browser.*picture-.*\.svg"):
        drawing().show()


def test_show_in_a_notebook_shows_it_there(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    display = pytest.importorskip("IPython.display", reason="IPython is not installed")
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(display, "display", shown.append)
    (picture := drawing()).show()
    assert shown == [picture]


# ---------------------------------------------------------------- in a browser


def test_a_renderer_can_be_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def layout(*given: object) -> str:
        calls.append(given)
        return "<svg/>"

    monkeypatch.setattr(render, "_renderer", None)
    monkeypatch.setattr(wasm, "_object", lambda **fields: fields)
    wasm.use(SimpleNamespace(layout=layout))
    assert render.render(SOURCE) == render.render(SOURCE, pinned=True) == b"<svg/>"
    assert calls == [(SOURCE, "svg", "dot"), (SOURCE, "svg", "neato", {"nop": 2})]
    with pytest.raises(FileNotFoundError, match=r"draws no PNG: save as \.svg"):
        render.render(SOURCE, "png")
    with pytest.raises(TypeError, match="await Graphviz"):
        wasm.use(object())


def test_a_browser_without_a_renderer_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(FileNotFoundError, match=r"@hpcc-js/wasm-graphviz.*wasm\.use"):
        drawing().svg()


@pytest.mark.usefixtures("no_engine")
def test_a_repr_never_raises() -> None:
    bundle = drawing()._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert "pip install graphviz-pure" in bundle["text/plain"]
    assert repr(drawing()) == "<Drawing: Computation graph>"


# ---------------------------------------------------------------- colours


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [c / 255 for c in bytes.fromhex(colour[1:])]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_contrast_on_whatever_it_stands(dark: bool) -> None:
    on = {
        "card": ["ink", "muted", "plus", "minus", "zero", "odd"],
        "unit": ["ink"],
        "ink": ["card"],
        "leaf fill": ["ink"],
        "root fill": ["ink"],
        **{f"{part} fill": ["ink", part] for part in ("plus", "minus", "zero", "odd")},
    }
    for ground, texts in on.items():
        for text in texts:
            ratio = contrast(palette.colour(text, dark=dark), palette.colour(ground, dark=dark))
            assert ratio >= 4.5, (text, ground, ratio)


def deuteranopia(colour: str) -> tuple[float, ...]:
    """What a reader without green cones sees (Viénot, Brettel, Mollon 1999), in linear RGB."""
    r, g, b = (c / 255 for c in bytes.fromhex(colour[1:]))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (r, g, b))
    return 0.29275 * r + 0.70725 * g, 0.29275 * r + 0.70725 * g, -0.02234 * r + 0.02234 * g + b


@pytest.mark.parametrize("dark", [False, True])
def test_signs_differ_without_green_cones_and_in_grey(dark: bool) -> None:
    plus, minus = palette.colour("plus", dark=dark), palette.colour("minus", dark=dark)
    p, m = deuteranopia(plus), deuteranopia(minus)
    # blue against yellow: the blue channel leads in one and trails in the other
    assert p[2] - p[0] > 0.15
    assert m[0] - m[2] > 0.05
    # in grey it is the dash that tells, not the colour
    assert palette.DASHES["plus"] != palette.DASHES["minus"]


def test_no_two_colours_of_the_light_theme_are_one() -> None:
    """The dark theme finds a part by its light colour."""
    by_colour: dict[str, set[str]] = {}
    for part, fade in itertools.product(palette.PALETTE, palette.FADES):
        by_colour.setdefault(palette.colour(part, fade), set()).add(
            palette.colour(part, fade, dark=True)
        )
    clashes = {c: d for c, d in by_colour.items() if len(d) > 1}
    assert not clashes


def test_every_colour_drawn_has_its_dark_counterpart() -> None:
    text = draw((Value(2.0, label="a") * Value(-3.0)).tanh(), credit=True).svg()
    root = ElementTree.fromstring(text)
    style = root.findtext(f"{SVG}style") or ""
    for element in root.iter():
        for key in ("fill", "stroke"):
            given = element.get(key)
            if given not in (None, "none", "transparent"):
                assert f"[{key}='{given}']" in style, (element.tag, key, given)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        files.write_whole(tmp_path / "nowhere" / "x.svg", b"")


def test_an_engine_that_prints_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho '<svg>'\n")
    broken.chmod(0o755)
    monkeypatch.setenv("AUTOGRAD_DOT", str(broken))
    with pytest.raises(render.RenderError, match="printed no SVG"):
        draw(Value(1.0) * 2.0).save(tmp_path / "x.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["broken"]


@pytest.mark.parametrize("box", ["", "0 0 wide high", "0 0 100", "0 0 nan 10", "0 0 0 10"])
def test_an_engine_that_prints_a_bad_size(box: str, tmp_path: Path) -> None:
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='{box}'/>"
    engine = fake(tmp_path, "odd", f'echo "{drawn}"')
    with pytest.raises(render.RenderError, match=f"an SVG without a size: its viewBox is '{box}'"):
        drawing().svg(engine=str(engine))


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.svg").mkdir()
    with pytest.raises(OSError, match=r"directory: '[^']*/x\.svg'"):
        files.write_whole(tmp_path / "x.svg", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["x.svg"]
