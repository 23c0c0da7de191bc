"""The Node client's signature. Source: docs/contract/v3.md#checking-a-signature."""

from __future__ import annotations

from email.utils import formatdate
from time import time

import pytest
from tests.wire.v3.conftest import V3Client, compact, signed_headers

LIST = "/api/v3/list-access-key"


async def test_a_request_without_credentials_is_refused(v3: V3Client) -> None:
    answer = await v3.http.get(LIST)
    assert answer.status_code == 200
    assert answer.json()["statusCode"] == 401


@pytest.mark.parametrize("resource", [LIST, f"{LIST}?", f"{LIST}?status=[]"])
async def test_nothing_on_the_wire_may_have_been_signed_in_three_ways(v3: V3Client, resource: str) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", resource)
    answer = await v3.http.get(LIST, headers=headers)
    assert answer.json()["statusCode"] == 200


async def test_query_values_are_signed_decoded_and_sorted(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", f"{LIST}?tenantId=a b&中&userId=张+三")
    answer = await v3.http.get(
        f"{LIST}?userId=%E5%BC%A0%2B%E4%B8%89&tenantId=a+b%26%E4%B8%AD", headers=headers
    )
    assert answer.json()["statusCode"] == 200


async def test_query_arrays_are_signed_as_json(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", f'{LIST}?status=["activated","张"]')
    answer = await v3.http.get(f"{LIST}?status%5B%5D=activated&status[]=%E5%BC%A0", headers=headers)
    assert answer.json()["statusCode"] == 200


async def test_a_body_is_signed_by_its_source_text(v3: V3Client) -> None:
    pairs = {"scopes": compact(["users:read"]), "type": "x", "zzz": '{"b":1.50,"a":"中\\n"}', "n": "1e+21"}
    resource = "/api/v3/create-access-key?" + "&".join(f"{key}={pairs[key]}" for key in sorted(pairs))
    body = '{"type":"x","scopes":["users:read"],"zzz":{"b":1.50,"a":"中\\n"},"n":1e+21}'
    headers = signed_headers(v3.pool_id, v3.secret, "POST", resource)
    answer = await v3.http.post("/api/v3/create-access-key", content=body.encode(), headers=headers)
    assert answer.json()["statusCode"] == 200


async def test_a_date_of_a_body_is_signed_with_its_quotes(v3: V3Client) -> None:
    headers = signed_headers(
        v3.pool_id, v3.secret, "POST", '/api/v3/create-access-key?type="2026-01-01T00:00:00.000Z"'
    )
    answer = await v3.http.post(
        "/api/v3/create-access-key", json={"type": "2026-01-01T00:00:00.000Z"}, headers=headers
    )
    assert answer.json()["statusCode"] == 200


async def test_a_tab_in_a_signed_header_counts_as_a_blank(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", LIST, x_authing_sdk_version="a b")
    for sent, status in (("a\tb", 200), ("ab", 401)):
        headers |= {"x-authing-sdk-version": sent}
        assert (await v3.http.get(LIST, headers=headers)).json()["statusCode"] == status


async def test_a_changed_body_is_refused(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "POST", "/api/v3/create-access-key?type=x")
    answer = await v3.http.post("/api/v3/create-access-key", json={"type": "y"}, headers=headers)
    assert (answer.json()["statusCode"], answer.json()["apiCode"]) == (401, 1300)


async def test_another_secret_and_an_unknown_key_look_alike(v3: V3Client) -> None:
    wrong = signed_headers(v3.pool_id, "no", "GET", LIST)
    unknown = signed_headers("0" * 24, "no", "GET", LIST)
    answers = [(await v3.http.get(LIST, headers=headers)).json() for headers in (wrong, unknown)]
    assert [answer.pop("requestId") for answer in answers]
    assert answers[0] == answers[1]
    assert answers[0]["apiCode"] == 1300


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"x_authing_signature_method": "HMAC-MD5"}, 1301),
        ({"x_authing_signature_version": "2.0"}, 1302),
        ({"date": "yesterday"}, 1303),
        ({"date": None}, 1304),
        ({"date": formatdate(time() - 3600, usegmt=True)}, 1305),
        ({"date": formatdate(time() + 3600, usegmt=True)}, 1305),
    ],
)
async def test_what_does_not_fit_has_its_code(v3: V3Client, changed: dict[str, str], code: int) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", LIST, **changed)
    answer = (await v3.http.get(LIST, headers=headers)).json()
    assert (answer["statusCode"], answer["apiCode"]) == (401, code)


@pytest.mark.parametrize("given", ["!", "a", "签名", "bm9uZQ=="])
async def test_what_is_no_signature_is_refused_as_a_wrong_one(v3: V3Client, given: str) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", LIST)
    headers["authorization"] = f"{headers['authorization'].rpartition(':')[0]}:{given}"
    sent = {name: value.encode() for name, value in headers.items()}
    answer = (await v3.http.get(LIST, headers=sent)).json()
    assert (answer["statusCode"], answer["apiCode"]) == (401, 1300)
    assert answer["message"].endswith("（signature）")


async def test_a_date_in_milliseconds_is_taken(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", LIST, date=str(int(time() * 1000)))
    assert (await v3.http.get(LIST, headers=headers)).json()["statusCode"] == 200


async def test_a_signature_counts_once(v3: V3Client) -> None:
    headers = signed_headers(v3.pool_id, v3.secret, "GET", LIST)
    first, second = [(await v3.http.get(LIST, headers=headers)).json() for _ in range(2)]
    assert first["statusCode"] == 200
    assert (second["statusCode"], second["apiCode"]) == (401, 1306)


async def test_a_key_of_another_pool_sees_its_own_pool(v3: V3Client, neighbour: V3Client) -> None:
    headers = signed_headers(neighbour.pool_id, neighbour.secret, "GET", LIST)
    answer = (await v3.http.get(LIST, headers=headers)).json()
    assert {key["userPoolId"] for key in answer["data"]} == {neighbour.pool_id}
