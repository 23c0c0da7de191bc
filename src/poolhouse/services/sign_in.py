"""Ways in, and what comes of them: sessions, tokens, one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from poolhouse.administrators.holders import KeyHolders
from poolhouse.caller import Caller
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.credentials.management_tokens import ManagementTokens
from poolhouse.credentials.service import Credentials
from poolhouse.federation.arrivals import Arrivals
from poolhouse.federation.attempts import Attempts
from poolhouse.federation.binding import Binding
from poolhouse.federation.connections import Connections
from poolhouse.federation.directories import DirectorySignIn
from poolhouse.federation.endings import ProviderLogouts
from poolhouse.federation.native import NativeSignIn
from poolhouse.federation.scripts import Scripts
from poolhouse.federation.second_steps import SecondSteps
from poolhouse.federation.service import Federation
from poolhouse.federation.trials import ConnectionTrials
from poolhouse.federation.turns import Turns
from poolhouse.login.address_limiter import AddressLimiter
from poolhouse.login.address_proofs import AddressProofs
from poolhouse.login.by_code import CodeLogin
from poolhouse.login.captchas import Captchas
from poolhouse.login.codes import Codes
from poolhouse.login.diagnosis import SignInDiagnosis
from poolhouse.login.links import Links
from poolhouse.login.lockout import Lockout
from poolhouse.login.login_recorder import LoginRecorder
from poolhouse.login.mail_trials import MailTrials
from poolhouse.login.mfa_enrollment import MfaEnrollment
from poolhouse.login.mfa_login import MfaLogin
from poolhouse.login.own_account import OwnAccount
from poolhouse.login.passkey_factor import PasskeyFactor
from poolhouse.login.passkey_login import PasskeyLogin
from poolhouse.login.recovery import Recovery
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.login.registration import Registrations
from poolhouse.login.service import LoginService
from poolhouse.login.sign_up import SignUp
from poolhouse.login.sms_trials import SmsTrials
from poolhouse.oidc import postgres as oidc_rows
from poolhouse.oidc.grants import Grants
from poolhouse.oidc.issuing import Issuing
from poolhouse.oidc.logins import LoginTokens
from poolhouse.oidc.logout_delivery import LogoutDelivery
from poolhouse.oidc.sealed_requests import SealedLinks, SealedLogins, SealedRequests
from poolhouse.oidc.service import OidcService
from poolhouse.oidc.tokens_in_use import TokensInUse
from poolhouse.outgoing import Outgoing
from poolhouse.resources.app_access import AppAccessService
from poolhouse.resources.model import Effect, TargetType
from poolhouse.services import consequences
from poolhouse.services.access import Access
from poolhouse.services.core import Core, Raw, mail_transports
from poolhouse.services.people import Directory, People, Unchecked
from poolhouse.sessions.service import SessionService


@dataclass(frozen=True)
class Tokens:
    access_keys: AccessKeyService
    sessions: SessionService
    management_tokens: ManagementTokens


@dataclass(frozen=True)
class Proving:
    """What more than one way in asks; below the ways in."""

    lockout: Lockout
    refusals: RefusalLog
    codes: Codes
    captchas: Captchas
    proofs: AddressProofs
    sign_up: SignUp


@dataclass(frozen=True)
class SignIn:
    credentials: Credentials
    login: LoginService
    registrations: Registrations
    code_login: CodeLogin
    mail_trials: MailTrials
    sms_trials: SmsTrials
    mfa_login: MfaLogin
    mfa_enrollment: MfaEnrollment
    passkey_login: PasskeyLogin
    passkey_factor: PasskeyFactor
    links: Links
    recovery: Recovery
    own_account: OwnAccount
    diagnosis: SignInDiagnosis
    oidc_grants: Grants
    oidc: OidcService
    login_tokens: LoginTokens
    oidc_tokens: TokensInUse
    logout_delivery: LogoutDelivery
    sealed_requests: SealedRequests
    sealed_logins: SealedLogins
    sealed_links: SealedLinks
    federation: Federation
    provider_connections: Connections
    connection_trials: ConnectionTrials
    provider_logouts: ProviderLogouts
    arrivals: Arrivals
    directory_sign_in: DirectorySignIn
    native_sign_in: NativeSignIn


def build_tokens(raw: Raw, core: Core) -> Tokens:
    sessions = SessionService(
        db=raw.db,
        keys=raw.keys,
        endings=consequences.ENDINGS,
        grant_ends=oidc_rows.grant_ends,
        audit=core.audit,
    )
    access_keys = AccessKeyService(raw.db, core.pools, raw.box, core.audit, KeyHolders(raw.db))
    management_tokens = ManagementTokens(raw.keys, core.pools, core.apps)
    return Tokens(
        access_keys=access_keys,
        sessions=sessions,
        management_tokens=management_tokens,
    )


def build_proving(
    raw: Raw, core: Core, directory: Directory, people: People, unchecked: Unchecked
) -> Proving:
    db, audit, pools, users = raw.db, core.audit, core.pools, unchecked.records
    lockout = Lockout(db, AddressLimiter(max(1, raw.hasher.queue_limit // 2)))
    refusals = RefusalLog(directory.directories, audit)
    proofs = AddressProofs(db=db, directories=directory.directories, users=users, mfa=people.mfa, audit=audit)
    return Proving(
        lockout=lockout,
        refusals=refusals,
        codes=Codes(db=db, box=raw.box, pools=pools, mail=core.mail, refusals=refusals),
        captchas=Captchas(db),
        proofs=proofs,
        sign_up=SignUp(
            db=db,
            pools=pools,
            apps=core.apps,
            users=users,
            fields=raw.field_store,
            whitelist=core.whitelist,
            lockout=lockout,
            rules=directory.password_rules,
            proofs=proofs,
            mail=core.mail,
            audit=audit,
        ),
    )


def build_login(
    raw: Raw,
    core: Core,
    directory: Directory,
    people: People,
    unchecked: Unchecked,
    access: Access,
    tokens: Tokens,
    proving: Proving,
) -> LoginService:
    return LoginService(
        db=raw.db,
        pools=core.pools,
        apps=core.apps,
        directories=directory.directories,
        users=unchecked.records,
        sessions=tokens.sessions,
        lockout=proving.lockout,
        recorder=LoginRecorder(directory.directories),
        rules=directory.password_rules,
        sign_up=proving.sign_up,
        mfa=people.mfa,
        may_use=access.app_access.admits,
        refusals=proving.refusals,
        audit=core.audit,
    )


def build_sign_in(
    raw: Raw,
    core: Core,
    directory: Directory,
    people: People,
    unchecked: Unchecked,
    access: Access,
    tokens: Tokens,
    proving: Proving,
    login: LoginService,
) -> SignIn:
    db, audit, users = raw.db, core.audit, unchecked.records
    registrations = Registrations(sign_up=proving.sign_up, login=login, lockout=proving.lockout)
    recovery = Recovery(
        db=db,
        pools=core.pools,
        directories=directory.directories,
        users=users,
        codes=proving.codes,
        rules=directory.password_rules,
        proofs=proving.proofs,
        mail=core.mail,
        refusals=proving.refusals,
        audit=audit,
    )
    oidc_grants = Grants(
        db=db,
        apps=core.apps,
        sessions=tokens.sessions,
        may_use=access.app_access.admits,
        audit=audit,
    )
    issuing = Issuing(db, users, tokens.sessions)
    oidc_tokens = TokensInUse(db=db, users=users, sessions=tokens.sessions, grants=oidc_grants)
    connections = Connections(
        db=db,
        box=raw.box,
        outgoing=Outgoing(core.settings.called_hosts),
        audit=audit,
        run=Scripts(core.sandbox, core.environment.of_pool),
    )
    attempts = Attempts(db, raw.box)
    binding = Binding(
        db=db,
        users=users,
        sign_up=proving.sign_up,
        proofs=proving.proofs,
        turns=Turns(attempts),
        audit=audit,
    )
    arrivals = Arrivals(connections=connections, attempts=attempts, binding=binding, login=login)
    code_login = CodeLogin(
        codes=proving.codes,
        users=users,
        login=login,
        sign_up=proving.sign_up,
        registrations=registrations,
        proofs=proving.proofs,
        refusals=proving.refusals,
    )
    second_steps = SecondSteps(db, raw.box, arrivals)
    mfa_login = MfaLogin(
        db=db,
        users=users,
        codes=proving.codes,
        mfa=people.mfa,
        login=login,
        refusals=proving.refusals,
        pools=core.pools,
        ended=second_steps.link,
    )
    passkey_login = PasskeyLogin(
        db=db,
        pools=core.pools,
        apps=core.apps,
        users=users,
        passkeys=people.passkeys,
        login=login,
        refusals=proving.refusals,
        turns=proving.lockout.turns,
    )
    return SignIn(
        credentials=Credentials(
            sessions=tokens.sessions,
            management_tokens=tokens.management_tokens,
            access_keys=tokens.access_keys,
            apps=core.apps,
            access_tokens=oidc_tokens.person_of,
        ),
        login=login,
        registrations=registrations,
        code_login=code_login,
        mfa_login=mfa_login,
        passkey_login=passkey_login,
        passkey_factor=PasskeyFactor(
            db=db, audit=audit, steps=mfa_login, login=passkey_login, passkeys=people.passkeys
        ),
        mfa_enrollment=MfaEnrollment(db=db, pools=core.pools, users=users, mfa=people.mfa),
        links=Links(
            db=db,
            pools=core.pools,
            apps=core.apps,
            users=users,
            mail=core.mail,
            audit=audit,
            base_url=core.settings.address,
        ),
        recovery=recovery,
        own_account=OwnAccount(
            db=db,
            pools=core.pools,
            directories=directory.directories,
            rows=directory.directories.native,
            users=users,
            fields=raw.field_store,
            codes=proving.codes,
            rules=directory.password_rules,
            recovery=recovery,
            mfa=people.mfa,
            lockout=proving.lockout,
            audit=audit,
        ),
        diagnosis=SignInDiagnosis(
            db=db,
            pools=core.pools,
            apps=core.apps,
            directories=directory.directories,
            lockout=proving.lockout,
            rules=directory.password_rules,
            mfa=people.mfa,
            audit=audit,
            decided=partial(_decided, access.app_access),
            usable=access.app_access.usable_of,
        ),
        mail_trials=MailTrials(
            db=db,
            mail=core.mail,
            server=mail_transports(core.settings).smtp,
            outgoing=Outgoing(core.settings.called_hosts),
            audit=audit,
        ),
        sms_trials=SmsTrials(
            db=db,
            url=core.settings.sms_url or "",
            secret=core.settings.sms_secret.get_secret_value(),
            audit=audit,
        ),
        sealed_requests=SealedRequests(raw.box),
        sealed_logins=SealedLogins(raw.box),
        sealed_links=SealedLinks(raw.box),
        federation=Federation(
            db=db,
            connections=connections,
            attempts=attempts,
            binding=binding,
            arrivals=arrivals,
            login=login,
        ),
        provider_connections=connections,
        connection_trials=ConnectionTrials(db, connections, audit),
        provider_logouts=ProviderLogouts(tokens.sessions),
        arrivals=arrivals,
        directory_sign_in=DirectorySignIn(
            connections=connections,
            arrivals=arrivals,
            pools=core.pools,
            apps=core.apps,
            lockout=proving.lockout,
            login=login,
        ),
        native_sign_in=NativeSignIn(
            connections=connections,
            arrivals=arrivals,
            second_steps=second_steps,
            login=login,
            code_login=code_login,
        ),
        oidc_grants=oidc_grants,
        oidc=OidcService(
            db=db, apps=core.apps, sessions=tokens.sessions, grants=oidc_grants, issuing=issuing
        ),
        login_tokens=LoginTokens(db=db, apps=core.apps, grants=oidc_grants, issuing=issuing),
        oidc_tokens=oidc_tokens,
        logout_delivery=LogoutDelivery(
            db=db,
            apps=core.apps,
            sessions=tokens.sessions,
            outgoing=Outgoing(core.settings.called_hosts),
            issuer=f"{core.settings.address}/oidc",
        ),
    )


async def _decided(
    access: AppAccessService, caller: Caller, app_id: str, user_id: str
) -> tuple[bool, str | None]:
    found = await access.decisive(caller, app_id, TargetType.USER, user_id)
    return (
        found.effect == Effect.ALLOW,
        None if found.target is None else f"{found.target.type} {found.target.identifier}",
    )
