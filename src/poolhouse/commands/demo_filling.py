"""What a new demonstration's pool holds: people, an organization, roles, groups, fields, applications and a month.

Each step is one transaction, or does nothing when done again. The journal of the import tells how far it came: it is
begun first and finished with the last step, so a filling that was killed is gone on with, and none is done twice. What
fills the other lists is `demo_things`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Literal

import asyncpg
import bcrypt

from poolhouse import maintenance
from poolhouse.caller import Caller
from poolhouse.commands import demo_things, postgres_demo
from poolhouse.commands.demo_month import DAYS, Account, month
from poolhouse.commands.demo_people import SEED, Person, in_pool
from poolhouse.db.database import Tx
from poolhouse.fields import postgres as field_rows
from poolhouse.fields.model import DataType, FieldDraft, Option, TargetType
from poolhouse.fields.values import check, form
from poolhouse.groups.model import GroupDraft
from poolhouse.migration import postgres as newcomers
from poolhouse.migration import postgres_jobs as error_rows
from poolhouse.migration import postgres_searching as searching
from poolhouse.migration.import_tables import Raw
from poolhouse.orgs.model import NodeDraft, Tree
from poolhouse.paging import PageRequest
from poolhouse.roles.model import RoleDraft, RoleKey, Target
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import CUSTOM_DATABASE, Status

SOURCE = "demo"
MOVED = 160
"""Of the old table's people, those who came already."""
REFUSED = {"script error": 31, "conflict": 3}
FAST_COST = 4
"""bcrypt's cost in the demonstration: 400 hashes at 10 would be most of the first start."""

_COUNTS = replace(next(job for job in maintenance.JOBS if job.name == "pool_counts"), every_s=0.0)
"""Due at once, or the charts would be empty for a minute."""

_ORG, _NAME = "shanhai", "山海集团"
_DEPARTMENTS: Mapping[str, tuple[str, ...]] = {
    "技术中心": ("平台研发部", "移动研发部", "测试与质量部", "运维与安全部"),
    "产品与设计中心": ("产品部", "设计部", "用户研究部"),
    "市场与销售中心": ("华东销售部", "华南销售部", "海外销售部", "品牌部"),
    "客户服务中心": ("客服一部", "客服二部", "技术支持部"),
    "职能中心": ("人力资源部", "财务部", "法务部", "行政部"),
}
_GROUPS = (
    ("newcomers", "新员工"),
    ("on-call", "值班人员"),
    ("book-club", "读书会"),
    ("party-planners", "活动筹备组"),
)
_ROLES = (
    ("employee", "员工"),
    ("developer", "研发人员"),
    ("support-agent", "客服坐席"),
    ("auditor", "审计员"),
)
_APPS = (
    ("portal", "员工门户"),
    ("mobile", "移动客户端"),
    ("reports", "数据看板"),
    ("support", "客服工作台"),
)
_LEVELS = ("P4", "P5", "P6", "P7", "P8")
_FIELDS = (
    FieldDraft(TargetType.USER, "employeeNumber", DataType.STRING, "工号"),
    FieldDraft(
        TargetType.USER, "level", DataType.SELECT, "职级", options=tuple(Option(one, one) for one in _LEVELS)
    ),
    FieldDraft(TargetType.USER, "remote", DataType.BOOLEAN, "远程办公"),
)


State = Literal["begun", "filled", "another's"]
"""Of a pool: it is to be filled; it was; it had people before, and is left as it is."""


async def begin(services: Services, pool_id: str) -> State:
    """Before anybody signs up, so that the pool counts as the demonstration's from now on."""
    journal = await newcomers.journal(services.db, pool_id, SOURCE)
    if journal is None:
        if await postgres_demo.has_people(services.db, pool_id):
            return "another's"
        journal = await newcomers.begin(services.db, pool_id, SOURCE)
    return "filled" if journal.finished else "begun"


