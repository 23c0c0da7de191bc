"""A real provider, npm's samlify: it reads our metadata and our requests, and we read its responses."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from tests.federation.saml.connections import connection, here
from tests.federation.saml.idp import CERTIFICATE, KEY, OTHER_CERTIFICATE, OTHER_KEY
from tests.sdk import JS, node

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import Begun, Callback, Settled, checked
from poolhouse.federation.providers.saml import keys, metadata
from poolhouse.federation.providers.saml.client import Saml, our_metadata
from poolhouse.federation.providers.saml.names import PERSISTENT
from poolhouse.times import now

OWN = keys.made("id.example", now())
SIGNING = {"signRequests": True, "signingKey": OWN.private_pem, "signingCertificate": OWN.certificate_pem}
HERE = here(now)
client = Saml()


class Peer:
    """One samlify, for one setting of it."""

    def __init__(self, origin: str, http: httpx.AsyncClient) -> None:
        self.origin, self._http = origin, http

    async def metadata(self) -> str:
        return (await self._http.get(f"{self.origin}/metadata")).text

    async def connection(self, **fields: object) -> Settled:
        """Each has read the other's metadata."""
        made = connection(idpMetadata=await self.metadata(), **fields)
        await self.reads(our_metadata(made, HERE))
        return made

    async def knows(self, entity_id: str, consumer: str) -> None:
        """Of a service provider with the key of these tests."""
        await self.reads(metadata.our_metadata(entity_id, consumer, [OWN.certificate], "", signs=True))

    async def reads(self, document: bytes) -> None:
        """A service provider's metadata."""
        taken = await self._http.post(f"{self.origin}/sp", content=document)
        assert taken.text == "taken"

    async def answer(self, begun: Begun) -> Callback:
        """What the browser would post to us."""
        if begun.form is None:
            page = await self._http.get(begun.address)
        else:
            page = await self._http.post(begun.address, data=dict(begun.form))
        assert page.status_code == 200, page.text
        return posted_by(page.text)


def posted_by(page: str) -> Callback:
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
    return Callback("POST", (), tuple((name, html.unescape(value)) for name, value in found))


@asynccontextmanager
async def samlify(*, wants_signed: bool, signs_message: bool) -> AsyncIterator[Peer]:
    config = {
        "entityId": "https://samlify.example/idp",
        "privateKey": KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        "certificate": CERTIFICATE.public_bytes(serialization.Encoding.PEM).decode(),
        "wantSigned": wants_signed,
        "signMessage": signs_message,
        "nameId": "zhang&<3f29>",
        "format": PERSISTENT,
        "attributes": {"mail": "zhang@acme.example", "displayName": "张三 & 李四"},
    }
    process = await asyncio.create_subprocess_exec(
        node(), "saml-idp.cjs", cwd=JS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(config) + b"\n")
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        async with httpx.AsyncClient(trust_env=False) as http:
            yield Peer(f"http://127.0.0.1:{port}", http)
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "all signed"])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    async with samlify(wants_signed=request.param, signs_message=request.param) as running:
        yield running


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_person_comes_by_samlify(peer: Peer, binding: str) -> None:
    made = await peer.connection(requestBinding=binding, nameIdFormat="persistent", **SIGNING)
    begun = await client.begin(made, HERE, "state-1")
    assert urlsplit(begun.address).netloc == urlsplit(peer.origin).netloc
    callback = await peer.answer(begun)
    assert callback.given()["RelayState"] == "state-1"
    user = checked(await client.finish(made, HERE, callback, begun.remembered))
    assert user.ids[0].value == "zhang&<3f29>"
    assert user.profile == {"email": "zhang@acme.example", "name": "张三 & 李四"}


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_samlify_refuses_a_request_that_another_key_signed(peer: Peer, binding: str) -> None:
    made = await peer.connection(requestBinding=binding, **SIGNING)
    other = keys.OwnKey(OTHER_KEY, OTHER_CERTIFICATE)
    changed = {"signingKey": other.private_pem, "signingCertificate": other.certificate_pem}
    forged = connection(
        idpMetadata=made.fields.idp_metadata, signRequests=True, requestBinding=binding, **changed
    )
    begun = await client.begin(forged, HERE, "state-1")
    if 'WantAuthnRequestsSigned="true"' not in made.fields.idp_metadata:
        assert (await peer.answer(begun)).given()["RelayState"] == "state-1"
        return
    with pytest.raises(AssertionError, match=r"SIGNATURE|CERTIFICATE"):
        await peer.answer(begun)


async def test_an_answer_of_samlify_is_good_for_its_own_request_alone(peer: Peer) -> None:
    made = await peer.connection(**SIGNING)
    first, second = await client.begin(made, HERE, "state-1"), await client.begin(made, HERE, "state-2")
    callback = await peer.answer(first)
    with pytest.raises(ProviderFailed) as caught:
        await client.finish(made, HERE, callback, second.remembered)
    assert caught.value.step == "request"
