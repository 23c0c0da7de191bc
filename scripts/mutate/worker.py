"""The half that runs tests: pytest with its plugins, forked from a process that waits with every
library loaded but nothing of ours, which is most of what a short run of pytest costs.

    worker serve                          one run for each line of its input, as JSON
    worker record FILE PACKAGE TESTS...   which test runs which line of the package, into FILE
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

SOURCE = Path("src/poolhouse").resolve()
PYTEST = ["-q", "-n", "0", "-p", "no:schemathesis"]
OURS = ("poolhouse", "tests")


class Recorder:
    """Coverage with a context a test."""

    def __init__(self, file: Path, package: str) -> None:
        self.file = file
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.coverage = Coverage(data_file=None, config_file=False, source=[str(SOURCE / package)])
        self.coverage.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, bool, bool]:
        self.coverage.switch_context(item.nodeid)
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = time.perf_counter() - started
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.failed.add(report.nodeid)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.coverage.stop()
        if exitstatus > pytest.ExitCode.TESTS_FAILED:
            return
        data = self.coverage.get_data()
        lines = {
            str(Path(file).relative_to(SOURCE.parents[1])): {
                line: sorted(set(tests) - self.failed)
                for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        found = {"seconds": self.seconds, "failed": sorted(self.failed), "lines": lines}
        self.file.write_text(json.dumps(found))


class Selection:
    """The named tests and no others, in the order they are named."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        known = {item.nodeid: item for item in items}
        items[:] = [known[name] for name in self.tests if name in known]


def serve() -> None:
    _load_libraries()
    if threading.active_count() > 1:
        raise RuntimeError("a library started a thread; a fork would lose it")
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line))), flush=True)


def _load_libraries() -> None:
    """Whatever a run that collects some tests loads, but for what may be mutated."""
    run = f"import json, sys, pytest; pytest.main({[*PYTEST, '--co', 'tests/crypto']}); "
    listing = run + "print(json.dumps(list(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", listing], check=True, capture_output=True, text=True).stdout
    for name in ("hypothesis.strategies", *json.loads(said.splitlines()[-1])):
        if name.split(".")[0] not in (*OURS, "__main__"):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def _fork(run: dict[str, Any]) -> int | None:
    """Runs `tests`, or whole `files` where no tests are named; `log` takes what is said.

    The exit status, None when it did not end within `timeout_s`.
    """
    child = os.fork()
    if not child:
        os.setsid()
        log = os.open(run["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        plugins = [Selection(run["tests"])] if run["tests"] else []
        status = pytest.main([*PYTEST, "-x", *run["files"]], plugins=plugins)
        sys.stdout.flush()
        os._exit(status)
    ends = time.monotonic() + run["timeout_s"]
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        file, package, *tests = sys.argv[2:]
        status = pytest.main([*PYTEST, *tests], plugins=[Recorder(Path(file), package)])
        sys.exit(status > pytest.ExitCode.TESTS_FAILED)
