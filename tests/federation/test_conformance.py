"""What every kind in the catalog does, whatever its protocol; each against what stands in for its provider."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import httpx
import pytest
import structlog
from tests.conftest import PoolForTests
from tests.federation.peers import stand_in
from tests.federation.peers.model import FAULTS, Fault, Person, StandIn
from tests.federation.peers.way import BROWSER, CLIENT_PAGE, ORIGIN, Way
from tests.oidc.conftest import Browser

from poolhouse import outgoing, turn
from poolhouse.apps.model import App
from poolhouse.errors import (
    EmailTaken,
    IdentitySourceNotFound,
    PoolhouseError,
    ProviderFailed,
    WrongCredentials,
)
from poolhouse.federation import catalog, connections
from poolhouse.federation.model import Begun, Manifest
from poolhouse.federation.providers.ldap import sign_in as directory_sign_in
from poolhouse.networks import Address
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services

KINDS = list(catalog.MANIFESTS.values())
AWAY = [one for one in KINDS if one.redirecting]
ASKED = [one for one in KINDS if one.verifying]


def stands(kind: str) -> StandIn | None:
    try:
        return stand_in(kind)
    except ModuleNotFoundError:
        return None


CALLED = [one for one in KINDS if (peer := stands(one.kind)) and peer.calls]
BOUND = [one for one in AWAY if (peer := stands(one.kind)) and peer.binds]
VOUCHING = [one for one in KINDS if (peer := stands(one.kind)) and peer.verifies]


@pytest.fixture(scope="module")
async def place(services: Services) -> tuple[PoolForTests, App]:
    """One pool for all kinds: they are apart by their sources, as in any."""
    pool = PoolForTests((await services.pools.create("conforming")).id)
    return pool, await services.apps.create(pool.administrator, "门户", redirect_uris=(CLIENT_PAGE,))


@pytest.fixture(scope="module")
async def way_of(
    services: Services, place: tuple[PoolForTests, App], manifest: Manifest
) -> AsyncIterator[Way]:
    pool, app = place
    peer = stand_in(manifest.kind)
    async with peer.serving():
        called = Outgoing({("127.0.0.1", peer.port)} if peer.port else ())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(services.provider_connections, "_outgoing", called)
            yield await Way.made(services, pool, app, manifest, peer)


@pytest.fixture
async def way(way_of: Way) -> AsyncIterator[Way]:
    yield way_of
    way_of.peer.mend()
    if way_of.connection.match_fields:
        await way_of.set(match_fields=())


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    return Browser(http)


def of(kinds: list[Manifest]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("manifest", kinds, ids=lambda one: one.kind, scope="module")


@pytest.mark.parametrize("kind", catalog.MANIFESTS)
def test_a_kind_has_somebody_to_stand_in_for_its_provider(kind: str) -> None:
    assert stands(kind), f"{kind} is in the catalog: write its stand-in in tests/federation/peers"


# -- whose account -----------------------------------------------------------------------------------------


@of(KINDS)
async def test_who_comes_is_given_an_account_and_the_same_one_again(way: Way) -> None:
    person = way.person(name="Ada King")
    first, again = await way.sign_in(person), await way.sign_in(person)
    assert first.token is not None
    assert again.user.id == first.user.id
    identities = await way.services.identities.list(way.pool.administrator, first.user.id)
    assert {(one.provider, one.ext_idp_id) for one in identities} == {
        (way.manifest.source_type, way.connection.source_id)
    }
    assert {tuple(one.connection_ids) for one in identities} == {(way.connection.id,)}
    assert {one.is_social for one in identities} == {way.manifest.social}


@of(KINDS)
async def test_another_pool_does_not_see_the_connection(way: Way, other_pool: PoolForTests) -> None:
    caller = replace(way.caller, pool_id=other_pool.id)
    for name in (way.connection.identifier, way.connection.id):
        with pytest.raises(IdentitySourceNotFound):
            if way.manifest.redirecting:
                await way.services.federation.begin(caller, name, "page", origin=ORIGIN, browser=BROWSER)
            elif way.manifest.exchanging:
                await way.services.native_sign_in.sign_in(caller, name, "a code", (way.manifest.kind,))
            else:
                await way.services.directory_sign_in.sign_in(caller, name, "ada", "x")
    assert await way.services.provider_connections.offered(other_pool.id, way.app.id) == []


@of(KINDS)
async def test_an_id_in_other_letters_is_another_person(way: Way) -> None:
    one, other = [await way.sign_in(Person(each)) for each in way.peer.ids]
    assert one.user.id != other.user.id


@of(KINDS)
async def test_of_those_who_come_first_at_once_one_makes_the_account(way: Way) -> None:
    person = way.person()
    came = await asyncio.gather(*[way.sign_in(person) for _ in range(2)])
    assert len({one.user.id for one in came}) == 1


@of(KINDS)
async def test_an_answer_without_an_id_is_nobodys(way: Way) -> None:
    assert (await way.refused(Person("")))["step"]


@of(KINDS)
async def test_an_unverified_address_finds_nobody_and_is_not_written(way: Way) -> None:
    person = way.person(email=f"{way.connection.identifier}-unverified@x.cn")
    theirs = await way.local(email=person.email, email_verified=True)
    await way.set(match_fields=("email",))
    came = await way.sign_in(person)
    assert (came.user.id == theirs.id, came.user.email) == (False, None)


@of(VOUCHING)
async def test_a_verified_address_finds_its_account_only_where_the_connection_says_so(way: Way) -> None:
    person = way.person(email=f"{way.manifest.callback_path}-{way.connection.id}@x.cn", email_verified=True)
    theirs = await way.local(email=person.email, email_verified=True)
    before = await way.people()
    with pytest.raises(EmailTaken):
        await way.sign_in(person)
    assert await way.people() == before
    await way.set(match_fields=("email",))
    assert (await way.sign_in(person)).user.id == theirs.id
    with pytest.raises(EmailTaken):  # it is that person's by now, whoever else has the address
        await way.sign_in(replace(way.person(), email=person.email, email_verified=True))


# -- the way there and back --------------------------------------------------------------------------------


@of(AWAY)
async def test_it_comes_back_once_and_to_the_browser_that_began_it(way: Way) -> None:
    person = way.person()
    back = way.redirecting.back(await way.begin(), person)
    with pytest.raises(ProviderFailed) as refused:
        await way.come_back(back, browser="another")
    assert refused.value.step == (await way.last_refusal())["step"] == "state"
    if way.redirecting.posts:  # a form is held once
        back = way.redirecting.back(await way.begin(), person)
    assert (await way.come_back(back)).user
    for _ in range(2):
        with pytest.raises(ProviderFailed) as refused:
            await way.come_back(back)
        assert refused.value.step == "state"


@of(BOUND)
async def test_an_answer_of_one_sign_in_is_none_of_another(way: Way) -> None:
    """Somebody's own answer under the state of somebody else's browser."""
    one, other = await way.begin(), await way.begin()
    theirs = dict(way.redirecting.back(one, way.person()))
    ours = dict(way.redirecting.back(other, way.person()))
    name = "RelayState" if "RelayState" in ours else "state"
    with pytest.raises(ProviderFailed):
        await way.come_back(tuple({**theirs, name: ours[name]}.items()))


@of([one for one in AWAY if one.takes_parameters])
async def test_a_parameter_of_the_client_goes_along_and_changes_nothing(way: Way) -> None:
    begun = await way.begin(more={"ui_hint": "dark mode"})
    split = urlsplit(begun.address)
    assert "ui_hint=dark+mode" in split.query
    assert begun.form is None
    person = way.person()
    assert (await way.come_back(way.redirecting.back(begun, person))).user
    plain = urlsplit((await way.begin()).address)
    assert plain.fragment == split.fragment


@of(AWAY)
async def test_who_said_no_there_is_told_a_sentence_and_the_log_the_step(way: Way) -> None:
    before = await way.people()
    with pytest.raises(ProviderFailed) as refused:
        await way.come_back(way.redirecting.refused(await way.begin()))
    detail = await way.last_refusal()
    assert detail["step"] == refused.value.step
    assert "<b>" not in json.dumps(detail)
    for lang in ("zh-CN", "en-US"):
        assert detail["reason"] not in refused.value.message(lang)  # type: ignore[arg-type]
    assert await way.people() == before


@of(AWAY)
async def test_what_is_no_answer_signs_nobody_in(way: Way) -> None:
    before = await way.people()
    for number in range(len(way.redirecting.garbled(await way.begin()))):
        pairs = way.redirecting.garbled(await way.begin())[number]
        with pytest.raises(ProviderFailed):
            await way.come_back(pairs)
        assert (await way.last_refusal())["step"], pairs
    assert await way.people() == before


@of(AWAY)
async def test_the_provider_is_given_our_address_and_no_host_headers(way: Way, browser: Browser) -> None:
    assert way.redirecting.callback(await way.begin()).startswith(f"{ORIGIN}/connections/")
    browser.http.headers["host"] = "evil.example"
    page = await _pressed(way, browser)
    assert way.redirecting.callback(page).endswith("/connections/{}/{}/callback".format(*way.path))
    assert "evil.example" not in way.redirecting.callback(page)
    assert "evil.example" not in unquote(page.address)


# -- providers that do not work ----------------------------------------------------------------------------


@of(CALLED)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_call_that_goes_wrong_is_over_soon_and_named(
    way: Way, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = way.person(email="ada@x.cn")
    for call in way.peer.calls:
        way.peer.spoil(call, fault)
        await way.set()
        begun = time.monotonic()
        with monkeypatch.context() as patch:
            for module in (outgoing, connections, directory_sign_in) if fault == "hang" else ():
                patch.setattr(module, "WHOLE_S", 0.15)
            assert (await way.refused(person))["step"], call
        assert time.monotonic() - begun < 5
        way.peer.mend()
    await way.set()
    assert (await way.sign_in(person)).user, "and all is well again"


@of(CALLED)
async def test_who_waits_for_a_provider_keeps_nobody_from_their_turn(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the sign-ins of one pool, whose provider hangs, would be all that the server works on."""
    given_up: list[bool] = []
    seen: list[int] = []
    allowed = Outgoing.allowed

    async def watched(self: Outgoing, host: str, port: int) -> list[Address]:
        seen.append(len(given_up))
        return await allowed(self, host, port)

    monkeypatch.setattr(Outgoing, "allowed", watched)
    await way.set()
    held = turn.held.set(lambda: given_up.append(True))
    try:
        await way.sign_in(way.person())
    finally:
        turn.held.reset(held)
    assert seen
    assert all(seen)


