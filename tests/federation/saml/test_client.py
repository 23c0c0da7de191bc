"""The client: its requests, whom a response names, and what a connection's settings may be."""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from tests.federation.saml.connections import BY_HAND, CALLBACK, ORIGIN, connection, here, posted
from tests.federation.saml.idp import CERTIFICATE, ISSUER, NOW, OTHER_CERTIFICATE, REQUEST, Idp, certificate

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import Callback, checked
from poolhouse.federation.providers.saml import FIELDS, MANIFEST, SamlSettings, keys
from poolhouse.federation.providers.saml.client import Saml, our_metadata
from poolhouse.federation.providers.saml.metadata import provider_of
from poolhouse.federation.providers.saml.names import DS, METADATA, SAML, SAMLP, TRANSIENT, saml
from poolhouse.federation.providers.saml.signatures import Trust, as_signed
from poolhouse.outgoing import Outgoing

RIGHT = Idp(recipient=CALLBACK)
OWN = keys.made("id.example", NOW)
SIGNING = {"signRequests": True, "signingKey": OWN.private_pem, "signingCertificate": OWN.certificate_pem}
NAMES = {"p": SAMLP, "a": SAML, "md": METADATA, "ds": DS}
client = Saml()


def idp_metadata(**other: str) -> str:
    """Of the provider of the tests, as most write it."""
    der = base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode()
    text = {
        "until": "",
        "entity": ISSUER,
        "wants": "",
        "certificate": f'<KeyDescriptor use="signing"><KeyInfo xmlns="{DS}"><X509Data><X509Certificate>\n{der}\n'
        "</X509Certificate></X509Data></KeyInfo></KeyDescriptor>",
        "binding": "HTTP-Redirect",
        "location": "https://idp.example/sso",
        "role": "IDPSSODescriptor",
    } | other
    return (
        f'<EntityDescriptor xmlns="{METADATA}" entityID="{text["entity"]}"{text["until"]}>'
        f'<{text["role"]} protocolSupportEnumeration="{SAMLP}"{text["wants"]}>{text["certificate"]}'
        f'<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{text["binding"]}" '
        f'Location="{text["location"]}"/></{text["role"]}></EntityDescriptor>'
    )


async def request_of(**fields: Any) -> tuple[str, etree._Element, dict[str, str]]:
    """Where the browser goes, the request it carries, and what is remembered."""
    begun = await client.begin(connection(**BY_HAND, **fields), here(), "state-1")
    query = parse_qs(urlsplit(begun.address).query)
    assert query["RelayState"] == ["state-1"]
    packed = base64.b64decode(query["SAMLRequest"][0])
    return begun.address, etree.fromstring(zlib.decompress(packed, -15)), dict(begun.remembered)


async def refused(
    step: str, fields: dict[str, Any], document: bytes, request_id: str = REQUEST
) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        await client.finish(connection(**fields), here(), posted(document), {"request": request_id})
    assert caught.value.step == step
    return caught.value


async def test_a_request_goes_by_redirect_with_our_addresses_and_a_new_id() -> None:
    address, request, remembered = await request_of(nameIdFormat="persistent", forceAuthn=True)
    assert address.startswith("https://idp.example/sso?tenant=7&SAMLRequest=")
    assert request.tag == f"{{{SAMLP}}}AuthnRequest"
    assert request.get("ID") == remembered["request"]
    assert request.get("Destination") == "https://idp.example/sso?tenant=7"
    assert request.get("AssertionConsumerServiceURL") == CALLBACK
    assert request.get("ForceAuthn") == "true"
    assert (
        request.findtext("a:Issuer", namespaces=NAMES)
        == f"{ORIGIN}/connections/saml/acme/metadata?userpool_id=p1"
    )
    policy = request.find("p:NameIDPolicy", NAMES)
    assert policy is not None
    assert str(policy.get("Format")).endswith(":persistent")
    assert (await request_of())[2] != remembered


@pytest.mark.parametrize(("name", "digest"), [("sha256", hashes.SHA256()), ("sha512", hashes.SHA512())])
async def test_a_request_by_redirect_is_signed_as_its_query_is_written(
    name: str, digest: hashes.HashAlgorithm
) -> None:
    address, _, _ = await request_of(**SIGNING, requestDigest=name)
    query = urlsplit(address).query.partition("&")[2]  # what the provider's own address has is not ours
    said, _, signature = query.rpartition("&Signature=")
    assert [pair[0] for pair in parse_qsl(said)] == ["SAMLRequest", "RelayState", "SigAlg"]
    assert dict(parse_qsl(said))["SigAlg"] == f"http://www.w3.org/2001/04/xmldsig-more#rsa-{name}"
    public = OWN.private.public_key()
    public.verify(base64.b64decode(unquote(signature)), said.encode(), padding.PKCS1v15(), digest)


