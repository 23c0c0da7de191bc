"""Every folder of scripts/ is one hostile or odd script: script.js, and in case.json what must be seen of it.

`caller`: what `Sandbox.run` answers. One of `value` (equal), `threw` (the error's name, with `message`,
`messageHas`, `messageBytes`), `killed` (the reason), `allRefused` (a map whose every value is "refused") or
`anyOf` (kinds of outcome, where the machine decides); with `console`, `consoleBytes`, `warns`.
`log`: the event that must be in the log, with its reason or a part of its error. `next`: what the next call of
the same connection finds: the same worker, a new one, or any.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from poolhouse.sandbox.client import Killed, Outcome, Returned, Sandbox, Threw

from .world import SECRET, World, pids_of, world

CASES = sorted(path.parent for path in (Path(__file__).parent / "scripts").glob("*/case.json"))
KINDS = {Returned: "value", Threw: "threw", Killed: "killed"}


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), sandbox) as found:
        yield found


@pytest.mark.parametrize("folder", CASES, ids=[path.name for path in CASES])
async def test_a_script_is_contained(folder: Path, sandbox: Sandbox, house: World) -> None:
    case: dict[str, Any] = json.loads((folder / "case.json").read_text())
    missing = {layer.name for layer in sandbox.protection().missing}
    if case.get("needs") in missing:
        pytest.skip(f"this kernel lacks a layer: {case['needs']}")
    spec = house.spec(folder.name)

    async def run(source: str) -> Outcome:
        return await sandbox.run(
            spec,
            source=source,
            function="login",
            args=[dict(house.facts), "password", None],
            timeout_ms=case.get("timeoutMs", 1500),
            read_only=True,
        )

    await run("async function login() {}")
    before = pids_of(sandbox, spec.key)
    with capture_logs() as log:
        outcome = await run((folder / "script.js").read_text())
        if case["caller"].get("twice"):
            outcome = await run((folder / "script.js").read_text())
        await _quiet(case, log)

    _caller_sees(case["caller"], outcome)
    _log_sees(case["log"], log)
    house.untouched()
    assert SECRET not in repr(outcome)

    started = time.monotonic()
    after = await run("async function login() { return 'next' }")
    assert isinstance(after, Returned), after
    assert after.value == "next"
    assert time.monotonic() - started < 5, "the worker is back soon"
    now = pids_of(sandbox, spec.key)
    if case["next"] == "same worker":
        assert now == before
    elif case["next"] == "new worker":
        assert not set(now) & set(before)
    assert pids_of(sandbox, "the neighbour") == (house.facts["neighbourPid"],), "the neighbour lives"
    await sandbox.forget(spec.key)


async def _quiet(case: dict[str, Any], log: list[Any]) -> None:
    """A late error comes after its call's answer; wait for it, but only where one is expected."""
    import asyncio

    deadline = time.monotonic() + 3
    while case["log"] and time.monotonic() < deadline:
        if any(entry["event"] == case["log"]["event"] for entry in log):
            return
        await asyncio.sleep(0.02)


def _caller_sees(expected: dict[str, Any], outcome: Outcome) -> None:
    console = [line.text for line in outcome.console]
    if "value" in expected:
        assert isinstance(outcome, Returned), outcome
        assert outcome.value == expected["value"]
    if expected.get("allRefused"):
        assert isinstance(outcome, Returned), outcome
        assert outcome.value
        assert {name: got for name, got in outcome.value.items() if got != "refused"} == {}
    if "threw" in expected:
        assert isinstance(outcome, Threw), outcome
        assert outcome.name == expected["threw"]
        assert expected.get("message", outcome.message) == outcome.message
        assert expected.get("messageHas", "") in outcome.message
        assert len(outcome.message) <= expected.get("messageBytes", 8192)
    if "killed" in expected:
        assert isinstance(outcome, Killed), outcome
        # A loop is found by the heartbeat or by the hard timeout, whichever is first on this machine.
        reasons = {expected["killed"]} | ({"unresponsive"} if expected["killed"] == "hard_timeout" else set())
        assert outcome.reason in reasons, outcome.detail
    if "anyOf" in expected:
        assert KINDS[type(outcome)] in expected["anyOf"], outcome
    if "console" in expected:
        assert console == expected["console"]
    if "consoleBytes" in expected:
        size = sum(len(text.encode()) + 1 for text in console)
        assert expected["consoleBytes"] * 0.9 < size <= expected["consoleBytes"]
    if "warns" in expected:
        assert any(expected["warns"] in warning.en for warning in outcome.warnings)


def _log_sees(expected: dict[str, Any] | None, log: list[Any]) -> None:
    if expected is None:
        return
    found = [entry for entry in log if entry["event"] == expected["event"]]
    assert found, log
    if "reason" in expected:
        reasons = {expected["reason"]} | ({"unresponsive"} if expected["reason"] == "hard_timeout" else set())
        assert found[0]["reason"] in reasons
    if "errorHas" in expected:
        assert any(expected["errorHas"] in entry["error"] for entry in found)
