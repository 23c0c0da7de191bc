"""Every kind of source and of connection that the contract names: kept as it was given, whether it signs in or not.

Made from the contract's two enumerations and the catalog, so that a kind that is built leaves the second half by
itself. Source: docs/contract/v3/identities.md.
"""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlencode

import httpx
import pytest
from tests.federation.fitting import FIELDS
from tests.wire.v3.conftest import V3Client, connect
from tests.wire.v3.test_tenants import done, read

from poolhouse.federation.catalog import MANIFESTS, signs_in
from poolhouse.services import Services
from poolhouse.tenants.secrets import MASK
from poolhouse.wire.v3 import ledger
from poolhouse.wire.v3.dto.common import ExtIdpConnType, Provider
from poolhouse.wire.v3.identities import SOCIAL

SOURCES, CONNECTIONS = get_args(Provider), get_args(ExtIdpConnType)
KEPT_ONLY = [kind for kind in CONNECTIONS if kind not in MANIFESTS]
PAGE = "https://client.example"


class Here:
    """One pool for all kinds, with an application and a source, and another pool that is to see nothing of them."""

    def __init__(self, v3: V3Client, neighbor: V3Client, app_id: str, source_id: str) -> None:
        self.v3, self.neighbor, self.app_id, self.source_id = v3, neighbor, app_id, source_id

    async def connected(self, kind: str, *, of: str = "") -> dict[str, Any]:
        made: dict[str, Any] = await done(
            self.v3,
            "create-ext-idp-conn",
            {
                **{"extIdpId": self.source_id, "type": kind, "identifier": f"{of or 'kept'}-{kind}"},
                **{"displayName": kind, "fields": FIELDS},
            },
        )
        return made

    async def shown(self, connection_id: str) -> dict[str, Any]:
        found = (await read(self.v3, "get-ext-idp", id=self.source_id))["connections"]
        [mine] = [one for one in found if one["id"] == connection_id]
        assert isinstance(mine, dict)
        return mine


@pytest.fixture(scope="module")
async def here(services: Services, v3_http: httpx.AsyncClient) -> Here:
    v3, neighbor = await connect(services, v3_http), await connect(services, v3_http)
    app = await done(v3, "create-application", {"appName": "门户", "redirectUris": [f"{PAGE}/callback"]})
    source = await done(v3, "create-ext-idp", {"name": "各种", "type": "oidc"})
    return Here(v3, neighbor, app["appId"], source["id"])


def test_the_kinds_are_those_of_the_contract() -> None:
    """Counted in the official clients: a kind that is lost from a page of docs/contract is missed here."""
    assert (len(SOURCES), len(CONNECTIONS)) == (41, 72)
    assert set(MANIFESTS) <= set(CONNECTIONS)
    assert {manifest.source_type for manifest in MANIFESTS.values()} <= set(SOURCES)


def test_the_ledger_has_every_kind_once_and_says_which_sign_in() -> None:
    section = ledger.text().partition("## Kinds of identity sources")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    assert [source.strip(" `") for source, _, _ in rows] == list(SOURCES)
    named = [[kind.strip(" `") for row in rows for kind in row[n].split(",") if kind.strip()] for n in (1, 2)]
    assert sorted(named[0]) == sorted(MANIFESTS)
    assert sorted(named[0] + named[1]) == sorted(CONNECTIONS)


@pytest.mark.parametrize("kind", SOURCES)
async def test_a_source_of_every_type_is_kept_and_deleted(here: Here, kind: str) -> None:
    v3, neighbor = here.v3, here.neighbor
    source_id = (await done(v3, "create-ext-idp", {"name": f"a {kind}", "type": kind}))["id"]
    assert (await done(v3, "update-ext-idp", {"id": source_id, "name": kind}))["name"] == kind
    [mine] = [one for one in (await read(v3, "list-ext-idp"))["list"] if one["id"] == source_id]
    assert (mine["name"], mine["type"]) == (kind, kind)
    right, wrong = ("social", "enterprise") if kind in SOCIAL else ("enterprise", "social")
    assert (await read(v3, "get-ext-idp", id=source_id, type=right))["type"] == kind
    assert (await v3.get("get-ext-idp", id=source_id, type=wrong))["statusCode"] == 404
    assert (await neighbor.get("get-ext-idp", id=source_id))["statusCode"] == 404
    assert (await read(neighbor, "list-ext-idp"))["totalCount"] == 0
    for path, more in (("update-ext-idp", {"name": "x"}), ("delete-ext-idp", {})):
        assert (await neighbor.post(path, {"id": source_id, **more}))["statusCode"] == 404
    await done(v3, "delete-ext-idp", {"id": source_id})
    assert (await v3.get("get-ext-idp", id=source_id))["statusCode"] == 404


