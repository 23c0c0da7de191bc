"""The bytes of an authenticator, walked before a library reads them.

CTAP2 lets CBOR have neither tags nor lengths that are told later. A library that knows tags makes of a few bytes a
regular expression, a date, or a list that contains itself a billion times over; what has one is none of ours.
Sources: CTAP 2.1, 8 (message encoding); WebAuthn, 6.1 (authenticator data), 6.5.4 (attestation object).
"""

from __future__ import annotations

from poolhouse.errors import PasskeyRefused

_LONGEST = 4096
_DEEPEST = 8
_HEAD = 37
"""The digest of the site's name (32 bytes), flags, counter (4)."""
_ATTESTED, _EXTENDED = 0x40, 0x80
_AAGUID, _LENGTH = 16, 2
_LONGEST_ID = 1023


def after_the_head(data: bytes) -> None:
    """Of a passkey that is used: it has no key in it. Raises PasskeyRefused."""
    if not _HEAD <= len(data) <= _LONGEST or data[32] & _ATTESTED:
        raise PasskeyRefused("no data of an authenticator")
    _extensions(data, _HEAD)


def attested(attestation: bytes) -> bytes:
    """The authenticator data within an attestation object, in which there is a new key. Raises PasskeyRefused."""
    if len(attestation) > _LONGEST or _walked(attestation, 0) != len(attestation):
        raise PasskeyRefused("no attestation object")
    import cbor2

    found = cbor2.loads(attestation)
    data = found.get("authData") if isinstance(found, dict) else None
    if not isinstance(data, bytes) or len(data) < _HEAD + _AAGUID + _LENGTH or not data[32] & _ATTESTED:
        raise PasskeyRefused("no key of an authenticator")
    at = _HEAD + _AAGUID
    length = int.from_bytes(data[at : at + _LENGTH], "big")
    if not 0 < length <= _LONGEST_ID:
        raise PasskeyRefused("no id of a credential")
    _extensions(data, _walked(data, at + _LENGTH + length))
    return data


def _extensions(data: bytes, at: int) -> None:
    end = _walked(data, at) if data[32] & _EXTENDED else at
    if end != len(data):
        raise PasskeyRefused("more than an authenticator sends")


def _walked(data: bytes, at: int, depth: int = 0) -> int:
    """Where the value ends that begins at `at`. Raises PasskeyRefused."""
    if at >= len(data) or depth > _DEEPEST:
        raise PasskeyRefused("cut short, or deeper than anything an authenticator sends")
    kind, told = data[at] >> 5, data[at] & 31
    at += 1
    if told > 27 or kind == 6:
        raise PasskeyRefused("CBOR of another kind than an authenticator's")
    if told > 23:
        size = 1 << told - 24
        told = int.from_bytes(data[at : at + size], "big")
        at += size
    if kind in (2, 3):
        at += told
    elif kind in (4, 5):
        if told > len(data):
            raise PasskeyRefused("cut short")
        for _ in range(told * (kind - 3)):
            at = _walked(data, at, depth + 1)
    if at > len(data):
        raise PasskeyRefused("cut short")
    return at
