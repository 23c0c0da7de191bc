"""The administration of custom databases through its wire. Source: docs/contract/custom-database.md#administration."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.customdb.conftest import Legacy, legacy  # noqa: F401
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb.templates import template
from poolhouse.wire.v3 import customdb

URI = "postgresql://app:s3cret-word@db.internal:5432/users"
LOGIN = "async function login(query, password, context) {\n  return { id: 1, username: query.username };\n}"


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def save(v3: V3Client, name: str, source: str) -> int:
    return (ok(await v3.post("save-custom-database-script", {"name": name, "source": source})))["version"]


@pytest.mark.parametrize("row", customdb.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_connection_is_set_up_and_read_back_with_its_secrets_masked(v3: V3Client) -> None:
    body = {
        "enabled": True,
        "mode": "CUSTOM_USER_STORE",
        "databaseType": "postgresql",
        "connection": {"uri": URI},
        "env": {"API_TOKEN": "tok-123456"},
        "allowedHosts": ["hooks.internal:443"],
        "timeoutMs": 5000,
    }
    ok(await v3.post("update-custom-database", body))
    found = ok(await v3.get("get-custom-database"))
    assert found["connection"]["uri"] == "postgresql://app:***@db.internal:5432/users"
    assert found["env"] == {"API_TOKEN": "***"}
    assert (found["timeoutMs"], found["memoryMb"], found["pooledConnections"]) == (5000, 96, False)
    assert (found["publishedScripts"], len(found["missingScripts"])) == ([], 8)
    assert "s3cret-word" not in str(found)


async def test_a_masked_secret_sent_back_stays_as_it_was(v3: V3Client) -> None:
    ok(await v3.post("update-custom-database", {"connection": {"uri": URI}, "env": {"KEY": "tok-123456"}}))
    found = ok(await v3.get("get-custom-database"))
    ok(await v3.post("update-custom-database", {"connection": found["connection"], "env": found["env"]}))
    kept = await v3.services.customdb.get(v3.administrator)
    assert (kept.connection.uri, kept.env) == (URI, {"KEY": "tok-123456"})


@pytest.mark.parametrize(
    "body",
    [
        {"mode": "SOMETHING"},
        {"databaseType": "oracle"},
        {"timeoutMs": 20_001},
        {"memoryMb": 10_000},
        {"allowedHosts": ["hooks.internal"]},
        {"env": {"DB_HOST": "x"}},
        {"env": {"not a name": "x"}},
        {"connection": {"uri": "no uri"}},
        {"connection": {"host": "two words", "port": 1}},
        {"connection": {"host": "db", "port": 70_000}},
    ],
    ids=str,
)
async def test_a_setting_that_cannot_be_is_refused(v3: V3Client, body: dict[str, Any]) -> None:
    answer = await v3.post("update-custom-database", body)
    assert answer["statusCode"] == 400, answer
    assert (ok(await v3.get("get-custom-database")))["databaseType"] == "postgresql"


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_a_database_scripts_have_no_driver_for_is_refused_by_name(v3: V3Client, lang: str) -> None:
    v3.headers["x-authing-lang"] = lang
    answer = await v3.post("update-custom-database", {"databaseType": "sqlserver"})
    assert answer["statusCode"] == 400, answer
    assert {"sqlserver", "postgresql", "mysql", "mongodb", "http"} <= set(
        re.findall(r"[a-z]+", answer["message"])
    )
    assert ("暂不支持" in answer["message"]) == (lang == "zh-CN")


async def test_versions_are_saved_published_and_rolled_back(v3: V3Client) -> None:
    first = await save(v3, "login", LOGIN)
    second = await save(v3, "login", LOGIN.replace("id: 1", "id: 2"))
    assert (first, second) == (1, 2)
    assert await save(v3, "login", LOGIN.replace("id: 1", "id: 2")) == 2, "the same text is no new version"
    for version in (second, first):
        state = ok(await v3.post("publish-custom-database-script", {"name": "login", "version": version}))
        assert (state["publishedVersion"], state["draftVersion"]) == (version, 2)
    old = ok(await v3.get("get-custom-database-script", name="login", version=1))
    assert old["source"] == LOGIN
    states = ok(await v3.get("list-custom-database-scripts"))
    assert [state["name"] for state in states][:2] == ["login", "getUser"]
    assert states[1]["stub"].splitlines()[1] == (
        "  throw new Error('Please implement the Find User script for this database connection ');"
    )


async def test_a_syntax_error_is_refused_with_its_place(v3: V3Client) -> None:
    answer = await v3.post(
        "save-custom-database-script", {"name": "login", "source": "async function login() {\n  return {;\n}"}
    )
    assert answer["statusCode"] == 400
    assert "2:11" in answer["message"]
    assert "return {;" in answer["message"]


@pytest.mark.parametrize("name", ["logIn", "", "__proto__", "login; drop"])
async def test_there_are_eight_names(v3: V3Client, name: str) -> None:
    answer = await v3.post("save-custom-database-script", {"name": name, "source": LOGIN})
    assert answer["statusCode"] == 400


async def test_an_unknown_version_is_not_found(v3: V3Client) -> None:
    await save(v3, "login", LOGIN)
    answer = await v3.post("publish-custom-database-script", {"name": "login", "version": 9})
    assert answer["statusCode"] == 404


async def test_the_neighbour_sees_no_script_and_no_log(v3: V3Client, neighbour: V3Client) -> None:
    await save(v3, "login", LOGIN)
    ok(await v3.post("run-custom-database-script", {"name": "login", "args": [{"username": "b"}, "x"]}))
    await v3.services.scripts.settled()
    assert (await neighbour.get("get-custom-database-script", name="login"))["statusCode"] == 404
    assert (ok(await neighbour.post("list-custom-database-logs")))["totalCount"] == 0
    assert (ok(await v3.post("list-custom-database-logs")))["totalCount"] == 1


async def test_the_debug_button_shows_everything_of_a_run(v3: V3Client) -> None:
    source = (
        "async function login(query, password, context) {\n"
        "  console.log('for', query.username, context.userPoolId);\n"
        "  if (password !== 'right') throw new Error('Password is not valid!');\n"
        "  return { id: 7 };\n"
        "}"
    )
    good = ok(
        await v3.post(
            "run-custom-database-script",
            {"name": "login", "source": source, "args": [{"username": "bob"}, "right"]},
        )
    )
    assert (good["success"], good["result"], good["error"]) == (True, {"id": 7}, None)
    assert good["console"] == [{"level": "log", "text": f"for bob {v3.pool_id}"}]
    bad = ok(
        await v3.post(
            "run-custom-database-script",
            {"name": "login", "source": source, "args": [{"username": "bob"}, "wrong"]},
        )
    )
    assert (bad["success"], bad["error"]["message"]) == (False, "Password is not valid!")
    assert "login.js:3:" in bad["error"]["stack"]
    slow = "async function login() { await new Promise(() => {}); }"
    ok(await v3.post("update-custom-database", {"timeoutMs": 100}))
    killed = ok(await v3.post("run-custom-database-script", {"name": "login", "source": slow}))
    assert killed["error"]["message"].startswith("soft_timeout")


async def test_every_run_is_in_the_log_and_the_log_is_filtered(v3: V3Client) -> None:
    throws = "async function getUser() { throw new Error('broken'); }"
    await v3.post("run-custom-database-script", {"name": "login", "source": LOGIN, "args": [{}, "pw-secret"]})
    await v3.post("run-custom-database-script", {"name": "getUser", "source": throws, "args": [{"id": "1"}]})
    await v3.services.scripts.settled()
    everything = ok(await v3.post("list-custom-database-logs", {"limit": 50}))
    assert [(row["name"], row["outcome"]) for row in everything["list"]] == [
        ("getUser", "threw"),
        ("login", "returned"),
    ]
    assert everything["list"][1]["arguments"] == [{}, "***"]
    assert everything["list"][0]["requestId"]
    failed = ok(await v3.post("list-custom-database-logs", {"success": False}))
    assert [row["message"] for row in failed["list"]] == ["broken"]
    logins = ok(await v3.post("list-custom-database-logs", {"name": "login"}))
    assert logins["totalCount"] == 1


async def test_a_connection_is_tried_as_a_script_would(v3: V3Client, legacy: Legacy) -> None:  # noqa: F811
    ok(await v3.post("update-custom-database", {"connection": {"uri": legacy.url}}))
    good = ok(await v3.post("test-custom-database-connection"))
    assert (good["success"], good["message"]) == (True, "")
    ok(
        await v3.post(
            "update-custom-database",
            {"connection": {"uri": legacy.url.replace("@", "x@")}},
        )
    )
    bad = ok(await v3.post("test-custom-database-connection"))
    assert bad["success"] is False
    assert "password authentication failed" in bad["message"]


async def test_a_pool_runs_on_its_own_database_through_the_v3_wire(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
    from poolhouse.customdb.model import SCRIPT_NAMES

    for name in SCRIPT_NAMES:
        version = await save(v3, name, template("postgresql", name))
        ok(await v3.post("publish-custom-database-script", {"name": name, "version": version}))
    settings = {"enabled": True, "mode": "CUSTOM_USER_STORE", "connection": {"uri": legacy.url}}
    assert (ok(await v3.post("update-custom-database", settings)))["missingScripts"] == []

    user = ok(await v3.post("create-user", {"username": "wei", "email": "wei@x.cn", "password": "pa55word"}))
    assert (ok(await v3.get("get-user", userId=user["userId"])))["email"] == "wei@x.cn"
    listed = ok(await v3.get("list-users", page=1, limit=10))
    assert (listed["totalCount"], listed["list"][0]["username"]) == (1, "wei")
    ok(await v3.post("update-user", {"userId": user["userId"], "nickname": "小伟"}))
    assert await legacy.execute("select nickname from users") == "小伟"
    refused = await v3.get("list-users", status="Activated")
    assert refused["statusCode"] == 501, refused
    ok(await v3.post("delete-users-batch", {"userIds": [user["userId"]]}))
    assert await legacy.execute("select count(*) from users") == 0