# -- names and passwords -----------------------------------------------------------------------------------


@of(ASKED)
async def test_an_empty_name_or_password_reaches_no_directory(way: Way) -> None:
    way.verifying.people["somebody"] = way.person()
    tried = len(way.verifying.passwords_tried())
    for name, password in (("somebody", ""), ("", way.verifying.password), ("  ", "x"), ("some\0body", "x")):
        with pytest.raises(WrongCredentials):
            await way.type(name, password)
    client = catalog.verifying(way.manifest.kind)
    opened = await way.services.provider_connections.open(way.caller, way.connection.identifier)
    here = way.services.provider_connections.here(ORIGIN, "")
    with pytest.raises(PoolhouseError):  # nor by way of the client itself
        await client.verify(opened.settled, here, "somebody", "")
    assert len(way.verifying.passwords_tried()) == tried


@of(ASKED)
async def test_a_wrong_password_and_an_unknown_name_are_one_sentence_with_a_row_each(way: Way) -> None:
    way.verifying.people["somebody"] = way.person()
    told = set()
    for name in ("somebody", "nobody", "*", "somebody)(uid=*"):
        with pytest.raises(WrongCredentials) as refused:
            await way.type(name, "wrong")
        told.add(refused.value.message("zh-CN"))
        assert (await way.last_refusal())["connection"] == way.connection.identifier
    assert len(told) == 1


