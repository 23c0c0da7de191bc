"""Acts upon many users at once, and imports of uploaded files."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.administrators.service import AdministratorService
from poolhouse.bulk.acts import Services
from poolhouse.bulk.rights import Rights
from poolhouse.bulk.service import BulkActs
from poolhouse.bulk.work import BulkWork
from poolhouse.import_files.service import ImportFiles
from poolhouse.import_files.work import FileWork
from poolhouse.services.core import Core, Raw
from poolhouse.services.people import Directory, Memberships, People
from poolhouse.services.sign_in import Tokens


@dataclass(frozen=True)
class Bulk:
    bulk_acts: BulkActs
    bulk_work: BulkWork
    import_files: ImportFiles
    import_file_work: FileWork


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
    files = ImportFiles(
        db=db,
        box=raw.box,
        imports=people.imports,
        audit=audit,
        largest=core.settings.import_file_mb * 1_000_000,
    )
    return Bulk(
        bulk_acts=BulkActs(db=db, directories=directory.directories, services=services, audit=audit),
        bulk_work=BulkWork(db=db, services=services, rights=rights, audit=audit),
        import_files=files,
        import_file_work=FileWork(db=db, box=raw.box, imports=people.imports, rights=rights, audit=audit),
    )
