"""OpenID Connect libraries, unmodified, each through one story against a listening server."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from tests.clients.browsing import Person
from tests.clients.libraries import LIBRARIES, Library
from tests.clients.packages import LeftOut
from tests.clients.runs import Answers, record, recorded, run
from tests.clients.story import ALGORITHMS, BROWSER, METHODS, STORY
from tests.conftest import PoolForTests

from poolhouse.services import Services
from poolhouse.sessions.server_keys import ANNOUNCED
from poolhouse.times import now
from poolhouse.users.model import UserDraft

CLIENT = "http://127.0.0.1:1"
"""Where nobody listens: the person's browser stops at its door."""
REDIRECT, AFTER_LOGOUT = f"{CLIENT}/callback", f"{CLIENT}/bye"
SIGNING = RSAKey.generate_key(2048, {"kid": "c1", "use": "sig", "alg": "RS256"})


async def _app(services: Services, pool: PoolForTests, method: str, algorithm: str) -> dict[str, Any]:
    app = await services.apps.create(
        pool.administrator,
        f"{method} {algorithm}",
        redirect_uris=[REDIRECT],
        logout_redirect_uris=[AFTER_LOGOUT],
        settings={
            "id_token_algorithm": algorithm,
            "token_endpoint_auth": method,
            "require_pkce": True,
            "client_jwks": {"keys": [SIGNING.as_dict(private=False)]},
        },
    )
    shown = {"privateKey": SIGNING.as_dict(private=True)} if method == "private_key_jwt" else {}
    secret = {} if shown or method == "none" else {"clientSecret": app.secret}
    return {"clientId": app.id, "method": method, "algorithm": algorithm, **shown, **secret}


@pytest.fixture
async def given(services: Services, server: str, pool: PoolForTests) -> dict[str, Any]:
    """What a library's user configures, an application a key of the story's."""
    apps = {each: await _app(services, pool, "client_secret_basic", each) for each in ALGORITHMS}
    apps |= {method: await _app(services, pool, method, "RS256") for method in METHODS}
    draft = UserDraft({"username": "ada", "email": "ada@x.cn", "name": "Ada"}, password="lovelace")
    await services.users.create(pool.administrator, draft)
    return {
        "issuer": f"{server}/oidc",
        "redirectUri": REDIRECT,
        "afterLogout": AFTER_LOGOUT,
        "email": "ada@x.cn",
        "apps": apps,
        "walk": STORY,
    }


@pytest.fixture
async def answers(services: Services, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Answers]:
    # A key that another test announced would sign in place of the one that nobody has announced.
    await services.db.execute("delete from server_signing_keys where signs_from > now()")
    await services.sessions.keys.rotate_server("RS256", ANNOUNCED)

    async def new_keys(_: str) -> str:
        monkeypatch.setattr("poolhouse.sessions.server_keys.now", lambda: now() + ANNOUNCED)
        await services.sessions.keys.rotate_server("ES256", timedelta(0))
        return "done"

    async with httpx.AsyncClient() as http:
        person = Person(http, (REDIRECT, AFTER_LOGOUT), "ada", "lovelace")
        tampered = {
            f"{BROWSER} that changes {name}": person.changing(name) for name in ("nonce", "state", "iss")
        }
        yield {BROWSER: person.go, "new keys": new_keys, **tampered}


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.file)
async def test_a_library_signs_in_refreshes_and_logs_out_and_what_it_refuses_has_a_reason(
    library: Library, given: dict[str, Any], answers: Answers
) -> None:
    try:
        command = library.packages.command()
    except LeftOut as reason:
        pytest.skip(f"{library.title}: {reason}")
    ran = await run(command, given, answers)
    if os.environ.get("RECORD_CLIENTS"):
        record(library.file, ran)
    unexplained = {name: detail for name, detail in ran.details.items() if name not in library.theirs}
    assert not unexplained, "\n".join(f"{name}: {detail}" for name, detail in unexplained.items())
    assert not [name for name in library.theirs if name not in ran.failed], "take these off the row"
    assert recorded(library.file) == ran.kept, "another run than the recorded one: `make clients`"
