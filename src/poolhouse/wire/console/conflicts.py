"""Saving over what somebody else may have changed: all forms that change a thing save here.

A form remembers what it showed. Where a field differs from that now, nothing is written, and its page shows yours,
theirs, who it was and when, to choose from. The comparison and the write are one: the write is refused where the thing
was changed after it was read (`Caller.unchanged`), and then it is read and compared again.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from poolhouse.audit.model import Record
from poolhouse.caller import Unchanged
from poolhouse.errors import ChangedMeanwhile, InvalidInput, PoolhouseError
from poolhouse.times import now, parse_time
from poolhouse.wire.console import fields
from poolhouse.wire.console.fields import Field, Overtaken, Told
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words import Texts

WINDOW = timedelta(minutes=1)
"""How much longer than its clock says an act may take to appear: clocks of nodes differ, and transactions last."""
LONGEST_OPEN = timedelta(days=30)
TRIES = 5
_NOT_A_WORD = re.compile(r"[^a-z0-9]")

T = TypeVar("T")
Attempt = Callable[[Visit], Awaitable[T]]


async def once(visit: Visit, attempt: Attempt[T]) -> T:
    """`attempt` reads a thing, and writes as the visit it is given; again where the thing was changed in between.

    Raises ChangedMeanwhile where that does not end, and what `attempt` raises.
    """
    known: set[str] = set()
    for left in reversed(range(TRIES)):
        try:
            return await attempt(_conditional(visit, Unchanged(now() - WINDOW, known)))
        except ChangedMeanwhile as error:
            if not left:
                raise
            known = known | {one.id for one in error.facts["changes"]}
    raise AssertionError("the last try raises or returns")


async def saved(
    visit: Visit,
    *,
    read: Callable[[], Awaitable[T]],
    shown: Callable[[T], Sequence[Field]],
    write: Callable[[Visit, T, Sequence[Field]], Awaitable[Any]],
    present: Callable[[Field, T], str] = fields.present,
    whole: bool = False,
) -> Any:
    """What `write` answers to the fields that were changed here, with what is there now as `was`; None where there is
    none. `shown`: the form as it was sent. `present`: what a field would show now. `whole`: what only others changed is
    asked about, too, where nothing was changed here.

    Raises Overtaken, whose fields say who changed them, and what `read` and `write` raise.
    """

    async def attempt(conditional: Visit) -> Any:
        there = await read()
        mine = list(shown(there))
        try:
            changed = fields.compared(mine, [present(one, there) for one in mine], whole=whole)
        except Overtaken as error:
            overtaken = error
        else:
            return await write(conditional, there, changed) if changed else None
        acts = await _acts(visit, lambda asking: write(asking, there, overtaken.mine))
        names = await _names(visit, acts)
        told = [_told(visit, one, acts, names) for one in overtaken.fields]
        raise Overtaken(told, overtaken.mine) from overtaken

    return await once(visit, attempt)


def _conditional(visit: Visit, unchanged: Unchanged) -> Visit:
    caller = replace(visit.caller, unchanged=unchanged) if visit.caller else None
    return replace(visit, caller=caller, unchanged=unchanged)


# -- who did it --------------------------------------------------------------------------------------------


async def _acts(visit: Visit, write: Attempt[Any]) -> list[Record]:
    """What was done to the thing since the form was opened, newest first. None where it is not known, as of a change
    that a company's own application made."""
    try:
        await write(_conditional(visit, Unchanged(_opened(visit), asks=True)))
    except ChangedMeanwhile as error:
        return list(error.facts["changes"])
    except PoolhouseError:
        pass  # what is wrong with the fields beside is told when they are saved
    return []


def _opened(visit: Visit) -> Any:
    moment = now()
    try:
        opened = parse_time(visit.form().get("opened", "")[:64], "opened")
    except InvalidInput:
        return moment - WINDOW
    return max(opened, moment - LONGEST_OPEN)


async def _names(visit: Visit, acts: Sequence[Record]) -> Mapping[str, str]:
    """Of whoever did them, by id."""
    ids = {one.actor_id for one in acts if one.actor_kind == "administrator"}
    return await visit.services.administrators.names(ids)


def _told(visit: Visit, one: Field, acts: Sequence[Record], names: Mapping[str, str]) -> Field:
    if not (one.is_wrong or one.is_theirs) or not acts:
        return one
    about = [act for act in acts if _is_about(act, one)]
    act = (about or acts)[0]
    who = names.get(act.actor_id) or _who(visit, act)
    return replace(one, told=Told(act, who, is_sure=bool(about) or len(acts) == 1))


def _is_about(act: Record, one: Field) -> bool:
    if one.arg.to.partition(".")[0] == "customData" and act.resource_type != "custom_data":
        return False
    if one.arg.to == "customData":
        return True
    known = {_word(name) for side in ("before", "after") for name in _parts(act.detail.get(side))}
    wanted = _word(one.arg.to.rpartition(".")[2])
    return any(name and (wanted == name or wanted.endswith(name)) for name in known)


def _parts(state: object) -> Iterator[str]:
    if isinstance(state, dict):
        for name, value in state.items():
            yield name
            yield from _parts(value)


def _word(name: str) -> str:
    return _NOT_A_WORD.sub("", name.lower())


def _who(visit: Visit, act: Record) -> str:
    """Whoever is no administrator: a key by its id, the person, or the server."""
    texts = Texts(visit.lang)
    if act.actor_kind == "user":
        return texts.conflict_by_person if act.actor_id == act.user_id else act.actor_id
    if act.actor_kind == "administrator":
        return texts("conflict_by_key", key=act.actor_id)
    return texts.conflict_by_server
