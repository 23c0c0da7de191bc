"""README.md: its examples run as pasted or are those of examples/, its numbers are those of the page on performance
and its badges tell the truth."""

from __future__ import annotations

import asyncio
import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from tests.clients.matrix import CLIENTS
from tests.clients.runs import recorded
from tests.docs.pages import ROOT, blocks
from tests.examples.test_examples import lines, manifest
from tests.sdk import JS, node

from poolhouse.caller import Caller
from poolhouse.services import Services
from poolhouse.users.model import UserKey

README = ROOT / "README.md"
NAMES = {"ann-v2", "ann-v3", "ann-python"}
QUOTED = ("java-v3/src/main/java/CreateUser.java", "oidc-python/app.py")
"""Files of examples/, whole: tests/examples/test_examples.py runs them."""
FOLDERS = [name.partition("/")[0] for name in QUOTED]


async def test_every_example_creates_its_user(
    services: Services, server: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await services.pools.create("readme")
    (data / "data").mkdir()
    pair = {"userPoolId": pool.id, "userPoolSecret": pool.secret}
    key = {"accessKeyId": pool.id, "accessKeySecret": pool.secret}
    (data / "data/credentials.json").write_text(json.dumps({"host": server} | pair | key))
    monkeypatch.chdir(data)
    for block in blocks("README.md", README.read_text()):
        if block.language == "js":
            environment = {**os.environ, "NODE_PATH": str(JS / "node_modules")}
            process = await asyncio.create_subprocess_exec(
                str(node()), "-e", block.text, env=environment, stdout=asyncio.subprocess.PIPE
            )
            await process.communicate()
            assert process.returncode == 0, block.where
        elif block.language == "python" and block.text not in quoted():
            await asyncio.to_thread(exec, compile(block.text, block.where, "exec"), {})
    administrator = Caller(pool_id=pool.id, kind="administrator", actor_id=pool.id)
    found = {name: await services.users.find(administrator, UserKey("username", name)) for name in NAMES}
    assert all(found.values()), found


def quoted() -> list[str]:
    return [(ROOT / "examples" / name).read_text() for name in QUOTED]


def test_the_long_examples_are_those_that_are_run() -> None:
    """With as many lines as the fold over each says, and by the lines of their README."""
    page = README.read_text()
    for name, text in zip(QUOTED, quoted(), strict=True):
        fold = rf"<summary><code>(\S+)</code>, {len(text.splitlines())} lines: .*</summary>\n\n```\w+\n"
        assert re.findall(fold + re.escape(f"{text}```\n"), page) == [name.partition("/")[2]]
    assert re.findall(r"`cn\.authing:(\S+):(\S+)`", page) == list(manifest("java-v3").items())
    typed = [block.text.splitlines() for block in blocks("README.md", page) if block.language == "sh"]
    packages = " ".join(manifest("oidc-python"))
    said = [[line.replace("-r requirements.txt", packages) for line in lines(folder)] for folder in FOLDERS]
    assert typed == [[line.replace("../../data", "data") for line in one] for one in said]


def test_the_badges_are_those_of_the_license_the_project_and_the_recorded_runs() -> None:
    told = {
        name: re.findall(r">([^<]+)</text>", (ROOT / f"docs/images/badge-{name}.svg").read_text())[1]
        for name in re.findall(r"docs/images/badge-(\w+)\.svg", README.read_text())
    }
    words = (ROOT / "LICENSE").read_text().split()
    newest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    runs = [recorded(client.file) or {} for client in CLIENTS]
    passed, failed = (sum(len(run[outcome]) for run in runs) for outcome in ("passed", "failed"))
    assert told == {
        "license": f"{words[0]}-{words[3].strip(',')}",
        "python": newest.replace(">=", "≥ "),
        "calls": f"{passed:,} of {passed + failed:,}",
    }


def test_the_numbers_are_within_twice_those_of_the_page() -> None:
    measured = rows((ROOT / "docs/operations/performance.md").read_text())
    said = {name: row for name, row in rows(README.read_text()).items() if name in measured and len(row) == 3}
    assert len(said) == 4
    for name, (ours, keycloak, better_auth) in said.items():
        real = measured[name][0], measured[name][1], measured[name][3]
        for told, value in zip((ours, keycloak, better_auth), real, strict=True):
            assert 0.5 <= told / value <= 2, f"{name}: {told} is told, {value} was measured"


def rows(text: str) -> dict[str, list[float]]:
    """Name -> the numbers of its cells, what stands in brackets left out; NaN where there is none."""
    found = {}
    for name, rest in re.findall(r"^ *\| ([a-z][^|]*?) \|(.+)\|$", text, re.MULTILINE):
        cells = [re.sub(r"\(.*?\)|,", "", cell).strip() for cell in rest.split("|")]
        found[name] = [float(cell) if re.fullmatch(r"[\d.]+", cell) else float("nan") for cell in cells]
    return found
