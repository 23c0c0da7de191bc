"""What the authentication clients call: read from the packages in the tree, none of it unknown to the server."""

from __future__ import annotations

import re
from pathlib import Path

import authing
import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.samples import REFUSED

from poolhouse.wire.v3.table import authentication, contract

SOURCES = {
    "Node": Path(__file__).parents[2] / "js/node_modules/authing-node-sdk/src/AuthenticationClient.ts",
    "Python": Path(authing.__file__).parent / "AuthenticationClient.py",
}
CALL = re.compile(r"""method[:=]\s*["'](\w+)["'],\s*url[:=]\s*["'](/[^"']+)["']""")
OPENID_CONNECT = {("GET", "/oidc/.well-known/jwks.json")}
PROTOCOL = ("/cas-idp/", "/api/v2/saml-idp/")
"""Of these the clients build addresses; no method of theirs has them as one text."""


def called(client: str) -> set[tuple[str, str]]:
    calls = {(method, url) for method, url in CALL.findall(SOURCES[client].read_text())}
    assert len(calls) > 80
    return calls - contract().keys() - OPENID_CONNECT


@pytest.mark.parametrize("client", SOURCES)
def test_the_table_has_what_the_package_calls(client: str) -> None:
    listed = {
        key
        for key, row in authentication().items()
        if client in row.clients and not row.url.startswith(PROTOCOL)
    }
    assert listed == called(client)


@pytest.mark.parametrize("key", sorted(authentication()), ids=" ".join)
async def test_a_client_is_always_answered_in_the_envelope(v3: V3Client, key: tuple[str, str]) -> None:
    answer = await v3.http.request(*key)
    assert answer.status_code == 200
    said = answer.json()
    if authentication()[key].reason:
        assert said.keys() == REFUSED
        assert (said["statusCode"], said["apiCode"]) == (501, 50101)
        assert key[1] in said["message"]
    else:
        assert said.get("statusCode", "bare") not in (404, 501)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/cas-idp/77/validate"),
        ("GET", "/api/v2/saml-idp/77"),
    ],
)
async def test_braces_may_be_filled_in(v3: V3Client, method: str, path: str) -> None:
    assert (await v3.http.request(method, path)).json()["statusCode"] == 501


@pytest.mark.parametrize("path", ["/api/v3/webauthn/credentials/", "/api/v3/webauthn/credentials/1/2"])
async def test_braces_are_one_part_of_a_path(v3: V3Client, path: str) -> None:
    answer = await v3.http.put(path)
    assert (answer.status_code, answer.json()["statusCode"]) == (404, 404)
