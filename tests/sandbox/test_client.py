from __future__ import annotations

from poolhouse.sandbox.client import Returned, Sandbox, Threw
from poolhouse.sandbox.order import WorkerSpec

SPEC = WorkerSpec(key="client", env={"DB_HOST": "db", "COLOUR": "green"})


async def run(sandbox: Sandbox, source: str, *args: object, function: str = "login"):
    return await sandbox.run(
        SPEC, source=source, function=function, args=list(args), timeout_ms=3000, read_only=True
    )


async def test_a_function_gets_its_arguments_and_env_and_returns_json(sandbox: Sandbox) -> None:
    outcome = await run(
        sandbox,
        "async function login(query, password) {"
        " console.log('for', query.email); return { id: 1, at: new Date(0), pw: password, c: env.COLOUR } }",
        {"email": "a@b.c"},
        "secret",
    )
    assert isinstance(outcome, Returned)
    assert outcome.value == {"id": 1, "at": "1970-01-01T00:00:00.000Z", "pw": "secret", "c": "green"}
    assert [(line.level, line.text) for line in outcome.console] == [("log", "for a@b.c")]


async def test_a_thrown_error_carries_the_lines_of_the_script(sandbox: Sandbox) -> None:
    outcome = await run(sandbox, "async function login(query) {\n  return query.nobody.id;\n}", {})
    assert isinstance(outcome, Threw)
    assert outcome.name == "TypeError"
    assert outcome.stack.splitlines()[1] == "    at login (login.js:2:23)"


async def test_a_script_without_the_function_is_told_so(sandbox: Sandbox) -> None:
    outcome = await run(sandbox, "async function getUser() {}")
    assert isinstance(outcome, Threw)
    assert outcome.message == "The script defines no function login"
