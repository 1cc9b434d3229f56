"""Tables: text that lines up, and the same as HTML, Markdown, LaTeX and CSV.

What only the other forms need is imported where it is needed: every program prints, few write LaTeX.
"""

import itertools
import re
from collections.abc import Iterable, Sequence

MOST = 60  # rows shown as HTML; the rest is counted
_CELL = "padding:2px 6px;text-align:{side};font-variant-numeric:tabular-nums"
_FITS = '<div style="max-width:100%;overflow-x:auto">{}</div>'  # else a wide table would be cut
_PLAIN = str.maketrans({"−": "-", "∞": "inf"})  # as other programs read numbers


class Table(str):
    """A table as text with aligned columns, the first column to the left, that shows itself as HTML in notebooks.

    Attributes:
        headings: what stands above each column.
        rows: the cells, as text.
        exact: the cells of the CSV file, where it has more digits than the text.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    exact: tuple[tuple[object, ...], ...]

    def __new__(
        cls,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        exact: Iterable[Sequence[object]] | None = None,
    ) -> "Table":
        """Return the table with these headings, and a cell for each in every row.

        >>> print(table(["edge", "δ·z"], [["w₃⇝₁", "+0.07"], ["w₄⇝₁", "−0.14"]]))
        edge    δ·z
        w₃⇝₁  +0.07
        w₄⇝₁  −0.14
        """
        head, body = tuple(headings), tuple(map(tuple, rows))
        widths = [max(len(row[k]) for row in (head, *body)) for k in range(len(head))]
        lines = []
        for first, *others in (head, *body):
            right = [cell.rjust(n) for cell, n in zip(others, widths[1:])]
            lines.append("  ".join([first.ljust(widths[0]), *right]).rstrip())
        self = super().__new__(cls, "\n".join(lines))
        self.headings, self.rows = head, body
        self.exact = body if exact is None else tuple(map(tuple, exact))
        return self

    def __repr__(self) -> str:
        return str(self)

    @property
    def markdown(self) -> str:
        """The table as Markdown."""
        lines = [self.headings, ["---", *["---:"] * (len(self.headings) - 1)], *self.rows]
        return "\n".join(f"| {' | '.join(c.replace('|', '∣') for c in line)} |" for line in lines)

    @property
    def latex(self) -> str:
        """The table as a tabular of LaTeX."""
        lines = [" & ".join(map(_latex, row)) + r" \\" for row in (self.headings, *self.rows)]
        begin = rf"\begin{{tabular}}{{l{'r' * (len(self.headings) - 1)}}}"
        return "\n".join([begin, lines[0], r"\hline", *lines[1:], r"\end{tabular}"])

    @property
    def csv(self) -> str:
        """The table as comma-separated values, its numbers as other programs read them."""
        return as_csv([self.headings, *([_plain(cell) for cell in row] for row in self.exact)])

    def _repr_html_(self) -> str:
        return self.html()

    def html(self, title: str = "") -> str:
        """Return the table as HTML, under a title if there is one; of a long one the first rows."""
        from html import escape

        head = _row('<th scope="col"', self.headings)
        body = "".join(_row("<td", row) for row in self.rows[:MOST])
        rest = len(self.rows) - MOST
        more = f'<tr><td colspan="{len(self.headings)}">… and {rest:,} more</td></tr>'
        caption = f"<caption>{escape(title)}</caption>" if title else ""
        return (
            f"<table>{caption}<thead>{head}</thead><tbody>{body}{more * (rest > 0)}</tbody></table>"
        )


table = Table  # as it reads where one is made


def as_csv(rows: Iterable[Iterable[object]], lineterminator: str = "\n") -> str:
    """Return rows of cells as comma-separated values."""
    import csv
    import io

    file = io.StringIO()
    csv.writer(file, lineterminator=lineterminator).writerows(rows)
    return file.getvalue()


def matrix(rows: Sequence[Sequence[str]], most: int = 12) -> str:
    """Return a matrix as HTML; of a large one so many rows and columns, the first."""
    lines = [[*row[:most], "…"] if len(row) > most else list(row) for row in rows[:most]]
    if len(rows) > most:
        lines.append(["⋮"] * len(lines[0]))
    bracket = "border-left:2px solid;border-right:2px solid;border-radius:6px"
    body = "".join(_row("<td", line, right=True) for line in lines)
    return _FITS.format(f'<table style="{bracket}"><tbody>{body}</tbody></table>')


def _row(tag: str, cells: Iterable[str], right: bool = False) -> str:
    """Return a row of HTML, its cells to the right but the first, if that is not, too."""
    from html import escape

    styles = (_CELL.format(side="right" if k or right else "left") for k in itertools.count())
    written = (f'{tag} style="{s}">{escape(c)}</{tag[1:3]}>' for s, c in zip(styles, cells))
    return f"<tr>{''.join(written)}</tr>"


def _plain(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    number = cell.translate(_PLAIN)
    return number if re.fullmatch(r"[-+]?(\d[\d.]*(e-?\d+)?|inf|nan)", number) else cell


def _latex(cell: str) -> str:
    """Return a cell: words as they are, everything between them as mathematics."""
    from autograd import latex

    parts = re.split(r"([A-Za-z]{3,}(?: [A-Za-z]{3,})*)", cell)
    return "".join(
        part
        if k % 2
        else f"{' ' * (part[0] == ' ')}${latex.formula(part.strip())}${' ' * (part[-1] == ' ')}"
        for k, part in enumerate(parts)
        if part.strip()
    )
