"""Every way in by a directory: both APIs, the official client, the hosted page; what a wrong password costs there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.federation.ldap.slapd import Slapd
from tests.oidc.conftest import REDIRECT, Browser
from tests.sdk import Sdk, SdkError

from poolhouse.app import asgi
from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import (
    AccountLocked,
    IdentitySourceNotFound,
    IdentityTaken,
    InvalidOperation,
    WrongCredentials,
)
from poolhouse.outgoing import Outgoing
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft, Source
from poolhouse.users.model import IdentityDraft, UserDraft

PASSWORD = "zhang's password"


@dataclass
class Company:
    services: Services
    pool: PoolForTests
    app: App
    source: Source
    connection: Connection
    directory: Slapd
    http: httpx.AsyncClient

    @property
    def caller(self) -> Caller:
        return replace(self.pool.stranger, app_id=self.app.id, ip="203.0.113.9")

    async def sign_in(self, username: str, password: str = PASSWORD) -> str:
        """The user's id."""
        came = await self.services.directory_sign_in.sign_in(
            self.caller, self.connection.identifier, username, password
        )
        return came.user.id

    async def v3(self, connection: str = "LDAP", **payload: Any) -> dict[str, Any]:
        given = {"sAMAccountName": "zhang", "password": PASSWORD, **payload}
        answer = await self.http.post(
            "/api/v3/signin",
            json={"connection": connection, f"{connection.lower()}Payload": given},
            headers={"x-authing-app-id": self.app.id},
        )
        return dict(answer.json())

    async def v2(self, kind: str = "ldap", **body: Any) -> dict[str, Any]:
        answer = await self.http.post(
            f"/api/v2/{kind}/verify-user",
            json={"username": "zhang", "password": PASSWORD, **body},
            headers={"x-authing-app-id": self.app.id},
        )
        return dict(answer.json())

    async def refusals(self) -> list[dict[str, Any]]:
        rows = await self.services.db.fetch(
            "select detail from audit_records where pool_id = $1 and not success order by at, id",
            self.pool.id,
        )
        return [row["detail"] for row in rows]


async def connected(
    services: Services, pool: PoolForTests, app: App, kind: str, identifier: str, fields: dict[str, Any]
) -> tuple[Source, Connection]:
    draft = ConnectionDraft(kind, identifier, "总部目录", fields)
    source = await services.sources.create(pool.administrator, "公司", kind, connections=[draft])
    connection = await services.sources.set_connection_enabled(
        pool.administrator, source.connections[0].id, "app", app.id, True
    )
    return source, connection


@pytest.fixture
async def company(
    services: Services, pool: PoolForTests, directory: Slapd, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Company]:
    called = Outgoing({("127.0.0.1", directory.port)})
    monkeypatch.setattr(services.provider_connections, "_outgoing", called)
    app = await services.apps.create(pool.administrator, "门户", redirect_uris=(REDIRECT,))
    source, connection = await connected(services, pool, app, "ldap", "hq", directory.fields())
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield Company(services, pool, app, source, connection, directory, http)


async def test_a_stranger_is_told_of_a_wrong_password_in_the_words_of_any(company: Company) -> None:
    for name in ("zhang", "nobody", "*", "double"):
        answer = await company.v3(sAMAccountName=name, password="wrong")
        assert (answer["statusCode"], answer["apiCode"]) == (403, 2333)
        assert answer["message"] == WrongCredentials.zh
        assert (await company.v2(username=name, password="wrong"))["code"] == 2333


async def test_v3_gives_tokens_and_the_person_is_made_once(company: Company) -> None:
    answer = await company.v3()
    assert answer["statusCode"] == 200, answer
    assert answer["data"]["access_token"]
    again = await company.v3(sAMAccountName="ZHANG")
    assert again["statusCode"] == 200
    rows = await company.services.db.fetch(
        "select name, email from users where pool_id = $1", company.pool.id
    )
    [row] = rows
    assert (row["name"], row["email"]) == ("张三", None), "an address that nobody vouches for is not kept"


