"""Every operation of the v2 wire, asked by the wrong people and with the wrong things. Issue: never a fault of
ours, always the envelope. The cases are generated from the schema and the route table, so that an operation
added tomorrow is tested too.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import strategies as graphql_strategies
from tests.conftest import PoolForTests
from tests.wire.v2.calls import (
    BODY_KEYS,
    Call,
    Root,
    calls,
    code_of,
    document,
    plain,
    roots,
    send,
    variables,
    well_shaped,
)
from tests.wire.v2.conftest import ClientOf, V2Client

from poolhouse.services import Services
from poolhouse.wire.v2.schema import SDL

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
OPEN_ROOTS = {
    "accessToken",
    "checkLoginStatus",
    "checkPasswordStrength",
    "isUserExists",
    "loginByEmail",
    "loginByPhoneCode",
    "loginByPhonePassword",
    "loginBySubAccount",
    "loginByUsername",
    "registerByEmail",
    "registerByPhoneCode",
    "registerByUsername",
    "resetPassword",
    "resetPasswordByFirstLoginToken",
    "resetPasswordByForceResetToken",
    "sendEmail",
}
"""Doors for people without a token: they have what they need in the arguments."""

OPEN_CALLS = {
    "POST /api/v2/ad/verify-user",
    "POST /api/v2/connections/oidc/start-interaction",
    "POST /api/v2/ecConn/wechatMobile/authByCode",
    "POST /api/v2/users/link",  # of the two tokens in the body
    "POST /api/v2/users/unlink",
    "GET /connection/social/wechat:mobile/{userPoolId}/callback",
    "POST /api/v2/ldap/verify-user",
    "GET /cas/session",  # of the hosted pages' cookie alone
    "GET /api/v2/.well-known",
    "GET /api/v2/applications/{appId}/components-public-config/guard",
    "GET /api/v2/applications/{appId}/public-config",
    "GET /api/v2/userpools/accessToken",
    "GET /api/v2/users/is-user-exists",
    "GET /api/v2/oidc/validate_token",
    "GET /api/v2/security/captcha",
    "GET /api/v2/security/captcha/{captchaId}/audio",
    "GET /api/v2/users/find",
    "GET /api/v2/users/password/check",
    "POST /api/v2/applications/mfa/check",
    "POST /api/v2/applications/mfa/email/verify",
    "POST /api/v2/applications/mfa/sms/verify",
    "POST /api/v2/email/send",
    "POST /api/v2/login/account",
    "POST /api/v2/login/email-code",
    "POST /api/v2/login/phone-code",
    "POST /api/v2/mfa/totp/recovery",
    "POST /api/v2/mfa/totp/verify",
    "POST /api/v2/password/check",
    "POST /api/v2/password/user-action/check",
    "POST /api/v2/register-email",
    "POST /api/v2/register-email-code",
    "POST /api/v2/register-phone",
    "POST /api/v2/register-phone-code",
    "POST /api/v2/register-username",
    "POST /api/v2/register/email-code",
    "POST /api/v2/sms/send",
    "POST /api/v2/users/login/check-status",
    "POST /api/v2/users/password/forget/check-code",
    "POST /api/v2/users/password/password-reset",
    "POST /interaction/authFlow",
}
OWN_ROOTS = {
    "bindEmail",
    "bindPhone",
    "unbindEmail",
    "unbindPhone",
    "updateEmail",
    "updatePassword",
    "updatePhone",
    "udf",
}
"""What a user may do to themself and nobody else may be named."""

OWN_CALLS = {
    "DELETE /api/v2/mfa/totp/associate",
    "GET /api/v2/logout",
    "GET /api/v2/mfa/authenticator",
    "GET /api/v2/acl/users/me/authorized-resources",
    "GET /api/v2/users/me",
    "GET /api/v2/users/me/applications/allowed",
    "GET /api/v2/users/me/orgs",
    "GET /api/v2/users/me/security-level",
    "GET /logout",
    "POST /api/v2/mfa/totp/associate",
    "POST /api/v2/mfa/totp/associate/confirm",
    "POST /api/v2/users/identity/unlinkByUser",
}
REFUSED_STRANGER = {2020, 2207, 1001}
UNBUILT = 501

guarded_roots = [root for root in roots() if root.name not in OPEN_ROOTS]
guarded_calls = [call for call in calls() if str(call) not in OPEN_CALLS]


def everything(value: Any) -> dict[str, Any]:
    return dict.fromkeys(BODY_KEYS, value)


SENSIBLE: dict[str, Any] = {
    **everything("f" * 24),
    **{"ids": ["f" * 24], "userIds": ["f" * 24], "codes": ["f"], "list": ["f"], "page": 1, "limit": 10},
    **{"targetType": "USER", "targetIdentifiers": ["f" * 24], "type": "DATA", "resourceType": "DATA"},
    **{"inheritByChildren": True, "enabled": True, "actions": [{"name": "f:read", "description": ""}]},
    **{"tenant_id": "f", "policy_code": "f", "target_type": "USER", "description": "", "filter": []},
    "opts": [
        {
            "targetType": "USER",
            "targetIdentifier": "f" * 24,
            "targetIdentifiers": ["f" * 24],
            "actions": ["read"],
            "resources": [{"code": "f", "actions": ["f:read"], "resourceType": "DATA"}],
            "resourceType": "DATA",
        }
    ],
    "targets": [{"targetType": "USER", "targetIdentifier": "f" * 24}],
    "bulk": [],
}
SENSIBLE_AT: dict[str, dict[str, Any]] = {
    "/api/v2/users/batch": {"type": "id"},
    "/api/v2/udfs/values": {"targetId": "f" * 24},
    "/api/v2/udvs": {"targetId": "f" * 24, "data": {"f": 1}},
}


def sensible(call: Call) -> dict[str, Any]:
    """A well-formed body and query for any route, about nobody's things."""
    return SENSIBLE | SENSIBLE_AT.get(call.path, {})


