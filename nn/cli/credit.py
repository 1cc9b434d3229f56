"""The commands that explain an example: credit, explain, draw, live, and what is shown without a command."""

import argparse
import sys
from collections.abc import Sequence

from autograd.notation import shown
from nn.cli.options import (
    NOTATION,
    AddCommand,
    Options,
    brief,
    check_output,
    check_picture,
    number,
    own_example,
    target,
    where,
)
from nn.credit import Credit, assign_credit
from nn.credit.parts import cut
from nn.lessons.published.networks import WORKED
from nn.losses import LOSSES, half_squared_error
from nn.optim import SGD
from nn.training.loop import fit

# a few examples beside the worked one, for the story of learning
FEW_XS = [WORKED.x, [-0.5, 0.3, 0.9], [0.1, 0.7, -0.6], [-0.9, -0.4, 0.2]]
FEW_YS = [WORKED.y, -0.4, 0.1, -0.3]


def add_commands(command: AddCommand) -> None:
    """Add `credit`, `explain`, `draw` and `live` to the command line."""
    lr: Options = {"--lr": ("the learning rate η (default: 0.1)", {"type": number, "default": 0.1})}
    edge = {"nargs": "+", "metavar": "NAME"}
    command("credit", _credit, "print the credit of every edge, and draw it", _EXAMPLE | lr | {
        "--out": ("write the credit graph: .svg, .png, .pdf, .tex or .gv", {"metavar": "FILE"}),
        "--html": ("write the story as a page to click through", {"metavar": "FILE.html"}),
        "--steps": ("tell the story step by step in the terminal", {"action": "store_true"}),
    })  # fmt: skip
    command("explain", _explain, "print how the error reaches each edge", _EXAMPLE | {
        "--edge": ("one edge: its two nodes, b for a bias, or the name of its weight", edge),
    })  # fmt: skip
    command("draw", _draw, "draw the credit graph", _EXAMPLE | {
        "--path": ("light the way to one edge, given as for explain", edge),
        "--out": ("default: credit.svg", {"metavar": "FILE", "default": "credit.svg"}),
    })  # fmt: skip
    command("live", _live, "write a page in which every number follows a dragged weight", _EXAMPLE | lr | {
        "--out": ("the page (default: live.html)", {"metavar": "FILE.html", "default": "live.html"}),
    })  # fmt: skip


# ---------------------------------------------------------------- without a command


def demonstrate(arguments: argparse.Namespace) -> None:
    """Show the credit of the worked network, draw it, tell its story and train it."""
    for path in ("credit.svg", "steps.html", "live.html"):
        check_output(path)
    credit = WORKED.credit()
    credit.draw().save("credit.svg")
    credit.steps(lr=0.1).save("steps.html")
    credit.live(lr=0.1).save("live.html")
    print(_summary(credit, 0.1), _story_of_learning(), "", sep="\n\n", end="")
    print(f"the credit graph is in {where('credit.svg')}")
    print(f"the same, step by step, is in {where('steps.html')}")
    print(f"to drag the weights yourself, open {where('live.html')}")


def _story_of_learning() -> str:
    net = WORKED.network()
    history = fit(net, FEW_XS, FEW_YS, half_squared_error, SGD(lr=0.1), epochs=200, progress=False)
    lines = [f"learning from {len(FEW_XS)} examples, mean loss"]
    for name, step in (("first iteration", 1), ("try again", 2), ("after a while", 200)):
        loss = shown(history.losses[step - 1], 6)
        lines.append(f"  {name:<16} step {step:>3}  L = {loss}")
    return "\n".join(lines)


# ---------------------------------------------------------------- the example


_EXAMPLE: Options = {
    "--weights": ('the network: {"weights": [W1, W2, ...], "biases": [...], "activation": "tanh"}, each W with one '
                  "row per input and one column per unit (default: the worked 3-2-1 network)", {"metavar": "FILE.json"}),
    "--x": ("the input vector", {"nargs": "+", "type": number, "metavar": "X"}),
    "--y": ("the target, one number per output", {"nargs": "+", "type": number, "metavar": "Y"}),
    "--loss": (f"one of {', '.join(sorted(LOSSES))} (default: half_squared_error)",
               {"choices": sorted(LOSSES), "default": "half_squared_error", "metavar": "NAME"}),
    **NOTATION,
}  # fmt: skip


def _credit_of(arguments: argparse.Namespace) -> Credit:
    if arguments.weights is not None:
        net, x, y = own_example(arguments)
    else:
        net, x = WORKED.network(), arguments.x or WORKED.x
        y = WORKED.y if arguments.y is None else target(arguments.y)
    return assign_credit(net, x, y, LOSSES[arguments.loss], notation=arguments.notation or "slides")


