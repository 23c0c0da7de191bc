"""docs/operations/production.md and the files of deploy/: asked as far as they can be here."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.docs.pages import ROOT, blocks

from poolhouse.client.table import alone
from poolhouse.settings import Settings, misspelt

DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "poolhouse.service").read_text()


def environment() -> dict[str, str]:
    lines = (DEPLOY / "poolhouse.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_the_settings_are_settings_and_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    given = environment()
    assert misspelt(given) == []
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings().address == given["POOLHOUSE_PUBLIC_URL"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "poolhouse"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "poolhouse.service"
    text = UNIT.replace("/opt/poolhouse/bin/poolhouse", str(program)).replace("=poolhouse\n", "=root\n")
    unit.write_text(text.replace("StateDirectory=root", "StateDirectory=poolhouse"))
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=30
    )
    assert [line for line in ran.stderr.splitlines() if "poolhouse.service" in line] == []


def test_unit_and_image_start_a_command_that_there_is() -> None:
    started = [line.split()[1:] for line in re.findall(r"^ExecStart=(.+)$", UNIT, re.MULTILINE)]
    image = (DEPLOY / "Dockerfile").read_text()
    (command,) = re.findall(r"^CMD (\[.+\])$", image, re.MULTILINE)
    started.append(json.loads(command)[1:])
    assert [words[0] in alone() for words in started] == [True, True]


def test_every_step_of_the_image_is_shell_and_its_settings_are_settings() -> None:
    image = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    for step in re.findall(r"^RUN (.+)$", image, re.MULTILINE):
        subprocess.run(["sh", "-n", "-c", step], check=True)
    (given,) = re.findall(r"^ENV (.+)$", image, re.MULTILINE)
    assert misspelt(dict(word.split("=") for word in given.split())) == []
    (probe,) = re.findall(r"^ *HEALTHCHECK .*CMD (\[.+\])$", image, re.MULTILINE)
    compile(json.loads(probe)[2], "HEALTHCHECK", "exec")


def test_the_image_is_as_patient_with_a_first_start_as_the_page_says() -> None:
    (patience,) = re.findall(r"--start-period=(\d+)s", (DEPLOY / "Dockerfile").read_text())
    assert f"{patience} seconds" in (ROOT / "docs/operations/production.md").read_text()
    assert f"{patience} 秒" in (ROOT / "docs/zh/operations/production.md").read_text()


def test_systemd_takes_the_drop_in_that_hands_secrets_over(tmp_path: Path) -> None:
    (drop_in,) = _blocks("docs/operations/production.md", "ini")
    names = re.findall(r"^Environment=(\w+)=%d/(\w+)$", drop_in, re.MULTILINE)
    assert [name for name, _ in names] == ["POOLHOUSE_SMTP_PASSWORD_FILE"]
    assert re.findall(r"^LoadCredential=(\w+):", drop_in, re.MULTILINE) == [name for _, name in names]
    assert misspelt(dict(names)) == []
    if shutil.which("systemd-analyze"):
        folder = tmp_path / "poolhouse.service.d"
        folder.mkdir()
        (folder / "secrets.conf").write_text(drop_in)
        unit = tmp_path / "poolhouse.service"
        unit.write_text(f"[Service]\nExecStart={shutil.which('true')}\n")
        ran = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=30
        )
        assert [line for line in ran.stderr.splitlines() if str(tmp_path) in line] == []


def test_containers_are_given_secrets_by_settings_that_there_are() -> None:
    compose, pod = map(yaml.safe_load, _blocks("docs/operations/production.md", "yaml"))
    service = compose["services"]["poolhouse"]
    assert [Path(path).name for path in service["environment"].values()] == service["secrets"]
    assert list(compose["secrets"]) == service["secrets"]
    container = pod["spec"]["containers"][0]
    names = [*service["environment"], *(one["name"] for one in container["env"])]
    assert misspelt(dict.fromkeys(names, "")) == []
    mounted = container["volumeMounts"][0]["mountPath"]
    assert {str(Path(one["value"]).parent) for one in container["env"]} == {mounted}


def test_prometheus_asks_as_the_page_says() -> None:
    blocks = map(yaml.safe_load, _blocks("docs/operations/watching.md", "yaml"))
    (shown,) = (block for block in blocks if "scrape_configs" in block)
    whole = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    assert whole["scrape_configs"] == shown["scrape_configs"]


def _blocks(page: str, language: str) -> list[str]:
    return [block.text for block in blocks(page, (ROOT / page).read_text()) if block.language == language]


def test_the_composition_is_yaml_and_its_settings_are_settings() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"poolhouse", "database"}
    assert misspelt(services["poolhouse"]["environment"]) == []