@pytest.fixture
async def ordinary_user(v2_of: ClientOf, pool: PoolForTests, services: Services, v2: V2Client) -> V2Client:
    """Somebody with a good token of their own."""
    created = await v2.one("CreateUser", userInfo={"username": "somebody"})
    session = await services.sessions.start(
        services.db, pool.administrator, created["id"], timedelta(hours=1)
    )
    user = await services.users.get(pool.administrator, created["id"])
    return v2.with_token((await services.sessions.issue_user(session, user, None)).token)


# -- the wrong people ------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", guarded_roots, ids=str)
async def test_a_stranger_may_not(root: Root, stranger: V2Client) -> None:
    response = await stranger.send(document(root), variables(root, plain))
    assert well_shaped(response), response.text
    assert code_of(response) in REFUSED_STRANGER, response.text


@pytest.mark.parametrize("call", guarded_calls, ids=str)
async def test_a_stranger_may_not_over_rest(call: Call, stranger: V2Client) -> None:
    response = await send(stranger, call, "f" * 24, sensible(call))
    assert well_shaped(response), response.text
    assert code_of(response) in REFUSED_STRANGER | {UNBUILT}, response.text


@pytest.mark.parametrize("root", [root for root in guarded_roots if root.name not in OWN_ROOTS], ids=str)
async def test_a_users_token_does_not_manage(root: Root, ordinary_user: V2Client) -> None:
    response = await ordinary_user.send(document(root), variables(root, plain))
    assert well_shaped(response), response.text
    assert code_of(response) == 1001, response.text


@pytest.mark.parametrize("call", [call for call in guarded_calls if str(call) not in OWN_CALLS], ids=str)
async def test_a_users_token_does_not_manage_over_rest(call: Call, ordinary_user: V2Client) -> None:
    response = await send(ordinary_user, call, "f" * 24, sensible(call))
    assert well_shaped(response), response.text
    assert code_of(response) in (1001, UNBUILT), response.text


# -- the wrong things ------------------------------------------------------------------------------------

TEXTS = {
    "empty": "",
    "blank": "   ",
    "long": "x" * 100_000,
    "emoji": "👩‍👩‍👧‍👦" * 30,
    "sql": "'; drop table users; --",
    "like": "%_\\",
    "graphql": '") { id } } #',
    "control": "a\r\n\t\x1b\x7f\u2028\ufeff",
    "json": '{"a": [1, null, "x"]}',
    "wide": "ｆｕｌｌ ｗｉｄｔｈ 中文",
    "number": "1602756997950",
    "path": "../../etc/passwd",
    "format": "{0.__class__} %s {x}",
}
NUMBERS = {"zero": 0, "negative": -1, "largest": 2**31 - 1, "smallest": -(2**31)}


