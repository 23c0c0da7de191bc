"""Acts upon many over v3: how whom and what are said, and what is answered of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.bulk.conftest import Works
from tests.conftest import PoolForTests
from tests.wire.v3.conftest import V3Client

from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.users.model import UserDraft


def works_of(v3: V3Client) -> Works:
    return Works(v3.services, PoolForTests(v3.pool_id))


async def started(v3: V3Client, **body: Any) -> dict[str, Any]:
    answer = await v3.post("start-bulk-act", body)
    assert answer["statusCode"] == 200, answer
    return dict(answer["data"])


async def test_an_act_is_begun_followed_and_told_of(v3: V3Client, neighbour: V3Client) -> None:
    works = works_of(v3)
    await works.people(3)
    act = await started(v3, act="BLOCK", match={"keywords": "u"}, note="left")
    assert (act["status"], act["expected"], act["all"], act["note"]) == ("WAITING", 3, True, "left")
    await works.finish()
    act = (await v3.get("get-bulk-act", actId=act["actId"]))["data"]
    assert (act["status"], act["done"], act["failed"]) == ("COMPLETED", 3, 0)
    assert act["endedAt"]
    results = (await v3.get("list-bulk-act-results", actId=act["actId"], limit=2))["data"]
    assert results["totalCount"] == 3
    assert [(one["row"], one["outcome"]) for one in results["list"]] == [(1, "DONE"), (2, "DONE")]
    assert {one["name"] for one in results["list"]} < {"u0", "u1", "u2"}
    assert [one["actId"] for one in (await v3.get("list-bulk-acts"))["data"]["list"]] == [act["actId"]]
    for path in ("get-bulk-act", "list-bulk-act-results"):
        assert (await neighbour.get(path, actId=act["actId"]))["statusCode"] == 404
    assert (await neighbour.post("cancel-bulk-act", {"actId": act["actId"]}))["statusCode"] == 404
    assert (await neighbour.get("list-bulk-acts"))["data"]["totalCount"] == 0


async def test_a_failure_has_the_code_of_the_same_for_one(v3: V3Client) -> None:
    gone = new_id()
    act = await started(v3, act="ACTIVATE", userIds=[gone])
    await works_of(v3).finish()
    (result,) = (await v3.get("list-bulk-act-results", actId=act["actId"], outcome="FAILED"))["data"]["list"]
    one = await v3.post("set-user-status", {"userId": gone, "status": "Activated"})
    assert (result["apiCode"], result["message"], result["name"]) == (one["apiCode"], one["message"], None)


async def test_conditions_mean_what_they_mean_in_a_list(v3: V3Client) -> None:
    works = works_of(v3)
    people = await works.people(4)
    await v3.services.groups.create(v3.administrator, GroupDraft("g", "g"))
    await v3.services.groups.add_members(v3.administrator, "g", [people[0].id, people[2].id])
    conditions = [{"field": "inGroup", "operator": "IN", "value": ["g"]}]
    act = await started(v3, act="SET_FIELD", match={"advancedFilter": conditions}, field="company", value="C")
    await works.finish()
    assert (await v3.get("get-bulk-act", actId=act["actId"]))["data"]["done"] == 2
    listed = await v3.post("list-users", {"advancedFilter": conditions})
    assert {one["company"] for one in listed["data"]["list"]} == {"C"}
    assert (await v3.services.users.get(v3.administrator, people[1].id)).company is None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"act": "BLOCK"}, "userIds"),
        ({"act": "BLOCK", "match": {}}, "userIds"),
        ({"act": "BLOCK", "match": {"keywords": ""}}, "userIds"),
        ({"act": "BLOCK", "match": {"everybody": False}}, "match"),
        ({"act": "EXPLODE", "userIds": ["x"]}, "act"),
        ({"act": "ADD_TO_GROUP", "userIds": ["x"]}, "group"),
        ({"act": "ADD_TO_DEPARTMENT", "userIds": ["x"]}, "department"),
        ({"act": "SET_FIELD", "userIds": ["x"], "field": "company"}, "value"),
        ({"act": "SET_FIELD", "userIds": ["x"], "field": "emailVerified", "value": "maybe"}, "emailVerified"),
        ({"act": "SET_FIELD", "userIds": ["x"], "field": "password", "value": "p"}, "field"),
        ({"act": "SET_FIELD", "userIds": ["x"], "field": "customData", "value": {}}, "field"),
        ({"act": "DELETE", "match": {"everybody": True}, "confirm": 7}, "confirm"),
        ({"act": "DELETE", "userIds": ["x"]}, "confirm"),
    ],
)
@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_what_is_amiss_is_named(v3: V3Client, body: dict[str, Any], named: str, lang: str) -> None:
    answer = await v3.post("start-bulk-act", body, headers={"x-authing-lang": lang})
    assert answer["statusCode"] == 400
    assert named in answer["message"]
    assert (await v3.get("list-bulk-acts"))["data"]["totalCount"] == 0


async def test_a_cancelled_act_is_told_as_that(v3: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li"}))
    act = await started(v3, act="DELETE", userIds=[user.id], confirm=1)
    ended = (await v3.post("cancel-bulk-act", {"actId": act["actId"]}))["data"]
    assert (ended["status"], ended["done"]) == ("CANCELLED", 0)
    await works_of(v3).finish()
    assert await v3.services.users.get(v3.administrator, user.id)
