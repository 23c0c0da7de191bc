"""The secret key: replaced by a new one, or, when it is lost, what it closed given up.

A server that lacks a key answers 500 wherever it meets what that key closed. So a rotation asks which keys the
servers on the database have (it stands in the names of their sessions), and a server that cannot open every secret
does not start. The key file has both keys until the last row is done: a rotation cut short is simply run again.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from poolhouse.client.words import Words
from poolhouse.crypto.secretbox import SecretBox, load_or_create_key_file, replace_key_file
from poolhouse.db.database import Database, Executor
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.errors import DatabaseLost
from poolhouse.ids import new_secret
from poolhouse.services import NODE

_log = structlog.get_logger(__name__)

BATCH = 500
_LOCK = 0x6B657973  # "keys"

Told = Callable[[str, int, int], None]
"""Table, rows done, rows in all."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of secrets. `place` names where a row's secret is, as its domain does, over `key` columns.

    When its key is lost, the row gets what `fresh` makes, and `also` is set; without `fresh` the row goes.
    `loss` says what that means to people, in Chinese and in English.
    """

    table: str
    column: str
    key: tuple[str, ...]
    place: str
    loss: Words
    fresh: Callable[[], str] | None = None
    also: str = ""

    def place_of(self, row: Any) -> str:
        return self.place.format(**{name: row[name] for name in self.key})


SEALED = (
    Sealed(
        "server_keys",
        "value",
        ("name",),
        "server:{name}",
        loss=(
            "客户端加密密码用的密钥：下次启动时生成新的",
            "keys clients encrypt passwords with: new ones are made at the next start",
        ),
    ),
    Sealed(
        "pools",
        "secret",
        ("id",),
        "pool:{id}",
        loss=(
            "用户池密钥：已更换，请把新的交给调用 API 的程序",
            "pool secrets: renewed; give the new ones to the pool's API clients",
        ),
        fresh=new_secret,
    ),
    Sealed(
        "apps",
        "secret",
        ("pool_id", "id"),
        "app:{id}",
        loss=(
            "应用密钥：已更换，请交给各应用",
            "application secrets: new ones, to be given to the applications",
        ),
        fresh=new_secret,
    ),
    Sealed(
        "signing_keys",
        "sealed",
        ("pool_id", "id"),
        "signing-key:{pool_id}:{id}",
        loss=("签名密钥：已更换，所有人须重新登录", "signing keys: new ones, and everybody logs in again"),
    ),
    Sealed(
        "server_signing_keys",
        "sealed",
        ("id",),
        "server-signing-key:{id}",
        loss=(
            "服务的签名密钥：已更换，此前的 ID token 和访问 token 失效",
            "the server's signing keys: new ones, and id and access tokens made before are refused",
        ),
    ),
    Sealed(
        "field_values",
        "sealed",
        ("pool_id", "target_type", "target_id", "key"),
        "{pool_id}/field_values/{target_type}/{target_id}/{key}",
        loss=("加密的自定义字段的值：删除", "values of encrypted custom fields: deleted"),
    ),
    Sealed(
        "access_accounts",
        "secret",
        ("pool_id", "id"),
        "access-account:{pool_id}",
        loss=(
            "编程访问账号的密钥：已更换，请交给各程序",
            "secrets of programmatic access accounts: new ones, to be given to their programs",
        ),
        fresh=new_secret,
    ),
    Sealed(
        "mail_providers",
        "password",
        ("pool_id",),
        "mail_providers:{pool_id}",
        loss=(
            "用户池邮件服务器的密码：重新填写前停用",
            "passwords of pools' mail servers: these are switched off until the password is given again",
        ),
        fresh=str,
        also="enabled = false",
    ),
    Sealed(
        "identity_connections",
        "fields",
        ("pool_id", "id"),
        "{pool_id}/identity_connections/fields/{id}",
        loss=(
            "身份源连接的设置：清空，须重新填写",
            "settings of identity source connections: empty, to be given again",
        ),
        fresh=lambda: "{}",
    ),
    Sealed(
        "custom_databases",
        "secrets",
        ("pool_id",),
        "customdb:{pool_id}",
        loss=(
            "自定义数据库的连接和环境变量：清空，须重新填写",
            "connections and environments of custom databases: empty, to be given again",
        ),
        fresh=lambda: '{"connection":{},"env":{}}',
    ),
    Sealed(
        "access_keys",
        "secret",
        ("pool_id", "id"),
        "access_key:{pool_id}:{id}",
        loss=("访问密钥：失效，请新建", "access key secrets: lost; create new keys"),
        fresh=lambda: secrets.token_hex(32),
    ),
    Sealed(
        "mfa_factors",
        "secret",
        ("pool_id", "user_id", "id"),
        "mfa:{pool_id}:{user_id}:{id}",
        loss=(
            "二次验证方式：移除，这些用户重新绑定前无需二次验证",
            "second factors: removed, so those users log in without until they bind a new one",
        ),
    ),
    Sealed(
        "administrator_factors",
        "secret",
        ("administrator_id",),
        "administrator:{administrator_id}",
        loss=(
            "管理员的二次验证方式：移除，重新绑定前登录无需二次验证",
            "second factors of administrators: removed, so those sign in without until they bind a new one",
        ),
    ),
    Sealed(
        "import_files",
        "key",
        ("pool_id", "id"),
        "import-file:{pool_id}:{id}",
        loss=(
            "上传待导入的文件：删除，请重新上传；已导入的用户不变",
            "files uploaded for an import: deleted, to be uploaded again; imported users stay",
        ),
    ),
    Sealed(
        "pool_environment",
        "value",
        ("pool_id", "key"),
        "{pool_id}/pool_environment/value/{key}",
        loss=("用户池的环境变量：删除", "environment variables of pools: deleted"),
    ),
    Sealed(
        "federation_attempts",
        "sealed",
        ("pool_id", "id"),
        "{pool_id}/federation_attempts/sealed/{id}",
        loss=(
            "正在身份源登录的人：须重新开始",
            "sign-ins under way at identity sources: they begin again",
        ),
    ),
)


async def require_every_secret(db: Database, box: SecretBox) -> None:
    """Raises DatabaseUnfit when a secret was closed by a key that `box` lacks, or is being closed by one just now."""
    try:
        lost = await _unopened_at_rest(db, box, SEALED)
    except DatabaseLost as error:
        # A node of Citus, with its pools. A wrong key does not open the keys of the server's own either.
        lost = await _unopened_at_rest(db, box, [one for one in SEALED if one.table in _SERVERS_OWN])
        _log.error("secrets_unchecked", cause=str(error))
    if lost:
        told = ", ".join(f"{count} in {sealed.table}" for sealed, count in lost.items())
        raise DatabaseUnfit(
            f"the secret key does not open every secret of this database ({told}): give every key they were made "
            "with, the newest first (POOLHOUSE_SECRET_KEY=NEW,OLD); of a key that is lost for good `poolhouse "
            "secrets reset` gives up what it closed",
            f"密钥无法解密本数据库的全部内容（{told}）：请给出加密时用过的所有密钥，新的在前"
            "（POOLHOUSE_SECRET_KEY=NEW,OLD）；密钥永久遗失时用 `poolhouse secrets reset` 放弃它加密的内容",
        )


_SERVERS_OWN = ("server_keys", "server_signing_keys")


async def _unopened_at_rest(db: Database, box: SecretBox, columns: Sequence[Sealed]) -> dict[Sealed, int]:
    async with db.transaction() as tx:
        if not await tx.fetchval("select pg_try_advisory_xact_lock_shared($1)", _LOCK):
            raise DatabaseUnfit(
                "the secrets are being closed by a new key: start again when that is done",
                "正在用新密钥重新加密：请在完成后再启动",
            )
        return await unopened(tx, box, columns)


async def unopened(db: Executor, box: SecretBox, columns: Sequence[Sealed] = SEALED) -> dict[Sealed, int]:
    """How many secrets of each column no key of `box` opens; columns without any are left out."""
    found = {}
    for sealed in columns:
        count_lost = f"select count(*) from {sealed.table} {_LOST.format(sealed.column)}"  # noqa: S608
        count = await db.fetchval(count_lost, box.key_ids)
        if count:
            found[sealed] = count
    return found


_LOST = "where {0} is not null and substring({0} from 2 for 4) <> all($1::bytea[])"


async def reset(db: Database, box: SecretBox) -> dict[Sealed, int]:
    """Gives up every secret that no key of `box` opens, all or none. Raises DatabaseUnfit beside running servers."""
    async with _alone(db, None), db.transaction() as tx:
        lost = await unopened(tx, box)
        for sealed in lost:
            names = ", ".join(f'"{name}"' for name in sealed.key)
            lost_rows = _LOST.format(sealed.column)
            rows = await tx.fetch(f"select {names} from {sealed.table} {lost_rows}", box.key_ids)  # noqa: S608
            if sealed.fresh is None:
                await tx.execute(f"delete from {sealed.table} {lost_rows}", box.key_ids)  # noqa: S608
                continue
            also = f", {sealed.also}" if sealed.also else ""
            update = f"update {sealed.table} set {sealed.column} = $1{also} where {_by_key(sealed)}"  # noqa: S608
            fresh = [(box.encrypt(sealed.fresh(), sealed.place_of(row)), *row) for row in rows]
            await tx.executemany(update, fresh)
    return lost


@asynccontextmanager
async def _alone(db: Database, newest: bytes | None) -> AsyncIterator[None]:
    """While it lasts no server starts. Raises DatabaseUnfit when one runs that lacks the key of id `newest`."""
    async with db.transaction() as tx:
        await tx.execute("set local idle_in_transaction_session_timeout = 0")
        if not await tx.fetchval("select pg_try_advisory_xact_lock($1)", _LOCK):
            raise DatabaseUnfit(
                "a server is starting, or another command changes the secrets: try again",
                "有服务正在启动，或另一命令正在更换密钥：请重试",
            )
        names = await tx.fetch(
            "select distinct application_name as name, client_addr::text as address from pg_stat_activity "
            "where datname = current_database() and application_name like $1",
            f"{NODE}%",
        )
        strangers = {
            row["address"] or "this machine"
            for row in names
            if newest is None or newest.hex() not in row["name"].removeprefix(NODE)
        }
        if strangers and newest is None:
            raise DatabaseUnfit(
                f"servers run on this database ({', '.join(sorted(strangers))}): stop them first",
                f"有服务正在使用此数据库（{'、'.join(sorted(strangers))}）：请先停止",
            )
        if strangers:
            raise DatabaseUnfit(
                f"servers without the new key run on this database ({', '.join(sorted(strangers))}), and would "
                "answer every request with an error: stop them, or start each again with POOLHOUSE_SECRET_KEY=OLD,NEW "
                "and then run this with POOLHOUSE_SECRET_KEY=NEW,OLD",
                f"使用此数据库的服务（{'、'.join(sorted(strangers))}）没有新密钥，之后每个请求都会出错：请停止它们，"
                "或逐个以 POOLHOUSE_SECRET_KEY=OLD,NEW 重启，再以 POOLHOUSE_SECRET_KEY=NEW,OLD 执行本命令",
            )
        yield


def _by_key(sealed: Sealed) -> str:
    return " and ".join(f'"{name}" = ${place}' for place, name in enumerate(sealed.key, 2))


async def rotate(db: Database, key_file: Path, told: Told) -> int:
    """A fresh key in `key_file`, every secret closed by it, the old one gone. How many secrets there were.

    Raises DatabaseUnfit when a server runs without the new key, and SecretUnreadable when a secret does not
    open; then both keys stay and nothing is lost.
    """
    keys = load_or_create_key_file(key_file)
    fresh = len(keys) == 1
    if fresh:
        keys = [secrets.token_bytes(32), *keys]
    box = SecretBox(keys[0], keys[1:])
    async with _alone(db, box.key_ids[0]):
        if fresh:
            replace_key_file(key_file, keys)
        done = await _reseal(db, box, told)
    replace_key_file(key_file, keys[:1])
    return done


async def reseal(db: Database, box: SecretBox, told: Told) -> int:
    """Every secret not closed by the newest key is opened and closed again. What is done already is passed over.

    Raises DatabaseUnfit when a server runs without the new key.
    """
    async with _alone(db, box.key_ids[0]):
        return await _reseal(db, box, told)


async def _reseal(db: Database, box: SecretBox, told: Told) -> int:
    done = 0
    for sealed in SEALED:
        done += await _reseal_column(db, box, sealed, told)
    return done


async def _reseal_column(db: Database, box: SecretBox, sealed: Sealed, told: Told) -> int:
    names = ", ".join(f'"{name}"' for name in sealed.key)
    rows = await db.fetch(
        f"select {names}, {sealed.column} as sealed from {sealed.table} where {sealed.column} is not null"  # noqa: S608
    )
    stale = [row for row in rows if not box.is_current(row["sealed"])]
    update = f"update {sealed.table} set {sealed.column} = $1 where {_by_key(sealed)}"  # noqa: S608
    for start in range(0, len(stale), BATCH):
        part = stale[start : start + BATCH]
        await db.executemany(update, list(_closed(box, sealed, part)))
        told(sealed.table, start + len(part), len(stale))
    return len(stale)


def _closed(box: SecretBox, sealed: Sealed, rows: list[Any]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        place = sealed.place_of(row)
        fresh = box.encrypt(box.decrypt(row["sealed"], place), place)
        yield (fresh, *(row[name] for name in sealed.key))
