"""The log of scripts' calls: what it is filtered by, how one pages through it, whom a call was about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb import postgres_logs
from poolhouse.customdb.model import LogEntry
from poolhouse.ids import new_id
from poolhouse.sandbox.limits import KillReason
from poolhouse.users.model import UserDraft

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
CALL = LogEntry("", "login", 1, 12.0, True, "returned", request_id="r-0")


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def put(v3: V3Client, *calls: LogEntry) -> list[str]:
    """A minute between each two. Their ids."""
    entries = [replace(call, id=new_id(), success=call.outcome == "returned") for call in calls]
    await postgres_logs.add(v3.services.db, v3.pool_id, entries)
    for number, entry in enumerate(entries):
        await v3.services.db.execute(
            "update custom_script_logs set at = $3 where pool_id = $1 and id = $2",
            v3.pool_id,
            entry.id,
            START + timedelta(minutes=number),
        )
    return [entry.id for entry in entries]


async def listed(v3: V3Client, **asked: Any) -> list[str]:
    return [
        row["id"] for row in ok(await v3.post("list-custom-database-logs", {"limit": 50, **asked}))["list"]
    ]


async def test_one_call_is_read_and_that_of_another_pool_is_not_there(
    v3: V3Client, neighbour: V3Client
) -> None:
    said = ({"level": "log", "text": "asked"},)
    call = replace(
        CALL, outcome="threw", message="no", stack="at 3", console=said, arguments=({"id": 1}, "***")
    )
    (one,) = await put(v3, call)
    found = ok(await v3.get("get-custom-database-log", id=one))
    assert (found["result"], found["message"], found["stack"]) == ("failed", "no", "at 3")
    assert (found["console"], found["arguments"]) == ([dict(said[0])], [{"id": 1}, "***"])
    assert (found["version"], found["durationMs"], found["requestId"]) == (1, 12.0, "r-0")
    for other in (
        await neighbour.get("get-custom-database-log", id=one),
        await v3.get("get-custom-database-log", id="x"),
    ):
        assert other["statusCode"] == 404, other


async def test_calls_are_found_by_what_became_of_them(v3: V3Client) -> None:
    """Every outcome there is, the sandbox's too, is in one of the four, and in one alone."""
    outcomes = ["returned", "threw", *(reason.value for reason in KillReason)]
    ids = dict(zip(outcomes, await put(v3, *(replace(CALL, outcome=one) for one in outcomes)), strict=True))
    found = {result: await listed(v3, result=result) for result in ("ok", "failed", "timeout", "breaker")}
    assert sorted(one for each in found.values() for one in each) == sorted(ids.values())
    assert found["ok"] == [ids["returned"]]
    assert found["breaker"] == [ids["breaker_open"]]
    assert set(found["timeout"]) == {ids["soft_timeout"], ids["hard_timeout"], ids["unresponsive"]}
    for result, each in found.items():
        rows = ok(await v3.post("list-custom-database-logs", {"result": result, "limit": 50}))
        assert rows["totalCount"] == len(each)
        assert {row["result"] for row in rows["list"]} == {result}
    assert set(await listed(v3, success=False)) == set(ids.values()) - {ids["returned"]}


async def test_calls_are_found_by_function_time_duration_and_request(v3: V3Client) -> None:
    quick, slow, other = await put(
        v3,
        CALL,
        replace(CALL, duration_ms=900.0, request_id="r-1"),
        replace(CALL, name="getUser", duration_ms=50.0),
    )
    at = int(START.timestamp() * 1000)
    assert await listed(v3, name="login") == [slow, quick]
    assert await listed(v3, minDurationMs=50) == [other, slow]
    assert await listed(v3, minDurationMs=50, maxDurationMs=100) == [other]
    assert await listed(v3, requestId="r-1") == [slow]
    assert await listed(v3, start=at + 60_000, end=at + 120_000) == [slow]
    assert await listed(v3, name="login", minDurationMs=50, result="ok") == [slow]
    assert await listed(v3, name="getUser", requestId="r-1") == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": "logIn"}, "name"),
        ({"result": "threw"}, "result"),
        ({"minDurationMs": -1}, "minDurationMs"),
        ({"maxDurationMs": 10**12}, "maxDurationMs"),
        ({"limit": 101}, "limit"),
    ],
)
async def test_a_filter_that_is_none_is_refused_by_name(v3: V3Client, asked: Any, field: str) -> None:
    answer = await v3.post("list-custom-database-logs", asked)
    assert answer["statusCode"] in (400, 413), answer
    assert field in str(answer["message"])


