"""What a script may require, what each does, and what is said of everything else."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

import poolhouse.customdb.templates
from poolhouse.sandbox.client import Killed, Outcome, Returned, Sandbox, Threw
from poolhouse.sandbox.order import BUILT_IN, MODULES, PACKAGES, WorkerSpec

from .world import World, world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Any:
    async with world(tmp_path_factory.mktemp("world"), sandbox) as found:
        yield found


async def run(
    sandbox: Sandbox, body: str, *args: Any, spec: WorkerSpec | None = None, timeout_ms: int = 10_000
) -> Outcome:
    return await sandbox.run(
        spec or WorkerSpec(key="modules", env={}),
        source=f"async function login(...args) {{ {body} }}",
        function="login",
        args=[*args, None],
        timeout_ms=timeout_ms,
        read_only=True,
    )


async def value(sandbox: Sandbox, body: str, *args: Any, spec: WorkerSpec | None = None) -> Any:
    outcome = await run(sandbox, body, *args, spec=spec)
    assert isinstance(outcome, Returned), outcome
    return outcome.value


KEYS = "const c = require('crypto'), { publicKey, privateKey } = c.generateKeyPairSync"
ANSWERS: dict[str, tuple[str, Any]] = {
    "crypto md5": (
        "return require('crypto').createHash('md5').update('x').digest('hex')",
        "9dd4e461268c8034f5c8564e155c67a6",
    ),
    "crypto pbkdf2": (
        "return new Promise((done) => require('node:crypto').pbkdf2('p', 's', 1000, 16, 'sha1',"
        " (error, key) => done(key.toString('hex'))))",
        "ac8b95db3ed020176aff40c14003963f",
    ),
    "crypto pbkdf2 promised": (
        "const { promisify } = require('util');"
        "return (await promisify(require('crypto').pbkdf2)('p', 's', 1000, 16, 'sha1')).toString('hex')",
        "ac8b95db3ed020176aff40c14003963f",
    ),
    "crypto scrypt": (
        "const c = require('crypto'); const key = await new Promise((done) =>"
        " c.scrypt('p', 's', 16, (error, key) => done(key))); return key.equals(c.scryptSync('p', 's', 16))",
        True,
    ),
    "crypto timingSafeEqual": (
        "return require('crypto').timingSafeEqual(Buffer.from('a'), Buffer.from('a'))",
        True,
    ),
    "crypto hmac": (
        "return require('crypto').createHmac('sha256', 'k').update('x').digest('base64')",
        "w47ciBXISJ9kc4l49EAI+FljRVRfC6po72/PXFPlcYk=",
    ),
    "crypto cipher": (
        "const c = require('crypto'), k = Buffer.alloc(16), e = c.createCipheriv('aes-128-cbc', k, k);"
        "const text = e.update('hi', 'utf8', 'hex') + e.final('hex');"
        "const d = c.createDecipheriv('aes-128-cbc', k, k);"
        "return d.update(text, 'hex', 'utf8') + d.final('utf8')",
        "hi",
    ),
    "crypto signatures": (
        f"{KEYS}('rsa', {{ modulusLength: 2048 }});"
        "const s = c.createSign('sha256').update('x').sign(privateKey);"
        "return c.createVerify('sha256').update('x').verify(publicKey, s)",
        True,
    ),
    "crypto key pair called back": (
        "return new Promise((done) => require('crypto').generateKeyPair('ec', { namedCurve: 'P-256' },"
        " (error, a, b) => done([a.type, b.type])))",
        ["public", "private"],
    ),
    "crypto as a stream": (
        "const h = require('crypto').createHash('md5');"
        "await require('stream/promises').pipeline(require('stream').Readable.from(['x']), h);"
        "return h.digest('hex')",
        "9dd4e461268c8034f5c8564e155c67a6",
    ),
    "crypto beside Web Crypto": (
        "return [typeof crypto.subtle, require('crypto').webcrypto === crypto, typeof crypto.createHash]",
        ["object", True, "undefined"],
    ),
    "util": (
        "const u = require('util'); return [u.inspect({ a: 1 }), u.format('%s-%d', 'a', 1),"
        " u.isDeepStrictEqual({ a: 1 }, { a: 1 }), require('util/types').isDate(new Date())]",
        ["{ a: 1 }", "a-1", True, True],
    ),
    "events": (
        "const E = require('events'); let n = 0; class X extends E {} const x = new X(); x.on('a', () => n++);"
        "x.emit('a'); function F() { E.call(this); } require('util').inherits(F, E);"
        "F.prototype.emit = function (...all) { n += 10; return E.prototype.emit.apply(this, all); };"
        "const f = new F(); f.on('b', () => n++); f.emit('b');"
        "return [n, E === E.EventEmitter, x instanceof E, new E() instanceof E]",
        [12, True, True, True],
    ),
    "stream": (
        "const s = require('stream'), parts = []; const upper = new s.Transform({"
        " transform(chunk, _, next) { next(null, String(chunk).toUpperCase()); } });"
        "await require('stream/promises').pipeline(s.Readable.from(['a', 'b']), upper, new s.Writable({"
        " write(chunk, _, next) { parts.push(String(chunk)); next(); } })); return parts",
        ["A", "B"],
    ),
    "assert": (
        "const a = require('assert'); a(true); a.ok(1); a.strictEqual(1, 1);"
        "try { a.deepStrictEqual({ a: 1 }, { a: 2 }); } catch (error) {"
        " return [error.code, error instanceof a.AssertionError, error instanceof Error]; }",
        ["ERR_ASSERTION", True, True],
    ),
    "url": (
        "const u = require('url'); return [u.parse('http://a/b?c=1', true).query.c, u.URL === URL]",
        ["1", True],
    ),
    "buffer": (
        "const b = require('buffer'); return [b.Buffer === Buffer, new Buffer('ab').toString('hex'),"
        " require('crypto').randomBytes(2) instanceof Buffer, Buffer.from('a') instanceof Uint8Array]",
        [True, "6162", True, True],
    ),
    "string_decoder": (
        "return new (require('string_decoder').StringDecoder)('utf8').write(Buffer.from([0xe4, 0xbd, 0xa0]))",
        "你",
    ),
    "path": ("return require('path').join('a', '..', 'b') + require('node:path/posix').sep", "b/"),
    "querystring": ("return require('querystring').stringify({ a: [1, 2] })", "a=1&a=2"),
    "timers": ("return require('timers/promises').setTimeout(1, 'done')", "done"),
    "mysql is mysql2": (
        "const m = require('mysql'); return [typeof m.createConnection, m.escape(\"a'b\"), m.format('??', ['a'])]",
        ["function", "'a\\'b'", "`a`"],
    ),
    "jsonwebtoken HS256": (
        "const j = require('jsonwebtoken'); return j.verify(j.sign({ a: 1 }, 'k', { expiresIn: '1h' }), 'k').a",
        1,
    ),
    "jsonwebtoken RS256": (
        f"{KEYS}('rsa', {{ modulusLength: 2048 }}); const j = require('jsonwebtoken');"
        "return j.verify(j.sign({ a: 1 }, privateKey, { algorithm: 'RS256' }), publicKey).a",
        1,
    ),
    "jsonwebtoken ES256": (
        f"{KEYS}('ec', {{ namedCurve: 'P-256' }}); const j = require('jsonwebtoken');"
        "return j.verify(j.sign({ a: 1 }, privateKey, { algorithm: 'ES256' }), publicKey).a",
        1,
    ),
    "jsonwebtoken refuses": (
        "const j = require('jsonwebtoken'); try { j.verify('x.y.z', 'k'); } catch (error) {"
        " return [error.name, error instanceof j.JsonWebTokenError]; }",
        ["JsonWebTokenError", True],
    ),
    "uuid": (
        "const u = require('uuid'); return [u.validate(u.v4()), u.v5('x', u.v5.DNS), require('uuid/v4')().length]",
        [True, "05b16a01-46c6-56dd-bd6e-c6dfb4a1427a", 36],
    ),
    "qs": ("const q = require('qs'); return q.stringify(q.parse('a[b]=1&c=2'))", "a%5Bb%5D=1&c=2"),
    "lodash": ("const _ = require('lodash'); return _.chain([1, 2]).map((n) => n * 2).sum().value()", 6),
    "bcrypt": (
        "const b = require('bcrypt@5.0.1'); return [await b.compare('x', b.hashSync('x', 4)), b === require('bcrypt')]",
        [True, True],
    ),
    "mongodb": (
        "const { ObjectId, BSON } = require('mongodb'); const id = new ObjectId();"
        "return [id instanceof ObjectId, BSON.deserialize(BSON.serialize({ id })).id.equals(id)]",
        [True, True],
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_module_answers_as_in_node(name: str, sandbox: Sandbox) -> None:
    body, expected = ANSWERS[name]
    assert await value(sandbox, body) == expected


@pytest.mark.parametrize("name", MODULES)
async def test_every_module_offered_can_be_required(name: str, sandbox: Sandbox) -> None:
    assert await value(sandbox, "return require(args[0]) === require(args[0] + '@1.2.3')", name) is True


@pytest.mark.parametrize("name", BUILT_IN)
async def test_a_built_in_is_the_same_with_its_scheme(name: str, sandbox: Sandbox) -> None:
    assert await value(sandbox, "return require(args[0]) === require('node:' + args[0])", name) is True


# Of Node's: what is no module for scripts.
REFUSED = (
    "fs", "node:fs", "fs/promises", "child_process", "worker_threads", "cluster", "vm", "node:vm", "net", "tls",
    "dgram", "dns", "dns/promises", "os", "process", "node:process", "module", "node:module", "inspector", "repl",
    "v8", "http2", "readline", "wasi", "sqlite", "node:sqlite", "trace_events", "async_hooks", "diagnostics_channel",
    "_http_client", "node:test", "zlib", "sys", "tty",
    "./x", "../x", "/etc/passwd", "file:///etc/passwd", "C:\\x", ".", "..", "",
    "pg-pool", "pg/lib/client", "mysql2/lib/connection", "lodash/fp", "node:pg", "node:lodash", "@scope/thing@1",
    "mssql", "constructor", "__proto__", "toString", "acorn", "form-data",
)  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_a_module_not_offered_is_refused_by_name_and_with_what_there_is(
    name: str, sandbox: Sandbox
) -> None:
    outcome = await run(sandbox, "require(args[0])", name)
    assert isinstance(outcome, Threw), outcome
    assert outcome.code == "MODULE_NOT_FOUND"
    assert f"Cannot find module '{name}'" in outcome.message
    assert all(offered in outcome.message for offered in MODULES)
    assert outcome.private, "people are not told"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("lodahs", "lodash"),
        ("cryptoo", "crypto"),
        ("mongodbb", "mongodb"),
        ("bcrypt.js", "bcrypt"),
        ("UUID", "uuid"),
    ],
)
async def test_a_misspelt_module_is_told_the_nearest(name: str, near: str, sandbox: Sandbox) -> None:
    outcome = await run(sandbox, "require(args[0])", name)
    assert isinstance(outcome, Threw), outcome
    assert f"did you mean '{near}'?" in outcome.message


async def test_a_version_of_another_kind_is_warned_of_once(sandbox: Sandbox) -> None:
    outcome = await run(sandbox, "require('mongodb@3.6'); require('lodash@4.17.21'); require('crypto@1')")
    assert [line.text.partition(" is ")[0] for line in outcome.console] == ["require: mongodb"]


async def test_what_is_computed_with_a_callback_does_not_outlive_its_call(sandbox: Sandbox) -> None:
    """In Node it runs in a thread, which no timeout ends."""
    spec = WorkerSpec(key="bombs", env={})
    body = "await new Promise((done) => require('crypto').pbkdf2('p', 's', 2 ** 31 - 1, 64, 'sha512', done))"
    outcome = await run(sandbox, body, spec=spec, timeout_ms=500)
    assert isinstance(outcome, Killed)
    assert await value(sandbox, "return 'next'", spec=spec) == "next"


def test_the_declarations_and_the_reference_name_every_module() -> None:
    declared = (Path(poolhouse.customdb.templates.__file__).parent / "poolhouse.d.ts").read_text()
    names = re.search(r"type Module =(.*?);", declared, re.DOTALL)
    assert names
    assert sorted(re.findall(r"'([^']+)'", names[1])) == sorted(MODULES)
    told = (ROOT / "docs/reference/scripts.md").read_text().partition("## Modules")[2].partition("\n## ")[0]
    assert {name for name in MODULES if f"`{name}`" not in told} == set()


@pytest.mark.parametrize("name", [name for name in PACKAGES if "/" not in name])
def test_a_package_of_ours_is_pinned_or_a_facade(name: str) -> None:
    pinned = json.loads((ROOT / "src/poolhouse/sandbox/js/package.json").read_text())["dependencies"]
    facades = {"bcrypt", "mysql", "node-fetch", "request", "request-promise", "request-promise-native"}
    assert name in pinned or name in facades


# -- over the network --------------------------------------------------------------------------------------

FETCHING: dict[str, tuple[str, Any]] = {
    "node-fetch": (
        "const fetch = require('node-fetch'); const r = await fetch(url + '/hello');"
        "return [r.ok, r.status, r.headers.get('content-type'), await r.json(), fetch.default === fetch]",
        [True, 200, "application/json", {"hello": "world"}, True],
    ),
    "node-fetch buffer": (
        "const r = await require('node-fetch')(url + '/hello'); return (await r.buffer()).toString()",
        '{"hello": "world"}',
    ),
    "request": (
        "return new Promise((done, fail) => require('request')(url + '/hello', { json: true },"
        " (error, response, body) => error ? fail(error) : done([response.statusCode, body])))",
        [200, {"hello": "world"}],
    ),
    "request.defaults": (
        "const r = require('request').defaults({ baseUrl: url }); return new Promise((done) =>"
        " r.get({ uri: '/hello', encoding: null }, (error, response, body) => done(Buffer.isBuffer(body))))",
        True,
    ),
    "request-promise": (
        "return require('request-promise')({ uri: url + '/hello', json: true })",
        {"hello": "world"},
    ),
    "request-promise refuses": (
        "return require('request-promise')(url + '/none').catch((error) => [error.name, error.statusCode])",
        ["StatusCodeError", 404],
    ),
    "request without following": (
        "return new Promise((done) => require('request')({ url: url + '/redirect/elsewhere', followRedirect: false },"
        " (error, response) => done(response.statusCode)))",
        302,
    ),
    "http.get": (
        "return new Promise((done, fail) => require('http').get(url + '/hello', (response) => { let text = '';"
        " response.on('data', (chunk) => { text += chunk; }).on('end', () => done(text)); }).on('error', fail))",
        '{"hello": "world"}',
    ),
    "axios": ("return (await require('axios').get(url + '/hello')).data", {"hello": "world"}),
}


@pytest.mark.parametrize("name", FETCHING)
async def test_an_allowed_host_is_asked(name: str, sandbox: Sandbox, house: World) -> None:
    body, expected = FETCHING[name]
    body = f"const url = 'http://127.0.0.1:{house.allowed.port}'; {body}"
    assert await value(sandbox, body, spec=house.spec("fetching")) == expected


# What each would be for an attacker: another host, another port, a socket, a listener.
DOORS = dict(
    block.split("\n", 1) for block in (Path(__file__).parent / "doors.js").read_text().split("\n//# ")[1:]
)


@pytest.mark.parametrize("name", DOORS)
async def test_a_module_opens_no_door(name: str, sandbox: Sandbox, house: World) -> None:
    body = f"""const world = args[0], near = 'http://127.0.0.1:' + world.allowedPort, socket = world.unixSocket;
      const away = 'http://127.0.0.1:' + world.otherPort + '/', redirect = near + '/redirect/' + world.otherPort;
      const soon = new Promise((_, fail) => setTimeout(() => fail(new Error('nothing')), 500));
      try {{ const got = await Promise.race([{DOORS[name].strip()}, soon]); return 'GOT ' + got; }}
      catch {{ return 'refused'; }}"""
    assert await value(sandbox, body, dict(house.facts), spec=house.spec("doors")) == "refused"
    await asyncio.sleep(0.05)
    house.untouched()
