"""docs/guide/moving-from-authing.md: its Python and its scripts, in order; another pool of the server is the cloud."""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any

import authing
import httpx
import pytest
from tests.docs.pages import ROOT, Block, blocks

from poolhouse.caller import Caller
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.paging import PageRequest
from poolhouse.pools.model import Pool
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

NAME = "docs/guide/moving-from-authing.md"


def of(language: str) -> list[Block]:
    return [block for block in blocks(NAME, (ROOT / NAME).read_text()) if block.language == language]


@pytest.fixture
async def cloud(services: Services) -> Pool:
    """With two users, a field, a group and a role."""
    pool = await services.pools.create("cloud")
    admin = Caller(pool_id=pool.id, kind="administrator", actor_id=pool.id)
    _, li = [
        await services.users.create(
            admin, UserDraft({"username": name, "nickname": name}, password="cloud-2015")
        )
        for name in ("zhang", "li")
    ]
    await services.groups.create(admin, GroupDraft("editors", "Editors"))
    await services.groups.add_members(admin, "editors", [li.id])
    await services.roles.create(admin, RoleDraft("reviewer"))
    await services.roles.assign(admin, [RoleKey("reviewer")], [Target(TargetType.USER, li.id)])
    await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "hobby", DataType.STRING, "爱好")])
    return pool


@pytest.fixture
async def here(services: Services) -> Pool:
    return await services.pools.create("here")


async def test_code_scripts_groups_and_roles_move_and_somebody_signs_in_with_the_old_password(
    services: Services, server: str, cloud: Pool, here: Pool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = Caller(pool_id=here.id, kind="administrator", actor_id=here.id)
    app = await services.apps.create(admin, "first")
    theirs = await services.apps.create(
        Caller(pool_id=cloud.id, kind="administrator", actor_id=cloud.id), "theirs"
    )
    (data / "data").mkdir()
    mine = {"host": server, "accessKeyId": here.id, "accessKeySecret": here.secret}
    (data / "data/credentials.json").write_text(json.dumps(mine))
    monkeypatch.chdir(data)

    first, application, connect, copy, members = of("python")
    names: dict[str, Any] = {}
    await run(first, names)
    await run(application, names)
    assert names["made"]["statusCode"] == 200
    assert "ManagementClient(" in connect.text
    names["cloud"] = authing.ManagementClient(cloud.id, cloud.secret, host=server)
    await run(copy, names)

    async with httpx.AsyncClient(base_url=server) as http:
        given = {"accessKeyId": here.id, "accessKeySecret": here.secret}
        token = (await http.post("/api/v3/get-management-token", json=given)).json()["data"]["access_token"]
        http.headers["authorization"] = f"Bearer {token}"
        await publish(http, server, cloud, theirs.id, theirs.secret)
        payload = {"username": "zhang", "password": "cloud-2015"}
        body = {"connection": "PASSWORD", "passwordPayload": payload}
        answer = await http.post("/api/v3/signin", json=body, headers={"x-authing-app-id": app.id})
        assert answer.json()["statusCode"] == 200, answer.text
    done = await services.migration.finish(admin)
    assert (done.imported, done.failed) == (1, 0)
    await run(members, names)
    li = await asyncio.to_thread(names["the_same"], {"username": "li"})
    page = PageRequest()
    assert list((await services.groups.list_members(admin, "editors", page)).items) == [li]
    holders = await services.roles.list_targets(admin, RoleKey("reviewer"), TargetType.USER, page)
    assert list(holders.items) == [li]
    assert [field.key for field in await services.fields.list(admin, FieldTarget.USER)] == ["hobby"]


async def run(block: Block, names: dict[str, Any]) -> None:
    await asyncio.to_thread(exec, compile(block.text, block.where, "exec"), names)


async def publish(http: httpx.AsyncClient, server: str, cloud: Pool, app_id: str, app_secret: str) -> None:
    """What `poolhouse scripts push` does with the page's files."""
    (file,) = of("toml")
    read = tomllib.loads(file.text)
    values = {"CLOUD_APP_ID": app_id, "CLOUD_APP_SECRET": app_secret}
    values |= {"CLOUD_KEY_ID": cloud.id, "CLOUD_KEY_SECRET": cloud.secret}
    assert set(read["env"]) == set(values)
    setting = {"enabled": read["enabled"], "mode": read["mode"], "databaseType": read["database_type"]}
    body = {**setting, "connection": {"uri": server}, "env": values}
    assert (await http.post("/api/v3/update-custom-database", json=body)).json()["statusCode"] == 200
    for block in of("js"):
        name = block.text.splitlines()[0].removeprefix("// cloud/").removesuffix(".js")
        saved = await http.post(
            "/api/v3/save-custom-database-script", json={"name": name, "source": block.text}
        )
        version = saved.json()["data"]["version"]
        done = await http.post(
            "/api/v3/publish-custom-database-script", json={"name": name, "version": version}
        )
        assert done.json()["statusCode"] == 200, done.text
