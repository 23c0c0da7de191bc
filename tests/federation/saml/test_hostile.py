"""What a provider whose signature counts may say that nobody expects: each is a failure by name, or does no harm."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import SignatureMethod
from tests.federation.saml.connections import BY_HAND, connection, here, posted
from tests.federation.saml.idp import ISSUER, Idp, certificate
from tests.federation.saml.judging import EXPECTED, RIGHT, refused, taken

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import checked
from poolhouse.federation.providers.saml.client import Saml
from poolhouse.federation.providers.saml.conditions import OLDEST
from poolhouse.federation.providers.saml.names import saml
from poolhouse.federation.providers.saml.people import who
from poolhouse.federation.providers.saml.responses import believed
from poolhouse.federation.providers.saml.signatures import Trust

KEY = ec.generate_private_key(ec.SECP256R1())
OWN = certificate(KEY)
QUICK: Idp = RIGHT.but(key=KEY, certificate=OWN, method=SignatureMethod.ECDSA_SHA256)
TRUSTED = replace(EXPECTED, trust=Trust([OWN]))
SETTINGS = connection(**BY_HAND).fields
VALUES = (
    "",
    "a sentence of a stranger's",
    " \t\n ",
    "\u202eadmin",
    "x" * 9_000,
    "9" * 5_000,
    "9999-12-31T23:59:59.999999999Z",
    "0001-01-01T00:00:00+14:00",
    "2026-11-27T12:00:00",
    "2026-11-27",
    "javascript:alert(1)",
    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
)


def _places(root: etree._Element) -> Iterator[tuple[int, str]]:
    """Every attribute and every text, by the number of its element; no signature is there yet."""
    for number, element in enumerate(root.iter(etree.Element)):
        yield from ((number, str(name)) for name in element.attrib)
        if not len(element):
            yield number, ""


def test_a_value_that_nobody_expects_is_a_failure_by_name_or_does_no_harm() -> None:
    places = list(_places(QUICK.but(assertion_signed=False).response()))
    assert len(places) > 30
    reasons, strange = [], 0
    for number, name in places:
        for value in VALUES[number % 2 :: 2]:

            def change(
                root: etree._Element, number: int = number, name: str = name, value: str = value
            ) -> None:
                element = list(root.iter(etree.Element))[number]
                if name:
                    element.set(name, value)
                else:
                    element.text = value

            try:
                said = believed(QUICK.document(change), TRUSTED)
                user = checked(who(said, SETTINGS, ISSUER))
            except ProviderFailed as error:
                reasons.append(error.reason("zh-CN"))
                repeated = error.reason("en-US")
                strange += not repeated.isascii() or "stranger" in repeated
            else:
                assert user.ids[0].value.isprintable()
                assert user.issuer == ISSUER
                assert said.until <= TRUSTED.now + OLDEST + 2 * TRUSTED.skew
    assert len(reasons) > len(places) * len(VALUES) / 6
    assert max(map(len, reasons)) < 600
    assert not strange


@pytest.mark.parametrize("body", [b"x" * 30_000_000, RIGHT.document()], ids=["a bomb", "a response"])
async def test_what_is_compressed_is_not_unpacked(body: bytes) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(body) + packer.flush()
    with pytest.raises(ProviderFailed) as caught:
        await Saml().finish(connection(**BY_HAND), here(), posted(packed), {"request": "_r"})
    assert caught.value.step == "xml"


def test_what_a_document_would_include_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of this machine")

    def change(root: etree._Element) -> None:
        value = root.find(f".//{saml('AttributeValue')}")
        assert value is not None
        value.text = None
        etree.SubElement(
            value, "{http://www.w3.org/2001/XInclude}include", href=f"{tmp_path}/secret", parse="text"
        )

    assert "mail" not in {name for name, said in taken(RIGHT.document(change)).attributes.items() if said}


@pytest.mark.parametrize("inside", ["<?x y?>", "&#x26;a;", "<![CDATA[]]>"], ids=["PI", "entity", "CDATA"])
def test_a_name_is_one_text_or_none(inside: str) -> None:
    """Nothing in it makes a part of the name the whole."""
    document = RIGHT.document().replace(b"zhang-3f29", f"admin{inside}zhang-3f29".encode())
    refused(document, "xml" if inside.startswith("<?") else "signature")
    own = RIGHT.but(name_id=f"admin{inside}zhang").document()
    if inside.startswith("<?"):
        refused(own, "xml")
    else:
        name = taken(own).name_id
        assert name.startswith("admin")
        assert name.endswith("zhang")


def test_blanks_around_a_name_make_no_other_person() -> None:
    assert taken(RIGHT.but(name_id=" \n zhang-3f29\t").document()).name_id == "zhang-3f29"
