"""Walks the documented calls of v2 with `authing` 2 or 4, whose folder is the argument.

The protocol: tests/clients/runs.py."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

sys.path.insert(0, sys.argv[1])

from authing.v2.management import ManagementClient, ManagementClientOptions  # isort: skip  # 2 cannot begin with the other
from authing.v2.authentication import AuthenticationClient, AuthenticationClientOptions
from talk import Ask, done, ended, not_supported, opened

NAME, EMAIL, FIRST = "walker", "walker@example.com", "secret 1"

Fits = Callable[[Any], Any]


def succeeded(answer: Any) -> bool:
    return answer in (None, True) or (isinstance(answer, dict) and answer.get("code") == 200)


def listed(answer: Any) -> bool:
    return bool(answer["totalCount"] == 1 and len(answer["list"]) == 1)


def coded(code: str) -> Fits:
    return lambda answer: answer["code"] == code


class Walk:
    """`call(part, method, ...)` makes one call, named `part.method`; `fits` judges the answer."""

    def __init__(self, given: dict[str, str]) -> None:
        key, pool, host = given["publicKey"], given["userPoolId"], given["host"]
        self.management = ManagementClient(
            ManagementClientOptions(pool, given["userPoolSecret"], host, enc_public_key=key)
        )
        self._authentication = AuthenticationClient(
            AuthenticationClientOptions(user_pool_id=pool, host=host, enc_public_key=key)
        )

    def __call__(
        self, part: str, method: str, *args: Any, fits: Fits = succeeded, as_: str = "", **named: Any
    ) -> Any:
        name = as_ or f"{part}.{method}"
        owner = self._authentication if part == "authentication" else getattr(self.management, part, None)
        if not hasattr(owner, method):
            return not_supported(name)
        try:
            answer = getattr(owner, method)(*args, **named)
            done(name, None if fits(answer) else json.dumps(answer)[:500])
            return answer
        except Exception as error:
            done(name, f"{type(error).__name__}: {error}"[:500])
        return None


def main() -> None:
    given, ask = opened()
    call = Walk(given)
    call("udf", "set", "USER", "school", "STRING", "School", fits=lambda it: it["key"] == "school")
    call("udf", "list", "USER", fits=lambda it: len(it) == 1)
    info = {"username": NAME, "email": EMAIL, "password": FIRST, "nickname": "Walker"}
    user = call("users", "create", info, fits=lambda it: (it["username"], it["email"]) == (NAME, EMAIL)) or {}
    id_ = user.get("id")
    if hasattr(call.management, "groups"):  # of version 4, where the argument was added
        custom_data(call)
    users(call, id_)
    groups(call, id_)
    roles_and_policies(call, id_)
    resources(call, id_)
    organisations(call, id_)
    signing_in(call, id_, ask)
    call("userPool", "detail", fits=bool)
    call("users", "kick", [id_])
    call("udf", "remove", "USER", "school")
    call("users", "delete", id_)
    ended()


def custom_data(call: Walk) -> None:
    more = {"username": "second"}
    call(
        "users",
        "create",
        more,
        custom_data={"school": "MIT"},
        fits=lambda it: it["customData"] == {"school": "MIT"},
        as_="users.create with custom data",
    )
    call(
        "users",
        "delete_many",
        [call("users", "find", username="second", fits=lambda it: it["username"])["id"]],
    )


def users(call: Walk, id_: Any) -> None:
    call("users", "list", fits=listed)
    call("users", "detail", id_, fits=lambda it: it["id"] == id_)
    call("users", "search", NAME, fits=listed)
    call("users", "find", username=NAME, fits=lambda it: it["id"] == id_, as_="users.find by username")
    call("users", "exists", username=NAME, fits=lambda it: it is True)
    call("users", "batch", [id_], fits=lambda it: it[0]["id"] == id_)
    call("users", "update", id_, {"nickname": "W"}, fits=lambda it: it["nickname"] == "W")
    call("users", "set_udv", id_, "school", "MIT", fits=lambda it: it[0]["key"] == "school")
    call("users", "list_udv", id_, fits=lambda it: it[0]["value"] == "MIT")
    call("users", "get_udf_value", id_, fits=lambda it: it == {"school": "MIT"})
    call("users", "set_udf_value", id_, {"school": "ETH"}, fits=lambda it: True)
    call("users", "remove_udv", id_, "school", fits=lambda it: it == [])
    call("users", "refresh_token", id_, fits=lambda it: it["token"].count(".") == 2)


def groups(call: Walk, id_: Any) -> None:
    call("groups", "create", "staff", "Staff", fits=coded("staff"))
    call("groups", "add_users", "staff", [id_])
    call("groups", "list_users", "staff", fits=listed)
    call("users", "list_groups", id_, fits=listed)
    call("groups", "detail", "staff", fits=coded("staff"))
    call("groups", "list", fits=listed)
    call("groups", "update", "staff", name="All", fits=lambda it: it["name"] == "All")
    call("groups", "remove_users", "staff", [id_])
    call("groups", "delete", "staff")


def roles_and_policies(call: Walk, id_: Any) -> None:
    call("roles", "create", "boss", "Boss", fits=coded("boss"))
    call("roles", "add_users", "boss", [id_])
    call("roles", "list_users", "boss", fits=listed)
    call("users", "list_roles", id_, fits=listed)
    call("users", "has_role", id_, "boss", fits=lambda it: it is True)
    call("roles", "detail", "boss", fits=coded("boss"))
    call("roles", "list", fits=listed)
    call("roles", "update", "boss", description="Chief", fits=lambda it: it["description"] == "Chief")
    call("users", "remove_roles", id_, ["boss"])
    call("users", "add_roles", id_, ["boss"])
    statements = [{"resource": "books:*", "actions": ["books:read"], "effect": "ALLOW"}]
    call("policies", "create", "reads", statements, fits=coded("reads"))
    call("policies", "list", fits=lambda it: "reads" in [one["code"] for one in it["list"]])
    call("users", "add_policies", id_, ["reads"])
    call("users", "list_policies", id_, fits=listed)
    call("users", "remove_policies", id_, ["reads"])
    call("policies", "delete", "reads")
    call("roles", "remove_users", "boss", [id_])
    call("roles", "delete", "boss")


def resources(call: Walk, id_: Any) -> None:
    opts = [{"targetType": "USER", "targetIdentifier": id_, "actions": ["books:edit"]}]
    call("acl", "authorize_resource", "default", "books:1", opts)
    allowed = [{"code": "books:1", "actions": ["books:edit"]}]
    asked = (id_, "default")
    call(
        "users", "check_resource_permission_batch", *asked, ["books:1", "x:2"], fits=lambda it: it == allowed
    )
    call(
        "users", "list_authorized_resources_of_resource_kind", *asked, "books", fits=lambda it: it == allowed
    )
    call("users", "list_authorized_resources", *asked, fits=listed)
    space = call("acl", "create_namespace", "shop", "Shop", fits=coded("shop")) or {}
    call("acl", "update_namespace", space.get("id"), name="Store", fits=lambda it: it["name"] == "Store")
    call("acl", "delete_namespace", space.get("id"))


def organisations(call: Walk, id_: Any) -> None:
    org = call("org", "create", "Acme", code="acme", fits=lambda it: it["id"]) or {}
    root = call("org", "root_node", org.get("id"), fits=coded("acme")) or {}
    call("org", "add_node", org.get("id"), "Lab", root.get("id"), code="lab", fits=bool)
    [lab] = call("org", "list_children", root.get("id"), fits=lambda it: it[0]["code"] == "lab") or [{}]
    call("org", "get_node_by_id", lab.get("id"), fits=coded("lab"))
    call("org", "add_members", lab.get("id"), [id_], fits=bool)
    call("org", "list_members", lab.get("id"), fits=lambda it: it["users"]["totalCount"] == 1)
    call("users", "list_org", id_, fits=bool)
    call("users", "list_department", id_, fits=lambda it: listed(it["departments"]))
    call("org", "list", fits=listed)
    call("org", "search_nodes", "Lab", fits=lambda it: it[0]["code"] == "lab")
    call("org", "delete_members", lab.get("id"), [id_], fits=bool)
    call("org", "delete_node", org.get("id"), lab.get("id"))
    call("org", "delete_by_id", org.get("id"))


def signing_in(call: Walk, id_: Any, ask: Ask) -> None:
    """`ask` gives the code that was sent to an address."""

    def same(answer: Any) -> bool:
        return bool(answer["id"] == id_)

    call("authentication", "login_by_username", NAME, FIRST, fits=lambda it: same(it) and it["token"])
    call("authentication", "get_current_user", fits=same)
    call("authentication", "check_login_status", fits=lambda it: it["status"] is True)
    call("authentication", "update_profile", {"nickname": "Me"}, fits=lambda it: it["nickname"] == "Me")
    call("authentication", "set_udv", "school", "ETH", fits=lambda it: it[0]["key"] == "school")
    call("authentication", "list_udv", fits=lambda it: it[0]["value"] == "ETH")
    call("authentication", "update_password", "secret 2", FIRST, fits=same)
    call("authentication", "login_by_email", EMAIL, "secret 2", fits=same)
    call("authentication", "refresh_token", fits=lambda it: it["token"])
    call("authentication", "get_security_level", fits=lambda it: it["password"] is True)
    call("authentication", "send_email", EMAIL, "RESET_PASSWORD")
    call("authentication", "reset_password_by_email_code", EMAIL, ask(EMAIL), "secret 3")
    call(
        "authentication",
        "login_by_username",
        NAME,
        "secret 3",
        fits=same,
        as_="login_by_username after a reset",
    )
    call("authentication", "logout", fits=lambda it: True)
    call(
        "authentication",
        "register_by_username",
        "newcomer",
        FIRST,
        fits=lambda it: it["username"] == "newcomer",
    )


main()
