"""A copy of the tree in which mutants are written and judged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.postgres import start_server

from .choose import MOST_S
from .draw import Mutant
from .places import JUDGES, ROOT, WORK, record_of

WORKER = ("-m", "scripts.mutate.worker")


class Copy:
    """The tree once more, in hard links (what is written to a file of it is a new file), with a PostgreSQL."""

    def __init__(self, number: int) -> None:
        self.root = WORK / f"tree-{number}"
        self.log = self.root.with_suffix(".log")
        self.written = 0
        self.worker: subprocess.Popen[str] | None = None
        shutil.rmtree(self.root, ignore_errors=True)
        command = ["git", "ls-files", "-co", "--exclude-standard"]
        for name in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                os.link(ROOT / name, self.root / name)
        for folder in (
            "src/poolhouse/sandbox/js",
            "src/poolhouse/wire/console/js",
            "tests/js",
            "examples/js",
        ):
            modules = f"{folder}/node_modules"
            shutil.copytree(ROOT / modules, self.root / modules, symlinks=True, copy_function=os.link)
        paths = os.pathsep.join((str(self.root / "src"), str(self.root)))
        self.environment = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": ""}

    def _open(self) -> None:
        """Starts the PostgreSQL and the worker, which both end with this process."""
        folder = Path(tempfile.mkdtemp(prefix="poolhouse-mutate-"))
        os.environ["POOLHOUSE_TEST_LEADER"] = str(os.getpid())
        self.environment |= {"POOLHOUSE_TEST_DATABASE_URL": start_server(folder)}
        self.worker = subprocess.Popen(
            [sys.executable, *WORKER, "serve"],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()

    def record(self, package: str) -> None:
        """Which test runs which line of the package, into its record.

        Raises `CalledProcessError` where pytest ran nothing: its log tells why.
        """
        command = [sys.executable, *WORKER, "record", str(record_of(package)), package, *JUDGES[package]]
        with self.log.open("w") as log:
            subprocess.run(command, cwd=self.root, env=self.environment, stdout=log, stderr=log, check=True)

    def judge(self, mutant: Mutant, tests: list[str], newer: list[str]) -> dict[str, Any]:
        """`outcome`: killed (by a test), timeout (a test no longer ended), types (mypy refuses it), survived."""
        changed, started = self.root / mutant.path, time.perf_counter()
        if not self.worker:
            self._open()
        saved = changed.rename(changed.with_suffix(".saved"))
        self._write(changed, mutant.code)
        try:
            status: int | None = 0
            if newer:
                status = self._test(newer, [])
            if tests and status == 0:
                status = self._test(sorted({test.split("::")[0] for test in tests}), tests)
            if status == 0:
                outcome = "types" if self._ill_typed(mutant) else "survived"
            else:
                outcome = "timeout" if status is None else "killed"
        finally:
            saved.replace(changed)
        said = self.log.read_text() if tests or newer else ""
        by = [line.split()[1] for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
        took = round(time.perf_counter() - started, 1)
        return {"outcome": outcome, "by": by[:1], "status": status, "tests": len(tests), "seconds": took}

    def _test(self, files: list[str], tests: list[str]) -> int | None:
        order = {"files": files, "tests": tests, "log": str(self.log), "timeout_s": MOST_S * 5 + 60}
        if self.worker and self.worker.stdin:
            print(json.dumps(order), file=self.worker.stdin, flush=True)
        status = self._hear()
        return None if status is None else int(status)

    def _hear(self) -> Any:
        said = self.worker.stdout.readline() if self.worker and self.worker.stdout else ""
        if not said:
            raise RuntimeError(f"the worker of {self.root} is gone")
        return None if said == "ready\n" else json.loads(said)

    def _ill_typed(self, mutant: Mutant) -> bool:
        command = [sys.executable, "-m", "mypy", "--no-error-summary", mutant.path]
        return subprocess.run(command, cwd=self.root, capture_output=True, check=False).returncode != 0

    def _write(self, file: Path, code: str) -> None:
        """A file of an age of its own: Python knows by age and size whether it compiled a file before."""
        file.write_text(code)
        self.written += 1
        os.utime(file, (self.written, self.written))
