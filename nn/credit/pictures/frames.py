"""The story of an example as single pictures, and as a talk: a beamer document with a page a step."""

from collections.abc import Sequence
from dataclasses import replace

from autograd.pictures.drawing import Drawing
from autograd.pictures.formats.shapes import picture
from autograd.pictures.formats.tikz import FIX_CM, PREAMBLE, tex, tikz_picture
from autograd.pictures.palette import Theme
from nn.credit.assignment import Assignment
from nn.credit.pictures.layout import SLIDE_PAGE
from nn.credit.pictures.units.unit_graph import kinds
from nn.credit.pictures.words import Words
from nn.credit.telling.story import Step

# what a picture may take of a slide, in points
_WIDTH, _HEIGHT = SLIDE_PAGE, 172.0
_LINES = 3  # of formulas below it


class Frames:
    """The pictures of a story, all with the same places.

    Args:
        credit: what `assign_credit` found.
        steps: its story.
        after: the same once the updates are made.
        slide: whether they are for a slide: with larger text, and flat.
    """

    def __init__(
        self,
        credit: Assignment,
        steps: Sequence[Step],
        after: Assignment,
        slide: bool = False,
    ) -> None:
        self.credit, self.steps, self.after = credit, steps, after
        self.updated = replace(
            credit,
            edges={key: edge._replace(weight=self.after.edges[key].weight) for key, edge in credit.edges.items()},
        )  # fmt: skip
        arrange, self._draw = kinds(credit)
        top = 34.0 if slide else 16.0
        self.layout = arrange(credit, top=top, roomy=True, slide=slide)

    def drawing(self, step: Step, theme: Theme = "auto", transparent: bool = False) -> Drawing:
        """Return the picture of one step: what is not known yet is missing, what it is not about is faint."""
        numbers = {"before": self.credit, "updated": self.updated, "after": self.after}[step.stage]
        words = Words(numbers, self.layout.shows, back=step.back, known=step.known)
        layout = self.layout.showing(numbers, words)
        marks = step.back | ({step.path} if step.path else frozenset())
        graph = self._draw(layout, step.nodes, step.edges, step.path, marks)
        told = f"{step.symbols}\n{step.numbers}"
        return Drawing(graph.canvas.source, step.title, told, True, theme, transparent)


def talk(frames: Frames) -> str:
    """Return a beamer document that tells the story, a page a step."""
    title = f"Credit assignment, {frames.credit.title}"
    scale = min(_WIDTH / frames.layout.width, _HEIGHT / frames.layout.height)
    slides = []
    for step in frames.steps:
        drawn = tikz_picture(picture(frames.drawing(step).svg()))
        lines = [line for text in (step.symbols, step.numbers) for line in text.splitlines()]
        if len(lines) > _LINES:
            lines = [*lines[: _LINES - 1], "…"]
        said = r"\\".join(rf"\strut {tex(line)}" for line in lines)
        # frames of one number: all overlays of one frame together are too much for TeX's memory
        same = "" if step.index == 1 else ",noframenumbering"
        slides.append(
            rf"\begin{{frame}}[t{same}]{{{tex(step.title)}}}" + "\n"
            rf"\centering\scalebox{{{scale:.4f}}}{{{drawn}}}\par\smallskip" + "\n"
            rf"{{\footnotesize {said}\par}}" + "\n"
            r"\end{frame}"
        )
    body = "\n".join(slides)
    return rf"""% {title}: pdflatex talk.tex, or lualatex
\documentclass[aspectratio=169,11pt]{{beamer}}
{PREAMBLE}{FIX_CM}
\usefonttheme{{professionalfonts}}
\setbeamertemplate{{navigation symbols}}{{}}
\setbeamersize{{text margin left=6mm, text margin right=6mm}}
\title{{{tex(title)}}}
\begin{{document}}
{body}
\end{{document}}
"""
