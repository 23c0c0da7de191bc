"""Acts upon many users at once."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.administrators.service import AdministratorService
from poolhouse.bulk.acts import Services
from poolhouse.bulk.rights import Rights
from poolhouse.bulk.service import BulkActs
from poolhouse.bulk.work import BulkWork
from poolhouse.services.core import Core, Raw
from poolhouse.services.people import Directory, Memberships, People
from poolhouse.services.sign_in import Tokens


@dataclass(frozen=True)
class Bulk:
    bulk_acts: BulkActs
    bulk_work: BulkWork


def build_bulk(
    raw: Raw,
    core: Core,
    directory: Directory,
    people: People,
    memberships: Memberships,
    tokens: Tokens,
    administrators: AdministratorService,
) -> Bulk:
    db, audit = raw.db, core.audit
    services = Services(
        users=people.users,
        accounts=people.accounts,
        sessions=tokens.sessions,
        groups=memberships.groups,
        roles=memberships.roles,
        orgs=memberships.orgs,
        members=memberships.department_members,
        fields=memberships.fields,
    )
    rights = Rights(administrators, tokens.access_keys)
    return Bulk(
        bulk_acts=BulkActs(db=db, directories=directory.directories, services=services, audit=audit),
        bulk_work=BulkWork(db=db, services=services, rights=rights, audit=audit),
    )
