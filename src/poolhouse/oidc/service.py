"""The provider: who may ask for what, and the tokens they get.

A grant is what one user let one application have in one session. Codes and refresh tokens are random and
known to us only by their digest; access tokens are signed, name their grant, and are good while it is. A code
or refresh token used twice revokes its grant: somebody else has it. A grant ends with its session; one with
offline_access outlives the session's running out, and nothing else: whatever ends sessions revokes it (`logins_ended`).
Sources: RFC 6749, 7636, OAuth 2.0 BCP, OpenID Connect Core 11.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from poolhouse.accounts.records import UserRecords
from poolhouse.apps.model import GRANT_TYPES, App, MayUse
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.compare import same_secret
from poolhouse.db.database import Database, Tx
from poolhouse.errors import AppNotFound, PoolhouseError
from poolhouse.ids import new_id
from poolhouse.oidc import client_assertions, postgres
from poolhouse.oidc.claims import user_claims
from poolhouse.oidc.client_assertions import ClientAssertion
from poolhouse.oidc.model import AccessToken, AuthorizationRequest, Grant, OAuthError, TokenSet
from poolhouse.oidc.requests import known_scopes
from poolhouse.sessions import tokens
from poolhouse.sessions.model import Ending, Session
from poolhouse.sessions.service import SessionService
from poolhouse.times import now
from poolhouse.users.model import User, UserKey

SecretMethod = Literal["client_secret_post", "client_secret_basic"]


class OidcService:
    def __init__(
        self,
        *,
        db: Database,
        apps: AppService,
        users: UserRecords,
        sessions: SessionService,
        may_use: MayUse,
        audit: AuditLog,
    ) -> None:
        """`may_use`: who decides which users an application is open to; a session may be another
        application's."""
        self._db, self._apps, self._users = db, apps, users
        self._sessions, self._may_use, self._audit = sessions, may_use, audit

    # -- the authorization endpoint ------------------------------------------------------------------------

    async def client(self, app_id: str) -> App:
        """Raises OAuthError invalid_client."""
        try:
            app = await self._apps.get_anywhere(app_id)
        except AppNotFound as error:
            raise OAuthError("invalid_client", "unknown client_id") from error
        if not app.settings.enabled:
            raise OAuthError("invalid_client", "the application is disabled")
        return app

    async def subject_of(self, app: App, id_token: str) -> str | None:
        """Whose an id token of this application is, run out or not; None for one that is no such token."""
        try:
            key = await self._sessions.keys.find(tokens.hint(id_token))
            claims = tokens.verify(id_token, key)
        except PoolhouseError:
            return None
        own = claims.get("aud") == app.id and isinstance(claims.get("sub"), str) and "sid" in claims
        if key.pool_id not in ("", app.pool_id) or (key.purpose == "app" and key.app_id != app.id):
            own = False
        return str(claims["sub"]) if own else None

    async def authorize(self, app: App, request: AuthorizationRequest, session: Session) -> str:
        """A code for a user who is logged in and agrees. Raises OAuthError access_denied, login_required."""
        return (await self.answer(app, request, session, ""))["code"]

    async def answer(
        self, app: App, request: AuthorizationRequest, session: Session, issuer: str
    ) -> dict[str, str]:
        """What the response_type asks for, for a user who is logged in and agrees.

        Raises OAuthError: access_denied, or login_required where the application expects somebody else.
        """
        await self.require_entrance(app, session.user_id)
        if request.subject not in (None, session.user_id):
            raise OAuthError("login_required", "another user than the one hinted at is logged in")
        kinds = request.response_type.split()
        created = now()
        grant = Grant(
            id=new_id(),
            pool_id=app.pool_id,
            app_id=app.id,
            user_id=session.user_id,
            session_id=session.id,
            scope=request.scope if "code" in kinds else _without_offline(request.scope),
            nonce=request.nonce,
            authenticated_at=session.created_at,
            expires_at=created + timedelta(seconds=app.settings.refresh_token_expires_after),
            id_token_claims=request.id_token_claims,
            userinfo_claims=request.userinfo_claims,
        )
        code = secrets.token_urlsafe(32) if "code" in kinds else None
        lifetime = timedelta(seconds=app.settings.code_expires_after)
        async with self._db.transaction() as tx:
            await postgres.insert_grant(tx, grant)
            if code is not None:
                await postgres.insert_code(
                    tx,
                    grant,
                    _digest(code),
                    request.redirect_uri,
                    request.code_challenge,
                    request.code_challenge_method,
                    created + lifetime,
                )
        return await self._front_channel(app, grant, session, issuer, kinds, code)

    async def _front_channel(
        self, app: App, grant: Grant, session: Session, issuer: str, kinds: list[str], code: str | None
    ) -> dict[str, str]:
        """Its id token is for reading: it opens no account, because it has been in the browser's hands.

        Source: OpenID Connect Core 3.2.2.5, 3.3.2.5.
        """
        answer: dict[str, str] = {"code": code} if code is not None else {}
        access = None
        if "token" in kinds:
            lifetime = app.settings.access_token_expires_after
            access = await self._access_token(app, grant.user_id, grant.scope, issuer, lifetime, grant.id)
            answer |= {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": str(lifetime),
                "scope": grant.scope,
            }
        if "id_token" in kinds:
            user = await self._user_of(app, grant)
            answer["id_token"] = await self._id_token(
                app, grant, session, user, issuer, access, code, in_front=True
            )
        return answer

    async def require_entrance(self, app: App, user_id: str) -> None:
        """Raises OAuthError access_denied."""
        if not await self._may_use(app, user_id):
            raise OAuthError("access_denied", "the application is not open to this user")

    # -- the token endpoint --------------------------------------------------------------------------------

    async def authenticate_client(self, app_id: str, secret: str | None, method: SecretMethod) -> App:
        """The application behind a request that says who it is by its secret, sent by `method`, or by nothing.

        Without a secret only an application whose method is `none` passes, and its code must carry PKCE.
        """
        app = await self.client(app_id)
        allowed = app.settings.token_endpoint_auth
        if secret is None:
            if allowed != "none":
                raise OAuthError("invalid_client", "the client must authenticate")
            return app
        fits = same_secret(app.secret, secret)
        if allowed not in ("client_secret", method):
            raise OAuthError("invalid_client", f"the application authenticates by {allowed}")
        if not fits:
            raise OAuthError("invalid_client", "wrong client_secret")
        return app

    async def authenticate_by_assertion(self, assertion: ClientAssertion, audiences: Collection[str]) -> App:
        """The application that signed it for one of the `audiences`. Raises OAuthError invalid_client, for one that
        was used before."""
        app = await self.client(assertion.claimed)
        spent = client_assertions.verify(app, assertion, audiences, now())
        if not await postgres.spend_assertion(self._db, app.pool_id, app.id, spent.digest, spent.expires_at):
            raise OAuthError("invalid_client", "client_assertion: jti was used before")
        return app

    def require_grant_type(self, app: App, grant_type: str) -> None:
        """Raises OAuthError for one that is unknown, or that the application does not use."""
        if grant_type not in GRANT_TYPES:
            raise OAuthError("unsupported_grant_type", f"grant_type must be one of {', '.join(GRANT_TYPES)}")
        if grant_type not in app.settings.grant_types:
            raise OAuthError("unauthorized_client", "the application does not use this grant_type")

    async def exchange_code(
        self, app: App, code: str, redirect_uri: str | None, verifier: str | None, issuer: str
    ) -> TokenSet:
        """Raises OAuthError invalid_grant; a code used twice takes its tokens with it."""
        async with self._db.transaction() as tx:
            found = await postgres.use_code(tx, app.pool_id, app.id, _digest(code))
        if found is None:
            raise OAuthError("invalid_grant", "unknown code")
        if not found.first_use:
            await self._revoke(found.grant, "code used twice")
            raise OAuthError("invalid_grant", "the code was used before")
        if found.expires_at <= now():
            raise OAuthError("invalid_grant", "the code has expired")
        if redirect_uri != found.redirect_uri:
            raise OAuthError("invalid_grant", "redirect_uri is not the one of the request")
        if found.code_challenge is None and app.settings.only_pkce:
            raise OAuthError("invalid_grant", "the code was asked for without a code_challenge")
        _check_verifier(found.code_challenge, found.code_challenge_method, verifier)
        if await self._sessions.find(app.pool_id, found.grant.session_id) is None:
            raise OAuthError("invalid_grant", "the session has ended")
        return await self._tokens(app, found.grant, issuer)

    async def refresh(self, app: App, token: str, scope: str | None, issuer: str) -> TokenSet:
        """A fresh set, and a fresh refresh token: the old one is good once. Of an application that does not rotate
        them it stays good, and is answered as it came."""
        rotates = app.settings.refresh_token_rotation
        async with self._db.transaction() as tx:
            look = postgres.use_refresh_token if rotates else postgres.look_at_refresh_token
            found = await look(tx, app.pool_id, app.id, _digest(token))
        if found is None:
            raise OAuthError("invalid_grant", "unknown refresh_token")
        if not found.first_use:
            await self._revoke(found.grant, "refresh token used twice")
            raise OAuthError("invalid_grant", "the refresh_token was used before")
        if found.expires_at <= now():
            raise OAuthError("invalid_grant", "the refresh_token has expired")
        grant = found.grant
        if scope is not None:
            if not set(scope.split()) <= grant.scopes:
                raise OAuthError("invalid_scope", "more than was granted")
            grant = replace(grant, scope=scope)
        if rotates:
            return await self._tokens(app, grant, issuer, refresh_scope=found.grant.scope)
        return replace(await self._tokens(app, grant, issuer, refresh_scope=""), refresh_token=token)

    async def client_credentials(self, app: App, scope: str | None, issuer: str) -> TokenSet:
        """A token for the application itself; it speaks for no user."""
        if app.settings.token_endpoint_auth == "none":
            raise OAuthError("unauthorized_client", "a public client has no credentials")
        asked = scope or ""
        if "openid" in asked.split() or "offline_access" in asked.split():
            raise OAuthError("invalid_scope", "there is no user to speak of")
        return await self._client_token(app, asked, issuer)

    async def exchange_login_token(self, app: App, token: str, scope: str, issuer: str) -> TokenSet:
        """An access token for the user of one of our own login tokens of this application."""
        try:
            session = await self._sessions.of_token(token)
        except PoolhouseError as error:
            raise OAuthError("invalid_grant", "the token is no good login's") from error
        if session.app_id != app.id:
            raise OAuthError("invalid_grant", "the token is of another application")
        await self.require_entrance(app, session.user_id)
        scope = " ".join(known_scopes(scope))
        lifetime = timedelta(seconds=app.settings.refresh_token_expires_after)
        grant = Grant(
            new_id(),
            app.pool_id,
            app.id,
            session.user_id,
            session.id,
            scope,
            None,
            session.created_at,
            now() + lifetime,
        )
        await postgres.insert_grant(self._db, grant)
        return await self._issue(app, grant, session, issuer)

    # -- tokens in use -------------------------------------------------------------------------------------

    async def read_access_token(self, token: str) -> AccessToken:
        """Raises OAuthError invalid_token for anything but a live access token of ours."""
        access = await self._verified(token)
        if access.grant_id is not None:
            grant = await postgres.find_grant(self._db, access.pool_id, access.grant_id)
            await self._require_live(grant)
            assert grant is not None
            access = replace(access, userinfo_claims=grant.userinfo_claims)
        elif not await self._apps.is_enabled(access.app_id):
            raise OAuthError("invalid_token", "the application is disabled")
        return access

    async def _verified(self, token: str) -> AccessToken:
        """What an access token of ours says, whether or not its grant is still good."""
        try:
            key = await self._sessions.keys.find(tokens.hint(token))
            claims = tokens.verify(token, key)
        except PoolhouseError as error:
            raise OAuthError("invalid_token", "not a token of ours") from error
        published = key.purpose in ("server", "rsa")
        if not published or claims.get("use") != "access" or claims["exp"] <= now().timestamp():
            raise OAuthError("invalid_token", "not an access token, or expired")
        try:
            app = await self._apps.get_anywhere(str(claims["client_id"]))
        except AppNotFound as error:
            raise OAuthError("invalid_token", "its application is gone") from error
        if key.pool_id not in ("", app.pool_id):
            raise OAuthError("invalid_token", "its application is of another pool")
        grant_id = claims.get("gid")
        return AccessToken(
            pool_id=app.pool_id,
            app_id=app.id,
            user_id=str(claims["sub"]) if grant_id is not None else None,
            grant_id=grant_id,
            scope=str(claims.get("scope", "")),
            claims=claims,
        )

    async def user_info(self, token: str) -> dict[str, Any]:
        """The claims of the token's user, by its scopes. Raises OAuthError invalid_token."""
        access = await self.read_access_token(token)
        if access.user_id is None:
            raise OAuthError("invalid_token", "the token speaks for no user")
        caller = Caller(access.pool_id, "user", access.user_id, access.app_id)
        user = await self._users.find(caller, UserKey("id", access.user_id))
        if user is None or not user.may_log_in:
            raise OAuthError("invalid_token", "the user is gone or may not log in")
        return user_claims(user, access.scopes, access.userinfo_claims)

    async def introspect(self, app: App, token: str) -> dict[str, Any]:
        """RFC 7662: what the token is, to the application it was made for; anything else is inactive."""
        try:
            access = await self.read_access_token(token)
        except OAuthError:
            return await self._introspect_refresh_token(app, token)
        if access.app_id != app.id:
            return {"active": False}
        kept = ("sub", "aud", "iss", "exp", "iat", "scope", "client_id", "jti")
        return {
            "active": True,
            "token_type": "Bearer",
            **{name: access.claims[name] for name in kept if name in access.claims},
        }

    async def revoke(self, app: App, token: str) -> None:
        """RFC 7009: an unknown token is no error. Either token takes the whole grant with it."""
        found = await postgres.look_at_refresh_token(self._db, app.pool_id, app.id, _digest(token))
        grant = found.grant if found else None
        if grant is None:
            try:
                access = await self._verified(token)
            except OAuthError:
                return
            if access.grant_id and access.app_id == app.id:
                grant = await postgres.find_grant(self._db, app.pool_id, access.grant_id)
        if grant is not None and grant.app_id == app.id:
            await self._revoke(grant, "revoked by the application")

    async def end_session(self, id_token: str) -> tuple[App, bool]:
        """RP-initiated logout by an id_token_hint, expired or not: its application, and whether it ended."""
        try:
            key = await self._sessions.keys.find(tokens.hint(id_token))
            claims = tokens.verify(id_token, key)
            app = await self.client(str(claims.get("aud")))
        except PoolhouseError as error:
            raise OAuthError("invalid_request", "id_token_hint is not a token of ours") from error
        foreign = key.pool_id not in ("", app.pool_id) or (key.purpose == "app" and key.app_id != app.id)
        if foreign or not isinstance(claims.get("sid"), str):
            raise OAuthError("invalid_request", "id_token_hint is not a login's")
        return app, await self.log_out(app.pool_id, str(claims["sub"]), claims["sid"])

    async def log_out(self, pool_id: str, user_id: str, session_id: str) -> bool:
        """Also when the session has run out: what outlived it ends."""
        caller = Caller(pool_id, "user", user_id, session_id=session_id)
        await postgres.revoke_grants_of(self._db, pool_id, [session_id])
        return await self._sessions.end(caller, session_id)

    async def public_keys(self) -> list[dict[str, Any]]:
        """The JWKS: the server's keys, and pools' older ones while something they signed may live."""
        return await self._sessions.keys.public_keys()

    async def public_keys_for(self, app_id: str | None) -> list[dict[str, Any]]:
        """The RSA keys, and the EC keys for an application whose id tokens are ES256."""
        entries = await self.public_keys()
        try:
            app = await self._apps.get_anywhere(app_id) if app_id else None
        except AppNotFound:
            app = None
        if app is not None and app.settings.id_token_algorithm == "ES256":
            return entries
        return [entry for entry in entries if entry["kty"] == "RSA"]

    # -- inside --------------------------------------------------------------------------------------------

    async def _require_live(self, grant: Grant | None) -> Session | None:
        """A grant is good while nobody revoked it, its user may log in, and its application is open to them;
        without offline_access while its session is, too."""
        if grant is None or grant.revoked_at is not None or grant.expires_at <= now():
            raise OAuthError("invalid_token", "the grant is revoked or expired")
        if not grant.may_log_in:
            raise OAuthError("invalid_token", "the user is gone or may not log in")
        session = await self._sessions.find(grant.pool_id, grant.session_id)
        if session is None and "offline_access" not in grant.scopes:
            raise OAuthError("invalid_token", "the session has ended")
        try:
            await self.require_entrance(await self.client(grant.app_id), grant.user_id)
        except OAuthError as error:
            raise OAuthError("invalid_token", error.description) from error
        return session

    async def _tokens(
        self, app: App, grant: Grant, issuer: str, refresh_scope: str | None = None
    ) -> TokenSet:
        try:
            session = await self._require_live(grant)
        except OAuthError as error:
            raise OAuthError("invalid_grant", error.description) from error
        return await self._issue(app, grant, session, issuer, refresh_scope)

    async def _issue(
        self,
        app: App,
        grant: Grant,
        session: Session | None,
        issuer: str,
        refresh_scope: str | None = None,
    ) -> TokenSet:
        """Of a grant that is live."""
        user = await self._user_of(app, grant)
        lifetime = app.settings.access_token_expires_after
        access = await self._access_token(app, grant.user_id, grant.scope, issuer, lifetime, grant.id)
        refresh = None
        if "offline_access" in (grant.scope if refresh_scope is None else refresh_scope).split():
            refresh = secrets.token_urlsafe(32)
            await postgres.insert_refresh_token(self._db, grant, _digest(refresh), grant.expires_at)
        id_token = None
        if "openid" in grant.scopes:
            id_token = await self._id_token(app, grant, session, user, issuer, access)
        return TokenSet(access, lifetime, grant.scope, id_token, refresh)

    async def _user_of(self, app: App, grant: Grant) -> User:
        user = await self._users.find(
            Caller(app.pool_id, "user", grant.user_id, app.id), UserKey("id", grant.user_id)
        )
        if user is None or not user.may_log_in:
            raise OAuthError("invalid_grant", "the user is gone or may not log in")
        return user

    async def _access_token(
        self, app: App, subject: str, scope: str, issuer: str, lifetime: int, grant_id: str | None
    ) -> str:
        """Without `data`: it opens what its scopes say, and is no login token."""
        issued = int(now().timestamp())
        claims: dict[str, Any] = {
            "jti": new_id(),
            "sub": subject,
            "iss": issuer,
            "aud": app.id,
            "client_id": app.id,
            "iat": issued,
            "exp": issued + lifetime,
            "scope": scope,
            "use": "access",
        }
        if grant_id is not None:
            claims["gid"] = grant_id
        keys = self._sessions.keys
        return await keys.sign(claims, await keys.server("RS256"))

    async def _client_token(self, app: App, scope: str, issuer: str) -> TokenSet:
        lifetime = app.settings.access_token_expires_after
        return TokenSet(await self._access_token(app, app.id, scope, issuer, lifetime, None), lifetime, scope)

    async def _id_token(
        self,
        app: App,
        grant: Grant,
        session: Session | None,
        user: User,
        issuer: str,
        access: str | None,
        code: str | None = None,
        *,
        in_front: bool = False,
    ) -> str:
        """Of the token endpoint it is also the login token the official clients keep: it carries `data` and the
        session, and ends with it. `in_front`, of the authorization endpoint, it carries no `data`."""
        extra: dict[str, Any] = {
            **user_claims(user, grant.scopes, grant.id_token_claims),
            "iss": issuer,
            "auth_time": int(grant.authenticated_at.timestamp()),
        }
        if access is not None:
            extra["at_hash"] = _half_hash(access)
        if code is not None:
            extra["c_hash"] = _half_hash(code)
        if grant.nonce is not None:
            extra["nonce"] = grant.nonce
        lifetime = timedelta(seconds=app.settings.id_token_expires_after or 3600)
        expires = session.expires_at if session else now() + lifetime
        issued = await self._sessions.issue_id_token(
            grant.session_id, expires, user, app, extra, opens=not in_front
        )
        return issued.token

    async def _introspect_refresh_token(self, app: App, token: str) -> dict[str, Any]:
        found = await postgres.look_at_refresh_token(self._db, app.pool_id, app.id, _digest(token))
        if found is None or found.grant.app_id != app.id or not found.first_use or found.expires_at <= now():
            return {"active": False}
        try:
            await self._require_live(found.grant)
        except OAuthError:
            return {"active": False}
        return {
            "active": True,
            "token_type": "refresh_token",
            "sub": found.grant.user_id,
            "client_id": app.id,
            "scope": found.grant.scope,
            "exp": int(found.expires_at.timestamp()),
        }

    async def _revoke(self, grant: Grant, reason: str) -> None:
        caller = Caller(grant.pool_id, "system", "oidc", grant.app_id)
        async with self._db.transaction() as tx:
            await postgres.revoke_grant(tx, grant.pool_id, grant.id)
            event = Event(
                "revoke", "session", grant.session_id, user_id=grant.user_id, detail={"reason": reason}
            )
            await self._audit.write(tx, caller, event)


async def logins_ended(tx: Tx, ending: Ending) -> None:
    """The grants that end with sessions or users, and with them their codes and tokens."""
    await postgres.revoke_grants_of(tx, ending.pool_id, ending.session_ids, ending.user_ids, ending.app_ids)


def _without_offline(scope: str) -> str:
    """Without a code there is no refresh token to get (Core 11)."""
    return " ".join(one for one in scope.split() if one != "offline_access")


def _check_verifier(challenge: str | None, method: str | None, verifier: str | None) -> None:
    if challenge is None:
        if verifier is not None:
            raise OAuthError("invalid_grant", "code_verifier without a code_challenge")
        return
    if verifier is None:
        raise OAuthError("invalid_grant", "code_verifier is missing")
    given = verifier
    if method == "S256":
        digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
        given = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not same_secret(challenge, given):
        raise OAuthError("invalid_grant", "code_verifier does not fit")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def _half_hash(token: str) -> str:
    """at_hash: the left half of SHA-256, for HS256, RS256 and ES256 alike (Core 3.1.3.6)."""
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()
