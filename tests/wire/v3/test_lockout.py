"""A locked account as both wires tell it: their documented code, and when there is a next try."""

from __future__ import annotations

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.lifetimes import wait_in_words
from poolhouse.users.model import UserDraft

LOGIN = (
    "mutation ($u: String!, $p: String!) { loginByUsername(input: {username: $u, password: $p}) { token } }"
)


@pytest.mark.parametrize("name", ["bob", "nobody"])
async def test_ten_failures_over_both_wires_lock_for_a_minute_and_say_so(v3: V3Client, name: str) -> None:
    await v3.services.users.create(v3.administrator, UserDraft({"username": "bob"}, password="secret 1"))
    headers = {"x-authing-userpool-id": v3.pool_id}

    async def v2_sign_in(password: str) -> dict[str, object]:
        body = {"query": LOGIN, "variables": {"u": name, "p": password}}
        answer = (await v3.http.post("/graphql/v2", json=body, headers=headers)).json()
        return dict(answer["errors"][0]["message"])

    async def v3_sign_in(password: str) -> dict[str, object]:
        given = {"connection": "PASSWORD", "passwordPayload": {"username": name, "password": password}}
        return dict((await v3.http.post("/api/v3/signin", json=given, headers=headers)).json())

    for _ in range(5):
        assert (await v2_sign_in("wrong"))["code"] == 2333
        assert (await v3_sign_in("wrong"))["apiCode"] == 2333
    over_v2, over_v3 = await v2_sign_in("secret 1"), await v3_sign_in("secret 1")
    assert over_v2["code"] == 2005
    assert (over_v3["statusCode"], over_v3["apiCode"]) == (403, 2005)
    for told in (over_v2, over_v3):
        assert 0 < told["data"]["retryAfter"] <= 60  # type: ignore[index]
        assert wait_in_words(told["data"]["retryAfter"], "zh-CN") in str(told["message"])  # type: ignore[index]
