"""The client of CAS 2 and 3, against a server on the loopback that says wrong what a test wants."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.federation.cas.conftest import CasPeer
from tests.federation.cas.server import AROUND, CasServer, attributes, failure, success
from tests.federation.conftest import ORIGIN, query_of

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.cas import MANIFEST
from poolhouse.federation.settings import Unfit, read_settings


async def refused(cas: CasPeer, user: str = "ada") -> tuple[str, str]:
    """The step and the reason, as the audit log has them; nobody was made."""
    with pytest.raises(ProviderFailed) as failed:
        await cas.enter(user)
    last = (await cas.refusals())[-1]
    assert (last["step"], last["reason"]) == (failed.value.step, failed.value.reason("en-US"))
    count = "select count(*) from users where pool_id = $1"
    assert await cas.services.db.fetchval(count, cas.pool.id) == 0
    return last["step"], last["reason"]


async def test_the_service_is_our_own_callback_with_the_state_of_this_sign_in(
    cas: CasPeer, cas_server: CasServer
) -> None:
    address = await cas.begin()
    assert address.startswith(f"{cas_server.url}/cas/login?locale=zh&service=")
    asked = query_of(address)
    callback, _, state = asked["service"].partition("?state=")
    assert callback == f"{ORIGIN}/connections/cas/corp/callback"
    assert len(state) > 20
    assert "renew" not in asked
    await cas.come_back(cas_server.came(address, "ada"))
    assert cas_server.queries[-1]["service"] == asked["service"]


async def test_a_person_is_known_by_their_name_at_the_server(cas: CasPeer) -> None:
    came = await cas.enter("张三", displayName="张三 & 李四", sn="张", mail="z@x.cn")
    assert (came.user.name, came.user.family_name, came.user.email) == ("张三 & 李四", "张", None)
    assert (await cas.enter("张三")).user.id == came.user.id
    [identity] = await cas.services.db.fetch("select * from user_identities where pool_id = $1", cas.pool.id)
    assert (identity["user_id_in_idp"], identity["provider"]) == ("张三", "cas")
    assert (await cas.enter("zhang")).user.id != came.user.id


async def test_or_by_the_attribute_that_is_named_and_attributes_are_mapped(cas: CasPeer) -> None:
    await cas.settings(
        fields={
            "idAttribute": "employee",
            "attributeMapping": {"nickname": "alias", "givenName": "first"},
            "emailIsVerified": True,
        }
    )
    came = await cas.enter("ada", employee="10001", alias="阿达", first="Ada", mail="ada@x.cn")
    assert (came.user.nickname, came.user.given_name, came.user.email) == ("阿达", "Ada", "ada@x.cn")
    assert (await cas.enter("ada.king", employee="10001")).user.id == came.user.id
    with pytest.raises(ProviderFailed, match="employee"):
        await cas.enter("ada")


async def test_a_server_of_cas_2_tells_the_name_alone(cas: CasPeer, cas_server: CasServer) -> None:
    await cas.settings(fields={"validateUrl": f"{cas_server.url}/cas/serviceValidate"})
    assert (await cas.enter("ada")).user.id
    assert cas_server.asked[-1] == "/cas/serviceValidate"


async def test_renew_asks_for_a_new_login_both_times(cas: CasPeer, cas_server: CasServer) -> None:
    await cas.settings(fields={"renew": True})
    address = await cas.begin()
    assert query_of(address)["renew"] == "true"
    await cas.come_back(cas_server.came(address, "ada"))
    assert cas_server.queries[-1]["renew"] == "true"
    cas_server.sso = True
    with pytest.raises(ProviderFailed, match="INVALID_TICKET"):
        await cas.enter("ada")


async def test_a_ticket_serves_once_in_one_browser_and_for_one_service(
    cas: CasPeer, cas_server: CasServer
) -> None:
    given = cas_server.came(await cas.begin(), "ada")
    cas.browser = "another browser"
    with pytest.raises(ProviderFailed, match="state"):
        await cas.come_back(given)
    cas.browser = "this browser's cookie"
    await cas.come_back(given)
    with pytest.raises(ProviderFailed, match="state"):
        await cas.come_back(given)
    # The state of one sign-in with the ticket of another, also a used one.
    other = query_of(query_of(await cas.begin())["service"])["state"]
    with pytest.raises(ProviderFailed, match="INVALID_TICKET"):
        await cas.come_back([("state", other), given[1]])
    [_, ticket] = cas_server.came(await cas.begin(), "eve")
    other = query_of(query_of(await cas.begin())["service"])["state"]
    with pytest.raises(ProviderFailed, match="INVALID_SERVICE"):
        await cas.come_back([("state", other), ticket])
    [_, ticket] = cas_server.came("https://x/?service=https%3A%2F%2Felsewhere.example%2F%3Fstate%3D1", "eve")
    other = query_of(query_of(await cas.begin())["service"])["state"]
    with pytest.raises(ProviderFailed, match="another service"):
        await cas.come_back([("state", other), ticket])


@pytest.mark.parametrize("ticket", ["", "x" * 513, "ST-1 2", "ST-1\r\n", "ST-é"])
async def test_what_is_no_ticket_is_not_asked_about(cas: CasPeer, cas_server: CasServer, ticket: str) -> None:
    state = query_of(query_of(await cas.begin())["service"])["state"]
    with pytest.raises(ProviderFailed) as failed:
        await cas.come_back([("state", state), ("ticket", ticket)])
    assert failed.value.step == "redirect"
    assert cas_server.asked == []


async def test_a_ticket_adds_no_parameter_to_what_is_asked(cas: CasPeer, cas_server: CasServer) -> None:
    state = query_of(query_of(await cas.begin())["service"])["state"]
    with pytest.raises(ProviderFailed):
        await cas.come_back([("state", state), ("ticket", "ST-1&service=https://evil.example#")])
    [asked] = cas_server.queries
    assert asked["ticket"] == "ST-1&service=https://evil.example#"
    assert asked["service"].startswith(ORIGIN)


BOMB = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("said", "step", "reason"),
    [
        (success("bob</cas:user><cas:user>ada"), "xml", "one user"),
        (success("bob<cas:user>ada</cas:user>"), "xml", "one user"),
        (success("bob</cas:user></cas:authenticationSuccess><cas:authenticationSuccess><cas:user>ada"),
         "xml", "one outcome"),
        (AROUND.format(""), "xml", "one outcome"),
        (AROUND.format("<cas:user>ada</cas:user>"), "xml", "no outcome"),
        (success(""), "xml", "one user"),
        (success("a&#9;b"), "userinfo", "visible"),
        (success("x" * 257), "userinfo", "1 to 256"),
        (success("ada", attributes({"a": "1"}) + attributes({"a": "2"})), "xml", "twice"),
        (success("ada", "<cas:proxies><cas:proxy>https://p/</cas:proxy></cas:proxies>"), "ticket", "proxy"),
        (success("ada").replace("http://www.yale.edu/tp/cas", "urn:other"), "xml", "one outcome"),
        (failure("INVALID_SERVICE"), "ticket", "for another service (INVALID_SERVICE)"),
        (failure("UNAUTHORIZED_SERVICE"), "ticket", "not registered"),
        (failure("INTERNAL_ERROR"), "ticket", "refused the ticket (INTERNAL_ERROR)"),
        (failure("a sentence of theirs"), "ticket", "refused the ticket (-)"),
        ("yes\nada\n", "xml", "not well-formed"),
        ("<html><body>ada", "xml", "not well-formed"),
        ("<!DOCTYPE html><html/>", "xml", "document type"),
        (BOMB + success("&b;"), "xml", "document type"),
        (success("ada" + "<a>" * 30 + "</a>" * 30), "xml", "too deep"),
        (success("ada") + " " * 70_000, "ticket", "longer than"),
        (success("ada", attributes({"a": "x" * 66_000})), "ticket", "longer than"),
    ],
    ids=range(22),
)  # fmt: skip
async def test_an_answer_that_could_be_read_two_ways_or_costs_too_much_is_refused(
    cas: CasPeer, cas_server: CasServer, said: str, step: str, reason: str
) -> None:
    cas_server.says = said
    started = time.process_time()
    found, why = await refused(cas)
    assert time.process_time() - started < 2
    assert found == step
    assert reason in why


async def test_a_comment_splits_no_name(cas: CasPeer, cas_server: CasServer) -> None:
    """`ada<!-- -->.evil` read up to the comment would be ada."""
    cas_server.says = success("ada<!-- -->.evil")
    await cas.enter("ada")
    names = await cas.services.db.fetch(
        "select user_id_in_idp from user_identities where pool_id = $1", cas.pool.id
    )
    assert [row["user_id_in_idp"] for row in names] == ["ada.evil"]


async def test_a_server_that_answers_no_document_is_told_by_its_status(
    cas: CasPeer, cas_server: CasServer
) -> None:
    cas_server.answers["/cas/p3/serviceValidate"] = (404, {}, b"not here")
    assert await refused(cas) == (
        "ticket",
        "the provider answered HTTP 404 when the ticket was validated",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"loginUrl": "javascript:alert(1)"}, "loginUrl"),
        ({"validateUrl": ""}, "validateUrl"),
        ({"validateUrl": None}, "validateUrl"),
        ({"attributeMapping": ["x"]}, "attributeMapping"),
        ({"renew": "maybe"}, "renew"),
    ],
)
def test_a_setting_that_cannot_be_is_named(changed: dict[str, Any], field: str) -> None:
    good = {"loginUrl": "https://cas.example/login", "validateUrl": "https://cas.example/serviceValidate"}
    read_settings(MANIFEST.settings, good)
    with pytest.raises(Unfit) as unfit:
        read_settings(MANIFEST.settings, {**good, **changed})
    assert unfit.value.field == field