async def test_calls_are_found_by_whom_they_were_about(v3: V3Client, neighbour: V3Client) -> None:
    """Who came from the old database by the id they have there; who is here under the scripts' own id by that."""
    made = await v3.services.users.create(v3.administrator, UserDraft({"username": "wei"}))
    await v3.services.db.execute(
        "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp) "
        "values ($1, $2, $3, 'custom-database', 'old-7')",
        v3.pool_id,
        new_id(),
        made.id,
    )
    theirs, own, nobodys, unknown = await put(
        v3,
        *(replace(CALL, script_user_id=one) for one in ("old-7", made.id, None, "old-8")),
    )
    await put(neighbour, replace(CALL, script_user_id="old-7"))
    assert await listed(v3, userId=made.id) == [own, theirs]
    assert await listed(v3, userId="old-8") == [unknown]
    assert await listed(neighbour, userId=made.id) == []
    rows = {row["id"]: row for row in ok(await v3.post("list-custom-database-logs", {}))["list"]}
    assert (rows[theirs]["userId"], rows[theirs]["scriptUserId"]) == (made.id, "old-7")
    assert (rows[unknown]["userId"], rows[unknown]["scriptUserId"]) == (None, "old-8")
    assert rows[nobodys]["userId"] is None
    assert ok(await v3.get("get-custom-database-log", id=theirs))["userId"] == made.id
    ok(await v3.post("update-custom-database", {"mode": "CUSTOM_USER_STORE"}))
    assert ok(await v3.get("get-custom-database-log", id=unknown))["userId"] == "old-8"


async def test_pages_go_on_behind_their_last_row_whatever_comes_meanwhile(v3: V3Client) -> None:
    ids = (await put(v3, *[CALL] * 6))[::-1]
    first = await v3.post("list-custom-database-logs", {"limit": 3, "cursor": ""})
    await postgres_logs.add(v3.services.db, v3.pool_id, [replace(CALL, id=new_id())])
    second = await v3.post("list-custom-database-logs", {"limit": 3, "cursor": first["nextCursor"]})
    assert [row["id"] for row in ok(first)["list"]] == ids[:3]
    assert [row["id"] for row in ok(second)["list"]] == ids[3:]
    assert second["nextCursor"] is None, "the last page is full, and is the last"
    assert ok(second)["totalCount"] == 7
    uncounted = await v3.post("list-custom-database-logs", {"limit": 7, "withTotalCount": False})
    assert "totalCount" not in ok(uncounted)
    assert (len(ok(uncounted)["list"]), uncounted["nextCursor"]) == (7, None)


async def test_who_may_not_read_people_looks_for_nobody_in_the_log(v3: V3Client) -> None:
    (one,) = await put(v3, replace(CALL, script_user_id="old-7", message="li@x.cn", arguments=("li@x.cn",)))
    (key,) = ok(await v3.post("create-access-key", {"scopes": ["custom-database:read"]}))
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = ok(await v3.post("get-management-token", credentials))["access_token"]
    theirs = {"authorization": f"Bearer {token}"}
    found = ok(await v3.get("get-custom-database-log", theirs, id=one))
    assert (found["scriptUserId"], found["userId"], found["message"], found["arguments"]) == (
        None,
        None,
        None,
        [],
    )
    refused = await v3.post("list-custom-database-logs", {"userId": "old-7"}, theirs)
    assert refused["statusCode"] == 403, refused


async def test_a_page_of_a_full_log_reads_the_index_and_no_row_of_another_page(v3: V3Client) -> None:
    """What a filter leaves out is left out by the index alone: so rare a call is found quickly, too."""
    await put(v3, *(replace(CALL, duration_ms=float(number)) for number in range(20)))
    db = v3.services.db
    sql = (
        "select l.id from custom_script_logs l where l.pool_id = $1 and l.outcome = 'threw' and l.name = 'login' "
        "and l.duration_ms > 7 and l.request_id = 'r' and l.script_user_id = 'x' order by l.at desc, l.id desc limit 51"
    )
    async with db.transaction() as tx:
        await tx.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        plan = "\n".join(row[0] for row in await tx.fetch(f"explain {sql}", v3.pool_id))
    assert "Index Only Scan using custom_script_logs_read" in plan
    assert "Sort" not in plan
