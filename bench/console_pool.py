"""A pool as a company of a million people has it after some years: what the pages of the console are measured on.

    pool = await filled(services, url, 1_000_000)

People by `crowd`; 5,000 departments in a tree of four levels, groups and roles with up to a tenth of everybody, a
sign-in a person over the last ninety days and a fifth as many acts, script calls, mails, sessions, and a bulk act upon
ten thousand. The same at every run, but for the moment all times are counted from.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from bench import crowd
from poolhouse.apps.model import App
from poolhouse.audit import postgres as audit_rows
from poolhouse.caller import Caller
from poolhouse.fields import postgres_index
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft, Tree
from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind
from poolhouse.resources.model import Action, Effect, ResourceDraft, ResourceType, Statement
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.times import now

DEPARTMENTS = 5_000
GROUPS, ROLES, KEYS = 60, 60, 40
APPLICATIONS, TOGETHER = 10_000, 8
MANY_FOR = 10
"""People for each of the empty groups and roles beside those: of a million 100,000 each."""
DAYS = 90
BATCH = 100_000
PIECE = 10_000
"""Values of a custom field that are noted in its index at once."""
STEPS = 10_000
"""People of the bulk act."""

_SIGN_INS = """
insert into audit_records (pool_id, at, id, kind, operation, resource_type, resource_id, user_id, user_name, actor_kind,
  actor_id, app_id, session_id, success, detail, ip, user_agent, request_id)
select $1, at, id, 'user', 'login', 'user', case when known then u.user_id end, case when known then u.user_id end,
  case when known then u.shown else 'guess' || b % 400 end,
  case when a % 20 > 0 then 'user' else 'anonymous' end, case when a % 20 > 0 then u.user_id else '' end,
  ($5::text[])[1 + c % cardinality($5::text[])], case when a % 20 > 0 then id end, a % 20 > 0,
  case when a % 20 > 0 then jsonb_build_object('method', 'password', 'session', id)
    else jsonb_build_object('by', 'username', 'account', u.shown, 'reason', 'WrongCredentials',
      'method', 'password') end,
  '10.' || d % 16 || '.' || b % 256 || '.' || c % 256,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36',
  md5('request' || n)
from generate_series($2::bigint, $3::bigint) n,
lateral (select md5('s' || n) as digits, $6::timestamptz - $7::interval * (1 - n::float8 / $4::bigint) as at) moment,
lateral (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(digits, 21, 12) as id,
  ('x' || substr(digits, 1, 4))::bit(16)::int as a, ('x' || substr(digits, 5, 4))::bit(16)::int as b,
  ('x' || substr(digits, 9, 4))::bit(16)::int as c, ('x' || substr(digits, 13, 4))::bit(16)::int as d,
  ('x' || substr(digits, 1, 7))::bit(28)::bigint as e) chance,
lateral (select a % 40 > 0 as known) more, crowd_numbers u
where u.place = 1 + e % (select max(place) from crowd_numbers)
"""
_ACTS = """
insert into audit_records (pool_id, at, id, kind, operation, resource_type, resource_id, user_id, user_name, actor_kind,
  actor_id, success, detail, ip, user_agent, request_id)
select $1, at, id, 'administrator', operation, thing,
  case when thing = 'user' then u.user_id else 'thing' || b % 300 end,
  case when thing = 'user' then u.user_id end, case when thing = 'user' then u.shown end, 'administrator',
  case when thing = 'field' then ($5::text[])[1] else ($5::text[])[1 + power(d::float8 / 65536, 3)::int * c % 40] end,
  a % 50 > 0, jsonb_build_object('before', jsonb_build_object('company', '旧'), 'after',
    jsonb_build_object('company', '新', 'city', '杭州')),
  '10.99.' || d % 4 || '.' || c % 32, 'poolhouse/1', md5('act' || n)