@pytest.mark.parametrize("kind", CONNECTIONS)
async def test_a_connection_of_every_type_is_kept_and_deleted(here: Here, kind: str) -> None:
    v3 = here.v3
    made = await here.connected(kind)
    assert (made["type"], made["identifier"], made["extIdpId"]) == (kind, f"kept-{kind}", here.source_id)
    own = {"id": made["id"]}
    shown = await here.shown(made["id"])
    assert shown["fields"] == {**FIELDS, "clientSecret": MASK}
    for act in (True, False):
        await done(v3, "change-ext-idp-conn-state", {**own, "appId": here.app_id, "enabled": act})
        assert (await here.shown(made["id"]))["enabledAppIds"] == ([here.app_id] if act else [])
        await done(v3, "change-ext-idp-conn-association-state", {**own, "association": act})
        mode = "challenge" if act else "none"
        assert (await here.shown(made["id"]))["associationMode"] == mode
    changed = {**shown["fields"], "remark": "备注"}
    body = {**own, "displayName": "改", "fields": changed, "loginOnly": True}
    assert (await done(v3, "update-ext-idp-conn", body))["loginOnly"] is True
    assert (await here.shown(made["id"]))["fields"] == changed
    stored = await v3.services.sources.update_connection(v3.administrator, made["id"], {"fields": changed})
    assert stored.fields["clientSecret"] == MASK
    await hidden(here, made["id"])
    await done(v3, "delete-ext-idp-conn", own)
    assert (await v3.post("delete-ext-idp-conn", own))["statusCode"] == 404


async def hidden(here: Here, connection_id: str) -> None:
    """From another pool, whichever call names it."""
    for path, more in (
        ("update-ext-idp-conn", {"displayName": "x", "fields": {}}),
        ("change-ext-idp-conn-state", {"appId": here.app_id, "enabled": True}),
        ("change-ext-idp-conn-association-state", {"association": True}),
        ("delete-ext-idp-conn", {}),
    ):
        answer = await here.neighbor.post(path, {"id": connection_id, **more})
        assert answer["statusCode"] == 404, path
    assert (await here.neighbor.get("ext-idp-conn-apps", id=connection_id))["statusCode"] == 404


@pytest.mark.parametrize("kind", KEPT_ONLY)
async def test_a_kind_that_is_not_built_is_refused_by_its_name_at_every_way_in(here: Here, kind: str) -> None:
    v3 = here.v3
    connection = await here.connected(kind, of="on")
    own = {"id": connection["id"], "appId": here.app_id}
    await done(v3, "change-ext-idp-conn-state", {**own, "enabled": True})
    await v3.services.db.execute("delete from attempts where pool_id = $1", v3.pool_id)  # so many are not let
    tried = await v3.post("test-ext-idp-connection", {"id": connection["id"]}, {"x-authing-lang": "en-US"})
    assert (tried["statusCode"], f" {kind} " in tried["message"]) == (501, True)
    asked = {
        **{"client_id": here.app_id, "redirect_uri": f"{PAGE}/callback", "response_type": "code"},
        **{"scope": "openid", "ext_idp_conn_id": connection["identifier"]},
    }
    window = urlencode({"app_id": here.app_id, "identifier": connection["identifier"]})
    for address in (
        f"/oidc/auth?{urlencode(asked)}",
        f"/connections/social/{connection['identifier']}?{window}",
        f"/connections/{kind}/init?{window}",
    ):
        for lang, said in (
            ("zh-CN", f"暂不支持用 {kind} 类型的身份源登录"),
            ("en", f"the kind {kind} is not"),
        ):
            headers = {"accept-language": lang, "referer": f"{PAGE}/"}
            page = await v3.http.get(address, headers=headers, follow_redirects=True)
            assert said in page.text, address
    offered = await v3.http.get(
        "/api/v3/get-application-enabled-extidps", headers={"x-authing-app-id": here.app_id}
    )
    assert connection["identifier"] not in offered.text
    await done(v3, "delete-ext-idp-conn", {"id": connection["id"]})


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if not signs_in(kind)])
async def test_a_type_of_source_that_signs_nobody_in_says_so_when_it_is_stored(here: Here, kind: str) -> None:
    answer = await here.v3.http.post(
        "/api/v3/create-ext-idp", json={"name": kind, "type": kind}, headers=here.v3.headers
    )
    assert answer.headers["poolhouse-notice"] == f"stored without effect: {kind}"
    await done(here.v3, "delete-ext-idp", {"id": answer.json()["data"]["id"]})
