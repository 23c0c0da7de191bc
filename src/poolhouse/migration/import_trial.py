"""One row of an import file and the password of whoever it is about: would they be able to sign in?

A hash of a known form verifies some password, but nothing tells whether it is made as the form says: `md5$SALT$HEX` is
of salt and password, in this order, and a table may have them in the other. So the same digest is tried in its sister
forms too, and those that fit are named.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from poolhouse.crypto import foreign
from poolhouse.errors import InvalidInput, UserNotFound
from poolhouse.migration.import_rows import ImportedUser
from poolhouse.migration.import_tables import Raw
from poolhouse.users.stored_hashes import opened

NAMES = ("username", "email", "phone", "external_id", "name")
_SALTED = re.compile(r"(hmac-)?([a-z0-9]+?)(-suffix|-nested)?\$(.*)\Z", re.DOTALL)

Verify = Callable[[str, str], Awaitable[bool]]
"""A password and a stored hash."""


@dataclass(frozen=True, slots=True)
class Trial:
    """`fits` is None for what the pool's `verifyPassword` would judge. `instead`: forms of the same digest that fit."""

    line: int
    form: str
    fits: bool | None
    instead: tuple[str, ...] = ()


def row_of(rows: Iterable[Raw], judge: Callable[[Raw], ImportedUser], wanted: str, file: str) -> ImportedUser:
    """The first row with this username, e-mail address, number, name or id. Raises UserNotFound; InvalidInput for a
    row that would be refused, with the file's name and its line."""
    for raw in rows:
        try:
            row = judge(raw)
        except InvalidInput as error:
            place = f"{file}:{raw.line}: {error.facts['field']}"
            raise InvalidInput(place, error.reason, error.reason_en) from error
        if wanted in (row.script_id, *(row.values.get(name) for name in NAMES)):
            return row
    raise UserNotFound(user_id=wanted)


async def tried(row: ImportedUser, password: str, verify: Verify) -> Trial:
    if row.password_hash is None:
        form = "plain text" if row.password is not None else "no password"
        return Trial(row.line, form, row.password is not None and row.password == password)
    if opened(row.password_hash) is not None:
        return Trial(row.line, "verifyPassword", None)
    known = foreign.recognize(row.password_hash)
    form = known.name if known else "unknown"
    if await verify(password, row.password_hash):
        return Trial(row.line, form, True)
    fitting = [name for name, stored in _sisters(row.password_hash) if await verify(password, stored)]
    return Trial(row.line, form, False, tuple(fitting))


def _sisters(stored: str) -> Iterator[tuple[str, str]]:
    """The same salt and digest as other forms say they were made; how each is written, without them."""
    found = _SALTED.match(stored)
    if found is None:
        return
    keyed, algorithm, how, rest = found.groups()
    for prefix, suffix in (("", ""), ("", "-suffix"), ("", "-nested"), ("hmac-", "")):
        if (prefix, suffix) != (keyed or "", how or ""):
            name = f"{prefix}{algorithm}{suffix}"
            if foreign.recognize(f"{name}${rest}"):
                yield f"{name}$SALT$HEX", f"{name}${rest}"