# -- secrets -----------------------------------------------------------------------------------------------


@of(KINDS)
async def test_a_setting_that_is_secret_is_shown_to_nobody(way: Way) -> None:
    given = way.peer.fields()
    for field in way.manifest.fields:
        if field.secret and given.get(field.name):
            assert way.connection.fields[field.name] != given[field.name], field.name


@of(KINDS)
async def test_no_secret_is_logged_written_or_answered(way: Way, browser: Browser) -> None:
    given = way.peer.fields()
    secrets = {str(given[one.name]) for one in way.manifest.fields if one.secret and given.get(one.name)}
    answers: list[str] = []
    with structlog.testing.capture_logs() as logged:
        for call in ("", *way.peer.calls):
            way.peer.mend()
            if call:
                way.peer.spoil(call, "refusal")
            await way.set()
            with contextlib.suppress(PoolhouseError):
                await way.sign_in(way.person())
            if way.manifest.redirecting:
                answers += await _by_pages(way, browser)
                assert call or f"'location': '{CLIENT_PAGE}" in answers[-1], "signed in and sent on"
    told = "\n".join([*answers, await way.written(), json.dumps(logged, default=repr)])
    secrets |= set(way.peer.told)
    assert secrets
    for secret in secrets:
        for spelled in {secret, json.dumps(secret)[1:-1], urlencode({"": secret})[1:]}:
            assert spelled not in told


async def _pressed(way: Way, browser: Browser) -> Begun:
    """Where the hosted page's button leads."""
    asked = {"client_id": way.app.id, "redirect_uri": CLIENT_PAGE, "response_type": "code", "scope": "openid",
             "state": "s", "ext_idp_conn_id": way.connection.identifier, "prompt": "login"}  # fmt: skip
    page = await browser.http.get(f"/oidc/auth?{urlencode(asked)}")
    while page.is_redirect and page.headers["location"].startswith("/"):
        page = await browser.http.get(urljoin("http://poolhouse", page.headers["location"]))
    browser.page = page
    return Begun(unescape(page.headers.get("location", "")))


async def _by_pages(way: Way, browser: Browser) -> list[str]:
    """Every answer of ours to a person who signs in on the hosted pages, redirects to the provider apart."""
    browser.http.cookies.clear()
    begun = await _pressed(way, browser)
    assert browser.page is not None
    if not begun.address.startswith("http"):
        return [browser.page.text]
    pairs = way.redirecting.back(begun, way.person())
    path = "/connections/{}/{}/callback".format(*way.path)
    if way.redirecting.posts:
        page = await browser.http.post(path, data=dict(pairs))
    else:
        page = await browser.http.get(f"{path}?{urlencode(pairs)}")
    seen = [f"{page.headers} {page.text}"]
    while page.is_redirect and page.headers["location"].startswith("/"):
        page = await browser.http.get(urljoin("http://poolhouse", page.headers["location"]))
        seen.append(f"{page.headers} {page.text}")
    return seen
