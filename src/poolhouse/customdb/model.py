"""A pool's custom database: how to reach it, the scripts that speak to it, and what became of each call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Literal, get_args

from poolhouse.sandbox.limits import KillReason
from poolhouse.sandbox.order import Dialect
from poolhouse.sandbox.warnings import Warned
from poolhouse.times import zone_named

LOG_DAYS, LOG_ROWS = 30, 100_000
"""How long a call's log row is kept, and how many of a pool at most."""

Mode = Literal["LAZY_MIGRATION", "CUSTOM_USER_STORE"]
ErrorMessages = Literal["script", "uniform"]
"""Whether a person is told what the script threw, or the same words whatever it threw."""

OurName = Literal[
    "login",
    "getUser",
    "searchUser",
    "createUser",
    "updateUser",
    "deleteUser",
    "listUsers",
    "validatePassword",
    "verifyPassword",
]
Auth0Name = Literal["changePassword", "verify", "changeEmail", "changeUsername"]
"""What Auth0 has in place of `updateUser`; called under its dialect alone."""
ScriptName = OurName | Auth0Name
SCRIPT_NAMES: tuple[OurName, ...] = get_args(OurName)
AUTH0_NAMES: tuple[Auth0Name, ...] = get_args(Auth0Name)
PASSWORD_FUNCTION: ScriptName = "verifyPassword"
"""The pool's own: it judges stored passwords nobody here can, with a custom database or without one."""
DIRECTORY_SCRIPTS: tuple[ScriptName, ...] = tuple(name for name in SCRIPT_NAMES if name != PASSWORD_FUNCTION)
"""The documented eight, which speak to a custom database."""
READ_ONLY: frozenset[str] = frozenset(
    {"login", "getUser", "searchUser", "listUsers", "validatePassword", PASSWORD_FUNCTION}
)
"""May be repeated when another call brings the worker down."""

_NEEDED: dict[Mode, tuple[ScriptName, ...]] = {
    "LAZY_MIGRATION": ("login", "getUser"),
    "CUSTOM_USER_STORE": DIRECTORY_SCRIPTS,
}
_NEEDED_OF_AUTH0: tuple[ScriptName, ...] = ("login", "getUser", "createUser", "deleteUser", "changePassword")

LONGEST_MESSAGE = 500
"""Characters of what is said of a version."""

LONGEST_CALL_MS = 3_600_000
"""Milliseconds, more than which no duration is looked for."""

DEFAULT_TIMEOUT_MS, LARGEST_TIMEOUT_MS = 10_000, 20_000


@dataclass(frozen=True, slots=True)
class Connection:
    """How a script reaches the database: a URI, or its parts. Both forms are given to scripts."""

    uri: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None


@dataclass(frozen=True, slots=True)
class CustomDatabase:
    """Everything an administrator sets. `env` values and the connection are secrets."""

    pool_id: str
    enabled: bool = False
    mode: Mode = "LAZY_MIGRATION"
    database_type: str = "postgresql"
    connection: Connection = Connection()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    memory_mb: int = 96
    pooled_connections: bool = False
    record_logins: bool = True
    error_messages: ErrorMessages = "script"
    dialect: Dialect = "poolhouse"
    timezone: str = "UTC"
    """What the database's times without a zone mean: an IANA name or `+08:00`."""
    updated_at: datetime | None = None

    @property
    def zone(self) -> tzinfo:
        return zone_named(self.timezone, "timezone")


def needed(database: CustomDatabase) -> tuple[ScriptName, ...]:
    """The functions without which something that the mode promises fails."""
    if database.dialect == "auth0" and database.mode == "CUSTOM_USER_STORE":
        return _NEEDED_OF_AUTH0
    return _NEEDED[database.mode]


@dataclass(frozen=True, slots=True)
class Offer:
    """Something an author may want, told in both languages; it stops nothing."""

    code: str
    zh: str
    en: str

    def message(self, lang: str) -> str:
        return self.en if lang == "en-US" else self.zh


@dataclass(frozen=True, slots=True)
class ScriptVersion:
    """One version; its source never changes. `created_by` is the id of who saved it, `message` what they said of it;
    `passed_at`: when a debug run of it last returned an answer; `offers` are what was noticed at saving it."""

    name: ScriptName
    version: int
    source: str
    created_at: datetime | None = None
    created_by: str = ""
    message: str = ""
    passed_at: datetime | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is wrong. `line` and `column` count from 1; both are None where nobody can tell."""

    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedScript:
    """What is wrong with a source, and what its author may want."""

    problems: tuple[Place, ...] = ()
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class ScriptState:
    """What is known of one function: `published` and `draft` (the newest version) or None; its stub."""

    name: ScriptName
    published: int | None
    draft: int | None
    stub: str
    published_at: datetime | None = None
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveConnection:
    """What a node needs to serve a pool: the settings and the published sources."""

    database: CustomDatabase
    sources: Mapping[str, tuple[int, str]]
    """name -> (version, source); a name that is absent runs its stub."""


RETURNED, THREW = "returned", "threw"
"""Outcomes of a call that ended by itself; the others are the sandbox's KillReason."""
LogResult = Literal["ok", "failed", "timeout", "breaker"]
OUTCOMES: Mapping[LogResult, tuple[str, ...]] = {
    "ok": (RETURNED,),
    "timeout": (KillReason.SOFT_TIMEOUT, KillReason.HARD_TIMEOUT, KillReason.UNRESPONSIVE),
    "breaker": (KillReason.BREAKER_OPEN,),
}
"""What became of a call, in a word, and the outcomes that it stands for: all others failed."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One invocation. `outcome` is returned, threw or a sandbox's KillReason; `arguments` are redacted.

    `script_user_id`: whom the call was about, as the scripts call them, where its arguments or its answer say so;
    `user_id`: who that is here, None for nobody.
    """

    id: str
    name: str
    version: int | None
    duration_ms: float
    success: bool
    outcome: str
    message: str | None = None
    stack: str | None = None
    console: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[Warned, ...] = ()
    clients_opened: int = 0
    clients_left_open: int = 0
    arguments: tuple[Any, ...] = ()
    app_id: str | None = None
    request_id: str | None = None
    debug: bool = False
    at: datetime | None = None
    script_user_id: str | None = None
    user_id: str | None = None

    @property
    def result(self) -> LogResult:
        named = (result for result, outcomes in OUTCOMES.items() if self.outcome in outcomes)
        return next(named, "failed")


@dataclass(frozen=True, slots=True)
class LogQuery:
    """`user_id`: of somebody here. Durations are in milliseconds, both included."""

    name: str | None = None
    success: bool | None = None
    start: datetime | None = None
    end: datetime | None = None
    request_id: str | None = None
    result: LogResult | None = None
    least_ms: int | None = None
    most_ms: int | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """`total` counts every match, or where that was not asked at least those up to this page. `more` follow."""

    total: int
    items: list[LogEntry]
    more: bool


@dataclass(frozen=True, slots=True)
class MigrationProgress:
    """`failed` counts by reason. Times are of the first and the last attempt."""

    attempted: int = 0
    migrated: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None
