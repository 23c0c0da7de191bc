"""The client's IP address, from the headers that trusted proxies add.

Each proxy appends who spoke to it, so the last N entries were written by N trusted proxies and everything left
of them by a stranger. Read from the right and no further than needed, whatever stands on the left.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import islice

from starlette.requests import Request

from poolhouse.settings import Settings

_ENTRY_CHARS = 256
"""A longer entry was written by no proxy."""


def client_ip(request: Request, settings: Settings) -> str | None:
    """The client's address; the connection's own where no trusted proxy names one.

    X-Forwarded-For is read before Forwarded: most proxies write the former and hand on the latter as it came.
    """
    peer = request.client.host if request.client else None
    peer = address_of(peer or "") or peer
    if not settings.trusted_proxies:
        return peer
    for header, address in ((b"x-forwarded-for", address_of), (b"forwarded", forwarded_for)):
        if settings.trusted_header in ("any", header.decode()):
            entry = _entry(request, header, settings.trusted_proxies)
            if entry is not None:
                return address(entry) or peer
    return peer


def for_log(address: str | None, kept: str) -> str:
    """`kept`: full, network (of IPv4 the first 24 bits, of IPv6 the first 48) or none."""
    if address is None or kept == "none":
        return ""
    return address if kept == "full" else _network_of(address)


@lru_cache(4096)
def _network_of(address: str) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network((known, 48 if isinstance(known, IPv6Address) else 24), strict=False))


def address_of(node: str) -> str | None:
    """`192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`, in one spelling; None of all else."""
    return None if len(node) > _ENTRY_CHARS else _address_of(node)


@lru_cache(4096)
def _address_of(node: str) -> str | None:
    if node.startswith("["):
        node, closed, port = node[1:].partition("]")
        if not closed or ":" not in node or not (port == "" or _is_port(port)):
            return None
    elif node.count(":") == 1:
        node, colon, port = node.partition(":")
        if not _is_port(colon + port):
            return None
    try:
        address = ip_address(node.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def forwarded_for(element: str) -> str | None:
    """The address in one element of `Forwarded` (RFC 7239); None of `unknown` and of `_names`."""
    if len(element) > _ENTRY_CHARS:
        return None
    pairs = [pair.partition("=") for pair in _from_right(element, ";")]
    found = [value.strip(" \t") for name, _, value in pairs if name.strip(" \t").lower() == "for"]
    if len(found) != 1:
        return None
    value = found[0]
    if value.startswith('"'):
        value = value[1:-1] if value.endswith('"') else ""
    return address_of(value)


def _entry(request: Request, header: bytes, count: int) -> str | None:
    """The `count`th entry from the right, or the leftmost if there are fewer; None when there is none.

    Several lines of a header are one list (RFC 9110, 5.3).
    """
    lines = [value for name, value in request.scope["headers"] if name == header]
    longest = count * _ENTRY_CHARS
    entries = _from_right(b",".join(lines)[-longest:].decode("latin-1"), ",")
    found = list(islice((entry for entry in entries if entry), count))
    return found[-1] if found else None


def _from_right(text: str, separator: str) -> Iterator[str]:
    """The parts, last first, apart by separators outside quotation marks.

    A quotation mark left open by whoever wrote the left of it hides nothing on the right.
    """
    end, quoted = len(text), False
    for at in range(end - 1, -1, -1):
        if text[at] == '"' and not (at and text[at - 1] == "\\"):
            quoted = not quoted
        elif text[at] == separator and not quoted:
            yield text[at + 1 : end].strip(" \t")
            end = at
    yield text[:end].strip(" \t")


def _is_port(text: str) -> bool:
    """`:443`, or `:_name` where a proxy hides it."""
    port = text[1:]
    if text[:1] != ":" or not port.isascii():
        return False
    return (port.isdigit() and len(port) <= 5) or (port[0:1] == "_" and len(port) > 1)
