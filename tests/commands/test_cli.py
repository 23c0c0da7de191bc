"""The command line itself: quick to start, whole in its help, one line for what a person can mend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from poolhouse.cli import COMMANDS, app
from poolhouse.settings import Settings

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


ADDRESSES = (
    "postgresql://poolhouse:Hunter/2@127.0.0.1/x",
    "postgresql://poolhouse:Hunter#2@127.0.0.1/x",
    "postgresql://poolhouse:Hunter?2@127.0.0.1:1/x",
    "postgresql://poolhouse:Hunter2@127.0.0.1:Hunter2/x",
    "mysql://poolhouse:Hunter2@127.0.0.1/x",
    "Hunter2",
    "postgresql://poolhouse:Hunter2@127.0.0.1:1/x?sslmode=Hunter2",
    "postgresql://poolhouse:Hunter2@127.0.0.1:1/x",
)
EACH = """
import gc, os, sys
import poolhouse.app, poolhouse.cli
from poolhouse.commands import directory, doctor, server
gc.freeze()
for url in sys.argv[2:]:
    for words in ("up", "migrate", "doctor", "user find wang"):
        sys.stdout.flush()
        child = os.fork()
        if not child:
            os.environ |= {"POOLHOUSE_DATABASE_URL": url, "POOLHOUSE_DATA": sys.argv[1]}
            sys.argv = ["poolhouse", *words.split()]
            status = 0
            try:
                poolhouse.cli.main()
            except SystemExit as end:
                status = end.code
            sys.stdout.flush()
            os._exit(status)
        print("ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Each command is a process of its own, which need not import everything once more."""


def test_a_database_address_is_never_repeated(tmp_path: Path) -> None:
    program = [sys.executable, "-c", EACH, tmp_path, *ADDRESSES]
    ran = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert "Hunter" not in ran.stdout + ran.stderr
    ended = [line for line in ran.stdout.splitlines() if line.startswith("ended with ")]
    assert (len(ended), "ended with 0" in ended) == (4 * len(ADDRESSES), False)


async def test_addresses_that_the_driver_takes_are_taken() -> None:
    for url in (
        "postgresql://a:b@h/x",
        "postgres://a:b%2F%40c@h:5432/x?sslmode=require",
        "postgresql://a:b@/x?host=%2Ftmp%2Fsockets",
        "postgresql://a@[::1]:5432/x",
        "postgresql://a:b@h1:1,h2:2,[::1]:3/x",
        "postgresql://a:b@c@h/x",
        "postgresql:///x",
    ):
        Settings(database_url=SecretStr(url), replica_url=SecretStr(url))