from generate_series($2::bigint, $3::bigint) n,
lateral (select md5('a' || n) as digits, $6::timestamptz - $7::interval * (1 - n::float8 / $4::bigint) as at) moment,
lateral (select lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(digits, 21, 12) as id,
  ('x' || substr(digits, 1, 4))::bit(16)::int as a, ('x' || substr(digits, 5, 4))::bit(16)::int as b,
  ('x' || substr(digits, 9, 4))::bit(16)::int as c, ('x' || substr(digits, 13, 4))::bit(16)::int as d,
  ('x' || substr(digits, 1, 7))::bit(28)::bigint as e) chance,
lateral (select (array['update', 'update', 'update', 'create', 'create', 'block', 'delete', 'add'])[1 + a % 8]
    as operation,
  case when n % 50000 = 7 then 'field' when n % 4 = 0 then 'group' when n % 101 = 0 then 'role'
    when n % 1009 = 0 then 'application' else 'user' end as thing) more, crowd_numbers u
where u.place = 1 + e % (select max(place) from crowd_numbers)
"""
_CALLS = """
insert into custom_script_logs (pool_id, id, at, name, version, duration_ms, success, outcome, message, stack,
  arguments, app_id, request_id, script_user_id)
select $1, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5('c' || n), 21, 12), at,
  (array['login', 'login', 'login', 'getUser'])[1 + n % 4], 1, 5 + n * 7919 % 400 / 10.0, n % 12 > 0,
  case when n % 12 > 0 then 'returned' else 'threw' end, case when n % 12 = 0 then 'no such user' end,
  case when n % 12 = 0 then 'at login.js:3:1' end, '["somebody", "***"]', $3, md5('request' || n), 'u' || n
from generate_series(1, $2::bigint) n, lateral (select now() - n * interval '10 seconds' as at) moment
"""
_MAILS = """
insert into mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body, user_id, status, attempts,
  last_error, created_at, sent_at)
select $1, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5('m' || n), 21, 12),
  case when n % 9 = 0 then 'sms' else 'email' end, 'LOGIN_VERIFY_CODE', 'zh-CN', 'p' || n || '@example.com',
  'Poolhouse <no-reply@example.com>', '登录验证码', repeat('验证码 204816 ', 20), u.user_id,
  case when n % 500 = 0 then 'dead' else 'sent' end, 1, case when n % 500 = 0 then 'refused' end, at, at
from generate_series(1, $2::bigint) n, lateral (select now() - n * interval '26 seconds' as at) moment,
crowd_numbers u where u.place = n
"""
_SESSIONS = """
insert into sessions (pool_id, id, user_id, app_id, device_id, ip, user_agent, created_at, expires_at)
select $1, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || substr(md5('e' || n), 21, 12), u.user_id,
  ($3::text[])[1 + n % cardinality($3::text[])], '', '10.0.0.1', 'Mozilla/5.0', at, at + interval '30 days'
