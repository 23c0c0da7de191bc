"""What the frame is told by the client of LDAP and of Active Directory."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import fields
from tests.federation.ldap.slapd import PEOPLE, Slapd
from tests.federation.ldap.standin import BIND, answering, result
from tests.federation.ldap.test_hostile import GUID, SAID, but, good

from poolhouse.errors import ProviderAccountRefused, ProviderFailed, ProviderRefused, WrongCredentials
from poolhouse.federation.model import ExternalId, ExternalUser, Here, Manifest, checked, settled
from poolhouse.federation.providers import ad, ldap
from poolhouse.federation.providers.ldap.client import LdapClient
from poolhouse.outgoing import Outgoing


async def verify(
    manifest: Manifest,
    given: dict[str, Any],
    port: int,
    username: str = "zhang",
    password: str = "zhang's password",
) -> ExternalUser:
    connection = settled(manifest, id="c", pool_id="p", source_id="s", identifier="corp", fields=given)
    here = Here("https://id.example", "", Outgoing([("127.0.0.1", port)]), lambda: datetime.now(UTC))
    return await LdapClient().verify(connection, here, username, password)


def ad_fields(port: int) -> dict[str, Any]:
    return {
        "url": f"ldap://127.0.0.1:{port}",
        "allowPlaintext": True,
        "bindDn": "reader@corp.example",
        "bindCredentials": "reads",
        "usersBaseDn": "DC=corp,DC=example",
    }


@pytest.mark.parametrize("trusted", [False, True])
async def test_somebody_is_known_by_the_entrys_id_and_their_address_is_proved_only_where_trusted(
    directory: Slapd, trusted: bool
) -> None:
    given = directory.fields(trustEmail=trusted)
    user = checked(await verify(ldap.MANIFEST, given, directory.port))
    [one] = user.ids
    assert one.type == "generic"
    assert len(one.value) == 36
    assert user.profile["email"] == "zhang@corp.example"
    assert user.email_verified is trusted


async def test_somebody_without_an_address_has_none_that_is_proved(directory: Slapd) -> None:
    given = directory.fields(trustEmail=True)
    user = await verify(ldap.MANIFEST, given, directory.port, "a*(b)\\c", "odd's password")
    assert user.email_verified is False


async def test_active_directory_knows_somebody_by_their_guid() -> None:
    async with answering(good) as standin:
        user = await verify(ad.MANIFEST, ad_fields(standin.port), standin.port, "bob", "right")
    assert user.ids == (ExternalId("generic", str(GUID)),)


async def test_a_wrong_password_and_an_unknown_name_are_one_sentence(directory: Slapd) -> None:
    told = set()
    reasons = set()
    for name in ("zhang", "nobody", "double", "*", ""):
        with pytest.raises(ProviderRefused) as refused:
            await verify(ldap.MANIFEST, directory.fields(), directory.port, name, "wrong")
        told.add((refused.value.message("zh-CN"), refused.value.message("en-US")))
        reasons.add(refused.value.reason("en-US"))
    assert told == {(WrongCredentials.zh, WrongCredentials.en)}
    assert len(reasons) == 4


@pytest.mark.parametrize("data", ["530", "531", "532", "533", "701", "773"])
async def test_an_account_that_active_directory_keeps_out_is_told_so_with_the_right_password(
    data: str,
) -> None:
    said = SAID.format(data)
    async with answering(but(BIND, 2, lambda asked: result(asked, 49, said))) as standin:
        with pytest.raises(ProviderAccountRefused) as refused:
            await verify(ad.MANIFEST, ad_fields(standin.port), standin.port, "bob", "right")
    assert f"data {data}" in refused.value.reason("en-US")
    for lang in ("zh-CN", "en-US"):
        assert "data" not in refused.value.message(lang)  # type: ignore[arg-type]
        assert "{" not in refused.value.message(lang)  # type: ignore[arg-type]


async def test_what_is_wrong_with_the_directory_is_a_step_and_a_reason(directory: Slapd) -> None:
    given = directory.fields(bindCredentials="not it")
    with pytest.raises(ProviderFailed) as failed:
        await verify(ldap.MANIFEST, given, directory.port)
    assert failed.value.step == "bind"
    assert "49 invalidCredentials" in failed.value.reason("en-US")


async def test_settings_that_do_not_fit_are_told_by_name() -> None:
    with pytest.raises(ProviderFailed, match="usersBaseDn") as failed:
        await verify(ldap.MANIFEST, {**ad_fields(389), "usersBaseDn": ""}, 389)
    assert failed.value.step == "settings"


@pytest.mark.parametrize("manifest", [ldap.MANIFEST, ad.MANIFEST], ids=["ldap", "ad"])
def test_every_setting_is_shown_to_people(manifest: Manifest) -> None:
    spelled = {one.encode_name for one in fields(manifest.settings)}
    assert {one.name for one in manifest.fields} == spelled
    assert {one.name for one in manifest.fields if one.secret} == {"bindCredentials"}


async def check(given: dict[str, Any], port: int) -> tuple[str, ...]:
    connection = settled(ldap.MANIFEST, id="c", pool_id="p", source_id="s", identifier="corp", fields=given)
    here = Here("https://id.example", "", Outgoing([("127.0.0.1", port)]), lambda: datetime.now(UTC))
    return await LdapClient().check(connection, here)


async def test_the_trial_tells_which_steps_work(directory: Slapd) -> None:
    steps = await check(directory.fields(), directory.port)
    assert steps == ("name", "connect", "starttls", "tls", "bind", "search")
    as_the_person = directory.fields(bindTemplate=f"uid={{username}},{PEOPLE}", bindDn="", bindCredentials="")
    assert (await check(as_the_person, directory.port))[-1] == "tls"


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({"url": "ldap://127.0.0.2:9"}, "name"),
        ({"caCertificate": ""}, "tls"),
        ({"bindCredentials": "not it"}, "bind"),
        ({"usersBaseDn": "ou=nowhere,dc=corp,dc=example"}, "search"),
    ],
)
async def test_the_trial_tells_the_first_step_that_does_not(
    directory: Slapd, changed: dict[str, Any], step: str
) -> None:
    with pytest.raises(ProviderFailed) as failed:
        await check(directory.fields(**changed), directory.port)
    assert failed.value.step == step
