"""The relying party: where the browser goes, and who comes back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from poolhouse.aside import aside
from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation import pkce
from poolhouse.federation.answers import MOST_JSON, answered, code_of, decoded, json_of
from poolhouse.federation.model import Begun, Callback, ExternalId, ExternalUser, Here, Manifest, Settled
from poolhouse.federation.providers.oidc import id_tokens
from poolhouse.federation.providers.oidc.discovery import Discovery, Provider
from poolhouse.federation.providers.oidc.settings import FIELDS, Settings
from poolhouse.federation.standard_claims import is_true, profile_of

_OUR_METHODS = ("client_secret_basic", "client_secret_post", "none")
_VERIFIED = (("email", "email_verified"), ("phone_number", "phone_number_verified"))


class OidcClient:
    """Of any provider. A kind that is one provider overrides what is its own: the methods up to `begin`."""

    asks_userinfo = True

    def __init__(self) -> None:
        self._discovery = Discovery(self.is_named)

    def settings(self, fields: Any) -> Settings:
        """What the protocol needs to know, of the connection's own fields."""
        settings: Settings = fields
        return settings

    def asked(self, fields: Any) -> dict[str, str]:
        """Parameters of the authorization request beside those of the protocol."""
        return {}

    def is_named(self, issuer: str, named: str) -> bool:
        """Whether the document at `issuer` may call its issuer `named`."""
        return named.rstrip("/") == issuer.rstrip("/")

    def is_from(self, provider: Provider, named: str) -> bool:
        """Whether `named` is the issuer of an answer of this provider's (RFC 9207)."""
        return named == provider.issuer

    def issuer_of(
        self, provider: Provider, claims: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]
    ) -> str:
        """Whose an id token must be. `claims` are signed by one of `keys`. Raises ProviderFailed (issuer, key)."""
        return provider.issuer

    def who(
        self, fields: Any, provider: Provider, claims: Mapping[str, Any], access: str | None
    ) -> ExternalUser:
        """Raises ProviderFailed for somebody whom the connection's fields keep out."""
        return user_of(claims, access)

    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        own, connection = connection.fields, self._read(connection)
        settings: Settings = connection.fields
        provider = await self._discovery.of(connection, here)
        nonce = secrets.token_urlsafe(24)
        asked = {
            "client_id": settings.client_id,
            "redirect_uri": here.callback,
            "scope": _scope(settings.scopes),
            "state": state,
            "nonce": nonce,
            **self.asked(own),
        }
        remembered = {"nonce": nonce, "issuer": provider.issuer}
        if settings.mode == "front":
            asked |= {"response_type": "id_token", "response_mode": "form_post"}
        else:
            remembered["verifier"], challenge = pkce.made()
            asked |= {"response_type": "code", **challenge}
        return Begun(_with(provider.authorization_endpoint, asked), remembered)

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        given = callback.given()
        own, connection = connection.fields, self._read(connection)
        provider = await self._discovery.of(connection, here)
        self._require_from(provider, given, remembered, by_token=connection.fields.mode == "front")
        if "error" in given:
            code = code_of(given)
            raise ProviderFailed("redirect", f"身份源拒绝了登录：{code}", f"the provider refused: {code}")
        if connection.fields.mode == "front":
            text, access = given.get("id_token", ""), None
        else:
            text, access = await self._exchanged(connection, here, provider, given, remembered)
        claims = await self._claims(connection, here, provider, text, remembered)
        if access is not None and provider.userinfo_endpoint and self.asks_userinfo:
            _require_access_hash(claims, text, access)
            claims = _joined(await _told(here, provider, access, str(claims["sub"])), claims)
        return self.who(own, provider, claims, access)

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """Discovery and keys; whether the address is registered there only a sign-in shows."""
        connection = self._read(connection)
        await self._discovery.of(connection, here)
        await self._discovery.keys(connection, here, None)
        return ("settings", "discovery", "key")

    def _read(self, connection: Settled) -> Settled:
        return replace(connection, fields=self.settings(connection.fields))

    def _require_from(
        self, provider: Provider, given: Mapping[str, str], remembered: Mapping[str, str], *, by_token: bool
    ) -> None:
        """That it is the answer of whoever was asked (RFC 9207), before a code is sent anywhere. `by_token`: an id
        token comes along, which says itself whose it is."""
        named = given.get("iss")
        is_other = named is not None and not self.is_from(provider, named)
        if provider.issuer != remembered.get("issuer") or is_other:
            raise ProviderFailed("issuer", "返回来自另一个身份源", "the answer is another provider's (iss)")
        if provider.says_issuer and named is None and not by_token:
            raise ProviderFailed("issuer", "返回没有 iss", "the answer does not say whose it is (iss)")

    async def _claims(
        self, connection: Settled, here: Here, provider: Provider, text: str, remembered: Mapping[str, str]
    ) -> dict[str, Any]:
        header = id_tokens.header_of(text)
        keys = await self._discovery.keys(connection, here, header.get("kid"))
        claims = await aside(f"oidc/{connection.pool_id}", id_tokens.claims_of, text, keys)
        id_tokens.require_meant(
            claims,
            issuer=self.issuer_of(provider, claims, keys),
            client_id=connection.fields.client_id,
            nonce=remembered["nonce"],
            at=here.now(),
        )
        return claims

    async def _exchanged(
        self,
        connection: Settled,
        here: Here,
        provider: Provider,
        given: Mapping[str, str],
        remembered: Mapping[str, str],
    ) -> tuple[str, str | None]:
        """The id token and the access token that the code is good for."""
        settings: Settings = connection.fields
        if not given.get("code"):
            raise ProviderFailed("redirect", "身份源没有返回 code", "the provider sent no code")
        if not provider.token_endpoint:
            raise ProviderFailed(
                "discovery", "身份源没有 token_endpoint", "the provider names no token endpoint"
            )
        form = {
            "grant_type": "authorization_code",
            "code": given["code"],
            "redirect_uri": here.callback,
            "code_verifier": remembered["verifier"],
        }
        head = {"accept": "application/json", **_authenticated(settings, provider, form)}
        said = await json_of("token", here.outgoing.post(provider.token_endpoint, form, head, most=MOST_JSON))
        text, access = said.get("id_token"), said.get("access_token")
        if not isinstance(text, str):
            raise ProviderFailed(
                "token", "身份源没有返回 ID Token；scope 是否含 openid？", "the provider sent no id token"
            )
        return text, access if isinstance(access, str) and access.isascii() and access.isprintable() else None