async def fill(services: Services, pool_id: str, legacy_url: str) -> State:
    """Beside a server that answers: whoever signs up or moves meanwhile is kept and counted."""
    state = await begin(services, pool_id)
    journal = await newcomers.journal(services.db, pool_id, SOURCE)
    if state != "begun" or journal is None:
        return state
    caller = Caller(pool_id, kind="system", actor_id="demo")
    if journal.position == 0:
        journal = await _import(services, caller, journal, await _moved(legacy_url))
    accounts, moved = await _accounts(services, pool_id)
    apps = await _apps(services, caller)
    await _organize(services, caller, accounts)
    await services.fields.define(caller, _FIELDS)
    await demo_things.add(services, caller, accounts)
    moment = now().astimezone((await services.pools.get(pool_id)).zone)
    tries = await asyncio.to_thread(month, accounts, apps, moment)
    async with services.db.transaction() as tx:
        await _values(tx, caller, accounts)
        await postgres_demo.write_tries(tx, pool_id, tries)
        await postgres_demo.write_accounts(tx, pool_id, accounts)
        await postgres_demo.write_mail(tx, pool_id, list(demo_things.mails(accounts, moment)))
        if moved:
            came = [one.came for one in moved]
            outcomes = {"migrated": len(moved), **REFUSED}
            await postgres_demo.write_migration(tx, pool_id, outcomes, min(came), max(came))
            calls = list(demo_things.calls(moved, REFUSED["script error"], moment))
            await postgres_demo.write_calls(tx, pool_id, calls)
        await postgres_demo.count_again(tx)
        await newcomers.move(tx, pool_id, journal, replace(journal, finished=True))
    await newcomers.analyze(services.db)
    await maintenance.do(services.db, _COUNTS)
    return "filled"


async def _moved(legacy_url: str) -> list[asyncpg.Record]:
    """Of the old table's people beside those whom the tours name, the first."""
    connection = await asyncpg.connect(legacy_url)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(
            "select id, username, email, phone, password, name, nickname, company from users "
            "where username like 'old.%' order by id limit $1",
            MOVED,
        )
        return rows
    finally:
        await connection.close()


async def _import(
    services: Services, caller: Caller, journal: newcomers.Journal, moved: Sequence[asyncpg.Record]
) -> newcomers.Journal:
    """Everybody in one transaction: 2,000 whose password nobody knows, and those who moved, with their old one."""
    hashed = bcrypt.hashpw(secrets.token_bytes(24), bcrypt.gensalt(FAST_COST)).decode()
    rows: list[dict[str, Any]] = [_row(person, hashed) for person in in_pool()]
    rows += [
        {
            "customDatabaseId": str(one["id"]),
            "passwordHash": one["password"],
            "emailVerified": True,
            **{key: one[key] for key in ("username", "email", "phone", "name", "nickname", "company")},
        }
        for one in moved
    ]
    judge = await services.imports.parser(caller)
    entries = await asyncio.to_thread(
        lambda: [judge(Raw(line, 0, given), ignored={}) for line, given in enumerate(rows, 1)]
    )
    journal = await services.imports.store(caller, journal, entries, len(entries), error_rows.ErrorRows())
    await searching.write_all(services.db, caller.pool_id)
    return journal


def _row(person: Person, hashed: str) -> dict[str, Any]:
    return {
        "username": person.username,
        "name": person.name,
        "nickname": person.given,
        "givenName": person.given,
        "familyName": person.family,
        "gender": person.gender,
        "email": person.email,
        "emailVerified": person.number % 5 != 0,
        "phone": person.phone,
        "phoneCountryCode": person.phone_country_code,
        "birthdate": person.birthdate,
        "company": person.company,
        "city": person.city,
        "province": person.province,
        "country": person.country,
        "status": (Status.SUSPENDED if person.number % 83 == 7 else Status.ACTIVATED).value,
        "passwordHash": hashed,
    }


async def _accounts(services: Services, pool_id: str) -> tuple[list[Account], list[Account]]:
    """Everybody who was imported, and of them those who moved. Most came long ago, some within the month."""
    random, moment = Random(SEED), now()  # noqa: S311
    accounts, moved = [], []
    for row in await postgres_demo.people(services.db, pool_id, CUSTOM_DATABASE):
        within = row["old_id"] or random.random() < 0.15
        first, last = (0.1, DAYS * 0.8) if within else (DAYS, 700)
        came = moment - timedelta(days=random.uniform(first, last))
        suspended = row["status"] == Status.SUSPENDED
        account = Account(
            row["id"], row["username"], row["name"], came, row["email"], suspended, row["old_id"]
        )
        accounts.append(account)
        if account.old_id:
            moved.append(account)
    return accounts, moved


