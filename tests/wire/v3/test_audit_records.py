"""The log as our own operations tell it: who may read it, what each filter leaves, and that a walk meets each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.audit.model import Event, Operation, RecordQuery
from poolhouse.caller import Caller
from poolhouse.client.table_audit import OPERATIONS, USER_EVENTS
from poolhouse.errors import NotPermitted
from poolhouse.ids import new_id, time_of
from poolhouse.paging import PageRequest
from poolhouse.times import now
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3 import audit

LIST, ONE = "list-audit-records", "get-audit-record"


async def listed(v3: V3Client, **asked: Any) -> list[dict[str, Any]]:
    answer = await v3.get(LIST, **asked)
    assert answer["statusCode"] == 200, answer
    return answer["data"]["list"]  # type: ignore[no-any-return]


async def test_a_stranger_and_a_key_without_the_scope_read_nothing(v3: V3Client) -> None:
    for path in (LIST, f"{ONE}?id={new_id()}"):
        assert (await v3.http.get(f"/api/v3/{path}")).json()["statusCode"] == 401
    key = await v3.services.access_keys.create(v3.administrator, scopes=["users:read"])
    answer = await v3.post("get-management-token", {"accessKeyId": key.id, "accessKeySecret": key.secret})
    headers = {"authorization": f"Bearer {answer['data']['access_token']}"}
    assert (await v3.get(LIST, headers))["statusCode"] == 403
    assert (await v3.get(ONE, headers, id=new_id()))["statusCode"] == 403


async def test_acts_of_users_and_of_administrators_are_in_one_list_newest_first(v3: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li", "name": "李"}))
    own = Caller(v3.pool_id, "user", user.id, ip="203.0.113.7", request_id="one-request")
    refused = Event("login", "session", user_id=user.id, success=False, detail={"reason": "WrongPassword"})
    await v3.services.audit.write_refusal(own, refused)
    newest, older = await listed(v3, userId="li")
    assert (newest["operation"], newest["by"], newest["actorName"]) == ("login", "user", "li")
    assert (newest["success"], newest["detail"]) == (False, {"reason": "WrongPassword"})
    assert (older["operation"], older["resourceType"], older["by"]) == ("create", "user", "administrator")
    assert newest == (await v3.get(ONE, id=newest["id"]))["data"]


async def test_each_filter_leaves_its_own(v3: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li"}))
    app = await v3.services.apps.create(replace(v3.administrator, ip="198.51.100.9"), "shop")
    own = Caller(v3.pool_id, "user", user.id, ip="203.0.113.7", request_id="one-request")
    await v3.services.audit.write_refusal(own, Event("login", "session", user_id=user.id, success=False))
    every = {row["operation"] + " " + row["resourceType"] for row in await listed(v3, limit=50)}
    assert every >= {"create user", "create application", "login session"}
    hour = round((now() - timedelta(hours=1)).timestamp() * 1000)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"operation": "login"}, "login session"),
        ({"success": "false"}, "login session"),
        ({"by": "user"}, "login session"),
        ({"requestId": "one-request"}, "login session"),
        ({"clientIp": "203.0.113.7"}, "login session"),
        ({"actorId": user.id}, "login session"),
        ({"resourceType": "application"}, "create application"),
        ({"resourceId": app.id}, "create application"),
        ({"clientIp": "198.51.100.9", "start": hour}, "create application"),
    ]
    for asked, expected in cases:
        found = [f"{row['operation']} {row['resourceType']}" for row in await listed(v3, limit=50, **asked)]
        assert found == [expected], asked
    for asked in ({"end": hour}, {"start": hour + 7_200_000}, {"actorId": "nobody"}):
        assert await listed(v3, **asked) == [], asked


async def test_a_reason_leaves_what_was_refused_for_it(v3: V3Client) -> None:
    """By as much of it as the figures of a pool have; what was done has no reason, whatever it says."""
    long = "the provider said " + "x" * 60
    for n, (reason, success) in enumerate(
        [("WrongCredentials", False), ("CodeWrong", False), ("WrongCredentials", True), (long, False)]
    ):
        event = Event("login", "user", f"u{n}", success=success, detail={"reason": reason})
        await v3.services.audit.write(v3.services.db, Caller(v3.pool_id, "user", f"u{n}"), event)
    for asked, expected in (
        ({"reason": "WrongCredentials"}, ["u0"]),
        ({"reason": long}, ["u3"]),
        ({"reason": long[:64]}, ["u3"]),
        ({"reason": "Wrong"}, []),
        ({"reason": "WrongCredentials", "success": "true"}, []),
        ({"reason": "CodeWrong", "userId": "u1"}, ["u1"]),
        ({"reason": "CodeWrong", "userId": "u0"}, []),
    ):
        assert [row["resourceId"] for row in await listed(v3, **asked)] == expected, asked


async def test_a_filter_that_there_is_not_is_refused_by_name(v3: V3Client) -> None:
    for name in ("operation", "resourceType", "by"):
        answer = await v3.get(LIST, **{name: "nonsense"})
        assert (answer["statusCode"], name in answer["message"]) == (400, True), answer


async def test_a_walk_by_cursor_meets_each_act_once_whatever_is_written_meanwhile(v3: V3Client) -> None:
    for number in range(7):
        await v3.services.users.create(v3.administrator, UserDraft({"username": f"u{number}"}))
    seen, cursor = [], ""
    while True:
        asked = {"cursor": cursor} if cursor else {"limit": 3, "withTotalCount": "false"}
        answer = await v3.get(LIST, operation="create", resourceType="user", **asked)
        seen += [row["id"] for row in answer["data"]["list"]]
        cursor = answer.get("nextCursor") or ""
        await v3.services.users.create(v3.administrator, UserDraft({"username": f"later{len(seen)}"}))
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7


async def test_another_pool_is_invisible(v3: V3Client, neighbour: V3Client) -> None:
    await neighbour.services.users.create(neighbour.administrator, UserDraft({"username": "li"}))
    (theirs,) = await listed(neighbour, operation="create", resourceType="user")
    assert await listed(v3, operation="create", resourceType="user") == []
    assert (await v3.get(ONE, id=theirs["id"]))["statusCode"] == 404


@pytest.mark.parametrize("nothing", ["nonsense", "f" * 24, "0" * 24, "7" * 2000])
async def test_what_is_no_entry_is_not_found(v3: V3Client, nothing: str) -> None:
    assert (await v3.get(ONE, id=nothing))["statusCode"] == 404


async def test_an_end_user_reads_no_log_but_their_own(v3: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li"}))
    caller = Caller(v3.pool_id, "user", user.id)
    for query in (RecordQuery(), RecordQuery("administrator", user_ids=(user.id,))):
        with pytest.raises(NotPermitted):
            await v3.services.audit.list_records(caller, query, PageRequest(1, 1))


def test_an_id_tells_when_it_was_made() -> None:
    assert abs(time_of(new_id()) - now()) < timedelta(seconds=5)


def test_the_commands_choices_are_the_logs_own() -> None:
    assert get_args(Operation) == OPERATIONS
    assert {*audit.EVENTS.values(), audit.OTHER_EVENT, *audit._EVENT_ALIASES} == set(USER_EVENTS)
