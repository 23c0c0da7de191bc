"""Custom databases: our own endpoints, in v3's manner.

Source: docs/contract/custom-database.md#administration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from poolhouse.customdb import proof
from poolhouse.customdb.changes import shown_uri
from poolhouse.customdb.model import (
    Connection,
    CustomDatabase,
    ErrorMessages,
    Mode,
    Offer,
    ScriptName,
    ScriptState,
    ScriptVersion,
    needed,
)
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.customdb.sources import script_name
from poolhouse.customdb.templates import examples
from poolhouse.customdb.templates_auth0 import auth0_examples
from poolhouse.errors import Lang
from poolhouse.sandbox.client import Killed, Outcome, Returned, Threw
from poolhouse.sandbox.order import Dialect
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.customdb_row import READ, WRITE, Camel, row, when
from poolhouse.wire.v3.endpoint import V3Request


class ConnectionDto(Camel, omit_defaults=True):
    uri: str | None = None
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = None
    database: str | None = None


class UpdateCustomDatabaseDto(Camel):
    enabled: bool | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    database_type: str | UnsetType = UNSET
    connection: ConnectionDto | UnsetType = UNSET
    env: dict[str, str] | UnsetType = UNSET
    allowed_hosts: list[str] | UnsetType = UNSET
    timeout_ms: int | UnsetType = UNSET
    memory_mb: int | UnsetType = UNSET
    pooled_connections: bool | UnsetType = UNSET
    record_logins: bool | UnsetType = UNSET
    error_messages: ErrorMessages | UnsetType = UNSET
    dialect: Dialect | UnsetType = UNSET
    timezone: str | UnsetType = UNSET


class CustomDatabaseDto(Camel):
    enabled: bool
    mode: str
    database_type: str
    connection: ConnectionDto
    env: dict[str, str]
    allowed_hosts: list[str]
    timeout_ms: int
    memory_mb: int
    pooled_connections: bool
    record_logins: bool
    error_messages: str
    dialect: str
    timezone: str
    published_scripts: list[str]
    missing_scripts: list[str]
    publish_requires_passing_run: bool
    updated_at: str | None = None


class TestConnectionDto(Camel):
    """What to try in place of what is saved; a masked secret is the saved one."""

    database_type: str | UnsetType = UNSET
    connection: ConnectionDto | UnsetType = UNSET
    allowed_hosts: list[str] | UnsetType = UNSET


class ConnectionTestDto(Camel):
    """`reason`: one of `connection_failures.KINDS`; `sentence` and `remedy` are in the caller's language, `message` in
    the database's own words. All four are empty where it answered."""

    success: bool
    message: str
    latency_ms: float
    reason: str = ""
    sentence: str = ""
    remedy: str = ""


class ChangeVariablesDto(Camel):
    given: dict[str, str] = msgspec.field(name="set", default_factory=dict)
    remove: list[str] = msgspec.field(default_factory=list)


class WarningDto(Camel):
    """Something the author may want; `code` stays, `message` is in the caller's language."""

    code: str
    message: str


class ScriptStateDto(Camel):
    name: str
    published_version: int | None
    draft_version: int | None
    published_at: str | None
    stub: str
    warnings: list[WarningDto] = msgspec.field(default_factory=list)


class GetScriptQuery(Camel):
    name: str
    version: int | None = None


class ScriptVersionDto(Camel):
    name: str
    version: int
    source: str
    created_at: str | None
    created_by: str
    created_by_name: str | None
    message: str
    passed_at: str | None
    warnings: list[WarningDto] = msgspec.field(default_factory=list)


class ListVersionsQuery(Camel):
    name: str
    page: int = 1
    limit: int = 10


class SaveScriptDto(Camel):
    name: str
    source: str
    message: str = ""
    after: int | None = None


class CheckScriptDto(Camel):
    name: str
    source: str


class PlaceDto(Camel):
    message: str
    line: int | None
    column: int | None


class CheckedScriptDto(Camel):
    problems: list[PlaceDto]
    warnings: list[WarningDto]


class ListTemplatesQuery(Camel):
    name: str


class TemplateDto(Camel):
    kind: str
    source: str
    dialect: Dialect = "poolhouse"


class PublishScriptDto(Camel):
    name: str
    version: int
    instead_of: int | None = None


class RunScriptDto(Camel):
    name: str
    args: list[Any] = msgspec.field(default_factory=list)
    source: str | None = None
    version: int | None = None


class ScriptErrorDto(Camel):
    name: str
    message: str
    stack: str | None = None


