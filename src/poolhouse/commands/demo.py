"""`poolhouse demo`: a server, an old company's user table beside it, and three commands to try."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import bcrypt
import structlog

from poolhouse import logs
from poolhouse.bootstrap import Credentials, bootstrap, credentials_file
from poolhouse.caller import Caller
from poolhouse.client import output
from poolhouse.client.words import Words, say
from poolhouse.commands.demo_filling import FAST_COST, State, begin, fill
from poolhouse.commands.demo_people import IN_LEGACY, IN_POOL, in_legacy
from poolhouse.commands.server import check_scripts, run, settings_from, tell_of_start
from poolhouse.customdb.model import Connection
from poolhouse.customdb.templates import schema, template
from poolhouse.db import migrations
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.services import Services, opened
from poolhouse.serving import database, serve, with_port
from poolhouse.settings import Settings

PEOPLE = (
    ("zhangwei", "张伟", "山海科技"),
    ("wangfang", "王芳", "山海科技"),
    ("lina", "李娜", "山海科技"),
    ("liuyang", "刘洋", "云帆物流"),
    ("chenjie", "陈洁", "云帆物流"),
    ("yangmin", "杨敏", "云帆物流"),
    ("zhaolei", "赵磊", "长河文化"),
    ("huangyan", "黄艳", "长河文化"),
    ("zhoutao", "周涛", "长河文化"),
    ("wujing", "吴静", "青松医疗"),
    ("xuqiang", "徐强", "青松医疗"),
    ("sunli", "孙丽", "青松医疗"),
    ("hujun", "胡军", "北辰教育"),
    ("zhuhong", "朱红", "北辰教育"),
    ("gaofei", "高飞", "北辰教育"),
    ("ouyangxiu", "欧阳修", "长河文化"),
    ("ada", "Ada Lovelace", "Analytical Engines"),
    ("grace", "Grace Hopper", "Harbour Systems"),
    ("alan", "Alan Turing", "Bletchley Park"),
    ("edsger", "Edsger Dijkstra", "Semaphore BV"),
    ("barbara", "Barbara Liskov", "Substitution Inc"),
    ("donald", "Donald Knuth", "Literate Press"),
    ("radia", "Radia Perlman", "Spanning Trees"),
    ("hedy", "Hedy Lamarr", "Frequency Hopping"),
    ("jose", "José Niño", "Ñandú SA"),
)
"""username, name, company of those in the old table whom the tours name. A password is the username and -2021."""

Show = tuple[Words, str]

_log = structlog.get_logger(__name__)


def demo(*, data: Path | str | None = None, port: int | None = None) -> None:
    """The legacy database is connected by login and getUser scripts, in lazy mode."""
    settings = settings_from(data, port=port)
    logs.configure("warning")
    run(_demo(settings, time.monotonic()))


async def _demo(settings: Settings, began: float) -> None:
    settings = with_port(settings)
    await asyncio.to_thread(check_scripts)
    legacy = EmbeddedPostgres(settings.data / "legacy", tcp_port=0)
    with ExitStack() as stack:
        stack.callback(legacy.stop)
        starting = asyncio.create_task(_legacy(legacy))
        url = stack.enter_context(database(settings))
        await migrations.migrate(url)
        legacy_url = await starting
        async with opened(settings, url) as services:
            credentials = await bootstrap(services, settings.address)
            state: State = "another's"
            if credentials is not None:
                await _connect(services, credentials, legacy_url)
                state = await begin(services, credentials.userPoolId)
            ready = asyncio.Event()

            async def after_start() -> None:
                await ready.wait()
                _tell(settings, began, credentials, state)
                if credentials is not None and state == "begun":
                    await _fill_and_tell(services, credentials.userPoolId, legacy_url, began)

            afterwards = asyncio.create_task(after_start())
            await serve(services, ready)
            afterwards.cancel()
            await asyncio.wait([afterwards])


async def _fill_and_tell(services: Services, pool_id: str, legacy_url: str, began: float) -> None:
    """Behind the address, so that nobody waits for it. The next start goes on with what failed or was stopped."""
    try:
        await fill(services, pool_id, legacy_url)
    except Exception:
        _log.exception("demo_filling_failed")
        failed = (
            "填充失败；下次启动 poolhouse demo 会继续",
            "the filling failed; the next `poolhouse demo` goes on with it",
        )
        output.line(say(failed))
    else:
        took = f"{time.monotonic() - began:.1f}"
        output.line(say((f"用户池已填充，用时 {took} 秒", f"the pool is filled after {took} s")))
    sys.stdout.flush()


async def _legacy(database: EmbeddedPostgres) -> str:
    """Its URL once it has the old table, made while ours is migrated."""
    url = await asyncio.to_thread(database.start)
    await _fill(url)
    return url


async def _fill(url: str) -> None:
    """The old table, with everybody in it; left as it is when it is there already."""
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("select to_regclass('users')"):
            return
        async with connection.transaction():
            await connection.execute(schema("postgresql") or "")
            rows = await asyncio.gather(*(asyncio.to_thread(_row, *person) for person in PEOPLE))
            rows += await asyncio.to_thread(_crowd)
            await connection.executemany(
                "insert into users (username, email, phone, password, name, nickname, company, email_verified) "
                "values ($1, $2, $3, $4, $5, $5, $6, true)",
                rows,
            )
    finally:
        await connection.close()


def _row(username: str, name: str, company: str) -> tuple[str, ...]:
    number = [person[0] for person in PEOPLE].index(username)
    return username, f"{username}@legacy.example", f"138000{number:05d}", _hashed(username), name, company


def _crowd() -> list[tuple[str, ...]]:
    return [
        (
            *(one.username, one.email, one.phone if one.phone_country_code == "+86" else f"+44{one.phone}"),
            *(_hashed(one.username), one.name, one.company),
        )
        for one in in_legacy()
    ]


def _hashed(username: str) -> str:
    return bcrypt.hashpw(f"{username}-2021".encode(), bcrypt.gensalt(FAST_COST)).decode()


async def _connect(services: Services, credentials: Credentials, legacy_url: str) -> None:
    """Scripts are saved and published once; the old database's port is new at every start."""
    admin = Caller(credentials.userPoolId, kind="system", actor_id="demo")
    for name in ("login", "getUser"):
        saved = await services.customdb.save_script(admin, name, template("postgresql", name))
        await services.customdb.publish(admin, name, saved.version)
    await services.customdb.update(
        admin,
        {
            "enabled": True,
            "mode": "LAZY_MIGRATION",
            "database_type": "postgresql",
            "connection": Connection(uri=legacy_url),
        },
    )


