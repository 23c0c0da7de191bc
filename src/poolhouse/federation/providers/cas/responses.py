"""What a CAS server says of a ticket: one answer, of one shape, for one person.

A server that writes a name into its answer without escaping it lets people write elements of their own
(`bob</cas:user><cas:user>ada`). So what comes twice, or stands where it should not, is
refused rather than read one way or the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from poolhouse.errors import ProviderFailed
from poolhouse.federation.documents import children, only_child, read, text
from poolhouse.federation.model import ExternalId, ExternalUser
from poolhouse.federation.providers.cas.settings import Settings

CAS = "{http://www.yale.edu/tp/cas}"
_WHAT = ("CAS 服务器的应答", "the CAS server's answer")
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,63}\Z")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "mail", "emailAddress"),
    "name": ("displayName", "name", "cn"),
    "given_name": ("givenName", "given_name", "firstName", "first_name"),
    "family_name": ("sn", "surname", "familyName", "family_name", "lastName", "last_name"),
    "nickname": ("nickname",),
    "phone": ("phone", "mobile", "phone_number", "telephoneNumber"),
    "photo": ("photo", "picture"),
}
"""Our names, and what attributes are usually called."""
_REASONS: Mapping[str, tuple[str, str]] = {
    "INVALID_TICKET": (
        "ticket 无效、已用过或已过期；请检查对方认识的服务地址",
        "the ticket is wrong, used or too old; is the service's address what the server knows?",
    ),
    "INVALID_SERVICE": ("ticket 属于另一个服务", "the ticket is for another service"),
    "UNAUTHORIZED_SERVICE": (
        "对方没有登记本服务的地址",
        "the address of this service is not registered there",
    ),
}


def who(document: bytes, settings: Settings) -> ExternalUser:
    """Raises ProviderFailed (xml, ticket, userinfo)."""
    root = read(document, _WHAT)
    if root.tag != f"{CAS}serviceResponse" or len(root) != 1:
        raise _malformed("应只有一个结果", "must have one outcome")
    [outcome] = root
    if outcome.tag == f"{CAS}authenticationFailure":
        raise _refused(outcome)
    if outcome.tag != f"{CAS}authenticationSuccess":
        raise _malformed("没有结果", "has no outcome")
    if children(outcome, f"{CAS}proxies"):
        raise ProviderFailed("ticket", "ticket 来自代理", "the ticket came by a proxy")
    user = _only_text(outcome, "user")
    attributes = _attributes(outcome)
    claims: dict[str, Any] = {
        name: values[0] if len(values) == 1 else values for name, values in attributes.items()
    }
    profile = {
        ours: attributes[theirs][0]
        for ours, names in _NAMES.items()
        for theirs in [next((name for name in names if name in attributes), None)]
        if theirs is not None
    }
    profile |= {
        ours: attributes[theirs][0]
        for ours, theirs in settings.attribute_mapping.items()
        if theirs in attributes
    }
    return ExternalUser(
        ids=(ExternalId("generic", _key(user, attributes, settings)),),
        claims={**claims, "user": user},
        profile=profile,
        email_verified=settings.email_is_verified and "email" in profile,
    )


def _key(user: str, attributes: Mapping[str, list[str]], settings: Settings) -> str:
    if not settings.id_attribute:
        return user
    values = attributes.get(settings.id_attribute, [])
    if len(values) != 1:
        raise ProviderFailed(
            "userinfo",
            f"属性 {settings.id_attribute}（idAttribute）应恰有一个值",
            f"the attribute {settings.id_attribute} (idAttribute) must have one value",
        )
    return values[0]


def _attributes(outcome: etree._Element) -> dict[str, list[str]]:
    """`<cas:attributes><cas:NAME>`, as CAS 3 writes them; an element within one of them is no text, and left out."""
    found: dict[str, list[str]] = {}
    around = only_child(outcome, f"{CAS}attributes")
    if around is None:
        if children(outcome, f"{CAS}attributes"):
            raise _malformed("attributes 重复", "has attributes twice")
        return found
    for element in around:
        if isinstance(element.tag, str) and element.tag.startswith(CAS) and (value := text(element)):
            found.setdefault(element.tag.removeprefix(CAS), []).append(value)
    return found


def _only_text(outcome: etree._Element, name: str) -> str:
    element = only_child(outcome, f"{CAS}{name}")
    if element is None or len(element) or not text(element):
        raise _malformed(f"应有且只有一个 {name}", f"must have one {name}, which is a text")
    return text(element)


def _refused(outcome: etree._Element) -> ProviderFailed:
    code = outcome.get("code") or ""
    code = code if _CODE.match(code) else "-"
    zh, en = _REASONS.get(code, ("对方拒绝了 ticket", "the server refused the ticket"))
    return ProviderFailed("ticket", f"{zh}（{code}）", f"{en} ({code})")


def _malformed(zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("xml", f"{_WHAT[0]}{zh}", f"{_WHAT[1]} {en}")
