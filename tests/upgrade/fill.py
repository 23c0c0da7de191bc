"""Fills a running server by its doors, as a company would in its first year, and keeps what it then answers.

`python -m tests.upgrade.fill DATA OUT` from the root of the repository, with the `poolhouse` of the version wanted
running on DATA; OUT becomes a folder beside this file. README.md tells the whole way.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.upgrade.doors import Pool, without_host
from tests.upgrade.people import HERE, PEOPLE
from tests.upgrade.questions import ask, enter, told

TEN_YEARS = 10 * 365 * 86_400
LOGIN = """async function login(query, password, context) {
  if (password !== 'legacy-1') throw new Error('密码错误');
  return { id: 7, username: query.username, email: 'legacy@shop.example', name: '老用户' };
}"""
GET_USER = """async function getUser(query, context) {
  return query.username === 'legacy' || query.id === '7' ? { id: 7, username: 'legacy' } : null;
}"""


def fill(pool: Pool) -> None:
    """Everything a pool can hold, once."""
    ids = _people(pool)
    _groups_and_roles(pool, ids)
    _organizations(pool, ids)
    _resources(pool, ids)
    _applications(pool, ids)
    _settings(pool)
    _identities(pool, ids)


def _people(pool: Pool) -> dict[str, str]:
    """The user ids by username."""
    field = {"targetType": "USER", "label": "学校", "isUnique": False}
    fields = [
        {**field, "key": "school", "dataType": "STRING"},
        {**field, "key": "level", "dataType": "NUMBER", "label": "级别"},
        {**field, "key": "secretNote", "dataType": "STRING", "label": "备注", "encrypted": True},
    ]
    pool.done("set-custom-fields", {"list": fields})
    made = [pool.done("create-user", one) for one in PEOPLE]
    ids = {sent["username"]: one["userId"] for sent, one in zip(PEOPLE, made, strict=True)}
    pool.done("update-user", {"userId": ids["closed"], "status": "Suspended"})
    pool.done("update-user", {"userId": ids["archived"], "status": "Archived"})
    pool.done("resign-user", {"userId": ids["resigned"]})
    block = "mutation B($id: String!) { updateUser(id: $id, input: {blocked: true}) { id } }"
    assert "errors" not in pool.v2(block, id=ids["blocked"])
    otp = {"secret": "JBSWY3DPEHPK3PXP", "recoveryCode": "b471-8ec0-874a-087c-bccb-cd54"}
    pool.done("import-otp", {"list": [{"userId": ids["second-step"], "otp": otp}]})
    return ids


def _groups_and_roles(pool: Pool, ids: dict[str, str]) -> None:
    pool.done("create-group", {"code": "staff", "name": "员工", "type": "static"})
    pool.done("add-group-members", {"code": "staff", "userIds": [ids["zhangsan"], ids["member"]]})
    pool.done("create-namespace", {"code": "shop", "name": "商店"})
    for namespace in ("default", "shop"):
        pool.done("create-role", {"code": "boss", "name": "老板", "namespace": namespace})
        targets = [
            {"targetType": "USER", "targetIdentifier": ids["zhangsan"]},
            {"targetType": "GROUP", "targetIdentifier": "staff"},
        ]
        pool.done("assign-role", {"code": "boss", "namespace": namespace, "targets": targets})


def _organizations(pool: Pool, ids: dict[str, str]) -> None:
    root = pool.done("create-organization", {"organizationName": "总公司", "organizationCode": "acme"})
    node = {"organizationCode": "acme", "parentDepartmentId": root["departmentId"]}
    sales = pool.done("create-department", {**node, "name": "销售", "code": "sales"})
    node["parentDepartmentId"] = sales["departmentId"]
    east = pool.done("create-department", {**node, "name": "华东", "code": "east"})
    for department, person in ((sales, "zhangsan"), (east, "member"), (east, "zhangsan")):
        body = {"organizationCode": "acme", "departmentId": department["departmentId"]}
        pool.done("add-department-members", {**body, "userIds": [ids[person]]})
    post = pool.done("create-post", {"code": "manager", "name": "经理"})
    pool.done("user-connection-post", {"userId": ids["zhangsan"], "postId": post["id"]})


def _resources(pool: Pool, ids: dict[str, str]) -> None:
    actions = [{"name": "orders:read", "description": "看"}, {"name": "orders:write", "description": "改"}]
    body = {"code": "orders", "type": "API", "namespace": "shop", "actions": actions}
    pool.done("create-resource", body)
    granted = [{"code": "orders", "resourceType": "API", "actions": ["orders:read"]}]
    target = {"targetType": "ROLE", "targetIdentifiers": ["boss"], "resources": granted}
    pool.done("authorize-resources", {"namespace": "shop", "list": [target]})


def _applications(pool: Pool, ids: dict[str, str]) -> None:
    app = pool.done("create-application", {"appName": "内部", "redirectUris": ["https://in.shop.example/cb"]})
    strategy = {"appId": app["appId"], "permissionStrategy": "DENY_ALL"}
    pool.done("update-application-permission-strategy", strategy)
    rule = {
        "targetType": "GROUP",
        "targetIdentifier": ["staff"],
        "effect": "ALLOW",
        "namespaceCode": "default",
    }
    pool.done("authorize-application-access", {"appId": app["appId"], "list": [rule]})
    tenant = pool.done("create-tenant", {"name": "分店", "appIds": [app["appId"]]})
    pool.done("add-tenant-users", {"tenantId": tenant["tenantId"], "linkUserIds": [ids["member"]]})
    pool.done("create-access-key", {"scopes": ["users:read"]})


def _settings(pool: Pool) -> None:
    pool.done("update-security-settings", {"authingTokenExpiresIn": TEN_YEARS, "verifyCodeLength": 6})
    smtp = {"smtp_host": "127.0.0.1", "smtp_port": 9, "sender": "a@shop.example", "senderPass": "mail-secret"}
    pool.done("config-email-provider", {"type": "custom", "enabled": False, "smtpConfig": smtp})
    template = {
        "type": "WELCOME_EMAIL",
        "customizeEnabled": True,
        "name": "欢迎",
        "subject": "您好 {{ user_name }}",
    }
    pool.done(
        "update-email-template", {**template, "sender": "商店", "content": "<p>欢迎, {{ user_name }}</p>"}
    )
    pool.done("add-whitelist", {"type": "EMAIL", "list": ["guest@shop.example"]})


def _identities(pool: Pool, ids: dict[str, str]) -> None:
    source = pool.done("create-ext-idp", {"name": "企业微信", "type": "oidc"})
    fields = {"issuer": "https://idp.example", "clientId": "c-1", "clientSecret": "idp-secret"}
    body = {
        "extIdpId": source["id"],
        "type": "oidc",
        "identifier": "corp",
        "displayName": "企业",
        "fields": fields,
    }
    pool.done("create-ext-idp-conn", body)
    link = {"userId": ids["zhangsan"], "extIdpId": source["id"], "userIdInIdp": "wx-1", "type": "openid"}
    pool.done("link-identity", link)


def move_in(pool: Pool) -> None:
    """A pool that people move into from an old database, one of them moved already."""
    body = {"enabled": True, "mode": "LAZY_MIGRATION", "databaseType": "postgresql"}
    uri = {"uri": "postgresql://app:s3cret-word@127.0.0.1:9/users"}
    pool.done("update-custom-database", {**body, "connection": uri, "env": {"API_TOKEN": "tok-123456"}})
    for name, source in (("getUser", GET_USER), ("login", "// first\n" + LOGIN), ("login", LOGIN)):
        version = pool.done("save-custom-database-script", {"name": name, "source": source})["version"]
        pool.done("publish-custom-database-script", {"name": name, "version": version})
    pool.app = _application(pool)
    moved = pool.sign_in("legacy-1", username="legacy")
    assert moved["statusCode"] == 200, moved


def _application(pool: Pool) -> tuple[str, str]:
    app = pool.done("create-application", {"appName": "商店"})
    return app["appId"], pool.done("get-application-secret", appId=app["appId"])["secret"]


def tokens_for_ten_years(url: str) -> None:
    """In the database, because no door sets these lifetimes; else the fixture's tokens would end with the month."""
    settings = {"access_token_expires_after": TEN_YEARS, "refresh_token_expires_after": TEN_YEARS}
    change = f"update apps set settings = settings || '{json.dumps(settings)}'"
    subprocess.run(["psql", "--quiet", url, "--command", change], check=True)


