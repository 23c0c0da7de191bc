"""Runs the scripts of a connection: in the sandbox of custom databases, under the same limits and the same rule of what
may be reached. Decision: docs/decisions/0099-oauth2-scripts.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from poolhouse.customdb.redaction import Redactor, secrets_of
from poolhouse.errors import InvalidInput, ProviderFailed
from poolhouse.federation.model import Ran, Script, Settled
from poolhouse.sandbox.client import ConsoleLine, Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.limits import KillReason
from poolhouse.sandbox.order import WorkerSpec
from poolhouse.sandbox.workers import CallKilled

PoolVariables = Callable[[str], Awaitable[Mapping[str, str]]]

TIMEOUT_MS = 10_000
LONGEST_WORDS = 200
"""Characters of a script's own words that an administrator is told."""
LONGEST_PRINTED = 2_000
"""And of what it wrote to its console, of which the end is kept: it stands nearest to what went wrong."""
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

    async def check(self, connection: Settled, script: Script) -> None:
        """Raises ProviderFailed (script)."""
        key = f"{connection.pool_id} connection {connection.id}"
        try:
            found = (await self._sandbox.check(script.code + _REQUEST, script.name, key=key)).problem
        except InvalidInput as error:
            raise ProviderFailed(
                "script", f"{script.setting} 过长", f"{script.setting} is too long"
            ) from error
        except CallKilled as error:
            raise ProviderFailed("script", "脚本环境没有应答", "the sandbox did not answer") from error
        if found is not None:
            where = f" {found.line}:{found.column}" if found.line else ""
            said = found.message[:LONGEST_WORDS]
            raise ProviderFailed(
                "script", f"{script.setting}{where}：{said}", f"{script.setting}{where}: {said}"
            )

    async def __call__(self, connection: Settled, script: Script, arguments: list[Any]) -> Ran:
        """What the function answers. Raises ProviderFailed (the script's step), Overloaded."""
        env = dict(await self._pool_variables(connection.pool_id))
        spec = WorkerSpec(
            key=f"{connection.pool_id} connection {connection.id}",
            env=env,
            allow_hosts=tuple(dict.fromkeys(script.hosts)),
            preload=("axios",),
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
        known = [*secrets_of(env), *script.secrets]
        if isinstance(outcome, Returned):
            return Ran(outcome.value, partial(_printed, known, outcome.console))
        failed = await _told(script, outcome, known)
        failed.printed = await _printed(known, outcome.console)
        raise failed


async def _told(script: Script, outcome: Outcome, known: list[str]) -> ProviderFailed:
    """For the administrator, who wrote it: its own words too, without what is secret in them."""
    if isinstance(outcome, Threw):
        # A thread: spelling large secrets takes milliseconds.
        words = await asyncio.to_thread(lambda: Redactor(known).text(outcome.message, LONGEST_WORDS))
        name = outcome.name[:64]
        return _failed(script, f"抛出了 {name}：{words}", f"threw {name}: {words}")
    assert not isinstance(outcome, Returned)
    other = (f"被中止（{outcome.reason}）", f"was stopped ({outcome.reason})")
    return _failed(script, *_STOPPED.get(outcome.reason, other))


async def _printed(known: list[str], console: Sequence[ConsoleLine]) -> str:
    """The last lines, whole ones, newest last."""
    if not console:
        return ""

    def lines() -> str:
        redactor, left = Redactor(known), LONGEST_PRINTED
        kept: list[str] = []
        for line in reversed(console):
            text = redactor.text(line.text, LONGEST_PRINTED)
            left -= len(text) + 1
            if left < 0 and kept:
                break
            kept.append(text)
        return "\n".join(reversed(kept))

    return await asyncio.to_thread(lines)


def _failed(script: Script, zh: str, en: str) -> ProviderFailed:
    return ProviderFailed(script.step, f"{script.setting} {zh}", f"{script.setting} {en}")
