"""The shape of a stored password hash: literals and the parts between them, each read to its last character.

`read` gives the parts' values or raises `Malformed`, which names the part and what is wrong with it and never
quotes the hash. Whatever no password could ever fit is malformed: a digest of another length, bits set where an
encoding has none to say.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAMES: dict[str, tuple[str, str]] = {
    "rounds": ("轮数", "number of rounds"),
    "cost": ("开销", "cost"),
    "salt": ("盐", "salt"),
    "digest": ("摘要", "digest"),
    "digests": ("摘要列表", "list of digests"),
    "salt and digest": ("盐与摘要", "salt with digest"),
    "memory": ("内存", "memory"),
    "passes": ("遍数", "number of passes"),
    "lanes": ("并行度", "number of lanes"),
    "n": ("参数 n ", "n"),
    "r": ("参数 r ", "r"),
    "p": ("参数 p ", "p"),
    "version": ("版本", "version"),
    "stored key": ("存储密钥", "stored key"),
    "server key": ("服务端密钥", "server key"),
    "header": ("内容", "content"),
}
"""A part's name for people, in both languages."""

KEY_BYTES = (16, 20, 24, 28, 32, 40, 48, 64, 96, 128)
"""Lengths of a derived key anybody uses: one that was cut short is not among them."""

H64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The digits of crypt(3)."""
BCRYPT64 = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_DIGITS = frozenset("0123456789")
_HEX = frozenset("0123456789abcdefABCDEF")

Parts = Mapping[str, Any]


class Malformed(ValueError):
    """Why a hash can never verify, in both languages. `found`: the parts before the one that is wrong."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en
        self.found: Parts = {}


@dataclass(frozen=True, slots=True)
class Part:
    """`read` makes a value of the text, or raises Malformed. `width`: its characters, where nothing ends it."""

    key: str
    read: Callable[[str], Any]
    width: int | None = None


Shape = tuple[str | Part, ...]
"""Begins with a literal, which sets it apart from the other shapes of its format. LDAP's `{SCHEME}` is in any case."""


def read(shapes: Sequence[Shape], stored: str) -> Parts:
    """The parts of the first shape whose beginning fits. Raises Malformed."""
    for shape in shapes:
        lead = shape[0]
        assert isinstance(lead, str)
        if _begins(stored, lead):
            found: dict[str, Any] = {}
            try:
                _fill(found, shape, stored, len(lead))
            except Malformed as error:
                error.found = found
                raise
            return found
    raise Malformed("变体未知", "an unknown variant")


def _begins(stored: str, lead: str) -> bool:
    start = stored[: len(lead)]
    return start == lead or (lead.startswith("{") and start.lower() == lead.lower())


def _fill(found: dict[str, Any], shape: Shape, stored: str, at: int) -> None:
    for place, piece in enumerate(shape[1:], 1):
        if isinstance(piece, str):
            if not stored.startswith(piece, at):
                raise Malformed(f"第 {at + 1} 个字符处应为分隔符", f"no separator at character {at + 1}")
            at += len(piece)
            continue
        end = _end(shape, place, stored, at)
        found[piece.key] = piece.read(stored[at:end])
        at = end
    if at < len(stored):
        more = len(stored) - at
        raise Malformed(f"末尾多出 {more} 个字符", f"{more} characters too many at its end")


def _end(shape: Shape, place: int, stored: str, at: int) -> int:
    piece = shape[place]
    assert isinstance(piece, Part)
    if piece.width is not None:
        return min(at + piece.width, len(stored))
    if place + 1 == len(shape):
        return len(stored)
    following = shape[place + 1]
    assert isinstance(following, str)
    end = stored.find(following, at)
    if end < 0:
        zh, en = NAMES[piece.key]
        raise Malformed(f"在{zh}之后中断", f"it ends after its {en}")
    return end


# -- kinds of parts ----------------------------------------------------------------------------------------


def number(key: str, least: int, most: int = 2**32 - 1, *, before: str = "") -> Part:
    """Decimal digits without leading zeros. `before`: what may stand in front of them."""

    def parsed(text: str) -> int:
        digits = text.removeprefix(before)
        if not digits or not _DIGITS.issuperset(digits) or (digits[0] == "0" < digits[1:]):
            raise _wrong(key, "应为十进制整数", "is not a decimal number")
        if len(digits) > 10:
            raise _wrong(key, f"超过 {most}", f"is beyond {most}")
        return within(key, int(digits), least, most)

    return Part(key, parsed)


def two_digits(key: str, least: int, most: int) -> Part:
    def parsed(text: str) -> int:
        if len(text) != 2 or not _DIGITS.issuperset(text):
            raise _wrong(key, "应为两位数字", "is not two digits")
        return within(key, int(text), least, most)

    return Part(key, parsed)


