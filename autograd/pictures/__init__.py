"""Pictures: DOT text, drawn by Graphviz, finished as SVG."""

from typing import TYPE_CHECKING

from autograd.lazy import loader

if TYPE_CHECKING:
    from autograd.pictures.display import for_paper
    from autograd.pictures.drawing import Drawing
    from autograd.pictures.page import Live

__all__ = ["Drawing", "Live", "for_paper"]

__getattr__ = loader(
    "autograd.pictures",
    {
        "Drawing": "autograd.pictures.drawing",
        "Live": "autograd.pictures.page",
        "for_paper": "autograd.pictures.display",
    },
)
__dir__ = __all__.copy  # what Tab shows
