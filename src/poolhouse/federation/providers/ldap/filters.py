"""Search filters as text (RFC 4515), as an administrator writes them, and what goes over the wire (RFC 4511 4.5.1.7).

A placeholder, as in `(uid={username})`, is a whole part of a value and never becomes text of the filter: what somebody
types is put in after the filter was taken apart, so that it cannot change it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from poolhouse.federation.providers.ldap import ber

LONGEST, DEEPEST = 2000, 20
_ITEM = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9.;-]{0,127})?(?P<dn>:dn)?(?::(?P<rule>[A-Za-z0-9][A-Za-z0-9.-]{0,127}))?"
    r"(?P<sign>:=|>=|<=|~=|=)(?P<value>[^()\0]*)\Z"
)
_PART = re.compile(r"\{([a-z]+)\}|\\([0-9A-Fa-f]{2})|(\*)|([^\\*{}]+)")
_COMBINED = {"&": 0xA0, "|": 0xA1, "!": 0xA2}
_COMPARED = {"=": 0xA3, ">=": 0xA5, "<=": 0xA6, "~=": 0xA8}
Values = Mapping[str, str]
Node = Callable[[Values], bytes]
_ANY = object()


class FilterUnfit(ValueError):
    """`args`: in Chinese, in English."""


class Filter:
    """Raises FilterUnfit, also for a placeholder that is none of `placeholders`."""

    def __init__(self, text: str, placeholders: frozenset[str] = frozenset()) -> None:
        if len(text) > LONGEST:
            raise FilterUnfit(f"最多 {LONGEST} 个字符", f"at most {LONGEST} characters")
        self._text, self._at, self._known = text.strip(), 0, placeholders
        self.used: set[str] = set()
        self._node = self._taken_apart(DEEPEST)
        if self._at != len(self._text):
            raise self._wrong()

    def packed(self, values: Values) -> bytes:
        """With the values in place of the placeholders."""
        return self._node(values)

    def _taken_apart(self, depth: int) -> Node:
        self._expect("(")
        if depth == 0:
            raise FilterUnfit("嵌套过深", "nested too deeply")
        sign = self._text[self._at : self._at + 1]
        if sign in _COMBINED and sign:
            self._at += 1
            inside: list[Node] = []
            while self._text[self._at : self._at + 1] == "(":
                inside.append(self._taken_apart(depth - 1))
            if not inside or (sign == "!" and len(inside) > 1):
                raise self._wrong()
            node = _combined(_COMBINED[sign], inside)
        else:
            end = self._text.find(")", self._at)
            if end < 0:
                raise self._wrong()
            node = self._item(self._text[self._at : end])
            self._at = end
        self._expect(")")
        return node

    def _expect(self, sign: str) -> None:
        if self._text[self._at : self._at + 1] != sign:
            raise self._wrong()
        self._at += 1

    def _wrong(self) -> FilterUnfit:
        at = self._at + 1
        return FilterUnfit(f"第 {at} 个字符处不合语法", f"is no search filter at character {at}")

    def _item(self, text: str) -> Node:
        found = _ITEM.match(text)
        if found is None or not (found["name"] or found["rule"]):
            raise self._wrong()
        name, sign = found["name"] or "", found["sign"]
        parts = self._value(found["value"])
        if sign == ":=":
            if _ANY in parts:
                raise self._wrong()
            return _extensible(found["rule"], name, _joined(parts), found["dn"] is not None)
        if found["rule"] or found["dn"] or (_ANY in parts and sign != "="):
            raise self._wrong()
        if parts == [_ANY]:
            present = ber.octets(name, 0x87)
            return lambda values: present
        if _ANY in parts:
            return _substrings(name, parts)
        return _compared(_COMPARED[sign], name, _joined(parts))

    def _value(self, text: str) -> list[object]:
        parts: list[object] = []
        at = 0
        while at < len(text):
            found = _PART.match(text, at)
            if found is None:
                raise self._wrong()
            at = found.end()
            if placeholder := found[1]:
                if placeholder not in self._known:
                    raise FilterUnfit(
                        f"没有占位符 {{{placeholder}}}", f"there is no placeholder {{{placeholder}}}"
                    )
                self.used.add(placeholder)
                parts.append(_Placeholder(placeholder))
            else:
                parts.append(bytes.fromhex(found[2]) if found[2] else _ANY if found[3] else found[4].encode())
        return parts


class _Placeholder(str):
    __slots__ = ()


def _combined(tag: int, inside: list[Node]) -> Node:
    return lambda values: ber.element(tag, b"".join(node(values) for node in inside))


def _joined(parts: list[object]) -> Node:
    def of(values: Values) -> bytes:
        return b"".join(values[part].encode() if isinstance(part, _Placeholder) else part for part in parts)  # type: ignore[misc]

    return of


def _compared(tag: int, name: str, value: Node) -> Node:
    return lambda values: ber.sequence(ber.octets(name), ber.octets(value(values)), tag=tag)


def _extensible(rule: str | None, name: str, value: Node, of_dn: bool) -> Node:
    head = (ber.octets(rule, 0x81) if rule else b"") + (ber.octets(name, 0x82) if name else b"")
    tail = ber.boolean(True, 0x84) if of_dn else b""
    return lambda values: ber.sequence(head, ber.octets(value(values), 0x83), tail, tag=0xA9)


def _substrings(name: str, parts: list[object]) -> Node:
    """Split at the stars: the first piece, those between, the last."""
    pieces: list[list[object]] = [[]]
    for part in parts:
        if part is _ANY:
            pieces.append([])
        else:
            pieces[-1].append(part)
    last = len(pieces) - 1
    tagged = [
        (0x80 if at == 0 else 0x82 if at == last else 0x81, _joined(piece))
        for at, piece in enumerate(pieces)
        if piece
    ]
    if not tagged:
        raise FilterUnfit("连续的星号", "nothing between its stars")

    def of(values: Values) -> bytes:
        inside = b"".join(ber.octets(piece(values), tag) for tag, piece in tagged)
        return ber.sequence(ber.octets(name), ber.element(ber.SEQUENCE, inside), tag=0xA4)

    return of


def dn_value(text: str) -> str:
    """A value within a distinguished name, escaped (RFC 4514 2.4)."""
    escaped = re.sub(r'([\\",+<>;=])', r"\\\1", text).replace("\0", r"\00")
    if escaped[:1] in ("#", " "):
        escaped = "\\" + escaped
    if len(text) > 1 and text.endswith(" "):
        escaped = escaped[:-1] + "\\ "
    return escaped
