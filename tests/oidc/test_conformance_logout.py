"""The modules of the OpenID Foundation's plan for RP-initiated logout (docs/security/oidc-conformance.md)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conformance import ISSUER, LOGGED_OUT, Module, Party
from tests.oidc.conftest import Browser

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User

MODULES: dict[str, Module] = {}
PREFIX = "oidcc-rp-initiated-logout"


def module(name: str) -> Callable[[Module], Module]:
    def add(act: Module) -> Module:
        MODULES[PREFIX + name] = act
        return act

    return add


@pytest.fixture
def party(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, browser: Browser, app: App, person: User
) -> Party:
    return Party(services, pool, http, browser, app, person)


@module("-discovery-endpoint-verification")
async def discovery(party: Party) -> None:
    told = (await party.http.get("/oidc/.well-known/openid-configuration")).json()
    assert told["end_session_endpoint"] == f"{ISSUER}/session/end"


@module("")
async def logout(party: Party) -> None:
    hint = (await party.sign_in())["id_token"]
    answer = await party.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT, state="bye")
    assert answer.headers["location"] == f"{LOGGED_OUT}?state=bye"
    assert not await party.is_logged_in()


@module("-no-state")
async def no_state(party: Party) -> None:
    hint = (await party.sign_in())["id_token"]
    answer = await party.log_out(id_token_hint=hint, post_logout_redirect_uri=LOGGED_OUT)
    assert answer.headers["location"] == LOGGED_OUT
    assert not await party.is_logged_in()


@module("-no-post-logout-redirect-uri")
async def no_redirect(party: Party) -> None:
    answer = await party.log_out(id_token_hint=(await party.sign_in())["id_token"], state="bye")
    assert not answer.is_redirect
    assert not await party.is_logged_in()


def refused(changed: Callable[[str], dict[str, str]]) -> Module:
    """The browser is not sent back, and nobody is logged out."""

    async def act(party: Party) -> None:
        answer = await party.log_out(**changed((await party.sign_in())["id_token"]))
        assert not answer.is_redirect
        assert await party.is_logged_in()

    return act


def asked(changed: dict[str, str]) -> Module:
    """The person is asked, and logged out when they say so."""

    async def act(party: Party) -> None:
        await party.sign_in()
        assert not (await party.log_out(**changed)).is_redirect
        await party.browser.submit("/oidc/session/end")
        assert not await party.is_logged_in()

    return act


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


MODULES |= {
    f"{PREFIX}-bad-post-logout-redirect-uri": refused(
        lambda hint: {"id_token_hint": hint, "post_logout_redirect_uri": f"{LOGGED_OUT}/evil"}
    ),
    f"{PREFIX}-query-added-to-post-logout-redirect-uri": refused(
        lambda hint: {"id_token_hint": hint, "post_logout_redirect_uri": f"{LOGGED_OUT}?foo=bar"}
    ),
    f"{PREFIX}-modified-id-token-hint": refused(
        lambda hint: {"id_token_hint": unsigned(hint), "post_logout_redirect_uri": LOGGED_OUT}
    ),
    f"{PREFIX}-bad-id-token-hint": refused(
        lambda hint: {"id_token_hint": f"{hint[:-5]}AAAAA", "post_logout_redirect_uri": LOGGED_OUT}
    ),
    f"{PREFIX}-no-id-token-hint": refused(lambda hint: {"post_logout_redirect_uri": LOGGED_OUT}),
    f"{PREFIX}-no-params": asked({}),
    f"{PREFIX}-only-state": asked({"state": "bye"}),
}


@pytest.mark.parametrize("name", MODULES)
async def test_a_module_passes(party: Party, name: str) -> None:
    await MODULES[name](party)
