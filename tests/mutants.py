"""The code changed in one place at a time, a room at a time: do the tests notice? ``python -m tests.mutants [ROOM ...]``.

The rooms, their files and their tests stand in pyproject.toml. Each is copied to a folder of its own in ``mutants/``, where
``mutmut results`` names the survivors and ``mutmut show NAME`` shows one. What a run has noticed, the next one keeps.
``CHILDREN=1`` in the environment leaves the other processors alone.
"""

import ast
import contextlib
import functools
import hashlib
import importlib
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest

_PROSE = re.compile(r'"[^"]*\w\w+ \w+ \w\w')  # what people read, not what the code does


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
        executables = Path(sys.executable).parent
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
    _remember_types(mutmut)
    _start_quickly(mutmut)
    _bind_rules()
    mutmut._run([], children)
    _report()


def _remember_types(mutmut) -> None:
    """Find what the types forbid as mutmut does, but fast, and keep it for the next run on the same code."""
    from mutmut.type_checking import run_type_checker

    def forbidden():
        code = sorted([*Path("autograd").rglob("*.py"), *Path("nn").rglob("*.py")])
        text = b"".join(path.read_bytes() for path in code)
        known = Path(f"../types.{hashlib.sha256(text).hexdigest()[:16]}")
        if known.exists():
            return pickle.loads(known.read_bytes())
        found, places = {}, {}
        for error in run_type_checker(mutmut.config().type_check_command):
            path = error.file_path.relative_to(Path.cwd())
            if path not in places:
                tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                places[path] = [f for f in tree if "__mutmut_" in (getattr(f, "name", "") or "")]
            inside = [f for f in places[path] if f.lineno <= error.line_number <= f.end_lineno]
            if not inside:
                raise SystemExit(f"{path}:{error.line_number}: {error.error_description}")
            name = mutmut.get_mutant_name(path, inside[0].name)
            found[name] = mutmut.FailedTypeCheckMutant(None, name, error)
        known.write_bytes(pickle.dumps(found))
        return found

    def in_the_copy():
        with contextlib.chdir("mutants"):
            return forbidden()

    mutmut.filter_mutants_with_type_checker = in_the_copy


def _start_quickly(mutmut) -> None:
    """Collect the tests once, not once for each mutant: a child is forked after that, and runs those that it was told.

    A mutant of what runs at import has a child import everything anew, and all the tests try it.
    """
    from _pytest.config import _prepareconfig
    from mutmut.runners.harness import PytestRunner
    from mutmut.state import state
    from mutmut.workers import isolation

    collect, startup = mutmut.collect_or_load_stats, isolation.ForkRunner.startup
    run_tests = PytestRunner.run_tests
    at_import, items = set(), {}

    def forget():
        for name in list(sys.modules):
            if name.split(".")[0] in ("autograd", "nn", "tests"):
                del sys.modules[name]

    def called_at_import():
        forget()
        mutmut.set_mutant_under_test("stats")
        state()._stats.clear()
        for path in mutmut.walk_mutatable_files():
            importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
        return set(state()._stats)

    def collect_stats(*args, **kwargs):
        collect(*args, **kwargs)
        at_import.update(isolation.run_in_fork_with_result(called_at_import))
        for name in at_import:
            state().tests_by_mangled_function_name[name] = set(state().duration_by_test)

    def collect_once(runner):
        forget()  # what is kept from call to call would hide a mutant from whoever comes after
        told = mutmut.config()
        chosen = [*told.pytest_add_cli_args_test_selection, *told.pytest_add_cli_args]
        nowhere = Path(os.devnull).open("w")  # noqa: SIM115  # the reporter keeps it
        with contextlib.chdir("mutants"), contextlib.redirect_stdout(nowhere):
            plain = ["--assert=plain", "--tb=native"]  # nobody reads how a test fails
            config = _prepareconfig(["--rootdir=.", "-s", *plain, *chosen])
            config._do_configure()
            session = pytest.Session.from_config(config)
            config.hook.pytest_sessionstart(session=session)
            session.perform_collect()
        items.update({item.nodeid: item for item in session.items})
        startup(runner)
        if isolation.run_in_fork(run_quickly, runner, mutant_name="", tests=items):
            raise SystemExit("a test fails where nothing is changed")

    def run_quickly(runner, *, mutant_name, tests):
        if mutant_name is None:  # that a test can fail
            return run_tests(runner, mutant_name=mutant_name, tests=tests)
        if mutant_name and mutmut.mangled_name_from_mutant_name(mutant_name) in at_import:
            forget()
            return run_tests(runner, mutant_name=mutant_name, tests=tests)
        os.chdir("mutants")
        chosen = [items[name] for name in tests]
        try:
            for item, following in zip(chosen, [*chosen[1:], None]):
                limit = 0.5 + state().duration_by_test[item.nodeid]  # a loop may never end
                signal.setitimer(signal.ITIMER_VIRTUAL, limit)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if item.session.testsfailed:
                    return 1
        except BaseException:  # the child must come to its end
            return 1
        return 0

    mutmut.collect_or_load_stats, PytestRunner.run_tests = collect_stats, run_quickly
    isolation.ForkRunner.startup = collect_once
    isolation.ForkRunner.run_clean_tests = lambda *_, **__: 0  # `collect_once` does


def _bind_rules() -> None:
    """Let what mutmut puts in a rule's place in the table be bound to floats, as the rule is: by its code."""
    from mutmut.mutation import trampoline

    wrap = trampoline.wrap_in_trampoline

    def chosen(mutants, rule, namespace):
        module, _, name = trampoline.get_mutant_under_test().rpartition(".")
        if name == "fail":
            raise trampoline.MutmutProgrammaticFailException
        if name == "stats":
            trampoline.record_trampoline_hit(f"{rule.__module__}.x_{rule.__name__}")
        one = mutants.get(name, rule) if module == rule.__module__ else rule
        return types.FunctionType(one.__code__, namespace)

    def wrap_rule(mutants, is_classmethod=False):
        def wrapped(rule):
            if rule.__module__ != "autograd.primitives":
                return wrap(mutants, is_classmethod)(rule)
            names, choose = rule.__globals__, f"_choose{rule.__name__}"
            names[choose] = functools.partial(chosen, mutants, rule)
            exec(f"def {rule.__name__}(*args): return {choose}(globals())(*args)", names)
            return functools.update_wrapper(names[rule.__name__], rule)

        return wrapped

    trampoline.wrap_in_trampoline = wrap_rule


def _report() -> None:
    """Print what became of the mutants of this folder, and the names of those that nobody noticed."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    names = {None: "not tried", 0: "SURVIVED", 33: "NO TEST", 37: "by types"}
    names |= dict.fromkeys((1, 3), "noticed")
    counts: dict[str, int] = {}
    for path in Path("mutants").rglob("*.meta"):
        source = path.relative_to("mutants").with_suffix("")
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            became = names.get(code, "too long")
            if became == "SURVIVED":
                lines = get_diff_for_mutant(name, path=source).splitlines()[3:]
                was, now = ("\n".join(x[1:] for x in lines if x[0] == sign) for sign in "-+")
                if was.casefold() == now.replace("XX", "").casefold() and _PROSE.search(was):
                    became = "in words"
                else:
                    print(f"{name}\n- {was.strip()}\n+ {now.strip()}")
            counts[became] = counts.get(became, 0) + 1
    words = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()))
    print(f"{sum(counts.values()):,} mutants: {words}")


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdecimal():
        _run(int(sys.argv[1]), int(sys.argv[2]))
    else:
        main(sys.argv[1:])
