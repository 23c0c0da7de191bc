"""WeChat, scanned on a web page, against a stand-in that follows the document."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.federation.china.conftest import rows_of
from tests.federation.china.standins import APP, SECRET, Wechat
from tests.federation.conftest import ORIGIN, Peer, query_of
from tests.federation.issuers import Answer, said

from poolhouse.errors import IdentityTaken, ProviderFailed
from poolhouse.login.model import LoggedIn
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.users.model import IdentityDraft, UserDraft

TOKEN, TOLD = "/sns/oauth2/access_token", "/sns/userinfo"


@pytest.fixture
def standin(wechat: Peer) -> Wechat:
    assert isinstance(wechat.issuer, Wechat)
    return wechat.issuer


async def _refused(peer: Peer, sub: str = "ada", **claims: Any) -> tuple[str, str]:
    with pytest.raises(ProviderFailed) as refused:
        await peer.sign_in(sub, **claims)
    last = (await peer.refusals())[-1]
    assert (last["step"], last["reason"]) == (refused.value.step, refused.value.reason("en-US"))
    assert SECRET not in str(last) + str(refused.value)
    return refused.value.step, refused.value.reason("en-US")


async def test_the_browser_goes_to_the_page_with_the_code(wechat: Peer) -> None:
    address = await wechat.begin()
    split = urlsplit(address)
    assert (split.path, split.fragment) == ("/connect/qrconnect", "wechat_redirect")
    asked = query_of(address)
    assert list(asked) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert (asked["appid"], asked["scope"]) == (APP, "snsapi_login")
    assert asked["redirect_uri"] == f"{ORIGIN}/connections/wechat/corp/callback"
    assert asked["state"].isalnum()
    assert len(asked["state"]) <= 128


async def test_one_sign_in_writes_all_ids_and_the_unionid_keys(wechat: Peer) -> None:
    came = await wechat.sign_in("oj7N", nickname="小明", sex=2, headimgurl="https://w.example/0", city="北京")
    assert await rows_of(wechat, came.user.id) == {("openid", "oj7N"), ("unionid", "union-oj7N")}
    user = await wechat.services.users.get(wechat.pool.administrator, came.user.id)
    assert (user.nickname, user.gender, user.photo, user.city) == ("小明", "F", "https://w.example/0", "北京")
    assert (user.openid, user.unionid) == ("oj7N", "union-oj7N")
    [one, _] = await wechat.services.identities.list(wechat.pool.administrator, user.id)
    assert (one.is_social, list(one.connection_ids)) == (True, [wechat.connection.id])
    assert (await wechat.sign_in("oj7N")).user.id == user.id


async def test_what_wechat_does_not_tell_is_not_written(wechat: Peer, standin: Wechat) -> None:
    standin.unions = False
    user = (await wechat.sign_in("ada", sex=[1], headimgurl=7)).user
    assert (user.photo, user.city, user.email, user.phone, user.unionid) == (None,) * 5
    assert user.gender == "U"
    assert await rows_of(wechat, user.id) == {("openid", "ada")}


async def test_a_unionid_that_appears_later_is_the_same_persons(wechat: Peer, standin: Wechat) -> None:
    standin.unions = False
    first = await wechat.sign_in("ada")
    standin.unions = True
    assert (await wechat.sign_in("ada")).user.id == first.user.id
    assert await rows_of(wechat, first.user.id) == {("openid", "ada"), ("unionid", "union-ada")}
    standin.unions = False
    assert (await wechat.sign_in("ada")).user.id == first.user.id, "and one that is told no longer"


async def test_another_unionid_of_that_openid_is_refused(wechat: Peer) -> None:
    first = await wechat.sign_in("ada")
    with pytest.raises(IdentityTaken):
        await wechat.sign_in("ada", unionid="moved")
    assert await rows_of(wechat, first.user.id) == {("openid", "ada"), ("unionid", "union-ada")}


async def _second_app(wechat: Peer) -> Peer:
    """Another app in the same source, to whom everybody is called otherwise."""
    draft = ConnectionDraft("wechat:pc", "other", "另一个网站", dict(wechat.connection.fields))
    draft.fields.update(clientSecret=SECRET)  # type: ignore[attr-defined]
    sources, administrator = wechat.services.sources, wechat.pool.administrator
    made = await sources.add_connection(administrator, wechat.source.id, draft)
    made = await sources.set_connection_enabled(administrator, made.id, "app", wechat.app.id, True)
    return Peer(wechat.services, wechat.pool, wechat.app, wechat.source, made, wechat.issuer)


async def test_two_apps_of_one_source_know_a_person_by_the_unionid(wechat: Peer, standin: Wechat) -> None:
    first = await wechat.sign_in("ada")
    other = await _second_app(wechat)
    standin.openid_of = "{}-there"
    assert (await other.sign_in("ada")).user.id == first.user.id
    assert await rows_of(wechat, first.user.id) == {
        ("openid", "ada"),
        ("openid", "ada-there"),
        ("unionid", "union-ada"),
    }
    standin.unions = False
    assert (await other.sign_in("ada")).user.id == first.user.id, "each is known by its own openid"
    standin.openid_of = "{}"
    assert (await wechat.sign_in("ada")).user.id == first.user.id


async def test_without_a_unionid_they_are_two_people_and_stay_so(wechat: Peer, standin: Wechat) -> None:
    standin.unions = False
    first = await wechat.sign_in("ada")
    other = await _second_app(wechat)
    standin.openid_of = "{}-there"
    second = await other.sign_in("ada")
    assert second.user.id != first.user.id
    standin.unions = True
    assert (await other.sign_in("ada")).user.id == second.user.id
    standin.openid_of = "{}"
    with pytest.raises(IdentityTaken):
        await wechat.sign_in("ada")


async def test_an_identity_that_an_administrator_linked_opens_the_account(wechat: Peer) -> None:
    user = await wechat.services.users.create(wechat.pool.administrator, UserDraft({"username": "ada"}))
    draft = IdentityDraft("wechat", "oj7N", type="openid", ext_idp_id=wechat.source.id)
    await wechat.services.identities.link(wechat.pool.administrator, user.id, draft)
    assert (await wechat.sign_in("oj7N")).user.id == user.id
    assert ("unionid", "union-oj7N") in await rows_of(wechat, user.id)


async def test_somebody_who_did_not_allow_it_brings_no_code(wechat: Peer, standin: Wechat) -> None:
    state = query_of(await wechat.begin())["state"]
    with pytest.raises(ProviderFailed) as refused:
        await wechat.come_back([("state", state)])
    assert (refused.value.step, standin.asked) == ("redirect", [])


async def test_a_code_is_good_once_and_not_for_ever(wechat: Peer, standin: Wechat) -> None:
    back = standin.back(await wechat.begin(), "ada")
    assert isinstance(await wechat.come_back(back), LoggedIn)
    again = [back[0], ("state", query_of(await wechat.begin())["state"])]
    with pytest.raises(ProviderFailed, match="40163"):
        await wechat.come_back(again)
    back = standin.back(await wechat.begin(), "ada")
    standin.late = {back[0][1]}
    with pytest.raises(ProviderFailed, match="40029"):
        await wechat.come_back(back)


@pytest.mark.parametrize(
    ("field", "number"), [("clientSecret", "errcode 40125"), ("clientId", "errcode 40013")]
)
async def test_a_wrong_app_or_secret_is_the_settings_fault(wechat: Peer, field: str, number: str) -> None:
    await wechat.settings(fields={field: "another"})
    step, reason = await _refused(wechat)
    assert (step, number in reason) == ("settings", True)
    with pytest.raises(ProviderFailed, match=number):
        await _check(wechat)


async def _check(wechat: Peer) -> tuple[str, ...]:
    trial = await wechat.services.connection_trials.check(
        wechat.pool.administrator, wechat.connection.id, origin=ORIGIN
    )
    if trial.failed:
        raise trial.failed
    return trial.steps


async def test_the_trial_asks_with_a_code_that_is_none(wechat: Peer, standin: Wechat) -> None:
    assert await _check(wechat) == ("settings",)
    assert standin.asked == [TOKEN]
    await wechat.settings(fields={"apiHost": "ftp://x"})
    with pytest.raises(ProviderFailed, match="apiHost"):
        await _check(wechat)


FAILURES: tuple[tuple[Answer, str], ...] = (
    (said({"errcode": 45011, "errmsg": "api minute-quota reach limit"}), "too often (errcode 45011)"),
    (said({"errcode": -1, "errmsg": "system error"}), "busy (errcode -1)"),
    (said({"errcode": 77777, "errmsg": "<script>"}), "the provider refused (errcode 77777)"),
    (said({}, 502), "HTTP 502"),
    (said({"errcode": "40029"}), "not the JSON"),
    ((200, {}, b"<html>"), "not the JSON"),
    ((200, {}, b"[" * 9_000), "not the JSON"),
)


@pytest.mark.parametrize(("path", "step"), [(TOKEN, "token"), (TOLD, "userinfo")])
async def test_a_failure_is_told_by_its_number_and_nothing_else(
    wechat: Peer, standin: Wechat, path: str, step: str
) -> None:
    for answer, told in FAILURES:
        standin.telling = {path: [answer]}
        at, reason = await _refused(wechat)
        assert (at, told in reason, "script" in reason) == (step, True, False), answer


async def test_an_answer_that_is_of_nobody_or_of_somebody_else_signs_nobody_in(
    wechat: Peer, standin: Wechat
) -> None:
    for path, answer in (
        (TOKEN, {"access_token": "t"}),
        (TOKEN, {"access_token": "t\r\nx: y", "openid": "ada"}),
        (TOKEN, {"openid": "ada", "access_token": 7}),
        (TOLD, {"openid": "somebody"}),
        (TOLD, {"nickname": "ada"}),
        (TOLD, {"openid": "ada", "unionid": "another"}),
    ):
        standin.telling = {path: [said(answer)]}
        await _refused(wechat)
    users = await wechat.services.db.fetchval("select count(*) from users where pool_id = $1", wechat.pool.id)
    assert users == 0
