"""What an administrator sends against what is saved: masked secrets stay, and what cannot be is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args

from poolhouse.audit.model import Event
from poolhouse.audit.states import Secret
from poolhouse.customdb import environment
from poolhouse.customdb.model import LARGEST_TIMEOUT_MS, Connection, CustomDatabase, ErrorMessages
from poolhouse.customdb.redaction import HIDDEN, redacted_text
from poolhouse.customdb.runner import spec_of
from poolhouse.errors import InvalidInput
from poolhouse.networks import split_host
from poolhouse.sandbox.order import Dialect
from poolhouse.times import zone_named


def merged(current: CustomDatabase, changes: Mapping[str, Any]) -> CustomDatabase:
    """With the changes; a masked secret that is sent back stays as it is."""
    changes = dict(changes)
    if "connection" in changes:
        changes["connection"] = _unmasked(changes["connection"], current.connection)
    if "env" in changes:
        given = {name: current.env.get(name) if v == HIDDEN else v for name, v in changes["env"].items()}
        changes["env"] = {name: value for name, value in given.items() if value is not None}
    return replace(current, **changes)


def updated(before: CustomDatabase, after: CustomDatabase, **detail: object) -> Event:
    """The act, with both states: of the URI all but its password is known."""
    old, new = ({**_fields(one), "uri": shown_uri(one.connection)} for one in (before, after))
    return Event("update", "custom_database", after.pool_id, detail=detail, before=old, after=new)


def _fields(database: CustomDatabase) -> dict[str, object]:
    """With the connection and the variables as what they are, so that their secrets are hidden."""
    shown = {part.name: getattr(database, part.name) for part in fields(database)}
    return shown | {"env": {name: Secret(value) for name, value in database.env.items()}}


def shown_uri(connection: Connection) -> str | None:
    """Its URI without the password."""
    return redacted_text(connection.uri, [connection.password] if connection.password else [])


def _unmasked(given: Connection, kept: Connection) -> Connection:
    """Raises InvalidInput for a URI of which something else than its password is masked."""
    masked = {
        part.name: getattr(kept, part.name)
        for part in fields(Connection)
        if getattr(given, part.name) == HIDDEN
    }
    if given.uri and HIDDEN in given.uri and given.uri != HIDDEN:
        masked["uri"] = kept.uri if given.uri == shown_uri(kept) else _with_password_of(kept, given.uri)
    return replace(given, **masked)


def _with_password_of(kept: Connection, uri: str) -> str:
    """The URI as it was changed, with the password that is saved."""
    before, mark, after = uri.partition(f":{HIDDEN}@")
    _, _, login = (kept.uri or "").partition("://")
    _, _, password = login.rpartition("@")[0].partition(":")
    if not mark or not password or HIDDEN in before + after:
        raise InvalidInput(
            "connection.uri", "请重新输入密码：*** 不是密码", "type the password again: *** is none"
        )
    return f"{before}:{password}@{after}"


def checked(database: CustomDatabase) -> CustomDatabase:
    """Raises InvalidInput naming the field."""
    environment.check_database_type(database.database_type)
    if not 100 <= database.timeout_ms <= LARGEST_TIMEOUT_MS:
        limit = LARGEST_TIMEOUT_MS
        raise InvalidInput("timeoutMs", f"应为 100 至 {limit}", f"must be 100 to {limit}")
    if not 64 <= database.memory_mb <= 256:
        raise InvalidInput("memoryMb", "应为 64 至 256", "must be 64 to 256")
    if database.error_messages not in get_args(ErrorMessages):
        known = ", ".join(get_args(ErrorMessages))
        raise InvalidInput("errorMessages", f"应为 {known}", f"must be one of {known}")
    if database.dialect not in get_args(Dialect):
        known = ", ".join(get_args(Dialect))
        raise InvalidInput("dialect", f"应为 {known}", f"must be one of {known}")
    zone_named(str(database.timezone), "timezone")
    environment.check_variables(database.env, dialect=database.dialect)
    _check_hosts(database)
    if len(database.allowed_hosts) > 50:
        raise InvalidInput("allowedHosts", "最多 50 个", "at most 50")
    for host in database.allowed_hosts:
        try:
            split_host(host)
        except ValueError as error:
            raise InvalidInput("allowedHosts", "应为 host:port", "must be host:port") from error
    return database


def _check_hosts(database: CustomDatabase) -> None:
    """What cannot be an address would only fail at the first login."""
    field = "connection.uri" if database.connection.uri else "connection.host"
    for host in spec_of(replace(database, allowed_hosts=()), {}).allow_hosts:
        try:
            split_host(host)
        except ValueError as error:
            raise InvalidInput(field, "不是合法的主机与端口", "not a host and a port") from error
