"""A crowd: people made by the database itself, as many as asked for, in minutes.

    await fill(url, pool_id, 1_000_000)

Names are by how frequent they are in China, one in eight is Latin; half work somewhere, in companies of all sizes; most
have an address at one of few providers; they came one after another in the last three years, and who logged in did so
lately. The same at every run, but for the moment all times are counted from.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import asyncpg

BATCH = 50_000

Work = TypeVar("Work")

_FAMILIES = (
    "王" * 14 + "李" * 14 + "张" * 13 + "刘" * 10 + "陈" * 9 + "杨" * 6 + "黄" * 5 + "赵" * 5 + "吴" * 4
)
_FAMILIES += (
    "周周周周徐徐徐孙孙孙马马马朱朱朱胡胡胡郭郭何何林林高高罗罗郑郑梁梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁"
)
_FAMILIES += (
    "于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺"
)
_FAMILIES += "顾毛郝龚邵万钱严覃武莫孔向"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文辉玲玉建国建军志强红梅兰晓东海燕婷雪慧宇浩然子轩"
_GIVEN += "梓涵欣怡佳琪思远嘉豪雨桐诗琪俊凯博文天宇泽明晨曦若曦语嫣瑞霖"
_LATIN = (
    "Anna Ben Carla David Emma Felix Grace Henry Ines Jonas Kim Laura Marco Nina Oscar Paula Rosa Sam Tina"
)
_LATIN_FAMILIES = (
    "Smith Miller Garcia Nguyen Kowalski Rossi Jensen Dubois Tanaka Silva Novak Murphy Berg Costa"
)
_PINYIN = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie mo"
)
_PROVIDERS = "qq.com " * 8 + "163.com " * 5 + "126.com gmail.com gmail.com outlook.com foxmail.com sina.com"
_PREFIXES = (
    "130 131 132 133 135 136 137 138 138 139 139 150 151 152 153 155 156 157 158 159 170 177 178 180 182"
)
_TRADES = "科技 科技 科技 商贸 商贸 信息技术 实业 文化传媒 物流 餐饮管理 教育咨询 建筑工程 医疗器械 软件"
_BRANDS = (
    "九州 华夏 东方 长城 蓝天 星海 大地 金山 天成 恒信 新世纪 汇通 瑞丰 中联 博雅 万象 青云 海纳 卓越 鼎盛"
)
_CITIES = (
    "北京 北京 上海 上海 广州 深圳 深圳 杭州 杭州 成都 成都 武汉 南京 西安 重庆 苏州 天津 长沙 郑州 青岛"
)

_FILL = """
insert into users (pool_id, id, username, email, email_verified, phone, phone_key, name, nickname, company, city,
  gender, user_source_type, status, blocked, logins_count, last_login, last_ip, created_at, updated_at, signed_up,
  status_changed_at)
select $1, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || lpad(to_hex(n), 12, '0'),
  pinyin[1 + a % cardinality(pinyin)] || case when b % 3 = 0 then substr(digits, 1, 3) || '.' else '' end || to_hex(n),
  case when b % 10 < 7 then
    case when c % 10 < 7 then pinyin[1 + a % cardinality(pinyin)] || substr(digits, 4, 4) else '' end || n || '@'
      || case when d % 10 < 8 then providers[1 + d / 16 % cardinality(providers)]
        else 'corp' || d % 997 || '.example' end end,
  b % 2 = 0,
  case when c % 10 < 8 then number end, case when c % 10 < 8 then '+86' || number end,
  case when a % 8 = 0 then latin[1 + b % cardinality(latin)] || ' '
      || latin_families[1 + c % cardinality(latin_families)]
    else substr(families, 1 + a / 8 % length(families), 1) || substr(given, 1 + b % length(given), 1)
      || case when c % 10 < 7 then substr(given, 1 + d % length(given), 1) else '' end end,
  case when d % 6 = 0 then '小' || substr(given, 1 + b % length(given), 1) end,
  case when a % 2 = 0 then cities[1 + e % cardinality(cities)]
    || brands[1 + floor(power(f::float8 / 65536, 2) * cardinality(brands))::int]
    || trades[1 + f / 32 % cardinality(trades)] || '有限公司' end,
  cities[1 + d % cardinality(cities)],
  (array['M', 'M', 'M', 'M', 'F', 'F', 'F', 'U'])[1 + a / 2 % 8],
  (array['register', 'register', 'register', 'adminCreated', 'excel', 'sync', 'sync'])[1 + n * 7 / total % 7],
  case when b % 250 = 0 then 'Deactivated' when b % 200 = 1 then 'Resigned' else 'Activated' end, c % 40 = 0,
  logins, case when logins > 0 then today - (today - at) * power(e::float8 / 65536, 3) end,
  case when logins > 0 then '10.' || e % 16 || '.' || f % 256 || '.' || a % 256 end,
  at, case when b % 4 = 0 then today - (today - at) * (f::float8 / 65536) else at end, at, at
