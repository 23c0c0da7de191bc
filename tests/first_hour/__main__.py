"""Takes the walks and prints the steps and the time of each task: `python -m tests.first_hour [--json]`.

`--clone` does it in a clone of this tree's last commit, made in a temporary folder and set up there as a newcomer does
(`make setup`), whose time is the first row.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def taken(tree: Path) -> list[dict[str, Any]]:
    """The reports of the walks in a tree that is set up."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FIRST_HOUR": folder, "PYTHONPATH": f"{tree}/src:{tree}"}
        command = [str(tree / ".venv/bin/python"), "-m", "pytest", "-q", "-n", "0", "tests/first_hour"]
        subprocess.run(command, cwd=tree, env=environment, check=True, stdout=sys.stderr)
        return [json.loads(file.read_text()) for file in sorted(Path(folder).glob("*.json"))]


def cloned(tree: Path) -> list[dict[str, Any]]:
    begun = time.monotonic()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(tree)], check=True)
    subprocess.run(["make", "-s", "setup"], cwd=tree, check=True, stdout=sys.stderr)
    setup = {"name": "make setup", "steps": 2, "seconds": time.monotonic() - begun}
    return [{"walk": "clone", "tasks": [setup]}, *taken(tree)]


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.first_hour")
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--clone", action="store_true")
    given = asked.parse_args()
    if given.clone:
        with tempfile.TemporaryDirectory(prefix="poolhouse-clone-") as folder:
            Path(folder).chmod(0o755)
            reports = cloned(Path(folder) / "poolhouse")
    else:
        reports = taken(ROOT)
    if given.json:
        print(json.dumps(reports, ensure_ascii=False))
        return
    for report in reports:
        tasks = report["tasks"]
        print(f"\n{report['walk']}: {sum(task['steps'] for task in tasks)} steps, ", end="")
        print(f"{sum(task['seconds'] for task in tasks):.0f} s of the machine")
        for task in tasks:
            print(f"  {task['steps']:3} {task['seconds']:6.1f} s  {task['name']}")


if __name__ == "__main__":
    main()
