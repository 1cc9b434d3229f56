"""Firefox, driven by its own protocol, Marionette: as much of it as the tests of numbers need."""

import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """A headless Firefox with the methods of selenium's drivers that are called here.

    Args:
        profile: an empty folder.
    """

    def __init__(self, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        command = [
            str(FIREFOX),
            "--headless",
            "--marionette",
            "--no-remote",
            "--profile",
            str(profile),
        ]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
        self._socket, self._waiting, self._count = self._connected(port), b"", 0
        self._read()
        self._call("WebDriver:NewSession", capabilities={})

    def _connected(self, port: int) -> socket.socket:
        for _ in range(240):
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=120)
            except OSError:
                time.sleep(0.25)
        self._process.kill()
        raise TimeoutError("Firefox does not answer")

    def _read(self) -> Any:
        while b":" not in self._waiting:
            self._waiting += self._socket.recv(65536)
        size, _, text = self._waiting.partition(b":")
        while len(text) < int(size):
            text += self._socket.recv(65536)
        self._waiting = text[int(size) :]
        return json.loads(text[: int(size)])

    def _call(self, name: str, **given: Any) -> Any:
        self._count += 1
        text = json.dumps([0, self._count, name, given]).encode()
        self._socket.sendall(b"%d:%b" % (len(text), text))
        *_, error, answer = self._read()
        if error:
            raise RuntimeError(error)
        return answer

    def get(self, address: str) -> None:
        self._call("WebDriver:Navigate", url=address)

    def execute_script(self, script: str, *args: Any) -> Any:
        return self._call("WebDriver:ExecuteScript", script=script, args=args, sandbox=None)[
            "value"
        ]

    def execute_async_script(self, script: str, *args: Any) -> Any:
        return self._call("WebDriver:ExecuteAsyncScript", script=script, args=args, sandbox=None)[
            "value"
        ]

    def get_log(self, _: str) -> list[object]:
        """Return nothing: what pages complain of is not told."""
        return []

    def quit(self) -> None:
        self._call("Marionette:Quit", flags=["eForceQuit"])
        self._socket.close()
        self._process.wait(60)
