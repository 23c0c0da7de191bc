"""Whom a deletion or a change must tell, in its own transaction: one table a kind of thing, and no other place.

What a domain keeps of users it removes in a function `forget_users(tx, pool_id, ids)`; of groups in `forget_groups`,
and so on. tests/services/test_consequences.py looks for such functions in every module: one that is in no table
fails, and so does a table of the database that still names a deleted user.
"""

from __future__ import annotations

from poolhouse.accounts.records import UserChanged
from poolhouse.credentials import postgres as credentials
from poolhouse.db.database import Forget
from poolhouse.directory import postgres_states
from poolhouse.fields import postgres as fields
from poolhouse.groups import postgres as groups
from poolhouse.identities import postgres as identities
from poolhouse.login import address_proofs, codes, lockout, tickets
from poolhouse.login import postgres as login
from poolhouse.mail import postgres as mail
from poolhouse.mfa import postgres as mfa
from poolhouse.oidc import back_channel
from poolhouse.oidc import grants as oidc_grants
from poolhouse.oidc import postgres as oidc
from poolhouse.orgs import postgres_members as members
from poolhouse.permissions import postgres_policies as data_policies
from poolhouse.pools.service import PoolCreated
from poolhouse.posts import postgres as posts
from poolhouse.resources import postgres_grants as grants
from poolhouse.roles import postgres as roles
from poolhouse.sessions.endings import Endings, LoginsEnded
from poolhouse.tenants import postgres as tenants

LOGINS_ENDED: tuple[LoginsEnded, ...] = (
    tickets.logins_ended,
    back_channel.logins_ended,  # before the grants, which say whom it concerns
    oidc_grants.logins_ended,
)

ENDINGS = Endings(LOGINS_ENDED)

FORGET_USERS: tuple[Forget, ...] = (
    postgres_states.forget_users,
    ENDINGS.forget_users,
    credentials.forget_users,
    mail.forget_users,
    identities.forget_users,
    tenants.forget_users,
    members.forget_users,
    fields.forget_users,
    posts.forget_users,
    groups.forget_users,
    roles.forget_users,
    mfa.forget_users,
    login.forget_users,
    grants.forget_users,
    data_policies.forget_users,
    oidc.forget_users,
)

USER_CHANGED: tuple[UserChanged, ...] = (
    ENDINGS.user_changed,
    lockout.user_changed,
    codes.user_changed,
    address_proofs.user_changed,
)

FORGET_GROUPS: tuple[Forget, ...] = (
    fields.forget_groups,
    roles.forget_groups,
    grants.forget_groups,
    data_policies.forget_groups,
)

FORGET_ROLES: tuple[Forget, ...] = (fields.forget_roles, grants.forget_roles, data_policies.forget_roles)

FORGET_NODES: tuple[Forget, ...] = (
    posts.forget_nodes,
    roles.forget_nodes,
    fields.forget_nodes,
    grants.forget_nodes,
    data_policies.forget_nodes,
)

FORGET_ORGS: tuple[Forget, ...] = (fields.forget_orgs,)

FORGET_APPS: tuple[Forget, ...] = (ENDINGS.forget_apps, fields.forget_apps)
"""Its roles go as well: `AppService` is handed `RoleRemoval`, which writes a row for each."""

POOL_CREATED: tuple[PoolCreated, ...] = (roles.pool_created,)
"""What a new pool begins with."""
