"""The composition root, read top to bottom: what exists, and what it is built from. `app.py` serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from poolhouse.accounts.org_trees import DepartmentTrees
from poolhouse.accounts.service import AccountService
from poolhouse.accounts.users import UserService
from poolhouse.apps.agreements import Agreements
from poolhouse.apps.service import AppService
from poolhouse.audit.geoip import GeoIp
from poolhouse.audit.service import AuditLog
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.credentials.management_tokens import ManagementTokens
from poolhouse.credentials.service import Credentials
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox, load_or_create_key_file, parse_keys
from poolhouse.crypto.transport import PasswordTransport, TransportKeys
from poolhouse.customdb.password_function import PasswordFunction
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.db.database import Database
from poolhouse.directory import postgres_states as user_states
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import PostgresDirectory, insert_identity
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.fields.model import TargetType
from poolhouse.fields.service import FieldService
from poolhouse.groups.service import GroupService
from poolhouse.identities.service import IdentityService
from poolhouse.login.by_code import CodeLogin
from poolhouse.login.captchas import Captchas
from poolhouse.login.codes import Codes
from poolhouse.login.links import Links
from poolhouse.login.lockout import Lockout
from poolhouse.login.login_recorder import LoginRecorder
from poolhouse.login.mfa_login import MfaLogin
from poolhouse.login.own_account import OwnAccount
from poolhouse.login.passwords import PasswordRules
from poolhouse.login.proofs import Proofs
from poolhouse.login.recovery import Recovery
from poolhouse.login.refusals import Refusals
from poolhouse.login.registration import Registrations
from poolhouse.login.service import LoginService
from poolhouse.mail.delivery import Delivery, Transports
from poolhouse.mail.model import Provider
from poolhouse.mail.service import MailService
from poolhouse.mfa.service import MfaService
from poolhouse.migration.importing import UserImports
from poolhouse.migration.service import Migration
from poolhouse.oidc.service import OidcService
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.pools import postgres as pool_rows
from poolhouse.pools.environment import Environment
from poolhouse.pools.service import PoolService
from poolhouse.pools.whitelist import Whitelist
from poolhouse.posts.service import PostService
from poolhouse.resources.app_access import AppAccessService
from poolhouse.resources.authorization import AuthorizationService
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.resources.policies import PolicyService
from poolhouse.resources.principals import (
    Principals,
    forget_groups,
    forget_nodes,
    forget_roles,
    forget_users,
)
from poolhouse.resources.service import ResourceService
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.roles.service import RoleService
from poolhouse.sandbox.client import Sandbox
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.service import SessionService
from poolhouse.settings import Settings
from poolhouse.tenants.service import TenantService
from poolhouse.tenants.sources import SourceService
from poolhouse.users.model import AVATAR_PATH

LOGIN_RECORDS_S = 10.0
"""How long stopping waits for the records of the last logins."""


NODE = "poolhouse node"


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a wire may call."""

    settings: Settings
    db: Database
    box: SecretBox
    hasher: PasswordHasher
    passwords: StoredPasswords
    transport: PasswordTransport
    audit: AuditLog
    geoip: GeoIp
    sandbox: Sandbox
    scripts: ScriptRunner
    customdb: CustomDatabaseService
    mail: MailService
    delivery: Delivery
    pools: PoolService
    access_keys: AccessKeyService
    apps: AppService
    agreements: Agreements
    whitelist: Whitelist
    environment: Environment
    directories: Directories
    migration: Migration
    users: UserService
    identities: IdentityService
    tenants: TenantService
    sources: SourceService
    orgs: OrgService
    department_members: DepartmentMembers
    department_trees: DepartmentTrees
    fields: FieldService
    posts: PostService
    groups: GroupService
    namespaces: NamespaceService
    roles: RoleService
    resources: ResourceService
    policies: PolicyService
    authorization: AuthorizationService
    app_access: AppAccessService
    sessions: SessionService
    management_tokens: ManagementTokens
    credentials: Credentials
    mfa: MfaService
    login: LoginService
    registrations: Registrations
    captchas: Captchas
    codes: Codes
    code_login: CodeLogin
    recovery: Recovery
    own_account: OwnAccount
    links: Links
    mfa_login: MfaLogin
    accounts: AccountService
    imports: UserImports
    oidc: OidcService

    @property
    def avatar(self) -> str:
        """The address of the picture shown of users who have none."""
        return self.links.base_url + AVATAR_PATH


def secret_keys(settings: Settings) -> list[bytes]:
    """POOLHOUSE_SECRET_KEY, else DATA/secret.key, made at the first start. Newest first; older ones still open."""
    if settings.secret_key is not None:
        return parse_keys(settings.secret_key.get_secret_value())
    settings.data.mkdir(parents=True, exist_ok=True)
    return load_or_create_key_file(settings.data / "secret.key")


