"""The Node client's signature on every request. Pure; source: docs/contract/v3.md#signature and the section below.

    authorization: authing <key id>:<base64 HMAC-SHA1 of METHOD, headers and resource>

What was signed cannot be rebuilt to the byte in every case, so the likely texts are tried in turn.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

from poolhouse.errors import InvalidInput, SignatureRefused

SCHEME = "authing "
CLOCK_WINDOW = timedelta(minutes=10)
SIGNATURES_KEPT = 2 * CLOCK_WINDOW + timedelta(minutes=1)
"""How long a signed request could still be replayed: dated a window ahead, it fits until a window after its date. The
minute is for nodes whose clocks differ."""

_BREAKS = re.compile(r"[\t\r\n\f]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+Z\Z")
_MILLISECONDS = re.compile(r"\d{10,14}\Z", re.ASCII)
_raw_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class SignedCall:
    """`path` as the client knows it: `/api/v3/...`. `lists` names the query parameters that are arrays."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    lists: frozenset[str] = frozenset()

    def without_body(self) -> SignedCall:
        return replace(self, body=b"")


@dataclass(frozen=True, slots=True)
class Signature:
    """`given` is what the key's holder made of the call, if they are its holder."""

    key_id: str
    given: bytes
    call: SignedCall


def split(authorization: str) -> tuple[str, bytes]:
    """The key's id and the signature's bytes."""
    key_id, _, text = authorization[len(SCHEME) :].partition(":")
    try:
        return key_id.strip(), base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused("not base64", reason="signature") from error


def verify(call: SignedCall, secret: str, signature: bytes, now: datetime) -> None:
    """Raises SignatureRefused with its reason: method, version, missing_date, timestamp, clock_skew, signature."""
    if call.headers.get("x-authing-signature-method", "HMAC-SHA1").upper() != "HMAC-SHA1":
        raise SignatureRefused(reason="method")
    if call.headers.get("x-authing-signature-version", "1.0") != "1.0":
        raise SignatureRefused(reason="version")
    _check_clock(call.headers.get("date"), now)
    head = f"{call.method}\n{_canonical_headers(call.headers)}"
    fits = False
    for resource in _resources(call):
        text = (head + resource).encode()
        expected = hmac.new(secret.encode(), text, hashlib.sha1).digest()
        fits |= hmac.compare_digest(expected, signature)
    if not fits:
        raise SignatureRefused("does not fit", reason="signature")


def _check_clock(date: str | None, now: datetime) -> None:
    """RFC 1123 as the client sends, or Unix milliseconds as its documentation says."""
    if not date:
        raise SignatureRefused(reason="missing_date")
    try:
        if _MILLISECONDS.match(date):
            at = datetime.fromtimestamp(int(date) / 1000, UTC)
        else:
            at = parsedate_to_datetime(date)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureRefused(reason="timestamp") from error
    if abs(now - at) > CLOCK_WINDOW:
        raise SignatureRefused(f"{date} against {now}", reason="clock_skew")


def _canonical_headers(headers: Mapping[str, str]) -> str:
    signed = {
        name: value for name, value in headers.items() if name.startswith("x-authing-") or name == "date"
    }
    return "".join(f"{name}:{_BREAKS.sub(' ', signed[name]).strip()}\n" for name in sorted(signed))


def _resources(call: SignedCall) -> Iterator[str]:
    """Every text the client may have signed for what arrived."""
    for pairs in _query_pairs(call) if call.method.upper() == "GET" else _body_pairs(call.body):
        if pairs:
            yield f"{call.path}?" + "&".join(f"{key}={pairs[key]}" for key in sorted(pairs, key=_code_units))
        else:
            yield call.path
            yield f"{call.path}?"  # parameters there were, all undefined


def _query_pairs(call: SignedCall) -> Iterator[dict[str, str]]:
    scalars = {key: value for key, value in call.query if not key.endswith("[]")}
    arrays: dict[str, list[str]] = {}
    for key, value in call.query:
        if key.endswith("[]"):
            arrays.setdefault(key[:-2], []).append(value)
    pairs = scalars | {key: msgspec.json.encode(values).decode() for key, values in arrays.items()}
    yield pairs
    if absent := call.lists - pairs.keys():
        yield pairs | dict.fromkeys(absent, "[]")  # signed, then dropped from the wire by axios


def _body_pairs(body: bytes) -> Iterator[dict[str, str]]:
    """Values as source text: a float's spelling, a key's order and an escape are as they were signed."""
    if not body.strip():
        yield {}
        return
    try:
        slices = _raw_object.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("body", "不是合法的 JSON", "not valid JSON") from error
    raw = {key: bytes(value).decode() for key, value in slices.items()}
    pairs = {key: msgspec.json.decode(text) if text.startswith('"') else text for key, text in raw.items()}
    yield pairs
    dates = {key: raw[key] for key, value in pairs.items() if _ISO_DATE.match(value)}
    if dates:
        yield pairs | dates  # a Date object is signed with its quotes


def _code_units(key: str) -> bytes:
    return key.encode("utf-16-be")
