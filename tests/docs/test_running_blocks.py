"""Blocks that no test of their own page runs: pasted into a shell beside one server, as whoever reads them would."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.docs.pages import ROOT, Block, blocks
from tests.docs.terminal import Terminal, shown, terminal, transcript
from tests.mmdb import written
from tests.postgres import on_database, run_sql
from tests.sdk import JS, node


def of(page: str, language: str) -> list[str]:
    return [block.text for block in blocks(page, (ROOT / page).read_text()) if block.language == language]


def typed(page: str, at: int = 0) -> list[str]:
    """Of a ```console block."""
    return [command for command, _ in transcript(Block(page, 0, "console", of(page, "console")[at]))]


@contextmanager
def beside_a_server() -> Iterator[Terminal]:
    """With a server, started as the page about places says; HOST, APP_ID, ID, SECRET and TOKEN are set."""
    with tempfile.TemporaryDirectory(prefix="poolhouse-data-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        place = json.loads(of("docs/operations/places.md", "json")[0])
        row = {"country": {"iso_code": place["country_code2"]}}
        (folder / "places.mmdb").write_bytes(written("203.0.113.0/24", row))
        with terminal(folder, NODE_PATH=str(JS / "node_modules")) as shell:
            (start,) = typed("docs/operations/places.md")
            path = f"{folder}/places.mmdb"
            shell.type(re.sub(r"/srv\S+\.mmdb", path, start) + " --data data &")
            for name, key in {"HOST": "host", "APP_ID": "appId", "ID": "accessKeyId"}.items():
                shell.type(f"export {name}=$(jq -r .{key} data/credentials.json)")
            shell.type("SECRET=$(jq -r .accessKeySecret data/credentials.json)")
            call, ask = of("docs/guide/sign-in.md", "text")[1:]
            for value in ("$ID", "$SECRET"):
                ask = ask.replace('"..."', f'"\'"{value}"\'"', 1)
            shell.type(ask.rstrip("\n"))
            answer = shell.type(call.replace('"APP_ID"', '"\'"$APP_ID"\'"').rstrip("\n"))
            # curl shows its progress above it
            assert json.loads(answer.splitlines()[-1])["statusCode"] == 200
            yield shell


def test_the_address_of_the_hosted_page_is_the_one_that_the_walk_opens() -> None:
    """tests/first_hour/test_moving.py."""
    address = of("docs/guide/sign-in.md", "text")[0]
    assert [address] == of("docs/guide/moving-from-authing.md", "text")


def settings_of_an_application_and_of_passwords(shell: Terminal) -> None:
    for command in typed("docs/guide/sign-in.md"):
        app = json.loads(shell.type("poolhouse app create another --json"))["appId"]
        shell.type(re.sub(r"(APP|SERVICE)_ID", app, command))
    for line in of("docs/guide/sign-in.md", "sh")[0].splitlines():
        shell.type(line)


def a_page_asks_who_is_logged_in(shell: Terminal) -> None:
    """Under Node nobody is: no cookie."""
    (block,) = of("docs/guide/sign-in.md", "js")
    head = (
        "const { AuthenticationClient } = require('authing-js-sdk');\n"
        "const [appId, appHost] = process.argv.slice(2);\n"
    )
    (shell.folder / "who.cjs").write_text(
        head + f"(async () => {{\n{block}\nconsole.log('found', found);\n}})();\n"
    )
    assert "found null" in shell.type(f"{shlex.quote(str(node()))} who.cjs $APP_ID $HOST")


def people_come_in_and_go_out_by_curl(shell: Terminal) -> None:
    come, go = (
        text.replace("https://id.example.com", "$HOST")
        for text in of("docs/guide/custom-database.md", "text")
    )
    rows = "".join(json.dumps({"id": str(at), "username": f"p{at}"}) + "\n" for at in range(1001))
    (shell.folder / "export.jsonl").write_text(rows)
    (shell.folder / "come.sh").write_text(come)
    done = json.loads(shell.type(". ./come.sh"))["data"]
    assert (done["status"], done["imported"]) == ("COMPLETED", 1001)
    (shell.folder / "go.sh").write_text(go)
    shell.type(". ./go.sh")
    assert len((shell.folder / "everybody.jsonl").read_text().splitlines()) == 1001


def a_field_is_indexed(shell: Terminal) -> None:
    (body,) = of("docs/guide/custom-fields.md", "json")
    (shell.folder / "field.json").write_text(body)
    given = '-H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d @field.json'
    answer = json.loads(shell.type(f'curl -sf "$HOST/api/v3/set-custom-fields" {given}'))
    assert answer["statusCode"] == 200
    for line in of("docs/guide/custom-fields.md", "sh")[0].splitlines():
        assert "town" in shell.type(line) or "list" not in line


def names_that_clash_are_looked_for(shell: Terminal) -> None:
    (line,) = of("docs/guide/names.md", "sh")[0].splitlines()
    shell.type(line, status=None)


def keys_are_listed_and_renewed(shell: Terminal) -> None:
    """The secret key is rotated and given up with the server stopped, as the page says; so this comes last."""
    blocks_of_keys = [
        one
        for one in blocks("", (ROOT / "docs/operations/secrets.md").read_text())
        if one.language == "console"
    ]
    rotated, _, signing, reset = blocks_of_keys  # the second is of a database that other servers use
    assert unlike(shell, signing) == []
    database = """'{"databaseType": "http", "connection": {"uri": "http://127.0.0.1:9"}}'"""
    given = f'-H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d {database}'
    shell.type(f'curl -sf "$HOST/api/v3/update-custom-database" {given}')
    shell.type("kill $!; wait $!")
    assert unlike(shell, rotated) == []
    shell.type("rm data/secret.key")
    # Asked is only who sits at a terminal.
    assert unlike(shell, reset, "echo no | ") == ["Give these up for good? (yes/no)"]


def unlike(shell: Terminal, block: Block, before: str = "") -> list[str]:
    """Lines of the block that its commands do not print."""
    return [
        line
        for command, expected in transcript(block)
        for line in shown(expected, shell.type(before + command, status=None))
    ]


def a_line_of_the_log_has_the_members_that_the_page_shows(shell: Terminal) -> None:
    shell.type('curl -sf "$HOST/api/v3/list-users" -H "authorization: Bearer $TOKEN" > listed')
    told = json.loads(of("docs/operations/watching.md", "json")[0])
    real: list[dict[str, object]] = []
    while not real:  # the log is written beside the answers
        time.sleep(0.05)
        lines = [line for line in (shell.folder / "up.log").read_text().splitlines() if line.endswith("}")]
        read = [json.loads(line) for line in lines if line.startswith("{")]
        real = [one for one in read if all(one.get(key) == told[key] for key in ("event", "operation"))]
    assert set(told) <= set(real[-1])


def behind_a_proxy_and_with_an_outside_database(shell: Terminal) -> None:
    """The SQL of two pages, by the superuser of the first server's own PostgreSQL; a second server on what it made."""
    make, counted, quiet = of("docs/operations/database.md", "sql")
    (vacuum,) = of("docs/operations/capacity.md", "sql")
    own = (shell.folder / "data/postgres.url").read_text().strip()
    superuser = own.replace("//poolhouse:", "//postgres:")
    for statement in ";\n".join((make, quiet, vacuum)).split(";\n"):
        if statement.strip():
            run_sql(superuser, statement.replace("poolhouse", "outside"))
    run_sql(on_database(superuser, "outside"), counted)
    set_url, up = typed("docs/operations/database.md")
    assert "sslmode=verify-full" in set_url
    url = re.sub("//[^@]*@", f"//outside:{quote('choose one')}@", on_database(own, "outside"))
    export, start = typed("docs/operations/proxy.md")
    assert start == up
    with tempfile.TemporaryDirectory(prefix="poolhouse-data-") as name:
        Path(name).chmod(0o755)
        with terminal(Path(name)) as other:
            other.type(f"export POOLHOUSE_DATABASE_URL={shlex.quote(url)}")
            other.type(export)
            other.type(f"{up} &")
            assert other.type("jq -r .host data/credentials.json") == "https://id.example.com\n"


def test_what_stands_in_a_block_beside_a_server_does_what_it_says() -> None:
    """One server for all of them."""
    if not all(map(shutil.which, ("curl", "jq"))):
        pytest.skip("needs curl and jq, which the pages' commands use: apt-get install curl jq")
    with beside_a_server() as shell:
        settings_of_an_application_and_of_passwords(shell)
        a_page_asks_who_is_logged_in(shell)
        people_come_in_and_go_out_by_curl(shell)
        a_field_is_indexed(shell)
        names_that_clash_are_looked_for(shell)
        a_line_of_the_log_has_the_members_that_the_page_shows(shell)
        behind_a_proxy_and_with_an_outside_database(shell)
        keys_are_listed_and_renewed(shell)


async def test_the_example_of_a_password_function_judges() -> None:
    (text,) = of("docs/reference/scripts.md", "js")
    inner = hashlib.sha256(b"shop-2015").hexdigest()
    stored = hashlib.sha256(f"{inner}saltpepper".encode()).hexdigest()
    asked = f"""{text}
for (const password of ['shop-2015', 'another'])
  verifyPassword(password, '{stored}', 'salt', {{}}).then((fits) => console.log(password, fits));
"""
    process = await asyncio.create_subprocess_exec(str(node()), "-e", asked, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert sorted(out.decode().splitlines()) == ["another false", "shop-2015 true"]


def test_the_example_of_one_test_finds_tests() -> None:
    (line,) = of("docs/testing.md", "sh")[0].splitlines()
    assert line.startswith(".venv/bin/python -m pytest ")
    *_, file, _, word = shlex.split(line)
    assert word in (ROOT / file).read_text()
