"""The outbox by v3: who sees that a mail was sent, who reads the code in it, and sending again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v3.conftest import V3Client

from poolhouse.ids import new_id
from poolhouse.mail import postgres

CODE = "204816"


async def queued(v3: V3Client, to: str) -> str:
    async with v3.services.db.transaction() as tx:
        return await v3.services.mail.queue_email(tx, v3.administrator, "login_code", to, {"code": CODE})


async def given_up(v3: V3Client, to: str) -> str:
    message = await v3.services.mail.get_message(v3.administrator, await queued(v3, to))
    await postgres.mark_failed(v3.services.db, message, "550 no such user", None)
    return message.id


@pytest.fixture
def to() -> str:
    """An address that no other test has."""
    return f"{new_id()}@example.com"


async def limited(v3: V3Client, *scopes: str) -> V3Client:
    (key,) = (await v3.post("create-access-key", {"scopes": list(scopes)}))["data"]
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = (await v3.post("get-management-token", credentials))["data"]["access_token"]
    return replace(v3, headers={"authorization": f"Bearer {token}"})


async def test_a_stranger_sees_no_mail(v3: V3Client, to: str) -> None:
    one = await queued(v3, to)
    nobody: dict[str, Any] = {"headers": {"authorization": ""}}
    assert (await v3.get("list-mail", **nobody))["statusCode"] == 401
    assert (await v3.get("get-mail", **{"id": one}, **nobody))["statusCode"] == 401
    assert (await v3.post("retry-mail", {"id": one}, **nobody))["statusCode"] == 401


async def test_a_list_tells_to_whom_and_never_the_code(v3: V3Client, to: str) -> None:
    one = await queued(v3, to)
    await queued(v3, "li@example.com")
    answer = await v3.get("list-mail", **{"to": to, "status": "queued"})
    assert answer["data"]["totalCount"] == 1
    (found,) = answer["data"]["list"]
    assert (found["id"], found["to"], found["status"]) == (one, to, "queued")
    assert CODE not in str(answer)
    assert (await v3.get("list-mail", **{"status": "lost"}))["statusCode"] == 400


async def test_the_code_takes_the_scope_of_secrets(v3: V3Client, to: str) -> None:
    one = await queued(v3, to)
    reader = await limited(v3, "mail:read", "users:read")
    assert (await reader.get("list-mail", **{"to": to}))["data"]["totalCount"] == 1
    refused = await reader.get("get-mail", **{"id": one})
    assert refused["statusCode"] == 403
    assert CODE not in str(refused)
    assert CODE in (await v3.get("get-mail", **{"id": one}))["data"]["text"]


async def test_a_message_that_was_given_up_waits_again(v3: V3Client, to: str) -> None:
    one = await given_up(v3, to)
    assert (await v3.get("list-mail", **{"status": "dead", "to": to}))["data"]["list"][0][
        "error"
    ] == "550 no such user"
    answer = await v3.post("retry-mail", {"id": one})
    assert (answer["data"]["status"], answer["data"]["attempts"]) == ("queued", 0)
    assert CODE not in str(answer)
    assert (await v3.post("retry-mail", {"id": one}))["statusCode"] == 404


async def test_another_pools_mail_is_not_there(v3: V3Client, to: str, other_pool: PoolForTests) -> None:
    async with v3.services.db.transaction() as tx:
        theirs = await v3.services.mail.queue_email(
            tx, other_pool.administrator, "login_code", to, {"code": CODE}
        )
    assert (await v3.get("list-mail", **{"to": to}))["data"]["totalCount"] == 0
    assert (await v3.get("get-mail", **{"id": theirs}))["statusCode"] == 404
    assert (await v3.post("retry-mail", {"id": theirs}))["statusCode"] == 404


async def test_a_pools_own_text_is_deleted_and_the_built_in_one_used(v3: V3Client) -> None:
    stored = next(
        one
        for one in (await v3.get("get-email-templates"))["data"]["templates"]
        if one["type"] == "LOGIN_VERIFY_CODE"
    )
    own = {**stored, "subject": "Ours", "customizeEnabled": True}
    assert (await v3.post("update-email-template", own))["data"]["subject"] == "Ours"
    answer = await v3.post("reset-email-template", {"type": "LOGIN_VERIFY_CODE"})
    assert answer["data"] == stored
    again = (await v3.get("get-email-templates"))["data"]["templates"]
    assert stored in again
    assert (await v3.post("reset-email-template", {"type": "NONE"}))["statusCode"] == 400