async def test_a_request_by_post_carries_its_signature_after_its_issuer() -> None:
    fields = BY_HAND | SIGNING | {"requestBinding": "post"}
    begun = await client.begin(connection(**fields), here(), "state-1")
    assert begun.address == BY_HAND["idpSignInUrl"]
    assert begun.form is not None
    assert begun.form["RelayState"] == "state-1"
    request = etree.fromstring(base64.b64decode(begun.form["SAMLRequest"]))
    assert [etree.QName(child).localname for child in request] == ["Issuer", "Signature", "NameIDPolicy"]
    assert as_signed(request, Trust([OWN.certificate])).get("ID") == begun.remembered["request"]
    with pytest.raises(ProviderFailed):
        as_signed(request, Trust([CERTIFICATE]))


async def test_a_response_names_a_person_their_claims_and_a_profile_by_our_names() -> None:
    user = checked(
        await client.finish(connection(**BY_HAND), here(), posted(RIGHT.document()), {"request": REQUEST})
    )
    assert [(one.type, one.value) for one in user.ids] == [("generic", "zhang-3f29")]
    assert user.profile == {"email": "zhang@acme.example", "name": "张三"}
    assert user.claims["mail"] == "zhang@acme.example"
    assert user.claims["nameID"] == "zhang-3f29"
    assert not user.email_verified
    trusting = connection(**BY_HAND, emailIsVerified=True)
    assert (
        await client.finish(trusting, here(), posted(RIGHT.document()), {"request": REQUEST})
    ).email_verified


async def test_a_transient_name_keys_nobody_and_a_named_attribute_does() -> None:
    document = RIGHT.but(
        name_id_format=TRANSIENT, attributes=[("uid", "zhang"), ("mail", "z@acme.example")]
    ).document()
    assert "transient" in str(await refused("subject", BY_HAND, document))
    keyed = connection(**BY_HAND, idAttribute="uid")
    user = await client.finish(keyed, here(), posted(document), {"request": REQUEST})
    assert user.ids[0].value == "zhang"
    for attributes in ([], [("uid", "a"), ("uid", "b")], [("uid", "x" * 257)], [("uid", "a&#x200b;")]):
        other = RIGHT.but(attributes=attributes).document()
        await refused("subject", BY_HAND | {"idAttribute": "uid"}, other)


async def test_a_name_without_text_or_of_another_authority_keys_nobody() -> None:
    def empty(root: etree._Element) -> None:
        name = root.find(f".//{saml('NameID')}")
        assert name is not None
        name.text = "  \n "

    def qualified(qualifier: str) -> Any:
        def change(root: etree._Element) -> None:
            name = root.find(f".//{saml('NameID')}")
            assert name is not None
            name.set("NameQualifier", qualifier)

        return change

    await refused("subject", BY_HAND, RIGHT.document(empty))
    await refused("subject", BY_HAND, RIGHT.document(qualified("https://another.example")))
    document = RIGHT.document(qualified(ISSUER))
    user = await client.finish(connection(**BY_HAND), here(), posted(document), {"request": REQUEST})
    assert user.ids[0].value == "zhang-3f29"


async def test_an_answer_to_another_request_or_to_none_is_refused() -> None:
    await refused("request", BY_HAND, RIGHT.document(), request_id="_another")
    await refused("request", BY_HAND, RIGHT.but(request_id=None).document())
    with pytest.raises(ProviderFailed) as caught:
        await client.finish(connection(**BY_HAND), here(), posted(RIGHT.document()), {})
    assert caught.value.step == "request"


@pytest.mark.parametrize(
    ("callback", "step"),
    [
        (Callback("GET", (("SAMLResponse", "AAAA"),)), "response"),
        (Callback("POST", (), (("RelayState", "x"),)), "response"),
        (Callback("POST", (), (("SAMLResponse", "!!"),)), "response"),
        (Callback("POST", (), (("SAMLResponse", "AAAA"), ("SAMLResponse", "AAAA"))), "redirect"),
        (Callback("POST", (), (("SAMLResponse", "A" * 400_000),)), "xml"),
        (Callback("POST", (), (("SAMLResponse", "PGE+"),)), "xml"),
    ],
)
async def test_what_is_no_response_is_refused(callback: Callback, step: str) -> None:
    with pytest.raises(ProviderFailed) as caught:
        await client.finish(connection(**BY_HAND), here(), callback, {"request": REQUEST})
    assert caught.value.step == step


