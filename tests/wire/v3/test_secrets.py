"""Only an endpoint whose scope is `secrets:...` answers with a secret that is not its caller's own.

An application's secret buys a management token for the whole pool, a password hash can be guessed offline: a
key limited to reading applications or users must not come by either.
"""

from __future__ import annotations

import pytest
from tests.wire.v3.conftest import V3Client, connect
from tests.wire.v3.samples import sample, sow

from poolhouse.services import Services
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints

ROWS = [row for row in endpoints().values() if row.access == "administrator"]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if not row.scope.startswith("secrets:")], ids=lambda row: row.name
)
async def test_no_endpoint_gives_a_secret_away(row: Endpoint, v3: V3Client, services: Services) -> None:
    sown = await sow(services, v3.pool_id)
    await services.environment.put(v3.administrator, "TOKEN", "canary of the environment")
    app = await services.apps.get(v3.administrator, sown.values["appId"])
    stored = await services.db.fetchval(
        "select password_hash from users where pool_id = $1 and id = $2", v3.pool_id, sown.values["userId"]
    )
    assert stored
    secrets = [v3.secret, app.secret, stored, sown.values["accessKeySecret"], "canary of the environment"]
    if row.path != "set-user-otp-secret":
        secrets.append("JBSWY3DPEHPK3PXP")
    given = sample(row, sown) or {}
    answer = await (v3.post(row.path, given) if row.takes_body else v3.get(row.path, **given))
    assert not [secret for secret in secrets if secret in str(answer)], answer


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_every_endpoint_asks_a_limited_key_for_its_scope(
    row: Endpoint, limited: V3Client, services: Services
) -> None:
    body = {} if row.takes_body else None
    sent = await limited.http.request(row.method, f"/api/v3/{row.path}", headers=limited.headers, json=body)
    assert sent.json()["statusCode"] == 403, sent.text


@pytest.fixture(scope="module")
async def limited(services: Services, v3_http: object) -> V3Client:
    """A key that may do nothing."""
    v3 = await connect(services, v3_http)  # type: ignore[arg-type]
    (key,) = (await v3.post("create-access-key", {"scopes": []}))["data"]
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = (await v3.post("get-management-token", credentials))["data"]["access_token"]
    return V3Client(v3.http, services, v3.pool_id, v3.secret, {"authorization": f"Bearer {token}"})
