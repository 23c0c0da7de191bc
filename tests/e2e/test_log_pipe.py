"""Who reads the log slowly, or not at all, holds no request and no ending."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import httpx
import pytest
from tests.e2e.test_up import POOLHOUSE

REQUESTS = 500
"""Of lines that together are longer than a pipe holds."""


@pytest.mark.parametrize(("workers", "read"), [("1", True), ("2", False)])
def test_a_server_whose_log_nobody_reads_answers_and_ends(begun: Path, workers: str, read: bool) -> None:
    server = subprocess.Popen(
        [*POOLHOUSE, "up", "--data", str(begun), "--port", "0", "--workers", workers],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    assert server.stderr
    try:
        host = server.stdout.readline().split("is up at ")[1].split()[0]
        with httpx.Client(base_url=host) as http:
            for _ in range(REQUESTS):
                assert http.get("/api/v3/get-user").json()["statusCode"] == 401
        server.terminate()
        if read:
            told = [json.loads(line) for line in server.stderr if line.startswith("{")]
            assert [one["event"] for one in told].count("request") == REQUESTS
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.communicate()
