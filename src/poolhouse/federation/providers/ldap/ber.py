"""The subset of BER that LDAP is made of (RFC 4511 5.1): definite lengths, tags of one byte.

Reading is bounded: an answer has a most of elements, integers have four bytes, and nothing is nested but where a reader
opens it, so that what comes from outside costs no more than its length.
"""

from __future__ import annotations

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31
LONGEST_HEAD = 6
"""Tag, length of the length, four bytes of length."""


class Malformed(Exception):
    """What came is no LDAP, or more of it than is read."""


def element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def octets(text: str | bytes, tag: int = OCTETS) -> bytes:
    return element(tag, text.encode() if isinstance(text, str) else text)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Of a value that is not negative."""
    return element(tag, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool, tag: int = BOOLEAN) -> bytes:
    return element(tag, bytes((255 if value else 0,)))


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    return element(tag, b"".join(parts))


def size_of_head(head: bytes) -> int:
    """How long a head is, of which two bytes are there. Raises Malformed."""
    if head[0] & 0x1F == 0x1F:
        raise Malformed("a tag of several bytes")
    if head[1] < 0x80:
        return 2
    size = head[1] & 0x7F
    if not 1 <= size <= LONGEST_HEAD - 2:
        raise Malformed("a length of no definite form")
    return 2 + size


def size_of_content(head: bytes) -> int:
    return head[1] if len(head) == 2 else int.from_bytes(head[2:], "big")


class Budget:
    """How many more elements one answer may have."""

    def __init__(self, elements: int) -> None:
        self.left = elements

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Malformed("too many values")


class Reader:
    """Elements, one after the other. Every method raises Malformed."""

    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._data, self._at, self._budget = data, 0, budget

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    @property
    def next_tag(self) -> int:
        """0 at the end."""
        return self._data[self._at] if self else 0

    def any(self) -> tuple[int, memoryview]:
        self._budget.spend()
        head = bytes(self._data[self._at : self._at + 2])
        if len(head) < 2:
            raise Malformed("cut short")
        start = self._at + size_of_head(head)
        size = size_of_content(bytes(self._data[self._at : start]))
        if start > len(self._data) or size > len(self._data) - start:
            raise Malformed("cut short")
        self._at = start + size
        return head[0], self._data[start : self._at]

    def _content(self, tag: int) -> memoryview:
        found, content = self.any()
        if found != tag:
            raise Malformed(f"an element of tag {found:#04x} where {tag:#04x} belongs")
        return content

    def inside(self, tag: int = SEQUENCE) -> Reader:
        return Reader(self._content(tag), self._budget)

    def octets(self, tag: int = OCTETS) -> bytes:
        return bytes(self._content(tag))

    def text(self, tag: int = OCTETS) -> str:
        return self.octets(tag).decode("utf-8", "replace")

    def integer(self, tag: int = INTEGER) -> int:
        content = self._content(tag)
        if not 1 <= len(content) <= 4:
            raise Malformed("an integer of no use")
        return int.from_bytes(content, "big", signed=True)