def node_name(keys: list[bytes]) -> str:
    """What a server's sessions are called: `secrets rotate` reads there which keys it has."""
    ids = ",".join(key_id.hex() for key_id in SecretBox(keys[0], keys[1:]).key_ids)
    return f"{NODE} {ids}"[:54]  # 63 bytes in all, of which the listener adds nine


async def transport_keys(db: Database, box: SecretBox) -> TransportKeys:
    """One pair for the whole server: every node must read what a client encrypted for any of them."""
    stored = await pool_rows.server_key(db, "password-transport", box)
    if stored is None:
        fresh = TransportKeys.generate().dump()
        stored = await pool_rows.keep_server_key(db, "password-transport", fresh, box)
    return TransportKeys.load(stored)


def mail_transports(settings: Settings) -> Transports:
    smtp = settings.smtp_host and Provider(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        sender=settings.smtp_sender,
        security=settings.smtp_security,
    )
    return Transports(smtp or None, settings.sms_url or "", settings.sms_secret.get_secret_value())


async def build(settings: Settings, db: Database, hasher: PasswordHasher | None = None) -> Services:
    """The services over an open, migrated database."""
    newest, *older = secret_keys(settings)
    box = SecretBox(newest, older)
    hasher = hasher or PasswordHasher()
    transport = PasswordTransport(await transport_keys(db, box))
    audit = AuditLog(db)
    mail = MailService(db, box, audit)
    delivery = Delivery(db, box, mail_transports(settings))
    pools = PoolService(db, box, audit)
    access_keys = AccessKeyService(db, pools, box, audit)
    apps = AppService(db, box, audit)
    whitelist = Whitelist(db, audit)

    geoip = GeoIp(settings.geo_database)
    sandbox = Sandbox()
    environment = Environment(db, box, audit)
    scripts = ScriptRunner(db, sandbox, pools, apps, geoip, environment.of_pool)
    customdb = CustomDatabaseService(db, box, sandbox, scripts, audit)

    passwords = StoredPasswords(db, hasher, PasswordFunction(db, box, scripts))
    native = PostgresDirectory(db, hasher, passwords)
    directories = Directories(native, db, customdb, scripts)
    users = UserService(db, directories, passwords, audit, settings.special_domains)
    users.on_delete(user_states.forget_users)
    sessions = SessionService(db, KeyRing(db, box), audit)
    management_tokens = ManagementTokens(sessions.keys, pools, apps)
    credentials = Credentials(
        sessions=sessions, management_tokens=management_tokens, access_keys=access_keys, apps=apps
    )
    users.on_delete(sessions.end_of_users)
    users.on_delete(mail.forget_user)
    identities = IdentityService(db, users, audit)
    users.on_delete(identities.forget_users)
    tenants = TenantService(db, users, audit)
    users.on_delete(tenants.forget_users)
    sources = SourceService(db, box, audit)
    users.on_change(sessions.user_changed)
    fields = FieldService(db, audit, box)
    orgs = OrgService(db, audit, fields)
    department_members = DepartmentMembers(db, users.require_all, audit)
    users.on_delete(department_members.forget_users)
    users.on_delete(fields.forget_users)
    posts = PostService(db, audit, users.require_all, orgs.require_nodes)
    users.on_delete(posts.forget_users)
    orgs.on_delete(posts.forget_nodes)
    groups = GroupService(db, audit, fields, users.require_all)
    users.on_delete(groups.forget_users)
    namespaces = NamespaceService(db, audit)
    roles = RoleService(
        db,
        audit,
        fields,
        namespaces.names,
        require={
            RoleTarget.USER: users.require_all,
            RoleTarget.GROUP: groups.require_ids,
            RoleTarget.NODE: orgs.require_nodes,
        },
        departments_of=department_members.ancestors_of,
    )
    namespaces.on_delete(roles.delete_namespace)
    namespaces.on_rename(roles.rename_namespace)
    users.on_delete(roles.forget_users)
    groups.on_delete(roles.forget_groups)
    orgs.on_delete(roles.forget_nodes)
    orgs.on_delete(fields.forget_nodes)
    fields.on(TargetType.USER, users.require_all)
    fields.on(TargetType.GROUP, groups.require_ids)
    fields.on(TargetType.ROLE, roles.require_ids)
    fields.on(TargetType.NODE, orgs.require_nodes)
    fields.on(TargetType.ORG, orgs.require_orgs)
    fields.on(TargetType.APPLICATION, apps.require_ids)
    apps.on_change(sessions.app_changed)
    apps.on_delete(sessions.end_of_app)
    apps.on_delete(fields.forget_app)
    apps.on_delete(roles.delete_namespace)
    mfa = MfaService(db, box, audit)
    accounts = AccountService(
        db,
        users,
        audit,
        fields,
        put_in_departments=department_members.put,
        link_identity=insert_identity,
        bring_factor=mfa.bring,
    )

    imports = UserImports(db, directories, hasher, passwords, fields, audit, settings.special_domains)

    users.on_delete(mfa.forget_users)
    lockout = Lockout(db)
    users.on_change(lockout.user_changed)
    rules = PasswordRules(db, pools, users, passwords)
    users.judge_passwords_by(rules.judge)
    recorder = LoginRecorder(directories)
    refusals = Refusals(directories, audit)
    login = LoginService(
        db, pools, apps, directories, users, sessions, lockout, recorder, rules, mfa, refusals, audit
    )
    sessions.on_end(login.end)
    users.on_delete(login.forget_users)
    registrations = Registrations(db, pools, apps, users, lockout, rules, login, mail, audit)
    registrations.on_each(
        lambda tx, caller, user, registration: fields.store(
            tx, caller, TargetType.USER, {user.id: registration.custom_data}, from_text=True
        )
    )
    registrations.before_each(
        lambda caller, pool, registration: whitelist.admit(caller, pool, registration.values)
    )
    codes = Codes(db, box, pools, mail, refusals)
    users.on_change(codes.user_changed)
    proofs = Proofs(db, directories, users, mfa, audit)
    registrations.on_each(proofs.registered)
    users.on_change(proofs.user_changed)
    users.on_delete(proofs.forget_users)
    recovery = Recovery(db, pools, directories, users, codes, rules, lockout, proofs, mail, refusals, audit)
    own_account = OwnAccount(
        db, pools, directories, native, users, codes, rules, recovery, mfa, lockout, audit
    )

    resources = ResourceService(db, audit, namespaces)
    principals = Principals(db, users, groups, roles, orgs, department_members)
    policies = PolicyService(db, audit, namespaces, principals)
    authorization = AuthorizationService(db, audit, namespaces, principals)
    app_access = AppAccessService(db, audit, apps, principals, box)
    users.on_delete(forget_users)
    groups.on_delete(forget_groups)
    roles.on_delete(forget_roles)
    orgs.on_delete(forget_nodes)

    login.let_in_by(app_access.admits)
    oidc = OidcService(db, apps, users, sessions, audit)
    oidc.let_in_by(app_access.admits)
    sessions.on_end(oidc.end)
    users.on_delete(oidc.forget_users)

    return Services(
        settings=settings,
        oidc=oidc,
        db=db,
        box=box,
        hasher=hasher,
        passwords=passwords,
        transport=transport,
        audit=audit,
        geoip=geoip,
        sandbox=sandbox,
        scripts=scripts,
        customdb=customdb,
        mail=mail,
        delivery=delivery,
        pools=pools,
        access_keys=access_keys,
        apps=apps,
        agreements=Agreements(db, apps, audit),
        whitelist=whitelist,
        environment=environment,
        directories=directories,
        migration=Migration(db, directories, imports),
        users=users,
        identities=identities,
        tenants=tenants,
        sources=sources,
        orgs=orgs,
        department_members=department_members,
        department_trees=DepartmentTrees(db, users, audit),
        fields=fields,
        posts=posts,
        groups=groups,
        namespaces=namespaces,
        roles=roles,
        resources=resources,
        policies=policies,
        authorization=authorization,
        app_access=app_access,
        sessions=sessions,
        management_tokens=management_tokens,
        credentials=credentials,
        mfa=mfa,
        login=login,
        registrations=registrations,
        captchas=Captchas(db),
        codes=codes,
        code_login=CodeLogin(codes, users, login, registrations, proofs, refusals),
        recovery=recovery,
        own_account=own_account,
        links=Links(db, pools, apps, users, mail, audit, settings.address),
        mfa_login=MfaLogin(db, users, codes, mfa, login, refusals),
        accounts=accounts,
        imports=imports,
    )


@asynccontextmanager
async def opened(settings: Settings, database_url: str) -> AsyncIterator[Services]:
    """The services for the length of a block; their background work ends with it."""
    replica = settings.replica_url.get_secret_value() if settings.replica_url else None
    db = await Database.open(
        database_url,
        connections=settings.database_connections,
        statement_timeout_s=settings.statement_timeout_s,
        replica_url=replica,
        name=node_name(secret_keys(settings)),
    )
    hasher = PasswordHasher()
    try:
        services = await build(settings, db, hasher)
        try:
            yield services
        finally:
            await services.login.drain(LOGIN_RECORDS_S)  # scripts write them down: before the sandbox closes
            await services.sandbox.close()
            await services.scripts.settled()
    finally:
        hasher.close()
        await db.close()
