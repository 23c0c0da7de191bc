"""A server's folder that need not be made anew for each test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.e2e.test_up import Running
from tests.postgres import once_a_run


@pytest.fixture(scope="session")
def first_start(run_folder: Path) -> Path:
    """A folder that a server ran on once; nobody starts another on it."""

    def make() -> str:
        folder = run_folder / "started"
        folder.mkdir()
        folder.chmod(0o755)
        assert Running(folder).stop() == 0
        return str(folder)

    run_folder.chmod(0o755)  # PostgreSQL's user has to pass it
    return Path(once_a_run(run_folder, "first start", make))


@pytest.fixture
def begun(data: Path, first_start: Path) -> Path:
    """A copy of such a folder: the next start on it is quick, as it need not make a database."""
    subprocess.run(["cp", "-a", f"{first_start}/.", data], check=True)
    return data
