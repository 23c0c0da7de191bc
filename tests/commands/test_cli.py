"""The command line itself: quick to start, whole in its help, one line for what a person can mend."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from poolhouse.cli import COMMANDS, app

POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POOLHOUSE, *words], capture_output=True, text=True, env={**os.environ, **environment}, timeout=60
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_where_the_table_says(name: str) -> None:
    assert app[name].name == (name,)


def test_the_version_needs_no_server() -> None:
    program = (
        "import sys; from poolhouse import cli\n"
        "try: cli.app(['--version'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('poolhouse.app', 'poolhouse.services', 'graphql', 'asyncpg') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_services_open_no_door() -> None:
    program = (
        "import sys, poolhouse.services; print([n for n in sys.modules if n.startswith('poolhouse.wire')])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "[]"


def test_a_setting_that_does_not_fit_is_one_line() -> None:
    ran = run("up", POOLHOUSE_PORT="hunter2")
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: port: ")
    assert (ran.stderr.count("\n"), "hunter2" in ran.stderr) == (1, False)
