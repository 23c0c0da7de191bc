"""Deleting a user leaves nothing of them in any table: no foreign key does it, so this test asks every table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.administrators.authenticator import Authenticator
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.fields.model import DataType, FieldDraft
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups.model import GroupDraft
from poolhouse.login.model import SignIn
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.orgs.model import NodeDraft
from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import AccessRule, Effect, Grant, Statement
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.services.consequences import FORGET_USERS
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey

KEPT = ("audit_records", "bulk_act_results", "custom_script_logs", "user_tombstones")
"""Records of what was done outlive whom it was done to."""

BY_OTHERS = {"user_password_history", "user_logins", "user_search"}
"""They go with the row of users."""


async def somebody_with_something_everywhere(services: Services, pool: PoolForTests) -> User:
    admin = pool.administrator
    user = await services.users.create(
        admin,
        UserDraft({"username": "everywhere", "email": "everywhere@x.cn"}, password="first one"),
        IdentityDraft("wechat", "o1"),
    )
    await services.users.update(admin, user.id, UserDraft({}, password="second"))
    await services.groups.create(admin, GroupDraft("g", "g"))
    await services.groups.add_members(admin, "g", [user.id])
    await services.roles.create(admin, RoleDraft("r"))
    await services.roles.assign(admin, [RoleKey("r")], [Target(TargetType.USER, user.id)])
    await services.fields.define(admin, [FieldDraft(FieldTarget.USER, "school", DataType.STRING, "School")])
    await services.fields.set_values(admin, FieldTarget.USER, {user.id: {"school": "清华"}})
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    await services.department_members.add(admin, org.root.id, [user.id])
    tenant = await services.tenants.create(admin, "tenant")
    await services.tenants.add_members(admin, tenant.id, [user.id])
    grant = Authorization(GrantTarget.USER, (user.id,), (Grant("books:1", ("read",)),))
    await services.authorization.authorize(admin, [grant])
    text = DataResourceDraft("text", "Text", Kind.STRING, "x", ("read",))
    await services.data_resources.create(admin, "default", text)
    said = DraftStatement(Effect.ALLOW, ("default/text/read",))
    policy = await services.data_policies.create(admin, "readers", [said])
    await services.data_policies.authorize(admin, [policy.id], [(GrantTarget.USER, user.id)])
    app = await services.apps.create(admin, "app", redirect_uris=("https://a.example",))
    guest = Caller(pool.id, app_id=app.id, ip="127.0.0.1")
    logged_in = await services.login.with_password(
        guest, UserKey("username", "everywhere"), "second", SignIn()
    )
    assert logged_in.session is not None
    request = AuthorizationRequest(app.id, "https://a.example", "openid")
    await services.oidc.authorize(app, request, logged_in.session)
    key = await services.access_keys.create(admin, user_id=user.id)
    await services.access_keys.note_use(pool.id, key.id)
    await services.mfa.associate(pool.user(user.id), user.id, "issuer", "account")
    await services.pools.update(admin, {}, {"passkeys": True})
    them = replace(guest, kind="user", actor_id=user.id, session_id=logged_in.session.id)
    asked = await services.passkey_login.begin(them, "https://id.example")
    made = Authenticator("https://id.example", "id.example").made(asked.options)
    await services.passkey_login.add(them, "https://id.example", asked.ticket, made)
    return user


async def tables_with(services: Services, needle: str, pool_id: str | None = None) -> set[str]:
    """Tables that have the needle, in whatever column; with `pool_id` those of other pools are not looked at."""
    tables = await services.db.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition"
    )
    found = set()
    for table in tables:
        name = table["relname"]
        count = await services.db.fetchval(
            f'select count(*) from "{name}" t where strpos(t::text, $1) > 0 '
            "and ($2::text is null or coalesce(to_jsonb(t) ->> 'pool_id', $2) = $2)",
            needle,
            pool_id,
        )
        if count:
            found.add(name)
    return found


async def test_deleting_a_user_leaves_nothing_of_them_anywhere(
    services: Services, pool: PoolForTests
) -> None:
    user = await somebody_with_something_everywhere(services, pool)
    before = await tables_with(services, user.id)
    assert before >= {
        "users",
        "user_identities",
        "user_password_history",
        "group_members",
        "role_assignments",
        "sessions",
        "tenant_members",
        "oidc_grants",
        "mfa_factors",
        "user_passkeys",
        "access_keys",
        "data_policy_targets",
    }, sorted(before)

    await services.users.delete(pool.administrator, [user.id])

    after = await tables_with(services, user.id)
    assert {table for table in after if not table.startswith(KEPT)} == set()


ThingKind = tuple[str, FieldTarget, TargetType | None, GrantTarget]
KINDS: list[ThingKind] = [
    ("group", FieldTarget.GROUP, TargetType.GROUP, GrantTarget.GROUP),
    ("role", FieldTarget.ROLE, None, GrantTarget.ROLE),
    ("department", FieldTarget.NODE, TargetType.NODE, GrantTarget.ORG),
    ("organisation", FieldTarget.NODE, TargetType.NODE, GrantTarget.ORG),
]
"""What it is as the owner of fields, as who holds a role, and as whom something is granted to."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
async def test_deleting_whom_things_are_given_to_leaves_nothing_of_them_anywhere(
    services: Services, pool: PoolForTests, kind: ThingKind
) -> None:
    name, field, role, grant = kind
    admin = pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "Org", "code": "org"}))
    match name:
        case "group":
            id_, identifier = (await services.groups.create(admin, GroupDraft("g", "g"))).id, "g"
        case "role":
            id_, identifier = (await services.roles.create(admin, RoleDraft("r"))).id, "r"
        case "department":
            node = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "Lab"}))
            id_ = identifier = node.id
        case _:
            id_ = identifier = org.root.id
    await services.fields.define(admin, [FieldDraft(field, "note", DataType.STRING)])
    await services.fields.set_values(admin, field, {id_: {"note": "x"}})
    if role is not None:
        await services.roles.create(admin, RoleDraft("held"))
        await services.roles.assign(admin, [RoleKey("held")], [Target(role, id_)])
    given = Authorization(grant, (identifier,), (Grant("books:1", ("read",)),))
    await services.authorization.authorize(admin, [given])
    said = Statement(Effect.ALLOW, "books:*", ("read",))
    await services.policies.create(admin, "policy", [said])
    await services.policies.assign(admin, ["policy"], grant, [identifier])
    text = DataResourceDraft("text", "Text", Kind.STRING, "x", ("read",))
    await services.data_resources.create(admin, "default", text)
    policy = await services.data_policies.create(
        admin, "readers", [DraftStatement(Effect.ALLOW, ("default/text/read",))]
    )
    await services.data_policies.authorize(admin, [policy.id], [(grant, id_)])
    app = await services.apps.create(admin, "app")
    await services.app_access.put_all(admin, app.id, [AccessRule(grant, (identifier,))])
    before = await tables_with(services, id_)
    assert before >= {
        "field_values",
        "resource_grants",
        "policy_assignments",
        "data_policy_targets",
        "app_access",
        *(("role_assignments",) if role else ()),
    }, sorted(before)

    match name:
        case "group":
            await services.groups.delete(admin, ["g"])
        case "role":
            await services.roles.delete(admin, [RoleKey("r")])
        case "department":
            await services.orgs.delete_node(admin, org.id, id_)
        case _:
            await services.orgs.delete_org(admin, org.id)

    after = await tables_with(services, id_)
    assert {table for table in after if not table.startswith(KEPT)} == set()


