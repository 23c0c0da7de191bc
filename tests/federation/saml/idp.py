"""A provider of SAML in the tests' own hands: it makes responses that are right, and lets them be changed."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from poolhouse.federation.providers.saml.names import (
    BEARER,
    DS,
    EXCLUSIVE,
    PERSISTENT,
    SAML,
    SAMLP,
    SUCCESS,
    ds,
    saml,
    samlp,
)

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ISSUER = "https://idp.example/metadata"
AUDIENCE = "https://id.example/connections/saml/acme/metadata?userpool_id=p1"
RECIPIENT = "https://id.example/connections/saml/acme/acs"
REQUEST = "_request0123456789"
Change = Callable[[etree._Element], None]


class WithSha1(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """The provider of yesterday."""


def certificate(
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, days: int = 3650
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    builder = builder.not_valid_before(NOW - timedelta(days=3650)).not_valid_after(NOW + timedelta(days=days))
    return builder.public_key(private.public_key()).sign(private, hashes.SHA256())


KEY = rsa.generate_private_key(65537, 2048)
CERTIFICATE = certificate(KEY)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
OTHER_CERTIFICATE = certificate(OTHER_KEY)


@dataclass(frozen=True)
class Idp:
    """What one response says. `assertion_signed` and `response_signed`: which parts bear a signature."""

    issuer: str = ISSUER
    audience: str = AUDIENCE
    recipient: str = RECIPIENT
    request_id: str | None = REQUEST
    name_id: str = "zhang-3f29"
    name_id_format: str = PERSISTENT
    attributes: Sequence[tuple[str, str]] = (("mail", "zhang@acme.example"), ("displayName", "张三"))
    now: datetime = NOW
    life: timedelta = timedelta(minutes=5)
    assertion_signed: bool = True
    response_signed: bool = False
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(default=KEY, repr=False)
    certificate: x509.Certificate = field(default=CERTIFICATE, repr=False)
    method: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    canonical: str = EXCLUSIVE
    assertion_id: str = "_assertion1"

    def response(self, before_signing: Change | None = None) -> etree._Element:
        """Signed last, after `before_signing` has changed the response: so a provider that really says so."""
        root = etree.fromstring(self._text())
        if before_signing is not None:
            before_signing(root)
        if self.assertion_signed:
            assertion = root.find(saml("Assertion"))
            assert assertion is not None
            self._sign(assertion)
        if self.response_signed:
            self._sign(root)
        return root

    def document(self, before_signing: Change | None = None) -> bytes:
        return etree.tostring(self.response(before_signing))

    def but(self, **other: object) -> Idp:
        return replace(self, **other)  # type: ignore[arg-type]

    def _sign(self, element: etree._Element) -> None:
        """In place: the signature is made of a copy on its own, as its parent's names do not reach it there."""
        alone = copy.deepcopy(element)
        place = etree.Element(ds("Signature"), nsmap={"ds": DS})
        place.set("Id", "placeholder")
        alone.insert(1, place)
        signer = WithSha1(
            signature_algorithm=self.method,
            digest_algorithm=self.digest,
            c14n_algorithm=CanonicalizationMethod(self.canonical),
        )
        made = signer.sign(
            alone,
            key=self.key,
            cert=[self.certificate],
            reference_uri=f"#{element.get('ID')}",
            id_attribute="ID",
        )
        signature = made.find(ds("Signature"))
        assert signature is not None
        element.insert(1, signature)

    def _text(self) -> str:
        def at(moment: datetime) -> str:
            return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

        answered = "" if self.request_id is None else f' InResponseTo="{self.request_id}"'
        said = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue xsi:type="xs:string">{value}'
            f"</saml:AttributeValue></saml:Attribute>"
            for name, value in self.attributes
        )
        start, end = at(self.now - timedelta(seconds=30)), at(self.now + self.life)
        return (
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="_response1" Version="2.0" '
            f'IssueInstant="{at(self.now)}" Destination="{self.recipient}"{answered}>'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            f'<samlp:Status><samlp:StatusCode Value="{SUCCESS}"/></samlp:Status>'
            f'<saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="{self.assertion_id}" Version="2.0" '
            f'IssueInstant="{at(self.now)}"><saml:Issuer>{self.issuer}</saml:Issuer><saml:Subject>'
            f'<saml:NameID Format="{self.name_id_format}">{self.name_id}</saml:NameID>'
            f'<saml:SubjectConfirmation Method="{BEARER}"><saml:SubjectConfirmationData '
            f'NotOnOrAfter="{end}" Recipient="{self.recipient}"{answered}/></saml:SubjectConfirmation>'
            f'</saml:Subject><saml:Conditions NotBefore="{start}" NotOnOrAfter="{end}">'
            f"<saml:AudienceRestriction><saml:Audience>{self.audience}</saml:Audience>"
            f'</saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{at(self.now)}" '
            f'SessionIndex="_session1"><saml:AuthnContext><saml:AuthnContextClassRef>'
            f"urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
            f"</saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement>{said}"
            f"</saml:AttributeStatement></saml:Assertion></samlp:Response>"
        )


def parts(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """The assertion and its signature."""
    assertion = root.find(saml("Assertion"))
    assert assertion is not None
    signature = assertion.find(ds("Signature"))
    assert signature is not None
    return assertion, signature


def evil_copy(assertion: etree._Element, name_id: str = "admin", **changes: str) -> etree._Element:
    """A copy without a signature that names somebody else."""
    made = copy.deepcopy(assertion)
    for signature in made.findall(ds("Signature")):
        made.remove(signature)
    name = made.find(f".//{saml('NameID')}")
    assert name is not None
    name.text = name_id
    for key, value in changes.items():
        made.set(key, value)
    return made


def status(root: etree._Element) -> etree._Element:
    found = root.find(samlp("Status"))
    assert found is not None
    return found
