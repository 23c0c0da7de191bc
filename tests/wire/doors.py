"""Where a credential can be tried, whatever kind it is: the doors of docs/security/endings.md.

A door answers `OPENS`, or its refusal as its wire says it; any other answer is a fault of the door.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.wire.v2.conftest import V2Client

from poolhouse.wire.oidc.browser import SESSION_COOKIE

if TYPE_CHECKING:
    from tests.wire.credentials import World

REDIRECT = "https://client.example/callback"
AUTHING_TOKEN = "http://authing.cn/oidc/grant_type/authing_token"
OPENS = "opens"

Headers = Callable[[str, str], dict[str, str]]
"""For a method and a path: a signature is of both."""


@dataclass(frozen=True)
class Shown:
    """A credential as it is held out: in the headers, or its text where a door takes that as a parameter."""

    text: str
    headers: Headers


def bearer(token: str) -> Shown:
    return Shown(token, lambda method, path: {"authorization": f"Bearer {token}"})


Knock = Callable[["World", Shown], Awaitable[str]]


@dataclass(frozen=True)
class Door:
    """`garbled` is what it says to what is no token at all."""

    knock: Knock
    garbled: str
    refusals: frozenset[str]


DOORS: dict[str, Door] = {}


def door(name: str, garbled: str, *others: str) -> Any:
    """`others`: what else it says to a token it does not take, or no longer."""

    def add(knock: Knock) -> Knock:
        DOORS[name] = Door(knock, garbled, frozenset({garbled, *others}))
        return knock

    return add


# -- v2: 2207 is no token of ours, 2206 one that has ended, 2020 nobody or another kind, 1001 not permitted


async def _graphql(world: World, shown: Shown, document: str) -> str:
    answer = await V2Client(world.http, shown.headers("POST", "/graphql/v2")).send(document, {})
    errors = answer.json().get("errors")
    return str(errors[0]["message"]["code"]) if errors else OPENS


async def _rest(world: World, shown: Shown, path: str) -> str:
    answer = (await world.http.get(path, headers=shown.headers("GET", path))).json()
    return OPENS if answer["code"] == 200 else str(answer["code"])


V2 = ("2207", "2206", "2020", "1001")


@door("v2 users", *V2)
async def v2_users(world: World, shown: Shown) -> str:
    return await _graphql(world, shown, "{ users(page: 1, limit: 1) { totalCount } }")


@door("v2 applications", *V2)
async def v2_applications(world: World, shown: Shown) -> str:
    return await _rest(world, shown, "/api/v2/applications")


@door("v2 refreshAccessToken", *V2)
async def v2_refresh_access_token(world: World, shown: Shown) -> str:
    return await _graphql(world, shown, "mutation { refreshAccessToken { accessToken } }")


@door("v2 user", *V2, "400")
async def v2_user(world: World, shown: Shown) -> str:
    """400: an administrator has to say whom they ask about."""
    return await _graphql(world, shown, "{ user { id } }")


@door("v2 security-level", *V2)
async def v2_security_level(world: World, shown: Shown) -> str:
    return await _rest(world, shown, "/api/v2/users/me/security-level")


@door("v2 refreshToken", *V2)
async def v2_refresh_token(world: World, shown: Shown) -> str:
    return await _graphql(world, shown, "mutation { refreshToken { token } }")


@door("v2 checkLoginStatus", "2207", "2206")
async def v2_check_login_status(world: World, shown: Shown) -> str:
    answer = await world.administrator.one("CheckLoginStatus", token=shown.text)
    return OPENS if answer["status"] else str(answer["code"])


@door("v2 validate_token", "400")
async def v2_validate_token(world: World, shown: Shown) -> str:
    answer = await world.http.get("/api/v2/oidc/validate_token", params={"id_token": shown.text})
    assert answer.status_code == 200
    return str(answer.json().get("code", OPENS))


# -- v3: 401 is no credential, or none that is good; 403 one of another door


async def _v3(world: World, shown: Shown, method: str, path: str) -> str:
    body, url = ({"json": {}} if method == "POST" else {}), f"/api/v3/{path}"
    answer = await world.http.request(method, url, headers=shown.headers(method, url), **body)
    assert answer.status_code == 200
    code = answer.json()["statusCode"]
    return OPENS if code == 200 else str(code)


@door("v3 list-users", "401", "403")
async def v3_list_users(world: World, shown: Shown) -> str:
    return await _v3(world, shown, "POST", "list-users")


@door("v3 list-access-key", "401", "403")
async def v3_list_access_key(world: World, shown: Shown) -> str:
    return await _v3(world, shown, "GET", "list-access-key")


@door("v3 create-access-key", "401", "403")
async def v3_create_access_key(world: World, shown: Shown) -> str:
    return await _v3(world, shown, "POST", "create-access-key")


@door("v3 get-profile", "401")
async def v3_get_profile(world: World, shown: Shown) -> str:
    return await _v3(world, shown, "GET", "get-profile")


# -- OpenID Connect


async def _token(world: World, **form: str) -> str:
    """An application that is gone is refused before what it brings."""
    answer = await world.oidc("token", **form)
    if answer.status_code == 200:
        return OPENS
    assert answer.status_code in (400, 401)
    return str(answer.json()["error"])


@door("/oidc/me", "401")
async def user_info(world: World, shown: Shown) -> str:
    answer = await world.http.get("/oidc/me", headers=shown.headers("GET", "/oidc/me"))
    return OPENS if answer.status_code == 200 else str(answer.status_code)


@door("introspection", "inactive", "invalid_client")
async def introspection(world: World, shown: Shown) -> str:
    answer = await world.oidc("token/introspection", token=shown.text)
    if answer.status_code == 401:
        return str(answer.json()["error"])
    assert answer.status_code == 200
    return OPENS if answer.json()["active"] else "inactive"


@door("authing_token", "invalid_grant", "invalid_client")
async def exchange(world: World, shown: Shown) -> str:
    return await _token(world, grant_type=AUTHING_TOKEN, token=shown.text)


@door("refresh_token", "invalid_grant", "invalid_client")
async def refresh(world: World, shown: Shown) -> str:
    return await _token(world, grant_type="refresh_token", refresh_token=shown.text)


@door("code", "invalid_grant", "invalid_client")
async def redemption(world: World, shown: Shown) -> str:
    return await _token(world, grant_type="authorization_code", code=shown.text, redirect_uri=REDIRECT)


@door("hosted pages", "login_required", "400")
async def hosted_pages(world: World, shown: Shown) -> str:
    """As the cookie; 400 is the page of an application that is gone."""
    asked = {"client_id": world.app.id, "redirect_uri": REDIRECT, "scope": "openid", "prompt": "none"}
    answer = await world.http.get(
        "/oidc/auth",
        params={**asked, "response_type": "code"},
        headers={"cookie": f"{SESSION_COOKIE}={shown.text}"},
    )
    location = answer.headers.get("location", "")
    if "code=" in location:
        return OPENS
    return "login_required" if "error=login_required" in location else str(answer.status_code)
