"""Takes a person out of the script log: that a script ran, when and how it ended stays."""

from __future__ import annotations

from poolhouse.audit.person import Person
from poolhouse.db.database import Tx

_SAID = "concat_ws(' ', l.message, l.stack, l.console::text, l.warnings::text, l.arguments::text)"


async def erase_person(tx: Tx, pool_id: str, person: Person) -> int:
    rows = await tx.fetch(
        f"""
        select l.id, {_SAID} as said from custom_script_logs l
        where l.pool_id = $1 and exists (
          select 1 from unnest($2::text[]) needle where strpos(lower({_SAID}), needle) > 0)
        """,
        pool_id,
        person.needles,
    )
    theirs = [row["id"] for row in rows if person.is_in(row["said"])]
    await tx.execute(
        """
        update custom_script_logs
        set message = null, stack = null, console = '[]', warnings = '[]', arguments = '[]', request_id = ''
        where pool_id = $1 and id = any($2::text[])
        """,
        pool_id,
        theirs,
    )
    about = await tx.execute(
        "update custom_script_logs set script_user_id = null, request_id = '' "
        "where pool_id = $1 and script_user_id = any($2::text[])",
        pool_id,
        [person.user_id, *person.old_ids],
    )
    return max(len(theirs), int(about.split()[-1]))
