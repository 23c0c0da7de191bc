"""Browsers of administrators, without the browser: cookies are kept and forms repeat their token."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests

from poolhouse.administrators.model import Administrator
from poolhouse.app import asgi
from poolhouse.audit.model import RecordQuery
from poolhouse.caller import Caller
from poolhouse.customdb import postgres_logs
from poolhouse.customdb.model import LogEntry
from poolhouse.errors import DatabaseLost
from poolhouse.fields.model import DataType, FieldDraft, Option, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.import_files.model import ImportFile
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.permissions.model import (
    DataResourceDraft,
    DraftStatement,
    ExtendField,
    FieldType,
    Kind,
    TreeNode,
)
from poolhouse.resources.model import Action, Effect, ResourceDraft, ResourceType, Statement
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.users.model import UserDraft

ONLY_HERE = {"param": "SourceIp", "operator": "IpAddress", "value": "10.0.0.0/8"}
HOST = "http://127.0.0.1:3000"


@dataclass
class Console:
    """`administrator` is None for a stranger."""

    http: httpx.AsyncClient
    pool: PoolForTests
    administrator: Administrator | None = None

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """`path` below /console, with `{pool}` for the test's."""
        return await self.http.get(self.address(path), **options)

    async def post(self, path: str, page: str = "/sign-in?lang=zh-CN", **form: str) -> httpx.Response:
        """A form as the page `page` has it."""
        shown = await self.get(page, follow_redirects=True)
        found = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
        assert found
        return await self.http.post(self.address(path), data={"form": found[1], **form})

    def address(self, path: str) -> str:
        return f"/console{path.replace('{pool}', self.pool.id)}"

    async def sign_in(self, password: str = PASSWORD, **form: str) -> httpx.Response:
        assert self.administrator
        return await self.post("/sign-in", username=self.administrator.username, password=password, **form)


@dataclass(frozen=True)
class Things:
    """One of each that a page is about, and the names of their ids in paths."""

    user: str
    group: str
    role: str
    application: str
    organization: str
    department: str
    script: str = "nothing"
    record: str = "nothing"
    call: str = "nothing"
    act: str = "nothing"
    message: str = "nothing"
    template: str = "LOGIN_VERIFY_CODE"
    key: str = "nothing"
    job: str = "nothing"
    file: str = "nothing"
    administrator: str = "nothing"
    namespace: str = "nothing"
    resource: str = "nothing"
    policy: str = "nothing"
    resource_policy: str = "nothing"
    data_resource: str = "nothing"
    of: str = "USER"
    field: str = "nothing"
    tenant: str = "nothing"
    source: str = "nothing"
    connection: str = "nothing"

    def fill(self, path: str) -> str:
        for name, value in vars(self).items():
            path = path.replace(f"{{{name}}}", value)
        return path


