"""`poolhouse scripts`: a pool's custom database as files, to be kept under version control."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from poolhouse.caller import Caller
from poolhouse.client.exits import USAGE, Stopped
from poolhouse.commands.directory import on_services, operator
from poolhouse.commands.output import facts, rows
from poolhouse.commands.tree import Data, DatabaseUrl, Json, Pool
from poolhouse.customdb import folder as folders
from poolhouse.customdb.environment import check_database_type
from poolhouse.customdb.model import PASSWORD_FUNCTION, CustomDatabase, Offer, ScriptName
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.customdb.sources import script_name
from poolhouse.customdb.templates import templates
from poolhouse.errors import InvalidInput, ScriptNotFound
from poolhouse.sandbox.client import Killed, Returned, Threw
from poolhouse.services import Services

scripts = App(name="scripts", help="A pool's custom-database scripts as files in a folder.")

Folder = Annotated[Path, Parameter(help="The folder: one file a function, and connection.toml.")]


@scripts.command(name="new")
def new(
    folder: Folder,
    /,
    *,
    kind: Annotated[str, Parameter(help="postgresql, mysql, mongodb or http.")] = "postgresql",
    as_json: Json = False,
) -> None:
    """Begins a folder with complete example scripts for one kind of database. Overwrites nothing."""
    check_database_type(kind, "--kind")
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(str(folder), "文件夹不为空", "the folder is not empty")
    database = CustomDatabase("", database_type=kind)
    database = replace(database, connection=replace(database.connection, uri=HIDDEN))
    written = folders.write(folder, database, templates(kind))
    rows("scripts", ("written",), [(file,) for file in written], as_json=as_json)


@scripts.command(name="pull")
def pull(
    folder: Folder,
    /,
    *,
    draft: Annotated[bool, Parameter(help="The newest versions instead of the published ones.")] = False,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Writes the published scripts and the connection, its secrets left out, into the folder."""

    async def work(services: Services) -> None:
        caller = await operator(services, pool)
        sources = await _on_server(services, caller, draft=draft)
        database = await services.customdb.get(caller)
        written = folders.write(folder, database, sources)
        rows("scripts", ("written",), [(file,) for file in written], as_json=as_json)

    on_services(data, database_url, work)


