"""Pictures in a browser (Pyodide), where no program can be run: Graphviz as the package @hpcc-js/wasm-graphviz.

Loading it is asynchronous and awaited once; after that pictures are drawn as anywhere, byte for byte:

    from pyodide.code import run_js
    gv = await run_js("import('@hpcc-js/wasm-graphviz').then(module => module.Graphviz.load())")
    autograd.pictures.wasm.use(gv)
"""

from typing import Any

from autograd.pictures.render import EngineNotFoundError, use_renderer


def use(graphviz: Any) -> None:
    """Draw with Graphviz as WebAssembly from now on.

    Args:
        graphviz: what `await Graphviz.load()` gives in JavaScript.

    Raises:
        TypeError: if that is something else, the promise itself for instance.
    """
    layout = getattr(graphviz, "layout", None)
    if layout is None:
        raise TypeError(
            "wasm.use takes what `await Graphviz.load()` gives; got "
            f"{type(graphviz).__name__}, which has no layout()"
        )

    def draw(source: str, format: str, pinned: bool) -> bytes:
        if format != "svg":
            raise EngineNotFoundError(
                f"a browser draws no {format.upper()}: save as .svg, which every browser can turn into it"
            )
        if not pinned:
            return str(layout(source, format, "dot")).encode()
        return str(layout(source, format, "neato", _object(nop=2))).encode()

    use_renderer(draw)


def _object(**fields: int) -> Any:
    """Return a JavaScript object."""
    import js  # type: ignore[import-not-found]  # of Pyodide
    from pyodide.ffi import to_js  # type: ignore[import-not-found]

    return to_js(fields, dict_converter=js.Object.fromEntries)
