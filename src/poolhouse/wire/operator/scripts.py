"""A folder of scripts, as the files' texts: what the commands `scripts ...` read and write by `client/folders.py`.

A push is all of the folder or nothing of it; v3 saves and publishes one script at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import field

from poolhouse.customdb import folder as folders
from poolhouse.customdb.folder import CONNECTION_FILE, Folder
from poolhouse.customdb.model import PASSWORD_FUNCTION
from poolhouse.customdb.pushing import Problem, Step, of_file, of_source
from poolhouse.customdb.sources import script_name
from poolhouse.errors import InvalidInput, ScriptNotFound
from poolhouse.sandbox.client import Threw
from poolhouse.wire.operator.row import Camel, row
from poolhouse.wire.v3.customdb import offers_dto, run_result
from poolhouse.wire.v3.endpoint import V3Request


class FolderQuery(Camel):
    draft: bool = False


class FilesDto(Camel):
    """`files`: name -> text. `environ`: the variables that connection.toml names, of whoever pushes."""

    files: dict[str, str]
    environ: dict[str, str] = field(default_factory=dict)


class PushDto(FilesDto):
    """`draft`: publish nothing. Without `apply` it is the plan, and nothing is changed. `message`: what the versions
    that are saved are about."""

    draft: bool = False
    apply: bool = False
    message: str = ""


class RunDto(FilesDto):
    name: str = ""
    args: list[Any] = field(default_factory=list)


class WithdrawDto(Camel):
    name: str
    apply: bool = False


async def list_files(request: V3Request, _: None) -> dict[str, Any]:
    """`files` of a function: one of these names. `largest`: bytes of one."""
    request.caller.require_administrator()
    named = [{"name": name, "files": list(known)} for name, known in folders.files().items()]
    return {
        "functions": named,
        "connection": CONNECTION_FILE,
        "largest": request.services.script_folders.largest,
    }


async def get_folder(request: V3Request, query: FolderQuery) -> dict[str, Any]:
    sources = await request.services.script_folders.sources(request.caller, draft=query.draft)
    database = await request.services.customdb.get(request.caller)
    found = folders.written(database, sources)
    return {"files": [{"names": list(names), "text": text} for names, text in found]}


async def compare(request: V3Request, body: FilesDto) -> dict[str, Any]:
    """`scripts`: those that differ, `file` null for what the folder has no file of."""
    folder, problem = _read(body)
    if problem:
        return {"scripts": [], "settings": [], "problems": _told(request, [problem])}
    found = await request.services.script_folders.compare(request.caller, folder)
    scripts = [
        {"name": name, "file": folder.files[name], "published": found.published.get(name)}
        for name, source in folder.sources.items()
        if found.published.get(name) != source
    ]
    scripts += [
        {"name": name, "file": None, "published": source}
        for name, source in found.published.items()
        if name not in folder.sources
    ]
    return {"scripts": scripts, "settings": list(found.settings), "problems": []}


async def push(request: V3Request, body: PushDto) -> dict[str, Any]:
    folder, problem = _read(body)
    if problem:
        return _pushed(request, [], [problem])
    done = await request.services.script_folders.push(
        request.caller, folder, draft=body.draft, apply=body.apply, message=body.message
    )
    warnings = [
        {**warning, "scripts": names}
        for names, warning in zip(
            done.offers.values(), offers_dto(tuple(done.offers), request.caller.lang), strict=True
        )
    ]
    return _pushed(request, done.steps, done.problems, applied=done.applied, warnings=warnings)


async def run(request: V3Request, body: RunDto) -> dict[str, Any]:
    """v3's `run-custom-database-script`, its refusal as a problem of the file."""
    name = script_name(body.name)
    folder, problem = _read(
        FilesDto({file: text for file, text in body.files.items() if file != CONNECTION_FILE})
    )
    if problem:
        return {"problems": _told(request, [problem])}
    if name not in folder.sources:
        raise ScriptNotFound(name=name)
    services = request.services
    try:
        outcome = await services.customdb.run(request.caller, name, body.args, source=folder.sources[name])
    except InvalidInput as error:
        return {"problems": _told(request, [of_source(error, folder.files[name])])}
    if isinstance(outcome, Threw) and outcome.name == "SyntaxError":
        # The worker does not say where; of what compiles and throws one itself the check finds nothing.
        problems = await services.script_folders.problems(request.caller, folder)
        if problems:
            return {"problems": _told(request, problems)}
    return {**run_result(outcome, request.caller.lang), "problems": []}


async def withdraw(request: V3Request, body: WithdrawDto) -> dict[str, Any]:
    """`dependents`: people who cannot sign in without it, null of a function that nobody's password hangs on."""
    services, caller = request.services, request.caller
    name = script_name(body.name)
    published = name in await services.script_folders.sources(caller)
    judges = name == PASSWORD_FUNCTION
    people = await services.passwords.dependents(caller.pool_id) if judges else None
    withdrawn = body.apply and await services.customdb.withdraw(caller, name)
    return {
        "name": name,
        "published": published and not withdrawn,
        "withdrawn": withdrawn,
        "dependents": people,
    }


def _read(body: FilesDto) -> tuple[Folder, Problem | None]:
    try:
        return folders.read(body.files, body.environ), None
    except InvalidInput as error:
        return Folder(), of_file(error)


def _pushed(
    request: V3Request,
    steps: Iterable[Step],
    problems: Iterable[Problem],
    *,
    applied: bool = False,
    warnings: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "steps": [{"what": one.what, "action": one.action, "setting": one.setting} for one in steps],
        "applied": applied,
        "warnings": warnings or [],
        "problems": _told(request, problems),
    }


def _told(request: V3Request, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    lang = request.caller.lang
    return [
        {"file": one.file, "line": one.line, "column": one.column, "message": one.message(lang)}
        for one in problems
    ]


_BLANK = frozenset({"files", "args", "message"})
ROWS = [
    row("GET", "list-script-files", None, list_files, "What the files of a folder of scripts are named"),
    row("GET", "get-script-folder", FolderQuery, get_folder, "What is published, as the files of a folder"),
    row("POST", "compare-scripts", FilesDto, compare, "What of a folder is not as it is published", _BLANK),
    row(
        "POST",
        "push-scripts",
        PushDto,
        push,
        "Saves and publishes what differs, all of it or nothing",
        _BLANK,
    ),
    row(
        "POST", "run-script", RunDto, run, "Runs a function of a folder against the saved connection", _BLANK
    ),
    row("POST", "withdraw-script", WithdrawDto, withdraw, "Publishes no version of a function any more"),
]
