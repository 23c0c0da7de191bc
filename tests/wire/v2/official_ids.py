"""What the official specs take for granted: things of fixed ids. Source: docs/contract/v2.md#official-specs."""

from __future__ import annotations

from tests.federation.fitting import FIELDS

from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft

APPS = ("607543c1ec30828efb065adb", "6194a3c595908f00ff698d3a", "619b64e4ccc0467dcba00920")
DETAILED, USED = "619b07312d6b99e1af7d8e4e", "619b64fd2cfccd07a8296839"
TENANTS = (DETAILED, USED, "619c917f534a3b8ad988a209")
USERS = ("619b07ab229e3bfa98e94ee2", "11", "22", "111")
SOURCES = ("619b33a00412723ba777eabf", "619c84ce946e9c1913247af1", "619c917f534a3b8ad988a209")
CONNECTIONS = ("619c9490d7b1cec02bf982f6", "619cc337075fdb26f5fdbfa2")

DELETING = ("delete", "deleteExtIdp", "deleteExtIdpConnection")
"""Specs of Tenant that take away what others of the file, run beside them, work on."""


async def applications(services: Services, pool_id: str) -> None:
    for app_id in APPS:
        await an_app(services, pool_id, app_id)


async def an_app(services: Services, pool_id: str, app_id: str) -> None:
    """An application's id is unique on the server, so another pool of an earlier run loses it."""
    admin = Caller(pool_id, "administrator", actor_id=pool_id)
    await services.db.execute("delete from apps where id = $1", app_id)
    await services.db.execute("delete from pool_lookup where kind = 'application' and key = $1", app_id)
    app = await services.apps.create(admin, f"app {app_id}")
    await services.db.execute(
        "update apps set id = $3, secret = $4 where pool_id = $1 and id = $2",
        pool_id,
        app.id,
        app_id,
        services.box.encrypt(app.secret, f"app:{app_id}"),
    )
    await services.db.execute(
        "update pool_lookup set key = $2 where kind = 'application' and key = $1", app.id, app_id
    )


async def tenants(services: Services, pool_id: str) -> None:
    await applications(services, pool_id)
    admin, db = Caller(pool_id, "administrator", actor_id=pool_id), services.db
    for user_id in USERS:
        await db.execute(
            "insert into users (pool_id, id, username) values ($1, $2, $3)", pool_id, user_id, f"u{user_id}"
        )
    for tenant_id in TENANTS:
        tenant = await services.tenants.create(admin, f"tenant {tenant_id}")
        await db.execute(
            "update tenants set id = $3 where pool_id = $1 and id = $2", pool_id, tenant.id, tenant_id
        )
        await services.tenants.add_members(admin, tenant_id, USERS)
    for number, source_id in enumerate(SOURCES):
        source = await services.sources.create(admin, "微信身份源", "wechat", tenant_id=DETAILED)
        await db.execute(
            "update identity_sources set id = $3 where pool_id = $1 and id = $2",
            pool_id,
            source.id,
            source_id,
        )
        for connection_id in CONNECTIONS if number == len(SOURCES) - 1 else ():
            draft = ConnectionDraft("wechat:pc", f"wechat-{connection_id}", "微信", FIELDS)
            connection = await services.sources.add_connection(admin, source_id, draft)
            place = f"{pool_id}/identity_connections/fields/{connection_id}"
            await db.execute(
                "update identity_connections set id = $3, fields = $4 where pool_id = $1 and id = $2",
                pool_id,
                connection.id,
                connection_id,
                services.box.encrypt("{}", place),
            )


SPEC_USERS = (
    "603f2c49e91d695739d7206c",
    "603f2c4910dfc09f1f3ecce5",
    "60e31b9b94b5795362256698",
    "60e320959d6c08c325a3510f",
    "6194bb53a6c4dca57363182c",
)
SPEC_APP = "60ab28843baf2e2c075dbeae"


async def users(services: Services, pool_id: str) -> None:
    admin, db = Caller(pool_id, "administrator", actor_id=pool_id), services.db
    await an_app(services, pool_id, SPEC_APP)
    for user_id in SPEC_USERS:
        await db.execute(
            "insert into users (pool_id, id, username, last_login_app) values ($1, $2, $3, $4)",
            pool_id,
            user_id,
            f"u{user_id}",
            SPEC_APP,
        )
    await fields(services, pool_id)
    await services.fields.set_values(admin, TargetType.USER, {SPEC_USERS[0]: {"isForbidden": "no"}})


async def fields(services: Services, pool_id: str) -> None:
    admin = Caller(pool_id, "administrator", actor_id=pool_id)
    kinds = {"school": DataType.STRING, "age": DataType.NUMBER, "isForbidden": DataType.STRING}
    drafts = [FieldDraft(TargetType.USER, key, kind, label=key) for key, kind in kinds.items()]
    await services.fields.define(admin, drafts)


async def a_login(services: Services, pool_id: str) -> None:
    await services.audit.write(services.db, Caller(pool_id), Event("login", "user", user_id="somebody"))


SEEDS = {
    "management/Applications": applications,
    "management/Statistics": a_login,
    "management/Tenant": tenants,
    "management/Users": users,
}
