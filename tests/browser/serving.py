"""Servers of notebooks for tests in a browser, each with a home of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# of Jupyter: whether cells can be run; what a kernel is asked before it has answered once may be lost
READY = """
const app = window.jupyterapp, kernel = app?.shell.currentWidget?.sessionContext?.session?.kernel;
return kernel?.connectionStatus === 'connected' && kernel.status === 'idle' && app.commands.isEnabled('notebook:run-all-cells');
"""


@contextmanager
def serving(command: list[str], folder: Path, path: str) -> Iterator[str]:
    """Run a server with a home of its own, and give its address once it answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    homes = {name: str(folder / name.lower()) for name in names}
    address = f"http://127.0.0.1:{port}"
    root = Path(__file__).parents[2]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command, f"--port={port}"],
            cwd=folder, stdout=log, stderr=log, env={**os.environ, **homes, "PYTHONPATH": str(root)},
        )  # fmt: skip
        try:
            for _ in range(300):
                assert server.poll() is None, (folder / "log").read_text()
                try:
                    urllib.request.urlopen(address + path, timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(20)
