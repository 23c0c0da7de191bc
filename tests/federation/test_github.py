"""Signing in by GitHub, against what stands in for a GitHub Enterprise Server."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.federation.peers.github import CLIENT, SECRET, StandIn
from tests.federation.peers.model import Person
from tests.federation.peers.way import ORIGIN, Way

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import settled
from poolhouse.federation.providers.github import MANIFEST
from poolhouse.federation.providers.github.settings import GithubSettings
from poolhouse.outgoing import Outgoing

KIND = "github"
ADA = Person("583231", "Ada King", "ada@x.cn", email_verified=True)


def _peer(way: Way) -> StandIn:
    assert isinstance(way.peer, StandIn)
    return way.peer


async def _refused(way: Way, person: Person = ADA) -> tuple[str, str]:
    detail = await way.refused(person)
    return detail["step"], detail["reason"]


async def test_the_request_names_us_our_address_and_a_proof(way: Way) -> None:
    begun = await way.begin()
    asked = _peer(way).query(begun)
    assert urlsplit(begun.address).path == "/login/oauth/authorize"
    assert asked["client_id"] == CLIENT
    assert asked["redirect_uri"] == f"{ORIGIN}/connections/github/by-github/callback"
    assert (asked["scope"], asked["code_challenge_method"]) == ("read:user user:email", "S256")
    assert SECRET not in begun.address


async def test_somebody_is_known_by_the_number_and_not_by_the_login(way: Way) -> None:
    first = await way.sign_in(ADA)
    assert (first.user.name, first.user.email, first.user.nickname) == ("Ada King", "ada@x.cn", "octo-583231")
    _peer(way).said = {"login": "ada-renamed"}
    assert (await way.sign_in(ADA)).user.id == first.user.id
    _peer(way).said = {"login": "octo-583231"}  # somebody else has taken the name that became free
    other = await way.sign_in(Person("583232"))
    assert other.user.id != first.user.id
    [identity] = await way.services.identities.list(way.pool.administrator, first.user.id)
    assert (identity.provider, identity.type, identity.user_id_in_idp) == ("github", "generic", "583231")
    assert identity.is_social


async def test_an_address_that_is_only_shown_is_not_taken(way: Way) -> None:
    """`/user` has what the person wrote there."""
    _peer(way).said = {"email": "boss@x.cn"}
    _peer(way).emails = (
        200,
        [{"email": "ada@x.cn", "primary": False, "verified": True}, 7, {"primary": True}],
    )
    assert (await way.sign_in(ADA)).user.email is None


@pytest.mark.parametrize("status", [403, 404])
async def test_somebody_whose_addresses_may_not_be_read_comes_in_without_one(way: Way, status: int) -> None:
    _peer(way).emails = (status, {"message": "Resource not accessible by integration"})
    assert (await way.sign_in(ADA)).user.email is None


@pytest.mark.parametrize("answer", [(500, []), (200, {}), (200, b"["), (401, {"message": "Bad credentials"})])
async def test_addresses_that_are_not_told_are_no_empty_list(way: Way, answer: tuple[int, Any]) -> None:
    _peer(way).emails = answer
    assert (await _refused(way))[0] == "userinfo"


@pytest.mark.parametrize("number", [None, "583231", 0, -1, True, 1.5, {}], ids=repr)
async def test_what_is_no_number_is_nobody(way: Way, number: Any) -> None:
    _peer(way).said = {"id": number}
    assert await _refused(way) == ("userinfo", "GitHub told no number of the person")


async def test_a_refused_code_is_answered_200_and_told_by_its_code(way: Way) -> None:
    await way.set(fields={"clientSecret": "another"})
    assert await _refused(way) == ("token", "GitHub gave no token: incorrect_client_credentials")


async def test_the_trial_tells_whether_the_secret_is_right(way: Way) -> None:
    check, who = way.services.connection_trials.check, way.pool.administrator
    assert (await check(who, way.connection.id, origin=ORIGIN)).steps == ("settings", "token")
    await way.set(fields={"clientSecret": "another"})
    failed = (await check(who, way.connection.id, origin=ORIGIN)).failed
    assert failed is not None
    assert failed.reason("en-US") == "GitHub answered: incorrect_client_credentials"


async def test_a_token_that_is_no_headers_text_is_not_sent_on(way: Way) -> None:
    back = _peer(way).back(await way.begin(), ADA)
    for token in ("a\r\nx-evil: 1", "", 7, "ü"):
        peer = _peer(way)
        peer.answer = lambda *_, token=token: (200, {"access_token": token})  # type: ignore[method-assign,assignment]
        back = peer.back(await way.begin(), ADA)
        with pytest.raises(ProviderFailed) as refused:
            await way.come_back(back)
        assert refused.value.step == "token"
        assert [path for path, *_ in peer.asked][-1] == "/login/oauth/access_token"


async def test_another_github_has_other_people_of_the_same_numbers(way: Way) -> None:
    await way.sign_in(ADA)
    other = StandIn()
    async with other.serving():
        way.services.provider_connections._outgoing = Outgoing({("127.0.0.1", other.port)})
        begun = await way.begin()
        await way.set(fields={"baseUrl": other.url})
        with pytest.raises(ProviderFailed) as refused:  # begun at the first
            await way.come_back(_peer(way).back(begun, ADA))
        assert refused.value.step == "issuer"
        way.peer = other
        assert (await _refused(way))[0] == "issuer"


@pytest.mark.parametrize(
    ("fields", "api"),
    [
        ({}, "https://api.github.com"),
        ({"baseUrl": "https://octo.ghe.com/"}, "https://api.octo.ghe.com"),
        ({"baseUrl": "https://git.corp.example"}, "https://git.corp.example/api/v3"),
        ({"baseUrl": "https://github.com.evil.example"}, "https://github.com.evil.example/api/v3"),
        (
            {"baseUrl": "https://git.corp.example", "apiUrl": "https://api.corp.example/"},
            "https://api.corp.example",
        ),
    ],
)
def test_the_api_is_where_that_github_has_it(fields: dict[str, str], api: str) -> None:
    settings = msgspec.convert({"clientId": "a", "clientSecret": "b", **fields}, GithubSettings)
    assert settings.api() == api


@pytest.mark.parametrize(
    "fields",
    [
        {"clientSecret": None},
        {"baseUrl": "github.com"},
        {"baseUrl": "ftp://x"},
        {"baseUrl": "https://u@x"},
        {"baseUrl": "https://[x"},
        {"apiUrl": "https://x/?y"},
    ],
)
def test_settings_that_do_not_fit_are_named(fields: dict[str, Any]) -> None:
    given = {"clientId": "a", "clientSecret": "b", **fields}
    with pytest.raises(ProviderFailed) as refused:
        settled(MANIFEST, id="c", pool_id="p", source_id="s", identifier="i", fields=given)
    assert next(iter(fields)) in refused.value.reason("en-US")
