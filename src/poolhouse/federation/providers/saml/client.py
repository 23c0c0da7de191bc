"""The service provider of SAML 2.0: a request that the browser carries away, a response that it brings back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from poolhouse.aside import aside
from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation.documents import LONGEST
from poolhouse.federation.model import Begun, Callback, ExternalUser, Here, Settled, metadata_address
from poolhouse.federation.providers.saml import metadata, requests
from poolhouse.federation.providers.saml.keys import OwnKey, opened
from poolhouse.federation.providers.saml.metadata import IdentityProvider
from poolhouse.federation.providers.saml.names import FORMATS
from poolhouse.federation.providers.saml.people import who
from poolhouse.federation.providers.saml.responses import Expected, believed
from poolhouse.federation.providers.saml.settings import SamlSettings
from poolhouse.federation.providers.saml.signatures import Trust
from poolhouse.networks import is_loopback
from poolhouse.outgoing import NoAnswer, NotAllowed
from poolhouse.ttl_cache import TtlCache

METADATA_S = 3600.0
"""How long metadata that was read from an address is kept."""


class Saml:
    """One for the process. It keeps the metadata of providers whose connections name its address."""

    def __init__(self) -> None:
        self._documents: TtlCache[bytes] = TtlCache(METADATA_S, 200)

    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        """The request, by the connection's binding; `state` travels as RelayState."""
        settings: SamlSettings = connection.fields
        provider = await self._provider(connection, here)
        binding = settings.request_binding
        destination = provider.addresses.get(binding)
        if destination is None:
            raise ProviderFailed(
                "metadata",
                f"身份提供方没有 {binding} 绑定的登录地址",
                f"the provider has no address for requests by {binding}",
            )
        request = requests.Request(
            destination=destination,
            issuer=entity_id(connection, here),
            consumer=here.callback,
            name_id_format=FORMATS.get(settings.name_id_format, ""),
            force=settings.force_authn,
        )
        key = _own_key(settings) if settings.sign_requests or provider.wants_signed_requests else None
        return await aside(f"saml/{connection.pool_id}", _begun, request, state, here, settings, key)

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser:
        """Whom the response names. Raises ProviderFailed with the step of `responses.believed`."""
        if callback.method != "POST":
            raise ProviderFailed("response", "SAML 响应应以 POST 送达", "a SAML response must come by POST")
        document = _document(callback.given().get("SAMLResponse", ""))
        provider = await self._provider(connection, here)
        settings: SamlSettings = connection.fields
        request_id = remembered.get("request")
        if not request_id:
            raise ProviderFailed("request", "没有发出过登录请求", "no request of ours is being answered")
        expected = Expected(
            issuer=provider.entity_id,
            audience=entity_id(connection, here),
            recipient=here.callback,
            request_id=request_id,
            trust=Trust(provider.certificates, settings.allow_sha1),
            now=here.now(),
            skew=timedelta(seconds=settings.clock_skew_seconds),
            signed=settings.signed_part,
        )
        assertion = await aside(f"saml/{connection.pool_id}", believed, document, expected)
        return who(assertion, settings, provider.entity_id)

    async def metadata(self, connection: Settled, here: Here) -> bytes:
        return await aside(f"saml/{connection.pool_id}", our_metadata, connection, here)

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """Whether the provider's metadata, certificates and addresses, and our own key, are in order."""
        settings: SamlSettings = connection.fields
        provider = await self._provider(connection, here)
        if settings.request_binding not in provider.addresses:
            raise ProviderFailed(
                "metadata",
                f"身份提供方没有 {settings.request_binding} 绑定的登录地址",
                f"the provider has no address for requests by {settings.request_binding}",
            )
        if provider.wants_signed_requests and _own_key(settings) is None:
            raise ProviderFailed(
                "key",
                "身份提供方要求请求签名，请开启 signRequests",
                "the provider wants signed requests",
            )
        _own_key(settings)
        return ("metadata", "key")

    async def _provider(self, connection: Settled, here: Here) -> IdentityProvider:
        settings: SamlSettings = connection.fields
        if settings.idp_metadata:
            document = settings.idp_metadata.encode()
        elif address := settings.idp_metadata_url:
            kept = f"{connection.id}/{connection.version}"
            document = await self._documents.get(kept, lambda: _fetched(address, here))
        else:
            return _by_hand(settings)
        named = settings.idp_entity_id
        return await aside(f"saml/{connection.pool_id}", metadata.provider_of, document, named, here.now())


