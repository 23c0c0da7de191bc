"""What a provider's response says, and every reason not to believe it.

Order: bounds, structure, signatures, then the assertion as it was signed. Nothing is read out of the document itself
but its structure and a status that says no. Sources: saml-core-2.0-os 2 and 3.2, saml-profiles-2.0-os 4.1.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lxml import etree

from poolhouse.errors import ProviderFailed
from poolhouse.federation.documents import children, only_child, quoted, read, text
from poolhouse.federation.providers.saml.conditions import Moment, require_conditions, require_subject
from poolhouse.federation.providers.saml.names import (
    ENTITY_FORMAT,
    STATUSES,
    SUCCESS,
    UNSPECIFIED,
    ds,
    saml,
    samlp,
)
from poolhouse.federation.providers.saml.signatures import Trust, as_signed, signature_of

WHAT = ("响应", "the response")
MOST_ATTRIBUTES = 200
MOST_VALUES = 1_000
LONGEST_VALUE = 8_192
SignedPart = Literal["either", "assertion", "response", "both"]


@dataclass(frozen=True, slots=True)
class Expected:
    """Of a response to one connection, at one moment. `request_id` is None where no request of ours was made.

    `issuer` and `audience` are entity ids: the provider's, and ours. `recipient` is our address for responses.
    """

    issuer: str
    audience: str
    recipient: str
    request_id: str | None
    trust: Trust
    now: datetime
    skew: timedelta
    signed: SignedPart = "either"


@dataclass(frozen=True, slots=True)
class Assertion:
    """As it was signed. It is good until `until`, and once: who takes it remembers `id` as long."""

    id: str
    name_id: str
    name_id_format: str
    name_qualifier: str
    session_index: str
    attributes: Mapping[str, Sequence[str]]
    until: datetime


def believed(document: bytes, expected: Expected) -> Assertion:
    """The assertion of a response, once everything about it has been found right.

    Raises ProviderFailed: the step is "xml", "response", "status", "encryption", "signature", "algorithm", "issuer",
    "destination", "request", "audience", "recipient", "clock" or "subject".
    """
    root = read(document, WHAT)
    if root.tag != samlp("Response") or root.get("Version") != "2.0":
        raise ProviderFailed("response", "不是 SAML 2.0 响应", "is no response of SAML 2.0")
    _require_success(root)
    whole = _only_assertion(root)
    response, assertion = _signed_parts(root, whole, expected)
    _require_response(response, expected)
    if assertion.get("Version") != "2.0":
        raise ProviderFailed("response", "不是 SAML 2.0 断言", "the assertion is not of SAML 2.0")
    _require_issuer(only_child(assertion, saml("Issuer")), expected.issuer)
    moment = Moment(expected.now, expected.skew)
    ends = [
        require_conditions(assertion, expected.audience, moment),
        require_subject(assertion, expected.recipient, expected.request_id, moment),
        moment.issued(assertion) + moment.skew,
    ]
    return _read(assertion, min(ends), moment)


def _require_success(root: etree._Element) -> None:
    """Says only no, so that it may be read before any signature."""
    status = only_child(root, samlp("Status"))
    code = None if status is None else only_child(status, samlp("StatusCode"))
    if status is None or code is None:
        raise ProviderFailed("response", "响应没有状态", "the response has no status")
    if code.get("Value") == SUCCESS:
        return
    codes = [each.get("Value", "") for each in code.iter(samlp("StatusCode"))][:2]
    named = ", ".join(quoted(each.removeprefix(STATUSES), 60) for each in codes)
    raise ProviderFailed(
        "status", f"身份提供方拒绝了登录（{named}）", f"the provider refused the sign-in ({named})"
    )


def _only_assertion(root: etree._Element) -> etree._Element:
    """The one there is in the whole document, a child of the response. Also: IDs are unique, and signatures stand
    in the response and the assertion alone; so none can speak of another place than its own."""
    if next(root.iter(saml("EncryptedAssertion")), None) is not None:
        raise ProviderFailed(
            "encryption", "不支持加密的断言，请在身份提供方关闭加密", "encrypted assertions are not supported"
        )
    everywhere = list(root.iter(saml("Assertion")))
    if len(everywhere) != 1 or everywhere[0].getparent() is not root:
        raise ProviderFailed(
            "response", "响应应当恰有一个断言", "the response must have exactly one assertion, within itself"
        )
    (assertion,) = everywhere
    seen: set[str] = set()
    for element in root.iter(etree.Element):
        ids = [value for name, value in element.items() if etree.QName(name).localname.lower() == "id"]
        if len(ids) > 1 or not seen.isdisjoint(ids):
            raise ProviderFailed("response", "响应中的 ID 不唯一", "an ID stands in the response twice")
        seen.update(ids)
        if element.tag == ds("Signature") and element.getparent() not in (root, assertion):
            raise ProviderFailed(
                "signature", "签名的位置不受支持", "a signature stands in an unexpected place"
            )
    return assertion


def _signed_parts(
    root: etree._Element, whole: etree._Element, expected: Expected
) -> tuple[etree._Element, etree._Element]:
    """The response and the assertion, as they were signed; the response as it is, where only the assertion was.

    Every signature that is there must be right, also one that the connection does not ask for."""
    wanted, has_response = expected.signed, signature_of(root) is not None
    has_assertion = signature_of(whole) is not None
    if not has_assertion and (wanted in ("assertion", "both") or not has_response):
        raise ProviderFailed("signature", "断言没有签名", "the assertion is not signed")
    if not has_response and wanted in ("response", "both"):
        raise ProviderFailed("signature", "响应没有签名", "the response is not signed")
    response = as_signed(root, expected.trust) if has_response else root
    if has_response and not response.get("Destination"):
        raise ProviderFailed(
            "destination", "已签名的响应没有 Destination", "a signed response has no Destination"
        )
    if has_assertion:
        return response, as_signed(whole, expected.trust)
    within = only_child(response, saml("Assertion"))
    if within is None or within.get("ID") != whole.get("ID"):
        raise ProviderFailed("signature", "签名未覆盖断言", "the signature does not cover the assertion")
    return response, within


def _require_response(response: etree._Element, expected: Expected) -> None:
    """What the response says beside its assertion. Unsigned, it can only make the answer a no."""
    issuers = children(response, saml("Issuer"))
    if issuers:
        _require_issuer(only_child(response, saml("Issuer")), expected.issuer)
    destination = response.get("Destination")
    if destination is not None and destination != expected.recipient:
        raise ProviderFailed(
            "destination",
            f"响应的 Destination 应为 {expected.recipient}",
            f"the response's Destination must be {expected.recipient}",
        )
    answered = response.get("InResponseTo")
    if answered is not None and answered != expected.request_id:
        raise ProviderFailed("request", "响应不是对本次请求的答复", "the response answers another request")


def _require_issuer(issuer: etree._Element | None, expected: str) -> None:
    said = text(issuer)
    if issuer is None or said != expected or issuer.get("Format", ENTITY_FORMAT) != ENTITY_FORMAT:
        raise ProviderFailed(
            "issuer",
            f"签发方应为 {expected}，而非 {quoted(said)}",
            f"the issuer must be {expected}, not {quoted(said)}",
        )


def _read(assertion: etree._Element, until: datetime, moment: Moment) -> Assertion:
    subject = only_child(assertion, saml("Subject"))
    name = None if subject is None else only_child(subject, saml("NameID"))
    statements = children(assertion, saml("AuthnStatement"))
    if not statements:
        raise ProviderFailed("response", "断言没有 AuthnStatement", "the assertion has no AuthnStatement")
    for statement in statements:
        moment.not_over(statement, "SessionNotOnOrAfter")
    return Assertion(
        id=assertion.get("ID", ""),
        name_id=text(name),
        name_id_format=UNSPECIFIED if name is None else name.get("Format", UNSPECIFIED),
        name_qualifier="" if name is None else name.get("NameQualifier", ""),
        session_index=statements[0].get("SessionIndex", "")[:256],
        attributes=_attributes(assertion),
        until=until,
    )


def _attributes(assertion: etree._Element) -> Mapping[str, Sequence[str]]:
    """Texts by the attribute's name. Values of one name that stand apart are one list."""
    found: dict[str, list[str]] = {}
    values = 0
    for statement in children(assertion, saml("AttributeStatement")):
        for attribute in children(statement, saml("Attribute")):
            name = attribute.get("Name", "")
            kept = found.setdefault(name, []) if name else []
            for value in children(attribute, saml("AttributeValue")):
                values += 1
                inner = only_child(value, saml("NameID"))
                said = text(inner if inner is not None else value)
                if len(said) > LONGEST_VALUE:
                    raise _too_much()
                if said:
                    kept.append(said)
    if len(found) > MOST_ATTRIBUTES or values > MOST_VALUES:
        raise _too_much()
    return found


def _too_much() -> ProviderFailed:
    return ProviderFailed(
        "response", "断言的属性过多或过长", "the assertion has too many or too long attributes"
    )
