"""Whom a deletion or a change must tell, in its own transaction: one table a kind of thing, and no other place.

What a domain keeps of users it removes in a function `forget_users(tx, pool_id, ids)`; of groups in `forget_groups`,
and so on; what it keeps of several kinds alike in one `forget_targets(tx, pool_id, ids, kind=...)`. Tests look for such
functions in every module (tests/services/test_consequences.py): one that is in no table, or not told of one of its
kinds, fails, and so does a table of the database that still names a deleted thing (tests/users/test_forgetting.py).
"""

from __future__ import annotations

from functools import partial

from poolhouse.accounts.records import UserChanged
from poolhouse.audit import postgres_erasure as audit_erasure
from poolhouse.audit.person import Erase
from poolhouse.bulk import postgres as bulk_rows
from poolhouse.credentials import postgres as credentials
from poolhouse.customdb import postgres_erasure as scripts_erasure
from poolhouse.db.database import Forget
from poolhouse.directory import postgres_erasure as directory_erasure
from poolhouse.directory import postgres_states
from poolhouse.fields import postgres as fields
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.groups import postgres as groups
from poolhouse.identities import postgres as identities
from poolhouse.import_files import postgres as import_files
from poolhouse.login import address_proofs, codes, lockout, tickets
from poolhouse.login import postgres as login
from poolhouse.mail import postgres as mail
from poolhouse.mfa import postgres as mfa
from poolhouse.mfa import postgres_passkeys as passkeys
from poolhouse.migration import postgres_jobs as import_jobs
from poolhouse.oidc import back_channel
from poolhouse.oidc import grants as oidc_grants
from poolhouse.oidc import postgres as oidc
from poolhouse.orgs import postgres_members as members
from poolhouse.permissions import postgres_policies as data_policies
from poolhouse.pools import postgres_lists as whitelist
from poolhouse.pools.service import PoolCreated
from poolhouse.posts import postgres as posts
from poolhouse.resources import postgres_access as access
from poolhouse.resources import postgres_grants as grants
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.roles import postgres as roles
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.sessions.endings import Endings, LoginsEnded
from poolhouse.tenants import postgres as tenants
from poolhouse.tenants import postgres_sources as sources

LOGINS_ENDED: tuple[LoginsEnded, ...] = (
    tickets.logins_ended,
    back_channel.logins_ended,  # before the grants, which say whom it concerns
    oidc_grants.logins_ended,
)

ENDINGS = Endings(LOGINS_ENDED)


def _targets(
    field: FieldTarget, role: RoleTarget | None = None, grant: GrantTarget | None = None
) -> tuple[Forget, ...]:
    """What is kept of a kind of thing by its name in each domain; None where it is no target."""
    told: list[Forget] = [partial(fields.forget_targets, kind=field)]
    if role is not None:
        told.append(partial(roles.forget_targets, kind=role))
    if grant is not None:
        told += [partial(one.forget_targets, kind=grant) for one in (grants, data_policies)]
    return tuple(told)


FORGET_USERS: tuple[Forget, ...] = (
    postgres_states.forget_users,
    ENDINGS.forget_users,
    credentials.forget_users,
    mail.forget_users,
    identities.forget_users,
    tenants.forget_users,
    members.forget_users,
    posts.forget_users,
    groups.forget_users,
    mfa.forget_users,
    passkeys.forget_users,  # after the sessions, which whoever adds one holds
    login.forget_users,
    oidc.forget_users,
    *_targets(FieldTarget.USER, RoleTarget.USER, GrantTarget.USER),
)

ERASE: dict[str, Erase] = {
    "audit": audit_erasure.erase_person,
    "scripts": scripts_erasure.erase_person,
    "mail": mail.erase_person,
    "directory": directory_erasure.erase_person,
    "sign_in": login.erase_person,
    "imports": import_jobs.erase_person,
    "whitelist": whitelist.erase_person,
    "tenants": tenants.erase_person,
    "bulk_acts": bulk_rows.erase_person,
    "import_files": import_files.erase_person,
}
"""Who takes an erased person out of what outlives their deletion: docs/security/privacy.md."""

USER_CHANGED: tuple[UserChanged, ...] = (
    ENDINGS.user_changed,
    lockout.user_changed,
    codes.user_changed,
    address_proofs.user_changed,
)

FORGET_GROUPS: tuple[Forget, ...] = _targets(FieldTarget.GROUP, RoleTarget.GROUP, GrantTarget.GROUP)

FORGET_ROLES: tuple[Forget, ...] = _targets(FieldTarget.ROLE, None, GrantTarget.ROLE)

FORGET_NODES: tuple[Forget, ...] = (
    posts.forget_nodes,
    *_targets(FieldTarget.NODE, RoleTarget.NODE, GrantTarget.ORG),
)

FORGET_ORGS: tuple[Forget, ...] = _targets(FieldTarget.ORG)

FORGET_APPS: tuple[Forget, ...] = (
    ENDINGS.forget_apps,
    access.forget_apps,
    sources.forget_apps,
    *_targets(FieldTarget.APPLICATION),
)
"""Its roles go as well: `AppService` is handed `RoleRemoval`, which writes a row for each."""

POOL_CREATED: tuple[PoolCreated, ...] = (roles.pool_created,)
"""What a new pool begins with."""
