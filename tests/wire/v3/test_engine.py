"""Routing, parsing, the envelope, tokens and scopes, on the smallest family."""

from __future__ import annotations

import base64
import inspect
import json

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse import errors
from poolhouse.errors import PoolhouseError, UserNotFound
from poolhouse.wire.v3.errors import ROWS, listed, row_of
from poolhouse.wire.v3.table import contract, endpoints


def test_every_error_has_a_row_or_an_ancestor_with_one() -> None:
    classes = {
        kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, PoolhouseError)
    }
    assert set(ROWS) <= classes
    assert {kind for kind in classes if listed(kind) is PoolhouseError} == {PoolhouseError}
    assert row_of(UserNotFound()).api_code == 2004


def test_no_row_repeats_its_ancestor_s() -> None:
    for kind, row in ROWS.items():
        above = next((ancestor for ancestor in kind.__mro__[1:] if ancestor in ROWS), None)
        assert above is None or ROWS[above] != row, kind.__name__


def test_the_contract_has_all_497_endpoints() -> None:
    assert len(contract()) == 497
    assert all(row.method in ("GET", "POST", "PUT", "DELETE") for row in contract().values())


def test_every_row_has_a_scope() -> None:
    for row in endpoints().values():
        assert row.access == "anyone" or row.scope.endswith((":read", ":write")), row.name


async def test_the_token_is_readable_by_the_python_client(v3: V3Client) -> None:
    payload = v3.headers["authorization"].split(".")[1]
    assert not set(payload) & set("-_")
    claims = json.loads(base64.b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["scoped_userpool_id"] == v3.pool_id


async def test_a_wrong_secret_gets_no_token(v3: V3Client) -> None:
    body = {"accessKeyId": v3.pool_id, "accessKeySecret": "wrong"}
    answer = await v3.http.post("/api/v3/get-management-token", json=body)
    assert answer.status_code == 200
    assert answer.json()["statusCode"] == 401
    assert answer.json()["data"] is None


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.e30", "a.eyJzdWIiOjF9.c"])
async def test_a_token_that_is_none_is_refused(v3: V3Client, token: str) -> None:
    answer = await v3.get("list-access-key", headers={"authorization": f"Bearer {token}"})
    assert answer["statusCode"] == 401


async def test_a_forged_token_is_refused(v3: V3Client, neighbour: V3Client) -> None:
    head, payload, _ = v3.headers["authorization"].split(".")
    other = neighbour.headers["authorization"].split(".")[2]
    answer = await v3.get("list-access-key", headers={"authorization": f"{head}.{payload}.{other}"})
    assert answer["statusCode"] == 401


async def test_a_renewed_pool_secret_ends_its_tokens(v3: V3Client) -> None:
    assert (await v3.get("list-access-key"))["statusCode"] == 200
    await v3.services.pools.refresh_secret(v3.administrator)
    assert (await v3.get("list-access-key"))["statusCode"] == 401


async def test_the_pool_header_must_be_the_tokens_pool(v3: V3Client, neighbour: V3Client) -> None:
    same = await v3.get("list-access-key", headers={"x-authing-userpool-id": v3.pool_id})
    other = await v3.get("list-access-key", headers={"x-authing-userpool-id": neighbour.pool_id})
    assert (same["statusCode"], other["statusCode"]) == (200, 403)


async def test_a_success_is_the_documented_envelope(v3: V3Client) -> None:
    answer = await v3.get("list-access-key")
    assert set(answer) == {"statusCode", "message", "requestId", "data"}
    assert (answer["statusCode"], answer["message"]) == (200, "操作成功")


@pytest.mark.parametrize(
    ("lang", "message"),
    [("", "尚未登录，无权限访问此请求"), ("zh-CN", "尚未登录，无权限访问此请求"), ("en-US", "Not logged in")],
)
async def test_a_refusal_is_in_the_callers_language(v3: V3Client, lang: str, message: str) -> None:
    answer = await v3.http.get("/api/v3/list-access-key", headers={"x-authing-lang": lang})
    assert answer.json()["message"] == message
    assert answer.json()["requestId"]


async def test_slashes_in_front_are_folded(v3: V3Client) -> None:
    answer = await v3.http.get("http://poolhouse//api/v3/list-access-key", headers=v3.headers)
    assert answer.json()["statusCode"] == 200


async def test_an_endpoint_of_the_contract_that_is_not_built_says_so(v3: V3Client) -> None:
    key = sorted(contract().keys() - endpoints().keys())[0]
    answer = await v3.http.request(*key, headers=v3.headers)
    assert answer.status_code == 200
    assert answer.json()["statusCode"] == 501
    assert key[1] in answer.json()["message"]


async def test_a_path_outside_the_contract_is_404(v3: V3Client) -> None:
    answer = await v3.http.get("/api/v3/no-such-thing", headers=v3.headers)
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"enable": "yes", "accessKeyId": "x"}', "enable"),
        (b'{"enable": true, "accessKeyId": ""}', "accessKeyId"),
        (b'{"enable": true, "accessKeyId": "a\\u0000"}', "accessKeyId"),
        (b"[]", "body"),
        (b"{", "body"),
        (b'{"x": "\xff"}', "body"),
        (b'{"x": ' + b"[" * 100 + b"]" * 100 + b"}", "body"),
        (b'{"x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "body"),
    ],
)
async def test_a_malformed_body_names_the_parameter(v3: V3Client, body: bytes, field: str) -> None:
    answer = await v3.http.post("/api/v3/update-access-key", content=body, headers=v3.headers)
    assert answer.status_code == 200
    assert answer.json()["statusCode"] == 400
    assert answer.json()["message"].startswith(f"参数 {field} 格式错误")