def entity_id(connection: Settled, here: Here) -> str:
    """Ours, as this connection's provider knows it."""
    own: str = connection.fields.sp_entity_id
    return own or _metadata_address(connection, here)


def _metadata_address(connection: Settled, here: Here) -> str:
    return metadata_address(here.origin, "saml", connection.identifier, connection.pool_id)


def our_metadata(connection: Settled, here: Here) -> bytes:
    """What this connection's provider is told of us."""
    settings: SamlSettings = connection.fields
    pems = (settings.signing_certificate, settings.next_signing_certificate)
    certificates = [one for pem in pems if pem for one in metadata.certificates_of(pem)]
    return metadata.our_metadata(
        entity_id(connection, here),
        here.callback,
        certificates,
        FORMATS.get(settings.name_id_format, ""),
        signs=settings.sign_requests,
    )


def _begun(
    request: requests.Request, state: str, here: Here, settings: SamlSettings, key: OwnKey | None
) -> Begun:
    request_id = requests.new_id()
    document = requests.written(request, request_id, here.now())
    remembered = {"request": request_id}
    if settings.request_binding == "post":
        form = requests.by_post(document, state, key, settings.request_digest)
        return Begun(request.destination, remembered, form)
    address = requests.by_redirect(request, document, state, key, settings.request_digest)
    return Begun(address, remembered)


def _document(encoded: str) -> bytes:
    """Of a SAMLResponse: base64, which some break into lines."""
    if not encoded:
        raise ProviderFailed("response", "没有 SAMLResponse", "there is no SAMLResponse")
    if len(encoded) > LONGEST * 3 // 2:
        raise ProviderFailed(
            "xml", f"响应超过 {LONGEST // 1024} kB", f"the response is longer than {LONGEST // 1024} kB"
        )
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (ValueError, binascii.Error):
        raise ProviderFailed("response", "SAMLResponse 不是 base64", "SAMLResponse is not base64") from None


def _by_hand(settings: SamlSettings) -> IdentityProvider:
    if not metadata.is_web_address(settings.idp_sign_in_url):
        raise ProviderFailed("settings", "登录 URL 不是网址", "idpSignInUrl is no web address")
    addresses: dict[str, str] = {settings.request_binding: settings.idp_sign_in_url}
    certificates = metadata.certificates_of(settings.idp_certificate)
    return IdentityProvider(settings.idp_entity_id, addresses, certificates)


def _own_key(settings: SamlSettings) -> OwnKey | None:
    if not settings.signing_key:
        return None
    try:
        key = opened(settings.signing_key, settings.signing_certificate)
    except (ValueError, TypeError):
        raise ProviderFailed("key", "签名私钥或证书无法读取", "our signing key cannot be read") from None
    if key.certificate.public_key() != key.private.public_key():
        raise ProviderFailed("key", "签名证书与私钥不符", "signingCertificate is not that of signingKey")
    return key


async def _fetched(address: str, here: Here) -> bytes:
    """No signature of metadata is read, so TLS must say whose it is: plain http is for this machine alone."""
    if not metadata.is_web_address(address):
        raise ProviderFailed("settings", "元数据地址不是网址", "idpMetadataUrl is no web address")
    split = urlsplit(address)
    if split.scheme != "https" and not is_loopback(split.hostname or ""):
        raise ProviderFailed("settings", "元数据地址应为 https", "idpMetadataUrl must be https")
    try:
        answer = await here.outgoing.get(address, most=LONGEST)
    except NotAllowed as error:
        raise ProviderFailed("metadata", "元数据地址在内部网络中", str(error)) from error
    except NoAnswer as error:
        raise ProviderFailed(
            "metadata", f"无法读取元数据：{error}", f"the metadata cannot be read: {error}"
        ) from error
    if answer.status != 200:
        raise ProviderFailed(
            "metadata",
            f"元数据地址返回 {answer.status}",
            f"the address of the metadata answers {answer.status}",
        )
    return answer.body