from generate_series(1, $2::bigint) n, lateral (select now() - n * interval '12 seconds' as at) moment,
crowd_numbers u where u.place = 1 + n * 3 % $2
"""
_GROUP = """
insert into group_members (pool_id, group_id, user_id, created_at)
select $1, $2, user_id, now() - place * interval '1 second' from crowd_numbers where place % $3 = 0
"""
_ROLE = """
insert into role_assignments (pool_id, role_id, target_type, target_id, created_at)
select $1, $2, 'USER', user_id, now() - place * interval '1 second' from crowd_numbers where place % $3 = 1
"""
_MANY = """
insert into {table} (pool_id, id, {kind}, code, name, created_at)
select pool_id, substr(md5('{table}' || n), 1, 24), {kind}, 'many' || n, '许多 ' || n, now() - n * interval '1 minute'
from {table}, generate_series(1, $3::int) n where pool_id = $1 and code = $2
"""
_WIDE = (
    """
    insert into orgs (pool_id, id, root_id) select id, 'wide', 'w0' from pools where id = $1
    """,
    """
    insert into nodes (pool_id, id, org_id, parent_id, name, code, depth)
    select id, 'w0', 'wide', null, '集团', 'wide', 0 from pools where id = $1
    union all
    select id, 'w' || n, 'wide', 'w' || case when n <= 100 then 0 when n <= 10100 then 1 + (n - 101) / 100
        else 101 + (n - 10101) / 9 end, '组 ' || n, 'w' || n,
      case when n <= 100 then 1 when n <= 10100 then 2 else 3 end
    from pools, generate_series(1, 100100) n where id = $1
    """,
    """
    with recursive above (pool_id, ancestor_id, descendant_id, depth) as (
      select pool_id, id, id, 0 from nodes where pool_id = $1 and org_id = 'wide'
      union all
      select a.pool_id, n.parent_id, a.descendant_id, a.depth + 1
      from above a join nodes n on n.pool_id = a.pool_id and n.id = a.ancestor_id where n.parent_id is not null)
    insert into node_closure (pool_id, ancestor_id, descendant_id, depth) select * from above
    """,
    """
    insert into node_members (pool_id, node_id, user_id)
    select $1, 'w' || 10101 + place % 90000, user_id from crowd_numbers where place % 10 >= 6
    """,
)
"""A second organization of 100,000 departments on three levels, where those are who are in none of the first."""
_RESULTS = """
insert into bulk_act_results (pool_id, act_id, "row", user_id, outcome, error, message)
select $1, $2, place, user_id, case when place % 40 = 0 then 'FAILED' else 'DONE' end, null, null
from crowd_numbers where place <= $3
"""
_VALUES = """
insert into field_values (pool_id, target_type, target_id, key, value)
select $1, 'USER', user_id, 'level', to_jsonb(place * 31 % 10) from crowd_numbers where place % 3 = 0
union all
select $1, 'USER', user_id, 'team', to_jsonb(case when place * 17 % 100 < 30 then 'core' else 't' || place % 997 end)
from crowd_numbers where place % 2 = 0
"""
_MEMBERS = """
insert into node_members (pool_id, node_id, user_id, joined_at)
select $1, d.id, u.user_id, now() - u.place * interval '1 second'
from crowd_numbers u join (select id, row_number() over (order by id) - 1 as n from nodes where pool_id = $1) d
  on d.n = u.place * 7919 % (select count(*) from nodes where pool_id = $1)
