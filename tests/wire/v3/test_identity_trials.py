"""The trial of a connection, by v3: who may ask, and what is told of each step."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.federation.fitting import as_stored_before
from tests.federation.issuers import CLIENT, SECRET, Issuer, issuing
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_mail_outbox import limited
from tests.wire.v3.test_tenants import done, read

from poolhouse.audit.service import LOGINS
from poolhouse.caller import Caller
from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation import trials
from poolhouse.login.tally import Limit
from poolhouse.outgoing import Outgoing

TRY = "test-ext-idp-connection"
STATUS = "get-ext-idp-connection-status"


@pytest.fixture
async def issuer(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Issuer]:
    async with issuing() as issuer:
        allowed = Outgoing({("127.0.0.1", issuer.port)})
        monkeypatch.setattr(v3.services.provider_connections, "_outgoing", allowed)
        yield issuer


async def connected(v3: V3Client, kind: str, fields: dict[str, Any]) -> str:
    source = await done(v3, "create-ext-idp", {"name": "公司", "type": kind})
    body = {
        "extIdpId": source["id"],
        "type": kind,
        "identifier": kind,
        "displayName": "公司",
        "fields": fields,
    }
    made: str = (await done(v3, "create-ext-idp-conn", body))["id"]
    return made


def oidc(issuer: str) -> dict[str, Any]:
    return {"issuer": issuer, "clientId": CLIENT, "clientSecret": SECRET}


async def test_a_stranger_a_reader_and_another_pool_are_refused(v3: V3Client, neighbour: V3Client) -> None:
    here = {"id": await connected(v3, "oidc", oidc("https://login.example"))}
    assert (await v3.post(TRY, here, headers={"authorization": ""}))["statusCode"] == 401
    reader = await limited(v3, "identities:read")
    assert (await reader.post(TRY, here))["statusCode"] == 403
    assert (await neighbour.post(TRY, here))["statusCode"] == 404


async def test_every_step_works_and_the_address_to_register_is_told(v3: V3Client, issuer: Issuer) -> None:
    found = await done(v3, TRY, {"id": await connected(v3, "oidc", oidc(issuer.url))})
    assert (found["success"], found["steps"]) == (True, ["settings", "discovery", "key"])
    assert found["callbackUrl"].endswith("/connections/oidc/oidc/callback")
    assert (found["step"], found["sentence"], found["remedy"], found["metadataUrl"]) == ("", "", "", "")


async def test_the_step_that_fails_is_told_in_both_languages_and_is_no_sign_in(
    v3: V3Client, issuer: Issuer
) -> None:
    here = {"id": await connected(v3, "oidc", oidc(issuer.url + "/elsewhere"))}
    found = await done(v3, TRY, here)
    assert (found["success"], found["step"], found["steps"]) == (False, "discovery", [])
    assert "issuer" in found["remedy"]
    english = (await v3.post(TRY, here, headers={"x-authing-lang": "en-US"}))["data"]
    for name in ("sentence", "remedy", "stepName"):
        assert english[name], name
        assert english[name] != found[name], name
    assert SECRET not in str(found)
    count = "select count(*) from audit_records where pool_id = $1 and operation = 'login'"
    assert await v3.services.db.fetchval(count, v3.pool_id) == 0


async def test_a_setting_that_is_missing_is_the_step_settings(v3: V3Client) -> None:
    made = await connected(v3, "oidc", oidc("https://login.example"))
    await as_stored_before(v3.services, v3.pool_id, made, {"issuer": "https://login.example"})
    found = await done(v3, TRY, {"id": made})
    assert (found["success"], found["step"]) == (False, "settings")
    assert "clientId" in found["sentence"]


async def test_saml_tells_where_the_metadata_is(v3: V3Client) -> None:
    found = await done(v3, TRY, {"id": await connected(v3, "saml", {"idpMetadata": "<x/>"})})
    assert found["step"] in ("settings", "metadata")
    assert "/connections/saml/saml/metadata" in found["metadataUrl"] or found["step"] == "settings"


async def test_a_kind_that_nobody_signs_in_by_is_not_supported(v3: V3Client) -> None:
    answer = await v3.post(TRY, {"id": await connected(v3, "alipay", {})})
    assert answer["statusCode"] == 501
    assert "alipay" in answer["message"]


async def test_more_than_the_limit_are_refused(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "TRIED", Limit(1, 3600))
    here = {"id": await connected(v3, "oidc", oidc("http://"))}
    assert (await v3.post(TRY, here))["statusCode"] == 200
    assert (await v3.post(TRY, here))["statusCode"] == 429


async def fails(v3: V3Client, connection_id: str, step: ProviderStep = "token") -> None:
    """A sign-in by the connection."""
    connection = await v3.services.provider_connections.find(v3.pool_id, connection_id)
    caller = Caller(pool_id=v3.pool_id, kind="anonymous")
    failed = ProviderFailed(step, "脚本抛出了 Error", "the script threw Error")
    failed.printed = "status 500"
    await v3.services.provider_connections.note(caller, connection, failed)


async def test_a_stranger_and_another_pool_read_no_failures(v3: V3Client, neighbour: V3Client) -> None:
    made = await connected(v3, "oidc", oidc("https://login.example"))
    await fails(v3, made)
    assert (await v3.get(STATUS, headers={"authorization": ""}, id=made))["statusCode"] == 401
    assert (await (await limited(v3, "users:read")).get(STATUS, id=made))["statusCode"] == 403
    assert (await neighbour.get(STATUS, id=made))["statusCode"] == 404
    theirs = await connected(neighbour, "oidc", oidc("https://login.example"))
    assert (await read(neighbour, STATUS, id=theirs))["failures"] == []


async def test_the_last_failures_are_told_with_what_to_do_and_what_was_printed(v3: V3Client) -> None:
    made = await connected(v3, "oidc", oidc("https://login.example"))
    for step in ("discovery", *["token"] * 10):
        await fails(v3, made, step)  # type: ignore[arg-type]
    reader = await limited(v3, "identities:read")
    found = await read(reader, STATUS, id=made)
    assert found["callbackUrl"].endswith("/connections/oidc/oidc/callback")
    assert [one["step"] for one in found["failures"]] == ["token"] * 10
    one = found["failures"][0]
    assert (one["sentence"], one["printed"]) == ("脚本抛出了 Error", "status 500")
    assert one["remedy"]
    english = await v3.get(STATUS, headers={"x-authing-lang": "en-US"}, id=made)
    assert english["data"]["failures"][0]["sentence"] == "the script threw Error"
    # What is older than a month, and what failed before this connection was there, is not told.
    await v3.services.db.execute(
        "update audit_records set at = (at at time zone 'UTC' - interval '31 days') at time zone 'UTC' "
        "where pool_id = $1 and not success",
        v3.pool_id,
    )
    assert (await read(v3, STATUS, id=made))["failures"] == []


async def test_the_address_to_register_is_told_whatever_else_is_wrong(v3: V3Client) -> None:
    made = await connected(v3, "oidc", oidc("https://login.example"))
    await as_stored_before(v3.services, v3.pool_id, made, {"issuer": 1, "callback": "kind"})
    found = await read(v3, STATUS, id=made)
    assert found["callbackUrl"].endswith("/connections/oidc/callback")
    alipay = await connected(v3, "alipay", {})
    assert (await v3.get(STATUS, id=alipay))["statusCode"] == 501


async def test_what_a_script_says_is_no_label_of_a_metric(v3: V3Client) -> None:
    made = await connected(v3, "oidc", oidc("https://login.example"))
    await fails(v3, made)
    outcomes = {sample.labels.get("outcome") for family in LOGINS.collect() for sample in family.samples}
    assert "ProviderFailed" in outcomes
    assert "the script threw Error" not in outcomes