from (select $2::timestamptz today, $3::bigint total, $6::text families, $7::text given, $8::text[] pinyin,
  $9::text[] providers, $10::text[] latin, $11::text[] latin_families, $12::text[] trades, $13::text[] brands,
  $14::text[] cities, $15::text[] prefixes) known,
generate_series($4::bigint, $5::bigint) n,
lateral (select md5(n::text) as digits,
  today - interval '3 years' * (((total - n)::float8 + 0.5) / total) as at) moment,
lateral (select ('x' || substr(digits, 9, 4))::bit(16)::int as a, ('x' || substr(digits, 13, 4))::bit(16)::int as b,
  ('x' || substr(digits, 17, 4))::bit(16)::int as c, ('x' || substr(digits, 21, 4))::bit(16)::int as d,
  ('x' || substr(digits, 25, 4))::bit(16)::int as e, ('x' || substr(digits, 29, 4))::bit(16)::int as f) chance,
lateral (select case when f % 5 = 0 then 0 else 1 + (power(b::float8 / 65536, 4) * 600)::int end as logins,
  prefixes[1 + a % cardinality(prefixes)] || lpad(n::text, 8, '0') as number) more
"""

_MEMBERS = """
insert into node_members (pool_id, node_id, user_id)
select pool_id, ($2::text[])[1 + ('x' || substr(md5(id), 1, 7))::bit(28)::int % cardinality($2::text[])], id
from users where pool_id = $1 and gender <> 'F'
"""

_INDEXES = """
select 'drop index ' || indexrelid::regclass as gone, pg_get_indexdef(indexrelid) as back from pg_index i
where indrelid = any($1::text[]::regclass[]) and not indisprimary
  and not exists (select 1 from pg_constraint where conindid = indexrelid)
union all
select format('alter table %s drop constraint %I', conrelid::regclass, conname),
  format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
from pg_constraint where conrelid = any($1::text[]::regclass[]) and contype in ('u', 'f')
"""


async def fill(url: str, pool_id: str, users: int) -> None:
    """All times are counted from the beginning."""
    words = (_PINYIN, _PROVIDERS, _LATIN, _LATIN_FAMILIES, _TRADES, _BRANDS, _CITIES, _PREFIXES)
    lists = [line.split() for line in words]
    began = datetime.now(UTC)

    async def batch(connection: asyncpg.Connection, first: int) -> None:
        last = min(first + BATCH - 1, users)
        await connection.execute(
            _FILL, pool_id, began, users, first, last, _FAMILIES, _GIVEN, *lists, timeout=3600
        )

    await _shared_out(url, range(1, users + 1, BATCH), batch)


async def _shared_out(
    url: str, works: Iterable[Work], do: Callable[[asyncpg.Connection, Work], Awaitable[None]]
) -> None:
    """Among as many connections as there are cores."""
    left = iter(works)

    async def take() -> None:
        connection = await asyncpg.connect(url)
        for work in left:
            await do(connection, work)
        await connection.close()

    await asyncio.gather(*(take() for _ in range(os.cpu_count() or 1)))


async def join_departments(connection: asyncpg.Connection, pool_id: str, departments: Sequence[str]) -> None:
    """Six in ten are in one. Nobody is dated anew: a touch for each of millions is what no import does."""
    await connection.execute("alter table node_members disable trigger node_members_touch_in")
    await connection.execute(_MEMBERS, pool_id, list(departments))
    await connection.execute("alter table node_members enable trigger node_members_touch_in")


@asynccontextmanager
async def without_indexes(url: str, *tables: str) -> AsyncIterator[None]:
    """Secondary indexes and foreign keys are made anew afterwards, as one does for a load this large."""
    connection = await asyncpg.connect(url)
    found = await connection.fetch(_INDEXES, list(tables))
    for row in found:
        await connection.execute(row["gone"])
    yield

    async def run(builder: asyncpg.Connection, statement: str) -> None:
        await builder.execute(statement, timeout=7200)

    indexes = [row["back"] for row in found if row["back"].startswith("CREATE")]
    # The index of searches takes longest: first, so that the other cores build the rest meanwhile.
    await _shared_out(url, sorted(indexes, key=lambda statement: " gin " not in statement), run)
    for row in found:
        if row["back"] not in indexes:
            await run(connection, row["back"])
    await connection.close()