async def test_an_address_is_kept_where_the_connection_trusts_the_directory(company: Company) -> None:
    fields = company.directory.fields(trustEmail=True)
    await company.services.sources.update_connection(
        company.pool.administrator, company.connection.id, {"fields": fields}
    )
    user_id = await company.sign_in("zhang")
    user = await company.services.users.get(company.pool.administrator, user_id)
    assert (user.email, user.email_verified) == ("zhang@corp.example", True)


async def test_v2_answers_the_person_with_their_token(company: Company) -> None:
    answer = await company.v2()
    assert answer["code"] == 200, answer
    assert answer["data"]["name"] == "张三"
    assert answer["data"]["token"]


async def test_the_other_kind_and_another_pool_have_no_such_door(
    company: Company, other_pool: PoolForTests
) -> None:
    assert (await company.v3("AD"))["statusCode"] == 404
    assert (await company.v2("ad"))["code"] == 404
    neighbor = await company.services.apps.create(other_pool.administrator, "another")
    caller = replace(other_pool.stranger, app_id=neighbor.id)
    with pytest.raises(IdentitySourceNotFound):
        await company.services.directory_sign_in.sign_in(caller, "hq", "zhang", PASSWORD)


async def test_a_connection_that_is_switched_off_in_the_application_lets_nobody_in(company: Company) -> None:
    administrator = company.pool.administrator
    await company.services.sources.set_connection_enabled(
        administrator, company.connection.id, "app", company.app.id, False
    )
    assert (await company.v3())["statusCode"] == 404
    with pytest.raises(IdentitySourceNotFound):
        await company.sign_in("zhang")


@pytest.mark.parametrize("missing", ["username", "password"])
async def test_what_is_missing_is_named(company: Company, missing: str) -> None:
    assert missing in (await company.v2(**{missing: ""}))["message"]
    named = "sAMAccountName" if missing == "username" else "password"
    assert (await company.v3(**{named: ""}))["statusCode"] in (400, 403)
    answer = await company.http.post(
        "/api/v3/signin", json={"connection": "LDAP"}, headers={"x-authing-app-id": company.app.id}
    )
    assert "ldapPayload" in answer.json()["message"]


async def test_of_several_directories_the_application_says_which(company: Company) -> None:
    services, pool = company.services, company.pool
    fields = company.directory.fields()
    _, second = await connected(services, pool, company.app, "ldap", "branch", fields)
    with pytest.raises(InvalidOperation, match=r"several|ldap"):
        await services.directory_sign_in.sign_in_by_kind(company.caller, "ldap", "zhang", PASSWORD)
    pages = {"login": {"defaultLoginMethod": {"ldapExtIdpConnId": second.id}}}
    await services.apps.update(pool.administrator, company.app.id, {}, {"pages": pages})
    came = await services.directory_sign_in.sign_in_by_kind(company.caller, "ldap", "zhang", PASSWORD)
    identities = await services.identities.list(pool.administrator, came.user.id)
    assert {identity.connection_id for identity in identities} == {second.id}


async def test_the_row_of_the_identity_is_the_sources_and_keyed_by_the_entrys_id(company: Company) -> None:
    user_id = await company.sign_in("zhang")
    [identity] = await company.services.identities.list(company.pool.administrator, user_id)
    assert (identity.provider, identity.type) == ("ldap", "generic")
    assert identity.ext_idp_id == company.source.id
    assert len(identity.user_id_in_idp) == 36


async def test_an_account_with_the_same_address_is_not_taken_over(company: Company) -> None:
    """The directory's word for an address proves nothing, unless the connection trusts it."""
    draft = UserDraft({"email": "zhang@corp.example"}, password="somebody else's")
    owner = await company.services.users.create(company.pool.administrator, draft)
    try:
        assert await company.sign_in("zhang") != owner.id
    except IdentityTaken:
        pytest.fail("it is nobody's yet")


