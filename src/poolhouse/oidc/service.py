"""The provider: who may ask for what, and the tokens they get.

A grant is what one user let one application have in one session. Codes and refresh tokens are random and
known to us only by their digest; access and id tokens are signed, name their grant, and are good while it is. A code
or refresh token used twice revokes its grant and what else its application has of the session: somebody else has it.
What comes back to us is read in `tokens_in_use.py`.
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

from poolhouse.apps import proofs
from poolhouse.apps.model import GRANT_TYPES, SCOPES, App
from poolhouse.apps.oidc_settings import OFFLINE, allowed_scope
from poolhouse.apps.service import AppService
from poolhouse.crypto.compare import same_secret
from poolhouse.db.database import Database, Executor
from poolhouse.errors import AppNotFound, PoolhouseError, TokenExpired
from poolhouse.ids import new_id
from poolhouse.oidc import client_assertions, postgres
from poolhouse.oidc.client_assertions import ClientAssertion
from poolhouse.oidc.grants import Grants, digest
from poolhouse.oidc.issuing import Issuing
from poolhouse.oidc.model import AuthorizationRequest, ErrorCode, Grant, OAuthError, TokenSet
from poolhouse.oidc.requests import known_scopes
from poolhouse.sessions.model import Session
from poolhouse.sessions.service import SessionService
from poolhouse.times import now

LONGEST_SHOWN = 50
"""Characters of what a client sent that it is told again."""
SecretMethod = Literal["client_secret_post", "client_secret_basic"]


class OidcService:
    def __init__(
        self,
        *,
        db: Database,
        apps: AppService,
        sessions: SessionService,
        grants: Grants,
        issuing: Issuing,
    ) -> None:
        self._db, self._apps = db, apps
        self._sessions, self._grants, self._issuing = sessions, grants, issuing

    # -- the authorization endpoint ------------------------------------------------------------------------

    async def authorize(self, app: App, request: AuthorizationRequest, session: Session) -> str:
        """A code for a user who is logged in and agrees. Raises OAuthError access_denied, login_required."""
        return (await self.answer(app, request, session, ""))["code"]

    async def answer(
        self, app: App, request: AuthorizationRequest, session: Session, issuer: str
    ) -> dict[str, str]:
        """What the response_type asks for, for a user who is logged in and agrees.

        Raises OAuthError: access_denied, or login_required where the application expects somebody else.
        """
        await self._grants.require_entrance(app, session.user_id)
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
            issuer=issuer or None,
        )
        code = secrets.token_urlsafe(32) if "code" in kinds else None
        lifetime = timedelta(seconds=app.settings.code_expires_after)
        async with self._db.transaction() as tx:
            await self._begin(tx, grant, "login_required")
            if code is not None:
                await postgres.insert_code(
                    tx,
                    grant,
                    digest(code),
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
            access = await self._issuing.access_token(
                app, grant.user_id, grant.scope, issuer, lifetime, grant.id
            )
            answer |= {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": str(lifetime),
                "scope": grant.scope,
            }
        if "id_token" in kinds:
            user = await self._issuing.user_of(app, grant)
            answer["id_token"] = await self._issuing.id_token(
                app, grant, session, user, issuer, access, code, in_front=True
            )
        return answer

    # -- the token endpoint --------------------------------------------------------------------------------

    async def authenticate_client(self, app_id: str, secret: str | None, method: SecretMethod) -> App:
        """The application behind a request that says who it is by its secret, sent by `method`, or by nothing.

        Without a secret only an application whose method is `none` passes, and its code must carry PKCE.
        """
        app = await self._grants.client(app_id)
        fits = secret is None or same_secret(app.secret, secret)
        if why := proofs.refusal(app, "none" if secret is None else method, "tokens"):
            raise OAuthError("invalid_client", why)
        if not fits:
            raise OAuthError("invalid_client", "wrong client_secret")
        return app

    async def authenticate_by_assertion(self, assertion: ClientAssertion, audiences: Collection[str]) -> App:
        """The application that signed it for one of the `audiences`. Raises OAuthError invalid_client, for one that
        was used before."""
        app = await self._grants.client(assertion.claimed)
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
            found = await postgres.use_code(tx, app.pool_id, app.id, digest(code))
        if found is None:
            raise OAuthError("invalid_grant", "unknown code")
        if not found.first_use:
            await self._grants.revoke(found.grant, "code used twice", stolen=True)
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
        if found.grant.issuer != issuer:  # the application reaches us by another name than the browser
            await postgres.set_issuer(self._db, app.pool_id, found.grant.id, issuer)
        return await self._tokens(app, found.grant, issuer)

    async def refresh(self, app: App, token: str, scope: str | None, issuer: str) -> TokenSet:
        """A fresh set, and a fresh refresh token: the old one is good once. Of an application that does not rotate
        them it stays good, and is answered as it came."""
        rotates = app.settings.refresh_token_rotation
        async with self._db.transaction() as tx:
            look = postgres.use_refresh_token if rotates else postgres.look_at_refresh_token
            found = await look(tx, app.pool_id, app.id, digest(token))
            # A refusal for its scope spends nothing: the token would be taken for a stolen one when it is tried again.
            grant = _narrowed(found.grant, scope) if found is not None and found.first_use else None
        if found is None:
            raise OAuthError("invalid_grant", "unknown refresh_token")
        if grant is None:
            await self._grants.revoke(found.grant, "refresh token used twice", stolen=True)
            raise OAuthError("invalid_grant", "the refresh_token was used before")
        if found.expires_at <= now():
            raise OAuthError("invalid_grant", "the refresh_token has expired")
        if rotates:
            return await self._tokens(app, grant, issuer, refresh_scope=found.grant.scope)
        return replace(await self._tokens(app, grant, issuer, refresh_scope=""), refresh_token=token)

    async def client_credentials(self, app: App, scope: str | None, issuer: str) -> TokenSet:
        """A token for the application itself; it speaks for no user. Of the scopes an administrator gave it, those it
        asks for, or all. Raises OAuthError invalid_scope for another."""
        if not proofs.can_buy(app, "own token"):
            raise OAuthError("unauthorized_client", "a public client has no credentials")
        may_have = dict.fromkeys(app.settings.client_credentials_scopes)
        asked = dict.fromkeys((scope or "").split()) or may_have
        for one in asked:
            if one in SCOPES:
                raise OAuthError("invalid_scope", f"{one}: there is no user to speak of")
            if one not in may_have:
                raise OAuthError("invalid_scope", f"the application may not have {one[:LONGEST_SHOWN]}")
        return await self._issuing.client_token(app, " ".join(asked), issuer)

    async def exchange_login_token(self, app: App, token: str, scope: str, issuer: str) -> TokenSet:
        """An access token for the user of one of our own login tokens of this application."""
        try:
            session = await self._sessions.of_token(token)
        except PoolhouseError as error:
            raise OAuthError("invalid_grant", "the token is no good login's") from error
        if session.app_id != app.id:
            raise OAuthError("invalid_grant", "the token is of another application")
        await self._grants.require_entrance(app, session.user_id)
        scope = allowed_scope(app, " ".join(known_scopes(scope)))
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
            issuer=issuer,
        )
        await self._begin(self._db, grant, "invalid_grant")
        return await self._issuing.tokens(app, grant, session, issuer)

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

    async def _begin(self, db: Executor, grant: Grant, error: ErrorCode) -> None:
        try:
            await self._grants.begin(db, grant)
        except TokenExpired as ended:
            raise OAuthError(error, "the session has ended") from ended

    async def _tokens(
        self, app: App, grant: Grant, issuer: str, refresh_scope: str | None = None
    ) -> TokenSet:
        try:
            session = await self._grants.require_live(grant)
        except OAuthError as error:
            raise OAuthError("invalid_grant", error.description) from error
        return await self._issuing.tokens(app, grant, session, issuer, refresh_scope)


def _without_offline(scope: str) -> str:
    """Without a code there is no refresh token to get (Core 11)."""
    return " ".join(one for one in scope.split() if one != OFFLINE)


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


def _narrowed(grant: Grant, scope: str | None) -> Grant:
    """Raises OAuthError invalid_scope."""
    if scope is None:
        return grant
    asked = dict.fromkeys(scope.split())
    if not asked.keys() <= grant.scopes:
        raise OAuthError("invalid_scope", "more than was granted")
    return replace(grant, scope=" ".join(asked))
