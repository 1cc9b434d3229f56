"""The same picture as PDF and as TikZ: nothing is missing, everything stands where it stood."""

import re
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from autograd import Value, draw
from autograd.pictures.drawing import Drawing
from autograd.pictures.formats.pdf import write_pdf
from autograd.pictures.formats.shapes import Shape, Words, picture
from autograd.pictures.formats.tikz import FIX_CM, PREAMBLE, tex
from nn import MLP, assign_credit
from nn.lessons.gallery import examples
from tests.tex import without_repetitions
from tests.worked import worked

TYPED = ("<b>&{x}|_^é", "b😀 漢 50% \\alpha #1 $", "a~b", "-0.5", "½ way")


def graph() -> Drawing:
    a, b, c, d, e = (Value(2.0, label=label) for label in TYPED)
    return draw((a * b).tanh() + c * d * e, credit=True)


def random_credit(seed: int) -> Drawing:
    net = MLP(3, [2 + seed % 4, 1 + seed % 2], bias=seed % 3 == 0, rng=seed)
    x = [0.5, -1.0, 2.0]
    return assign_credit(net, x, 0.5 if seed % 2 == 0 else [0.5, 1.0]).draw()


def test_all_parts_of_a_picture_are_found() -> None:
    svg = worked().draw().svg()
    drawn = picture(svg)
    texts = [part for part in drawn.parts if isinstance(part, Words)]
    assert [words.text for words in texts].count("δ₀·z₁ = +0.52") == 1
    assert len(texts) == svg.count("<text")
    kinds = {part.classes[0] for part in drawn.parts if part.classes}
    assert {"unit", "pill", "line", "weight", "credit", "delta"} <= kinds
    for part in drawn.parts:
        if isinstance(part, Shape) and part.moves:
            left, right, top, bottom = part.box
            assert -1.0 <= left <= right <= drawn.width + 1.0
            assert -1.0 <= top <= bottom <= drawn.height + 1.0


@pytest.mark.slow
def test_a_pdf_needs_no_graphviz_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    monkeypatch.setenv("PATH", "")
    for name in ("a.pdf", "b.pdf"):
        worked().draw(path=(5, 1)).save(tmp_path / name)
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert content == (tmp_path / "b.pdf").read_bytes()
    with pytest.warns(UserWarning, match="become boxes"):
        write_pdf(graph().svg(), "a graph")


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_the_text_of_a_pdf_can_be_selected(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    worked().draw().save(tmp_path / "a.pdf")
    found = subprocess.run(
        ["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    for words in picture(worked().draw().svg()).parts:
        if isinstance(words, Words):
            assert words.text in found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("w₃⇝₁ = −0.30", r"$w_{3 \leadsto 1} = -0.30$"),
        ("Credit assignment, 3-2-1 tanh network", "Credit assignment, 3-2-1 tanh network"),
        ("credit ∂L/∂w > 0 (solid)", r"credit $\partial L/\partial w > 0$ (solid)"),
        ("which meets z₅ (►)", r"which meets $z_{5}\ (\blacktriangleright)$"),
        ("50% of {x}", r"$50\%$ of $\{x\}$"),
        ("😀", r"$\mbox{U+1F600}$"),
    ],
)
def test_words_are_words_and_formulas_are_formulas(text: str, written: str) -> None:
    assert tex(text) == written


def document(pictures: int) -> str:
    pages = "\n".join(rf"\input{{p{k}}}\newpage" for k in range(pictures))
    return rf"""\documentclass{{article}}
\usepackage[paperwidth=3000bp,paperheight=3000bp,margin=9bp]{{geometry}}
{PREAMBLE}{FIX_CM}
\pagestyle{{empty}}\parindent0pt\tracinglostchars=3
\begin{{document}}
{pages}
\end{{document}}
"""


def compiled(engine: str, folder: Path, drawings: list[Drawing]) -> str:
    """Return what TeX says of these pictures, each on a page of its own; the first is typeset whole."""
    seen: set[str] = set()
    for k, drawing in enumerate(drawings):
        path = folder / f"p{k}.tex"
        drawing.save(path)
        sparse = without_repetitions(path.read_text(), seen)
        if k > 0:
            path.write_text(sparse)
    (folder / "all.tex").write_text(document(len(drawings)))
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_tex_has_nothing_to_complain_of(tmp_path: Path, engine: str) -> None:
    if not shutil.which(engine):
        pytest.skip(f"{engine} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some examples are large
        drawings = [example.draw() for example in examples()]
        drawings += [random_credit(seed) for seed in range(6)]  # with biases and without
        drawings += [worked().draw(path=(5, 1)), graph()]
        said = compiled(engine, tmp_path, drawings)
    complaints = re.findall(r"^.*(?:Warning|Overfull|Underfull|Missing character).*$", said, re.M)
    assert complaints == []
    assert f"({len(drawings)} pages" in said


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_nodes_stand_where_they_stand_in_the_svg(tmp_path: Path) -> None:
    drawing = worked().draw()
    drawing.save(tmp_path / "p0.tex")
    text = (tmp_path / "p0.tex").read_text()
    names = re.findall(r"\(((?:unit|pill)-[-0-9]+)\) at", text)
    ask = "".join(
        rf"\pgfpointanchor{{{name}}}{{center}}\typeout{{{name} \the\pgf@x\space\the\pgf@y}}"
        for name in names
    )
    end = r"\end{tikzpicture}"
    (tmp_path / "p0.tex").write_text(
        text.replace(end, rf"\makeatletter{ask}\makeatother" + "\n" + end)
    )
    (tmp_path / "all.tex").write_text(document(1))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    found = {
        name: (float(x) * 72.0 / 72.27, -float(y) * 72.0 / 72.27)
        for name, x, y in re.findall(r"(\S+) (-?[\d.]+)pt (-?[\d.]+)pt", done.stdout)
    }
    right = {}
    for part in picture(drawing.svg()).parts:
        if isinstance(part, Shape) and part.classes[:1] in (("unit",), ("pill",)):
            left, end_, top, bottom = part.box
            name = f"{part.classes[0]}-{part.classes[1].removeprefix('of-')}"
            right[name] = ((left + end_) / 2.0, (top + bottom) / 2.0)
    assert found.keys() == right.keys()
    assert len(right) == 14
    for name, place in right.items():
        assert found[name] == pytest.approx(place, abs=1.0)
