"""The command line from outside: what a newcomer types and sees."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


class Running:
    """`poolhouse up` on a folder, and the folder's credentials once it is up."""

    def __init__(self, data: Path, *flags: str, port: str = "0") -> None:
        self._log = tempfile.TemporaryFile("a+")  # noqa: SIM115 -- a pipe that nobody reads gets full
        self.process = subprocess.Popen(
            [*POOLHOUSE, "up", "--data", str(data), "--port", port, *flags],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        assert "is up at" in self.first_line, self.log()
        self.credentials = json.loads((data / "credentials.json").read_text())

    def log(self) -> str:
        """All that it has logged so far."""
        self._log.seek(0)
        return self._log.read()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def poolhouse(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*POOLHOUSE, *words], capture_output=True, text=True, timeout=60)


def signs_in(credentials: dict[str, str]) -> bool:
    """Whether the administrator of the file can, at the console of the file."""
    with httpx.Client(base_url=credentials["host"]) as browser:
        page = browser.get(credentials["consoleUrl"], follow_redirects=True).text
        token = re.search(r'name="form" value="([0-9a-f]+)"', page)
        assert token
        form = {
            "form": token[1],
            "username": credentials["adminUsername"],
            "password": credentials["adminPassword"],
        }
        return browser.post("/console/sign-in", data=form).headers.get("location") == "/console"


def test_a_first_start_serves_and_writes_credentials_only_the_owner_reads(data: Path) -> None:
    server = Running(data)
    try:
        assert httpx.get(f"{server.credentials['host']}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{server.credentials['host']}/readyz").status_code == 200
        assert stat.S_IMODE(os.stat(data / "credentials.json").st_mode) == 0o600
        assert set(server.credentials) == {
            "host",
            "userPoolId",
            "userPoolSecret",
            "appId",
            "appSecret",
            "accessKeyId",
            "accessKeySecret",
            "consoleUrl",
            "adminUsername",
            "adminPassword",
        }
        assert signs_in(server.credentials)
    finally:
        assert server.stop() == 0


def test_a_second_start_keeps_the_pool_and_its_users(data: Path) -> None:
    first = Running(data)
    made = poolhouse("user", "create", "--username", "bob", "--data", str(data), "--json")
    first.stop()
    second = Running(data)
    found = poolhouse("user", "find", "bob", "--data", str(data), "--json")
    second.stop()

    assert second.credentials["userPoolId"] == first.credentials["userPoolId"]
    assert json.loads(found.stdout)["userId"] == json.loads(made.stdout)["userId"]


def test_a_second_server_on_the_folder_is_told_the_pid_of_the_first(begun: Path) -> None:
    first = Running(begun)
    second = poolhouse("up", "--data", str(begun), "--port", "0")
    first.stop()
    assert second.returncode == 1
    assert str(first.process.pid) in second.stderr


def test_a_taken_port_is_one_clear_line(data: Path) -> None:
    first = Running(data)
    port = first.credentials["host"].rsplit(":", 1)[1]
    second = poolhouse("up", "--data", str(data / "other"), "--port", port)
    first.stop()
    assert second.returncode == 1
    assert port in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("host", ["", "192.0.2.7"])
def test_an_address_that_is_not_ours_is_told_before_anything_is_made(data: Path, host: str) -> None:
    told = poolhouse("up", "--data", str(data), "--host", host)
    assert told.returncode != 0
    assert "host" in told.stderr
    assert "--port" not in told.stderr
    assert "Traceback" not in told.stderr
    assert not (data / "postgres").exists()


def test_two_workers_serve_one_directory(begun: Path) -> None:
    server = Running(begun, "--workers", "2")
    try:
        for _ in range(10):
            assert httpx.get(f"{server.credentials['host']}/readyz").status_code == 200
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("flags", [(), ("--workers", "2")])
def test_after_a_kill_the_next_start_recovers(begun: Path, flags: tuple[str, ...]) -> None:
    first = Running(begun, *flags)
    poolhouse("user", "create", "--username", "survivor", "--data", str(begun))
    first.process.kill()
    first.process.wait()
    time.sleep(0.5)
    port = first.credentials["host"].rsplit(":", 1)[1]
    second = Running(begun, *flags, port=port)
    found = poolhouse("user", "find", "survivor", "--data", str(begun), "--json")
    second.stop()
    assert json.loads(found.stdout)["username"] == "survivor"
