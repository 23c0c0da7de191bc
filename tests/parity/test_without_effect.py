"""What is stored is read by somebody, or is in the table of what has no effect, and answers say which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from graphql import GraphQLInputObjectType, get_nullable_type
from tests.client.test_table import has
from tests.federation import fitting
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

import poolhouse
from poolhouse.apps.model import App, AppSettings
from poolhouse.federation.catalog import signs_in
from poolhouse.pools.model import Pool, PoolSettings
from poolhouse.wire.v2.operations import routes
from poolhouse.wire.v2.schema import MUTATION
from poolhouse.wire.v3.dto.identities import ExtIdpConnType
from poolhouse.wire.v3.table import endpoints
from poolhouse.wire.without_effect import FIELDS, OTHERS, POOL

SOURCE = Path(poolhouse.__file__).parent
KEPT_AND_SHOWN = {
    "apps/postgres.py",
    "pools/postgres.py",
    "wire/pool_settings.py",
    "wire/v2/apps.py",
    "wire/v2/userpool.py",
    "wire/v3/apps.py",
    "wire/v3/apps_access.py",
    "wire/v3/apps_oidc.py",
    "wire/v3/apps_settings.py",
    "wire/v3/security.py",
}
"""What reads a setting here stores it or answers it, and goes by nothing."""
NAMES = {"id", "pool_id", "created_at", "updated_at", "owner_id", "settings"}
"""Of a row itself."""


@cache
def read() -> frozenset[str]:
    """Names that are read as attributes. Parses all of the source: by who tests it, not by who collects tests."""
    return frozenset(_reads())


def _reads() -> Iterator[str]:
    for file in SOURCE.rglob("*.py"):
        if str(file.relative_to(SOURCE)) not in KEPT_AND_SHOWN:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    yield node.attr


def stored() -> Iterator[str]:
    for kind in (PoolSettings, AppSettings):
        yield from (f"{kind.__name__}.{name}" for name in kind.__struct_fields__)
    for kind in (Pool, App):
        yield from (f"{kind.__name__}.{field.name}" for field in fields(kind) if field.name not in NAMES)


IDLE = {f"PoolSettings.{name}" for name in POOL} | OTHERS.keys()


@pytest.mark.parametrize("name", list(stored()))
def test_a_stored_setting_is_read_or_known_to_do_nothing(name: str) -> None:
    assert name.partition(".")[2] in read() or name in IDLE


@pytest.mark.parametrize("name", POOL)
def test_what_does_nothing_is_read_by_nobody(name: str) -> None:
    assert name not in read()


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_does_nothing_is_one_that_can_be_sent(field: str) -> None:
    operation, *path = field.split(".")
    if operation.endswith("Dto"):
        assert has(
            {row.request.__name__: row.request for row in endpoints().values() if row.request}[operation],
            ".".join(path),
        )
    elif " " in operation:
        assert operation in {f"{route.method} {route.path}" for route in routes()}
    else:
        first, *rest = path
        assert in_input(MUTATION.fields[operation].args[first].type, rest)


def in_input(kind: Any, path: list[str]) -> bool:
    inner = get_nullable_type(kind)
    return not path or (
        isinstance(inner, GraphQLInputObjectType) and in_input(inner.fields[path[0]].type, path[1:])
    )


QRCODE = {
    "qrcodeExpiresIn": 60,
    "ticketExpiresIn": 60,
    "allowExchangeUserInfoFromBrowser": True,
    "returnFullUserInfo": True,
}


@pytest.mark.parametrize(
    ("lang", "message"),
    [
        ("zh-CN", "操作成功；已保存但不起作用：qrcodeLoginStrategy（没有扫码登录）"),
        (
            "en-US",
            "Success; stored without effect: qrcodeLoginStrategy (nobody can sign in by a QR code here)",
        ),
    ],
)
async def test_an_answer_of_v3_says_what_was_stored_without_effect(
    v3: V3Client, lang: str, message: str
) -> None:
    headers = {**v3.headers, "x-authing-lang": lang}
    body = {"qrcodeLoginStrategy": QRCODE, "verifyCodeLength": 8}
    answer = await v3.http.post("/api/v3/update-security-settings", json=body, headers=headers)
    assert (answer.json()["statusCode"], answer.json()["message"]) == (200, message)
    assert answer.headers["poolhouse-notice"] == "stored without effect: qrcodeLoginStrategy"


async def test_a_setting_within_another_is_told_too(v3: V3Client) -> None:
    body = {"appName": "Shop", "oidcConfig": {"backchannelLogoutSessionRequired": True}, "template": "spa"}
    answer = await v3.http.post("/api/v3/create-application", json=body, headers=v3.headers)
    assert (
        answer.headers["poolhouse-notice"]
        == "stored without effect: backchannelLogoutSessionRequired, template"
    )


@pytest.mark.parametrize(
    "body", [{"verifyCodeLength": 8}, {"qrcodeLoginStrategy": None}, {"verifyCodeLength": "x"}]
)
async def test_nothing_is_said_where_nothing_was_stored_in_vain(v3: V3Client, body: dict[str, Any]) -> None:
    answer = await v3.http.post("/api/v3/update-security-settings", json=body, headers=v3.headers)
    assert "poolhouse-notice" not in answer.headers
    assert "不起作用" not in answer.json()["message"]


async def test_an_answer_of_v2_says_it_in_a_header(v2: V2Client) -> None:
    query = "mutation ($input: UpdateUserpoolInput!) { updateUserpool(input: $input) { id } }"
    for input_, notice in (
        ({"appSsoEnabled": True, "customSMSProvider": {"enabled": True}}, "appSsoEnabled, customSMSProvider"),
        ({"verifyCodeLength": 8}, None),
    ):
        answer = await v2.send(query, {"input": input_})
        assert "errors" not in answer.json()
        assert answer.headers.get("poolhouse-notice") == (notice and f"stored without effect: {notice}")


async def test_an_identity_source_of_a_kind_that_nobody_can_sign_in_by_says_so(v3: V3Client) -> None:
    async def sent(call: str, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
        answer = await v3.http.post(f"/api/v3/{call}", json=body, headers=v3.headers)
        assert answer.json()["statusCode"] == 200, answer.text
        return answer.json().get("data") or {}, answer.headers.get("poolhouse-notice", "")

    source, said = await sent("create-ext-idp", {"name": "GitLab", "type": "gitlab"})
    assert said == "stored without effect: gitlab"
    made, _ = await sent("create-application", {"appName": "Shop"})
    app = made["appId"]
    for kind in get_args(ExtIdpConnType):
        expected = "" if signs_in(kind) else f"stored without effect: {kind}"
        named = {"type": kind, "identifier": f"one-{kind}", "displayName": kind}
        made, said = await sent(
            "create-ext-idp-conn", {"extIdpId": source["id"], **named, "fields": fitting.FIELDS}
        )
        assert said == expected
        for call, more in (
            ("update-ext-idp-conn", {"displayName": "two", "fields": fitting.FIELDS}),
            ("change-ext-idp-conn-state", {"appId": app, "enabled": False}),
            ("change-ext-idp-conn-association-state", {"association": False}),
        ):
            assert (await sent(call, {"id": made["id"], **more}))[1] == expected, (kind, call)


async def test_what_v2_stores_of_a_kind_that_nobody_can_sign_in_by_says_so(v2: V2Client) -> None:
    body = {"name": "x", "type": "wechat\r\nx: y", "connections": []}
    answer = await v2.http.post("/api/v2/extIdp", json=body, headers=v2.headers)
    assert (answer.json()["code"], answer.headers["poolhouse-notice"]) == (200, "stored without effect: type")
