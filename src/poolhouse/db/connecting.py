"""A connection to the server that a URL means, which may name several: `postgresql://a,b/db`.

The driver's own way asks one host after the other, so a silent one (its machine is paused, or off) hides those behind
it for as long as anybody waits; and without `target_session_attrs` it takes the first that answers, a standby too. Here
a host that says nothing has company after STAGGER_S, and who needs the primary gets no standby.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from poolhouse.db.array_types import Connection
from poolhouse.errors import DatabaseLost

STAGGER_S = 0.3
PORT = 5432

_KEEPALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 14_000}
"""Seconds, a number, milliseconds: a machine that is off, and sends no packet to say so, is noticed after 14 s."""

Host = tuple[str, int] | None
"""None: as the URL has it."""

_last: dict[tuple[str, str], Host] = {}
"""By URL and what was wanted of it: the host that was right the last time, which is asked first."""


async def reach(url: str, *, primary: bool = True, timeout: float = 10.0, **options: Any) -> Any:
    """What `sessions.connect` opens, without its name and settings.

    `primary`: a URL that says nothing of the kind means a server that takes writes. `options`: asyncpg.connect's.

    Raises what the driver raises, TimeoutError, and DatabaseLost where servers answer, but none of the wanted kind.
    """
    parsed = urlsplit(url)
    asked = parse_qs(parsed.query).get("target_session_attrs", ["primary" if primary else "any"])[-1]
    places = hosts(url)
    if (last := _last.get((url, asked))) in places:
        places = [last, *(one for one in places if one != last)]
    search = _Search(url, asked, options)
    try:
        async with asyncio.timeout(timeout):
            found, place = await search.first_of(places)
    finally:
        search.end()
    if len(places) > 1:
        _last[url, asked] = place
    return found


async def answers(url: str, connection: Any, within_s: float) -> bool:
    """Whether the server behind `connection` takes another: one that is silent otherwise may only be busy."""
    address = connection._addr
    place = address if isinstance(address, tuple) and len(hosts(url)) > 1 else None
    try:
        async with asyncio.timeout(within_s):
            another = await _open(url, place, {})
    except (asyncpg.PostgresConnectionError, OSError):
        return False
    except asyncpg.PostgresError:
        return True  # it has no place left, or has changed its mind about us: it lives
    another.terminate()
    return True


def hosts(url: str) -> list[Host]:
    """Those that a URL names, if there are several."""
    parsed = urlsplit(url)
    query = parse_qs(parsed.query)
    named = parsed.netloc.rpartition("@")[2] or query.get("host", [""])[-1]
    if "," not in named:
        return [None]
    ports = [int(port) for port in query.get("port", [""])[-1].split(",") if port]
    return list(_placed(named.split(","), ports))


def _placed(named: list[str], ports: list[int]) -> Iterable[Host]:
    for number, one in enumerate(named):
        host, colon, port = one.rpartition(":")
        if not colon or port.endswith("]"):
            host, port = one, ""
        also = ports[number if len(ports) == len(named) else 0] if ports else PORT
        yield unquote(host).strip("[]") or "localhost", int(port) if port else also


class _Search:
    def __init__(self, url: str, asked: str, options: dict[str, Any]) -> None:
        self._url, self._asked, self._options = url, asked, options
        self._asking: dict[asyncio.Task[Any], Host] = {}
        self._spare: tuple[Any, Host] | None = None  # of the other kind, where the kind is only preferred
        self._unfit: str | None = None
        self._fault: BaseException | None = None

    async def first_of(self, places: list[Host]) -> tuple[Any, Host]:
        """The first that answers and fits."""
        ahead = list(places)
        while ahead or self._asking:
            if ahead:
                place = ahead.pop(0)
                self._asking[asyncio.create_task(_open(self._url, place, self._options))] = place
            waits = STAGGER_S if ahead or self._spare else None
            done, _ = await asyncio.wait(self._asking, timeout=waits, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                place = self._asking.pop(task)
                if (found := await self._judged(task, place)) is not None:
                    return found, place
            if self._spare and not ahead and not done:
                break  # the kind is only preferred: the others are silent
        if self._spare:
            chosen, self._spare = self._spare, None
            return chosen
        if self._unfit:
            raise DatabaseLost(self._unfit, retry_after_s=2)
        raise self._fault or DatabaseLost("the URL names no server")

    async def _judged(self, task: asyncio.Task[Any], place: Host) -> Any:
        """The connection, if it is of the kind that is wanted."""
        if (error := task.exception()) is not None:
            if self._fault is None or isinstance(self._fault, OSError):
                self._fault = error  # a wrong password says more than a host that is away
            return None
        connection = task.result()
        try:
            unfit = await _unfit(connection, self._asked)
        except Exception as error:
            connection.terminate()
            self._fault = self._fault or error
            return None
        except BaseException:
            connection.terminate()
            raise
        if unfit is None:
            return connection
        if self._asked == "prefer-standby" and self._spare is None:
            self._spare = connection, place
        else:
            connection.terminate()
            self._unfit = unfit
        return None

    def end(self) -> None:
        """Lets go of everything but what was given out."""
        for task in self._asking:
            task.cancel()
            task.add_done_callback(_closed)
        if self._spare:
            self._spare[0].terminate()


def _closed(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().terminate()


async def _open(url: str, place: Host, options: dict[str, Any]) -> Any:
    at: dict[str, Any] = {"host": place[0], "port": place[1]} if place else {}
    connection = await asyncpg.connect(
        url, timeout=None, target_session_attrs="any", connection_class=Connection, **at, **options
    )
    raw = connection._transport.get_extra_info("socket")
    if raw is not None and raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            with suppress(AttributeError, OSError):  # each system has some of them
                raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return connection


async def _unfit(connection: Any, asked: str) -> str | None:
    """What keeps it from being of the kind; None when nothing does.

    A server says at the start what it is. A pooler may repeat what another server said before: a standby is asked.
    """
    if asked == "any":
        return None
    said = connection.get_settings()
    standby = getattr(said, "in_hot_standby", None) != "off" and await connection.fetchval(
        "select pg_is_in_recovery()"
    )
    if asked in ("standby", "prefer-standby"):
        return None if standby else "the server is no standby"
    reads_only = standby or (
        asked != "primary" and getattr(said, "default_transaction_read_only", "off") == "on"
    )
    if asked == "read-only":
        return None if reads_only else "the server takes writes"
    if standby:
        return "the server is a standby, which only reads: name the primary"
    return "the server is set to read only" if reads_only else None
