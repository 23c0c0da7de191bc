"""Every kind of link we mail opens a page for a person, and does nothing until its button is pressed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs
from tests.conftest import PoolForTests
from tests.oidc.conftest import Browser
from tests.wire.v2.conftest import V2Client

from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import AccountBlocked, InvalidInput, TokenInvalid, UserNotFound, WrongCredentials
from poolhouse.lifetimes import in_words
from poolhouse.login import tickets
from poolhouse.login.links import PATHS, SCENES
from poolhouse.mail.default_templates import shape
from poolhouse.mail.model import SCENES as MAILS
from poolhouse.mail.render import text_of
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

ZH, EN = {"accept-language": "zh-CN"}, {"accept-language": "en-GB,en;q=0.9"}


@dataclass
class World:
    services: Services
    pool: PoolForTests
    app: App
    person: User
    http: httpx.AsyncClient

    async def v2(self, name: str, *, administrator: bool = False, **variables: Any) -> None:
        headers = {"x-authing-userpool-id": self.pool.id, "x-authing-app-id": self.app.id}
        if administrator:
            token = (await self.services.management_tokens.of_pool(self.pool.id)).token
            headers["authorization"] = f"Bearer {token}"
        client = V2Client(self.http, headers)
        assert (await client.one(name, **variables))["code"] == 200

    async def v3(self, path: str, body: dict[str, Any]) -> None:
        answer = await self.http.post(f"/api/v3/{path}", json=body, headers={"x-authing-app-id": self.app.id})
        assert answer.json()["statusCode"] == 200, answer.text

    async def mail(self) -> str:
        """The page of the last mail."""
        body = await self.services.db.fetchval(
            "select body from mail_outbox where pool_id = $1 order by created_at desc, id desc limit 1",
            self.pool.id,
        )
        return str(body)

    async def link(self) -> str:
        found = re.search(r'href="([^"]+)"', await self.mail())
        assert found
        return unescape(found[1])

    async def is_verified(self) -> bool:
        return (await self.services.users.get(self.pool.administrator, self.person.id)).email_verified

    def caller(self) -> Caller:
        return Caller(self.pool.id, app_id=self.app.id)


@pytest.fixture
def world(services: Services, pool: PoolForTests, app: App, person: User, http: httpx.AsyncClient) -> World:
    return World(services, pool, app, person, http)


Send = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """How it is sent, which mail it is, what the page's form takes."""

    send: Send
    scene: str
    purpose: tickets.Purpose = "email_link"
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        return PATHS[self.purpose]


def by_v2(scene: str) -> Send:
    async def send(world: World) -> None:
        await world.v2("SendEmail", email="ada@x.cn", scene=scene)

    return send


async def by_v3(world: World) -> None:
    await world.v3("send-email", {"channel": "CHANNEL_VERIFY_EMAIL_LINK", "email": "ada@x.cn"})


async def first_login(world: World) -> None:
    await world.v2(
        "SendFirstLoginVerifyEmail", administrator=True, userId=world.person.id, appId=world.app.id
    )


KINDS = {
    **{f"v2 sendEmail {name}": Kind(by_v2(name), scene) for name, scene in sorted(SCENES.items())},
    "v3 send-email": Kind(by_v3, "verify_email"),
    "v2 sendFirstLoginVerifyEmail": Kind(
        first_login, "first_login_verify", "first_login", (("password", "analytical engine"),)
    ),
}
every_kind = pytest.mark.parametrize("kind", list(KINDS.values()), ids=list(KINDS))


def test_every_mail_with_a_link_is_tried_here() -> None:
    assert {kind.scene for kind in KINDS.values()} == {scene for scene in MAILS if shape(scene) == "link"}
    assert set(PATHS) <= set(get_args(tickets.Purpose))


@every_kind
@pytest.mark.parametrize("headers", [ZH, EN], ids=["zh", "en"])
async def test_the_link_opens_a_page_in_the_readers_language_and_does_nothing(
    world: World, kind: Kind, headers: dict[str, str]
) -> None:
    await kind.send(world)
    link = await world.link()
    assert urlsplit(link).path == kind.path
    for _ in range(3):  # a mail scanner, a preview, the reader
        page = await world.http.get(link, headers=headers)
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{"zh-CN" if headers is ZH else "en-US"}">' in page.text
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert f'<form method="post" action="{kind.path}">' in page.text
    head = await world.http.head(link)
    assert head.status_code == 200
    assert not await world.is_verified()