async def test_the_providers_metadata_says_all_that_is_needed() -> None:
    fields = {"idpMetadata": idp_metadata()}
    begun = await client.begin(connection(**fields), here(), "state-1")
    assert begun.address.startswith("https://idp.example/sso?SAMLRequest=")
    user = await client.finish(connection(**fields), here(), posted(RIGHT.document()), {"request": REQUEST})
    assert user.ids[0].value == "zhang-3f29"
    assert await client.check(connection(**fields), here()) == ("metadata", "key")


@pytest.mark.parametrize(
    ("document", "step"),
    [
        (idp_metadata(entity="https://other.example"), "metadata"),
        (idp_metadata(until=' validUntil="2026-11-26T00:00:00Z"'), "metadata"),
        (idp_metadata(until=' validUntil="soon"'), "metadata"),
        (idp_metadata(role="SPSSODescriptor"), "metadata"),
        (idp_metadata(binding="SOAP"), "metadata"),
        (idp_metadata(location="javascript:alert(1)"), "metadata"),
        (idp_metadata(certificate=""), "key"),
        (idp_metadata().replace("MII", "!!!"), "metadata"),
        ("<!DOCTYPE x>" + idp_metadata(), "xml"),
        (f'<EntitiesDescriptor xmlns="{METADATA}">{idp_metadata() * 2}</EntitiesDescriptor>', "metadata"),
    ],
)
async def test_metadata_that_does_not_do_is_refused_with_the_reason(document: str, step: str) -> None:
    fields = {"idpMetadata": document, "idpEntityId": ISSUER}
    with pytest.raises(ProviderFailed) as caught:
        await client.check(connection(**fields), here())
    assert caught.value.step == step


def test_of_several_providers_in_metadata_one_is_named() -> None:
    both = idp_metadata() + idp_metadata(entity="https://b.example", location="https://b.example/sso")
    document = f'<EntitiesDescriptor xmlns="{METADATA}">{both}</EntitiesDescriptor>'.encode()
    found = provider_of(document, "https://b.example", NOW)
    assert found.addresses == {"redirect": "https://b.example/sso"}
    with pytest.raises(ProviderFailed):
        provider_of(document, "", NOW)


async def test_a_binding_that_the_provider_lacks_and_a_key_that_it_wants_are_told() -> None:
    for fields, step in (
        ({"requestBinding": "post"}, "metadata"),
        ({"idpMetadata": idp_metadata(wants=' WantAuthnRequestsSigned="true"')}, "key"),
        (SIGNING | {"signingCertificate": OTHER_CERTIFICATE.public_bytes(Encoding.PEM).decode()}, "key"),
        (SIGNING | {"signingKey": "-----BEGIN PRIVATE KEY-----"}, "key"),
    ):
        with pytest.raises(ProviderFailed) as caught:
            await client.check(connection(**({"idpMetadata": idp_metadata()} | fields)), here())
        assert caught.value.step == step


@pytest.mark.parametrize("pem", ["", "abc", "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----"])
async def test_a_certificate_that_is_none_is_refused(pem: str) -> None:
    with pytest.raises(ProviderFailed) as caught:
        await client.check(connection(**BY_HAND | {"idpCertificate": pem}), here())
    assert caught.value.step in ("key", "settings")


async def test_a_key_that_is_too_short_is_refused() -> None:
    short = certificate(rsa.generate_private_key(65537, 1024)).public_bytes(Encoding.PEM).decode()
    with pytest.raises(ProviderFailed) as caught:
        await client.check(connection(**BY_HAND | {"idpCertificate": short}), here())
    assert "2048" in caught.value.reason()
    both = short + BY_HAND["idpCertificate"]
    assert await client.check(connection(**BY_HAND | {"idpCertificate": both}), here()) == ("metadata", "key")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"idpEntityId": ISSUER, "idpSignInUrl": "https://idp.example/sso"},
        BY_HAND | {"signRequests": True},
        BY_HAND | {"clockSkewSeconds": 301},
        BY_HAND | {"clockSkewSeconds": -1},
        BY_HAND | {"requestBinding": "artifact"},
        BY_HAND | {"requestDigest": "sha1"},
        BY_HAND | {"signedPart": "none"},
        BY_HAND | {"idpMetadata": "x" * 300_000},
    ],
)
def test_settings_that_do_not_fit_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ProviderFailed) as caught:
        connection(**fields)
    assert caught.value.step == "settings"


def test_every_setting_has_a_row_for_forms() -> None:
    named = [field.encode_name for field in __import__("msgspec").structs.fields(SamlSettings)]
    assert [row.name for row in FIELDS] == named
    assert [row.name for row in FIELDS if row.secret] == ["signingKey"]
    assert all(row.label[0] and row.label[1] for row in MANIFEST.fields)