async def _apps(services: Services, caller: Caller) -> list[str]:
    """Their ids, the pool's first one before them."""
    known = {one.identifier: one.id for one in (await services.apps.list(caller, PageRequest(1, 100))).items}
    for code, name in _APPS:
        identifier = f"{_ORG}-{code}"
        if identifier not in known:
            address = f"https://{code}.{_ORG}.example/callback"
            made = await services.apps.create(caller, name, identifier, redirect_uris=[address])
            known[identifier] = made.id
    return list(known.values())


async def _organize(services: Services, caller: Caller, accounts: Sequence[Account]) -> None:
    """Three levels; four people of five are in a department of the lowest, whose first one leads it."""
    found = await services.orgs.find_orgs_by_code(caller, [_ORG])
    org = found[0] if found else await services.orgs.import_tree(caller, _tree())
    nodes = {node.name: node for node in await services.orgs.list_nodes(caller, org.id)}
    ids = [one.id for place, one in enumerate(accounts) if place % 5]
    lowest = [name for names in _DEPARTMENTS.values() for name in names]
    teams = {name: ids[place :: len(lowest)] for place, name in enumerate(lowest)}
    for center, names in _DEPARTMENTS.items():
        head = teams[names[0]][0]
        await services.department_members.add(caller, nodes[center].id, [head], True)
        for name in names:
            await services.department_members.add(caller, nodes[name].id, teams[name][1:], None)
            await services.department_members.add(caller, nodes[name].id, teams[name][:1], True)
    groups: dict[str, str] = {}
    for place, (code, name) in enumerate(_GROUPS):
        _, group = await services.groups.create_or_update(caller, GroupDraft(code, name))
        await services.groups.add_members(caller, code, ids[place * 7 : place * 7 + 40 + 30 * place])
        groups[code] = group.id
    for code, name in _ROLES:
        if await services.roles.find(caller, RoleKey(code)) is None:
            await services.roles.create(caller, RoleDraft(code, name=name))
    for code, target in (
        ("employee", Target(RoleTarget.NODE, nodes[_NAME].id)),
        ("developer", Target(RoleTarget.NODE, nodes["技术中心"].id)),
        ("support-agent", Target(RoleTarget.NODE, nodes["客户服务中心"].id)),
        ("support-agent", Target(RoleTarget.GROUP, groups["on-call"])),
        *(("auditor", Target(RoleTarget.USER, one)) for one in ids[:3]),
    ):
        await services.roles.assign(caller, [RoleKey(code)], [target])


def _tree() -> Tree:
    centers = tuple(
        Tree(
            NodeDraft({"name": center, "code": f"{_ORG}-{place}"}),
            tuple(
                Tree(NodeDraft({"name": name, "code": f"{_ORG}-{place}-{below}"}))
                for below, name in enumerate(names, 1)
            ),
        )
        for place, (center, names) in enumerate(_DEPARTMENTS.items(), 1)
    )
    return Tree(NodeDraft({"name": _NAME, "code": _ORG}), centers)


async def _values(tx: Tx, caller: Caller, accounts: Sequence[Account]) -> None:
    """Of the fields, for four people of five; at once, without a line of the audit log for each."""
    random = Random(SEED)  # noqa: S311
    keys = [draft.key for draft in _FIELDS]
    fields = await field_rows.fields_to_write(tx, caller.pool_id, TargetType.USER, keys)
    given: dict[str, list[tuple[str, Any, bytes | None]]] = {key: [] for key in keys}
    for place, one in enumerate(accounts):
        if place % 5 == 0:
            continue
        for key, value in (
            ("employeeNumber", f"SH{place:05d}"),
            ("level", random.choices(_LEVELS, (30, 28, 22, 14, 6))[0]),
            ("remote", random.random() < 0.3),
        ):
            stored = form(fields[key], value)
            check(fields[key], stored)
            given[key].append((one.id, stored, None))
    for key, forms in given.items():
        await field_rows.save_values(tx, caller.pool_id, fields[key], forms)
