"""Who a believed assertion says has come: the id that keys, the claims, and the profile by our names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import LONGEST_ID, ExternalId, ExternalUser
from poolhouse.federation.providers.saml.names import EMAIL, TRANSIENT
from poolhouse.federation.providers.saml.responses import Assertion
from poolhouse.federation.providers.saml.settings import SamlSettings

_XMLSOAP = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_MICROSOFT = "http://schemas.microsoft.com/identity/claims/"
NAMES: Final[Mapping[str, Sequence[str]]] = {
    "email": ("email", "mail", "emailAddress", f"{_XMLSOAP}emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"),
    "name": ("displayName", "name", "cn", f"{_MICROSOFT}displayname", "urn:oid:2.16.840.1.113730.3.1.241",
             "urn:oid:2.5.4.3"),
    "givenName": ("givenName", "firstName", "first_name", f"{_XMLSOAP}givenname", "urn:oid:2.5.4.42"),
    "familyName": ("sn", "lastName", "last_name", "surname", f"{_XMLSOAP}surname", "urn:oid:2.5.4.4"),
    "username": ("uid", "username", "preferred_username", f"{_XMLSOAP}name", f"{_XMLSOAP}upn",
                 "urn:oid:0.9.2342.19200300.100.1.1"),
    "nickname": ("nickname", "urn:oid:1.3.6.1.4.1.250.1.60"),
    "phone": ("phone", "mobile", "phone_number", "telephoneNumber", f"{_XMLSOAP}mobilephone",
              "urn:oid:0.9.2342.19200300.100.1.41", "urn:oid:2.5.4.20"),
    "photo": ("photo", "picture"),
}  # fmt: skip
"""Our names, and what attributes are called that say the same: plain, as Entra and AD FS do, and by RFC 4519's OIDs."""


def who(assertion: Assertion, settings: SamlSettings, issuer: str) -> ExternalUser:
    """`issuer`: the provider's entity id. Raises ProviderFailed (step "subject") where nothing can key an identity."""
    attributes = {name: list(values) for name, values in assertion.attributes.items() if values}
    claims: dict[str, Any] = {
        name: values[0] if len(values) == 1 else values for name, values in attributes.items()
    }
    claims |= {
        "nameID": assertion.name_id,
        "nameIDFormat": assertion.name_id_format,
        "sessionIndex": assertion.session_index,
    }
    profile = {
        ours: attributes[theirs][0]
        for ours, names in NAMES.items()
        for theirs in [next((name for name in names if name in attributes), None)]
        if theirs is not None
    }
    if "email" not in profile and assertion.name_id_format == EMAIL:
        profile["email"] = assertion.name_id
    return ExternalUser(
        ids=(ExternalId("generic", _key(assertion, attributes, settings, issuer)),),
        claims=claims,
        profile=profile,
        email_verified=settings.email_is_verified and "email" in profile,
        issuer=issuer,
    )


def _key(
    assertion: Assertion, attributes: Mapping[str, Sequence[str]], settings: SamlSettings, issuer: str
) -> str:
    if settings.id_attribute:
        values = attributes.get(settings.id_attribute, ())
        if len(values) != 1:
            raise _no_key(
                f"断言中的属性 {settings.id_attribute} 应当恰有一个值",
                f"the attribute {settings.id_attribute} of the assertion must have one value",
            )
        return _fit(values[0])
    if assertion.name_id_format == TRANSIENT:
        raise _no_key(
            "NameID 为 transient，每次登录都不同；请让身份提供方使用 persistent，或填写 idAttribute",
            "the NameID is transient, another one at each sign-in: have the provider send a persistent one, "
            "or name an attribute in idAttribute",
        )
    if assertion.name_qualifier not in ("", issuer):
        raise _no_key(
            "NameID 由另一方命名（NameQualifier 不是身份提供方的实体 ID）",
            "another authority gave the NameID (NameQualifier is not the provider's entity id)",
        )
    return _fit(assertion.name_id)


def _fit(value: str) -> str:
    if not 1 <= len(value) <= LONGEST_ID or not value.isprintable():
        raise _no_key(
            f"用户标识应为 1 至 {LONGEST_ID} 个可见字符",
            f"the person's id must be 1 to {LONGEST_ID} visible characters",
        )
    return value


def _no_key(zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("subject", zh, en)
