"""Programs run in processes of their own."""

import os
import subprocess
import sys


def prints_the_same_bytes(program: str) -> bool:
    """Tell whether a program prints the same in two processes whose hashes differ."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    }
    return len(outputs) == 1