def test_our_metadata_has_our_addresses_and_each_key_that_may_sign() -> None:
    next_one = OTHER_CERTIFICATE.public_bytes(Encoding.PEM).decode()
    fields = BY_HAND | SIGNING | {"nextSigningCertificate": next_one, "nameIdFormat": "persistent"}
    root = etree.fromstring(our_metadata(connection(**fields), here()))
    assert root.get("entityID") == f"{ORIGIN}/connections/saml/acme/metadata?userpool_id=p1"
    (role,) = root
    assert (role.get("AuthnRequestsSigned"), role.get("WantAssertionsSigned")) == ("true", "true")
    ders = [base64.b64decode(str(one.text)) for one in root.iter(f"{{{DS}}}X509Certificate")]
    assert ders == [one.public_bytes(Encoding.DER) for one in (OWN.certificate, OTHER_CERTIFICATE)]
    service = role.find("md:AssertionConsumerService", NAMES)
    assert service is not None
    assert service.get("Location") == CALLBACK
    assert "PRIVATE" not in etree.tostring(root).decode()


def test_another_entity_id_of_ours_can_be_set() -> None:
    """Whoever moves from elsewhere need not change the provider's settings."""
    own = connection(**BY_HAND, spEntityId="urn:acme:poolhouse")
    assert etree.fromstring(our_metadata(own, here())).get("entityID") == "urn:acme:poolhouse"


async def test_the_provider_is_held_to_the_time_here() -> None:
    later = here(lambda: NOW + timedelta(minutes=7))
    with pytest.raises(ProviderFailed) as caught:
        await client.finish(connection(**BY_HAND), later, posted(RIGHT.document()), {"request": REQUEST})
    assert caught.value.step == "clock"


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[tuple[str, Outgoing, list[int]]]:
    """An address that gives the answers in turn, the last again and again; what may call it; how often it was."""
    asked: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers[min(len(asked), len(answers) - 1)])
        asked.append(1)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/metadata", Outgoing([("127.0.0.1", port)]), asked


def answered(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def test_metadata_is_read_from_its_address_once_an_hour() -> None:
    one = Saml()
    async with serving(answered(idp_metadata().encode())) as (address, outgoing, asked):
        made, there = connection(idpMetadataUrl=address), here(outgoing=outgoing)
        assert (await one.begin(made, there, "state-1")).address.startswith("https://idp.example/sso?")
        assert (await one.finish(made, there, posted(RIGHT.document()), {"request": REQUEST})).ids
        assert len(asked) == 1


async def test_metadata_that_could_not_be_read_is_asked_for_again() -> None:
    one = Saml()
    good = answered(idp_metadata().encode())
    async with serving(answered(b"", "503 Later"), answered(b"x" * 300_000), b"no HTTP", good) as served:
        address, outgoing, _ = served
        for _ in range(3):
            with pytest.raises(ProviderFailed) as caught:
                await one.check(connection(idpMetadataUrl=address), here(outgoing=outgoing))
            assert caught.value.step == "metadata"
        assert await one.check(connection(idpMetadataUrl=address), here(outgoing=outgoing))


@pytest.mark.parametrize(
    ("address", "step"),
    [
        ("http://127.0.0.1:9/metadata", "metadata"),
        ("https://10.1.2.3/metadata", "metadata"),
        ("https://169.254.169.254/latest/meta-data", "metadata"),
        ("http://192.0.2.1/metadata", "settings"),
        ("ftp://127.0.0.1/metadata", "settings"),
        ("file:///etc/passwd", "settings"),
    ],
)
async def test_metadata_is_read_from_no_private_address_and_never_without_tls(
    address: str, step: str
) -> None:
    with pytest.raises(ProviderFailed) as caught:
        await Saml().check(connection(idpMetadataUrl=address), here())
    assert caught.value.step == step


def test_a_certificate_for_encryption_signs_nothing() -> None:
    other = base64.b64encode(OTHER_CERTIFICATE.public_bytes(Encoding.DER)).decode()
    second = idp_metadata().partition("<KeyDescriptor")[2].partition("</KeyDescriptor>")[0]
    ours = base64.b64encode(CERTIFICATE.public_bytes(Encoding.DER)).decode()
    second = second.replace(ours, other).replace('use="signing"', 'use="encryption"')
    document = idp_metadata().replace(
        "</KeyDescriptor>", f"</KeyDescriptor><KeyDescriptor{second}</KeyDescriptor>"
    )
    assert list(provider_of(document.encode(), "", NOW).certificates) == [CERTIFICATE]


async def test_no_address_is_a_verified_one_where_none_is_told() -> None:
    trusting = connection(**BY_HAND, emailIsVerified=True)
    silent = posted(RIGHT.but(attributes=[("uid", "z")]).document())
    assert not (await client.finish(trusting, here(), silent, {"request": REQUEST})).email_verified
