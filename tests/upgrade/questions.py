"""What is asked of a filled server when the fixture is made, and of every later version on a copy of its database."""

from __future__ import annotations

import json
from typing import Any

from tests.upgrade.doors import Pool
from tests.upgrade.people import HERE, PEOPLE

HASHED = "pässword1"
"""What all hashes of people.jsonl are of."""
IMPORTED = [json.loads(line) for line in (HERE / "people.jsonl").read_text(encoding="utf-8").splitlines()]

SAID = """query { users(page: 1, limit: 50) { totalCount list { id username email phone name nickname status
blocked isDeleted externalId gender birthdate company city photo createdAt loginsCount emailVerified } } }"""
FIND = "query F($e: String, $u: String, $p: String) { findUser(email: $e, username: $u, phone: $p) { id username } }"


def ask(pool: Pool, lazy: Pool) -> dict[str, Any]:
    """Every answer by its question. `pool` is the one `fill` filled, `lazy` the one of `move_in`."""
    return {
        **{f"{name} {query or ''}".strip(): pool.v3(name, **query) for name, query in _reads(pool)},
        **{f"lazy {name}": lazy.v3(name) for name in LAZY},
        "v2 users": pool.v2(SAID),
        **{f"v2 findUser {given}": pool.v2(FIND, **given) for given in FOUND},
    }


FOUND = (
    {"e": "zhangsan@shop.example"},
    {"e": "ZhangSan@Shop.Example"},
    {"u": "zhangsan"},
    {"p": "13900000001"},
    {"p": "+8613900000002"},
    {"u": "  blanks "},
    {"u": "Jose\u0301"},
)
LAZY = ("list-users", "get-custom-database", "list-custom-database-scripts", "get-custom-database-migration")
EVERYTHING = {"withCustomData": "true", "withIdentities": "true", "withDepartmentIds": "true"}


def _reads(pool: Pool) -> list[tuple[str, dict[str, Any]]]:
    """Parameters name things, never their ids, which a fixture does not know beforehand."""
    asked: list[tuple[str, dict[str, Any]]] = [
        *(("list-users", {"page": page, "limit": 50, **EVERYTHING}) for page in (1, 2)),
        ("list-archived-users", {"page": 1, "limit": 10}),
        ("list-groups", {"page": 1, "limit": 10}),
        ("list-group-members", {"code": "staff"}),
        *(("list-roles", {"namespace": namespace}) for namespace in ("default", "shop")),
        *(
            ("list-role-members", {"code": "boss", "namespace": namespace})
            for namespace in ("default", "shop")
        ),
        *(
            ("list-role-assignments", {"roleCode": "boss", "namespaceCode": space})
            for space in ("default", "shop")
        ),
        ("list-organizations", {}),
        ("get-all-departments", {"organizationCode": "acme", "departmentId": "root"}),
        ("get-custom-fields", {"targetType": "USER"}),
        ("list-namespaces", {}),
        ("list-resources", {"namespace": "shop"}),
        ("list-applications", {}),
        ("get-security-settings", {}),
        ("get-email-provider", {}),
        ("get-email-templates", {}),
        ("list-whitelist", {"type": "EMAIL"}),
        ("list-tenants", {}),
        ("list-ext-idp", {}),
        ("list-post", {}),
        ("list-access-key", {}),
    ]
    for name in ("zhangsan", "spelled", "abroad", "second-step", "imported", "blocked", "member"):
        by_name = {"userId": name, "userIdType": "username"}
        asked += [(act, by_name) for act in OF_ONE]
    return asked


OF_ONE = (
    "get-user",
    "get-user-groups",
    "get-user-roles",
    "get-user-departments",
    "get-user-identities",
    "get-user-authorized-resources",
    "get-user-mfa-info",
    "get-user-login-history",
)


SIGN_INS = (
    *({"username": one["username"], "password": one["password"]} for one in PEOPLE),
    {"email": "zhangsan@shop.example", "password": "zhangsan-1"},
    {"phone": "13900000001", "password": "zhangsan-1"},
    {"phone": "+8613900000002", "password": "spelled-1"},
    {"phone": "139 0000 0002", "password": "spelled-2"},
    {"username": "zhangsan", "password": "wrong-one"},
    *({"username": one["username"], "password": one.get("password", HASHED)} for one in IMPORTED),
)


def enter(pool: Pool) -> list[int]:
    """The status of each of SIGN_INS, in its order."""
    return [pool.sign_in(**typed)["statusCode"] for typed in SIGN_INS]


UNTOLD = ("requestId", "message", "lastDate", "lastHour", "perHour")
"""What differs with each asking: a request's number and words, an access key's last use, what the hour brought."""


def told(answer: Any) -> Any:
    """What an answer says: without the fields that say nothing, and without UNTOLD."""
    if isinstance(answer, dict):
        said = {key: told(value) for key, value in answer.items() if key not in UNTOLD}
        return {key: value for key, value in said.items() if value not in (None, [], {})}
    return [told(one) for one in answer] if isinstance(answer, list) else answer
