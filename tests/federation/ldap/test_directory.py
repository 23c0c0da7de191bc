"""Signing in against a real OpenLDAP."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.federation.ldap.certificates import Authority
from tests.federation.ldap.slapd import BASE, PEOPLE, READERS_PASSWORD, Slapd

from poolhouse.federation.providers.ldap.outcomes import Failed, Found, Wrong
from poolhouse.federation.providers.ldap.settings import LdapSettings
from poolhouse.federation.providers.ldap.sign_in import SignIns, typed
from poolhouse.outgoing import Outgoing

PASSWORD = "zhang's password"


async def verify(directory: Slapd, username: str, password: str, **changed: object) -> Found:
    settings = msgspec.convert(directory.fields(**changed), LdapSettings)
    named = Outgoing([("127.0.0.1", directory.port), ("127.0.0.1", directory.tls_port)])
    return await SignIns().verify("a connection", settings, named.allowed, username, password)


async def test_somebody_with_the_right_password_is_found_with_their_profile(directory: Slapd) -> None:
    found = await verify(directory, "zhang", PASSWORD)
    assert found.dn == f"uid=zhang,{PEOPLE}"
    assert len(found.key) == 36  # entryUUID
    assert found.profile == {
        "username": "zhang",
        "name": "张三",
        "familyName": "张",
        "email": "zhang@corp.example",
        "phone": "+8613800138000",
    }


async def test_a_wrong_password_is_refused(directory: Slapd) -> None:
    with pytest.raises(Wrong, match="wrong password"):
        await verify(directory, "zhang", "another")


async def test_a_name_that_nobody_has_is_refused(directory: Slapd) -> None:
    with pytest.raises(Wrong, match="nobody in the directory"):
        await verify(directory, "nobody", PASSWORD)


@pytest.mark.parametrize("template", [None, f"uid={{username}},{PEOPLE}"], ids=["search", "template"])
async def test_an_empty_password_is_refused_although_the_directory_takes_it(
    directory: Slapd, template: str | None
) -> None:
    with pytest.raises(Wrong, match="empty"):
        await verify(directory, "zhang", "", **({"bindTemplate": template} if template else {}))


@pytest.mark.parametrize(
    "way",
    [
        {"url": "ldaps"},
        {"url": "ldap"},
        {"url": "ldap", "allowPlaintext": True},
        {"url": "ldap", "bindTemplate": f"uid={{username}},{PEOPLE}", "bindDn": "", "bindCredentials": ""},
    ],
    ids=["LDAPS", "StartTLS", "plain text where the connection says so", "bind by a template"],
)
async def test_every_way_to_the_directory_finds_the_same_person(
    directory: Slapd, way: dict[str, Any]
) -> None:
    port = directory.tls_port if way["url"] == "ldaps" else directory.port
    address = f"{way['url']}://127.0.0.1:{port}"
    found = await verify(directory, "zhang", PASSWORD, **{**way, "url": address})
    assert found == await verify(directory, "zhang", PASSWORD)


@pytest.mark.parametrize("name", ["ann", "ANN", " Ann "])
async def test_somebody_whose_dn_must_be_escaped_signs_in_however_the_name_is_spelled(
    directory: Slapd, name: str
) -> None:
    assert (await verify(directory, name, "ann's password")).profile["name"] == "Smith, Ann"


async def test_a_name_of_special_characters_is_looked_for_as_it_is(directory: Slapd) -> None:
    assert (await verify(directory, "a*(b)\\c", "odd's password")).profile["name"] == "Odd"


@pytest.mark.parametrize(
    "name", ["*", "zh*", "zhang)(uid=*", "*)(objectClass=*", "zhang))(|(uid=*", "\\7ahang"]
)
async def test_a_name_cannot_change_the_filter(directory: Slapd, name: str) -> None:
    with pytest.raises(Wrong, match="nobody in the directory"):
        await verify(directory, name, PASSWORD)


@pytest.mark.parametrize("name", [f"bob,{PEOPLE}+uid=zhang", "zhang+cn=x", "bob,ou=people", "#7a", "zhang,"])
async def test_a_name_cannot_change_the_dn_of_a_template(directory: Slapd, name: str) -> None:
    with pytest.raises(Wrong, match="wrong password"):
        await verify(directory, name, PASSWORD, bindTemplate=f"uid={{username}},{PEOPLE}")


async def test_a_name_that_fits_two_entries_is_refused_even_with_the_password_of_both(
    directory: Slapd,
) -> None:
    with pytest.raises(Wrong, match="more than one entry"):
        await verify(directory, "double", "the same")
    by_mail = "(mail={username})"
    with pytest.raises(Wrong, match="more than one entry"):
        await verify(directory, "shared@corp.example", "bob's password", userQueryCriteria=by_mail)


async def test_a_part_of_the_tree_that_is_elsewhere_is_not_asked_for(directory: Slapd) -> None:
    """The base has a referral below it, to a port that nobody may call."""
    with pytest.raises(Wrong, match="more than one"):
        await verify(directory, "double", "the same", usersBaseDn=BASE)
    assert (await verify(directory, "zhang", PASSWORD, usersBaseDn=BASE)).profile["username"] == "zhang"
    with pytest.raises(Failed, match="another server, which is not followed") as refused:
        await verify(directory, "zhang", PASSWORD, usersBaseDn=f"ou=elsewhere,{BASE}")
    assert refused.value.step == "search"


async def test_groups_are_told_where_the_connection_wants_them(directory: Slapd) -> None:
    groups = f"ou=groups,{BASE}"
    found = await verify(directory, "ann", "ann's password", groups="direct", groupsBaseDn=groups)
    assert found.claims["groups"] == [f"cn=staff,ou=groups,{BASE}"]
    assert "groups" not in (await verify(directory, "ann", "ann's password")).claims


async def test_the_account_that_looks_for_people_is_told_from_the_person(directory: Slapd) -> None:
    with pytest.raises(Failed) as refused:
        await verify(directory, "zhang", PASSWORD, bindCredentials="not it")
    assert refused.value.step == "bind"
    assert "49" in refused.value.en
    assert READERS_PASSWORD not in refused.value.en


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_a_certificate_of_another_authority_is_refused(directory: Slapd, scheme: str) -> None:
    port = directory.tls_port if scheme == "ldaps" else directory.port
    address = f"{scheme}://127.0.0.1:{port}"
    for pem in ("", Authority().pem):
        with pytest.raises(Failed, match="certificate was refused") as refused:
            await verify(directory, "zhang", PASSWORD, url=address, caCertificate=pem)
        assert refused.value.step == "tls"


async def test_a_certificate_for_another_host_is_refused(
    directory: Slapd,
) -> None:
    settings = msgspec.convert(directory.fields(url=f"ldap://localhost:{directory.port}"), LdapSettings)
    allowed = Outgoing([("localhost", directory.port)]).allowed
    with pytest.raises(Failed, match="certificate was refused"):
        await SignIns().verify("a connection", settings, allowed, "zhang", PASSWORD)


async def test_a_private_host_is_called_only_where_the_operator_allows_it(directory: Slapd) -> None:
    settings = msgspec.convert(directory.fields(), LdapSettings)
    with pytest.raises(Failed, match="POOLHOUSE_OUTGOING_HOSTS") as refused:
        await SignIns().verify("a connection", settings, Outgoing().allowed, "zhang", PASSWORD)
    assert refused.value.step == "name"


@pytest.mark.parametrize("attribute", ["objectSid", "employeeNumber"])
async def test_an_entry_without_one_unique_value_opens_nothing(directory: Slapd, attribute: str) -> None:
    with pytest.raises(Failed, match=attribute) as refused:
        await verify(directory, "zhang", PASSWORD, uniqueAttribute=attribute)
    assert refused.value.step == "answer"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("zhang\0", PASSWORD),
        ("zha\0ng", PASSWORD),
        ("zhang", f"{PASSWORD}\0more"),
        ("zh\u200bang", PASSWORD),
        ("zh\nang", PASSWORD),
        ("z" * 257, PASSWORD),
        ("zhang", "p" * 1001),
        ("zh\ud800ang", PASSWORD),
        ("zhang", "\ud800"),
        ("", PASSWORD),
        ("  ", PASSWORD),
    ],
)
def test_what_is_no_name_or_no_password_is_refused_before_any_directory(name: str, password: str) -> None:
    with pytest.raises(Wrong):
        typed(name, password)
