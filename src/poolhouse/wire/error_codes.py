"""The page `docs/reference/errors.md`: every refusal and its code on either wire. Made from the wires' tables.

python -m poolhouse.wire.error_codes > docs/reference/errors.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from poolhouse import errors
from poolhouse.errors import PoolhouseError
from poolhouse.wire.remedies import REMEDIES
from poolhouse.wire.v2 import errors as v2
from poolhouse.wire.v3.errors import ROWS, VARIANTS, listed

_HEAD = """# Errors and their codes

An error of API v3 is `{{statusCode, message, apiCode, requestId, data: null}}`, of v2 REST
`{{code, message, data, requestId}}`, of GraphQL `errors[0].message = {{code, message, data}}`. Codes below 10000 and
2120008 are Authing's documented codes; the other five-digit codes are Poolhouse's own, a `statusCode` and a number. A
code does not change its meaning. `data` is an object only after a failed sign-in that can be continued: it has a token
for the next step, or the seconds until the next try; and after a conditional change that was refused: who changed what.

The HTTP status is 200 where its column is empty, because the official clients discard the body of other responses. The
message is in the caller's language (`x-authing-lang`); *...* stands for a value. This page is generated from the
tables of the APIs (`python -m poolhouse.wire.error_codes`) and a test keeps it current.

| `apiCode` (v3) | `statusCode` (v3) | `code` (v2) | HTTP | what | English | 中文 | what to do |
|---|---|---|---|---|---|---|---|
"""

_PLACE = re.compile(r"\{\w+\}")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def text() -> str:
    rows = sorted(_rows(), key=lambda row: row[:2])
    return _HEAD.format() + "".join("| " + " | ".join(map(str, row)) + " |\n" for row in rows)


def _rows() -> Iterator[tuple[int, int, int, str, str, str, str, str]]:
    for kind in _kinds():
        row = ROWS[listed(kind)]
        http = "" if row.http_status == 200 else str(row.http_status)
        what = (
            _HUMP.sub(" ", kind.__name__).lower() if kind is not PoolhouseError else "a fault of the server"
        )
        said = _told(kind.en), _told(kind.zh), REMEDIES[kind]
        fact, codes = VARIANTS.get(listed(kind), ("", {}))
        if row.api_code not in codes.values():
            yield row.api_code, row.status_code, _v2_code(kind), http, what, *said
        for value, api_code in codes.items():
            which = f"{what}: {fact} {value}".replace("_", " ").lower()
            yield api_code, row.status_code, _v2_code(kind, **{fact: value}), http, which, *said


def _kinds() -> list[type[PoolhouseError]]:
    """Every class of the tree in `errors.py`, in the order written there."""
    return [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PoolhouseError)
    ]


def _v2_code(kind: type[PoolhouseError], **facts: object) -> int:
    error = kind.__new__(kind)
    error.facts = facts
    return v2.row(error).code


def _told(template: str) -> str:
    return _PLACE.sub("*...*", template.replace("{detail}", ""))


if __name__ == "__main__":
    sys.stdout.write(text())
