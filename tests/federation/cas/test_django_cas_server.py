"""django-cas-server (PyPI) as the provider, by CAS 2 and 3."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.docs.pages import ROOT

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import Callback, Here, Settled, checked, settled
from poolhouse.federation.providers.cas import MANIFEST
from poolhouse.federation.providers.cas.client import CasClient
from poolhouse.outgoing import Outgoing
from poolhouse.times import now

PYTHON = ROOT / ".peers" / "cas" / "bin" / "python"
CALLBACK = "https://id.example/connections/cas/corp/callback"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="no django-cas-server: `make identity-peers` fetches it"
)


@pytest.fixture(scope="module")
async def origin(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    program = Path(__file__).with_name("django_cas_server.py")
    folder = tmp_path_factory.mktemp("cas")
    pattern = re.escape(CALLBACK) + r"\?state=.+"
    process = await asyncio.create_subprocess_exec(PYTHON, program, folder, str(port), pattern)
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                try:
                    await http.get(f"http://127.0.0.1:{port}/login")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


def connection(origin: str, **fields: object) -> Settled:
    given = {"loginUrl": f"{origin}/login", "validateUrl": f"{origin}/p3/serviceValidate", **fields}
    return settled(MANIFEST, id="c1", pool_id="p1", source_id="s1", identifier="corp", fields=given)


def here(origin: str) -> Here:
    outgoing = Outgoing([("127.0.0.1", int(origin.rpartition(":")[2]))])
    return Here("https://id.example", CALLBACK, outgoing, now)


async def typed(http: httpx.AsyncClient, address: str) -> tuple[tuple[str, str], ...]:
    """What the browser brings back once zhang's password was typed, or where the server knows zhang already."""
    page = await http.get(address)
    if not page.is_redirect:
        found = re.findall(r'<input[^>]*name="([^"]+)"(?:[^>]*value="([^"]*)")?', page.text)
        form = {name: value for name, value in found if name != "warn"}
        form |= {"username": "zhang", "password": "of-zhang"}
        page = await http.post(address, data=form, headers={"referer": address})
    assert page.is_redirect, page.text
    assert page.headers["location"].startswith(f"{CALLBACK}?")
    return tuple(parse_qsl(urlsplit(page.headers["location"]).query))


async def test_a_person_comes_by_django_cas_server(origin: str) -> None:
    client, made = CasClient(), connection(origin, emailIsVerified=True, idAttribute="employee")
    async with httpx.AsyncClient(trust_env=False) as http:
        begun = await client.begin(made, here(origin), "state-1")
        pairs = await typed(http, begun.address)
        assert dict(pairs)["state"] == "state-1"
        user = checked(await client.finish(made, here(origin), Callback("GET", pairs), begun.remembered))
    assert (user.ids[0].value, user.claims["user"]) == ("10001", "zhang")
    assert (user.profile["name"], user.profile["email"]) == ("张三 & 李四", "zhang@acme.example")
    assert user.claims["group"] == ["staff", "<all>"]
    with pytest.raises(ProviderFailed, match="INVALID_TICKET"):
        await client.finish(made, here(origin), Callback("GET", pairs), begun.remembered)


async def test_by_cas_2_too(origin: str) -> None:
    client, made = CasClient(), connection(origin, validateUrl=f"{origin}/serviceValidate")
    async with httpx.AsyncClient(trust_env=False) as http:
        begun = await client.begin(made, here(origin), "state-1")
        pairs = await typed(http, begun.address)
        user = checked(await client.finish(made, here(origin), Callback("GET", pairs), begun.remembered))
    assert user.ids[0].value == "zhang"


async def test_a_ticket_of_another_sign_in_is_for_another_service_there(origin: str) -> None:
    client, made = CasClient(), connection(origin)
    async with httpx.AsyncClient(trust_env=False) as http:
        one = await client.begin(made, here(origin), "state-1")
        other = await client.begin(made, here(origin), "state-2")
        pairs = await typed(http, one.address)
        with pytest.raises(ProviderFailed) as failed:
            await client.finish(made, here(origin), Callback("GET", pairs), other.remembered)
    assert failed.value.step == "ticket"


async def test_renew_refuses_a_ticket_for_which_no_password_was_typed(origin: str) -> None:
    client, lax, strict = CasClient(), connection(origin), connection(origin, renew=True)
    async with httpx.AsyncClient(trust_env=False) as http:
        await typed(http, (await client.begin(lax, here(origin), "state-1")).address)
        begun = await client.begin(lax, here(origin), "state-2")
        pairs = await typed(http, begun.address)  # known by its cookie
        with pytest.raises(ProviderFailed, match="ticket"):
            await client.finish(strict, here(origin), Callback("GET", pairs), begun.remembered)


async def test_a_service_that_is_not_registered_is_refused_there(origin: str) -> None:
    client, made = CasClient(), connection(origin)
    elsewhere = Here("https://evil.example", "https://evil.example/callback", here(origin).outgoing, now)
    async with httpx.AsyncClient(trust_env=False) as http:
        await typed(http, (await client.begin(made, here(origin), "state-1")).address)
        page = await http.get((await client.begin(made, elsewhere, "state-1")).address)
    assert not page.is_redirect
