"""Who came earlier in the file, for a check of all of it: kept as digests in the database, as a file may have more
people than fit into memory, and as whoever goes on after a worker died must know them."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.crypto.piecebox import PieceBox
from poolhouse.db.database import Tx
from poolhouse.import_files import postgres_work
from poolhouse.import_files.model import ImportFile
from poolhouse.migration import postgres as newcomers
from poolhouse.migration.import_rows import ImportedUser
from poolhouse.migration.import_verdicts import Entry, Rehearsal
from poolhouse.migration.postgres import Known

_OLD = "id"
_KINDS = (*newcomers.KEYS, _OLD)


async def judged(
    tx: Tx, file: ImportFile, key: PieceBox, entries: Sequence[Entry]
) -> tuple[list[Entry], int]:
    """As `Rehearsal.judged`, beside everybody before them in the file, and notes these."""
    people = [entry for entry in entries if isinstance(entry, ImportedUser)]
    plain = {key.digest(f"{kind}:{value}"): (kind, value) for one in people for kind, value in _named(one)}
    rehearsal = Rehearsal(_known(await postgres_work.keys_beside(tx, file, list(plain)), plain))
    left, here = rehearsal.judged(entries)
    came = [entry for entry in left if isinstance(entry, ImportedUser)]
    await postgres_work.note_keys(
        tx,
        file,
        [
            (key.digest(f"{kind}:{value}"), _KINDS.index(kind), one.line)
            for one in came
            for kind, value in _named(one)
        ],
    )
    return left, here


def _named(person: ImportedUser) -> list[tuple[str, str]]:
    named = list(newcomers.keys_of(person).items())
    return [*named, (_OLD, person.script_id)] if person.script_id else named


def _known(noted: Sequence[tuple[bytes, int, int]], plain: dict[bytes, tuple[str, str]]) -> Known:
    """Of what nobody among these has, the digest stands for the value: it is compared with theirs alone."""
    by_key: dict[tuple[str, str], str] = {}
    keys_of: dict[str, dict[str, str | None]] = {}
    by_script_id: dict[str, str] = {}
    for digest, place, line in noted:
        kind = _KINDS[place]
        value = plain[digest][1] if digest in plain else f"digest {digest.hex()}"
        owner = str(line)
        theirs = keys_of.setdefault(owner, dict.fromkeys(newcomers.KEYS))
        if kind == _OLD:
            by_script_id[value] = owner
        else:
            theirs[kind] = value
            by_key[(kind, value)] = owner
    return Known(by_key, keys_of, by_script_id)
