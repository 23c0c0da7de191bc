"""Signature wrapping: what is read is what was signed, wherever else in the document something stands."""

from __future__ import annotations

import copy

import pytest
from lxml import etree
from tests.federation.saml.idp import (
    evil_copy,
    parts,
    status,
)
from tests.federation.saml.judging import EXPECTED, RIGHT, refused

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.saml.names import ds, saml, samlp
from poolhouse.federation.providers.saml.responses import believed

# Signature wrapping: the eight of Somorovsky, Mayer, Schwenk, Kampmann, Jensen, "On Breaking SAML" (2012).


def xsw_1(root: etree._Element) -> etree._Element:
    """The signed response within the signature of another one."""
    evil = copy.deepcopy(root)
    signature = evil.find(ds("Signature"))
    assert signature is not None
    original = copy.deepcopy(root)
    own = original.find(ds("Signature"))
    assert own is not None
    original.remove(own)
    signature.append(original)
    evil.set("ID", "_evil")
    _name(evil)
    return evil


def xsw_2(root: etree._Element) -> etree._Element:
    """The same, before a detached signature."""
    evil = xsw_1(root)
    signature = evil.find(ds("Signature"))
    assert signature is not None
    original = signature[-1]
    signature.addprevious(original)
    return evil


def xsw_3(root: etree._Element) -> etree._Element:
    """Another assertion before the signed one."""
    assertion, _ = parts(root)
    assertion.addprevious(evil_copy(assertion, ID="_evil"))
    return root


def xsw_4(root: etree._Element) -> etree._Element:
    """The signed assertion within another one."""
    assertion, _ = parts(root)
    evil = evil_copy(assertion, ID="_evil")
    root.replace(assertion, evil)
    evil.append(assertion)
    return root


def xsw_5(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one without it after it."""
    assertion, _ = parts(root)
    original = copy.deepcopy(assertion)
    own = original.find(ds("Signature"))
    assert own is not None
    original.remove(own)
    assertion.set("ID", "_evil")
    _name(assertion)
    root.append(original)
    return root


def xsw_6(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one within that."""
    root = xsw_5(root)
    _, signature = parts(root)
    signature.append(root[-1])
    return root


def xsw_7(root: etree._Element) -> etree._Element:
    """Another assertion within Extensions, of the same ID."""
    assertion, _ = parts(root)
    extensions = etree.Element(samlp("Extensions"))
    root.insert(1, extensions)
    extensions.append(evil_copy(assertion))
    return root


def xsw_8(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one within an Object of that."""
    assertion, signature = parts(root)
    original = evil_copy(assertion, "zhang-3f29")
    _name(assertion)
    etree.SubElement(signature, ds("Object")).append(original)
    return root


def _name(within: etree._Element) -> None:
    found = within.find(f".//{saml('Subject')}/{saml('NameID')}")
    assert found is not None
    found.text = "admin"


@pytest.mark.parametrize("wrap", [xsw_1, xsw_2, xsw_3, xsw_4, xsw_5, xsw_6, xsw_7, xsw_8])
def test_a_signature_that_is_wrapped_covers_nothing(wrap: object) -> None:
    whole = wrap in (xsw_1, xsw_2)
    root = RIGHT.but(response_signed=whole, assertion_signed=not whole).response()
    with pytest.raises(ProviderFailed) as caught:
        believed(etree.tostring(wrap(root)), EXPECTED)  # type: ignore[operator]
    assert caught.value.step in ("signature", "response")


def test_the_assertion_that_is_read_is_the_one_that_was_signed() -> None:
    """What XSW comes to: the text that was signed, whatever else was put into the document."""
    root = RIGHT.response()
    assertion, _ = parts(root)
    _name(assertion)
    refused(root, "signature")


def test_several_assertions_are_refused_though_each_is_signed() -> None:
    root, other = RIGHT.response(), RIGHT.but(assertion_id="_assertion2", name_id="li-1").response()
    root.append(parts(other)[0])
    refused(root, "response")


def test_an_id_stands_in_a_response_once() -> None:
    for name in ("ID", "Id", "{http://www.w3.org/XML/1998/namespace}id"):
        root = RIGHT.response()
        status(root).set(name, "_assertion1")
        refused(root, "response")


def test_a_signature_anywhere_else_is_refused_though_it_covers_what_it_stands_in() -> None:
    """It could be the one that a reader finds first."""
    root = RIGHT.response()
    _, signature = parts(root)
    status(root).append(copy.deepcopy(signature))
    refused(root, "signature")
