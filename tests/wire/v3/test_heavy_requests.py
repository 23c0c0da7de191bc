"""What is small to send and was dear to answer: each is refused by the name of what is wrong with it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.wire.v3.conftest import V3Client

from poolhouse.mail.render import text_of
from poolhouse.wire.json_body import MAX_JSON_DEPTH, MAX_JSON_PARTS
from poolhouse.wire.request import STRANGERS_BODY_BYTES

BODIES = {
    "an open string of escaped quotes": (b'{"a":' + b"[" * 65 + b'"' + b'\\"' * 40_000, 400, "JSON"),
    "deep lists": (b'{"a":' + b"[" * 60_000, 400, "JSON"),
    "deep lists, closed": (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", 400, "nested too deeply"),
    "deep objects": (b'{"a":' * 65 + b"1" + b"}" * 65, 400, "nested too deeply"),
    "more than strangers may send": (b'{"a":"' + b"x" * STRANGERS_BODY_BYTES + b'"}', 413, "too large"),
}
MANY = {
    "empty lists": b'{"a":[' + b"[]," * MAX_JSON_PARTS + b"1]}",
    "members": b'{"a":1' + b"".join(b',"%x":1' % i for i in range(MAX_JSON_PARTS)) + b"}",
    "numbers": b'{"a":[' + b"1," * MAX_JSON_PARTS + b"1]}",
}
EN = {"x-authing-lang": "en-US", "content-type": "application/json"}


@pytest.mark.parametrize("name", BODIES)
async def test_a_stranger_is_told_what_is_wrong_with_a_body(v3: V3Client, name: str) -> None:
    body, status, said = BODIES[name]
    answer = (await v3.http.post("/api/v3/get-management-token", content=body, headers=EN)).json()
    assert answer["statusCode"] == status
    assert said in answer["message"]


@pytest.mark.parametrize("name", MANY)
async def test_a_body_of_many_values_is_refused_before_it_is_built(v3: V3Client, name: str) -> None:
    headers = v3.headers | EN
    answer = (await v3.http.post("/api/v3/create-user", content=MANY[name], headers=headers)).json()
    assert answer["statusCode"] == 400
    assert f"at most {MAX_JSON_PARTS} values" in answer["message"]


async def test_a_body_may_be_as_deep_as_is_allowed(v3: V3Client) -> None:
    inner = MAX_JSON_DEPTH - 1
    body = b'{"accessKeyId":"x","accessKeySecret":"y","a":' + b"[" * inner + b'"[["' + b"]" * inner + b"}"
    answer = (await v3.http.post("/api/v3/get-management-token", content=body, headers=EN)).json()
    assert answer["statusCode"] == 401


async def test_an_unknown_keys_body_is_not_read_to_check_its_signature(v3: V3Client) -> None:
    headers = EN | {"authorization": f"authing {'0' * 24}:" + base64.b64encode(b"x" * 20).decode()}
    headers |= {"date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    answer = await v3.http.post("/api/v3/create-user", content=b'{"a":', headers=headers)
    assert answer.json()["statusCode"] == 401


# -- a key of the caller's -------------------------------------------------------------------------------


def pem_of(key: rsa.RSAPrivateKey) -> str:
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*kinds).decode()


def forged(modulus_bits: int, factor_bits: int) -> str:
    """Numbers of these lengths where a key has its modulus and its first factor. Only checking it is dear."""
    real = rsa.generate_private_key(65537, 2048).private_numbers()
    modulus, factor = 2**modulus_bits - 1, 2**factor_bits - 1
    numbers = (0, modulus, 65537, real.d, factor, real.q, real.dmp1, real.dmq1, real.iqmp)

    def integer(value: int) -> bytes:
        body = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return b"\x02" + length(len(body)) + body

    def length(size: int) -> bytes:
        width = (size.bit_length() + 7) // 8
        return bytes([size]) if size < 128 else bytes([128 + width]) + size.to_bytes(width, "big")

    inside = b"".join(map(integer, numbers))
    return base64.b64encode(b"\x30" + length(len(inside)) + inside).decode()


@pytest.mark.parametrize(("modulus_bits", "factor_bits"), [(8192, 1024), (2048, 8192), (4097, 1024)])
async def test_a_key_that_is_dear_to_check_is_refused(
    v3: V3Client, modulus_bits: int, factor_bits: int
) -> None:
    asked = {"privateKey": forged(modulus_bits, factor_bits), "data": [{"encryptedContent": "AAAA"}]}
    answer = await v3.post("users/field/decrypt", asked, headers=EN)
    assert answer["statusCode"] == 400
    assert "privateKey" in answer["message"]
    assert "4096 bits" in answer["message"]


async def test_many_contents_are_decrypted_and_too_many_are_refused(v3: V3Client) -> None:
    key = rsa.generate_private_key(65537, 2048)
    content = base64.b64encode(key.public_key().encrypt(b"x", padding.PKCS1v15())).decode()
    asked: dict[str, Any] = {"privateKey": pem_of(key), "data": [{"encryptedContent": content}] * 200}
    answer = await v3.post("users/field/decrypt", asked)
    assert [one["decryptedContent"] for one in answer["data"]] == ["x"] * 200
    asked["data"] *= 2
    answer = await v3.post("users/field/decrypt", asked, headers=EN)
    assert (answer["statusCode"], "at most 200 items" in answer["message"]) == (400, True)


# -- templates -------------------------------------------------------------------------------------------

TEMPLATES = {
    "not": "{{ " + "not " * 3000 + "code }}",
    "fewer not": "{{ " + "not " * 300 + "code }}",
    "parentheses": "{{ " + "(" * 3000 + "code" + ")" * 3000 + " }}",
    "conditions": "{% if code %}" * 110 + "x" + "{% endif %}" * 110,
    "many conditions": "{% if code %}" * 3000 + "x" + "{% endif %}" * 3000,
    "filters": "{{ code" + "|upper" * 2000 + " }}",
    "choices": "{{ " + "code if code else " * 1500 + "code }}",
    "and": "{{ " + "code and " * 5000 + "code }}",
    "comparisons": "{{ " + "1 < " * 4000 + "2 }}",
    "a long number": "{{ " + "9" * 5001 + " }}",
    "numbers against texts": "{{ code < 1 }}",
    "a number in a text": "{{ 1 in code }}",
    "too many arguments": "{{ code|upper(1) }}",
    "half a character": '{{ "\\ud800" }}',
    "NUL": '{{ "\\0" }}',
    "openings": "{{" * 40_000,
    "blanks": "{%" + " " * 90_000,
    "raw": "{% raw %}" * 400,
    "an open text": '{{ "' + "\\'" * 40_000,
}


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("act", ["preview-email-template", "update-email-template"])
async def test_a_template_that_cannot_be_filled_in_is_refused(v3: V3Client, act: str, name: str) -> None:
    given = {
        "type": "WELCOME_EMAIL",
        "name": "n",
        "subject": "s",
        "sender": "x",
        "content": TEMPLATES[name],
        "customizeEnabled": True,
        "expiresIn": 300,
    }
    answer = await v3.post(act, given, headers=EN)
    assert answer["statusCode"] == 400
    assert "content" in answer["message"]


async def test_a_stored_template_that_fails_keeps_nobody_from_their_code(v3: V3Client) -> None:
    """One of an earlier version, or one that fails for some values only."""
    await v3.services.db.execute(
        "insert into mail_templates (pool_id, scene, name, subject, sender, content, enabled, expires_in_s) "
        "values ($1, 'login_code', 'n', 's', 'x', $2, true, 300)",
        v3.pool_id,
        "{% if code %}" * 110 + "x" + "{% endif %}" * 110,
    )
    services = v3.services
    async with services.db.transaction() as tx:
        queued = await services.mail.queue_email(
            tx, v3.administrator, "login_code", "a@b.example", {"code": "246810"}
        )
    message = await services.mail.get_message(v3.administrator, queued)
    assert "246810" in message.body


def test_the_words_of_a_page_are_its_words() -> None:
    page = (
        "<html><head><title>t</title></head><style>p{}</style><!-- <p>no -->"
        "<H1>Hello</H1>1 &lt; 2 < 3<br/>and<BR class='x'>more<p>last</p><script>if (a<b) x()</script>end"
    )
    assert text_of(page).split("\n") == ["Hello", "1 < 2 < 3", "and", "morelast", "end", ""]
    assert text_of("a<script>b") == "a\n"
    assert text_of("a<b") == "a\n"


# -- a field's rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["a@" + "." * 16_000 + "@", "a@" + "." * 300 + "@", "a" * 400 + "@b.cc"])
async def test_a_value_that_is_no_email_is_refused_by_its_fields_key(v3: V3Client, value: str) -> None:
    field = {"targetType": "USER", "key": "work", "label": "w", "dataType": "STRING"}
    field |= {"validateRules": [{"type": "email", "content": "", "errorMessages": "not an e-mail"}]}
    made = await v3.post("set-custom-fields", {"list": [field]})
    assert made["statusCode"] == 200, made
    answer = await v3.post("create-user", {"username": "bob", "customData": {"work": value}}, headers=EN)
    assert answer["statusCode"] == 400
    assert "work" in json.dumps(answer)
    taken = await v3.post("create-user", {"username": "bob", "customData": {"work": "a@b.example"}})
    assert taken["statusCode"] == 200, taken
