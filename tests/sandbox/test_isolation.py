"""What one call changes of anything it can reach is not seen by the next: generated over all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from poolhouse.sandbox.client import Returned, Sandbox
from poolhouse.sandbox.order import MODULES, WorkerSpec

PARTS = (Path(__file__).parent / "isolation.js").read_text()
VALUES = (
    "Buffer",
    "URL",
    "fetch",
    "Headers",
    "Response",
    "Web Crypto",
    "performance",
    "an array of the modules",
    "an error of the modules",
    "a client of pg",
    "a buffer",
    "a template of lodash",
    "a wrapper of lodash",
    "a client of mongodb",
    "a stream",
    "timers of the call",
)


async def run(sandbox: Sandbox, key: str, body: str, *args: Any) -> Any:
    outcome = await sandbox.run(
        WorkerSpec(key=key, env={}, preload=()),
        source=f"{PARTS}\nasync function login(...args) {{ {body} }}",
        function="login",
        args=[*args, None],
        timeout_ms=20_000,
        read_only=True,
    )
    assert isinstance(outcome, Returned), outcome
    return outcome.value


@pytest.mark.parametrize("name", [*MODULES, *VALUES])
async def test_no_change_of_one_call_is_seen_by_the_next(name: str, sandbox: Sandbox) -> None:
    key = f"isolation {name}"
    before = await run(sandbox, key, "return picture(args[0])", name)
    assert len(before) > 1
    assert await run(sandbox, key, "return change(args[0])", name) > 0
    after = await run(sandbox, key, "return picture(args[0])", name)
    different = {way: (before.get(way), after.get(way)) for way in {*before, *after}}
    assert {way: pair for way, pair in different.items() if pair[0] != pair[1]} == {}


# What no walk over properties finds, because a function of the module keeps it for itself.
SETTINGS = {
    "pg.types": (
        "require('pg').types.setTypeParser(20, () => 'mine');",
        "return require('pg').types.getTypeParser(20)('1')",
        "mine",
        "1",
    ),
    "pg.defaults": (
        "require('pg').defaults.parseInt8 = true;",
        "return require('pg').types.getTypeParser(20)('1')",
        1,
        "1",
    ),
    "pg.defaults of a client": (
        "require('pg').defaults.user = 'mine';",
        "return new (require('pg').Client)().user ?? null",
        "mine",
        None,
    ),
    "lodash.templateSettings": (
        "require('lodash').templateSettings.interpolate = /{{(.+?)}}/g;",
        "return require('lodash').template('{{a}}')({ a: 1 })",
        "1",
        "{{a}}",
    ),
    "lodash.mixin": (
        "require('lodash').mixin({ twice: (text) => text + text });",
        "const _ = require('lodash'); return [_.twice?.('a') ?? null, _('a').twice?.() ?? null]",
        ["aa", "aa"],
        [None, None],
    ),
    "lodash.uniqueId": (
        "require('lodash').uniqueId();",
        "return require('lodash').uniqueId('u')",
        "u2",
        "u1",
    ),
    "axios.defaults": (
        "require('axios').defaults.baseURL = 'http://mine';",
        "return require('axios').getUri({ url: '/a' })",
        "http://mine/a",
        "/a",
    ),
    "axios.interceptors": (
        "require('axios').interceptors.request.use(() => { throw new Error('mine'); });",
        "return require('axios').get('data:,x').then(() => 'none', (error) => error.message)",
        "mine",
        "none",
    ),
    "jwt.sign": (
        "require('jsonwebtoken').sign = () => 'mine';",
        "return require('jsonwebtoken').sign({ iat: 1 }, 'k').length > 4",
        False,
        True,
    ),
    "Buffer.prototype": (
        "Buffer.prototype.hex = function () { return this.toString('hex'); };",
        "return Buffer.from('a').hex?.() ?? null",
        "61",
        None,
    ),
    "EventEmitter.defaultMaxListeners": (
        "require('events').defaultMaxListeners = 3;",
        "return require('events').defaultMaxListeners",
        3,
        10,
    ),
    "util.inspect.defaultOptions": (
        "require('util').inspect.defaultOptions = { depth: 0 };",
        "return require('util').inspect.defaultOptions.depth",
        0,
        2,
    ),
    "http.globalAgent": (
        "require('http').globalAgent.maxSockets = 1;",
        "return String(require('http').globalAgent.maxSockets)",
        "1",
        "Infinity",
    ),
    "bcrypt.setRandomFallback": (
        "require('bcrypt').setRandomFallback(() => [1]);",
        "return require('bcrypt').genSaltSync(4).length",
        29,
        29,
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_setting_works_in_its_own_call_and_ends_with_it(name: str, sandbox: Sandbox) -> None:
    change, ask, within, afterwards = SETTINGS[name]
    key = "settings"
    assert await run(sandbox, key, ask) == afterwards
    assert await run(sandbox, key, f"{change} {ask}") == within
    assert await run(sandbox, key, ask) == afterwards


async def test_two_calls_at_once_do_not_see_each_others_settings(sandbox: Sandbox) -> None:
    import asyncio

    body = """const _ = require('lodash'); const { types } = require('pg');
      _.mine = args[0]; types.setTypeParser(20, () => args[0]); Buffer.prototype.mine = args[0];
      await new Promise((done) => setTimeout(done, 100));
      return [_.mine, types.getTypeParser(20)('1'), Buffer.from('a').mine];"""
    numbers = [1, 2, 3]
    found = await asyncio.gather(*(run(sandbox, "at once", body, number) for number in numbers))
    assert found == [[number] * 3 for number in numbers]
