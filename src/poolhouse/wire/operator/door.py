"""One call of an operator: an object in, the envelope of v3 out.

{"call": "POST list-users", "values": {...}, "pool": "...", "lang": "zh-CN"}

`pool` may be absent where the server has only one.
`values` are those of the body or of the query, as the row takes them.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import msgspec
import structlog

from poolhouse import trace
from poolhouse.credentials.operator import operator, pool_of
from poolhouse.errors import Lang, NotPermitted, PoolhouseError
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.trace import Trace
from poolhouse.wire.json_body import decode_json, require_few_parts
from poolhouse.wire.observed import outcome_of
from poolhouse.wire.operator.administrators import OF_THE_SERVER
from poolhouse.wire.operator.rows import ROWS
from poolhouse.wire.request import struct_of
from poolhouse.wire.v3 import envelope
from poolhouse.wire.v3.app import asked, row_named
from poolhouse.wire.v3.endpoint import Endpoint

_SERVERS = (
    "list-pools",
    "create-pool",
    "prune-audit",
    "list-signing-keys",
    "rotate-signing-keys",
    "list-slow-statements",
)
WITHOUT_POOL = OF_THE_SERVER | {row.name for row in ROWS if row.path in _SERVERS}

_own = {row.name: row for row in ROWS}
_log = structlog.get_logger(__name__)


class Call(msgspec.Struct):
    call: str
    values: dict[str, Any] = {}
    pool: str = ""
    lang: str = "en-US"


class Door:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, line: bytes, account: str) -> bytes:
        """`account`: the operator's, as the system knows it. Never raises but for being cancelled."""
        began = perf_counter()
        about = Trace(new_id(), wire="operator")
        token = trace.current.set(about)
        try:
            response = await self._answer(line, account, about)
        finally:
            trace.current.reset(token)
        outcome = outcome_of(response.status_code, about.error)
        more = {"error": about.error, "cause": about.cause} if about.error else {}
        took = round((perf_counter() - began) * 1000, 2)
        _log.info(
            "command_answered",
            request_id=about.request_id,
            operation=about.operation,
            account=account,
            outcome=outcome,
            duration_ms=took,
            **more,
        )
        return bytes(response.body)

    async def _answer(self, line: bytes, account: str, about: Trace) -> Any:
        lang: Lang = "en-US"
        try:
            require_few_parts(line)
            call = struct_of(decode_json(line), Call)
            lang = "zh-CN" if call.lang.lower().startswith("zh") else "en-US"
            row = _row(call.call)
            trace.note(operation=row.name)
            data, beside = await self._run(row, call, account, lang, about)
        except PoolhouseError as error:
            trace.note(error=error)
            return envelope.failure(error, lang=lang, request_id=about.request_id, kind=type(error).__name__)
        except Exception as error:
            trace.note(error=error)
            _log.exception("request_failed", operation=about.operation, request_id=about.request_id)
            return envelope.failure(PoolhouseError(), lang=lang, request_id=about.request_id)
        return envelope.success(data, lang=lang, request_id=about.request_id, beside=beside)

    async def _run(
        self, row: Endpoint, call: Call, account: str, lang: Lang, about: Trace
    ) -> tuple[Any, dict[str, Any] | None]:
        pool_id = "" if row.name in WITHOUT_POOL else await pool_of(self._services.pools, call.pool)
        trace.note(pool_id=pool_id)
        caller = operator(pool_id, account, lang=lang, request_id=about.request_id)
        return await asked(self._services, row, caller, call.values, own=self._issuer)

    def _issuer(self) -> str:
        return f"{self._services.settings.address}/oidc"


def _row(name: str) -> Endpoint:
    """Raises NotFound, NotSupported; NotPermitted for what a person does for themself, and what is no single answer."""
    if name in _own:
        return _own[name]
    row = row_named(name)
    if row.access != "administrator" or row.streams:
        raise NotPermitted(f"{row.name} is not for an operator")
    return row
