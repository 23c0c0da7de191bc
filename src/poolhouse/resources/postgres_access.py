"""Who may use which application, and the applications' access accounts."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.apps.model import AppSettings
from poolhouse.db.database import Executor, Tx
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.resources.model import (
    AccessAccount,
    AccessFilter,
    AppAccess,
    Effect,
    OpenApp,
    Principal,
    Target,
    TargetName,
    TargetType,
)
from poolhouse.resources.postgres_grants import forget_targets, named

# -- who may use an application ----------------------------------------------------------------------------


async def put_access(
    db: Executor,
    pool_id: str,
    app_id: str,
    targets: Sequence[Target],
    namespace: str,
    effect: Effect,
    inherit_by_children: bool,
) -> None:
    await db.execute(
        "insert into app_access (pool_id, app_id, target_type, target_id, namespace, effect, "
        "inherit_by_children) select $1, $2, t.type, t.id, $5, $6, $7 "
        "from unnest($3::text[], $4::text[]) t (type, id) order by 3, 4 "
        "on conflict (pool_id, app_id, target_type, target_id) do update set effect = excluded.effect, "
        "namespace = excluded.namespace, inherit_by_children = excluded.inherit_by_children, enabled = true",
        pool_id,
        app_id,
        [t.type for t in targets],
        [t.id for t in targets],
        namespace,
        effect,
        inherit_by_children,
    )


async def switch_access(
    db: Executor, pool_id: str, app_id: str, targets: Sequence[Target], enabled: bool
) -> int:
    """How many of them had one."""
    rows = await db.fetch(
        "update app_access a set enabled = $5 from unnest($3::text[], $4::text[]) t (type, id) "
        "where a.pool_id = $1 and a.app_id = $2 and a.target_type = t.type and a.target_id = t.id returning 1",
        pool_id,
        app_id,
        [t.type for t in targets],
        [t.id for t in targets],
        enabled,
    )
    return len(rows)


async def delete_access(db: Executor, pool_id: str, app_id: str, targets: Sequence[Target]) -> int:
    rows = await db.fetch(
        "delete from app_access a using unnest($3::text[], $4::text[]) t (type, id) "
        "where a.pool_id = $1 and a.app_id = $2 and a.target_type = t.type and a.target_id = t.id returning 1",
        pool_id,
        app_id,
        [t.type for t in targets],
        [t.id for t in targets],
    )
    return len(rows)


async def list_of_target(db: Executor, pool_id: str, target: Target, limit: int) -> list[AppAccess]:
    """The rules on this very target, newest first."""
    rows = await db.fetch(
        "select app_id, namespace, effect, inherit_by_children, enabled, created_at from app_access "
        f"where pool_id = $1 and target_type = $2 and target_id = $3 "
        f"order by created_at desc, app_id limit {limit}",
        pool_id,
        target.type,
        target.id,
    )
    name = TargetName(target.type, target.id)
    return [AppAccess(row[0], name, row[1], Effect(row[2]), *row[3:]) for row in rows]


async def decisive(
    db: Executor, pool_id: str, app_id: str, principals: Sequence[Principal]
) -> tuple[Effect, Target, TargetName] | None:
    """The rule that decides for whoever acts through these principals, the nearest of them; None without any."""
    joins, name = named("a")
    row = await db.fetchrow(
        f"select a.effect, a.target_type, a.target_id, {name} "
        "from unnest($3::text[], $4::text[], $5::bool[]) with ordinality h (type, id, direct, nearness) "
        "join app_access a on a.pool_id = $1 and a.app_id = $2 and a.target_type = h.type "
        f"and a.target_id = h.id and a.enabled and (h.direct or a.inherit_by_children) {joins} "
        "order by a.effect <> 'DENY', h.nearness limit 1",
        pool_id,
        app_id,
        [p.target.type for p in principals],
        [p.target.id for p in principals],
        [p.direct for p in principals],
    )
    if row is None:
        return None
    type_ = TargetType(row[1])
    return Effect(row[0]), Target(type_, row[2]), TargetName(type_, row[3])


async def list_access(
    db: Executor, pool_id: str, app_id: str, page: PageRequest, wanted: AccessFilter
) -> Page[AppAccess]:
    joins, name = named("a")
    matching = (
        f"from app_access a {joins} where a.pool_id = $1 and a.app_id = $2 "
        "and (cardinality($3::text[]) = 0 or a.target_type = any($3)) "
        f"and ($4 = '' or strpos(lower({name}), lower($4)) > 0) "
        "and ($5::text is null or a.effect = $5) and ($6::bool is null or a.enabled = $6)"
    )
    args = (pool_id, app_id, list(wanted.types), wanted.name, wanted.effect, wanted.enabled)
    total = await db.fetchval(f"select count(*) {matching}", *args)
    rows = await db.fetch(
        f"select a.app_id, a.target_type, {name}, a.namespace, a.effect, a.inherit_by_children, a.enabled, "
        f"a.created_at {matching} "
        f"order by a.created_at desc, a.target_type, a.target_id limit {page.size} offset {page.offset}",
        *args,
    )
    return Page(
        total,
        [
            AppAccess(
                row[0],
                TargetName(TargetType(row[1]), row[2]),
                row[3],
                Effect(row[4]),
                row[5],
                row[6],
                row[7],
            )
            for row in rows
        ],
    )


async def list_usable(
    db: Executor, pool_id: str, principals: Sequence[Principal], default: AppSettings, page: PageRequest
) -> Page[OpenApp]:
    """Applications switched on that whoever acts through these principals may use and is shown, newest first.

    A denial beats an allowance; where nothing is said the application's strategy stands. `default`: what an
    application's settings say where they say nothing.
    """
    usable = """
        from apps p left join (
          select a.app_id, bool_or(a.effect = 'DENY') as denied
          from unnest($2::text[], $3::text[], $4::bool[]) h (type, id, direct)
          join app_access a on a.pool_id = $1 and a.target_type = h.type and a.target_id = h.id and a.enabled
            and (h.direct or a.inherit_by_children)
          group by a.app_id) said on said.app_id = p.id
        where p.pool_id = $1 and coalesce((p.settings ->> 'show_in_list')::bool, $5)
          and coalesce((p.settings ->> 'enabled')::bool, $7)
          and not coalesce(said.denied, coalesce(p.settings ->> 'default_access', $6) <> 'ALLOW_ALL')
        """
    args = (
        pool_id,
        [p.target.type for p in principals],
        [p.target.id for p in principals],
        [p.direct for p in principals],
        default.show_in_list,
        default.default_access,
        default.enabled,
    )
    total = await db.fetchval(f"select count(*) {usable}", *args)
    rows = await db.fetch(
        "select p.id, p.name, p.logo, p.description, coalesce(p.settings ->> 'init_login_uri', '') as login_uri "
        f"{usable} "
        f"order by p.created_at desc, p.id limit {page.size} offset {page.offset}",
        *args,
    )
    return Page(total, [OpenApp(*row) for row in rows])


async def has_rules(db: Executor, pool_id: str, app_id: str) -> bool:
    return bool(
        await db.fetchval(
            "select 1 from app_access where pool_id = $1 and app_id = $2 and enabled limit 1", pool_id, app_id
        )
    )


async def effects(
    db: Executor, pool_id: str, app_ids: Sequence[str], principals: Sequence[Principal]
) -> dict[str, set[Effect]]:
    """What is said about each application to whoever acts through these principals."""
    rows = await db.fetch(
        "select distinct a.app_id, a.effect from unnest($3::text[], $4::text[], $5::bool[]) h (type, id, direct) "
        "join app_access a on a.pool_id = $1 and a.app_id = any($2) and a.target_type = h.type "
        "and a.target_id = h.id and a.enabled and (h.direct or a.inherit_by_children)",
        pool_id,
        list(app_ids),
        [p.target.type for p in principals],
        [p.target.id for p in principals],
        [p.direct for p in principals],
    )
    found: dict[str, set[Effect]] = {app_id: set() for app_id in app_ids}
    for row in rows:
        found[row["app_id"]].add(Effect(row["effect"]))
    return found


# -- access accounts ---------------------------------------------------------------------------------------

StoredAccount = tuple[AccessAccount, bytes]
"""The account without its secret, and the sealed secret."""

_ACCOUNT = "id, app_id, remarks, token_lifetime_s, enabled, created_at, updated_at, secret"


def _account(row: Sequence[object]) -> StoredAccount:
    id_, app_id, remarks, lifetime, enabled, created_at, updated_at, secret = row
    account = AccessAccount(id_, app_id, "", remarks, lifetime, enabled, created_at, updated_at)  # type: ignore[arg-type]
    return account, bytes(secret)  # type: ignore[call-overload]


async def insert_account(
    db: Executor, pool_id: str, app_id: str, secret: bytes, remarks: str | None, token_lifetime_s: int
) -> StoredAccount:
    row = await db.fetchrow(
        "insert into access_accounts (pool_id, id, app_id, secret, remarks, token_lifetime_s) "
        f"values ($1, $2, $3, $4, $5, $6) returning {_ACCOUNT}",
        pool_id,
        new_id(),
        app_id,
        secret,
        remarks,
        token_lifetime_s,
    )
    assert row is not None
    return _account(row)


async def list_accounts(db: Executor, pool_id: str, app_id: str, page: PageRequest) -> Page[StoredAccount]:
    total = await db.fetchval(
        "select count(*) from access_accounts where pool_id = $1 and app_id = $2", pool_id, app_id
    )
    rows = await db.fetch(
        f"select {_ACCOUNT} from access_accounts where pool_id = $1 and app_id = $2 "
        f"order by created_at desc, id limit {page.size} offset {page.offset}",
        pool_id,
        app_id,
    )
    return Page(total, [_account(row) for row in rows])


async def update_account(
    db: Executor, pool_id: str, account_id: str, *, secret: bytes | None, enabled: bool | None
) -> StoredAccount | None:
    """None leaves a thing as it is."""
    row = await db.fetchrow(
        "update access_accounts set secret = coalesce($3, secret), enabled = coalesce($4, enabled), "
        f"updated_at = statement_timestamp() where pool_id = $1 and id = $2 returning {_ACCOUNT}",
        pool_id,
        account_id,
        secret,
        enabled,
    )
    return _account(row) if row else None


async def delete_account(db: Executor, pool_id: str, account_id: str) -> bool:
    return (
        await db.fetchval(
            "delete from access_accounts where pool_id = $1 and id = $2 returning 1", pool_id, account_id
        )
        is not None
    )


async def known_accounts(db: Executor, pool_id: str, account_ids: Sequence[str]) -> set[str]:
    rows = await db.fetch(
        "select id from access_accounts where pool_id = $1 and id = any($2)", pool_id, list(account_ids)
    )
    return {row["id"] for row in rows}


async def forget_apps(tx: Tx, pool_id: str, app_ids: Sequence[str]) -> None:
    """Whatever was granted to the accounts of applications that are about to go."""
    rows = await tx.fetch(
        "select id from access_accounts where pool_id = $1 and app_id = any($2)", pool_id, list(app_ids)
    )
    await forget_targets(tx, pool_id, [row["id"] for row in rows], kind=TargetType.AK_SK)
