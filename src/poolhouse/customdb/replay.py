"""A version of a script on the calls that were made last, beside what the published version answers.

The log keeps what a call was given, without passwords, and how it ended. What it answered is people's data and not
kept, so the published version is called again beside the other, with the same arguments on the same database. Only
functions
that read by their contract are called: nothing is changed. Those that are given a password cannot be, for it is
recorded nowhere.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from weakref import WeakValueDictionary

from poolhouse.aside import aside
from poolhouse.caller import Caller
from poolhouse.customdb import auth0, postgres, postgres_logs
from poolhouse.customdb.model import READ_ONLY, CustomDatabase, LogEntry, ScriptName, ScriptVersion
from poolhouse.customdb.redaction import HIDDEN, LONGEST_TEXT, Redactor, is_secret_key, secrets_of
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.customdb.sources import script_name
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput
from poolhouse.sandbox.client import Killed, Outcome, Returned, Threw

REPLAYABLE: tuple[ScriptName, ...] = ("getUser", "searchUser", "listUsers")
MOST_CALLS, LOOKED_AT = 20, 200
"""Calls of one replay at most, and rows of the log in which they are looked for."""
LASTING_S = 20.0
"""No call is begun after that; each ends by the connection's own time limit."""
MOST_DIFFERENCES, LONGEST_SHOWN = 10, 200
"""Of one call, and characters of a value or message."""
MOST_VALUES = 200_000
"""Values of two answers that are compared; an answer has at most a megabyte."""

Verdict = Literal["same", "different", "fixed", "broken"]


