"""Before and after: what is kept of two states, that no secret is, and that every update gives both."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.conftest import PoolForTests

from poolhouse.accounts.service import AccountChange
from poolhouse.audit.states import HIDDEN, LONGEST, MOST_ITEMS, Secret, difference
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupChanges, GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.roles.model import RoleChanges, RoleDraft, RoleKey
from poolhouse.services import Services
from poolhouse.users.model import Status, UserDraft

SOURCE = Path(__file__).parents[2] / "src/poolhouse"
UNTOLD = {
    "apps/agreements.py update": "an agreement's old text is not read yet",
    "orgs/members.py set_main": "the department is the act's; of others it is not read yet",
    "orgs/members.py set_member": "the same",
    "orgs/members.py put": "the same",
    "permissions/resources.py add_fields": "fields of a tree's nodes are rows of their own, not read yet",
    "permissions/resources.py update_field": "the same",
    "permissions/resources.py delete_field": "the same",
    "posts/service.py _hold": "posts somebody held before are not read yet",
    "resources/service.py link_tenant": "a link that there is or is not; the act names the resource",
    "tenants/sources.py add_connection": "nothing was there before",
    "tenants/sources.py delete_connection": "nothing is there after; the act names the connection",
    "fields/service.py change_base": "how a built-in field was shown is not read yet",
    "fields/store.py _written": "`store`, which calls it, gives both",
    "bulk/service.py ending": "the end of an act; each user it was done to has a row of their own",
    "accounts/users.py updated": "`replace` below gives both",
}
"""Where an update is written without `before` and `after`, and why."""


@dataclass(frozen=True)
class Thing:
    name: str
    pool_id: str = "p"
    secret: str = field(default="s3cret", repr=False)
    labels: tuple[str, ...] = ()
    settings: Any = None
    key: bytes = b"k3y"


class Settings(Struct):
    color: str = "red"
    client_secret: str = "s3cret"
    token_expires_after: int = 60


def test_only_what_differs_is_kept() -> None:
    before = Thing("a", settings=Settings(), labels=("x",))
    after = Thing("b", settings=Settings(color="blue"), labels=("x", "y"), pool_id="other")
    assert difference(before, after) == {
        "before": {"name": "a", "labels": ["x"], "settings": {"color": "red"}},
        "after": {"name": "b", "labels": ["x", "y"], "settings": {"color": "blue"}},
    }
    assert difference(before, before) == {"before": {}, "after": {}}


def test_what_was_made_or_is_gone_is_whole_on_its_side() -> None:
    assert difference(None, {"name": "a"}) == {"before": {}, "after": {"name": "a"}}
    assert difference({"name": "a"}, None) == {"before": {"name": "a"}, "after": {}}


def test_a_secret_is_compared_and_hidden() -> None:
    before = Thing("a", settings={"env": {"KEY": Secret("s3cret")}, "smtp_password": "s3cret"})
    after = replace(
        before,
        secret="0ther",
        key=b"0ther",
        settings={"env": {"KEY": Secret("0ther")}, "smtp_password": "0ther"},
    )
    told = difference(before, after)
    assert told["before"] == told["after"]
    assert told["after"] == {
        "secret": HIDDEN,
        "key": HIDDEN,
        "settings": {"env": {"KEY": HIDDEN}, "smtp_password": HIDDEN},
    }
    assert difference(before, replace(before)) == {"before": {}, "after": {}}


@pytest.mark.parametrize("name", ["secret", "clientSecret", "access_token", "passwordHash", "private_key"])
def test_a_text_whose_name_says_secret_is_hidden(name: str) -> None:
    assert difference({}, {name: "s3cret"})["after"] == {name: HIDDEN}
    assert difference({}, {name: None})["after"] == {name: None}


@pytest.mark.parametrize("name", ["token_expires_after", "password_strength", "hashing", "tokenize"])
def test_a_setting_about_secrets_is_shown(name: str) -> None:
    assert difference({}, {name: "high"})["after"] == {name: "high"}


def test_long_values_are_cut() -> None:
    told = difference({}, {"text": "x" * 9999, "many": list(range(999))})["after"]
    assert len(told["text"]) == LONGEST + 1
    assert told["many"][-1] == f"+{999 - MOST_ITEMS}"


# -- every act ---------------------------------------------------------------------------------------------


def _updates(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call that is given the operation "update", with the function it stands in."""
    found = []
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and any(
                    isinstance(part, ast.Constant) and part.value == "update"
                    for arg in call.args
                    for part in (ast.walk(arg) if isinstance(arg, ast.IfExp) else [arg])
                ):
                    found.append((function.name, call))
    return found