async def test_deleting_an_application_leaves_nothing_of_its_accounts(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    app = await services.apps.create(admin, "app")
    account = await services.app_access.create_account(admin, app.id)
    given = Authorization(GrantTarget.AK_SK, (account.id,), (Grant("books:1", ("read",)),))
    await services.authorization.authorize(admin, [given])
    assert await tables_with(services, account.id) >= {"resource_grants"}
    await services.apps.delete(admin, app.id)
    for id_ in (account.id, app.id):
        after = await tables_with(services, id_)
        assert {table for table in after if not table.startswith(KEPT)} == set()


async def test_every_table_that_names_users_is_emptied_of_the_deleted(services: Services) -> None:
    """By the schema, so that a new table cannot be missed because no test puts anything into it."""
    sent: list[str] = []

    class Recorder:
        async def execute(self, sql: str, *args: object) -> str:
            sent.append(sql)
            return ""

        async def fetch(self, sql: str, *args: object) -> list[object]:
            sent.append(sql)
            return []

        async def fetchval(self, sql: str, *args: object) -> int:
            sent.append(sql)
            return 0

    for forget in FORGET_USERS:
        await forget(Recorder(), "pool", ["user"])  # type: ignore[arg-type]
    told = {table for sql in sent for table in re.findall(r"delete from (\w+)", sql)}
    rows = await services.db.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition "
        "and a.attname = 'user_id'"
    )
    named = {row["relname"] for row in rows if not row["relname"].startswith(KEPT)}
    assert named - told == BY_OTHERS
