import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

from poolhouse.errors import TokenExpired, TokenInvalid
from poolhouse.ids import new_id
from poolhouse.sessions import tokens
from poolhouse.sessions.tokens import SigningKey

POOL = new_id()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HS = SigningKey(POOL, new_id(), "HS256", OctKey.import_key(b"s" * 32))
RS = SigningKey(POOL, new_id(), "RS256", RSAKey.generate_key(2048, private=True))


def claims(**more):
    seconds = int(NOW.timestamp())
    return {"sub": "u1", "iat": seconds, "exp": seconds + 3600, "data": {"id": "u1"}, **more}


def forge(header: dict, payload: dict, signature: bytes = b"x") -> str:
    parts = [json.dumps(header).encode(), json.dumps(payload).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@pytest.mark.parametrize("key", [HS, RS], ids=["HS256", "RS256"])
def test_a_token_is_read_back(key):
    read = tokens.read(tokens.sign(claims(aud="app", sid="s"), key), key, NOW)
    assert (read.kind, read.subject, read.app_id, read.session_id) == ("user", "u1", "app", "s")
    assert read.expires_at == NOW + timedelta(hours=1)


def test_what_one_key_has_signed_another_with_its_id_has_not():
    token = tokens.sign(claims(), HS)
    assert tokens.read(token, HS, NOW).subject == "u1"
    other = SigningKey(POOL, HS.key_id, "HS256", OctKey.import_key(b"t" * 32))
    with pytest.raises(TokenInvalid):
        tokens.read(token, other, NOW)


def test_nobody_changes_what_a_token_says_for_the_others_who_show_it():
    token = tokens.sign(claims(), HS)
    for said in (tokens.read(token, HS, NOW).data, tokens.read(token, HS, NOW).raw):
        with pytest.raises(TypeError):
            said["id"] = "u2"
    assert tokens.read(token, HS, NOW).data["id"] == "u1"


def test_an_expired_token_and_one_from_the_future_are_refused():
    token = tokens.sign(claims(), HS)
    assert tokens.read(token, HS, NOW).subject == "u1"  # what it says is kept, when it may be said is not
    with pytest.raises(TokenExpired):
        tokens.read(token, HS, NOW + timedelta(hours=1))
    with pytest.raises(TokenInvalid):
        tokens.read(token, HS, NOW - timedelta(minutes=5))


def test_a_payload_never_holds_the_characters_plain_base64_lacks():
    for start in range(0x20, 0x2FFF, 500):
        awkward = "".join(map(chr, range(start, start + 500)))
        token = tokens.sign(claims(data={"name": awkward}), HS)
        payload = token.split(".")[1]
        assert "-" not in payload
        assert "_" not in payload
        assert json.loads(base64.b64decode(payload + "=="))["data"]["name"] == awkward


def test_algorithm_confusion_is_refused():
    public = RS.key.as_pem(private=False)
    unsigned = forge({"alg": "HS256", "kid": RS.kid}, claims()).rsplit(".", 1)[0]
    forged = base64.urlsafe_b64encode(hmac.digest(public, unsigned.encode(), "sha256")).rstrip(b"=")
    with pytest.raises(TokenInvalid):
        tokens.read(f"{unsigned}.{forged.decode()}", RS, NOW)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS512", "ES256", None, 7, ["HS256"]])
def test_no_other_algorithm_is_heard(algorithm):
    with pytest.raises(TokenInvalid):
        tokens.read(forge({"alg": algorithm, "kid": HS.kid}, claims()), HS, NOW)


def test_keys_offered_by_the_header_are_ignored():
    for extra in ({"jwk": {"kty": "oct", "k": "AAAA"}}, {"jku": "http://127.0.0.1/"}, {"x5u": "http://a/"}):
        with pytest.raises(TokenInvalid):
            tokens.read(forge({"alg": "HS256", "kid": HS.kid, **extra}, claims()), HS, NOW)


def test_a_critical_header_is_refused():
    with pytest.raises(TokenInvalid):
        tokens.hint(forge({"alg": "HS256", "kid": HS.kid, "crit": ["exp"]}, claims()))


def test_every_truncation_and_every_changed_character_is_refused():
    token = tokens.sign(claims(), HS)
    for end in range(len(token)):
        with pytest.raises(TokenInvalid):
            tokens.read(token[:end], HS, NOW)
    for at in range(0, len(token) - 1):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(TokenInvalid):
            tokens.read(changed, HS, NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "a.b.c.d", "e30.e30.", "é.é.é", "x" * 100_000, "a." * 5000, "\n"]
)
def test_garbage_is_refused(token):
    with pytest.raises(TokenInvalid):
        tokens.read(token, HS, NOW)


def test_a_deeply_nested_payload_is_refused():
    nested = "[" * 3000
    token = jws.serialize_compact(
        {"alg": "HS256", "kid": HS.kid, "typ": "JWT"}, nested.encode(), HS.key, ["HS256"]
    )
    with pytest.raises(TokenInvalid):
        tokens.read(token, HS, NOW)


@pytest.mark.parametrize(
    "bad",
    [{"iat": None}, {"exp": "9999999999"}, {"sub": 7}, {"data": None}, {"scoped_userpool_id": new_id()}],
)
def test_well_signed_claims_of_the_wrong_shape_are_refused(bad):
    with pytest.raises(TokenInvalid):
        tokens.read(tokens.sign(claims(**bad), HS), HS, NOW)


APP = SigningKey(POOL, new_id(), "HS256", HS.key, "app", "app")


def test_an_applications_secret_is_no_key_of_a_list_so_its_tokens_name_none():
    token = tokens.sign(claims(aud="app"), APP)
    assert json.loads(base64.b64decode(token.split(".")[0] + "==")) == {"alg": "HS256", "typ": "JWT"}
    assert tokens.read(token, APP, NOW).app_id == "app"
    assert "kid" in json.loads(base64.b64decode(tokens.sign(claims(), HS).split(".")[0] + "=="))


def test_a_token_that_named_the_secret_in_its_header_is_still_read():
    named = jws.serialize_compact(
        {"alg": "HS256", "kid": APP.kid}, tokens.encode_payload(claims(aud="app")), APP.key, ["HS256"]
    )
    assert tokens.read(named, APP, NOW).app_id == "app"


@pytest.mark.parametrize(
    "named",
    [None, "", 7, "x" * 24, "0" * 24, [APP.kid], HS.kid],
    ids=["none", "empty", "number", "text", "unknown", "list", "others"],
)
def test_a_token_that_names_another_secret_or_none_is_refused(named):
    payload = tokens.encode_payload(claims(aud="app", **{tokens.KEY_CLAIM: named}))
    with pytest.raises(TokenInvalid):
        tokens.read(jws.serialize_compact({"alg": "HS256"}, payload, APP.key, ["HS256"]), APP, NOW)


@pytest.mark.parametrize("header", [{"alg": "RS256"}, {"alg": "ES256"}, {"alg": "HS256", "kid": None}])
def test_no_other_token_names_its_key_in_its_claims(header):
    with pytest.raises(TokenInvalid):
        tokens.hint(forge(header, claims(**{tokens.KEY_CLAIM: "0" * 24})))
