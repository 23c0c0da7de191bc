"""The command line itself: quick to start, whole in its help, one line for what a person can mend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from poolhouse.settings import SecretStr, Settings, SettingsUnfit

POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*POOLHOUSE, *words], capture_output=True, text=True, env={**os.environ, **environment}, timeout=60
    )


HEAVY = (
    "asyncpg",
    "cryptography",
    "graphql",
    "jinja2",
    "msgspec",
    "poolhouse.app",
    "poolhouse.services",
    "pydantic",
    "rich",
    "starlette",
    "structlog",
)
"""What takes longer to import than a command may take that does not need it."""


@pytest.mark.parametrize("words", ["--help", "--version", "up --help", "migrate --help", "version --json"])
def test_what_needs_no_server_imports_none(words: str) -> None:
    program = (
        f"import atexit, sys; sys.argv = ['poolhouse', *{words.split()}]\n"
        f"atexit.register(lambda: print([name for name in {HEAVY} if name in sys.modules]))\n"
        "from poolhouse import cli; cli.main()"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "[]"


LATER = (
    "captcha",
    "cbor2",
    "OpenSSL",
    "passlib",
    "PIL",
    "pydantic",
    "regex",
    "ua_parser",
    "webauthn",
    "yaml",
)
"""What only some requests need: each is imported by the first that does."""


def test_a_start_imports_nothing_that_few_requests_need() -> None:
    program = (
        "import sys; from poolhouse.commands import server; server._import_doors()\n"
        f"print('graphql' in sys.modules, [name for name in {LATER} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "True []\n"


def test_who_only_watches_workers_imports_no_wires() -> None:
    program = (
        "import sys; from poolhouse.commands import server; server._import_doors(2)\n"
        "print([name for name in sys.modules if name.startswith(('graphql', 'poolhouse.wire'))])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "[]\n"


def test_workers_have_in_common_what_they_import() -> None:
    """Granian's manager has the application before it forks them."""
    program = (
        "import sys; from granian.server import Server; from poolhouse import serving\n"
        "Server.serve = lambda server: print('poolhouse.app' in sys.modules)\n"
        "serving.main()"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "True\n", ran.stderr


def test_a_setting_names_what_it_should_be_and_no_value() -> None:
    with pytest.raises(SettingsUnfit) as unfit:
        Settings(port="hunter2", drain_s=301, log_level="hunter2", sms_url="hunter2")  # type: ignore[arg-type]
    said = str(unfit.value)
    assert [part.partition(":")[0] for part in said.split("; ")] == [
        "port",
        "sms_url",
        "drain_s",
        "log_level",
    ]
    assert "hunter2" not in said


def test_a_setting_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLHOUSE_PORT", "4000")
    monkeypatch.setenv("poolhouse_workers", " 2 ")
    monkeypatch.setenv("POOLHOUSE_GEO_DATABASE", "here.mmdb")
    settings = Settings(port=5000)
    assert (settings.port, settings.workers, settings.geo_database) == (5000, 2, Path("here.mmdb"))


def test_a_secret_setting_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOLHOUSE_SMTP_PASSWORD", "hunter2")
    settings = Settings(secret_key=SecretStr("hunter2"))
    assert "hunter2" not in f"{settings} {settings!r} {settings.smtp_password}"
    assert settings.smtp_password.get_secret_value() == "hunter2"


def test_services_open_no_door() -> None:
    program = (
        "import sys, poolhouse.services; print([n for n in sys.modules if n.startswith('poolhouse.wire')])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert ran.stdout.strip() == "[]"


def test_a_setting_that_does_not_fit_is_one_line() -> None:
    ran = run("up", POOLHOUSE_PORT="hunter2")
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: port: ")
    assert (ran.stderr.count("\n"), "hunter2" in ran.stderr) == (1, False)


BROKEN = """
import sys
from poolhouse import cli

def run(words):
    print("x" * 100_000 if words == ["much"] else "", flush=True)
    if words == ["connection"]:
        raise BrokenPipeError(32, "Broken pipe")
    return 0

cli.run = run
cli.main()
"""


@pytest.mark.parametrize(("word", "status"), [("much", 0), ("connection", 4)])
def test_only_an_output_that_nobody_reads_any_more_is_a_good_end(word: str, status: int) -> None:
    """A connection that breaks raises the same, and then nothing was done."""
    with subprocess.Popen(
        [sys.executable, "-c", BROKEN, word], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(1)
        if word == "much":
            child.stdout.close()
        said = child.stderr.read().decode()
    assert (child.returncode, said) == (status, "error: [Errno 32] Broken pipe\n" if status else "")


ADDRESSES = (
    "postgresql://poolhouse:Hunter/2@127.0.0.1/x",
    "postgresql://poolhouse:Hunter#2@127.0.0.1/x",
    "postgresql://poolhouse:Hunter?2@127.0.0.1:1/x",
    "postgresql://poolhouse:Hunter2@127.0.0.1:Hunter2/x",
    "mysql://poolhouse:Hunter2@127.0.0.1/x",
    "Hunter2",
    "postgresql://poolhouse:Hunter2@127.0.0.1:1/x?sslmode=Hunter2",
    "postgresql://poolhouse:Hunter2@127.0.0.1:1/x",
)
EACH = """
import gc, os, sys
import poolhouse.app, poolhouse.cli
from poolhouse.commands import directory, doctor, server
gc.freeze()
for url in sys.argv[2:]:
    for words in ("up", "migrate", "doctor", "user find wang"):
        sys.stdout.flush()
        child = os.fork()
        if not child:
            os.environ |= {"POOLHOUSE_DATABASE_URL": url, "POOLHOUSE_DATA": sys.argv[1]}
            sys.argv = ["poolhouse", *words.split()]
            status = 0
            try:
                poolhouse.cli.main()
            except SystemExit as end:
                status = end.code
            sys.stdout.flush()
            os._exit(status)
        print("ended with", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Each command is a process of its own, which need not import everything once more."""


def test_a_database_address_is_never_repeated(tmp_path: Path) -> None:
    program = [sys.executable, "-c", EACH, tmp_path, *ADDRESSES]
    ran = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert "Hunter" not in ran.stdout + ran.stderr
    ended = [line for line in ran.stdout.splitlines() if line.startswith("ended with ")]
    assert (len(ended), "ended with 0" in ended) == (4 * len(ADDRESSES), False)


async def test_addresses_that_the_driver_takes_are_taken() -> None:
    for url in (
        "postgresql://a:b@h/x",
        "postgres://a:b%2F%40c@h:5432/x?sslmode=require",
        "postgresql://a:b@/x?host=%2Ftmp%2Fsockets",
        "postgresql://a@[::1]:5432/x",
        "postgresql://a:b@h1:1,h2:2,[::1]:3/x",
        "postgresql://a:b@c@h/x",
        "postgresql:///x",
    ):
        Settings(database_url=SecretStr(url), replica_url=SecretStr(url))
    both = "postgresql://a:b@h1,h2/x?target_session_attrs="
    for attrs in ("any", "primary", "read-write"):
        Settings(database_url=SecretStr(both + attrs), replica_url=SecretStr(both + attrs))
    for attrs in ("standby", "prefer-standby", "read-only"):
        Settings(replica_url=SecretStr(both + attrs))


@pytest.mark.parametrize(
    ("field", "attrs"), [("database_url", "prefer-standby"), ("replica_url", "standbyHunter")]
)
def test_an_address_that_asks_for_the_wrong_kind_of_server_is_refused(field: str, attrs: str) -> None:
    url = SecretStr(f"postgresql://a:Hunter@h1,h2/x?target_session_attrs={attrs}")
    with pytest.raises(SettingsUnfit) as refused:
        Settings(**{field: url})
    assert field in str(refused.value)
    assert "target_session_attrs" in refused.value.message("en-US")
    assert "应为" in refused.value.message("zh-CN")
    assert "Hunter" not in refused.value.message("en-US")
