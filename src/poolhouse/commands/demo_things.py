"""What else a new demonstration's pool holds, so that no list of the console is empty.

Each step is one transaction, or does nothing when done again. Nothing of it leaves the machine: mail is written down as
sent or given up, and no identity source is offered on a sign-in page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from poolhouse.caller import Caller
from poolhouse.commands.demo_month import DAYS, Account
from poolhouse.commands.demo_people import SEED
from poolhouse.errors import ResourceNotFound
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.mail.model import Scene
from poolhouse.paging import PageRequest
from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind, Struct, TreeNode
from poolhouse.pools.whitelist import Kind as Listed
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Action, Effect, Grant, ResourceDraft, ResourceType
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft

_SPACES = (
    ("warehouse", "仓储系统", "订单、库存与出入库"),
    ("finance", "财务系统", "报销、预算与发票"),
)
_READ, _WRITE = Action("read", "查看"), Action("write", "修改")
_RESOURCES = (
    ("warehouse", ResourceDraft("orders", ResourceType.DATA, "订单", actions=(_READ, _WRITE))),
    ("warehouse", ResourceDraft("stock", ResourceType.DATA, "库存", actions=(_READ, _WRITE))),
    ("warehouse", ResourceDraft("dispatch", ResourceType.BUTTON, "发货", actions=(Action("press", "使用"),))),
    ("finance", ResourceDraft("expenses", ResourceType.MENU, "报销", actions=(Action("open", "打开"),))),
    (
        "finance",
        ResourceDraft(
            "invoices",
            ResourceType.API,
            "发票接口",
            actions=(_READ,),
            api_identifier="https://finance.shanhai.example/api/invoices",
        ),
    ),
)
_GRANTS = (
    ("warehouse", "employee", "orders", ("read",)),
    ("warehouse", "developer", "stock", ("read", "write")),
    ("finance", "auditor", "invoices", ("read",)),
    ("finance", "employee", "expenses", ("open",)),
)
"""Namespace, role, resource, actions."""
_REGIONS = (
    TreeNode("east", "华东", children=(TreeNode("hangzhou", "杭州仓"), TreeNode("nanjing", "南京仓"))),
    TreeNode("south", "华南", children=(TreeNode("guangzhou", "广州仓"), TreeNode("shenzhen", "深圳仓"))),
)
_DATA: tuple[tuple[str, str, str, Kind, Struct], ...] = (
    ("warehouse", "regions", "仓库区域", Kind.TREE, _REGIONS),
    ("finance", "currencies", "结算币种", Kind.ARRAY, ("CNY", "USD", "EUR")),
)
_POLICIES = (
    ("华东仓管理", Effect.ALLOW, ("warehouse/regions/east/read", "warehouse/regions/east/write"), "on-call"),
    ("不得以外币结算", Effect.DENY, ("finance/currencies/write",), "newcomers"),
)
_TENANTS = (("云帆物流", "华东与华南的承运商"), ("青松医疗", "体检与员工健康"), ("北辰教育", "内训课程"))
_SOURCES = (
    (
        "合作伙伴统一登录",
        "oidc",
        {
            "issuer": "https://id.partner.example",
            "clientId": "shanhai",
            "clientSecret": "demonstration-only",
        },
    ),
    (
        "总部目录",
        "ldap",
        {
            "url": "ldaps://directory.shanhai.example",
            "usersBaseDn": "ou=people,dc=shanhai,dc=example",
            "bindDn": "cn=reader,dc=shanhai,dc=example",
            "bindCredentials": "demonstration-only",
        },
    ),
)
_KEYS = (("users:read",), ("users:read", "groups:read", "orgs:read"))
_LISTED: tuple[tuple[Listed, tuple[str, ...]], ...] = (
    ("email", ("@shanhai.example", "founder@yunfan.example")),
    ("phone", ("+8614200000001", "+8614200000002")),
    ("username", ("contractor-1", "contractor-2")),
)
FIELDS = (
    FieldDraft(TargetType.GROUP, "purpose", DataType.STRING, "用途"),
    FieldDraft(TargetType.ROLE, "reviewedBy", DataType.STRING, "复核人"),
    FieldDraft(TargetType.NODE, "costCenter", DataType.STRING, "成本中心"),
)
CONTRACTORS_IN = 8
"""Of the table that is imported; two rows of it are refused."""
_SENT: tuple[tuple[Scene, str], ...] = (
    ("login_code", "登录验证码"),
    ("verify_email", "请验证您的邮箱"),
    ("reset_password_code", "重置密码验证码"),
    ("welcome", "欢迎加入山海集团"),
)
_MAILS = 60
_REFUSED_BY = "550 5.1.1 recipient rejected: user unknown"


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was sent, or given up."""

    user_id: str
    to: str
    scene: Scene
    subject: str
    at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the login script. `error` None: it returned the user, whom the old table calls `old_id`."""

    at: datetime
    username: str
    old_id: str | None
    duration_ms: float
    error: str | None


async def add(services: Services, caller: Caller, accounts: Sequence[Account]) -> None:
    """Beside what people, departments, groups, roles and applications are made of."""
    ids = [one.id for one in accounts]
    await _permissions(services, caller)
    await _tenants(services, caller, ids)
    await _sources(services, caller)
    await services.customdb.change_variables(caller, {"COMPANY": "山海集团"}, ())
    known = {one.scopes for one in await services.access_keys.list(caller)}
    for scopes in _KEYS:
        if frozenset(scopes) not in known:
            await services.access_keys.create(caller, scopes=scopes)
    for kind, values in _LISTED:
        await services.whitelist.add(caller, kind, values)
    await services.fields.define(caller, FIELDS)
    if not (await services.bulk_acts.list(caller, PageRequest(1, 1))).total:
        await services.bulk_acts.start(caller, "ADD_TO_GROUP", {"group": "book-club"}, user_ids=ids[300:340])
    await _imports(services, caller)


async def _permissions(services: Services, caller: Caller) -> None:
    known = {one.code for one in await services.namespaces.find(caller, [code for code, _, _ in _SPACES])}
    if missing := [one for one in _SPACES if one[0] not in known]:
        await services.namespaces.create_many(caller, missing)
    await services.resources.put_many(caller, _RESOURCES)
    for space, role, resource, actions in _GRANTS:
        to = Authorization(GrantTarget.ROLE, (role,), (Grant(resource, actions),))
        await services.authorization.authorize(caller, [to], space)
    for space, code, name, kind, struct in _DATA:
        try:
            await services.data_resources.get(caller, space, code)
        except ResourceNotFound:
            draft = DataResourceDraft(code, name, kind, struct, ("read", "write"))
            await services.data_resources.create(caller, space, draft)
    page = await services.data_policies.list(caller, PageRequest(1, 50))
    policies = {one.name: one.id for one in page.items}
    for name, effect, permissions, group in _POLICIES:
        if name not in policies:
            said = [DraftStatement(effect, permissions)]
            policies[name] = (await services.data_policies.create(caller, name, said)).id
        await services.data_policies.authorize(caller, [policies[name]], [(GrantTarget.GROUP, group)])


async def _tenants(services: Services, caller: Caller, ids: Sequence[str]) -> None:
    """Each with some people, of whom one administers it."""
    known = {one.name: one.id for one in (await services.tenants.list(caller, PageRequest(1, 50))).items}
    for place, (name, description) in enumerate(_TENANTS):
        if name not in known:
            made = await services.tenants.create(caller, name, (), {"description": description})
            known[name] = made.id
        members = ids[place * 60 : place * 60 + 20 + 10 * place]
        await services.tenants.add_members(caller, known[name], members)
        await services.tenants.add_administrators(caller, known[name], members[:1])


async def _sources(services: Services, caller: Caller) -> None:
    known = {one.name for one in await services.sources.list(caller)}
    for name, kind, fields in _SOURCES:
        if name not in known:
            connection = ConnectionDraft(kind, f"shanhai-{kind}-{caller.pool_id[:8]}", name, fields)
            await services.sources.create(caller, name, kind, connections=[connection])


async def _imports(services: Services, caller: Caller) -> None:
    """One that has ended, two rows of which were refused, and a file that is checked and waits to be imported."""
    jobs = (await services.import_jobs.list(caller, PageRequest(1, 1))).items
    job = jobs[0] if jobs else await services.import_jobs.create(caller, "csv")
    if job.status == "RUNNING":
        await services.import_jobs.put(caller, job.id, _table("contractor", "外包顾问"), 0, last=True)
    files = (await services.import_files.list(caller, PageRequest(1, 1))).items
    content = _table("intern", "实习生").encode()
    file = (
        files[0] if files else await services.import_files.create(caller, "interns.csv", "csv", len(content))
    )
    if file.status == "UPLOADING":
        file = await services.import_files.put(caller, file.id, 0, content)
    if file.status == "UPLOADED":
        await services.import_files.check(caller, file.id)


def _table(code: str, name: str) -> str:
    """CSV of some people, and two rows that are refused."""
    rows = [("username", "name", "email")]
    rows += [
        (f"{code}-{number}", f"{name} {number}", f"{code}-{number}@partner.example")
        for number in range(1, CONTRACTORS_IN + 1)
    ]
    rows += [(f"{code}-9", f"{name} 9", f"{code}-9 at partner.example"), ("", f"{name} 10", "")]
    return "".join(",".join(row) + "\n" for row in rows)


def mails(accounts: Sequence[Account], moment: datetime) -> Iterator[Mail]:
    """Of the last weeks: none is waiting, so that none is ever sent."""
    random = Random(SEED)  # noqa: S311
    for number in range(_MAILS):
        who = accounts[(number * 37) % len(accounts)]
        scene, subject = _SENT[number % len(_SENT)]
        at = moment - timedelta(days=random.uniform(0, DAYS - 2))
        yield Mail(who.id, who.email, scene, subject, at, _REFUSED_BY if number % 15 == 7 else None)


def calls(moved: Sequence[Account], failed: int, moment: datetime) -> Iterator[Call]:
    """Whoever moved did so by a call; `failed` others came to nothing, most of them in one hour."""
    random = Random(SEED)  # noqa: S311
    for one in moved:
        yield Call(one.came, one.username, one.old_id, 8 + random.expovariate(1 / 14), None)
    outage = moment - timedelta(days=6, hours=3)
    for number in range(failed):
        at = outage + timedelta(seconds=95 * number)
        took, said = 5_000 + random.uniform(0, 40), "connect ETIMEDOUT (legacy database)"
        yield Call(at, f"old.{number:04d}", None, took, said)
