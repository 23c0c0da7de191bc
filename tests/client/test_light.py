"""A call of a running server imports almost nothing: that is why it is quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
before = set(sys.modules)
sys.argv = ["poolhouse", *sys.argv[1:]]
from poolhouse.cli import main
from poolhouse.client import connection
connection.call = lambda data, question: {"statusCode": 200, "data": {"totalCount": 0, "list": [], "userId": "x"}}
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
named = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(named - set(sys.stdlib_module_names)))
print(sorted(name for name in sys.modules if name.startswith("poolhouse.") and not name.startswith("poolhouse.cli")))
print(len(set(sys.modules) - before))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["user", "list"],
        ["user", "why", "x", "--json"],
        ["scripts", "new", "x"],
        ["--help"],
        ["user", "--help"],
    ],
)
def test_nothing_is_imported_but_the_client(words: list[str], tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    *_, libraries, others, count = ran.stdout.splitlines()
    assert (libraries, others) == ("['poolhouse']", "[]")
    assert int(count) < 120
