"""The files of deploy/ha are those that the drill runs, and the drill says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import propagation
from deploy.ha.drill import __main__ as drill
from deploy.ha.drill import machines
from deploy.ha.drill.events import EVENTS
from deploy.ha.drill.machines import Machines

PAGES = propagation.PAGES


def test_every_address_and_password_of_the_files_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[dict[str, str]] = []
    monkeypatch.setattr(machines.Program, "start", lambda *_, env, **__: started.append(env))
    made = Machines(tmp_path, databases=3, etcds=3)
    made.start_etcd(1)
    made._write_patroni(made.databases[1])
    for text in (made.databases[1].config.read_text(), made._haproxy(), str(started)):
        used = "\n".join(line.partition("#")[0] for line in text.splitlines())
        for left in (".internal", "0.0.0.0", "10.0.0.0", "change-me", "/var/", "db1 127.0.0.1:5432"):
            assert left not in used, left
    assert "name: db2" in made.databases[1].config.read_text()
    assert made._haproxy().count("server db3 ") == 2


def test_without_a_program_the_drill_names_its_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machines.shutil, "which", lambda name: None if name == "etcd" else f"/bin/{name}")
    monkeypatch.setattr("sys.argv", ["drill"])
    assert drill.main() == 0
    assert "etcd-server" in capsys.readouterr().err


def test_the_pages_have_a_row_for_each_event() -> None:
    for page in PAGES:
        rows = (
            page.read_text().partition("|---|---|---|---|---|---|---|---|---|---|\n")[2].partition("\n\n")[0]
        )
        assert rows.count("\n") + 1 == len(EVENTS)


def test_the_pages_have_the_measured_propagation() -> None:
    assert {page: page.read_text() for page in PAGES} == propagation.written()
