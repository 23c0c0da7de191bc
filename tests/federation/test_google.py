"""Signing in by Google, against an OpenID provider that names Workspaces as Google does."""

from __future__ import annotations

import pytest
from tests.federation.conftest import query_of
from tests.federation.peers.google import StandIn
from tests.federation.peers.way import Way

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.google.settings import GoogleSettings

KIND = "google"


def _peer(way: Way) -> StandIn:
    assert isinstance(way.peer, StandIn)
    return way.peer


async def _comes(way: Way, **claims: object) -> str | None:
    """The address of the account that is made, None for none."""
    person = way.person()
    peer = _peer(way)
    back = peer.issuer.back((await way.begin()).address, person.id, **claims)
    return (await way.come_back(tuple(back))).user.email


async def test_every_account_may_come_where_no_domain_is_named(way: Way) -> None:
    assert "hd" not in query_of((await way.begin()).address)
    assert (await way.sign_in(way.person())).user


@pytest.mark.parametrize(
    ("domains", "asked"), [("corp.example", "corp.example"), ("Corp.example other.example", "*")]
)
async def test_only_accounts_of_the_named_domains_come_in(way: Way, domains: str, asked: str) -> None:
    await way.set(fields={"hostedDomains": domains})
    assert query_of((await way.begin()).address)["hd"] == asked
    assert await _comes(way, hd="corp.example") is None
    for claims in (
        {},
        {"hd": "evil.example"},
        {"hd": ""},
        {"hd": ["corp.example"]},
        {"email": "a@corp.example"},
    ):
        with pytest.raises(ProviderFailed) as refused:
            await _comes(way, **claims)
        assert refused.value.step == "domain", claims


async def test_what_userinfo_says_of_the_domain_counts_for_nothing_beside_the_token(way: Way) -> None:
    await way.set(fields={"hostedDomains": "corp.example"})
    _peer(way).issuer.told = {"hd": "corp.example"}
    with pytest.raises(ProviderFailed):
        await _comes(way, hd="evil.example")


@pytest.mark.parametrize(
    ("claims", "taken"),
    [
        ({"email": "ada@gmail.com", "email_verified": True}, True),
        ({"email": "ada@corp.example", "email_verified": True, "hd": "corp.example"}, True),
        ({"email": "ada@gmail.com", "email_verified": False}, False),
        ({"email": "ada@corp.example", "email_verified": False, "hd": "corp.example"}, False),
        ({"email": "ada@other.example", "email_verified": True}, False),
        ({"email": "ada@gmail.com.evil.example", "email_verified": True}, False),
        ({"email": "ada@gmail.com"}, False),
    ],
    ids=range(7),
)
async def test_an_address_is_verified_where_google_decides_who_has_it(
    way: Way, claims: dict[str, object], taken: bool
) -> None:
    assert await _comes(way, **claims) == (claims["email"] if taken else None)


async def test_google_may_leave_https_out_of_its_name_and_is_the_same(way: Way) -> None:
    person = way.person()
    first = await way.sign_in(person)
    bare = _peer(way).issuer.url.removeprefix("http://")
    back = _peer(way).issuer.back((await way.begin()).address, person.id, iss=bare)
    assert (await way.come_back(tuple(back))).user.id == first.user.id
    for wrong in (f"https://{bare}", "accounts.google.com", f"{bare}/"):
        with pytest.raises(ProviderFailed) as refused:
            await _comes(way, iss=wrong)
        assert refused.value.step == "issuer"


def test_by_itself_it_is_google_that_is_asked() -> None:
    assert GoogleSettings("a", "b").issuer == "https://accounts.google.com"
