"""Runs the scripts of a connection: in the sandbox of custom databases, under the same limits and the same rule of what
may be reached. Decision: docs/decisions/0099-oauth2-scripts.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from poolhouse.customdb.redaction import Redactor, secrets_of
from poolhouse.errors import InvalidInput, ProviderFailed
from poolhouse.federation.model import Script, Settled
from poolhouse.sandbox.client import Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.limits import KillReason
from poolhouse.sandbox.order import WorkerSpec

PoolVariables = Callable[[str], Awaitable[Mapping[str, str]]]

TIMEOUT_MS = 10_000
LONGEST_WORDS = 200
"""Characters of a script's own words that an administrator is told."""
_REQUEST = '\n;globalThis.request ??= require("request-promise");'
"""The documented scripts call `request` without asking for it, and wait for its promise. After the script, so that
positions in errors are its own."""
_STOPPED: Mapping[KillReason, tuple[str, str]] = {
    KillReason.SOFT_TIMEOUT: ("在 10 秒内没有返回", "did not answer within 10 s"),
    KillReason.HARD_TIMEOUT: ("在 10 秒内没有返回", "did not answer within 10 s"),
    KillReason.UNRESPONSIVE: ("计算时间过长", "computes for too long"),
    KillReason.OUTPUT_TOO_LARGE: ("返回的内容过大", "answers more than a script may"),
    KillReason.MEMORY: ("占用的内存过多", "takes more memory than a script has"),
    KillReason.BREAKER_OPEN: (
        "最近几次都没有完成，稍后再试",
        "failed the last times; it is tried again in some seconds",
    ),
}


class Scripts:
    """`pool_variables`: what the pool's scripts see as `env` (GET /api/v2/env)."""

    def __init__(self, sandbox: Sandbox, pool_variables: PoolVariables) -> None:
        self._sandbox, self._pool_variables = sandbox, pool_variables

    async def __call__(self, connection: Settled, script: Script, arguments: list[Any]) -> Any:
        """What the function answers. Raises ProviderFailed (the script's step), Overloaded."""
        env = dict(await self._pool_variables(connection.pool_id))
        spec = WorkerSpec(
            key=f"{connection.pool_id} connection {connection.id}",
            env=env,
            allow_hosts=tuple(dict.fromkeys(script.hosts)),
            preload=("axios", "lodash"),
        )
        try:
            outcome = await self._sandbox.run(
                spec,
                source=script.code + _REQUEST,
                function=script.name,
                args=arguments,
                timeout_ms=TIMEOUT_MS,
                read_only=False,
            )
        except InvalidInput as error:
            raise _failed(script, "过长", "is too long") from error
        if isinstance(outcome, Returned):
            return outcome.value
        raise await _told(script, outcome, secrets_of(env))


async def _told(script: Script, outcome: Outcome, known: list[str]) -> ProviderFailed:
    """For the administrator, who wrote it: its own words too, without what is secret in them."""
    if isinstance(outcome, Threw):
        # A thread: spelling large secrets takes milliseconds.
        words = await asyncio.to_thread(
            lambda: Redactor([*known, *script.secrets]).text(outcome.message, LONGEST_WORDS)
        )
        name = outcome.name[:64]
        return _failed(script, f"抛出了 {name}：{words}", f"threw {name}: {words}")
    assert not isinstance(outcome, Returned)
    other = (f"被中止（{outcome.reason}）", f"was stopped ({outcome.reason})")
    return _failed(script, *_STOPPED.get(outcome.reason, other))


def _failed(script: Script, zh: str, en: str) -> ProviderFailed:
    return ProviderFailed(script.step, f"{script.setting} {zh}", f"{script.setting} {en}")