# ---------------------------------------------------------------- credit


def _credit(arguments: argparse.Namespace) -> None:
    check_picture(arguments.out)
    check_output(arguments.html, ["html", "htm"], "a page")
    credit = _credit_of(arguments)
    summary = _summary(credit, arguments.lr)
    if arguments.out is not None:
        credit.draw().save(arguments.out)
    if arguments.html is not None:
        credit.steps(lr=arguments.lr).save(arguments.html)
    if arguments.steps:
        _walk_through(credit, arguments.lr)
    else:
        print(summary)
    if arguments.out is not None:
        print(f"\nthe credit graph is in {where(arguments.out)}")
    if arguments.html is not None:
        print(f"\nthe story, step by step, is in {where(arguments.html)}")


def _summary(credit: Credit, lr: float) -> str:
    names = credit.names
    wanted, gradient = names.wanted(names.letter("target")), names.gradient(names.letter("weight"))
    minus = "minus " if names.sign < 0.0 else ""
    outputs = [credit.nodes[j] for j in credit.outputs]
    told = ", ".join(f"{node.name} = {shown(node.z, 6)}" for node in outputs)
    before, after = shown(credit.loss, 6), shown(credit.after(lr).loss, 6)
    return f"""\
{credit.title}, {names.loss} = {credit.loss_formula}, {wanted} = {credit.y}

forward, and the error on its way back
{credit.forward_table()}

{told}, {names.loss} = {before}

credit of every edge: {gradient} = {names.product}, {minus}the error at its head times the activation at its tail
{credit.table(lr)}

after these updates {names.loss} = {after}, before {before}"""


def _walk_through(credit: Credit, lr: float) -> None:
    """Print the story step by step: Enter for the next where somebody reads along, else all at once."""
    from nn.credit.telling.story import story

    interactive = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    steps = story(credit, lr)
    for k, step in enumerate(steps):
        print(step)
        if not interactive or k + 1 == len(steps):
            print()
            continue
        try:
            input("— Enter for the next step —")
        except EOFError:
            print()
            return


# ---------------------------------------------------------------- explain and draw


def _explain(arguments: argparse.Namespace) -> None:
    credit = _credit_of(arguments)
    keys = [_edge_key(arguments.edge, credit)] if arguments.edge else list(credit.edges)
    told = [credit.derivation(source, target, *place) for source, target, *place in keys]
    print("\n\n".join(map(str, told)))


def _draw(arguments: argparse.Namespace) -> None:
    check_picture(arguments.out)
    credit = _credit_of(arguments)
    path = _edge_key(arguments.path, credit) if arguments.path else None
    credit.draw(path=path).save(arguments.out)
    print(f"the credit graph is in {where(arguments.out)}")


def _edge_key(words: Sequence[str], credit: Credit) -> tuple[int | None, int]:
    """Return the edge between two nodes as the notation numbers them, or that of a weight by its name there."""
    from nn.lessons.reading.vocabulary import vocabularies

    said, names = [word.strip() for word in words], credit.names
    if len(said) == 2:
        # where each layer is counted anew, the slides' numbers tell nodes apart
        anew = names.notation.counting == "within"
        nodes = {str(j) if anew else names.mark(j): j for j in credit.nodes}
        tails: dict[str, int | None] = {**nodes, "b": None}
        if said[0] in tails and said[1] in nodes:
            found = tails[said[0]], nodes[said[1]]
            if found in credit.edges:
                return found
            of_bias = found[0] is None
            way = f"bias of node {said[1]}" if of_bias else f"edge from {' to '.join(said)}"
            known = cut(", ".join(edge.name for edge in credit.edges.values()))
            raise ValueError(f"there is no {way}; there are {known}")
    meant = next(vocabularies(credit))[0].meanings(" ".join(said))
    edges = {of for kind, of in meant if kind in ("weight", "gradient", "new")}
    if len(edges) == 1:
        ((source, target),) = edges
        return source, target
    tail, head = list(credit.edges)[-1][:2] if len(credit.edges) else (None, 0)
    raise ValueError(
        f"an edge is two nodes, b in the place of the first for a bias, or the name of a weight, "
        f"{names.weight(tail, head)} say, but {' '.join(map(brief, said))} was given"
    )


# ---------------------------------------------------------------- live


def _live(arguments: argparse.Namespace) -> None:
    check_output(arguments.out, ["html", "htm"], "a page")
    _credit_of(arguments).live(arguments.lr).save(arguments.out)
    print(f"the living page is in {where(arguments.out)}")