@dataclass(frozen=True, slots=True)
class Ended:
    """`outcome` is returned, threw or a sandbox's KillReason."""

    success: bool
    outcome: str
    message: str | None
    version: int | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` such as `list[0].email`; "" for the whole. Values as JSON, None where there is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ReplayedCall:
    """`then` as it was recorded; `published` and `draft` now. `verdict`: `fixed` fails no longer, `broken`
    does now."""

    at: datetime | None
    arguments: tuple[Any, ...]
    then: Ended
    published: Ended | None
    draft: Ended
    verdict: Verdict
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """`skipped`: recorded calls whose arguments are not whole, as they were masked or too long. `left`: those for
    which there was no time."""

    version: int
    published: int | None
    calls: tuple[ReplayedCall, ...]
    skipped: int
    left: int


class ScriptReplay:
    def __init__(self, *, db: Database, customdb: CustomDatabaseService, runner: ScriptRunner) -> None:
        self._db, self._customdb, self._runner = db, customdb, runner
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def replay(self, caller: Caller, name: str, version: int | None = None, limit: int = 10) -> Replay:
        """The last `limit` recorded calls with arguments that differ, newest first, of that version or the newest.

        One at a time in a pool, in the worker of its debug runs. A version of which some call returned and none is
        broken has passed. Raises InvalidInput, ScriptNotFound.
        """
        caller.require_administrator()
        known = script_name(name)
        _require_replayable(known)
        if not 1 <= limit <= MOST_CALLS:
            raise InvalidInput("limit", f"应为 1 到 {MOST_CALLS}", f"must be from 1 to {MOST_CALLS}")
        draft = await self._customdb.get_script(caller, known, version)
        turn = self._turns.setdefault(caller.pool_id, asyncio.Lock())
        async with turn:
            return await self._replay(caller, draft, limit)

    async def _replay(self, caller: Caller, draft: ScriptVersion, limit: int) -> Replay:
        pool_id, name = caller.pool_id, draft.name
        database = await self._customdb.get(caller)
        published = await postgres.published_source(self._db, pool_id, name)
        entries = await postgres_logs.recorded_calls(self._db, pool_id, name, LOOKED_AT)
        chosen, skipped = await aside(pool_id, _chosen, entries, limit)
        redactor = Redactor(secrets_of(await self._runner.env(database)))
        context = await self._runner.context(caller)
        ends_at = time.monotonic() + LASTING_S
        calls: list[ReplayedCall] = []
        for entry in chosen:
            if time.monotonic() > ends_at:
                break
            args = [*_given(database, name, entry.arguments), context]
            now = None
            if published is not None:
                now = await self._run(caller, database, name, published, args, logged=False)
            ours = await self._run(caller, database, name, (draft.version, draft.source), args, logged=True)
            before = None if published is None or now is None else (published[0], now)
            calls.append(await aside(pool_id, _judged, entry, before, (draft.version, ours), redactor))
        if any(call.draft.success for call in calls) and not any(call.verdict == "broken" for call in calls):
            await postgres.passed(self._db, pool_id, name, draft.version)
        return Replay(
            draft.version,
            None if published is None else published[0],
            tuple(calls),
            skipped,
            len(chosen) - len(calls),
        )

    async def _run(
        self,
        caller: Caller,
        database: CustomDatabase,
        name: ScriptName,
        version: tuple[int, str],
        args: list[Any],
        *,
        logged: bool,
    ) -> Outcome:
        number, source = version
        return await self._runner.run(
            caller, database, name, source, list(args), version=number, debug=True, logged=logged
        )


def _require_replayable(name: ScriptName) -> None:
    if name in REPLAYABLE:
        return
    if name in READ_ONLY:
        raise InvalidInput(
            "name",
            f"{name} 的参数含有密码，密码从不记录，无法重放；请用调试运行它",
            f"{name} is given a password, which is never recorded, so it cannot be replayed: debug it instead",
        )
    raise InvalidInput(
        "name",
        f"{name} 会更改数据，不能重放",
        f"{name} changes data, so it is not replayed",
    )


def _chosen(entries: Sequence[LogEntry], limit: int) -> tuple[list[LogEntry], int]:
    """The newest that differ in their arguments, and how many could not be called again."""
    seen: set[str] = set()
    chosen: list[LogEntry] = []
    skipped = 0
    for entry in entries:
        if not _is_whole(entry.arguments):
            skipped += 1
            continue
        key = json.dumps(entry.arguments, sort_keys=True)
        if key not in seen:
            seen.add(key)
            chosen.append(entry)
        if len(chosen) == limit:
            break
    return chosen, skipped


def _is_whole(value: Any) -> bool:
    """Whether nothing in it was masked or cut by the log."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if item == HIDDEN or len(item) > LONGEST_TEXT:
                return False
        elif isinstance(item, Mapping):
            todo.extend(item.values())
        elif isinstance(item, list | tuple):
            todo.extend(item)
    return True


def _given(database: CustomDatabase, name: ScriptName, arguments: Sequence[Any]) -> list[Any]:
    """Auth0's getUser was given a text; ours is given a query, of which the runner makes that text again."""
    args = list(arguments)
    if database.dialect == "auth0" and name == "getUser" and args and isinstance(args[0], str):
        args[0] = auth0.query_of(args[0])
    return args


def _judged(
    entry: LogEntry, before: tuple[int, Outcome] | None, after: tuple[int, Outcome], redactor: Redactor
) -> ReplayedCall:
    then = Ended(entry.success, entry.outcome, _cut(entry.message), entry.version, entry.duration_ms)
    published = None if before is None else _ended(*before, redactor)
    draft = _ended(*after, redactor)
    base = published or then
    found: tuple[Difference, ...] = ()
    verdict: Verdict = "same"
    if base.success != draft.success:
        verdict = "fixed" if draft.success else "broken"
    elif draft.success and before is not None:
        found = tuple(differences(_value(before[1]), _value(after[1]), redactor))
    elif not draft.success and base.message != draft.message:
        found = (Difference("", base.message, draft.message),)
    if found:
        verdict = "different"
    return ReplayedCall(entry.at, tuple(entry.arguments), then, published, draft, verdict, found)


def _ended(version: int, outcome: Outcome, redactor: Redactor) -> Ended:
    message = None
    kind = "returned"
    if isinstance(outcome, Threw):
        kind, message = "threw", redactor.text(outcome.message or outcome.name)
    elif isinstance(outcome, Killed):
        kind, message = outcome.reason.value, redactor.text(outcome.detail)
    return Ended(isinstance(outcome, Returned), kind, _cut(message), version, outcome.duration_ms)


def _value(outcome: Outcome) -> Any:
    return outcome.value if isinstance(outcome, Returned) else None


_ABSENT = object()


def differences(before: Any, after: Any, redactor: Redactor) -> list[Difference]:
    """Where two answers differ, the first `MOST_DIFFERENCES` of it, without recursion. A secret's value is masked."""
    found: list[Difference] = []
    todo: list[tuple[str, bool, Any, Any]] = [("", False, before, after)]
    for _ in range(MOST_VALUES):
        if not todo or len(found) == MOST_DIFFERENCES:
            break
        path, is_secret, old, new = todo.pop()
        inner = list(_inner(path, old, new))
        if inner:
            todo.extend(
                (where, is_secret or is_secret_key(key), a, b) for where, key, a, b in reversed(inner)
            )
        elif not _alike(old, new):
            found.append(Difference(path, *(_shown(each, is_secret, redactor) for each in (old, new))))
    return found


def _inner(path: str, old: Any, new: Any) -> Iterator[tuple[str, str, Any, Any]]:
    """The members of two objects or two lists side by side; none where they are of different kinds, or one is empty."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and old and new:
        for key in dict.fromkeys((*old, *new)):
            short = str(key)[:64]
            where = f"{path}.{short}" if path else short
            yield where[-LONGEST_SHOWN:], short, old.get(key, _ABSENT), new.get(key, _ABSENT)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        for place in range(max(len(old), len(new))):
            a, b = (one[place] if place < len(one) else _ABSENT for one in (old, new))
            yield f"{path}[{place}]"[-LONGEST_SHOWN:], "", a, b


def _alike(old: Any, new: Any) -> bool:
    """Of values that have no members in common."""
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, dict | list) or isinstance(new, dict | list):
        return type(old) is type(new) and not old and not new
    return bool(old == new)


def _shown(value: Any, is_secret: bool, redactor: Redactor) -> str | None:
    if value is _ABSENT:
        return None
    if is_secret:
        return HIDDEN
    if isinstance(value, dict | list) and value:
        return f"{{…{len(value)}}}" if isinstance(value, dict) else f"[…{len(value)}]"
    if isinstance(value, str):
        return json.dumps(redactor.text(value, LONGEST_SHOWN), ensure_ascii=False)
    return json.dumps(value, default=str)[:LONGEST_SHOWN]


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