@pytest.mark.parametrize("root", roots(), ids=str)
async def test_odd_values_are_answered(root: Root, v2: V2Client) -> None:
    for text in TEXTS.values():
        values = variables(
            root, lambda name, kind, text=text: {"Int": 1, "Boolean": True, "Object": text}.get(kind, text)
        )
        response = await v2.send(document(root), values)
        assert well_shaped(response), (text[:20], response.text[:1000])
    for number in NUMBERS.values():
        values = variables(
            root, lambda name, kind, number=number: number if kind == "Int" else plain(name, kind)
        )
        response = await v2.send(document(root), values)
        assert well_shaped(response), (number, response.text[:1000])


@pytest.mark.parametrize("root", [root for root in roots() if root.field.args], ids=str)
async def test_wrong_shapes_are_refused(root: Root, v2: V2Client) -> None:
    """Nulls, empty and very long lists, and values of another type, in each argument alone."""
    good = variables(root, plain)
    for name in root.field.args:
        for bad in (None, [], {}, 7, True, "x", [None], ["x"] * 2_000, {"a": 1}, "a\0b", [[["x"]]]):
            response = await v2.send(document(root), good | {name: bad})
            assert well_shaped(response), (name, str(bad)[:50], response.text[:1000])
        response = await v2.send(document(root), {key: good[key] for key in good if key != name})
        assert well_shaped(response), (name, response.text[:1000])


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_odd_values_are_answered_over_rest(call: Call, v2: V2Client) -> None:
    for text in TEXTS.values():
        response = await send(v2, call, text[:1_000] or "x", everything(text[:20_000]))
        assert well_shaped(response), (text[:20], response.text[:1000])


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_wrong_shapes_are_refused_over_rest(call: Call, v2: V2Client) -> None:
    bodies: list[Any] = [
        *(
            everything(bad)
            for bad in (None, [], {}, 0, -1, 2**40, 1.5, True, [None], [{}], {"a": []}, [["x"]])
        ),
        everything(["x"] * 2_000),
        None,
        [],
        "x",
        7,
        {},
        SENSIBLE,
        SENSIBLE | {"page": 2**31, "limit": 2**31},
    ]
    for body in bodies:
        response = await send(v2, call, "f" * 24, body)
        assert well_shaped(response), (str(body)[:100], response.text[:1000])


TYPED = {
    "account": "door",
    "email": "door@x.cn",
    "phone": "13800138000",
    "phoneCountryCode": "+86",
    "code": "123456",
    "password": "Analytical-1",
    "newPassword": "Analytical-1",
    "captchaCode": "12345",
    "scene": "LOGIN_VERIFY_CODE",
    "token": "f",
    "totp": "123456",
    "resetPasswordToken": "f",
    "flowHandle": "f",
    "action": "verify-totp",
    "profile": {"nickname": "Door"},
    "params": [],
    "autoRegister": False,
    "forceLogin": False,
}
"""What people type at the doors that stand open to them, and their pages send."""


@pytest.mark.parametrize(
    "call", [call for call in calls() if str(call) in OPEN_CALLS and call.method == "POST"], ids=str
)
async def test_one_value_of_a_wrong_kind_among_good_ones_is_no_fault_at_an_open_door(
    call: Call, stranger: V2Client
) -> None:
    """Where all are wrong, the first refused hides the others."""
    for name in TYPED:
        for wrong in (7, {"a": 1}):
            response = await send(stranger, call, "f", TYPED | {name: wrong})
            assert well_shaped(response), (name, wrong, response.text[:1000])


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_what_no_database_holds_is_refused_everywhere(value: str, v2: V2Client) -> None:
    raw = (
        '{"query": "query ($q: String!) { searchUser(query: $q) { totalCount } }", "variables": {"q": "%s"}}'
    )
    spelled = value.encode("unicode_escape").decode().replace("\\x00", "\\u0000")
    response = await v2.http.post("/graphql/v2", content=raw % spelled, headers=v2.headers)
    assert (response.status_code, code_of(response)) == (200, 400)


async def test_a_body_of_five_megabytes_is_refused(v2: V2Client) -> None:
    response = await v2.send(v2.documents["SearchUser"], {"query": "x" * 5_000_000})
    assert (response.status_code, code_of(response)) == (200, 413)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(source=graphql_strategies.from_schema(SDL, custom_scalars={"Object": st.just(nodes.String("x"))}))
async def test_documents_generated_from_the_schema_find_no_fault(source: str, v2: V2Client) -> None:
    response = await v2.send(source, {})
    assert well_shaped(response), response.text[:2000]
