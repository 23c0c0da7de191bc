"""Half of a surrogate pair, as `"小明🐼".substring(0, 3)` leaves one, and NUL: wherever a script may put them."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from poolhouse.sandbox.client import Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.order import WorkerSpec

from .world import pids_of

HALF = "const h = '小明🐼'.substring(0, 3);"
SHOWN = "小明\ufffd"

ANSWERS: dict[str, tuple[str, Any]] = {
    "a text": ("return h", SHOWN),
    "a value": ("return { id: 1, nickname: h }", {"id": 1, "nickname": SHOWN}),
    "a key": ("return { [h]: 1 }", {SHOWN: 1}),
    "a key within": ("return { list: [{ [h]: [h] }] }", {"list": [{SHOWN: [SHOWN]}]}),
    "a String object": ("return { a: new String(h), b: Object(h) }", {"a": SHOWN, "b": SHOWN}),
    "an answer of toJSON": ("return { toJSON: () => ({ [h]: new String(h) }) }", {SHOWN: SHOWN}),
    "the second half": ("return '🐼'.slice(1) + '🐼'", "\ufffd🐼"),
    "the halves the wrong way": ("return '\\udc3c\\ud83d'", "\ufffd\ufffd"),
    "JSON that was escaped": ("return JSON.parse('\"\\\\ud83d\\\\udc3c \\\\ud83d\"')", "🐼 \ufffd"),
    "a text about JSON": ("return String.raw`\\ud83d \\\\ud83d ${h}`", f"\\ud83d \\\\ud83d {SHOWN}"),
    "a map's key that is lost": ("return { [h]: new Map() }", {SHOWN: {}}),
    "bytes that are no text": ("return Buffer.from([0xff]).toString()", "\ufffd"),
    "NUL": ("return { 'k\\0': 'a\\0b' }", {"k\0": "a\0b"}),
}
THROWS = {
    "a message": "throw new Error(h)",
    "a text": "throw h",
    "an object": "throw { message: h, name: h, code: h, stack: h }",
    "a name, a code and a stack": "const e = new Error(h); e.name = h; e.code = h; e.stack = h; throw e",
}
PRINTS = {
    "a text": "console.log(h)",
    "a key": "console.warn({ [h]: { [h]: h } })",
    "an error": "console.error(new Error(h))",
    "NUL": "console.log(h, 'a\\0b')",
}


async def run(sandbox: Sandbox, body: str, *args: Any) -> Outcome:
    return await sandbox.run(
        WorkerSpec(key="halves", env={"HALF": "\ud83d", "\ud83d": "x"}),
        source=f"async function login(arg) {{ {HALF} {body} }}",
        function="login",
        args=[*args, None],
        timeout_ms=4_000,
        read_only=True,
    )


async def holds(sandbox: Sandbox, before: tuple[int, ...]) -> None:
    assert isinstance(await run(sandbox, "return 1"), Returned)
    assert pids_of(sandbox, "halves") == before


@pytest.fixture
async def before(sandbox: Sandbox) -> tuple[int, ...]:
    await run(sandbox, "return 1")
    return pids_of(sandbox, "halves")


@pytest.mark.parametrize("where", ANSWERS)
async def test_half_a_character_in_an_answer_is_the_replacement_character(
    where: str, sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    body, expected = ANSWERS[where]
    outcome = await run(sandbox, body)
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == expected
    await holds(sandbox, before)


@pytest.mark.parametrize("where", THROWS)
async def test_half_a_character_in_what_is_thrown_is_the_replacement_character(
    where: str, sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    outcome = await run(sandbox, THROWS[where])
    assert isinstance(outcome, Threw), outcome
    assert outcome.message == SHOWN
    await holds(sandbox, before)


@pytest.mark.parametrize("where", PRINTS)
async def test_half_a_character_that_is_printed_is_the_replacement_character(
    where: str, sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    outcome = await run(sandbox, PRINTS[where] + "; return 1")
    assert isinstance(outcome, Returned), outcome
    text = "".join(line.text for line in outcome.console)
    assert SHOWN in text
    assert "\0" not in text
    await holds(sandbox, before)


async def test_half_a_character_in_an_error_nobody_awaits_ends_no_worker(
    sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    with capture_logs() as log:
        outcome = await run(sandbox, "Promise.reject(new Error(h)); return 1")
        await holds(sandbox, before)
    assert isinstance(outcome, Returned)
    assert SHOWN in next(entry["error"] for entry in log if entry["event"] == "script_stray_error")


@pytest.mark.parametrize(
    "argument", ["\ud83d", {"\ud83d": ["\udc3c小明\ud83d"]}, ["🐼", "\udc3c"]], ids=ascii
)
async def test_half_a_character_in_an_argument_reaches_the_script_as_the_replacement_character(
    argument: Any, sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    outcome = await run(sandbox, "return JSON.stringify(arg)", argument)
    assert isinstance(outcome, Returned), outcome
    assert "\ufffd" in outcome.value
    assert "\\ud" not in outcome.value
    assert ("🐼" in outcome.value) == (argument == ["🐼", "\udc3c"])
    await holds(sandbox, before)


async def test_half_a_character_in_a_source_or_a_variable_is_the_replacement_character(
    sandbox: Sandbox, before: tuple[int, ...]
) -> None:
    outcome = await run(sandbox, "return '\ud83d' + env.HALF")
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == "\ufffd\ufffd"
    assert (await sandbox.check("const a = '\ud83d'", "login")).problem is None
    await holds(sandbox, before)


async def test_nul_in_what_is_thrown_is_the_replacement_character(sandbox: Sandbox) -> None:
    outcome = await run(sandbox, "throw Object.assign(new Error('a\\0b'), { name: 'N\\0', code: 'C\\0' })")
    assert isinstance(outcome, Threw), outcome
    assert (outcome.name, outcome.message, outcome.code) == ("N\ufffd", "a\ufffdb", "C\ufffd")
    assert "\0" not in outcome.stack
