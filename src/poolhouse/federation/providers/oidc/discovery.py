"""A provider's own description of itself, and its keys: fetched, judged, and kept for a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from poolhouse.errors import ProviderFailed
from poolhouse.federation.answers import MOST_JSON, json_of
from poolhouse.federation.model import Here, Settled
from poolhouse.federation.settings import scheme_of

KEPT = timedelta(minutes=10)
KEYS_AGAIN = timedelta(seconds=30)
"""How soon keys are asked for again because of an id that is not among them: a stranger can make one up."""
MOST_KEPT = 256
MOST_KEYS = 64


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    authorization_endpoint: str
    jwks_uri: str
    token_endpoint: str = ""
    userinfo_endpoint: str = ""
    says_issuer: bool = False
    """RFC 9207: its answers name it, so one that does not is somebody else's."""
    token_auth_methods: tuple[str, ...] = ("client_secret_basic",)
    keys: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    read_at: datetime = field(default=datetime.min.replace(tzinfo=UTC), repr=False)
    keys_at: datetime | None = None


class Discovery:
    """`is_named`: whether the document at an issuer's address may call the issuer so."""

    def __init__(self, is_named: Callable[[str, str], bool]) -> None:
        self._is_named = is_named
        self._kept: OrderedDict[tuple[str, str, str], Provider] = OrderedDict()

    async def of(self, connection: Settled, here: Here) -> Provider:
        """Raises ProviderFailed (discovery)."""
        place = (connection.pool_id, connection.id, connection.version)
        kept = self._kept.get(place)
        if kept is not None and here.now() - kept.read_at < KEPT:
            self._kept.move_to_end(place)
            return kept
        described = await _described(connection.fields.issuer.strip(), here, self._is_named)
        found = replace(described, read_at=here.now())
        return self._keep(place, found)

    async def keys(self, connection: Settled, here: Here, kid: str | None) -> Sequence[Mapping[str, Any]]:
        """Those that `kid` names; all where it names none. Raises ProviderFailed (discovery, key)."""
        provider = await self.of(connection, here)
        found = _named(provider.keys, kid)
        at = here.now()
        if not found and (provider.keys_at is None or at - provider.keys_at >= KEYS_AGAIN):
            document = await json_of("key", here.outgoing.get(provider.jwks_uri, most=MOST_JSON))
            entries = document.get("keys")
            if not isinstance(entries, list) or len(entries) > MOST_KEYS:
                raise ProviderFailed("key", "密钥文档无效", "its document of keys is none")
            keys = [one for one in entries if isinstance(one, dict) and one.get("use") in (None, "sig")]
            place = (connection.pool_id, connection.id, connection.version)
            self._keep(place, replace(provider, keys=keys, keys_at=at))
            found = _named(keys, kid)
        return found

    def _keep(self, place: tuple[str, str, str], provider: Provider) -> Provider:
        self._kept[place] = provider
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return provider


def _named(keys: Sequence[Mapping[str, Any]], kid: str | None) -> Sequence[Mapping[str, Any]]:
    return [one for one in keys if kid is None or one.get("kid") == kid]


async def _described(issuer: str, here: Here, is_named: Callable[[str, str], bool]) -> Provider:
    if scheme_of(issuer) not in ("https", "http"):
        raise ProviderFailed("discovery", "issuer 应为 https 地址", "the issuer must be an https address")
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    said = await json_of("discovery", here.outgoing.get(address, most=MOST_JSON))
    named = said.get("issuer")
    if not isinstance(named, str) or not is_named(issuer, named):
        raise ProviderFailed(
            "discovery",
            "该地址的 discovery 文档属于另一个 issuer",
            "the document there is of another issuer than the one that was entered",
        )
    methods = said.get("token_endpoint_auth_methods_supported")
    return Provider(
        issuer=named,
        authorization_endpoint=_endpoint(said, "authorization_endpoint", issuer, required=True),
        jwks_uri=_endpoint(said, "jwks_uri", issuer, required=True),
        token_endpoint=_endpoint(said, "token_endpoint", issuer),
        userinfo_endpoint=_endpoint(said, "userinfo_endpoint", issuer),
        says_issuer=said.get("authorization_response_iss_parameter_supported") is True,
        token_auth_methods=(
            tuple(one for one in methods if isinstance(one, str))
            if isinstance(methods, list)
            else ("client_secret_basic",)
        ),
    )


def _endpoint(said: Mapping[str, Any], name: str, issuer: str, *, required: bool = False) -> str:
    """An address that is as safe as the issuer's: of https, where that is."""
    given = said.get(name)
    if given is None and not required:
        return ""
    schemes = ("https",) if issuer.lower().startswith("https:") else ("https", "http")
    if not isinstance(given, str) or not given.isascii() or scheme_of(given) not in schemes:
        raise ProviderFailed("discovery", f"{name} 无效", f"{name} is missing, or no {schemes[0]} address")
    return given