@scripts.command(name="diff")
def diff(
    folder: Folder,
    /,
    *,
    pool: Pool = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows how the folder's scripts differ from the published ones; exit status 1 if they do."""
    found = folders.read(folder)
    different = False

    async def work(services: Services) -> None:
        nonlocal different
        published = await _on_server(services, await operator(services, pool))
        for name, source in found.sources.items():
            lines = difflib.unified_diff(
                published.get(name, "").splitlines(keepends=True),
                source.splitlines(keepends=True),
                f"published/{name}.js",
                f"{folder}/{name}.js",
            )
            for line in lines:
                different = True
                print(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", end="")
        for name in sorted(published.keys() - found.sources.keys()):
            different = True
            print(f"Only published: {name}.js (poolhouse scripts withdraw {name} takes it back)")

    on_services(data, database_url, work)
    sys.exit(1 if different else 0)


@scripts.command(name="push")
def push(
    folder: Folder,
    /,
    *,
    draft: Annotated[bool, Parameter(help="Save, but publish nothing.")] = False,
    yes: Annotated[bool, Parameter(help="Do it; without, the plan is shown and nothing is changed.")] = False,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Saves and publishes what differs. Doing it again changes nothing."""
    found = folders.read(folder)

    async def work(services: Services) -> None:
        caller = await operator(services, pool)
        plan: list[tuple[str, str]] = []
        published = await _on_server(services, caller)
        newest = await _on_server(services, caller, draft=True)
        before = newest if draft else published
        changed = {name: source for name, source in found.sources.items() if before.get(name) != source}
        plan += [(name, "save" if draft else "save and publish") for name in changed]
        settings = _changed_settings(await services.customdb.get(caller), found.changes)
        plan += [(folders.CONNECTION_FILE, f"set {field}") for field in sorted(settings)]
        done = "done" if yes else "planned"
        offers: dict[Offer, list[ScriptName]] = {}
        if yes and settings:
            await services.customdb.update(caller, settings)
        for name, source in changed.items():
            if yes:
                with of_file(folder, name):
                    saved = await services.customdb.save_script(caller, name, source)
                if not draft:
                    await services.customdb.publish(caller, name, saved.version)
                noticed = saved.offers
            else:
                with of_file(folder, name):
                    noticed = await services.customdb.offers(caller, name, source, settings.get("dialect"))
            for offer in noticed:
                offers.setdefault(offer, []).append(name)
        rows("scripts", ("what", "action", "state"), [(*step, done) for step in plan], as_json=as_json)
        for offer, names in offers.items():
            print(f"{', '.join(names)}: {offer.en} ({offer.code})", file=sys.stderr)
        if not plan and not as_json:
            print("Nothing to do: the folder is what is saved.", file=sys.stderr)
        if plan and not yes and not as_json:
            print("Nothing was changed; add --yes to do it.", file=sys.stderr)

    on_services(data, database_url, work)


@contextmanager
def of_file(folder: Path, name: str) -> Iterator[None]:
    """What is wrong with a source is told of its file: FILE:LINE:COLUMN: why."""
    try:
        yield
    except InvalidInput as error:
        if error.facts.get("field") != "source":
            raise
        raise Stopped(f"{folder / f'{name}.js'}:{error.reason_en or ' malformed'}") from error


@scripts.command(name="withdraw")
def withdraw(
    name: str,
    /,
    *,
    yes: Annotated[
        bool, Parameter(help="Delete. Without it, only what depends on the script is listed.")
    ] = False,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Publishes no version of a function any more; its versions stay.

    Tells first how many people could not sign in without it: those whose password only verifyPassword can judge.
    """

    async def work(services: Services) -> None:
        caller = await operator(services, pool)
        known = script_name(name)
        published = known in await _on_server(services, caller)
        people = await services.passwords.dependents(caller.pool_id) if known == PASSWORD_FUNCTION else 0
        withdrawn = yes and await services.customdb.withdraw(caller, known)
        shown: dict[str, Any] = {"withdrawn" if withdrawn else "published": withdrawn or published}
        if known == PASSWORD_FUNCTION:
            shown["users who cannot sign in without it"] = people
        facts(known, shown, as_json=as_json)
        if published and not yes and not as_json:
            print("Nothing was changed; add --yes to do it.", file=sys.stderr)

    on_services(data, database_url, work)


@scripts.command(name="run")
def run(
    folder: Folder,
    name: str,
    /,
    *args: Annotated[str, Parameter(help="Arguments before the context: JSON, or else plain text.")],
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Runs the folder's function against the saved connection, as the debug button does."""
    source = folders.read(folder).sources.get(script_name(name))
    if source is None:
        raise ScriptNotFound(name=name)
    given = [_argument(text) for text in args]
    returned = True

    async def work(services: Services) -> None:
        nonlocal returned
        with of_file(folder, name):
            outcome = await services.customdb.run(await operator(services, pool), name, given, source=source)
        await services.scripts.settled()
        shown: dict[str, Any] = {"success": isinstance(outcome, Returned)}
        if isinstance(outcome, Returned):
            shown["result"] = outcome.value if as_json else json.dumps(outcome.value, ensure_ascii=False)
        elif isinstance(outcome, Threw):
            shown |= {"error": outcome.message, "stack": outcome.stack}
        elif isinstance(outcome, Killed):
            shown["error"] = f"{outcome.reason}: {outcome.detail}"
        shown |= {f"console {n}": line.text for n, line in enumerate(outcome.console, 1)}
        shown |= {f"warning {n}": text for n, text in enumerate(outcome.warnings, 1)}
        shown["milliseconds"] = round(outcome.duration_ms, 1)
        facts(name, shown, as_json=as_json)
        returned = isinstance(outcome, Returned)

    on_services(data, database_url, work)
    if not returned and not as_json:
        sys.exit(1)


async def _on_server(services: Services, caller: Caller, *, draft: bool = False) -> dict[ScriptName, str]:
    """The published sources, or the newest."""
    found: dict[ScriptName, str] = {}
    for state in await services.customdb.list_scripts(caller):
        version = state.draft if draft else state.published
        if version is not None:
            found[state.name] = (await services.customdb.get_script(caller, state.name, version)).source
    return found


def _changed_settings(current: CustomDatabase, given: Any) -> dict[str, Any]:
    """Only what differs; a secret nobody gave is as it was."""
    changed = {}
    for field, value in given.items():
        kept = getattr(current, field)
        if field == "env":
            same = set(value) == set(kept) and all(v in (HIDDEN, kept[k]) for k, v in value.items())
        elif field == "connection":
            same = all(
                getattr(value, part) in (HIDDEN, getattr(kept, part))
                for part in ("uri", "host", "port", "username", "password", "database")
            )
        else:
            same = value == kept
        if not same:
            changed[field] = value
    return changed


def _argument(text: str) -> Any:
    """JSON, or else plain text; what begins as JSON and is none is a slip. Raises Stopped."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] in ("{", "[", '"'):
            raise Stopped(f"not JSON, {error.msg} at character {error.pos}: {text}", USAGE) from error
        return text
