"""A CAS server says that a sign-in is over, and the sessions that the ticket opened end; and nothing else does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.federation.cas.conftest import CasPeer
from tests.federation.cas.server import CasServer
from tests.federation.conftest import http, query_of  # noqa: F401

from poolhouse.errors import MfaRequired
from poolhouse.federation.providers.cas import MANIFEST
from poolhouse.federation.settings import Unfit, read_settings
from poolhouse.login.model import LoggedIn

WORD = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-1" Version="2.0" '
    'IssueInstant="2026-11-27T12:00:00Z"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
    "@NOT_USED@</saml:NameID>{}</samlp:LogoutRequest>"
)


def word(*tickets: str) -> str:
    return WORD.format("".join(f"<samlp:SessionIndex>{one}</samlp:SessionIndex>" for one in tickets))


async def enter(cas: CasPeer, user: str) -> tuple[LoggedIn, str, str]:
    """Who has come in, the service of the sign-in (path and query), and its ticket."""
    address = await cas.begin()
    back = cas.issuer.came(address, user)
    came = await cas.come_back(back)
    assert isinstance(came, LoggedIn)
    service = urlsplit(query_of(address)["service"])
    return came, f"{service.path}?{service.query}", dict(back)["ticket"]


async def lives(cas: CasPeer, came: LoggedIn) -> bool:
    assert came.session is not None
    return await cas.services.sessions.find(cas.pool.id, came.session.id) is not None


async def post(http: httpx.AsyncClient, service: str, document: str) -> int:  # noqa: F811
    return (await http.post(service, data={"logoutRequest": document})).status_code


async def test_the_sessions_of_the_ticket_end_and_others_go_on(
    cas: CasPeer,
    http: httpx.AsyncClient,  # noqa: F811
) -> None:
    (one, service, ticket), (two, *_), (eve, *_) = [await enter(cas, name) for name in ("ada", "ada", "eve")]
    assert await post(http, service, word(ticket)) == 200
    assert [await lives(cas, came) for came in (one, two, eve)] == [False, True, True]
    rows = await cas.services.db.fetch(
        "select user_id, detail from audit_records where pool_id = $1 and operation = 'logout'", cas.pool.id
    )
    assert [(row["user_id"], row["detail"]) for row in rows] == [(one.user.id, {"method": "identity"})]
    assert await post(http, service, word(ticket)) == 200  # a server may say it again


async def test_a_ticket_ends_nothing_but_at_the_address_it_was_for(
    cas: CasPeer,
    http: httpx.AsyncClient,  # noqa: F811
) -> None:
    """Who knows one of the two has not got the other; of another pool's sign-in neither is good."""
    one, service, ticket = await enter(cas, "ada")
    _, other, another = await enter(cas, "eve")
    path, _, state = service.partition("?state=")
    elsewhere = f"{path}?state={'0' * 24}{state[24:]}"
    for address, named in ((other, ticket), (service, another), (service, "ST-guessed"), (elsewhere, ticket)):
        assert await post(http, address, word(named)) == 200
    for address in (path, f"{path}?state=guessed", f"{service}&state={state}"):
        assert await post(http, address, word(ticket)) == 400
    assert await lives(cas, one)


HOSTILE = {
    "no XML": "logout",
    "another document": "<a/>",
    "none": word(),
    "two": word("{}", "{}"),
    "with an element in it": word("<b/>{}"),
    "of another namespace": word("{}").replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
    "deeper": WORD.format("<samlp:Extensions><samlp:SessionIndex>{}</samlp:SessionIndex></samlp:Extensions>"),
    "with entities": '<!DOCTYPE r [<!ENTITY t "{}">]>' + word("&t;"),
    "of a file": '<!DOCTYPE r [<!ENTITY t SYSTEM "file:///etc/passwd">]>' + word("&t;"),
    "nested": word("{}").replace("<saml:NameID", "<a>" * 500 + "</a>" * 500 + "<saml:NameID"),
    "long": word("{}") + " " * 20_000,
}


async def test_what_could_be_read_another_way_ends_nothing(
    cas: CasPeer,
    http: httpx.AsyncClient,  # noqa: F811
) -> None:
    one, service, ticket = await enter(cas, "ada")
    for name, document in HOSTILE.items():
        assert await post(http, service, document.replace("{}", ticket)) == 400, name
    twice = [("logoutRequest", word(ticket)), ("logoutRequest", word(ticket))]
    body = httpx.QueryParams(twice).__str__()
    head = {"content-type": "application/x-www-form-urlencoded"}
    assert (await http.post(service, content=body, headers=head)).status_code == 400
    assert await lives(cas, one)
    assert await post(http, service, word(ticket)) == 200
    assert not await lives(cas, one)


async def test_a_session_behind_a_second_step_ends_too(
    cas: CasPeer,
    http: httpx.AsyncClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await cas.services.pools.update(cas.pool.administrator, {}, {"mfa_required": True})
    with pytest.raises(MfaRequired) as asked:
        await enter(cas, "ada")
    address = cas.issuer.queries[-1]
    held, user = await cas.services.mfa_login.held(cas.caller, asked.value.facts["mfa_token"])
    came = await cas.services.mfa_login.finish(cas.caller, held, user)
    service = urlsplit(address["service"])
    assert await lives(cas, came)
    assert await post(http, f"{service.path}?{service.query}", word(address["ticket"])) == 200
    assert not await lives(cas, came)


async def test_the_session_keeps_a_digest_and_no_ticket(cas: CasPeer) -> None:
    came, _, ticket = await enter(cas, "ada")
    assert came.session is not None
    row: Any = await cas.services.db.fetchval(
        "select upstream from sessions where pool_id = $1 and id = $2", cas.pool.id, came.session.id
    )
    assert len(row) == 32
    assert ticket.encode() not in row


def test_cas_1_is_refused_by_its_name(cas_server: CasServer) -> None:
    fields = {"loginUrl": "https://cas.example/login", "validateUrl": "https://cas.example/cas/validate"}
    with pytest.raises(Unfit) as refused:
        read_settings(MANIFEST.settings, fields)
    assert (refused.value.field, "CAS 1" in refused.value.zh, "CAS 1" in refused.value.en) == (
        "validateUrl",
        True,
        True,
    )
