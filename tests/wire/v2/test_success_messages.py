"""Success is told in the caller's language, over GraphQL and REST."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import V2Client

from poolhouse.services import Services


@pytest.mark.parametrize(
    ("lang", "out", "kicked"),
    [
        ("zh-CN", "退出成功", "强制下线成功"),
        ("en-US", "Signed out", "Signed out by force"),
    ],
)
async def test_logging_out_and_kicking_answer_in_the_callers_language(
    services: Services, pool: PoolForTests, v2: V2Client, lang: str, out: str, kicked: str
) -> None:
    user = await v2.one("CreateUser", userInfo={"username": "somebody", "password": "secret 1"})
    headers = {**v2.headers, "x-authing-lang": lang}
    by_administrator = await v2.http.get("/logout", params={"userId": user["id"]}, headers=headers)
    assert by_administrator.json()["message"] == out
    assert by_administrator.json()["code"] == 200
    by_kick = await v2.http.post("/api/v2/users/kick", json={"userIds": [user["id"]]}, headers=headers)
    assert by_kick.json()["message"] == kicked
