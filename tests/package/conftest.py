"""The distribution built as `make dist` builds it, once a run, and installed into a folder far from the source."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres import once_a_run

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="session")
def distribution(run_folder: Path) -> Path:
    """A folder with the sdist, and the wheel built from it."""

    def build() -> str:
        folder = run_folder / "dist"
        command = [UV, "build", "--quiet", "--out-dir", folder]
        subprocess.run(command, cwd=ROOT, check=True)
        return str(folder)

    return Path(once_a_run(run_folder, "distribution", build))


@pytest.fixture(scope="session")
def wheel(distribution: Path) -> Path:
    (found,) = distribution.glob("*.whl")
    return found


def interpreter() -> str:
    """A Python other users can run too, if there is one: root's own is often in a folder of root's."""
    for one in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(one).exists() and runs_for_all(Path(one)):
            return one
    return sys.executable


def runs_for_all(program: Path) -> bool:
    old = subprocess.run([program, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]).returncode
    return not old and all(parent.stat().st_mode & 0o001 for parent in program.resolve().parents)


@pytest.fixture(scope="session")
def installed(run_folder: Path, wheel: Path) -> Iterator[Path]:
    """An environment with the wheel and what it asks for, in a folder whose name is hard to say."""

    def install() -> str:
        run_folder.chmod(0o755)
        folder = run_folder / "a folder é 数据 [x]" / "venv"
        subprocess.run([UV, "venv", "--quiet", "--python", interpreter(), folder], check=True)
        # Compiled, as pip does it: nobody who starts it may write there, and so each process would compile all of it.
        options = ["--quiet", "--compile-bytecode", "--python", folder / "bin" / "python"]
        subprocess.run([UV, "pip", "install", *options, wheel], check=True)
        subprocess.run(["chmod", "-R", "go+rX,a-w", folder], check=True)
        return str(folder)

    folder = Path(once_a_run(run_folder, "installed", install))
    yield folder
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)  # or its owner could not remove it
