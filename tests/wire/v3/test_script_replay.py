"""`replay-custom-database-script`: strangers, an answer, other pools, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.customdb.test_replay import GET_USER, called
from tests.wire.v3.conftest import V3Client

REPLAY = "replay-custom-database-script"


def ok(answer: dict[str, Any]) -> Any:
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def test_a_stranger_is_refused(v3: V3Client) -> None:
    answer = await v3.http.post(f"/api/v3/{REPLAY}", json={"name": "getUser"})
    assert answer.json()["statusCode"] == 401


async def test_recorded_calls_are_replayed_and_compared(v3: V3Client) -> None:
    ok(await v3.post("update-custom-database", {"enabled": True}))
    for source in (GET_USER, GET_USER.replace("'小'", "'大'")):
        saved = ok(await v3.post("save-custom-database-script", {"name": "getUser", "source": source}))
        if saved["version"] == 1:
            ok(await v3.post("publish-custom-database-script", {"name": "getUser", "version": 1}))
    await called(v3.services, v3.administrator, "li", "ghost")
    found = ok(await v3.post(REPLAY, {"name": "getUser"}))
    assert (found["version"], found["publishedVersion"], found["skipped"], found["leftOut"]) == (2, 1, 0, 0)
    ghost, li = found["replayed"]
    assert (ghost["verdict"], ghost["draft"]["message"], ghost["then"]["outcome"]) == (
        "same",
        "gone",
        "threw",
    )
    assert li["verdict"] == "different"
    assert li["arguments"][0]["username"] == "li"
    assert li["differences"] == [{"path": "nickname", "before": '"小li"', "after": '"大li"'}]
    assert li["published"]["version"] == 1


@pytest.mark.parametrize(
    "body", [{"name": "login"}, {"name": "updateUser"}, {"name": "getUser", "limit": 21}]
)
async def test_what_cannot_be_replayed_is_refused_by_name(v3: V3Client, body: dict[str, Any]) -> None:
    answer = await v3.post(REPLAY, body)
    assert answer["statusCode"] == 400
    assert ("limit" if "limit" in body else "name") in answer["message"]


async def test_a_script_nobody_saved_is_not_found(v3: V3Client) -> None:
    assert (await v3.post(REPLAY, {"name": "getUser"}))["statusCode"] == 404