async def test_wrong_passwords_lock_the_name_however_it_is_spelled_and_the_log_says_why(
    company: Company,
) -> None:
    """Active Directory takes all of them for one name."""
    limit = {"enabled": True, "limit": 7, "time_interval": 300}
    changed = {"login_password_fail_check": limit, "login_fail_strategy": "block-account"}
    await company.services.pools.update(company.pool.administrator, {}, changed)
    for name in ("zhang", " ZHANG", "ｚｈａｎｇ", "zhàng", "z\u0321hang\u0301", "zħang", "zhan\U000e0fffg"):
        with pytest.raises(WrongCredentials):
            await company.sign_in(name, "wrong")
    for name in ("zhang", "Zhang "):
        with pytest.raises(AccountLocked):
            await company.sign_in(name)
    assert await company.sign_in("bob", "bob's password")
    said = [row for row in await company.refusals() if row.get("connection") == "hq"]
    assert said[0]["said"] == "wrong password (49 invalidCredentials)"


async def test_a_directory_that_is_not_there_costs_nobody_a_try(company: Company) -> None:
    fields = {**company.directory.fields(), "bindCredentials": "not it"}
    await company.services.sources.update_connection(
        company.pool.administrator, company.connection.id, {"fields": fields}
    )
    answer = await company.v3()
    assert answer["statusCode"] == 403
    assert "49" not in answer["message"]
    [row] = [row for row in await company.refusals() if row.get("step")]
    assert (row["step"], row["connection"]) == ("bind", "hq")


async def test_an_identity_that_an_administrator_linked_opens_the_account(company: Company) -> None:
    first = await company.sign_in("zhang")
    administrator = company.pool.administrator
    [identity] = await company.services.identities.list(administrator, first)
    await company.services.identities.unlink(administrator, first, ext_idp_id=company.source.id)
    owner = await company.services.users.create(administrator, UserDraft({"username": "linked"}))
    draft = IdentityDraft(provider="hq", user_id_in_idp=identity.user_id_in_idp, ext_idp_id=company.source.id)
    await company.services.identities.link(administrator, owner.id, draft)
    assert await company.sign_in("zhang") == owner.id


# -- the hosted page ---------------------------------------------------------------------------------------


async def test_the_hosted_page_has_the_company_account_and_lets_people_in(company: Company) -> None:
    browser = Browser(company.http)
    asked = f"/oidc/auth?client_id={company.app.id}&response_type=code&scope=openid&redirect_uri={REDIRECT}&state=x"
    page = await browser.open(asked)
    assert "总部目录" in page.text
    link = page.text.split("connection=hq")[0].rsplit('href="', 1)[1].replace("&amp;", "&") + "connection=hq"
    await browser.open(link)
    page = await browser.submit("/login/company", account="zhang", password="wrong")
    assert WrongCredentials.zh in page.text
    assert 'value="zhang"' in page.text
    await browser.submit("/login/company", account="zhang", password=PASSWORD)
    assert browser.arrived["code"]


async def test_the_hosted_page_says_nothing_of_a_company_where_no_directory_is_on(company: Company) -> None:
    administrator = company.pool.administrator
    await company.services.sources.set_connection_enabled(
        administrator, company.connection.id, "app", company.app.id, False
    )
    asked = f"/oidc/auth?client_id={company.app.id}&response_type=code&scope=openid&redirect_uri={REDIRECT}"
    assert "connection=" not in (await Browser(company.http).open(asked)).text


# -- the official client -----------------------------------------------------------------------------------


async def test_the_official_client_signs_in_by_its_own_methods(company: Company, sdk: Sdk) -> None:
    client = replace(sdk, authentication={**sdk.authentication, "appId": company.app.id})
    client.authentication.pop("secret", None)
    client.authentication["websocketHost"] = client.authentication["appHost"]
    [person] = await client.run(("auth:loginByLdap", "zhang", PASSWORD))
    assert person["name"] == "张三"
    assert person["token"]
    with pytest.raises(SdkError) as refused:
        await client.run(("auth:loginByLdap", "zhang", "wrong"))
    assert refused.value.code == 2333
    fields = company.directory.fields(
        userQueryCriteria="(uid={username})", uniqueAttribute="entryUUID", fieldMapping={"name": "cn"}
    )
    await connected(company.services, company.pool, company.app, "ad", "domain", fields)
    [person] = await client.run(("auth:loginByAd", "zhang", PASSWORD))
    assert person["name"] == "张三"
