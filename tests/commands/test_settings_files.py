"""Secrets in files of their own, the settings file, and names that are no settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.commands.test_cli import run

from poolhouse import serving
from poolhouse.client import connection, exits
from poolhouse.commands.server import settings_from
from poolhouse.settings import SecretStr, Settings, SettingsUnfit, names_known, settings_known

SECRETS = [name for name, about in settings_known().items() if about.kind.secret]
VALUES = {
    "database_url": "postgresql://a:hunter2@db.example.com/x",
    "replica_url": "postgresql://a:hunter2@db.example.com/y",
    "listen_url": "postgresql://a:hunter2@db.example.com/z",
    "metrics_token": "hunter2-hunter2-hunter2",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in names_known():
        monkeypatch.delenv(f"POOLHOUSE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def value_of(name: str) -> str:
    return VALUES.get(name, "hunter2 ")


def refused(**given: object) -> str:
    with pytest.raises(SettingsUnfit) as unfit:
        Settings(**given)  # type: ignore[arg-type]
    assert "hunter2" not in unfit.value.en + unfit.value.zh
    assert unfit.value.zh != unfit.value.en
    return str(unfit.value)


def test_there_are_secrets() -> None:
    assert set(SECRETS) >= {
        *("secret_key", "database_url", "replica_url", "smtp_password", "sms_secret", "metrics_token")
    }


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_in_a_file_of_its_own(
    name: str, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "..data").write_bytes(f"{value_of(name)}{end}".encode())
    (tmp_path / "secret").symlink_to("..data")  # as Kubernetes has them
    monkeypatch.setenv(f"POOLHOUSE_{name.upper()}_FILE", str(tmp_path / "secret"))
    assert getattr(Settings(), name).get_secret_value() == value_of(name)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_that_is_given_twice_is_refused_by_name(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(value_of(name))
    monkeypatch.setenv(f"POOLHOUSE_{name.upper()}_FILE", "secret")
    monkeypatch.setenv(f"poolhouse_{name}", value_of(name))
    assert refused().startswith(f"{name}: is given twice")
    (tmp_path / "config").write_text(f'{name} = "{value_of(name)}"\n{name}_file = "secret"')
    monkeypatch.delenv(f"poolhouse_{name}")
    monkeypatch.delenv(f"POOLHOUSE_{name.upper()}_FILE")
    assert f"config:1: {name}: is given twice" in refused(config="config")
    assert getattr(Settings(**{name: value_of(name)}), name) == SecretStr(value_of(name))  # type: ignore[arg-type]


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "names no file that is there"),
        (lambda path: path.mkdir(), "names a folder"),
        (_pipe, "names no regular file"),
        (lambda path: path.write_text("\n"), "names an empty file"),
        (lambda path: path.write_text("hunter2\nhunter2"), "more than one line"),
        (lambda path: path.write_text("hunter2" * 10_000), "more than 65536 bytes"),
        (lambda path: path.write_bytes(b"hunter2\xff"), "is not UTF-8 text"),
        (lambda path: path.write_text("hunter2\0"), "NUL character"),
    ],
)
def test_a_file_that_has_no_secret_is_refused_by_name(
    make: object, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make(tmp_path / "hunter2")  # type: ignore[operator]
    monkeypatch.setenv("POOLHOUSE_SMTP_PASSWORD_FILE", str(tmp_path / "hunter2"))
    said = refused()
    assert said.startswith("smtp_password_file: ")
    assert why in said


def test_a_name_that_is_empty_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLHOUSE_SMTP_PASSWORD_FILE", "")
    assert refused() == "smtp_password_file: is empty and names no file"


def test_a_secret_that_this_account_may_not_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> int:
        raise PermissionError(13, "")

    monkeypatch.setenv("POOLHOUSE_SMTP_PASSWORD_FILE", "hunter2")
    monkeypatch.setattr(os, "open", denied)
    assert "this account may not read" in refused()


def test_only_secrets_are_in_files_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLHOUSE_PORT_FILE", "port")
    with pytest.raises(SettingsUnfit, match="POOLHOUSE_PORT_FILE is no setting"):
        settings_from(None, strict=True)


def test_the_environment_wins_over_the_file_and_an_option_over_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text('port = 4000\nworkers = 3\nhost = "::1"\nsmtp_password = "file"')
    monkeypatch.setenv("POOLHOUSE_CONFIG", "config")
    monkeypatch.setenv("POOLHOUSE_PORT", "5000")
    monkeypatch.setenv("POOLHOUSE_WORKERS", "2")
    (tmp_path / "secret").write_text("variable")
    monkeypatch.setenv("POOLHOUSE_SMTP_PASSWORD_FILE", "secret")
    settings = Settings(port=6000)
    assert (settings.port, settings.workers, settings.host) == (6000, 2, "::1")
    assert settings.smtp_password == SecretStr("variable")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\nsmtp_hots = "hunter2"', "config:2: smtp_hots is no setting: did you mean smtp_host?"),
        ('[smtp]\nhost = "hunter2"', "config: smtp is no setting"),
        ('config = "hunter2"', "config:1: config is no setting"),
        ('\n\nport = "hunter2"', "config:3: port: should be a whole number"),
        ("workers = true", "config:1: workers: should be a text or a number"),
        ("workers = 1.5", "config:1: workers: should be a whole number"),
        ("data = 7", "config:1: data: should be a path"),
        ("host = 7", "config:1: host: should be a text"),
        ("smtp_sender = 7", "config:1: smtp_sender: should be a text"),
        ("smtp_password = 7", "config:1: smtp_password: should be a text"),
        ("smtp_password_file = 7", "config:1: smtp_password_file: should be the name of a file"),
        ('smtp_password_file = "hunter2"', "config:1: smtp_password_file: names no file that is there"),
        ("allowed_origins = [7]", "config:1: allowed_origins: should be a text"),
        ('database_url = "hunter2"', "config:1: database_url: should be postgresql://"),
        ('port = 1\nsmtp_password = "hunter2\n', "config: names a file that is no TOML: line 2, column"),
        ("port = " + "[" * 100_000, "config: names a file that is no TOML"),
        ("# " + "hunter2" * 40_000, "config: names a file of more than 262144 bytes"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(text)
    assert refused(config="config").startswith(said)


def test_a_settings_file_that_is_not_there_is_named() -> None:
    assert refused(config="nowhere") == "config: names no file that is there"


@pytest.mark.parametrize(
    ("mode", "text", "warned"),
    [
        (0o644, 'sms_secret = "x"', True),
        (0o640, 'sms_secret = "x"', False),
        (0o644, 'sms_secret_file = "secret"', False),
    ],
)
def test_a_file_with_secrets_that_everybody_may_read_is_warned_of(
    mode: int, text: str, warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "config").write_text(text)
    (tmp_path / "config").chmod(mode)
    settings_from(None, config="config")
    assert ("every account may read it" in capsys.readouterr().err) is warned


def test_a_server_does_not_start_with_a_misspelt_setting(tmp_path: Path) -> None:
    ran = run("up", "--data", str(tmp_path / "data"), POOLHOUSE_DATABSE_URL="hunter2")
    assert ran.returncode == exits.REFUSED
    assert re.fullmatch(
        r"error: POOLHOUSE_DATABSE_URL is no setting: did you mean POOLHOUSE_DATABASE_URL\?\n", ran.stderr
    )
    assert not (tmp_path / "data").exists()


def test_what_kubernetes_sets_of_a_service_of_this_name_is_no_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_3000_TCP", "PORT_3000_TCP_ADDR"):
        monkeypatch.setenv(f"POOLHOUSE_{name}", "10.0.0.1")
    assert settings_from(None, strict=True).port == 3000


def test_a_command_finds_the_data_folder_by_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "config").write_text('data = "elsewhere"')
    ran = run("pool", "list", "--config", "config")
    assert str(tmp_path / "elsewhere") in ran.stderr
    broken = run("pool", "list", "--config", "nowhere")
    assert (broken.returncode, broken.stderr) == (
        exits.REFUSED,
        "error: config: names no file that is there\n",
    )


def test_a_folder_that_is_named_wins_over_the_settings_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text('data = "elsewhere"')
    monkeypatch.setenv("POOLHOUSE_CONFIG", "config")
    assert connection.folder(None) == str(tmp_path / "elsewhere")
    monkeypatch.setenv("POOLHOUSE_DATA", "here")
    assert connection.folder(None) == str(tmp_path / "here")
    assert connection.folder("there") == str(tmp_path / "there")


def test_workers_find_a_database_of_a_file_themselves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = VALUES["database_url"]
    (tmp_path / "url").write_text(url)
    monkeypatch.setenv("POOLHOUSE_DATABASE_URL_FILE", "url")
    given = serving._inherited(Settings(), url)
    assert given["POOLHOUSE_DATABASE_URL_FILE"] == "url"
    assert not any("hunter2" in value for value in given.values())


def test_workers_are_told_of_a_database_that_an_option_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text(VALUES["database_url"])
    monkeypatch.setenv("poolhouse_database_url_file", "url")
    other = VALUES["replica_url"]
    given = serving._inherited(Settings(database_url=SecretStr(other)), other)
    assert given["POOLHOUSE_DATABASE_URL"] == other
    assert not any(name.upper() == "POOLHOUSE_DATABASE_URL_FILE" for name in given)