def power_of_two(key: str) -> Part:
    plain = number(key, 2)

    def parsed(text: str) -> int:
        value: int = plain.read(text)
        if value & (value - 1):
            raise _wrong(key, "应为 2 的幂", "is not a power of two")
        return value

    return Part(key, parsed)


def letters(key: str, alphabet: Collection[str], least: int, most: int, width: int | None = None) -> Part:
    allowed = frozenset(alphabet)

    def parsed(text: str) -> str:
        _require_length(key, text, range(least, most + 1))
        _require_alphabet(key, text, allowed)
        return text

    return Part(key, parsed, width)


def text(key: str, least: int = 0, most: int = 1024) -> Part:
    """Anything, as UTF-8."""

    def parsed(given: str) -> bytes:
        _require_length(key, given, range(least, most + 1))
        try:
            return given.encode()
        except UnicodeEncodeError as error:
            raise _wrong(key, "含有非法字符", "contains a character outside its alphabet") from error

    return Part(key, parsed)


def hexadecimal(key: str, sizes: Collection[int], width: int | None = None) -> Part:
    """`sizes`: in bytes."""

    def parsed(given: str) -> bytes:
        _require_alphabet(key, given, _HEX)
        _require_length(key, given, [2 * size for size in sizes])
        return bytes.fromhex(given)

    return Part(key, parsed, width)


def base64_of(
    key: str, sizes: Collection[int], *, padded: bool | None = None, altchars: bytes | None = None
) -> Part:
    """`sizes`: in bytes. `padded`: whether `=` must stand at its end; None for either. `altchars`: for `+/`;
    passlib's `.` for `+` is always read."""

    def parsed(given: str) -> bytes:
        body = given.rstrip("=")
        wanted = "=" * (-len(body) % 4)
        if len(body) % 4 == 1 or given[len(body) :] not in _paddings(wanted, padded):
            raise _wrong(key, "的 Base64 被截断", "is base64 that was cut off")
        try:
            plain = (body if altchars else body.replace(".", "+")) + wanted
            raw = base64.b64decode(plain, altchars, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _wrong(key, "含有 Base64 之外的字符", "has a character that base64 has not") from error
        if base64.b64encode(raw, altchars).decode() != plain:
            raise _wrong(key, "的 Base64 被截断", "is base64 that was cut off")
        if len(raw) not in sizes:
            raise _wrong(
                key, f"为 {len(raw)} 字节，应为 {_any(sizes, '至')}", _sized(len(raw), sizes, "bytes")
            )
        return raw

    return Part(key, parsed)


def crypt64(key: str, size: int, *, big: bool = False, alphabet: str = H64, width: int | None = None) -> Part:
    """crypt(3)'s own base64, of so many bytes; the bits beyond them must be none."""
    characters = -(-size * 8 // 6)
    spare = characters * 6 - size * 8

    def parsed(given: str) -> str:
        _require_length(key, given, [characters])
        _require_alphabet(key, given, frozenset(alphabet))
        last = alphabet.index(given[-1])
        if (last & ((1 << spare) - 1)) if big else (last >> (6 - spare)):
            raise _wrong(key, "末尾被改动", "was changed at its end")
        return given

    return Part(key, parsed, width)


def within(key: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise _wrong(key, f"应在 {least} 至 {most} 之间", f"is not between {least} and {most}")
    return value


def blanks(stored: str) -> bool:
    """Whether it begins or ends in what nobody sees."""
    return re.search(r"\A[\s\x00\ufeff]|[\s\x00\ufeff]\Z", stored) is not None


def _paddings(wanted: str, padded: bool | None) -> tuple[str, ...]:
    return (wanted, "") if padded is None else (wanted,) if padded else ("",)


def _require_length(key: str, given: str, lengths: Collection[int]) -> None:
    if len(given) not in lengths:
        raise _wrong(
            key,
            f"有 {len(given)} 个字符，应为 {_any(lengths, '至')}",
            _sized(len(given), lengths, "characters"),
        )


def _require_alphabet(key: str, given: str, allowed: frozenset[str]) -> None:
    if not allowed.issuperset(given):
        raise _wrong(key, "含有不属于该编码的字符", "has a character that its encoding has not")


def _sized(found: int, wanted: Collection[int], unit: str) -> str:
    return f"has {found} {unit}, not {_any(wanted, 'to')}"


def _any(sizes: Collection[int], to: str) -> str:
    if isinstance(sizes, range):
        return str(sizes.start) if len(sizes) == 1 else f"{sizes.start} {to} {sizes.stop - 1}"
    word = "或" if to == "至" else "or"
    *others, last = [str(size) for size in sorted(sizes)]
    return f"{', '.join(others)} {word} {last}" if others else last


def _wrong(key: str, zh: str, en: str) -> Malformed:
    name, english = NAMES[key]
    return Malformed(f"{name}{zh}", f"its {english} {en}")
