"""The `env` of scripts: both documented forms of the connection. Source: docs/contract/custom-database.md#env."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from poolhouse.customdb.model import Connection
from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.sandbox.order import Dialect
from poolhouse.texts import fault_of

PORTS = {"postgresql": 5432, "mysql": 3306, "mongodb": 27017, "http": 443, "sqlserver": 1433}
_PROTOCOLS = {
    "postgresql": "postgres",
    "mysql": "mysql",
    "mongodb": "mongodb",
    "http": "https",
    "sqlserver": "mssql",
}
DATABASE_TYPES = ("postgresql", "mysql", "mongodb", "http")
WITHOUT_DRIVER = ("sqlserver",)
"""Documented, and taken by an earlier version, whose rows are still read; no driver of it can be required."""


def check_database_type(kind: str, field: str = "databaseType") -> None:
    """Raises InvalidInput with those there are."""
    if kind in DATABASE_TYPES:
        return
    names, known = "、".join(DATABASE_TYPES), ", ".join(DATABASE_TYPES)
    if kind in WITHOUT_DRIVER:
        raise InvalidInput(
            field,
            f"暂不支持 {kind}（脚本没有可用的驱动），应为 {names}",
            f"{kind} is not supported yet, as scripts have no driver for it; must be one of {known}",
        )
    raise InvalidInput(field, f"应为 {names}", f"must be one of {known}")


_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
RESERVED = "DB_"
OWN = ("DB_CONNECTION_URI", "DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_DATABASE")
MOST_VARIABLES, LONGEST_VALUE = 100, 8192


def check_variables(env: Mapping[str, str], *, dialect: Dialect = "poolhouse") -> None:
    """Names are identifiers outside DB_, which is ours; values are strings of at most 8 KiB. Of Auth0's scripts,
    whose `configuration` has such names, only the six that a connection sets are refused."""
    if len(env) > MOST_VARIABLES:
        raise InvalidInput("env", f"最多 {MOST_VARIABLES} 个变量", f"at most {MOST_VARIABLES} variables")
    for key, value in env.items():
        if dialect == "auth0" and key in OWN:
            raise InvalidInput(f"env.{key}", "由连接设置", "is set by the connection")
        if not _KEY.match(key) or (dialect != "auth0" and key.startswith(RESERVED)):
            raise InvalidInput(
                f"env.{key}",
                "应为标识符，且不能以 DB_ 开头",
                "must be an identifier that does not begin with DB_",
            )
        if len(value) > LONGEST_VALUE:
            raise InvalidInput(f"env.{key}", "取值过长", "too long")
        if fault := fault_of(value):
            raise InvalidInput(f"env.{key}", *fault)


def connection_variables(connection: Connection, database_type: str) -> dict[str, str]:
    """DB_CONNECTION_URI and DB_HOST, DB_PORT, DB_USERNAME, DB_PASSWORD, DB_DATABASE; strings all of them."""
    uri, parts = connection.uri, parts_of(connection, database_type)
    if not uri and parts["DB_HOST"]:
        login = quote(parts["DB_USERNAME"], safe="")
        if parts["DB_PASSWORD"]:
            login += f":{quote(parts['DB_PASSWORD'], safe='')}"
        at = f"{login}@" if login else ""
        host = f"[{parts['DB_HOST']}]" if ":" in parts["DB_HOST"] else parts["DB_HOST"]
        database = quote(parts["DB_DATABASE"], safe="")
        uri = f"{_PROTOCOLS[database_type]}://{at}{host}:{parts['DB_PORT']}/{database}"
    return {"DB_CONNECTION_URI": uri or "", **parts}


def parts_of(connection: Connection, database_type: str) -> dict[str, str]:
    if not connection.uri:
        return {
            "DB_HOST": connection.host or "",
            "DB_PORT": str(connection.port or PORTS[database_type]) if connection.host else "",
            "DB_USERNAME": connection.username or "",
            "DB_PASSWORD": connection.password or "",
            "DB_DATABASE": connection.database or "",
        }
    split = urlsplit(connection.uri)
    login, _, _ = split.netloc.rpartition("@")
    username, _, password = login.partition(":")
    host, port = hosts_of(connection, database_type)[0]
    return {
        "DB_HOST": host,
        "DB_PORT": str(port),
        "DB_USERNAME": unquote(username),
        "DB_PASSWORD": unquote(password),
        "DB_DATABASE": unquote(split.path.removeprefix("/")),
    }


def hosts_of(connection: Connection, database_type: str) -> list[tuple[str, int]]:
    """Every host and port the connection names; a MongoDB URI may name several. Raises InvalidInput."""
    if not connection.uri:
        if not connection.host:
            return []
        return [(connection.host, connection.port or PORTS[database_type])]
    if connection.uri.startswith("mongodb+srv:"):
        # The driver would look up SRV records; a worker may resolve the listed hosts and nothing else.
        raise NotSupported(what="mongodb+srv://; write mongodb:// with every host of the cluster")
    try:
        split = urlsplit(connection.uri)
        found = [_host_and_port(place, database_type, split.scheme) for place in _places(split.netloc)]
    except ValueError as error:
        raise InvalidInput("connection.uri", "不是合法的连接地址", "not a connection URI") from error
    if not split.scheme or not found:
        raise InvalidInput("connection.uri", "不是合法的连接地址", "not a connection URI")
    return found


def _places(netloc: str) -> list[str]:
    return [place for place in netloc.rpartition("@")[2].split(",") if place]


def _host_and_port(place: str, database_type: str, scheme: str) -> tuple[str, int]:
    split = urlsplit(f"//{place}")
    if not split.hostname:
        raise ValueError(place)
    default = {"http": 80, "https": 443}.get(scheme, PORTS[database_type])
    return split.hostname, split.port or default
