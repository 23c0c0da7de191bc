"""Time-based one-time passwords: RFC 6238 with SHA-1, six digits, 30 seconds, as every phone's app does."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from urllib.parse import quote

import segno

STEP_S = 30
DIGITS = 6
DRIFT_STEPS = 1
"""A code of the step before or after is accepted: clocks differ and people type slowly."""

SECRET_BYTES = 20
LONGEST_NAME = 64
_WRITTEN_DOWN = "23456789abcdefghjkmnpqrstuvwxyz"


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def recovery_code(characters: int) -> str:
    """Of letters and digits that nobody takes for another when they are written down: five bits each."""
    return "".join(secrets.choice(_WRITTEN_DOWN) for _ in range(characters))


def key_of(secret: str) -> bytes:
    """The key behind a secret. What is not base32 (an import may hold anything) is taken as its own bytes."""
    text = secret.strip().replace(" ", "").upper()
    try:
        return base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return secret.encode()


def code_at(key: bytes, step: int) -> str:
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: str, code: str, at_s: float, newer_than: int) -> int | None:
    """The step `code` belongs to, if it is near now and newer than the last one used."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    key, present = key_of(secret), int(at_s) // STEP_S
    found = None
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(code_at(key, step), code) and step > newer_than:
            found = step
    return found


def uri(secret: str, issuer: str, account: str) -> str:
    """otpauth://, as authenticator apps scan it. Long names are cut: a QR code holds 2,300 characters at most,
    and one of them takes three."""
    issuer, account = issuer[:LONGEST_NAME], account[:LONGEST_NAME]
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return (
        f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )


def drawn(uri: str) -> str:
    """A QR code of it, as the address of a picture (`data:`). Takes some milliseconds: for a thread.

    Trying all eight masks, as the library does by itself, costs six times as much.
    """
    return segno.make(uri, error="m", mask=3, boost_error=False, micro=False).png_data_uri(scale=4)
