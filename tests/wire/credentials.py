"""What lets somebody in, and the doors where each is tried: the columns of docs/security/endings.md."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formatdate
from functools import cache
from typing import Any

import httpx
from tests.conftest import PoolForTests
from tests.wire.doors import REDIRECT, Shown, bearer
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import signed_headers

from poolhouse import times
from poolhouse.apps.model import App
from poolhouse.credentials.model import AccessKey
from poolhouse.errors import PoolhouseError
from poolhouse.ids import new_id
from poolhouse.login import tickets
from poolhouse.mfa import totp
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.services import Services
from poolhouse.sessions.model import Session
from poolhouse.users.model import User, UserDraft

PASSWORD = "secret 1"

Act = Callable[[], Awaitable[bool]]
"""Whether it opens."""


@dataclass
class World:
    """A pool, an application and two access keys of it, and an administrator who uses none of them.

    `limited_key` may read users, and nothing else.
    """

    services: Services
    http: httpx.AsyncClient
    pool: PoolForTests
    app: App
    key: AccessKey
    limited_key: AccessKey
    administrator: V2Client

    async def person(self) -> Person:
        name = f"person-{new_id()}"
        draft = UserDraft({"username": name, "email": f"{name}@example.com"}, password=PASSWORD)
        user = await self.services.users.create(self.pool.administrator, draft)
        return Person(self, user)

    async def v3(self, path: str, body: Any, token: str | None = None) -> dict[str, Any]:
        headers = await self.named() | ({"authorization": f"Bearer {token}"} if token else {})
        return (await self.http.post(f"/api/v3/{path}", json=body, headers=headers)).json()

    async def named(self) -> dict[str, str]:
        """The header of who is nobody yet: their application, or the pool alone once that is gone or disabled."""
        app = await client_of(self)
        there = app is not None and app.settings.enabled
        return {"x-authing-app-id": self.app.id} if there else {"x-authing-userpool-id": self.pool.id}

    async def as_administrator(self, path: str, **body: Any) -> None:
        """A v3 call with a key of its own."""
        key = await self.services.access_keys.create(self.pool.administrator)
        given = {"accessKeyId": key.id, "accessKeySecret": key.secret}
        token = (await self.v3("get-management-token", given))["data"]["access_token"]
        answer = await self.v3(path, body, token)
        assert answer["statusCode"] == 200, answer

    async def oidc(self, path: str, **form: str) -> httpx.Response:
        """As the application, with its secret as it is now."""
        app = await client_of(self) or self.app
        return await self.http.post(
            f"/oidc/{path}", data={"client_id": app.id, "client_secret": app.secret, **form}
        )


@dataclass
class Person:
    """Every credential has a person of its own; `token` is the login it was made from, where there is one."""

    world: World
    user: User
    token: str = ""

    @property
    def email(self) -> str:
        assert self.user.email
        return self.user.email

    async def log_in(self) -> str:
        """A login token of the application, over v2."""
        client = V2Client(self.world.http, {"x-authing-app-id": self.world.app.id})
        answer = await client.one(
            "LoginByUsername", input={"username": self.user.username, "password": PASSWORD}
        )
        return str(answer["token"])

    async def sign_in_by_v3(self, scope: str | None = None) -> dict[str, Any]:
        given = {"username": self.user.username, "password": PASSWORD}
        body = {"connection": "PASSWORD", "passwordPayload": given, "options": {"scope": scope}}
        answer: dict[str, Any] = (await self.world.v3("signin", body))["data"]
        self.token = answer["access_token"]
        return answer

    async def session(self) -> Session:
        """That behind `token`."""
        self.token = self.token or await self.log_in()
        return await self.world.services.sessions.of_token(self.token)

    async def cookie(self) -> str:
        """What a browser keeps of the session."""
        return self.world.services.sealed_logins.seal(await self.session())

    async def code(self, scope: str) -> str:
        """An authorization code of the session."""
        asked = AuthorizationRequest(self.world.app.id, REDIRECT, scope)
        return await self.world.services.oidc.authorize(self.world.app, asked, await self.session())

    async def tokens(self, scope: str) -> dict[str, Any]:
        answer = await self.redeem(await self.code(scope))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def redeem(self, code: str) -> httpx.Response:
        return await self.world.oidc(
            "token", grant_type="authorization_code", code=code, redirect_uri=REDIRECT
        )

    async def mailed(self) -> str:
        """The newest message to them, as text."""
        body = await self.world.services.db.fetchval(
            "select body from mail_outbox where pool_id = $1 and recipient = $2 "
            "order by created_at desc, id desc limit 1",
            self.world.pool.id,
            self.email,
        )
        return str(body)

    async def mailed_code(self) -> str:
        return re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", await self.mailed()))[0]


@dataclass
class Made:
    """`shown` at every door; or `acts`, by name, where it fits one form alone."""

    person: Person | None
    shown: Shown | None = None
    acts: dict[str, Act] = field(default_factory=dict)


@dataclass
class Credential:
    """`group` is its column on the page."""

    name: str
    group: str
    make: Callable[[World], Awaitable[Made]] = field(repr=False)


CREDENTIALS: dict[str, Credential] = {}


def credential(group: str) -> Any:
    def add(make: Any) -> Any:
        name = (
            make.__name__.replace("_", " ")
            .replace("pools", "pool's")
            .replace("applications", "application's")
        )
        CREDENTIALS[name] = Credential(name, group, make)
        return make

    return add


async def client_of(world: World) -> App | None:
    try:
        return await world.services.apps.get_anywhere(world.app.id)
    except PoolhouseError:
        return None


# -- management ------------------------------------------------------------------------------------------


async def _bought(world: World, secret: str, app_id: str | None = None, *, renewed: bool = False) -> Made:
    issued = await world.services.management_tokens.buy(world.pool.id, secret, app_id)
    if renewed:
        issued = await world.services.management_tokens.renew(issued.token)
    return Made(None, bearer(issued.token))


async def _pool_secret(world: World) -> str:
    return (await world.services.pools.get(world.pool.id)).secret


@credential("pool's secret")
async def v2_token_for_the_pools_secret(world: World) -> Made:
    return await _bought(world, await _pool_secret(world))


@credential("pool's secret")
async def v2_token_for_the_pools_secret_renewed(world: World) -> Made:
    return await _bought(world, await _pool_secret(world), renewed=True)


@credential("application's secret")
async def v2_token_for_the_applications_secret(world: World) -> Made:
    return await _bought(world, world.app.secret, world.app.id)


@credential("application's secret")
async def v2_token_for_the_applications_secret_renewed(world: World) -> Made:
    return await _bought(world, world.app.secret, world.app.id, renewed=True)


async def _v3_token(world: World, key_id: str, secret: str) -> Made:
    answer = await world.v3("get-management-token", {"accessKeyId": key_id, "accessKeySecret": secret})
    return Made(None, bearer(answer["data"]["access_token"]))


def _signature(key_id: str, secret: str) -> Made:
    def signed(method: str, path: str) -> dict[str, str]:
        return signed_headers(
            key_id, secret, method, path, date=formatdate(times.now().timestamp(), usegmt=True)
        )

    return Made(None, Shown(signed("GET", "/")["authorization"], signed))


@credential("pool's secret")
async def v3_token_for_the_pools_secret(world: World) -> Made:
    return await _v3_token(world, world.pool.id, await _pool_secret(world))


@credential("pool's secret")
async def v3_signatures_with_the_pools_secret(world: World) -> Made:
    return _signature(world.pool.id, await _pool_secret(world))


@credential("access key")
async def v3_token_for_an_access_key(world: World) -> Made:
    return await _v3_token(world, world.key.id, world.key.secret)


@credential("access key")
async def v3_signatures_with_an_access_key(world: World) -> Made:
    return _signature(world.key.id, world.key.secret)


@credential("access key")
async def v3_token_for_a_limited_key(world: World) -> Made:
    return await _v3_token(world, world.limited_key.id, world.limited_key.secret)


@credential("access key")
async def v3_signatures_with_a_limited_key(world: World) -> Made:
    return _signature(world.limited_key.id, world.limited_key.secret)


@credential("access key")
async def one_v3_signature(world: World) -> Made:
    """The same headers, made now and sent again and again."""
    made = _signature(world.key.id, world.key.secret)
    assert made.shown
    signed = cache(made.shown.headers)
    for method, path in (("POST", "list-users"), ("GET", "list-access-key"), ("POST", "create-access-key")):
        signed(method, f"/api/v3/{path}")
    return Made(None, Shown(made.shown.text, signed))


@credential("application's own token")
async def access_token_for_client_credentials(world: World) -> Made:
    answer = await world.oidc("token", grant_type="client_credentials")
    return Made(None, bearer(answer.json()["access_token"]))


# -- logins ----------------------------------------------------------------------------------------------


@credential("login")
async def login_token_of_v2(world: World) -> Made:
    person = await world.person()
    person.token = await person.log_in()
    return Made(person, bearer(person.token))


@credential("login")
async def login_token_of_v3(world: World) -> Made:
    person = await world.person()
    await person.sign_in_by_v3()
    return Made(person, bearer(person.token))


@credential("login")
async def refreshed_login_token(world: World) -> Made:
    person = await world.person()
    client = V2Client(world.http, {"authorization": f"Bearer {await person.log_in()}"})
    person.token = (await client.one("mutation { refreshToken { token } }"))["token"]
    return Made(person, bearer(person.token))


@credential("grant")
async def id_token_of_openid_connect(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer((await person.tokens("openid"))["id_token"]))


@credential("grant")
async def login_token_renewed_from_an_id_token(world: World) -> Made:
    person = await world.person()
    held = (await person.tokens("openid"))["id_token"]
    client = V2Client(world.http, {"authorization": f"Bearer {held}"})
    return Made(person, bearer((await client.one("mutation { refreshToken { token } }"))["token"]))


@credential("login")
async def cookie_of_the_hosted_pages(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer(await person.cookie()))


# -- grants ----------------------------------------------------------------------------------------------


@credential("grant")
async def access_token(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer((await person.tokens("openid profile"))["access_token"]))


@credential("offline grant")
async def access_token_of_an_offline_grant(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer((await person.tokens("openid offline_access"))["access_token"]))


@credential("offline grant")
async def refresh_token(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer((await person.tokens("openid offline_access"))["refresh_token"]))


@credential("offline grant")
async def refresh_token_of_a_sign_in(world: World) -> Made:
    person = await world.person()
    answer = await person.sign_in_by_v3("openid offline_access")
    return Made(person, bearer(answer["refresh_token"]))


@credential("code")
async def authorization_code(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer(await person.code("openid")))


@credential("code")
async def authorization_code_of_an_offline_grant(world: World) -> Made:
    person = await world.person()
    return Made(person, bearer(await person.code("openid offline_access")))


# -- half-done flows -------------------------------------------------------------------------------------


def _succeeds(act: Callable[[], Awaitable[Any]]) -> Act:
    async def attempt() -> bool:
        try:
            await act()
        except PoolhouseError:
            return False
        return True

    return attempt


@credential("ticket")
async def ticket_of_a_second_step(world: World) -> Made:
    person, services = await world.person(), world.services
    me = world.pool.user(person.user.id)
    made = await services.mfa.associate(me, person.user.id, "Shop", "person")
    key, step = totp.key_of(made.secret), int(time.time()) // 30
    await services.mfa.confirm(me, person.user.id, totp.code_at(key, step - 1))
    given = {"username": person.user.username, "password": PASSWORD}
    answer = await world.v3("signin", {"connection": "PASSWORD", "passwordPayload": given})
    ticket = answer["data"]["mfaToken"]

    async def verify() -> bool:
        answer = await world.v3("mfa-totp-verify", {"totp": totp.code_at(key, step)}, ticket)
        return bool(answer["statusCode"] == 200)

    return Made(person, acts={"v3 mfa-totp-verify": verify})


@credential("ticket")
async def ticket_of_a_password_reset(world: World) -> Made:
    person = await world.person()
    await world.v3("send-email", {"channel": "CHANNEL_RESET_PASSWORD", "email": person.email})
    proof = {"email": person.email, "passCode": await person.mailed_code()}
    answer = await world.v3(
        "verify-reset-password-request", {"verifyMethod": "EMAIL_PASSCODE", "emailPassCodePayload": proof}
    )
    ticket = answer["data"]["passwordResetToken"]

    async def reset() -> bool:
        answer = await world.v3("reset-password", {"passwordResetToken": ticket, "password": "secret 3"})
        return bool(answer["statusCode"] == 200)

    return Made(person, acts={"v3 reset-password": reset})


@credential("ticket")
async def link_to_choose_a_first_password(world: World) -> Made:
    person = await world.person()
    await world.services.links.send_first_login(world.pool.administrator, person.user.id)
    ticket = re.findall(r"token=([0-9a-f.]+)", await person.mailed())[0]
    client = V2Client(world.http, {"x-authing-userpool-id": world.pool.id})

    async def choose() -> bool:
        answer = await client.send(
            client.documents["ResetPasswordByFirstLoginToken"], {"token": ticket, "password": "secret 3"}
        )
        return not answer.json().get("errors")

    return Made(person, acts={"v2 resetPasswordByFirstLoginToken": choose})


@credential("ticket")
async def ticket_of_a_forced_new_password(world: World) -> Made:
    person = await world.person()
    ticket = await tickets.issue(
        world.services.db, world.pool.id, "force_reset", person.user.id, lifetime=timedelta(minutes=5)
    )
    forced = world.services.recovery.forced
    return Made(
        person, acts={"forced": _succeeds(lambda: forced(world.pool.stranger, ticket, PASSWORD, "secret 3"))}
    )


@credential("ticket")
async def ticket_of_another_address(world: World) -> Made:
    person = await world.person()
    detail = {"channel": "email", "values": {"email": f"new-{person.email}", "email_verified": True}}
    ticket = await tickets.issue(
        world.services.db,
        world.pool.id,
        "change_address",
        person.user.id,
        lifetime=timedelta(minutes=5),
        detail=detail,
    )
    me, account = world.pool.user(person.user.id), world.services.own_account
    return Made(person, acts={"update": _succeeds(lambda: account.update_by_ticket(me, "email", ticket))})


@credential("ticket")
async def ticket_of_leaving(world: World) -> Made:
    person, account = await world.person(), world.services.own_account
    me = world.pool.user(person.user.id)
    ticket = await account.prove_by_password(me, PASSWORD)
    return Made(person, acts={"delete": _succeeds(lambda: account.delete(me, ticket))})


@credential("code by mail")
async def code_to_sign_in_by(world: World) -> Made:
    person = await world.person()
    await world.v3("send-email", {"channel": "CHANNEL_LOGIN", "email": person.email})
    given = {"email": person.email, "passCode": await person.mailed_code()}

    async def sign_in() -> bool:
        answer = await world.v3("signin", {"connection": "PASSCODE", "passCodePayload": given})
        return bool(answer["statusCode"] == 200)

    return Made(person, acts={"v3 signin": sign_in})


@credential("code by mail")
async def code_to_reset_a_password_by(world: World) -> Made:
    person = await world.person()
    client = V2Client(world.http, {"x-authing-userpool-id": world.pool.id})
    await client.one("SendEmail", email=person.email, scene="RESET_PASSWORD")
    given = {"email": person.email, "code": await person.mailed_code(), "newPassword": "secret 3"}

    async def reset() -> bool:
        return not (await client.send(client.documents["ResetPassword"], given)).json().get("errors")

    return Made(person, acts={"v2 resetPassword": reset})


@credential("link that proves an address")
async def link_that_proves_an_address(world: World) -> Made:
    person = await world.person()
    await world.services.links.send(world.pool.stranger, person.email, "VERIFY_EMAIL")
    ticket = re.findall(r"token=([0-9a-f.]+)", await person.mailed())[0]

    async def click() -> bool:
        page = await world.http.get("/login/verify-email", params={"token": ticket})
        hidden = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
        done = await world.http.post("/login/verify-email", data=dict(hidden))
        return page.status_code == 200 and done.status_code == 200

    return Made(person, acts={"verify-email": click})
