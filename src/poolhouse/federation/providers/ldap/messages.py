"""The messages of LDAP that a sign-in needs (RFC 4511): bind, search, StartTLS, unbind, and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from poolhouse.federation.providers.ldap import ber
from poolhouse.federation.providers.ldap.ber import Budget, Malformed, Reader

BIND, UNBIND, SEARCH, EXTENDED = 0x60, 0x42, 0x63, 0x77
BIND_RESPONSE, ENTRY, DONE, REFERENCE, EXTENDED_RESPONSE = 0x61, 0x64, 0x65, 0x73, 0x78
START_TLS = "1.3.6.1.4.1.1466.20037"
SUCCESS, SIZE_LIMIT, REFERRAL, NO_SUCH_OBJECT, INVALID_DN, INVALID_CREDENTIALS = 0, 4, 10, 32, 34, 49
NAMES: dict[int, str] = {
    1: "operationsError",
    2: "protocolError",
    3: "timeLimitExceeded",
    4: "sizeLimitExceeded",
    7: "authMethodNotSupported",
    8: "strongerAuthRequired",
    10: "referral",
    11: "adminLimitExceeded",
    13: "confidentialityRequired",
    18: "inappropriateMatching",
    32: "noSuchObject",
    34: "invalidDNSyntax",
    48: "inappropriateAuthentication",
    49: "invalidCredentials",
    50: "insufficientAccessRights",
    51: "busy",
    52: "unavailable",
    53: "unwillingToPerform",
    80: "other",
}
"""Of the codes that a sign-in may meet (RFC 4511 A)."""
Scope = Literal[0, 1, 2]
THIS_ENTRY: Scope = 0
BELOW: Scope = 2


@dataclass(frozen=True, slots=True)
class Result:
    """`said`: the directory's own words. `referrals` are told of, and never followed."""

    code: int
    said: str = ""
    referrals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """`attributes` is keyed by their names in lower case, without options such as `;binary`."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]] = field(default_factory=dict, repr=False)

    def first(self, name: str) -> str:
        """ "" where there is none."""
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> list[str]:
        return [value.decode("utf-8", "replace") for value in self.attributes.get(name.lower(), ())]


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of the directory. `tag`: which; `result` of all but an entry and a reference."""

    message_id: int
    tag: int
    result: Result | None = None
    entry: Entry | None = None


def bind(message_id: int, dn: str, password: str) -> bytes:
    """A simple bind. An empty password would be one of nobody (RFC 4513 5.1.2), which servers answer with success."""
    if not dn or not password:
        raise ValueError("a bind without name or password proves nothing")
    return _message(
        message_id, ber.sequence(ber.integer(3), ber.octets(dn), ber.octets(password, 0x80), tag=BIND)
    )


def search(
    message_id: int,
    base: str,
    scope: Scope,
    filter_: bytes,
    attributes: Sequence[str],
    *,
    most: int,
    seconds: int,
) -> bytes:
    """Aliases are not followed: they may lead out of the base."""
    return _message(
        message_id,
        ber.sequence(
            ber.octets(base),
            ber.integer(scope, ber.ENUMERATED),
            ber.integer(0, ber.ENUMERATED),
            ber.integer(most),
            ber.integer(seconds),
            ber.boolean(False),
            filter_,
            ber.sequence(*map(ber.octets, attributes)),
            tag=SEARCH,
        ),
    )


def start_tls(message_id: int) -> bytes:
    return _message(message_id, ber.sequence(ber.octets(START_TLS, 0x80), tag=EXTENDED))


def unbind(message_id: int) -> bytes:
    return _message(message_id, ber.element(UNBIND, b""))


def read(message: bytes, elements: int) -> Reply:
    """Raises Malformed, also for a kind of message that nobody asked for."""
    envelope = Reader(memoryview(message), Budget(elements)).inside()
    message_id = envelope.integer()
    tag = envelope.next_tag
    if tag == ENTRY:
        return Reply(message_id, tag, entry=_entry(envelope.inside(ENTRY)))
    if tag == REFERENCE:
        return Reply(message_id, tag)
    if tag in (BIND_RESPONSE, DONE, EXTENDED_RESPONSE):
        return Reply(message_id, tag, _result(envelope.inside(tag)))
    raise Malformed(f"a message of tag {tag:#04x}")


def _message(message_id: int, operation: bytes) -> bytes:
    return ber.sequence(ber.integer(message_id), operation)


def _result(reader: Reader) -> Result:
    code = reader.integer(ber.ENUMERATED)
    reader.octets()  # the name of the last entry found
    said = reader.text()
    referrals: list[str] = []
    if reader.next_tag == 0xA3:
        inside = reader.inside(0xA3)
        while inside:
            referrals.append(inside.text())
    return Result(code, said, tuple(referrals))


def _entry(reader: Reader) -> Entry:
    dn = reader.text()
    attributes: dict[str, list[bytes]] = {}
    listed = reader.inside()
    while listed:
        one = listed.inside()
        name = one.text().lower().partition(";")[0]
        values = one.inside(ber.SET)
        while values:
            attributes.setdefault(name, []).append(values.octets())
    return Entry(dn, attributes)
