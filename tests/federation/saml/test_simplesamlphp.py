"""Debian's SimpleSAMLphp: it signs both the response and the assertion, and checks our requests."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.federation.saml.connections import CALLBACK, connection, here
from tests.federation.saml.idp import OTHER_CERTIFICATE, OTHER_KEY
from tests.federation.saml.simplesamlphp import MISSING, is_here, knows, simplesamlphp
from tests.federation.saml.test_peer import OWN, SIGNING, posted_by

from poolhouse.federation.model import Here, Settled, checked
from poolhouse.federation.providers.saml import keys
from poolhouse.federation.providers.saml.client import Saml, entity_id
from poolhouse.outgoing import Outgoing
from poolhouse.times import now

pytestmark = pytest.mark.skipif(not is_here(), reason=MISSING)


@pytest.fixture(scope="module")
async def origin(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder = tmp_path_factory.mktemp("simplesamlphp")
    async with simplesamlphp(folder) as running:
        bare = base64.b64encode(OWN.certificate.public_bytes(Encoding.DER)).decode()
        knows(folder, entity_id(connection(**by_url(running)), there(running)), CALLBACK, bare)
        yield running


def by_url(origin: str, **fields: object) -> dict[str, object]:
    return {"idpMetadataUrl": f"{origin}/saml2/idp/metadata.php", **SIGNING, **fields}


def there(origin: str) -> Here:
    return here(now, Outgoing([("127.0.0.1", int(origin.rpartition(":")[2]))]))


async def page_for(made: Settled, origin: str, client: Saml) -> tuple[httpx.Response, dict[str, str]]:
    """What a browser that follows its redirects sees in the end, and what is remembered."""
    begun = await client.begin(made, there(origin), "state-1")
    assert begun.form is None
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
        return await http.get(begun.address), dict(begun.remembered)


async def test_a_person_comes_by_simplesamlphp(origin: str) -> None:
    client, made = Saml(), connection(**by_url(origin, signedPart="both", nameIdFormat="persistent"))
    assert await client.check(made, there(origin)) == ("metadata", "key")
    page, remembered = await page_for(made, origin, client)
    user = checked(await client.finish(made, there(origin), posted_by(page.text), remembered))
    assert user.ids[0].value == "zhang"
    assert user.profile["email"] == "zhang@acme.example"
    assert user.profile["name"] == "张三 & 李四"


async def test_simplesamlphp_refuses_a_request_that_another_key_signed(origin: str) -> None:
    other = keys.OwnKey(OTHER_KEY, OTHER_CERTIFICATE)
    changed = {"signingKey": other.private_pem, "signingCertificate": other.certificate_pem}
    page, _ = await page_for(connection(**by_url(origin, **changed)), origin, Saml())
    assert "Unable to validate signature" in page.text
    assert "SAMLResponse" not in page.text