where u.place % 10 < 6
"""


@dataclass(frozen=True)
class ConsolePool:
    """Ids of what pages are about: the largest, busiest or newest of each."""

    pool: str
    user: str
    group: str
    role: str
    application: str
    organization: str
    department: str
    record: str
    call: str
    act: str
    message: str
    key: str
    administrator: str
    policy: str
    tenant: str
    source: str
    connection: str
    job: str
    file: str
    data_resource: str = "menu"
    resource_policy: str = "clerks"
    namespace: str = "warehouse"
    resource: str = "orders"
    of: str = "USER"
    field: str = "level"
    script: str = "login"
    template: str = "LOGIN_VERIFY_CODE"

    def fill(self, path: str) -> str:
        """An address of a page, with what it is about."""
        for name, value in vars(self).items():
            path = path.replace(f"{{{name}}}", value)
        return path

    @property
    def caller(self) -> Caller:
        return Caller(self.pool, "administrator", self.pool)


async def filled(services: Services, url: str, users: int, actors: list[str]) -> ConsolePool:
    """`actors`: ids of administrators, who did what the log tells."""
    pool = await services.pools.create("million")
    caller = Caller(pool.id, "administrator", pool.id)
    async with crowd.without_indexes(url, "users", "user_logins", "user_search"):
        await crowd.fill(url, pool.id, users)
    connection = await asyncpg.connect(url, command_timeout=3600)
    try:
        await connection.execute(
            "create unlogged table crowd_numbers (place bigint primary key, user_id text, shown text)"
        )
        await connection.execute(
            "insert into crowd_numbers select row_number() over (order by md5(id)), id, coalesce(name, username) "
            "from users where pool_id = $1",
            pool.id,
        )
        await connection.execute("analyze crowd_numbers")
        return await _filled(services, connection, caller, users, actors)
    finally:
        await connection.execute("drop table if exists crowd_numbers")
        await connection.close()


async def _filled(
    services: Services, connection: asyncpg.Connection, caller: Caller, users: int, actors: list[str]
) -> ConsolePool:
    pool_id = caller.pool_id
    apps = [await services.apps.create(caller, f"app{n}") for n in range(12)]
    for first in range(0, APPLICATIONS, TOGETHER):
        numbers = range(first, first + TOGETHER)
        await asyncio.gather(*(services.apps.create(caller, f"许多应用 {n}") for n in numbers))
    await _directory(services, connection, caller, users)
    await _logs(connection, pool_id, users, apps, actors)
    space = await services.namespaces.create(caller, "warehouse", "仓库")
    orders = ResourceDraft("orders", ResourceType.DATA, "订单", actions=(Action("read", "查看"),))
    await services.resources.create(caller, orders, space.code)
    await services.customdb.save_script(caller, "login", "function login() { return null }")
    keys = [await services.access_keys.create(caller, scopes=["users:read"]) for _ in range(KEYS)]
    others = await _others(services, caller, apps[0].id)
    act_id = await _bulk_act(services, connection, caller, min(STEPS, users))
    await connection.execute("vacuum (analyze)")

    async def one(what: str) -> str:
        return str(await connection.fetchval(what, pool_id))

    return ConsolePool(
        pool=pool_id,
        user=await one(
            "select user_id from audit_records where pool_id = $1 and user_id is not null "
            "group by user_id order by count(*) desc, user_id limit 1"
        ),
        group="group0",
        role="role0",
        application=apps[0].id,
        organization="company",
        department=await one("select id from nodes where pool_id = $1 and code = 'd0-0'"),
        record=await one("select id from audit_records where pool_id = $1 order by at desc limit 1"),
        call=await one("select id from custom_script_logs where pool_id = $1 order by at desc limit 1"),
        act=act_id,
        message=await one("select id from mail_outbox where pool_id = $1 order by created_at desc limit 1"),
        key=keys[0].id,
        administrator=actors[0],
        **others,
    )


async def _others(services: Services, caller: Caller, app_id: str) -> dict[str, str]:
    """One of each other thing that a page is about, in the namespace: the names of ConsolePool, and their ids."""
    draft = DataResourceDraft("menu", "菜单", Kind.STRING, "value", ("open",))
    await services.data_resources.create(caller, "warehouse", draft)
    said = [DraftStatement(Effect.ALLOW, ("warehouse/menu/open",))]
    rule = [Statement(Effect.ALLOW, "orders:*", ("read",))]
    await services.policies.create(caller, "clerks", rule, namespace="warehouse")
    connection = ConnectionDraft("gitee", "gitee", "代码", {"clientId": "c", "clientSecret": "s3cret"})
    source = await services.sources.create(caller, "Gitee", "gitee", connections=[connection])
    content = b"username,email\nsown,nonsense\n"
    file = await services.import_files.create(caller, "people.csv", "csv", len(content))
    await services.import_files.put(caller, file.id, 0, content)
    return {
        "policy": (await services.data_policies.create(caller, "operators", said)).id,
        "tenant": (await services.tenants.create(caller, "分公司", [app_id], {})).id,
        "source": source.id,
        "connection": source.connections[0].id,
        "job": (await services.import_jobs.create(caller)).id,
        "file": file.id,
    }


async def _directory(services: Services, connection: asyncpg.Connection, caller: Caller, users: int) -> None:
    pool_id = caller.pool_id
    await _fields(services, connection, caller)
    await services.orgs.import_tree(caller, tree(DEPARTMENTS))
    await connection.execute("analyze")
    await connection.execute("alter table node_members disable trigger node_members_touch_in")
    await connection.execute(_MEMBERS, pool_id)
    for statement in _WIDE:
        await connection.execute(statement, pool_id)
    await connection.execute("alter table node_members enable trigger node_members_touch_in")
    for n in range(GROUPS):
        group = await services.groups.create(caller, GroupDraft(code=f"group{n}", name=f"分组 {n}"))
        await connection.execute(_GROUP, pool_id, group.id, 10 if n == 0 else 500 * n)
    for n in range(ROLES):
        role = await services.roles.create(caller, RoleDraft(code=f"role{n}", name=f"角色 {n}"))
        await connection.execute(_ROLE, pool_id, role.id, 10 if n == 0 else 500 * n)
    for table, kind, like in (("groups", "type", "group0"), ("roles", "namespace", "role0")):
        await connection.execute(_MANY.format(table=table, kind=kind), pool_id, like, users // MANY_FOR)


async def _fields(services: Services, connection: asyncpg.Connection, caller: Caller) -> None:
    """A third of all have a level, which no index has; half a team, which one has."""
    drafts = [
        FieldDraft(TargetType.USER, "level", DataType.NUMBER, "等级"),
        FieldDraft(TargetType.USER, "team", DataType.STRING, "团队", indexed=True),
    ]
    await services.fields.define(caller, drafts)
    await connection.execute(_VALUES, caller.pool_id)
    rows = 1
    while rows:
        async with services.db.transaction() as tx:
            rows = await postgres_index.work(tx, PIECE)


def tree(departments: int) -> Tree:
    """Four levels: a root, 10 below it, 20 below each, the rest shared out among these."""

    def draft(code: str) -> NodeDraft:
        return NodeDraft({"name": f"部门 {code}", "code": code})

    wide = max(1, (departments - 211) // 200)
    return Tree(
        NodeDraft({"name": "公司", "code": "company"}),
        tuple(
            Tree(
                draft(f"d{a}"),
                tuple(
                    Tree(
                        draft(f"d{a}-{b}"),
                        tuple(Tree(draft(f"d{a}-{b}-{c}"), ()) for c in range(wide)),
                    )
                    for b in range(20)
                ),
            )
            for a in range(10)
        ),
    )


async def _logs(
    connection: asyncpg.Connection, pool_id: str, users: int, apps: list[App], actors: list[str]
) -> None:
    moment, app_ids = now(), [one.id for one in apps]
    month = moment - timedelta(days=DAYS + 1)
    while month < moment:
        async with connection.transaction():
            await audit_rows.ensure_partition(connection, month)
        month = audit_rows.next_month(month)
    back = timedelta(days=DAYS)
    for statement, rows, who in ((_SIGN_INS, users, app_ids), (_ACTS, max(1, users // 5), actors)):
        for first in range(1, rows + 1, BATCH):
            last = min(first + BATCH - 1, rows)
            await connection.execute(statement, pool_id, first, last, rows, who, moment, back)
    await connection.execute(_CALLS, pool_id, max(1, users // 10), app_ids[0])
    await connection.execute(_MAILS, pool_id, max(1, users // 5))
    await connection.execute(_SESSIONS, pool_id, max(1, users // 5), app_ids)


async def _bulk_act(services: Services, connection: asyncpg.Connection, caller: Caller, people: int) -> str:
    """One that has ended, with a result for each."""
    some = [
        row["user_id"]
        for row in await connection.fetch("select user_id from crowd_numbers where place <= $1", people)
    ]
    act = await services.bulk_acts.start(caller, "END_SESSIONS", {}, user_ids=some[:100])
    await connection.execute(
        "update bulk_acts set status = 'COMPLETED', ended_at = now(), done = $3, expected = $3 "
        "where pool_id = $1 and id = $2",
        caller.pool_id,
        act.id,
        people,
    )
    await connection.execute(
        "delete from bulk_act_results where pool_id = $1 and act_id = $2", caller.pool_id, act.id
    )
    await connection.execute(_RESULTS, caller.pool_id, act.id, people)
    return act.id
