"""The reference: a page for each public module, with every public name in it. `make docs` writes it."""

import importlib
import sys
from pathlib import Path

# what is public; everything else may move
PUBLIC = (
    "autograd",
    "autograd.functions",
    "autograd.explanation",
    "autograd.pictures",
    "autograd.program",
    "autograd.gradient_check",
    "nn",
    "nn.credit",
    "nn.datasets",
    "nn.lessons",
    "nn.losses",
    "nn.optim",
    "nn.training",
)


def build(out: Path) -> None:
    """Write the pages into a folder.

    Args:
        out: where to.
    """
    import pdoc

    for name in PUBLIC:
        module = importlib.import_module(name)
        for public in module.__all__:  # what is loaded at first use is not seen before
            getattr(module, public)
    pdoc.render.configure(docformat="google", show_source=False)
    pdoc.pdoc(*PUBLIC, output_directory=out)


if __name__ == "__main__":
    build(Path(sys.argv[1] if len(sys.argv) > 1 else "site/api"))
