"""The code changed in one place at a time, a room at a time: do the tests notice? ``python -m tests.mutants [ROOM ...]``.

The rooms, their files and their tests stand in pyproject.toml. Each is copied to a folder of its own in ``mutants/``, where
``mutmut results`` names the survivors and ``mutmut show NAME`` shows one. What a run has noticed, the next one keeps.
``CHILDREN=1`` in the environment leaves the other processors alone.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path


def main(names: list[str]) -> None:
    """Try the mutants of these rooms, or of all, and print what became of them."""
    source = Path("pyproject.toml").read_text(encoding="utf-8")
    rooms = tomllib.loads(source)["tool"]["mutmut"]["rooms"]
    for name in names or rooms:
        folder, room = Path("mutants", name), rooms[name]
        for part in ("autograd", "nn", "tests"):
            ignored = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.rmtree(folder / part, ignore_errors=True)
            shutil.copytree(part, folder / part, ignore=ignored)
        shutil.copy2("setup.cfg", folder)
        chosen = f"only_mutate = {json.dumps(room['mutate'])}\npytest_add_cli_args_test_selection = {json.dumps(room['tests'])}"
        text = source.replace("[tool.mutmut]", f"[tool.mutmut]\n{chosen}")
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
        changed = Path(folder, "mutants").absolute()
        changed.mkdir(exist_ok=True)  # a folder that is missing at the start is never looked into
        started, executables = time.monotonic(), Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{executables}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(changed),
        }
        arguments = [
            str(room.get("sample", sys.maxsize)),
            os.environ.get("CHILDREN", str(os.cpu_count())),
        ]
        command = [sys.executable, Path(__file__).absolute(), *arguments]
        if subprocess.run(command, cwd=folder, env=environment).returncode:
            print(f"{name}: the tests fail before anything is changed; see above")
        else:
            _report(name, folder, time.monotonic() - started)


def _run(sample: int, children: int) -> None:
    """Run mutmut in this folder, on so many of its mutants: those whose names' digests come first, whatever others there are."""
    import mutmut.__main__ as mutmut

    collect = mutmut.collect_source_file_mutation_data

    def collect_sample(*, mutant_names):
        mutants, files = collect(mutant_names=mutant_names)
        mutants.sort(key=lambda mutant: hashlib.sha256(mutant[1].encode()).digest())
        # what was noticed stays so; for what survived there may be a test now
        again = [(*mutant, None if code in (0, 33) else code) for *mutant, code in mutants]
        return again[:sample], files

    mutmut.collect_source_file_mutation_data = collect_sample
    mutmut._run([], children)


def _report(name: str, folder: Path, seconds: float) -> None:
    names = {
        None: "not tried",
        0: "SURVIVED",
        1: "noticed",
        3: "noticed",
        33: "no test",
        37: "by types",
    }
    counts: dict[str, int] = {}
    for path in folder.rglob("*.meta"):
        for code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values():
            counts[names.get(code, "too long")] = counts.get(names.get(code, "too long"), 0) + 1
    words = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    print(f"{name}: {sum(counts.values()):,} mutants: {words}; {seconds:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdecimal():
        _run(int(sys.argv[1]), int(sys.argv[2]))
    else:
        main(sys.argv[1:])
