"""Password hashes of other systems: recognized by how they look, verified, and rehashed at the next login.

A hash is read to its last character when it is written (`require`): what no password could fit is refused there
with its reason, as is one dearer than the bounds of `foreign_costs`. Where it is stored already, both are a wrong
password. `foreign_formats.FORMATS` is the documentation too.
"""

from __future__ import annotations

from poolhouse.crypto.foreign_formats import FORMATS, Format
from poolhouse.crypto.foreign_shapes import Malformed, Parts
from poolhouse.errors import InvalidInput, TooLarge

__all__ = ["FORMATS", "LONGEST", "Format", "recognize", "require"]

LONGEST = 2048
"""Characters of a stored hash."""


def recognize(stored: str) -> Format | None:
    if len(stored) > LONGEST:
        return None
    return next((format_ for format_ in FORMATS if format_.pattern.match(stored)), None)


def require(stored: str, field: str) -> Format:
    """Raises InvalidInput for a hash of no format known here and for one that can never verify; TooLarge, naming
    the bound, for one that would cost too much at each login. Quotes nothing of it."""
    format_ = recognize(stored.strip())
    if format_ is None:
        raise InvalidInput(field, "无法识别的哈希格式", "not a hash of a known format")
    try:
        found, problem = format_.parts(stored), None
    except Malformed as error:
        found, problem = error.found, error
    _require_cheap(format_, found, field)
    if problem:
        zh = f"{format_.name} 哈希永远无法验证：{problem.zh}"
        en = f"this hash ({format_.name}) can never verify: {problem.en}"
        raise InvalidInput(field, zh, en)
    return format_


def _require_cheap(format_: Format, found: Parts, field: str) -> None:
    for cost in format_.costs:
        try:
            asked = cost.asked(found)
        except KeyError:  # malformed before that part
            continue
        if asked > cost.bound.written:
            most, unit = cost.bound.written, cost.bound.unit
            zh = f"{format_.name} 哈希的计算开销过大：最多 {most} {unit}"
            en = f"this hash ({format_.name}) costs too much to verify: {most} {unit} at most"
            raise TooLarge(field, zh, en)
