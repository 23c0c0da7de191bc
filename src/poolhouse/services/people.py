"""Users, wherever they live, and what they are in: departments, groups, roles, tenants."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.accounts.erasure import Erasure
from poolhouse.accounts.org_trees import DepartmentTrees
from poolhouse.accounts.person_export import PersonExport
from poolhouse.accounts.records import UserRecords
from poolhouse.accounts.service import AccountService
from poolhouse.accounts.users import UserService
from poolhouse.customdb.password_function import PasswordFunction
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import PostgresDirectory, insert_identity
from poolhouse.directory.postgres_members_below import MembersBelow
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.federation.checking import require_fit
from poolhouse.fields.model import TargetType
from poolhouse.fields.service import FieldService
from poolhouse.groups.service import GroupService
from poolhouse.identities.service import IdentityService
from poolhouse.login.passwords import PasswordRules
from poolhouse.mfa.service import MfaService
from poolhouse.mfa.user_passkeys import UserPasskeys
from poolhouse.migration.exporting import UserExports
from poolhouse.migration.import_checks import ImportChecks
from poolhouse.migration.importing import UserImports
from poolhouse.migration.jobs import ImportJobs
from poolhouse.migration.service import Migration
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.posts.service import PostService
from poolhouse.resources import postgres as namespace_rows
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.roles.service import RoleService
from poolhouse.roles.targets import RoleTargets
from poolhouse.services import consequences
from poolhouse.services.core import Core, Raw
from poolhouse.tenants.departments import TenantDepartments
from poolhouse.tenants.service import TenantService
from poolhouse.tenants.sources import SourceService


@dataclass(frozen=True)
class Directory:
    passwords: StoredPasswords
    directories: Directories
    password_rules: PasswordRules


@dataclass(frozen=True)
class Unchecked:
    """What other use cases go through, and no wire: it does not ask who may."""

    records: UserRecords


@dataclass(frozen=True)
class People:
    users: UserService
    erasure: Erasure
    person_export: PersonExport
    mfa: MfaService
    passkeys: UserPasskeys
    identities: IdentityService
    tenants: TenantService
    tenant_departments: TenantDepartments
    sources: SourceService
    accounts: AccountService
    imports: UserImports
    import_jobs: ImportJobs
    import_checks: ImportChecks
    exports: UserExports
    migration: Migration


@dataclass(frozen=True)
class Memberships:
    orgs: OrgService
    department_members: DepartmentMembers
    department_trees: DepartmentTrees
    posts: PostService
    groups: GroupService
    roles: RoleService
    role_targets: RoleTargets
    fields: FieldService


def build_directory(raw: Raw, core: Core) -> Directory:
    db = raw.db
    passwords = StoredPasswords(db, raw.hasher, PasswordFunction(db, raw.box, core.scripts))
    native = PostgresDirectory(db, raw.hasher, passwords)
    directories = Directories(native=native, db=db, customdb=core.customdb, runner=core.scripts)
    return Directory(
        passwords=passwords,
        directories=directories,
        password_rules=PasswordRules(db=db, pools=core.pools, directories=directories, passwords=passwords),
    )


def build_unchecked(raw: Raw, core: Core, directory: Directory) -> Unchecked:
    records = UserRecords(
        db=raw.db,
        directories=directory.directories,
        passwords=directory.passwords,
        audit=core.audit,
        judge=directory.password_rules.judge,
        changed=consequences.USER_CHANGED,
        forget=consequences.FORGET_USERS,
        special_domains=core.settings.special_domains,
    )
    return Unchecked(records)


def build_people(
    raw: Raw, core: Core, directory: Directory, unchecked: Unchecked, memberships: Memberships
) -> People:
    db, audit, fields, records = raw.db, core.audit, raw.field_store, unchecked.records
    mfa = MfaService(db, raw.box, audit)
    tenants = TenantService(db, records, audit)
    exports = UserExports(db, directory.directories, fields, audit)
    imports = UserImports(
        db=db,
        directories=directory.directories,
        hasher=raw.hasher,
        passwords=directory.passwords,
        fields=fields,
        audit=audit,
        special_domains=core.settings.special_domains,
    )
    return People(
        users=UserService(db=db, directories=directory.directories, records=records, audit=audit),
        erasure=Erasure(db=db, records=records, audit=audit, erase=consequences.ERASE),
        person_export=PersonExport(db=db, records=records, audit=audit, fields=fields, place=exports.place),
        mfa=mfa,
        passkeys=UserPasskeys(db, raw.box, audit),
        identities=IdentityService(db, records, audit),
        tenants=tenants,
        tenant_departments=TenantDepartments(db, tenants, memberships.department_members),
        sources=SourceService(db, raw.box, audit, require_fit),
        accounts=AccountService(
            db=db,
            users=records,
            audit=audit,
            fields=fields,
            put_in_departments=memberships.department_members.put,
            link_identity=insert_identity,
            bring_factor=mfa.bring,
        ),
        imports=imports,
        import_jobs=ImportJobs(db, imports, audit),
        import_checks=ImportChecks(imports),
        exports=exports,
        migration=Migration(db, directory.directories, imports),
    )


def build_memberships(raw: Raw, core: Core, unchecked: Unchecked) -> Memberships:
    db, audit, fields, users = raw.db, core.audit, raw.field_store, unchecked.records
    members = DepartmentMembers(db, users.require_all, audit, MembersBelow(db).count)
    orgs = OrgService(
        db=db,
        audit=audit,
        fields=fields,
        forget_nodes=consequences.FORGET_NODES,
        forget_orgs=consequences.FORGET_ORGS,
    )
    groups = GroupService(
        db=db,
        audit=audit,
        fields=fields,
        require_users=users.require_all,
        forget=consequences.FORGET_GROUPS,
    )
    roles = RoleService(
        db=db,
        audit=audit,
        removal=raw.role_removal,
        namespace_names=namespace_rows.namespace_names,
        require={
            RoleTarget.USER: users.require_all,
            RoleTarget.GROUP: groups.require_ids,
            RoleTarget.NODE: orgs.require_nodes,
        },
        departments_of=members.ancestors_of,
    )
    return Memberships(
        orgs=orgs,
        department_members=members,
        department_trees=DepartmentTrees(db, users, audit),
        posts=PostService(
            db=db, audit=audit, require_users=users.require_all, require_departments=orgs.require_nodes
        ),
        groups=groups,
        roles=roles,
        role_targets=RoleTargets(groups, orgs),
        fields=FieldService(
            db=db,
            audit=audit,
            store=fields,
            require={
                TargetType.USER: users.require_all,
                TargetType.GROUP: groups.require_ids,
                TargetType.ROLE: roles.require_ids,
                TargetType.NODE: orgs.require_nodes,
                TargetType.ORG: orgs.require_orgs,
                TargetType.APPLICATION: core.apps.require_ids,
            },
            most_indexed=core.settings.indexed_fields,
        ),
    )
