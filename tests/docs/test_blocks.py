"""Every fenced block of every page reads as what it says it is, and is run: HELD says by what, LEFT why one is not.

The Chinese pages have the same blocks: test_chinese.py.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib

from tests.docs.pages import ROOT, Block, blocks, pages
from tests.docs.terminal import commands, shown, transcript
from tests.sdk import node

ELSEWHERE = {"", "text", "html", "sql", "go", "java", "properties", "nginx", "haproxy", "ini", "yaml"}
"""What is no program, or what its own program is asked about: test_proxy.py, test_single_page_application.py, ..."""

HELD: dict[str, dict[str, str]] = {
    "README.md": {
        "console": "tests/e2e/test_demo.py",
        **dict.fromkeys(("js", "python", "java", "sh"), "tests/docs/test_readme.py"),
    },
    "docs/guide/administration.md": dict.fromkeys(
        ("sh", "console"), "tests/first_hour/test_administrator.py"
    ),
    "docs/guide/administrators.md": {"sh": "tests/client/test_administrators.py"},
    "docs/guide/coming-from-auth0.md": dict.fromkeys(
        ("sql", "js", "toml", "sh"), "tests/docs/test_coming_from_auth0.py"
    ),
    "docs/guide/custom-database.md": {
        "sql": "tests/docs/test_custom_database.py",
        "sh": "tests/docs/test_custom_database.py",
        "text": "tests/docs/test_running_blocks.py",
    },
    "docs/guide/custom-fields.md": dict.fromkeys(("sh", "json"), "tests/docs/test_running_blocks.py"),
    "docs/guide/guard.md": {"html": "tests/wire/v2/test_guard_in_chromium.py"},
    "docs/guide/identity-sources-oauth2.md": {"js": "tests/federation/oauth2/test_scripts.py"},
    "docs/guide/moving-from-authing.md": dict.fromkeys(
        ("sh", "python", "js", "console", "text", "toml"), "tests/first_hour/test_moving.py"
    ),
    "docs/guide/mysql-with-md5.md": dict.fromkeys(("sql", "sh", "js"), "tests/first_hour/test_migration.py"),
    "docs/guide/names.md": {"sh": "tests/docs/test_running_blocks.py"},
    "docs/guide/permissions.md": {"python": "tests/docs/test_permissions.py"},
    "docs/guide/sign-in.md": {
        **dict.fromkeys(("text", "js", "console", "sh"), "tests/docs/test_running_blocks.py"),
        "javascript": "tests/oidc/test_passkeys_in_chromium.py",
    },
    "docs/guide/single-page-application.md": dict.fromkeys(
        ("python", "sh", "html"), "tests/docs/test_single_page_application.py"
    ),
    "docs/operations/backup.md": {"sh": "tests/docs/test_operations.py"},
    "docs/operations/capacity.md": {"sql": "tests/docs/test_running_blocks.py"},
    "docs/operations/citus.md": dict.fromkeys(("text", "sql", "console"), "tests/citus/test_page.py"),
    "docs/operations/database.md": {
        "sh": "tests/docs/test_operations.py",
        "sql": "tests/docs/test_running_blocks.py",
        "console": "tests/docs/test_running_blocks.py",
    },
    "docs/operations/hardening.md": dict.fromkeys(
        ("sql", "nginx", "haproxy"), "tests/docs/test_hardening.py"
    ),
    "docs/operations/poolers.md": {"ini": "tests/db/test_poolers.py"},
    "docs/operations/places.md": dict.fromkeys(("console", "json"), "tests/docs/test_running_blocks.py"),
    "docs/operations/proxy.md": {
        "console": "tests/docs/test_running_blocks.py",
        "nginx": "tests/docs/test_proxy.py",
        "haproxy": "tests/docs/test_proxy.py",
    },
    "docs/operations/scaling.md": {"sh": "tests/docs/test_operations.py"},
    "docs/operations/secrets.md": {"console": "tests/docs/test_running_blocks.py"},
    "docs/operations/upgrade.md": {"sh": "tests/docs/test_operations.py"},
    "docs/operations/production.md": {"yaml": "tests/docs/test_production.py"},
    "docs/operations/watching.md": {
        "json": "tests/docs/test_running_blocks.py",
        "yaml": "tests/docs/test_production.py",
    },
    "docs/reference/oidc-libraries.md": dict.fromkeys(
        ("properties", "java", "go", "javascript", "python"), "tests/clients/libraries_page.py"
    ),
    "docs/reference/settings.md": {"toml": "tests/docs/test_settings.py"},
    "docs/reference/scripts.md": {"js": "tests/docs/test_running_blocks.py"},
    "docs/testing.md": {"sh": "tests/docs/test_running_blocks.py"},
    **{
        page: {"sh": "tests/examples/test_examples.py"}
        for page in pages()
        if page.startswith("examples/") and page.count("/") == 2
    },
}
"""Page -> language -> what runs its blocks. That of the OpenID Connect libraries is made of programs that are run."""
LEFT = {
    ("README.md", "$ make run     #"): "`make run` is what test_demo.py starts, `make test` what runs this",
    ("README.md", "$ pip install dist/"): "tests/package makes the wheel and installs it",
    ("docs/guide/custom-database.md", "$ export DB_"): "the test gives the address of its own database",
    ("docs/guide/mysql-with-md5.md", "$ export DB_"): "the test gives the address of its own database",
    ("docs/operations/dependencies.md", "$ make audit"): "asks a service that is not on this machine",
    (
        "docs/operations/production.md",
        "# useradd",
    ): "changes the machine; test_production.py asks the files it names",
    (
        "docs/operations/production.md",
        "# install",
    ): "needs systemd; test_production.py gives it the unit to verify",
    (
        "docs/operations/production.md",
        "# /etc/systemd",
    ): "needs systemd; test_production.py gives it the unit to verify",
    ("docs/operations/production.md", "# set -a"): "an account of the machine's; the command is in the table",
    (
        "docs/operations/production.md",
        "$ make dist",
    ): "needs a container engine; test_production.py reads both files",
    (
        "docs/operations/production.md",
        "# runuser",
    ): "an account of the machine's; the command is in the table",
    ("docs/operations/production.md", "# /opt/poolhouse"): "asks for a version that there is not yet",
    (
        "docs/operations/poolers.md",
        "alter role",
    ): "as the server asks for; tests/db/test_poolers.py runs what it asks",
    (
        "docs/operations/high-availability.md",
        "$ export POOLHOUSE_DATABASE_URL=",
    ): "with HAProxy and a standby: `make drill` starts nodes so",
    ("docs/operations/scaling.md", "$ CFLAGS="): "asks an index of packages, and compiles",
    (
        "docs/operations/secrets.md",
        "$ POOLHOUSE_SECRET_KEY=",
    ): "several nodes with both keys: tests/crypto/test_rotation.py",
    ("docs/guide/identity-sources.md", "HOST/"): "an address to enter elsewhere; tests/federation asks it",
    (
        "docs/guide/identity-sources-google.md",
        "HOST/",
    ): "an address to enter elsewhere; tests/federation/test_conformance.py asks it",
    ("docs/operations/upgrade.md", "select pool_id"): "a question to the database before an upgrade",
    (
        "docs/guide/identity-sources-oauth2.md",
        "https://YOUR-SERVER",
    ): "an address to enter elsewhere; tests/federation asks it",
    (
        "docs/guide/identity-sources-cas.md",
        "^https",
    ): "a pattern to enter elsewhere; tests/federation/cas enters it",
    ("docs/guide/identity-sources-ldap.md", "POOLHOUSE_OUTGOING_HOSTS="): "a host of one's own",
    (
        "docs/guide/identity-sources-ldap.md",
        "{",
    ): "a directory of one's own: tests/federation/ldap has a real one",
    (
        "docs/guide/identity-sources-ldap.md",
        "poolhouse source",
    ): "with ids of one's own; tests/commands asks each",
    (
        "docs/guide/identity-sources.md",
        '{\n  "success"',
    ): "a message to a page; tests/federation/test_linking.py reads it",
    ("tests/upgrade/README.md", "poolhouse up"): "run with the program of an older commit",
    ("tests/upgrade/README.md", "python -m tests.upgrade.fill"): "run beside the program of an older commit",
    ("docs/operations/hardening.md", "# install"): "changes the machine, as those of production do",
    (
        "docs/operations/hardening.md",
        "# runuser",
    ): "an account of the machine's; the commands are in the table",
    ("docs/operations/hardening.md", "$ poolhouse settings"): "tests/audit/test_retention.py sets both",
    (
        "docs/operations/tracing.md",
        "pip install",
    ): "asks an index of packages; tests/tracing sets the variables",
    ("docs/operations/watching.md", "/var/log"): "for logrotate; the server's file is somewhere else at each",
    ("docs/operations/watching.md", "time() -"): "for Prometheus; test_code_words.py asks for the metric",
}
"""Page and how the block begins -> why nothing runs it."""

ALL = [block for page, text in pages().items() for block in blocks(page, text)]
READ = """
const Wrapped = (async () => {}).constructor;
for (const [where, text] of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
  const plain = text.replace(/^(import .*|export )/gm, "");
  try { new Wrapped(plain); } catch (error) { console.log(`${where}: ${error.message}`); }
}
"""


def of(*languages: str) -> list[Block]:
    return [block for block in ALL if block.language in languages]


def english() -> list[Block]:
    return [one for one in ALL if not one.page.startswith("docs/zh/") and ".zh-CN" not in one.page]


def reason(block: Block) -> str | None:
    return next((why for (page, begins), why in LEFT.items() if begins_so(block, page, begins)), None)


def begins_so(block: Block, page: str, begins: str) -> bool:
    return block.page == page and block.text.startswith(begins)


def test_every_block_is_run_or_has_a_reason() -> None:
    unheld = [
        f"{block.where} {block.language}"
        for block in english()
        if reason(block) is None and block.language not in HELD.get(block.page, {})
    ]
    assert unheld == []
    idle = [one for one in LEFT if not any(begins_so(block, *one) for block in english())]
    assert idle == []
    there = {(block.page, block.language) for block in english() if reason(block) is None}
    assert {(page, language) for page, of_page in HELD.items() for language in of_page} == there


def test_what_runs_a_page_names_it() -> None:
    for page, of_page in HELD.items():
        for test in set(of_page.values()):
            name = page.rpartition("/")[2]
            text = (ROOT / test).read_text()
            assert name in text or "glob" in text or name.removesuffix(".md") in text, (page, test)


def test_a_transcript_is_held_to_what_is_printed() -> None:
    block = Block("", 1, "console", "$ poolhouse user \\\n  list\nid  01a2... in 3.1 s\nann\n\n$ echo\n")
    assert list(transcript(block)) == [
        ("poolhouse user \\\n  list", ["id  01a2... in 3.1 s", "ann"]),
        ("echo", []),
    ]
    printed = "id 01a200bddf5f36c6cab09deb in 12.0 s\nbob\nann\n"
    assert shown(["id  01a2... in 3.1 s", "ann"], printed) == []
    assert shown(["ann", "bob"], printed) == ["bob"]
    assert list(commands("f() { echo \\\n a; }\nf\n")) == ["f() { echo \\\n a; }", "f"]


def test_every_language_is_one_that_is_looked_at() -> None:
    known = {"sh", "console", "python", "js", "javascript", "json", "toml"} | ELSEWHERE
    assert [block.where for block in ALL if block.language not in known] == []


def test_shell_reads() -> None:
    wrong = []
    for block in of("sh", "console"):
        typed = block.text
        if block.language == "console":
            lines = re.findall(r"^(?:\$|#) (.+(?:\\\n.+)*)$", block.text, re.MULTILINE)
            typed = "\n".join(lines)
        ran = subprocess.run(["bash", "-n"], input=typed, capture_output=True, text=True)
        wrong += [f"{block.where}: {ran.stderr}"] if ran.returncode else []
    assert wrong == []


def test_python_reads() -> None:
    for block in of("python"):
        compile(block.text, block.where, "exec", flags=0x2000)  # a line may await, as in a notebook


def test_javascript_reads() -> None:
    given = json.dumps([[block.where, block.text] for block in of("js", "javascript")])
    ran = subprocess.run([str(node()), "-e", READ], input=given, capture_output=True, text=True, check=True)
    assert ran.stdout == ""


def test_json_and_toml_read() -> None:
    for block in of("json"):
        json.loads(block.text)
    for block in of("toml"):
        tomllib.loads(block.text)