@every_kind
async def test_the_button_verifies_the_address_once_and_leads_on_to_the_application(
    world: World, kind: Kind, browser: Browser
) -> None:
    await kind.send(world)
    link = await world.link()
    await browser.open(link)
    done = await browser.submit(kind.path, **dict(kind.fields))
    assert done.status_code == 200, done.text
    assert 'href="https://client.example/"' in done.text
    assert await world.is_verified()

    used = await browser.open(link)
    assert used.status_code == 404
    assert used.headers["content-type"] == "text/html; charset=utf-8"
    assert "已经使用过" in used.text


@every_kind
async def test_two_presses_at_once_do_it_once(world: World, kind: Kind, browser: Browser) -> None:
    await kind.send(world)
    page = await browser.open(await world.link())
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text)) | dict(kind.fields)
    both = await asyncio.gather(*(world.http.post(str(page.url), data=data) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 404]
    assert await world.is_verified()


@every_kind
async def test_another_sites_form_presses_no_button(world: World, kind: Kind) -> None:
    await kind.send(world)
    token = (await world.link()).partition("token=")[2]
    refused = await world.http.post(kind.path, data={"token": token, **dict(kind.fields)})
    assert refused.status_code == 400
    assert "页面已失效，请重试" in refused.text
    assert not await world.is_verified()


@every_kind
@pytest.mark.parametrize(
    "token", ["", "x", "%00", "é", "a" * 4000, f"{'0' * 24}.{'0' * 24}.{'a' * 48}"], ids=str.__len__
)
async def test_what_is_no_link_of_ours_gets_a_friendly_page(world: World, kind: Kind, token: str) -> None:
    page = await world.http.get(f"{kind.path}?token={token}", headers=EN)
    assert page.status_code in (400, 404)
    if token != "%00":
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "ask for a new mail" in page.text


@every_kind
async def test_a_link_of_one_kind_opens_no_other(world: World, kind: Kind) -> None:
    await kind.send(world)
    token = (await world.link()).partition("token=")[2]
    other = next(path for purpose, path in PATHS.items() if purpose != kind.purpose)
    assert (await world.http.get(f"{other}?token={token}")).status_code == 404


@every_kind
async def test_an_expired_link_says_so(world: World, kind: Kind) -> None:
    detail = {"email": "ada@x.cn"}
    ticket = await tickets.issue(
        world.services.db,
        world.pool.id,
        kind.purpose,
        world.person.id,
        lifetime=timedelta(seconds=-1),
        detail=detail,
    )
    page = await world.http.get(f"{kind.path}?token={ticket}", headers=EN)
    assert page.status_code == 410
    assert "expired" in page.text


@every_kind
async def test_a_link_to_an_address_the_user_no_longer_has_is_dead(world: World, kind: Kind) -> None:
    await kind.send(world)
    link = await world.link()
    draft = UserDraft({"email": "ada@y.cn"})
    await world.services.users.update(world.pool.administrator, world.person.id, draft)
    assert (await world.http.get(link)).status_code == 404


@every_kind
async def test_a_deleted_users_link_is_dead(world: World, kind: Kind) -> None:
    await kind.send(world)
    link = await world.link()
    await world.services.users.delete(world.pool.administrator, [world.person.id])
    assert (await world.http.get(link)).status_code == 404


@every_kind
@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_the_mail_says_in_words_how_long_its_link_is_good(world: World, kind: Kind, lang: Any) -> None:
    language = {"x-authing-lang": lang}
    world.http.headers.update(language)
    await kind.send(world)
    body = text_of(await world.mail())
    seconds = 7 * 86_400 if kind.scene == "first_login_verify" else 86_400
    assert in_words(seconds, lang) in body
    assert not re.search(r"\d{4,}", re.sub(r"http\S+", "", body))
    lives_s = await world.services.db.fetchval(
        "select extract(epoch from expires_at - now()) from tickets where pool_id = $1", world.pool.id
    )
    assert abs(seconds - float(lives_s)) < 60


@every_kind
async def test_no_token_of_a_link_is_logged(world: World, kind: Kind, browser: Browser) -> None:
    await kind.send(world)
    link = await world.link()
    with capture_logs() as logged:
        await browser.open(link)
        await browser.submit(kind.path, **dict(kind.fields))
        await browser.open(link)
    assert link.partition("token=")[2] not in str(logged)


async def test_a_link_of_an_older_mail_still_leads_to_the_page(world: World, browser: Browser) -> None:
    await by_v3(world)
    token = (await world.link()).partition("token=")[2]
    page = await browser.open(f"/api/v2/email/verify?token={token}")
    assert page.status_code == 200
    await browser.submit(PATHS["email_link"])
    assert await world.is_verified()


# -- the first login ---------------------------------------------------------------------------------------


async def sign_in(world: World, password: str) -> None:
    key = (await world.services.users.get(world.pool.administrator, world.person.id)).username
    assert key
    from poolhouse.users.model import UserKey

    await world.services.login.with_password(world.caller(), UserKey("username", key), password)


async def test_the_chosen_password_signs_in_and_the_old_one_no_more(world: World, browser: Browser) -> None:
    await first_login(world)
    await browser.open(await world.link())
    await browser.submit(PATHS["first_login"], password="analytical engine")
    await sign_in(world, "analytical engine")
    with pytest.raises(WrongCredentials):
        await sign_in(world, "lovelace")


async def test_a_weak_password_is_refused_by_name_and_costs_the_link_nothing(
    world: World, browser: Browser
) -> None:
    await first_login(world)
    await browser.open(await world.link())
    for _ in range(30):
        refused = await browser.submit(PATHS["first_login"], password="short")
        assert refused.status_code == 400
        assert "密码长度不能少于 6 位" in refused.text
    done = await browser.submit(PATHS["first_login"], password="long enough")
    assert done.status_code == 200


async def test_a_mailed_ticket_proves_the_address_over_the_api_too(world: World) -> None:
    await first_login(world)
    token = (await world.link()).partition("token=")[2]
    await world.services.recovery.by_first_login(world.caller(), token, "analytical engine")
    assert await world.is_verified()


async def test_a_ticket_of_a_login_proves_no_address(world: World) -> None:
    ticket = await tickets.issue(
        world.services.db, world.pool.id, "first_login", world.person.id, lifetime=timedelta(minutes=5)
    )
    await world.services.recovery.by_first_login(world.caller(), ticket, "analytical engine")
    assert not await world.is_verified()


async def test_a_mailed_ticket_of_another_address_sets_no_password(world: World) -> None:
    await first_login(world)
    token = (await world.link()).partition("token=")[2]
    draft = UserDraft({"email": "ada@y.cn"})
    await world.services.users.update(world.pool.administrator, world.person.id, draft)
    with pytest.raises(TokenInvalid):
        await world.services.recovery.by_first_login(world.caller(), token, "analytical engine")


async def test_the_sender_is_told_of_a_user_without_an_address(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    draft = UserDraft({"username": "nomail"}, password="secret 1")
    user = await services.users.create(pool.administrator, draft)
    with pytest.raises(InvalidInput) as refused:
        await services.links.send_first_login(pool.administrator, user.id)
    assert refused.value.facts["field"] == "email"
    assert "没有邮箱" in refused.value.message("zh-CN")
    with pytest.raises(UserNotFound):
        await services.links.send_first_login(other_pool.administrator, user.id)


async def test_the_sender_is_told_of_a_blocked_user_and_a_block_voids_the_link(world: World) -> None:
    await first_login(world)
    link = await world.link()
    await world.services.users.update(world.pool.administrator, world.person.id, UserDraft({"blocked": True}))
    assert (await world.http.get(link)).status_code == 404
    with pytest.raises(AccountBlocked):
        await world.services.links.send_first_login(world.pool.administrator, world.person.id)


async def test_the_link_leads_on_where_the_pools_own_text_says(world: World, browser: Browser) -> None:
    stored = await world.services.mail.get_template(world.pool.administrator, "verify_email")
    from dataclasses import replace

    own = replace(stored, enabled=True, redirect_to="https://portal.example/in", expires_in_s=1800)
    await world.services.mail.put_template(world.pool.administrator, own)
    await by_v3(world)
    assert "30 分钟" in text_of(await world.mail())
    await browser.open(await world.link())
    done = await browser.submit(PATHS["email_link"])
    assert 'href="https://portal.example/in"' in done.text