def _tell(settings: Settings, began: float, credentials: Credentials | None, state: State) -> None:
    file = credentials_file(settings.data)
    print()
    admin = credentials.adminUsername if credentials else None
    tell_of_start(settings.address, began, _short(file), admin)
    if state != "another's":
        inside = (
            f"其中有 {IN_POOL:,} 名虚构的用户、一个组织，以及一个月的登录",
            f"in it: {IN_POOL:,} made-up people, an organization, a month of sign-ins",
        )
        still = (
            ("（正在填充，需数秒）", " (being filled, for some seconds)") if state == "begun" else ("", "")
        )
        output.line(say((inside[0] + still[0], inside[1] + still[1])))
    old = len(PEOPLE) + IN_LEGACY
    beside = (
        f"旁边有一个 {old} 人的旧用户表，以惰性迁移方式连接，迁移正在进行",
        f"beside it: a legacy table of {old} people, connected in lazy mode; some have moved",
    )
    print(f"{say(beside)}\n")
    for title, command in _commands(file, credentials):
        print(output.painted(f"# {say(title)}", output.DIM))
        output.line(f"  {command}")
        print()
    sys.stdout.flush()


def _commands(file: Path, known: Credentials | None) -> list[Show]:
    """What to type in another terminal, from the folder one is in."""
    scripts = Path(sys.executable).parent
    find = (
        ("从此成为本地用户", "and is a local user from now on"),
        f"{_short(scripts / 'poolhouse')} user find wangfang --data {_short(file.parent)}",
    )
    if Path("examples/js/node_modules").is_dir():  # in the source tree, where the official client is too
        node = f"{_short(scripts / 'deno')} run -A --node-modules-dir=manual examples/js"
        return [
            (
                ("用官方 JavaScript SDK 新建用户", "create a user through the official JavaScript SDK"),
                f"{node}/create-user.cjs {_short(file)}",
            ),
            (
                ("旧用户通过它登录，随即迁入", "a legacy user signs in through it, and thereby moves in"),
                f"{node}/login.cjs {_short(file)} wangfang wangfang-2021",
            ),
            find,
        ]
    if known is None:
        return [find]
    login = 'mutation { loginByUsername(input: {username: "wangfang", password: "wangfang-2021"}) { id name email } }'
    return [
        (
            (
                "旧用户登录，随即迁入（官方 SDK 的例子在源码中）",
                "a legacy user signs in, and thereby moves in (examples with the official SDK come with the source)",
            ),
            f"curl -s {known.host}/graphql/v2 -H 'content-type: application/json' "
            f"-H 'x-authing-app-id: {known.appId}' -d {shlex.quote(json.dumps({'query': login}))}",
        ),
        find,
    ]


def _short(path: Path) -> str:
    """As a shell takes it."""
    try:
        return shlex.quote(str(path.relative_to(Path.cwd())))
    except ValueError:
        return shlex.quote(str(path))
