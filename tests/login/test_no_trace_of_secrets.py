"""What people type as a secret is found in no table and in no log afterwards, whatever became of the request."""

from __future__ import annotations

import base64
import logging
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.app import asgi
from poolhouse.db.database import Database
from poolhouse.services import Services

CANARY = "Canary-7f3a9c"


async def everything(database: Database) -> str:
    tables = await database.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE'"
    )
    parts = [
        await database.fetchval(f"select coalesce(string_agg(t::text, chr(10)), '') from \"{table}\" t")
        for (table,) in tables
    ]
    return "\n".join(parts)


async def test_passwords_tokens_and_secrets_leave_no_trace(
    services: Services,
    pool: PoolForTests,
    database: Database,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the test's own client
    secret = (await services.pools.get(pool.id)).secret
    app = await services.apps.create(pool.administrator, "shop")
    name = f"user-{pool.id}"
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    told: list[str] = [CANARY, secret, app.secret]
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:

        async def v3(path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
            headers = {"x-authing-app-id": app.id} | ({"authorization": f"Bearer {token}"} if token else {})
            answer: dict[str, Any] = (await http.post(f"/api/v3/{path}", json=body, headers=headers)).json()
            return answer

        async def v2(query: str, **variables: Any) -> None:
            body = {"query": query, "variables": variables}
            await http.post("/graphql/v2", json=body, headers={"x-authing-userpool-id": pool.id})

        def by_password(password: str) -> dict[str, Any]:
            payload = {"account": name, "password": password}
            return {"connection": "PASSWORD", "passwordPayload": payload}

        given = {"username": name, "password": f"{CANARY}-1"}
        signed_up = await v3("signup", {"connection": "PASSWORD", "passwordPayload": given})
        assert signed_up["statusCode"] == 200
        logged_in = await v3("signin", by_password(f"{CANARY}-1"))
        token = logged_in["data"]["access_token"]
        told.append(token.split(".")[2])
        await v3("signin", by_password(f"{CANARY}-wrong"))
        await v3("signin", by_password(f"{CANARY}-1") | {"client_id": app.id, "client_secret": f"{CANARY}-2"})
        await v3("update-password", {"oldPassword": f"{CANARY}-no", "newPassword": f"{CANARY}-3"}, token)
        await v3("update-password", {"oldPassword": f"{CANARY}-1", "newPassword": f"{CANARY}-3"}, token)
        await v3("update-password", {"oldPassword": 7, "newPassword": [f"{CANARY}-4"]}, token)
        await v3("get-management-token", {"accessKeyId": pool.id, "accessKeySecret": f"{CANARY}-5"})
        management = await v3("get-management-token", {"accessKeyId": pool.id, "accessKeySecret": secret})
        admin = management["data"]["access_token"]
        told.append(admin.split(".")[2])
        await v3("create-user", {"username": f"{name}-2", "password": f"{CANARY}-6"}, admin)
        await v3("update-user", {"userId": "nobody", "password": f"{CANARY}-7"}, admin)
        await v3("create-users-batch", {"list": [{"username": 7, "password": f"{CANARY}-8"}]}, admin)
        key = (await v3("create-access-key", {}, admin))["data"][0]["accessKeySecret"]
        told.append(key)
        await v2(
            "mutation ($i: LoginByUsernameInput!) { loginByUsername(input: $i) { token } }",
            i={"username": name, "password": f"{CANARY}-9"},
        )
        await v2(
            f'mutation {{ loginByUsername(input: {{username: "{name}", password: "{CANARY}-10"}}) {{ id }} }}'
        )
        await v2(
            f'mutation {{ loginByUsername(input: {{username: "{name}", password: {CANARY} }}) {{ id }} }}'
        )
        basic = base64.b64encode(f"{app.id}:{CANARY}-11".encode()).decode()
        form = {"grant_type": "authorization_code", "code": f"{CANARY}-12", "code_verifier": f"{CANARY}-13"}
        await http.post("/oidc/token", data=form, headers={"authorization": f"Basic {basic}"})
        await http.get("/api/v2/oidc/validate_token", params={"access_token": f"{CANARY}-14"})
    await services.login.drain()
    captured = capfd.readouterr()
    seen = {"logs": captured.out + captured.err + caplog.text, "tables": await everything(database)}
    assert name in seen["tables"]
    for place, text in seen.items():
        for word in told:
            at = text.find(word)
            assert at < 0, f"{place}: {text[max(0, at - 200) : at + 60]}"
