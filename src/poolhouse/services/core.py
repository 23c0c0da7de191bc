"""What stands below every use case, and the pool with what belongs to it alone."""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.apps.agreements import Agreements
from poolhouse.apps.service import AppService
from poolhouse.audit.geoip import GeoIp
from poolhouse.audit.service import AuditLog
from poolhouse.crypto.cursors import Cursors
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox, load_or_create_key_file, parse_keys
from poolhouse.crypto.transport import PasswordTransport, TransportKeys
from poolhouse.customdb.pushing import ScriptFolders
from poolhouse.customdb.replay import ScriptReplay
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.db.database import Database
from poolhouse.fields.store import FieldStore
from poolhouse.mail.delivery import Delivery, Transports
from poolhouse.mail.model import Provider
from poolhouse.mail.service import MailService
from poolhouse.outgoing import Outgoing
from poolhouse.pools import postgres as pool_rows
from poolhouse.pools.environment import Environment
from poolhouse.pools.service import PoolService
from poolhouse.pools.whitelist import Whitelist
from poolhouse.roles.removal import RoleRemoval
from poolhouse.sandbox.client import Sandbox
from poolhouse.services import consequences
from poolhouse.sessions.keys import KeyRing
from poolhouse.settings import Settings


@dataclass(frozen=True)
class Raw:
    """What builders, commands and tests have, and no wire: with these everything could be done past a use case."""

    db: Database
    box: SecretBox
    hasher: PasswordHasher
    keys: KeyRing
    field_store: FieldStore
    role_removal: RoleRemoval


@dataclass(frozen=True)
class Core:
    settings: Settings
    transport: PasswordTransport
    audit: AuditLog
    geoip: GeoIp
    sandbox: Sandbox
    scripts: ScriptRunner
    customdb: CustomDatabaseService
    script_folders: ScriptFolders
    script_replay: ScriptReplay
    mail: MailService
    delivery: Delivery
    pools: PoolService
    environment: Environment
    whitelist: Whitelist
    apps: AppService
    agreements: Agreements
    cursors: Cursors


def build_raw(settings: Settings, db: Database, audit: AuditLog, hasher: PasswordHasher | None) -> Raw:
    newest, *older = secret_keys(settings)
    box = SecretBox(newest, older)
    return Raw(
        db=db,
        box=box,
        hasher=hasher or PasswordHasher(processes=settings.workers),
        keys=KeyRing(db, box),
        field_store=FieldStore(audit, box),
        role_removal=RoleRemoval(audit, consequences.FORGET_ROLES),
    )


async def build_core(settings: Settings, raw: Raw, audit: AuditLog) -> Core:
    db, box = raw.db, raw.box
    geoip = GeoIp(settings.geo_database)
    sandbox = Sandbox(processes=settings.workers)
    pools = PoolService(db=db, box=box, audit=audit, created=consequences.POOL_CREATED)
    environment = Environment(db, box, audit)
    apps = AppService(
        db=db,
        box=box,
        audit=audit,
        delete_roles=raw.role_removal.of_namespace,
        forget=consequences.FORGET_APPS,
    )
    scripts = ScriptRunner(
        db=db, sandbox=sandbox, pools=pools, apps=apps, geoip=geoip, pool_variables=environment.of_pool
    )
    customdb = CustomDatabaseService(
        db=db, box=box, sandbox=sandbox, runner=scripts, pools=pools, audit=audit
    )
    return Core(
        settings=settings,
        transport=PasswordTransport(await transport_keys(db, box)),
        audit=audit,
        geoip=geoip,
        sandbox=sandbox,
        scripts=scripts,
        customdb=customdb,
        script_folders=ScriptFolders(
            db=db, box=box, sandbox=sandbox, audit=audit, pools=pools, customdb=customdb
        ),
        script_replay=ScriptReplay(db=db, customdb=customdb, runner=scripts),
        mail=MailService(db, box, audit),
        delivery=Delivery(db, box, mail_transports(settings), outgoing=Outgoing(settings.called_hosts)),
        pools=pools,
        environment=environment,
        whitelist=Whitelist(db, audit),
        apps=apps,
        agreements=Agreements(db, apps, audit),
        cursors=Cursors(box),
    )


def secret_keys(settings: Settings) -> list[bytes]:
    """POOLHOUSE_SECRET_KEY, else DATA/secret.key, made at the first start. Newest first; older ones still open."""
    if settings.secret_key is not None:
        return parse_keys(settings.secret_key.get_secret_value())
    settings.data.mkdir(parents=True, exist_ok=True)
    return load_or_create_key_file(settings.data / "secret.key")


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
