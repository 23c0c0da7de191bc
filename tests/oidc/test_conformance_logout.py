"""The modules of the OpenID Foundation's plans for logout (docs/security/oidc-conformance.md)."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.conftest import PoolForTests
from tests.listener import listening
from tests.oidc.conformance import ISSUER, LOGGED_OUT, Module, Party
from tests.oidc.conftest import Browser
from tests.oidc.test_back_channel import delivery

from poolhouse.apps.model import App
from poolhouse.oidc.back_channel import EVENT
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


# -- back channel, and the front channel, whose other module is in `test_front_channel.py` --------------------


async def told(party: Party) -> dict[str, Any]:
    metadata: dict[str, Any] = (await party.http.get("/oidc/.well-known/openid-configuration")).json()
    return metadata


async def discovery_of_back_channel(party: Party) -> None:
    metadata = await told(party)
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
    assert metadata["end_session_endpoint"] == f"{ISSUER}/session/end"


async def back_channel(party: Party) -> None:
    """The logout token is the id token's session's, and is posted alone; and the person is logged out."""
    async with listening() as rp:
        settings = {
            "backchannel_logout_uri": f"{rp.url}/backchannel_logout",
            "backchannel_logout_session_required": True,
        }
        await party.services.apps.update(party.pool.administrator, party.app.id, {}, settings)
        tokens = await party.sign_in()
        answer = await party.log_out(
            id_token_hint=tokens["id_token"], post_logout_redirect_uri=LOGGED_OUT, state="bye"
        )
        assert answer.headers["location"] == f"{LOGGED_OUT}?state=bye"
        await delivery(party.services, party.pool, rps=(rp,)).deliver_due()
        (form,), (request,) = rp.forms, rp.got
    assert request.startswith(b"POST /backchannel_logout HTTP/1.1\r\n")
    assert set(form) == {"logout_token"}
    keys = KeySet.import_key_set((await party.http.get("/oidc/.well-known/jwks")).json())
    claims = jwt.decode(form["logout_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"]) == (ISSUER, party.app.id)
    assert claims["iat"] <= time.time() + 1 < claims["exp"]
    assert claims["jti"]
    assert claims["events"] == {EVENT: {}}
    assert (claims["sub"], claims["sid"]) == (tokens["claims"]["sub"], tokens["claims"]["sid"])
    assert "nonce" not in claims
    assert not await party.is_logged_in()


async def discovery_of_front_channel(party: Party) -> None:
    metadata = await told(party)
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True
    assert metadata["end_session_endpoint"] == f"{ISSUER}/session/end"


MODULES |= {
    "oidcc-frontchannel-logout-discovery-endpoint-verification": discovery_of_front_channel,
    "oidcc-backchannel-logout-discovery-endpoint-verification": discovery_of_back_channel,
    "oidcc-backchannel-rp-initiated-logout": back_channel,
}


@pytest.mark.parametrize("name", MODULES)
async def test_a_module_passes(party: Party, name: str) -> None:
    await MODULES[name](party)
