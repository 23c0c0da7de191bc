"""Access keys and identity sources from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.client.exits import NOT_FOUND, REFUSED
from poolhouse.client.model import Command
from poolhouse.client.table import COMMANDS
from poolhouse.client.table_access import WHICH_SIGN_IN
from poolhouse.errors import PoolhouseError
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.services import Services


async def test_a_key_is_made_used_disabled_and_deleted(services: Services, typed: Typed) -> None:
    made = (await typed("key", "create", "--scope", "users:read", "--json")).json
    id_, secret = made["accessKeyId"], made["accessKeySecret"]
    assert made["scopes"] == ["users:read"]
    assert (await services.access_keys.authenticate(id_, secret)).id == id_
    assert secret not in (await typed("key", "list")).out
    assert (await typed("key", "disable", id_)).status == 0
    with pytest.raises(PoolhouseError):
        await services.access_keys.authenticate(id_, secret)
    await typed("key", "enable", id_)
    assert (await services.access_keys.authenticate(id_, secret)).id == id_
    assert (await typed("key", "delete", id_, "--yes")).status == 0
    assert id_ not in (await typed("key", "list")).out


async def test_the_neighbours_key_is_not_there(other_pool: PoolForTests, typed: Typed) -> None:
    id_ = (await typed("key", "create", "--json")).json["accessKeyId"]
    assert id_ not in (await typed("key", "list", pool_id=other_pool.id)).out
    assert (await typed("key", "delete", id_, "--yes", pool_id=other_pool.id)).status == NOT_FOUND


async def test_a_source_is_stored_with_its_connection(
    services: Services, typed: Typed, tmp_path: Path
) -> None:
    fields = tmp_path / "github.json"
    fields.write_text(json.dumps({"clientID": "abc", "clientSecret": "hush-hush"}))
    source = (await typed("source", "create", "GitHub", "gitlab", "--json")).json["id"]
    connected = await typed(
        "source", "connect", source, "gitlab", "gh", "--name", "GitHub", "--fields", str(fields), "--json"
    )
    connection = connected.json["id"]
    app = (await typed("app", "create", "shop", "--json")).json["appId"]
    assert (await typed("source", "enable", connection, "--app", app)).status == 0
    shown = await typed("source", "show", source)
    assert "abc" in shown.out
    assert "hush" not in shown.out
    assert (await typed("source", "disconnect", connection, "--yes")).status == 0
    assert (await typed("source", "delete", source, "--yes")).status == 0
    assert (await typed("source", "list")).out == ""


async def test_what_is_no_json_is_named(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "fields.json"
    file.write_text("{")
    ended = await typed("source", "connect", "x", "gitlab", "gh", "--name", "GitHub", "--fields", str(file))
    assert (ended.status, ended.err.startswith(f"{file} is not JSON: ")) == (REFUSED, True)


async def test_the_neighbours_source_is_not_there(other_pool: PoolForTests, typed: Typed) -> None:
    source = (await typed("source", "create", "GitHub", "github", "--json")).json["id"]
    assert (await typed("source", "show", source, pool_id=other_pool.id)).status == NOT_FOUND
    assert (await typed("source", "list", pool_id=other_pool.id)).out == ""


@pytest.mark.parametrize("command", [one for one in COMMANDS.values() if one.group == "source"])
def test_what_may_be_stored_only_says_so(command: Command) -> None:
    assert command.warns == WHICH_SIGN_IN


def test_the_kinds_that_sign_in_are_named() -> None:
    for sentence in WHICH_SIGN_IN:
        assert set(re.findall(r"[a-z0-9:-]+", sentence)) >= set(MANIFESTS)


async def test_that_is_said_on_standard_error_whatever_the_output(typed: Typed) -> None:
    for more in ([], ["--json"]):
        ended = await typed("source", "list", *more)
        assert ended.err == f"warning: {WHICH_SIGN_IN[1]}\n"
