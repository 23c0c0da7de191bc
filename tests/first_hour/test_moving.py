"""From Authing in the first hour: docs/guide/moving-from-authing.md alone; another pool of the server is the cloud."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import authing
import httpx
import pytest
from tests.clients.browsing import Person
from tests.docs.pages import ROOT, Block
from tests.docs.terminal import Terminal, shown, terminal, transcript
from tests.first_hour.walk import Walk, sections
from tests.sdk import JS, node

PAGE = "docs/guide/moving-from-authing.md"
OLD = "cloud-2015"
"""The password that people have at the cloud."""


async def test_code_people_groups_and_roles_move(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("jq"):
        pytest.skip("needs jq, which the page's commands use: apt-get install jq")
    monkeypatch.chdir(data)
    walk = Walk("moving")
    path = f"{node().parent}{os.pathsep}{os.environ['PATH']}"
    with terminal(data, NODE_PATH=str(JS / "node_modules")) as shell:
        shell.type(f"export PATH={Path(shell.type('command -v poolhouse').strip()).parent}:{path}")
        names = await asyncio.to_thread(first_half, walk, shell)
        await sign_in_on_the_hosted_page(walk, names)
        await asyncio.to_thread(second_half, walk, shell, names)
        members = shell.type("poolhouse group members editors")
        holders = shell.type("poolhouse role members reviewer")
        fields = shell.type("poolhouse field list")
    walk.report()
    assert "li" in members.split("\t")
    assert "li" in holders
    assert "爱好" in fields


def first_half(walk: Walk, shell: Terminal) -> dict[str, Any]:
    """To where somebody can sign in; returns the names of the page's Python."""
    names: dict[str, Any] = {}
    for heading, block in sections(PAGE):
        if heading == "Users who never sign in":
            return names
        if block.language == "sh":
            walk.paste(shell, heading, block.text)
        elif block.language == "console":
            paste_transcript(walk, shell, heading, block)
        elif block.language in ("js", "toml"):
            walk.write(shell, heading, block)
        elif block.language == "python" and "CLOUD_KEY_ID" in block.text:
            the_cloud(shell, names["mine"]["host"])
            key = {name: shell.type(f"echo ${name}").strip() for name in ("CLOUD_KEY_ID", "CLOUD_KEY_SECRET")}
            names["cloud"] = authing.ManagementClient(*key.values(), host=names["mine"]["host"])
            linked_at_the_cloud(names["cloud"])
        elif block.language == "python":
            run(walk, heading, block, names)
        else:
            names["address"] = block.text.strip()
    raise AssertionError("the page has no such section")


def second_half(walk: Walk, shell: Terminal, names: dict[str, Any]) -> None:
    """Whoever did not sign in, and what they are members of."""
    for heading, block in sections(PAGE):
        if heading == "Users who never sign in" and block.language == "console":
            for command, _ in transcript(block):
                walk.type(shell, heading, command)
        elif heading in ("Users who never sign in", "Identity sources"):
            run(walk, heading, block, names)
    (dry,), (done,) = (
        walk.said[command]
        for command in ("poolhouse migration finish --dry-run", "poolhouse migration finish")
    )
    assert re.search(r"would be imported +1\n", dry)
    assert re.search(r"imported +1\n", done)
    here = names["here"]
    li = here.get_user("li", user_id_type="username")["data"]["userId"]
    [source] = here.list_ext_idp(app_id=names["app_id"])["data"]["list"]
    [linked] = [one for one in here.get_user_identities(li)["data"] if one["extIdpId"] == source["id"]]
    assert (linked["userIdInIdp"], linked["provider"]) == ("li@corp", "oidc")


def run(walk: Walk, heading: str, block: Block, names: dict[str, Any]) -> None:
    with walk.step(heading):
        exec(compile(block.text, block.where, "exec"), names)


def paste_transcript(walk: Walk, shell: Terminal, heading: str, block: Block) -> None:
    """The line that gives the cloud's secrets is left out: `the_cloud` gave those of the stand-in."""
    for command, expected in transcript(block):
        if command.startswith("export "):
            assert set(re.findall(r"([A-Z_]+)=", command)) == {"DB_CONNECTION_URI", *CLOUD}
            continue
        output = walk.type(shell, heading, command.replace("the-password", OLD))
        assert shown(expected, output) == []
        codes = re.findall(r"^refused (\d+)", output, re.MULTILINE)
        errors = (ROOT / "docs/reference/errors.md").read_text()
        assert [code for code in codes if f"| {code} |" not in errors] == []


CLOUD = ("CLOUD_APP_ID", "CLOUD_APP_SECRET", "CLOUD_KEY_ID", "CLOUD_KEY_SECRET")


def the_cloud(shell: Terminal, host: str) -> None:
    """A pool with two people, a field, a group and a role; its secrets are in the shell. No step of the walk."""
    pool = json.loads(shell.type("poolhouse pool create cloud --json"))
    there = f"--pool {pool['id']}"
    app = json.loads(shell.type(f"poolhouse app create theirs {there} --json"))
    for command in (
        f"printf '{OLD}\\n' | poolhouse user create --username zhang --name 张 --password -",
        f"printf '{OLD}\\n' | poolhouse user create --username li --name 李 --password -",
        "poolhouse group create editors --name Editors --description Editors",
        "poolhouse group add editors li",
        "poolhouse role create reviewer --name Reviewer",
        "poolhouse role assign reviewer li",
        "poolhouse field set hobby --type STRING --label 爱好",
    ):
        shell.type(f"{command} {there}")
    app_secret = json.loads(shell.type(f"poolhouse app secret {app['appId']} {there} --json"))["secret"]
    secrets = dict(zip(CLOUD, (app["appId"], app_secret, pool["id"], pool["secret"]), strict=True))
    shell.type(f"export DB_CONNECTION_URI={host} " + " ".join(f"{k}={v}" for k, v in secrets.items()))


def linked_at_the_cloud(cloud: Any) -> None:
    """Li comes there by the company's own sign-in, too."""
    source = cloud.create_ext_idp("Corp", "oidc")["data"]["id"]
    fields = {"issuer": "https://login.example.com", "clientId": "poolhouse", "clientSecret": "SECRET"}
    cloud.create_ext_idp_conn(source, "oidc", "corp", "Corp", fields)
    li = cloud.get_user("li", user_id_type="username")["data"]["userId"]
    assert cloud.link_identity("li@corp", li, source)["data"]["success"]


async def sign_in_on_the_hosted_page(walk: Walk, names: dict[str, Any]) -> None:
    """zhang, who is at the cloud until now, by the address of the page; and the code is exchanged for tokens."""
    host, app_id = names["mine"]["host"], names["app_id"]
    secret = names["here"].get_application_secret(app_id)["data"]["secret"]
    address = names["address"].replace("HOST", host).replace("APP_ID", app_id)
    back = "https://shop.example.com/callback"
    with walk.step("Signing in on the hosted page"):
        async with httpx.AsyncClient() as http:
            given = await Person(http, (back,), "zhang", OLD).go(address)
            assert given.startswith(back), given
            answer = parse_qs(urlsplit(given).query)
            assert answer["state"] == ["RANDOM"]
            form = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": back}
            form |= {"client_id": app_id, "client_secret": secret}
            tokens = await http.post(f"{host}/oidc/token", data=form)
            bearer = {"authorization": f"Bearer {tokens.json()['access_token']}"}
            me = (await http.get(f"{host}/oidc/me", headers=bearer)).json()
    assert me["name"] == "张", me