def _authenticated(settings: Settings, provider: Provider, form: dict[str, str]) -> dict[str, str]:
    """Says who we are in the form, or by the header that is given back."""
    offered = next((one for one in _OUR_METHODS if one in provider.token_auth_methods), "client_secret_post")
    method: str = settings.token_auth_method or (offered if settings.client_secret else "none")
    if method == "client_secret_basic":
        pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
        return {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    form["client_id"] = settings.client_id
    if method != "none":
        form["client_secret"] = settings.client_secret
    return {}


def _require_access_hash(claims: Mapping[str, Any], text: str, access: str) -> None:
    """Core 3.1.3.6: the access token that came beside the id token, where it says which."""
    if "at_hash" not in claims:
        return
    digest = hashlib.new("sha" + str(id_tokens.header_of(text)["alg"])[2:], access.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not hmac.compare_digest(str(claims["at_hash"]).encode(), half):
        raise ProviderFailed(
            "token", "access token 与 ID Token 不符", "the access token is not the id token's"
        )


async def _told(here: Here, provider: Provider, access: str, subject: str) -> dict[str, Any]:
    """What the provider tells of the person beside the id token; {} where it tells it by a signed token."""
    head = {"authorization": f"Bearer {access}", "accept": "application/json"}
    answer = await answered("userinfo", here.outgoing.get(provider.userinfo_endpoint, head, most=MOST_JSON))
    if answer.headers.get("content-type", "").startswith("application/jwt"):
        return {}
    said = decoded(answer.body)
    if answer.status != 200 or said is None:
        raise ProviderFailed(
            "userinfo",
            f"身份源没有给出用户信息（HTTP {answer.status}）",
            f"the provider tells nothing of the person (HTTP {answer.status})",
        )
    if said.get("sub") != subject:
        raise ProviderFailed("userinfo", "用户信息属于另一个人", "what is told is of somebody else (sub)")
    return said


def _joined(told: Mapping[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """The id token goes before what userinfo tells. Whether an address is verified is said by who says the address:
    the one may have another than the other."""
    joined = {**told, **claims}
    for address, verified in _VERIFIED:
        is_one = claims.get(address) == told.get(address)
        by = told if address not in claims or (is_one and verified not in claims) else claims
        joined.pop(verified, None)
        if verified in by:
            joined[verified] = by[verified]
    return joined


def user_of(claims: Mapping[str, Any], access: str | None) -> ExternalUser:
    """As the specification has it."""
    return ExternalUser(
        ids=(ExternalId("generic", claims["sub"]),),
        claims=claims,
        profile=profile_of(claims),
        email_verified=is_true(claims.get("email_verified")),
        phone_verified=is_true(claims.get("phone_number_verified")),
        access_token=access,
        issuer=claims["iss"],
    )


def _scope(given: str) -> str:
    return " ".join(dict.fromkeys(["openid", *given.split()]))


def _with(endpoint: str, asked: Mapping[str, str]) -> str:
    split = urlsplit(endpoint)
    return urlunsplit(
        split._replace(query="&".join(filter(None, (split.query, urlencode(asked)))), fragment="")
    )


MANIFEST = Manifest(
    kind="oidc",
    source_type="oidc",
    title=("OIDC", "OpenID Connect"),
    settings=Settings,
    fields=FIELDS,
    callback_path="oidc",
    redirecting=OidcClient,
    takes_parameters=True,
)
