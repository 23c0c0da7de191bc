"""Lark, as a company's own app and as one of the store, against a stand-in that follows the documents."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.federation.china.conftest import rows_of
from tests.federation.china.standins import APP, SECRET, Lark
from tests.federation.conftest import ORIGIN, Peer, query_of
from tests.federation.issuers import Answer, said

from poolhouse.errors import IdentityTaken, ProviderFailed
from poolhouse.federation import connections
from poolhouse.times import now
from poolhouse.users.model import UserDraft

APP_TOKEN = "/open-apis/auth/v3/app_access_token/internal"
TOKEN, STORE_TOKEN = "/open-apis/authen/v1/oidc/access_token", "/open-apis/authen/v2/oauth/token"
TOLD = "/open-apis/authen/v1/user_info"


def _standin(peer: Peer) -> Lark:
    assert isinstance(peer.issuer, Lark)
    return peer.issuer


async def _refused(peer: Peer, sub: str = "ada", **claims: Any) -> tuple[str, str]:
    with pytest.raises(ProviderFailed) as refused:
        await peer.sign_in(sub, **claims)
    last = (await peer.refusals())[-1]
    assert (last["step"], last["reason"]) == (refused.value.step, refused.value.reason("en-US"))
    return refused.value.step, refused.value.reason("en-US")


async def _check(peer: Peer) -> tuple[str, ...]:
    trial = await peer.services.connection_trials.check(
        peer.pool.administrator, peer.connection.id, origin=ORIGIN
    )
    if trial.failed:
        raise trial.failed
    return trial.steps


async def test_the_browser_goes_to_larks_page(lark: Peer) -> None:
    address = await lark.begin()
    assert urlsplit(address).path == "/open-apis/authen/v1/authorize"
    asked = query_of(address)
    assert (asked["client_id"], asked["response_type"]) == (APP, "code")
    assert asked["redirect_uri"] == f"{ORIGIN}/connections/lark/corp/callback"
    assert not {"scope", "code_challenge"} & set(asked)
    await lark.settings(fields={"scopes": " contact:user.phone:readonly  x "})
    assert query_of(await lark.begin())["scope"] == "contact:user.phone:readonly x"


async def test_one_sign_in_writes_all_ids_and_the_union_id_keys(lark: Peer) -> None:
    came = await lark.sign_in("ada", name="张三")
    ids = {("open_id", "ou_ada"), ("union_id", "on_ada"), ("user_id", "id_ada")}
    assert await rows_of(lark, came.user.id) == ids
    assert (came.user.name, came.user.nickname, came.user.photo) == (
        "张三",
        "ada",
        "https://s1.example/big.png",
    )
    assert (came.user.openid, came.user.unionid) == ("ou_ada", "on_ada")
    assert (await lark.sign_in("ada", user_id="renamed")).user.id == came.user.id
    with pytest.raises(IdentityTaken):
        await lark.sign_in("eve", user_id="id_ada")


async def test_ids_that_the_app_may_not_see_are_not_there(lark: Peer) -> None:
    _standin(lark).permissions = set()
    came = await lark.sign_in("ada")
    assert await rows_of(lark, came.user.id) == {("open_id", "ou_ada"), ("union_id", "on_ada")}
    [one, _] = await lark.services.identities.list(lark.pool.administrator, came.user.id)
    assert {"mobile", "email"} & set(one.profile) == set()


async def test_an_address_that_an_administrator_entered_there_is_nobodys_proof(lark: Peer) -> None:
    _standin(lark).permissions = {"email", "mobile"}
    theirs = await lark.services.users.create(
        lark.pool.administrator,
        UserDraft({"username": "ada", "email": "ada@corp.example", "email_verified": True}),
    )
    await lark.settings(match_fields=("email", "phone"))
    came = await lark.sign_in("ada")
    assert came.user.id != theirs.id
    assert (came.user.email, came.user.phone) == (None, None)
    [one, _] = await lark.services.identities.list(lark.pool.administrator, came.user.id)
    assert (one.profile["mobile"], one.profile["email"]) == ("+8613800000000", "ada@corp.example")


async def test_a_store_app_has_no_user_id_for_two_companies_may_give_the_same(store: Peer) -> None:
    came = await store.sign_in("ada")
    assert await rows_of(store, came.user.id) == {("open_id", "ou_ada"), ("union_id", "on_ada")}
    other = await store.sign_in("eve", user_id="id_ada", tenant_key="another")
    assert other.user.id != came.user.id
    assert APP_TOKEN not in _standin(store).asked


async def test_the_store_apps_code_is_proved(store: Peer) -> None:
    address = await store.begin()
    stolen = address.replace(query_of(address)["code_challenge"], "another")
    with pytest.raises(ProviderFailed, match="20049"):
        await store.come_back(_standin(store).back(stolen, "ada"))


async def test_the_apps_token_is_asked_for_once_by_all_who_come_at_once(lark: Peer) -> None:
    standin = _standin(lark)
    came = [standin.back(await lark.begin(), f"p{number}") for number in range(5)]
    await asyncio.gather(*(lark.come_back(back) for back in came))
    assert standin.asked.count(APP_TOKEN) == 1
    await lark.settings(fields={"scopes": "x"})
    await lark.sign_in("ada")
    assert standin.asked.count(APP_TOKEN) == 2, "a connection that was changed asks anew"


@pytest.mark.parametrize(("lasts_s", "until_s"), [(3600, 3300), (10**300, 6900)], ids=["hour", "for ever"])
async def test_it_is_asked_for_again_shortly_before_it_ends(
    lark: Peer, monkeypatch: pytest.MonkeyPatch, lasts_s: int, until_s: int
) -> None:
    standin = _standin(lark)
    standin.expire = lasts_s
    await lark.sign_in("ada")
    for later_s, asked in ((until_s - 10, 1), (until_s + 10, 2)):
        at = now() + timedelta(seconds=later_s)
        monkeypatch.setattr(connections, "now", lambda at=at: at)
        await lark.sign_in("ada")
        assert standin.asked.count(APP_TOKEN) == asked


async def test_one_that_lark_took_back_is_asked_for_anew_once(lark: Peer) -> None:
    standin = _standin(lark)
    first = await lark.sign_in("ada")
    standin.app_tokens += 1
    assert (await lark.sign_in("ada")).user.id == first.user.id
    assert standin.asked.count(APP_TOKEN) == 2
    standin.telling = {TOKEN: [said({"code": 99991664}, 400)] * 2}
    step, reason = await _refused(lark)
    assert (step, "99991664" in reason) == ("token", True)


async def test_no_token_and_no_secret_is_logged_or_shown(
    lark: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    standin = _standin(lark)
    await lark.sign_in("ada")
    standin.telling = {TOLD: [said({"code": 1, "msg": f"{SECRET} t-1 token-0"})]}
    await _refused(lark)
    rows = await lark.services.db.fetch("select * from audit_records where pool_id = $1", lark.pool.id)
    told = caplog.text + str([dict(row) for row in rows])
    assert not any(one in told for one in (SECRET, "t-1", "token-0", "token-1"))


async def test_a_wrong_secret_of_a_store_app_is_the_settings_fault(store: Peer) -> None:
    await store.settings(fields={"clientSecret": "another"})
    step, reason = await _refused(store)
    assert (step, "20002" in reason) == ("settings", True)


async def test_a_wrong_secret_shows_in_the_trial(lark: Peer) -> None:
    assert await _check(lark) == ("settings", "token")
    await lark.settings(fields={"clientSecret": "another"})
    with pytest.raises(ProviderFailed, match="10014"):
        await _check(lark)
    step, reason = await _refused(lark)
    assert (step, "code 10014" in reason) == ("settings", True)


async def test_a_code_is_good_once_and_not_for_ever(lark: Peer) -> None:
    standin = _standin(lark)
    back = standin.back(await lark.begin(), "ada")
    await lark.come_back(back)
    again = [back[0], ("state", query_of(await lark.begin())["state"])]
    with pytest.raises(ProviderFailed, match="20003"):
        await lark.come_back(again)


async def test_somebody_who_did_not_allow_it_is_told_so_by_a_word(lark: Peer) -> None:
    state = query_of(await lark.begin())["state"]
    with pytest.raises(ProviderFailed, match="redirect") as refused:
        await lark.come_back([("error", "access_denied"), ("state", state)])
    assert "access_denied" in refused.value.reason("en-US")
    assert _standin(lark).asked == []


FAILURES: tuple[tuple[Answer, str], ...] = (
    (said({"code": 99991400, "msg": "request trigger frequency limit"}, 429), "too often (code 99991400)"),
    (said({"code": 99991672, "msg": "<script>"}), "lacks a permission (code 99991672)"),
    (said({"code": 0, "msg": "ok"}), ""),
    (said({"code": 0, "data": [], "app_access_token": "t", "expire": "soon"}), ""),
    ((500, {}, b"oops"), "HTTP 500"),
)


@pytest.mark.parametrize(("path", "step"), [(APP_TOKEN, "token"), (TOKEN, "token"), (TOLD, "userinfo")])
async def test_a_failure_is_told_by_its_number_and_nothing_else(lark: Peer, path: str, step: str) -> None:
    for answer, told in FAILURES:
        _standin(lark).telling = {path: [answer]}
        at, reason = await _refused(lark)
        assert (at, told in reason, "script" in reason) == (step, True, False), answer
