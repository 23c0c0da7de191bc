"""What an administrator may say of a directory."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.federation.ldap.certificates import Authority

from poolhouse.federation.providers.ldap.settings import AdSettings, LdapSettings

GOOD: dict[str, Any] = {
    "url": "ldaps://dc.corp.example",
    "bindDn": "cn=reader,dc=corp,dc=example",
    "bindCredentials": "reads",
    "usersBaseDn": "ou=people,dc=corp,dc=example",
}


def read(**changed: object) -> LdapSettings:
    fields = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    return msgspec.convert(fields, LdapSettings)


def test_the_address_says_how_the_connection_is_encrypted() -> None:
    assert (read().security, read().port) == ("tls", 636)
    plain = read(url="ldap://dc.corp.example")
    assert (plain.security, plain.port) == ("starttls", 389)
    assert read(url="ldap://dc.corp.example:3389", allowPlaintext=True).security == "plain"
    assert read(url="ldaps://dc.corp.example:3269", allowPlaintext=True).security == "tls"
    assert read(url="LDAPS://DC.corp.example").host == "dc.corp.example"


def test_a_good_certificate_of_an_own_authority_is_taken() -> None:
    assert read(caCertificate=Authority().pem).ca_certificate


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("url", {"url": None}),
        ("url", {"url": 5}),
        ("url", {"url": "https://dc.corp.example"}),
        ("url", {"url": "dc.corp.example"}),
        ("url", {"url": "ldap://"}),
        ("url", {"url": "ldap://dc.corp.example:0"}),
        ("url", {"url": "ldap://dc.corp.example:99999"}),
        ("url", {"url": "ldap://user@dc.corp.example"}),
        ("url", {"url": "ldap://dc.corp.example/dc=corp?uid"}),
        ("url", {"url": "ldap://[::1"}),
        ("caCertificate", {"caCertificate": "nothing"}),
        ("caCertificate", {"caCertificate": "x" * 70_000}),
        ("bindDn", {"bindDn": None, "bindCredentials": None}),
        ("bindDn", {"bindCredentials": ""}),
        ("bindCredentials", {"bindCredentials": "", "bindTemplate": "uid={username},dc=corp"}),
        ("bindTemplate", {"bindTemplate": "uid=zhang,dc=corp"}),
        ("bindTemplate", {"bindTemplate": "uid={username},cn={username},dc=corp"}),
        ("usersBaseDn", {"usersBaseDn": ""}),
        ("usersBaseDn", {"usersBaseDn": "x" * 2000}),
        ("userQueryCriteria", {"userQueryCriteria": "(uid=zhang)"}),
        ("userQueryCriteria", {"userQueryCriteria": "(uid={username}"}),
        ("groupQueryCriteria", {"groupQueryCriteria": "(member=*)"}),
        ("uniqueAttribute", {"uniqueAttribute": "mail"}),
        ("uniqueAttribute", {"uniqueAttribute": "dn"}),
        ("uniqueAttribute", {"uniqueAttribute": ""}),
        ("fieldMapping", {"fieldMapping": {"password": "userPassword"}}),
        ("fieldMapping", {"fieldMapping": {"name": "cn)(uid=*"}}),
        ("groups", {"groups": "some"}),
    ],
)
def test_what_does_not_fit_is_refused_by_the_name_of_the_field(field: str, changed: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"(\b|`){field}\b"):
        read(**changed)


def test_active_directory_is_asked_by_both_of_its_names_and_known_by_its_guid() -> None:
    settings = msgspec.convert(GOOD, AdSettings)
    assert settings.unique_attribute == "objectGUID"
    for name in ("sAMAccountName", "userPrincipalName"):
        assert f"({name}={{username}})" in settings.user_query_criteria


def test_a_template_takes_a_name_with_and_without_its_domain() -> None:
    settings = msgspec.convert({**GOOD, "bindTemplate": "{username}@corp.example"}, AdSettings)
    assert settings.bind_name("bob") == "bob@corp.example"
    assert settings.bind_name("bob@Corp.Example") == "bob@Corp.Example"
    assert settings.bind_name("bob@other.example") == "bob@other.example@corp.example"