class RunResultDto(Camel):
    success: bool
    result: Any
    error: ScriptErrorDto | None
    console: list[dict[str, str]]
    warnings: list[str]
    duration_ms: float
    connections_opened: int
    connections_left_open: int


async def update_custom_database(request: V3Request, body: UpdateCustomDatabaseDto) -> CustomDatabaseDto:
    await request.services.customdb.update(request.caller, _changes(body))
    return await get_custom_database(request, None)


def _changes(body: UpdateCustomDatabaseDto | TestConnectionDto) -> dict[str, Any]:
    changes = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not UNSET}
    if "connection" in changes:
        changes["connection"] = Connection(**msgspec.structs.asdict(changes["connection"]))
    if "allowed_hosts" in changes:
        changes["allowed_hosts"] = tuple(changes["allowed_hosts"])
    return changes


async def change_variables(request: V3Request, body: ChangeVariablesDto) -> CustomDatabaseDto:
    await request.services.customdb.change_variables(request.caller, body.given, body.remove)
    return await get_custom_database(request, None)


async def get_custom_database(request: V3Request, _: None) -> CustomDatabaseDto:
    database = await request.services.customdb.get(request.caller)
    scripts = await request.services.customdb.list_scripts(request.caller)
    must_pass = await proof.is_asked_for(request.services.pools, request.caller.pool_id)
    return _database_dto(database, scripts, must_pass)


async def try_connection(request: V3Request, body: TestConnectionDto) -> ConnectionTestDto:
    tested = await request.services.customdb.test_connection(request.caller, _changes(body))
    latency_ms, failure, lang = round(tested.latency_ms, 1), tested.failure, request.caller.lang
    if failure is None:
        return ConnectionTestDto(True, "", latency_ms)
    sentence, remedy = failure.sentence(lang), failure.remedy(lang)
    return ConnectionTestDto(False, failure.said, latency_ms, failure.kind, sentence, remedy)


async def list_scripts(request: V3Request, _: None) -> list[ScriptStateDto]:
    return [_state_dto(state) for state in await request.services.customdb.list_scripts(request.caller)]


async def get_script(request: V3Request, query: GetScriptQuery) -> ScriptVersionDto:
    found = await request.services.customdb.get_script(request.caller, query.name, query.version)
    return _version_dto(found, await _authors(request, [found]))


async def list_versions(request: V3Request, query: ListVersionsQuery) -> list[ScriptVersionDto]:
    asked = page(query.page, query.limit)
    found = await request.services.customdb.list_versions(request.caller, query.name, asked)
    authors = await _authors(request, found)
    return [_version_dto(version, authors) for version in found]


async def list_templates(request: V3Request, query: ListTemplatesQuery) -> list[TemplateDto]:
    request.caller.require_administrator()
    name = script_name(query.name)
    ours = [TemplateDto(kind, source) for kind, source in examples(name).items()]
    return ours + [TemplateDto(kind, source, "auth0") for kind, source in auth0_examples(name).items()]


async def check_script(request: V3Request, body: CheckScriptDto) -> CheckedScriptDto:
    found = await request.services.customdb.check(request.caller, body.name, body.source)
    places = [PlaceDto(one.message, one.line, one.column) for one in found.problems]
    return CheckedScriptDto(places, _warnings(found.offers, request.caller.lang))


async def save_script(request: V3Request, body: SaveScriptDto) -> ScriptVersionDto:
    saved = await request.services.customdb.save_script(
        request.caller, body.name, body.source, message=body.message, after=body.after
    )
    return _version_dto(saved, await _authors(request, [saved]), request.caller.lang)


async def publish_script(request: V3Request, body: PublishScriptDto) -> ScriptStateDto:
    state = await request.services.customdb.publish(
        request.caller, body.name, body.version, instead_of=body.instead_of
    )
    return _state_dto(state, request.caller.lang)


async def run_script(request: V3Request, body: RunScriptDto) -> RunResultDto:
    outcome = await request.services.customdb.run(
        request.caller, body.name, body.args, source=body.source, version=body.version
    )
    return result_dto(outcome, request.caller.lang)


def _database_dto(database: CustomDatabase, scripts: list[ScriptState], must_pass: bool) -> CustomDatabaseDto:
    connection = database.connection
    published: list[ScriptName] = [state.name for state in scripts if state.published is not None]
    return CustomDatabaseDto(
        enabled=database.enabled,
        mode=database.mode,
        database_type=database.database_type,
        connection=ConnectionDto(
            uri=shown_uri(connection),
            host=connection.host,
            port=connection.port,
            username=connection.username,
            password=HIDDEN if connection.password else None,
            database=connection.database,
        ),
        env=dict.fromkeys(database.env, HIDDEN),
        allowed_hosts=list(database.allowed_hosts),
        timeout_ms=database.timeout_ms,
        memory_mb=database.memory_mb,
        pooled_connections=database.pooled_connections,
        record_logins=database.record_logins,
        error_messages=database.error_messages,
        dialect=database.dialect,
        timezone=database.timezone,
        published_scripts=list(published),
        missing_scripts=[name for name in needed(database) if name not in published],
        publish_requires_passing_run=must_pass,
        updated_at=when(database.updated_at),
    )