async def one_of_each(services: Services, pool: PoolForTests) -> Things:
    admin = pool.administrator
    user = await services.users.create(admin, UserDraft({"username": "li", "name": "李四"}))
    group = await services.groups.create(admin, GroupDraft(code="staff", name="员工"))
    role = await services.roles.create(admin, RoleDraft(code="editor"))
    app = await services.apps.create(admin, "shop")
    org = await services.orgs.create_org(admin, NodeDraft({"name": "公司", "code": "company"}))
    node = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "实验室", "code": "lab"}))
    await services.department_members.add(admin, node.id, [user.id])
    await services.groups.add_members(admin, group.code, [user.id])
    await services.customdb.save_script(admin, "login", f"function login() {{}} // of {pool.id}")
    key = await services.access_keys.create(admin, scopes=["users:read"])
    staff = FieldDraft(
        TargetType.USER,
        "staffNo",
        DataType.SELECT,
        "工号",
        "发在工牌上",
        (Option("a=1", "甲"), Option("b", "b")),
        i18n={"label": {"en-US": {"enabled": True, "value": "Staff number"}}},
    )
    await services.fields.define(admin, [staff])
    tenant = await services.tenants.create(admin, "分公司", [app.id], {"description": "上海"})
    await services.tenants.add_members(admin, tenant.id, [user.id])
    kept = {"clientId": "c", "clientSecret": "s3cret"}
    connection = ConnectionDraft("gitee", f"gitee-{new_id()}", "代码", kept)
    source = await services.sources.create(admin, "GitHub", "gitee", connections=[connection])
    log = await services.audit.list_records(admin, RecordQuery(), PageRequest(1, 1))
    call = await one_call(
        services, pool, LogEntry("", "login", 1, 12.5, False, "threw", "no", "at login.js:3:1")
    )
    record = log.items[0].id
    act = await services.bulk_acts.start(admin, "END_SESSIONS", {}, user_ids=[user.id])
    space = await services.namespaces.create(admin, "warehouse", "仓库")
    resource = await services.resources.create(
        admin,
        ResourceDraft("orders", ResourceType.DATA, "订单", actions=(Action("read", "查看"),)),
        space.code,
    )
    menu = (TreeNode("deploy", "部署", children=(TreeNode("prod", "生产"),)),)
    owner = ExtendField("owner", "负责人", FieldType.STRING)
    draft = DataResourceDraft("menu", "菜单", Kind.TREE, menu, ("open",), fields=(owner,))
    await services.data_resources.create(admin, space.code, draft)
    said = [DraftStatement(Effect.ALLOW, (f"{space.code}/menu/deploy/open",))]
    policy = await services.data_policies.create(admin, "operators", said)
    await services.data_policies.authorize(admin, [policy.id], [(GrantTarget.GROUP, group.code)])
    rule = [Statement(Effect.ALLOW, "orders:*", ("read",), condition=(ONLY_HERE,))]
    rules = await services.policies.create(admin, "clerks", rule, namespace=space.code)
    await services.policies.assign(admin, [rules.code], GrantTarget.GROUP, [group.code], namespace=space.code)
    async with services.db.transaction() as tx:
        values = {"code": "204816"}
        message = await services.mail.queue_email(tx, admin, "login_code", "li@shop.example", values)
    return Things(
        user.id,
        group.code,
        role.code,
        app.id,
        org.code,
        node.id,
        "login",
        record,
        call,
        act.id,
        message,
        key=key.id,
        job=(await services.import_jobs.create(admin)).id,
        file=(await one_file(services, admin)).id,
        namespace=space.code,
        resource=resource.code,
        policy=policy.id,
        resource_policy=rules.code,
        data_resource="menu",
        field="staffNo",
        administrator=(await one_administrator(services, pool)).id,
        tenant=tenant.id,
        source=source.id,
        connection=source.connections[0].id,
    )


async def one_file(services: Services, admin: Caller) -> ImportFile:
    """An uploaded file of users."""
    content = b"username,email\nsown,nonsense\n"
    file = await services.import_files.create(admin, "people.csv", "csv", len(content))
    return await services.import_files.put(admin, file.id, 0, content)


async def one_administrator(services: Services, pool: PoolForTests) -> Administrator:
    """Who may see what is in the pool."""
    made = await services.administrators.create(OPERATOR, f"c{new_id()}", PASSWORD)
    return await services.administrators.set_roles(OPERATOR, made.id, pool.id, ["viewer"])


async def one_call(services: Services, pool: PoolForTests, entry: LogEntry) -> str:
    """A call in the log of scripts. Its id."""
    entry = replace(entry, id=new_id(), success=entry.outcome == "returned")
    await postgres_logs.add(services.db, pool.id, [entry])
    return entry.id


@pytest.fixture(autouse=True)
async def administrators_end(services: Services) -> AsyncIterator[None]:
    """Those whom a test made end with it: there are a thousand at most, and all tests share one server."""
    since = new_id()
    yield
    with suppress(DatabaseLost):  # by the test
        await services.db.execute("delete from administrators where id > $1", since)


@pytest.fixture
async def things(services: Services, pool: PoolForTests) -> Things:
    return await one_of_each(services, pool)


Open = Callable[..., Awaitable[Console]]


@pytest.fixture
async def stranger(services: Services, pool: PoolForTests) -> AsyncIterator[Console]:
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as http:
        yield Console(http, pool)


@pytest.fixture
async def console(services: Services, pool: PoolForTests) -> AsyncIterator[Open]:
    """Signs in a new administrator with roles in the test's pool, or as an owner of the server."""
    opened: list[httpx.AsyncClient] = []
    app = asgi(services)

    async def open_(*roles: str, is_owner: bool = False) -> Console:
        administrators = services.administrators
        made = await administrators.create(
            OPERATOR, f"c{new_id()}", PASSWORD, is_owner=is_owner, must_change_password=False
        )
        if roles:
            made = await administrators.set_roles(OPERATOR, made.id, pool.id, list(roles))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        http = httpx.AsyncClient(transport=transport, base_url=HOST, headers={"accept-language": "en"})
        opened.append(http)
        one = Console(http, pool, made)
        assert (await one.sign_in()).status_code == 303
        return one

    yield open_
    for http in opened:
        await http.aclose()
