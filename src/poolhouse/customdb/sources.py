"""Checks of a script's source without running it: whether it compiles, and for which dialect it is written."""

from __future__ import annotations

from poolhouse.customdb import auth0
from poolhouse.customdb.model import (
    AUTH0_NAMES,
    LONGEST_MESSAGE,
    SCRIPT_NAMES,
    CheckedScript,
    CustomDatabase,
    Offer,
    Place,
    ScriptName,
)
from poolhouse.errors import CustomDatabaseUnavailable, InvalidInput
from poolhouse.misfits import one_of
from poolhouse.sandbox.client import Checked, Sandbox
from poolhouse.sandbox.workers import CallKilled


def script_name(name: str) -> ScriptName:
    """Raises InvalidInput for anything but the eight and what Auth0 calls its own."""
    for known in (*SCRIPT_NAMES, *AUTH0_NAMES):
        if known == name:
            return known
    if name in auth0.NAMES:
        return auth0.NAMES[name]
    raise InvalidInput("name", *one_of(SCRIPT_NAMES))


def version_message(text: str) -> str:
    """What is said of a version. Raises InvalidInput."""
    message = text.strip()
    if len(message) > LONGEST_MESSAGE:
        limit = LONGEST_MESSAGE
        raise InvalidInput("message", f"最多 {limit} 个字符", f"has at most {limit} characters")
    return message


async def compiled(
    sandbox: Sandbox, database: CustomDatabase, name: ScriptName, source: str
) -> tuple[Offer, ...]:
    """What its author may want. Raises InvalidInput with the place of a syntax error."""
    checked = await _check(sandbox, database, name, source)
    offers = _offers(database, name, checked)
    problem = checked.problem
    if problem is None:
        return offers
    where = f"{problem.line}:{problem.column}: " if problem.line else ""
    text = f" | {problem.text.strip()}" if problem.text else ""
    sentence = f"{where}{problem.message}{text}"
    zh, en = (
        "; ".join([sentence, *(offer.message(lang) for offer in offers)]) for lang in ("zh-CN", "en-US")
    )
    raise InvalidInput("source", zh, en, line=problem.line, column=problem.column, text=problem.text)


async def judged(sandbox: Sandbox, database: CustomDatabase, name: ScriptName, source: str) -> CheckedScript:
    """The same, answered and not raised."""
    checked = await _check(sandbox, database, name, source)
    problem = checked.problem
    places = () if problem is None else (Place(problem.message, problem.line, problem.column),)
    return CheckedScript(places, _offers(database, name, checked))


async def offers(
    sandbox: Sandbox, database: CustomDatabase, name: ScriptName, source: str
) -> tuple[Offer, ...]:
    return _offers(database, name, await _check(sandbox, database, name, source))


async def _check(sandbox: Sandbox, database: CustomDatabase, name: ScriptName, source: str) -> Checked:
    try:
        return await sandbox.check(source, name, key=database.pool_id, dialect=database.dialect)
    except CallKilled as killed:
        raise CustomDatabaseUnavailable(f"the check of {name}: {killed}") from killed


def _offers(database: CustomDatabase, name: ScriptName, checked: Checked) -> tuple[Offer, ...]:
    theirs = checked.auth0 or name in AUTH0_NAMES
    return (auth0.OFFER,) if theirs and database.dialect != "auth0" else ()