def test_every_update_gives_what_was_there_before_and_after() -> None:
    untold, seen = set(), 0
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE).as_posix()
        if where.startswith(("wire/", "client/")) or "Event" not in path.read_text():
            continue
        for function, call in _updates(path):
            seen += 1
            if not {"before", "after"} <= {one.arg for one in call.keywords}:
                untold.add(f"{where} {function}")
    assert seen > 30
    assert untold - {"login/own_account.py update_profile"} == set(UNTOLD)  # `_changed` there gives both


async def test_the_keys_of_a_provider_of_messages_are_in_no_row(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    for key in ("s3cret-old", "s3cret-new"):
        config = f'{{"accessKeySecret": "{key}"}}'
        await services.pools.update(admin, {}, {"sms_provider": {"provider": "aliyun", "config": config}})
    rows = await services.db.fetch(
        "select detail from audit_records where pool_id = $1 and resource_type = 'user_pool' order by id",
        pool.id,
    )
    assert rows[-1]["detail"]["after"] == {"settings": {"sms_provider": {"config": HIDDEN}}}
    assert "s3cret" not in str([row["detail"] for row in rows])


async def test_an_update_of_each_first_kind_has_both_sides_and_no_secret(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    user = await services.users.create(admin, UserDraft({"username": "li", "city": "old"}, "s3cret-A-old-1"))
    await services.users.update(admin, user.id, UserDraft({"city": "new"}, "s3cret-A-new-1"))
    await services.fields.define(
        admin, [FieldDraft(TargetType.USER, "hobby", data_type=DataType.STRING, label="Hobby")]
    )
    await services.accounts.update(
        admin, [AccountChange(user.id, UserDraft({"city": "newer"}), {"hobby": "new"})]
    )
    await services.accounts.set_status(admin, user.id, Status.SUSPENDED)
    app = await services.apps.create(admin, "old")
    await services.apps.update(admin, app.id, {"name": "new"}, {"enabled": False})
    await services.groups.create(admin, GroupDraft(code="g", name="old"))
    await services.groups.update(admin, "g", GroupChanges(name="new"))
    await services.roles.create(admin, RoleDraft(code="r", description="old"))
    await services.roles.update(admin, RoleKey("r"), RoleChanges(description="new"))
    org = await services.orgs.create_org(admin, NodeDraft({"name": "org", "code": "org"}))
    node = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "old"}))
    await services.orgs.update_node(admin, node.id, NodeDraft({"name": "new"}))
    await services.pools.update(admin, {}, {"register_disabled": True})
    await services.customdb.update(admin, {"env": {"KEY": "s3cret-env"}, "timeout_ms": 4000})
    rows = await services.db.fetch(
        "select resource_type, operation, detail from audit_records where pool_id = $1 "
        "and operation in ('update', 'block')",
        pool.id,
    )
    told = {}
    for row in rows:
        assert {"before", "after"} <= row["detail"].keys(), row["resource_type"]
        told.setdefault(f"{row['operation']} {row['resource_type']}", []).append(row["detail"])
        assert "s3cret" not in str(row["detail"])
    assert told["update application"][0]["before"] == {"name": "old", "settings": {"enabled": True}}
    assert told["update application"][0]["after"] == {"name": "new", "settings": {"enabled": False}}
    assert told["update group"][0]["after"] == {"name": "new"}
    assert told["update role"][0]["before"] == {"description": "old"}
    assert told["update department"][0]["before"]["name"] == "old"
    assert told["update user_pool"][0]["after"] == {"settings": {"register_disabled": True}}
    assert told["update custom_database"][0]["after"]["env"] == {"KEY": HIDDEN}
    assert told["block user"][0]["after"] == {"status": "Suspended"}
    first = next(one for one in told["update user"] if "password" in one["changed"])
    assert (first["before"], first["after"]) == (
        {"city": "old", "password": HIDDEN},
        {"city": "new", "password": HIDDEN},
    )
    assert told["update custom_data"][0]["after"] == {"hobby": "new"}