@pytest.mark.parametrize("body", [b'{"enable": true}', b'{"enable": true, "accessKeyId": null}', b""])
async def test_a_parameter_that_is_not_there_is_called_missing(v3: V3Client, body: bytes) -> None:
    answer = await v3.http.post("/api/v3/update-access-key", content=body, headers=v3.headers)
    assert answer.json()["statusCode"] == 400
    assert answer.json()["message"] in ("缺少参数 accessKeyId", "缺少参数 enable")


async def test_unknown_keys_are_tolerated(v3: V3Client) -> None:
    assert (await v3.get("list-access-key", unknown="1", other=["a", "b"]))["statusCode"] == 200


async def test_a_body_over_four_mebibytes_is_413(v3: V3Client) -> None:
    answer = await v3.post("create-access-key", {"type": "x" * (4 * 1024 * 1024)})
    assert answer["statusCode"] == 413


async def test_a_fault_of_ours_is_500_without_its_text(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(v3.services.access_keys, "list", broken)
    answer = await v3.http.get("/api/v3/list-access-key", headers=v3.headers)
    assert answer.status_code == 500
    assert answer.json()["statusCode"] == 500
    assert "secret detail" not in answer.text


async def test_a_key_limited_to_scopes_may_only_that(v3: V3Client) -> None:
    (key,) = (await v3.post("create-access-key", {"scopes": ["users:read"]}))["data"]
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = (await v3.post("get-management-token", credentials))["data"]["access_token"]
    limited = {"authorization": f"Bearer {token}"}
    assert (await v3.get("list-users", headers=limited))["statusCode"] == 200
    assert (await v3.get("list-access-key", headers=limited))["statusCode"] == 403
    assert (await v3.post("create-user", {"username": "ann"}, headers=limited))["statusCode"] == 403


async def test_openapi_describes_every_row(v3: V3Client) -> None:
    api = (await v3.http.get("/openapi.json")).json()
    assert api["openapi"] == "3.1.0"
    described = {(method.upper(), url) for url, rows in api["paths"].items() for method in rows}
    assert described == set(endpoints())


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
async def test_only_a_trusted_proxy_says_where_a_call_comes_from(
    v3: V3Client, monkeypatch: pytest.MonkeyPatch, proxies: int, seen: str
) -> None:
    monkeypatch.setattr(v3.services.settings, "trusted_proxies", proxies)
    headers = {"x-forwarded-for": "198.51.100.1, 203.0.113.9"}
    made = await v3.post("create-access-key", {"type": "x"}, headers=headers)
    assert made["statusCode"] == 200
    ip = await v3.services.db.fetchval(
        "select ip from audit_records where pool_id = $1 order by at desc limit 1", v3.pool_id
    )
    assert ip == seen
