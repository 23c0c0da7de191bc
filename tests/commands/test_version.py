"""`poolhouse --version` and `poolhouse version`: what it is, and what it runs on."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


def said(*words: str, **environment: str) -> str:
    done = subprocess.run(
        [*POOLHOUSE, *words], capture_output=True, text=True, timeout=60, env=environment or None
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_tells_what_it_runs_on() -> None:
    found = json.loads(said("version", "--json"))
    assert found["Poolhouse"] == version("poolhouse")
    assert found["Python"].startswith("3.")
    assert found["Deno"] == version("deno")
    assert int(found["PostgreSQL"].split(".")[0]) >= 15
    assert {"pg", "mysql2", "mongodb", "axios", "lodash", "bcryptjs"} <= set(found)


def test_the_flag_tells_the_same_a_line_each() -> None:
    lines = said("--version").splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        [name, value] for name, value in json.loads(said("version", "--json")).items()
    ]


def test_what_is_missing_is_said_and_stops_nothing() -> None:
    nowhere = {"POOLHOUSE_PG_BIN": "/nowhere", "PATH": "/usr/bin:/bin"}
    assert json.loads(said("version", "--json", **nowhere))["PostgreSQL"] is None
    lines = [line.split(maxsplit=1) for line in said("--version", **nowhere).splitlines()]
    assert ["PostgreSQL", "missing: see poolhouse doctor"] in lines
