"""Signing in by Microsoft Entra, against an OpenID provider with tenants as Entra has them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.federation.peers.azure_ad import OTHER_TENANT, TENANT, StandIn
from tests.federation.peers.model import Person
from tests.federation.peers.way import Way

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import settled
from poolhouse.federation.providers.azure_ad import MANIFEST
from poolhouse.federation.providers.azure_ad.settings import PERSONAL
from poolhouse.login.model import LoggedIn

KIND = "azure-ad"
OID = "00000000-0000-4000-8000-000000000007"


def _peer(way: Way) -> StandIn:
    assert isinstance(way.peer, StandIn)
    return way.peer


async def _comes(way: Way, tenant: str = TENANT, sub: str = "pairwise", **claims: Any) -> LoggedIn:
    said = {**_peer(way).claims(Person(OID), tenant), **claims}
    back = _peer(way).issuer.back((await way.begin()).address, sub, **said)
    return await way.come_back(tuple(pair for pair in back if pair[0] != "iss"))


async def _step(way: Way, tenant: str = TENANT, **claims: Any) -> str:
    with pytest.raises(ProviderFailed) as refused:
        await _comes(way, tenant, **claims)
    return refused.value.step


async def test_somebody_is_known_by_tenant_and_object(way: Way) -> None:
    first = await _comes(way, name="Ada")
    again = await _comes(way, sub="as another client would hear it", name="Ada King", upn="renamed@x.cn")
    assert again.user.id == first.user.id
    [identity] = await way.services.identities.list(way.pool.administrator, first.user.id)
    assert (identity.provider, identity.user_id_in_idp) == ("azure-ad", f"{TENANT}.{OID}")


async def test_the_same_object_id_in_another_tenant_is_another_person(way: Way) -> None:
    await way.set(fields={"tenant": "common", "anyTenant": True})
    first, other = await _comes(way), await _comes(way, OTHER_TENANT)
    assert first.user.id != other.user.id


@pytest.mark.parametrize("oid", [None, "", "ada", 7, f"{OID}\n", OID[:-1]])
async def test_what_is_no_object_id_is_nobody(way: Way, oid: Any) -> None:
    assert await _step(way, oid=oid) == "token"


# -- addresses (nOAuth) ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [{}, {"email_verified": True}, {"verified_primary_email": ["boss@x.cn"]}, {"xms_edov": False}, {"xms_edov": "0"},
     {"xms_edov": "yes"}, {"xms_edov": ["true"]}],
    ids=repr,
)  # fmt: skip
async def test_an_address_that_the_tenant_may_have_written_itself_finds_nobody(
    way: Way, claims: dict[str, Any]
) -> None:
    theirs = await way.local(email="boss@x.cn", email_verified=True)
    await way.set(match_fields=("email",))
    came = await _comes(way, email="boss@x.cn", preferred_username="boss@x.cn", upn="boss@x.cn", **claims)
    assert came.user.id != theirs.id
    assert came.user.email is None


@pytest.mark.parametrize("said", [True, 1, "1", "true"])
async def test_an_address_of_a_domain_that_is_the_tenants_own_is_verified(way: Way, said: Any) -> None:
    assert (await _comes(way, email="ada@x.cn", xms_edov=said)).user.email == "ada@x.cn"


# -- tenants -----------------------------------------------------------------------------------------------


async def test_the_own_tenant_lets_nobody_of_another_in(way: Way) -> None:
    assert await _step(way, OTHER_TENANT) == "issuer"
    issuer = f"{_peer(way).issuer.url}/{TENANT}/v2.0"
    assert await _step(way, OTHER_TENANT, iss=issuer) == "issuer"  # the two claims name two
    assert await _step(way, iss=f"{_peer(way).issuer.url}/{OTHER_TENANT}/v2.0") == "issuer"
    for tid in (None, "", 7, "common", "x" * 36):
        assert await _step(way, tid=tid) == "issuer"


async def test_a_tenant_may_be_named_by_its_domain(way: Way) -> None:
    await way.set(fields={"tenant": "corp.example"})
    _peer(way).issuer.name = TENANT
    assert (await _comes(way)).user
    assert await _step(way, OTHER_TENANT) == "issuer"


async def test_of_many_tenants_those_that_are_allowed_come_in(way: Way) -> None:
    for shared in ("common", "organizations"):
        await way.set(fields={"tenant": shared, "allowedTenants": f" {TENANT.upper()}  {PERSONAL}"})
        assert (await _comes(way)).user
        assert (await _comes(way, PERSONAL)).user
        assert await _step(way, OTHER_TENANT) == "tenant"
        assert await _step(way, iss=f"{_peer(way).issuer.url}/{{tenantid}}/v2.0") == "issuer"


async def test_personal_accounts_are_one_tenant(way: Way) -> None:
    _peer(way).issuer.name = PERSONAL
    await way.set(fields={"tenant": "consumers", "allowedTenants": PERSONAL})
    assert (await _comes(way, PERSONAL)).user
    assert await _step(way) == "issuer"


@pytest.mark.parametrize(
    ("tenant", "name"),
    [
        (TENANT, OTHER_TENANT),
        (TENANT, "{tenantid}"),
        ("corp.example", "corp.example"),
        ("corp.example", "{tenantid}"),
        ("common", TENANT),
        ("consumers", TENANT),
        ("common", "x/{tenantid}"),
    ],
)  # fmt: skip
async def test_a_document_of_another_tenant_is_refused(way: Way, tenant: str, name: str) -> None:
    await way.set(fields={"tenant": tenant, "anyTenant": True})
    _peer(way).issuer.name = name
    with pytest.raises(ProviderFailed) as refused:
        await way.begin()
    assert refused.value.step == "discovery"


@pytest.mark.parametrize(("key", "fits"), [("{tenantid}", True), (TENANT, True), (OTHER_TENANT, False)])
async def test_a_key_is_good_for_the_tenant_that_it_is_for(way: Way, key: str, fits: bool) -> None:
    _peer(way).issuer.key_issuer = key
    await way.set(fields={"tenant": "common", "anyTenant": True})
    if fits:
        assert (await _comes(way)).user
    else:
        assert await _step(way) == "key"


async def test_an_answer_may_name_its_tenant_and_no_other_provider(way: Way) -> None:
    await way.set(fields={"tenant": "common", "anyTenant": True})
    url = _peer(way).issuer.url
    for iss, fits in (
        (f"{url}/{TENANT}/v2.0", True),
        (f"{url}/x/v2.0", False),
        ("https://evil.example", False),
    ):
        said = _peer(way).claims(Person(OID))
        back = dict(_peer(way).issuer.back((await way.begin()).address, "sub", **said))
        pairs = tuple({**back, "iss": iss}.items())
        if fits:
            assert (await way.come_back(pairs)).user
        else:
            with pytest.raises(ProviderFailed, match="issuer"):
                await way.come_back(pairs)


@pytest.mark.parametrize(
    "fields",
    [
        {"tenant": ""},
        {"tenant": "../common"},
        {"tenant": "{tenantid}"},
        {"tenant": "common"},
        {"tenant": "organizations", "allowedTenants": "corp.example"},
        {"tenant": "consumers"},
        {"tenant": TENANT, "allowedTenants": "x"},
        {"tenant": TENANT, "clientId": None},
    ],
    ids=repr,
)
def test_settings_that_would_let_in_whom_nobody_named_are_refused(fields: dict[str, Any]) -> None:
    given = {"clientId": "a", "clientSecret": "b", **fields}
    with pytest.raises(ProviderFailed) as refused:
        settled(MANIFEST, id="c", pool_id="p", source_id="s", identifier="i", fields=given)
    assert refused.value.step == "settings"
