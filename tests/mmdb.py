"""A file in MaxMind's format with one network in it. Source: the MaxMind DB File Format Specification 2.0."""

from __future__ import annotations

import struct
from ipaddress import IPv4Network
from typing import Any, NamedTuple

_RECORD = 24


class Unsigned(NamedTuple):
    """A whole number of one of the format's types: 5, 6 and 9 have 16, 32 and 64 bits."""

    kind: int
    number: int


def written(network: str, row: dict[str, Any]) -> bytes:
    """Everything else is unknown to it."""
    prefix = IPv4Network(network)
    bits = f"{int(prefix.network_address):032b}"[: prefix.prefixlen]
    count = len(bits)
    tree = b""
    for at, bit in enumerate(bits):
        onward = count + 16 if at + 1 == count else at + 1
        pair = [count, count]
        pair[int(bit)] = onward
        tree += b"".join(record.to_bytes(_RECORD // 8, "big") for record in pair)
    metadata = {
        "binary_format_major_version": Unsigned(5, 2),
        "binary_format_minor_version": Unsigned(5, 0),
        "build_epoch": Unsigned(9, 1),
        "database_type": "Test",
        "description": {"en": "test"},
        "ip_version": Unsigned(5, 4),
        "languages": ["en"],
        "node_count": Unsigned(6, count),
        "record_size": Unsigned(5, _RECORD),
    }
    return tree + bytes(16) + _value(row) + b"\xab\xcd\xefMaxMind.com" + _value(metadata)


def _value(value: Any) -> bytes:
    match value:
        case str():
            raw = value.encode()
            return _head(2, len(raw)) + raw
        case float():
            return _head(3, 8) + struct.pack(">d", value)
        case Unsigned(kind, number):
            raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
            return _head(kind, len(raw)) + raw
        case dict():
            return _head(7, len(value)) + b"".join(_value(k) + _value(v) for k, v in value.items())
        case list():
            return _head(11, len(value)) + b"".join(map(_value, value))
    raise TypeError(type(value))


def _head(kind: int, size: int) -> bytes:
    if size >= 29:
        assert size < 29 + 256
        extended = bytes([size - 29])
        size = 29
    else:
        extended = b""
    first = bytes([(kind << 5) | size]) if kind <= 7 else bytes([size, kind - 7])
    return first + extended
