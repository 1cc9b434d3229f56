"""The living page: a picture, a story and a table whose numbers are computed anew by a script in the page."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.notation import shown
from autograd.pictures.drawing import Drawing
from autograd.pictures.live.javascript import key, script
from autograd.pictures.live.places import Marks, stale
from autograd.pictures.live.tape import Tape
from autograd.pictures.page import document, filled, runs, stored
from autograd.pictures.text import clean

_MANY = 60  # numbers that are given: of more, the table is folded
_SMALLEST = 0.72  # what share of its width a picture shrinks to, so that fingers find its parts; then it scrolls
_EXAMPLES = (
    '<div id="examples" class="live bar" role="group" aria-label="examples"></div>'
    '<p class="live"><label><input id="whole" type="checkbox"> learn from all examples: L and the updates are '
    "means over them, the picture shows the one chosen</label></p>"
)


@dataclass(frozen=True, eq=False)
class Contents:
    """What stands in a living page. Texts are HTML, made with Places (see `places`).

    Attributes:
        title, introduction, hint, result: what is shown, what to do with it, what to click, and what its result
            is called.
        drawing: the picture.
        marks: where the numbers of all texts come from.
        tape: the graph that is computed.
        table, story, cards: all numbers; the chapters; what is said of a part, in elements with data-of.
        prelude, coda: scripts that come before and after that of the page.
        data: what the scripts know besides; its room says how much is written in the picture.
    """

    title: str
    introduction: str
    hint: str
    result: str
    drawing: Drawing
    marks: Marks
    tape: Tape
    table: str
    story: Sequence[str]
    cards: Sequence[str]
    prelude: str
    coda: str
    data: Mapping[str, Any]

    def page(self, engine: str | None = None) -> str:
        """Return the page; see Live.html."""
        tape, fill = self.tape, self.marks.fill
        picture = self._picture(engine)
        width = int(re.findall(r' width="(\d+)"', picture)[0])
        data = {
            "numbers": tape.numbers, "code": tape.code, "sequences": [runs(x) for x in tape.sequences],
            "operations": [key(x) for x in tape.operations], "root": tape[tape.root], **self.data,
        }  # fmt: skip
        examples = bool(data["examples"])
        notes = [
            "", " 1 choice of where stays as it was made.", f" {tape.frozen} choices of where stay as they were made.",
        ]  # fmt: skip
        body = filled(
            _file("page.html"), INTRODUCTION=self.introduction + notes[min(tape.frozen, 2)], HINT=self.hint,
            RESULT=html.escape(clean(self.result)), LOSS=shown(tape.root.data, 4), PICTURE=picture, ROOM=data["room"],
            STORY=fill("\n".join(self.story), "b"), EXAMPLES=_EXAMPLES * examples, TABLE=fill(self.table, "b"),
            OPEN=" open" * (len(tape.numbers) <= _MANY), CARDS=fill("".join(self.cards), "b", empty=True),
        )  # fmt: skip
        scripts = [
            script(tape.operations), shortened(stored("autograd.pictures", "document.js")), _script("tape"), self.prelude,
            _script("page"), _script("presets"), _script("examples") * examples, self.coda,
        ]  # fmt: skip
        return document(
            clean(self.title, 200),
            _SMALLEST * width,
            _file("page.css"),
            body,
            data,
            "\n".join(scripts),
        )

    def _picture(self, engine: str | None) -> str:
        def told(title: re.Match[str]) -> str:
            # a tooltip cannot have elements in it: the script makes those that have numbers
            return "" if "⣿" in title[0] or stale(title[0]) else title[0]

        text = re.sub("<title>[^<]*</title>", told, self.drawing.finished(engine, "picture"))
        text = re.sub(r"></(?:path|polygon)>", "/>", text)
        text = re.sub(r"(-?[\d.]+,?-?[\d.]+)M\1(?=[CL])", r"\1", text)  # curves that are one line
        return self.marks.fill(text, "tspan")


def _file(name: str) -> str:
    return stored("autograd.pictures.live", name)


def _script(name: str) -> str:
    return shortened(_file(f"{name}.js"))


def shortened(text: str) -> str:
    """Return a script, in which templates are not nested, without what only its readers need: comments, blanks, const."""
    parts = _LITERAL.split(re.sub(r"(^|\s)// .*", "", text))
    for k in range(0, len(parts), 2):  # every second part is a literal, whose blanks count
        part = re.sub(r"\s*\n\s*", "\n", parts[k]).replace("const ", "let ")
        part = re.sub(r"(?<=[;{},(\[:=?&|+])\n|\n(?=[})\]?:&|])", "", part)
        parts[k] = re.sub(r" ?([{}()\[\];,?:=<>*/&|+\-!%]) ?", r"\1", part)
    return re.sub(r"[;,](?=[}\]])", "", "".join(parts).strip())


# a text, a template, or a regular expression: after the slash of a division stands a blank
_LITERAL = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|/(?![ /*])(?:\\.|\[[^\]\n]*\]|[^/\\\n])+/)"""
)
