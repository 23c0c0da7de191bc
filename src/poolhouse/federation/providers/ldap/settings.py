"""What an administrator says of a directory, checked when it is stored and again when it is used."""

from __future__ import annotations

import re
import ssl
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from poolhouse.federation.providers.ldap.filters import Filter, FilterUnfit, dn_value
from poolhouse.federation.settings import Unfit
from poolhouse.texts import is_storable

Groups = Literal["none", "direct", "nested"]
LONGEST_NAME = 256
LONGEST_CA = 64 * 1024
IN_CHAIN = "1.2.840.113556.1.4.1941"
"""LDAP_MATCHING_RULE_IN_CHAIN of Active Directory: through groups in groups."""
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}\Z")
STABLE = (
    "entryUUID",
    "objectGUID",
    "objectSid",
    "nsUniqueId",
    "ipaUniqueID",
    "GUID",
    "ibm-entryUUID",
    "orclGUID",
    "employeeNumber",
    "employeeID",
)
"""Attributes that say who somebody is: never given to another person, the same when somebody marries or moves. Names,
addresses and DNs are not among them."""
_PROFILE = frozenset(
    {
        "username",
        "name",
        "nickname",
        "givenName",
        "familyName",
        "email",
        "phone",
        "company",
        "address",
    }
)


class LdapSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`url`: `ldaps://` is TLS from the first byte, `ldap://` StartTLS, and plain text only with `allow_plaintext`.

    `bind_template` (`uid={username},ou=people,dc=corp` or `{username}@corp.example`) binds as the person at once;
    without it `bind_dn` looks for them first. `field_mapping`: from our name of a field to the directory's attribute.
    """

    url: str
    allow_plaintext: bool = False
    ca_certificate: str = ""
    bind_dn: str = ""
    bind_credentials: str = ""
    bind_template: str = ""
    users_base_dn: str = ""
    user_query_criteria: str = "(&(objectClass=person)(uid={username}))"
    unique_attribute: str = "entryUUID"
    field_mapping: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "username": "uid",
            "name": "cn",
            "givenName": "givenName",
            "familyName": "sn",
            "email": "mail",
            "phone": "mobile",
        }
    )
    trust_email: bool = False
    groups: Groups = "none"
    groups_base_dn: str = ""
    group_query_criteria: str = "(|(member={dn})(uniqueMember={dn})(memberUid={username}))"

    def __post_init__(self) -> None:
        """Raises Unfit."""
        _check(self)

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").lower()

    @property
    def port(self) -> int:
        split = urlsplit(self.url)
        return split.port or (636 if split.scheme == "ldaps" else 389)

    @property
    def security(self) -> Literal["tls", "starttls", "plain"]:
        if self.url.lower().startswith("ldaps:"):
            return "tls"
        return "plain" if self.allow_plaintext else "starttls"

    @property
    def template_is_dn(self) -> bool:
        return "=" in self.bind_template

    def bind_name(self, username: str) -> str:
        """Who the person says they are, by the template."""
        if self.template_is_dn:
            return self.bind_template.replace("{username}", dn_value(username))
        before, after = self.bind_template.split("{username}")
        if after and not before and username.lower().endswith(after.lower()):
            return username  # bob@corp.example, typed whole
        return before + username + after

    def user_filter(self) -> Filter:
        return Filter(self.user_query_criteria, frozenset({"username"}))

    def group_filter(self) -> Filter:
        return Filter(self.group_query_criteria, frozenset({"username", "dn"}))


class AdSettings(LdapSettings, frozen=True, kw_only=True, rename="camel"):
    """The same, as Active Directory has it."""

    user_query_criteria: str = (
        "(&(objectCategory=person)(objectClass=user)"
        "(|(sAMAccountName={username})(userPrincipalName={username})))"
    )
    unique_attribute: str = "objectGUID"
    field_mapping: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "username": "sAMAccountName",
            "name": "displayName",
            "givenName": "givenName",
            "familyName": "sn",
            "email": "mail",
            "phone": "mobile",
        }
    )
    group_query_criteria: str = "(member={dn})"

    def group_filter(self) -> Filter:
        if self.groups == "nested":
            return Filter(f"(member:{IN_CHAIN}:={{dn}})", frozenset({"dn"}))
        return super().group_filter()


def _check(settings: LdapSettings) -> None:
    _check_address(settings)
    _check_certificate(settings.ca_certificate)
    _check_way(settings)
    for name, make in (
        ("userQueryCriteria", settings.user_filter),
        ("groupQueryCriteria", settings.group_filter),
    ):
        try:
            used = make().used
        except FilterUnfit as error:
            raise Unfit(name, *error.args) from error
        if not used:
            raise Unfit(name, "应含 {username}", "must contain {username}")
    if settings.unique_attribute.lower() not in {name.lower() for name in STABLE}:
        raise Unfit(
            "uniqueAttribute",
            f"应为不会改变、不会重新分配的属性之一：{'、'.join(STABLE)}",
            f"must be one of those that never change and are never given to somebody else: {', '.join(STABLE)}",
        )
    for ours, theirs in settings.field_mapping.items():
        if ours not in _PROFILE or not _ATTRIBUTE.match(theirs):
            raise Unfit(
                "fieldMapping",
                f"{ours[:64]}：应为资料字段到目录属性的对应",
                f"{ours[:64]}: must map a field of the profile to an attribute of the directory",
            )


def _check_address(settings: LdapSettings) -> None:
    try:
        split = urlsplit(settings.url)
        fits = split.scheme in ("ldap", "ldaps") and bool(split.hostname) and split.port != 0
    except ValueError:
        fits = False
    if not fits or split.username or split.path.strip("/") or split.query or split.fragment:
        raise Unfit(
            "url",
            "格式应为 ldaps://HOST:PORT 或 ldap://HOST:PORT",
            "must be ldaps://host:port or ldap://host:port",
        )


def _check_certificate(pem: str) -> None:
    if len(pem) > LONGEST_CA:
        raise Unfit("caCertificate", f"最多 {LONGEST_CA} 个字符", f"at most {LONGEST_CA} characters")
    if pem:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
        except (ssl.SSLError, ValueError) as error:
            raise Unfit("caCertificate", "不是 PEM 格式的证书", "is no certificate in PEM") from error


def _check_way(settings: LdapSettings) -> None:
    template = settings.bind_template
    if template and template.count("{username}") != 1:
        raise Unfit("bindTemplate", "应含一个 {username}", "must contain {username} once")
    if not template and not (settings.bind_dn and settings.bind_credentials):
        raise Unfit(
            "bindDn",
            "应填写查找用户的账号及其密码（bindCredentials），或直接绑定的 bindTemplate",
            "an account to look for people (with bindCredentials), or a bindTemplate to bind as them, is needed",
        )
    if bool(settings.bind_dn) != bool(settings.bind_credentials):
        raise Unfit("bindCredentials", "应与 bindDn 一起填写", "must come together with bindDn")
    if not settings.users_base_dn and not (template and settings.template_is_dn):
        raise Unfit("usersBaseDn", "应填写用户所在的位置", "the place that people are at is needed")
    for name, text in (
        ("bindDn", settings.bind_dn),
        ("bindCredentials", settings.bind_credentials),
        ("bindTemplate", template),
        ("usersBaseDn", settings.users_base_dn),
        ("groupsBaseDn", settings.groups_base_dn),
    ):
        if len(text) > 1000 or not is_storable(text):
            raise Unfit(name, "最多 1000 个字符", "at most 1000 characters")