def dump(url: str, file: Path) -> None:
    """As INSERTs, so that any PostgreSQL reads it without a program beside."""
    words = [
        "pg_dump",
        "--inserts",
        "--rows-per-insert=50",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        url,
    ]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    lines = [line for line in said.splitlines() if line and not line.startswith(("--", "\\"))]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(data: Path, out: Path) -> None:
    known = json.loads((data / "credentials.json").read_text())
    pool = Pool.of(known)
    import_ = ["import", "users", str(HERE / "people.jsonl"), "--data", str(data)]
    subprocess.run(["poolhouse", *import_], check=True)
    fill(pool)
    created = subprocess.run(
        ["poolhouse", "pool", "create", "老店", "--data", str(data), "--json"],
        check=True,
        capture_output=True,
    )
    other = json.loads(created.stdout)
    lazy = Pool(pool.host, other["id"], other["secret"])
    move_in(lazy)

    url = (data / "postgres.url").read_text().strip()
    tokens_for_ten_years(url)
    login = pool.sign_in("zhangsan-1", username="zhangsan")["data"]["access_token"]
    tokens = {"login": login, **pool.grant(login)}
    answers = told(without_host(ask(pool, lazy), pool.host))
    out.mkdir(exist_ok=True)
    dump(url, out / "database.sql")
    shutil.copy(data / "secret.key", out)
    second = {"appId": lazy.app[0], "appSecret": lazy.app[1]}
    made: dict[str, Any] = {
        "known": known,
        "lazy": {"userPoolId": lazy.id, "userPoolSecret": lazy.secret, **second},
        "tokens": tokens,
        "answers": answers,
        "signIns": enter(pool),  # after the dump: a hash from elsewhere is replaced at the first
    }
    (out / "answers.json").write_text(json.dumps(made, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), HERE / sys.argv[2])
