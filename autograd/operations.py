"""The table of operations as the documentation shows it, made from the rows."""

from autograd.primitives import REALS, TABLE, Interval, Primitive

HEADINGS = ("operation", "symbol", "derivative by each operand", "domain", "convention at kinks")


def markdown() -> str:
    """Return the table of operations in Markdown, one line per row of `primitives.TABLE`."""
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line(_cells(row)) for row in TABLE.values()]
    return "\n".join(lines)


def _cells(row: Primitive) -> tuple[str, ...]:
    names = [f"`{name}`" for name in (row.name, *row.aliases)]
    domains = dict.fromkeys(map(_interval, row.domain))  # each once
    return ", ".join(names), row.symbol, row.derivative, ", ".join(domains), row.kink


def _interval(interval: Interval) -> str:
    if interval == REALS:
        return "ℝ"
    low, high = (f"{end:g}".replace("-", "−").replace("inf", "∞") for end in interval)
    return f"({low}, {high})"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
