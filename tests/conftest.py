"""Hypothesis: the gate draws the same examples every time; at home they differ, so that more is seen.

And Ctrl-C: a shell starts what runs in the background with it ignored, and so for its children; the tests press it.
"""

import gc
import os
import signal
import sys

import pytest
from hypothesis import Phase, settings

# jsonschema, which notebooks are checked by, does without this, which takes seconds to read its grammar
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

settings.register_profile("home", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
unshrunk = (Phase.explicit, Phase.generate)  # that a mutant is noticed is enough
settings.register_profile("mutants", settings.get_profile("ci"), phases=unshrunk)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "home"))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected lives until the end, so the garbage collector looks through it neither now nor in any test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _complete((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _complete((yield))


def _complete(report):
    """In the gate, which installs all that a test may need, a test that misses something fails."""
    missing = report.skipped and "not installed" in str(report.longrepr)
    if missing and os.environ.get("EVERYTHING_IS_INSTALLED"):
        report.outcome = "failed"
    return report


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
