"""The administration of custom databases through its wire. Source: docs/contract/custom-database.md#administration."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.customdb.conftest import Legacy, legacy  # noqa: F401
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb.templates import template
from poolhouse.ids import new_id
from poolhouse.wire.v3 import customdb, customdb_logs, customdb_migration

URI = "postgresql://app:s3cret-word@db.internal:5432/users"
LOGIN = "async function login(query, password, context) {\n  return { id: 1, username: query.username };\n}"


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def save(v3: V3Client, name: str, source: str) -> int:
    return (ok(await v3.post("save-custom-database-script", {"name": name, "source": source})))["version"]


ENDPOINTS = [*customdb.ENDPOINTS, *customdb_logs.ENDPOINTS, *customdb_migration.ENDPOINTS]


@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: row.name)
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


async def test_a_version_tells_who_saved_it_and_what_they_said(v3: V3Client) -> None:
    one = await v3.services.administrators.create(
        OPERATOR, f"c{new_id()}", PASSWORD, name="Zhang Wei", is_owner=True, must_change_password=False
    )
    caller = await v3.services.administrators.caller_in(one, v3.administrator.pool_id, v3.administrator)
    await v3.services.customdb.save_script(caller, "login", LOGIN, message="  as the old shop did ")
    body = {"name": "login", "source": LOGIN + "\n", "message": "a line more"}
    ok(await v3.post("save-custom-database-script", body))
    second, first = ok(await v3.get("list-custom-database-script-versions", name="login"))
    assert (first["message"], first["createdByName"]) == ("as the old shop did", "Zhang Wei")
    assert (second["message"], second["createdByName"]) == ("a line more", None)
    assert first["createdBy"] == one.id
    long = await v3.post("save-custom-database-script", {**body, "source": "x", "message": "x" * 501})
    assert (long["statusCode"], "message" in long["message"]) == (400, True)


async def test_a_save_after_another_is_refused_and_tells_the_newest(v3: V3Client) -> None:
    await save(v3, "login", LOGIN)
    for after, answered in ((1, 200), (1, 409), (0, 409), (3, 409), (2, 200)):
        body = {"name": "login", "source": f"{LOGIN}\n// {after} {answered}", "after": after}
        answer = await v3.post("save-custom-database-script", body)
        assert answer["statusCode"] == answered, (after, answer)
        if answered == 409:
            assert "2" in answer["message"]
    found = ok(await v3.get("list-custom-database-script-versions", name="login"))
    assert [one["version"] for one in found] == [3, 2, 1]


async def test_of_two_saves_at_once_after_the_same_version_one_is_refused(v3: V3Client) -> None:
    await save(v3, "login", LOGIN)
    bodies = [{"name": "login", "source": f"{LOGIN}\n// {number}", "after": 1} for number in range(4)]
    answers = await asyncio.gather(*(v3.post("save-custom-database-script", body) for body in bodies))
    assert sorted(answer["statusCode"] for answer in answers) == [200, 409, 409, 409]
    assert len(ok(await v3.get("list-custom-database-script-versions", name="login"))) == 2


async def test_a_version_tells_when_a_run_of_it_last_passed(v3: V3Client) -> None:
    """Not of one that throws, nor of a text that is no version."""
    await save(
        v3, "login", "async function login(query) { if (query.bad) throw new Error('no'); return { id: 1 }; }"
    )
    name = {"name": "login"}
    for body in ({"args": [{"bad": 1}]}, {"source": LOGIN, "version": 1, "args": [{}]}):
        ok(await v3.post("run-custom-database-script", {**name, **body}))
        assert ok(await v3.get("get-custom-database-script", **name))["passedAt"] is None
    assert ok(await v3.post("run-custom-database-script", {**name, "args": [{}]}))["success"]
    assert ok(await v3.get("get-custom-database-script", **name))["passedAt"] is not None


async def test_a_check_tells_the_place_of_a_fault_and_saves_nothing(v3: V3Client) -> None:
    body = {"name": "login", "source": "async function login() {\n  return {;\n}"}
    found = ok(await v3.post("check-custom-database-script", body))
    (problem,) = found["problems"]
    assert (problem["line"], problem["column"]) == (2, 11)
    sound = ok(await v3.post("check-custom-database-script", {"name": "login", "source": LOGIN}))
    assert sound == {"problems": [], "warnings": []}
    theirs = "function login(email, password, callback) { callback(null, {}); }"
    told = ok(await v3.post("check-custom-database-script", {"name": "login", "source": theirs}))
    assert [one["code"] for one in told["warnings"]] == ["SCRIPT_LOOKS_LIKE_AUTH0"]
    states = ok(await v3.get("list-custom-database-scripts"))
    assert {one["draftVersion"] for one in states} == {None}


async def test_every_script_has_an_example_of_every_kind_that_is_sound(v3: V3Client) -> None:
    for state in ok(await v3.get("list-custom-database-scripts")):
        found = ok(await v3.get("list-custom-database-templates", name=state["name"]))
        kinds = [one["kind"] for one in found if one["dialect"] == "poolhouse"]
        judges = state["name"] == "verifyPassword"
        assert kinds == ([""] if judges else ["postgresql", "mysql", "mongodb", "http"])
        theirs = [one["kind"] for one in found if one["dialect"] == "auth0"]
        has_one = state["name"] in (
            "login",
            "getUser",
            "createUser",
            "deleteUser",
        )  # of those without a dialect
        assert theirs == (["postgresql", "mysql", "mongodb", "http"] if has_one else [])
        for one in found:
            body = {"name": state["name"], "source": one["source"]}
            assert ok(await v3.post("check-custom-database-script", body))["problems"] == []


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


@pytest.mark.not_on_citus("its role logs in without being asked for a password")
async def test_a_connection_with_a_wrong_password_is_told_as_the_driver_says_it(
    v3: V3Client,
    legacy: Legacy,  # noqa: F811
) -> None:
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


@pytest.mark.parametrize(
    ("scopes", "told"),
    [
        (["custom-database:read"], False),
        (["custom-database:read", "users:read"], True),
        (["custom-database:read", "custom-database:write"], True),
    ],
)
async def test_a_key_that_may_not_read_people_reads_none_in_the_log(
    v3: V3Client, scopes: list[str], told: bool
) -> None:
    throws = "async function getUser({ email }) { console.log(email); throw new Error(email); }"
    somebody = {"email": "li@people.example"}
    await v3.post("run-custom-database-script", {"name": "getUser", "source": throws, "args": [somebody]})
    await v3.services.scripts.settled()
    (key,) = ok(await v3.post("create-access-key", {"scopes": scopes}))
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = ok(await v3.post("get-management-token", credentials))["access_token"]
    answer = await v3.post("list-custom-database-logs", {}, headers={"authorization": f"Bearer {token}"})
    (entry,) = ok(answer)["list"]
    assert (entry["name"], entry["outcome"]) == ("getUser", "threw")
    assert (somebody["email"] in str(answer)) == told


async def test_where_the_pool_asks_for_a_passing_run_publishing_says_what_to_run(v3: V3Client) -> None:
    settings = {"publish_requires_passing_run": "yes"}
    ok(await v3.post("update-pool-settings", {"settings": settings}))
    assert ok(await v3.get("get-custom-database"))["publishRequiresPassingRun"] is True
    name = {"name": "login", "version": await save(v3, "login", LOGIN)}
    refused = await v3.post("publish-custom-database-script", name)
    assert (refused["statusCode"], refused["apiCode"]) == (422, 42202)
    assert "run-custom-database-script" in refused["message"]
    assert ok(await v3.post("run-custom-database-script", {**name, "args": [{}]}))["success"]
    assert ok(await v3.post("publish-custom-database-script", name))["publishedVersion"] == 1