def _state_dto(state: ScriptState, lang: Lang = "zh-CN") -> ScriptStateDto:
    at = when(state.published_at)
    warnings = _warnings(state.offers, lang)
    return ScriptStateDto(state.name, state.published, state.draft, at, state.stub, warnings)


async def _authors(request: V3Request, versions: Sequence[ScriptVersion]) -> dict[str, str]:
    """id -> name, of the administrators among those who saved them."""
    return await request.services.administrators.names({one.created_by for one in versions})


def _version_dto(
    version: ScriptVersion, authors: Mapping[str, str], lang: Lang = "zh-CN"
) -> ScriptVersionDto:
    return ScriptVersionDto(
        version.name,
        version.version,
        version.source,
        when(version.created_at),
        version.created_by,
        authors.get(version.created_by),
        version.message,
        when(version.passed_at),
        _warnings(version.offers, lang),
    )


def offers_dto(offers: Sequence[Offer], lang: Lang) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(warning) for warning in _warnings(offers, lang)]


def _warnings(offers: Sequence[Offer], lang: Lang) -> list[WarningDto]:
    return [WarningDto(offer.code, offer.message(lang)) for offer in offers]


def result_dto(outcome: Outcome, lang: Lang) -> RunResultDto:
    error = None
    if isinstance(outcome, Threw):
        error = ScriptErrorDto(outcome.name, outcome.message, outcome.stack)
    elif isinstance(outcome, Killed):
        error = ScriptErrorDto("Sandbox", f"{outcome.reason}: {outcome.detail}")
    return RunResultDto(
        success=isinstance(outcome, Returned),
        result=outcome.value if isinstance(outcome, Returned) else None,
        error=error,
        console=[{"level": line.level, "text": line.text} for line in outcome.console],
        warnings=[one.message(lang) for one in outcome.warnings],
        duration_ms=round(outcome.duration_ms, 1),
        connections_opened=outcome.clients_opened,
        connections_left_open=outcome.clients_left_open,
    )


def run_result(outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """The same as the wire spells it, for a row that says more."""
    found: dict[str, Any] = msgspec.to_builtins(result_dto(outcome, lang))
    return found


ENDPOINTS = [
    row("POST", "update-custom-database", UpdateCustomDatabaseDto, CustomDatabaseDto, update_custom_database,
         WRITE, "Set up the custom database"),
    row("GET", "get-custom-database", None, CustomDatabaseDto, get_custom_database,
         READ, "The custom database, secrets masked"),
    row("POST", "test-custom-database-connection", TestConnectionDto, ConnectionTestDto, try_connection,
         WRITE, "Connect as a script would, to what is saved or to what is given"),
    row("POST", "change-custom-database-variables", ChangeVariablesDto, CustomDatabaseDto, change_variables,
         WRITE, "Set and remove variables of the environment of scripts"),
    row("GET", "list-custom-database-scripts", None, list[ScriptStateDto], list_scripts,
         READ, "The nine functions and their versions"),
    row("GET", "get-custom-database-script", GetScriptQuery, ScriptVersionDto, get_script,
         READ, "One version of a script, or the newest"),
    row("GET", "list-custom-database-script-versions", ListVersionsQuery, list[ScriptVersionDto], list_versions,
         READ, "The versions of a script, newest first"),
    row("POST", "save-custom-database-script", SaveScriptDto, ScriptVersionDto, save_script,
         WRITE, "Save a new draft; a syntax error is refused with line and column"),
    row("POST", "check-custom-database-script", CheckScriptDto, CheckedScriptDto, check_script,
         WRITE, "Check a script's text without saving it: syntax errors with line and column, and warnings"),
    row("GET", "list-custom-database-templates", ListTemplatesQuery, list[TemplateDto], list_templates,
         READ, "Complete examples of a script, one for each kind of database and dialect"),
    row("POST", "publish-custom-database-script", PublishScriptDto, ScriptStateDto, publish_script,
         WRITE, "Publish a version; an older one is a rollback"),
    row("POST", "run-custom-database-script", RunScriptDto, RunResultDto, run_script,
         WRITE, "Run a draft or a version with given arguments"),
]  # fmt: skip
