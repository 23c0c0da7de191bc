"""Databases that older versions left behind, one folder each (README.md): they upgrade in place and serve as before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from tests.e2e.test_up import Running, poolhouse
from tests.postgres import on_database, run_sql
from tests.upgrade.doors import Pool, without_host
from tests.upgrade.people import HERE
from tests.upgrade.questions import SIGN_INS, ask, enter, told

from poolhouse.ids import new_id

VERSIONS = sorted(folder.parent.name for folder in HERE.glob("*/database.sql"))


@dataclass
class Upgraded:
    """The newest program on a copy of an old database, and what the old program said."""

    pool: Pool
    lazy: Pool
    before: dict[str, Any]
    data: Path
    url: str


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_url: str
) -> Iterator[Upgraded]:
    old, data = HERE / request.param, tmp_path_factory.mktemp("upgraded")
    name = f"upgrade_{request.param}_{new_id()}"  # each worker of a run makes its own
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    run_sql(url, (old / "database.sql").read_text(encoding="utf-8"))
    before = json.loads((old / "answers.json").read_text(encoding="utf-8"))
    shutil.copy(old / "secret.key", data)
    (data / "credentials.json").write_text(json.dumps(before["known"]))
    server = Running(data, "--database-url", url)
    host = server.first_line.split("is up at ")[1].split()[0]
    pool, lazy = (Pool.of(before[which], host) for which in ("known", "lazy"))
    yield Upgraded(pool, lazy, before, data, url)
    assert server.stop() == 0
    run_sql(postgres_url, f'drop database "{name}" with (force)')


def test_every_answer_still_says_what_it_said(upgraded: Upgraded) -> None:
    after = told(without_host(ask(upgraded.pool, upgraded.lazy), upgraded.pool.host))
    assert {name: lost(said, after[name]) for name, said in upgraded.before["answers"].items()} == {
        name: [] for name in upgraded.before["answers"]
    }


def lost(before: Any, after: Any, at: str = "") -> list[str]:
    """Where `after` says something else than `before` did. It may say more: fields, and items at a list's end."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [one for key, said in before.items() for one in lost(said, after.get(key), f"{at}.{key}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) <= len(after):
        return [one for n, said in enumerate(before) for one in lost(said, after[n], f"{at}[{n}]")]
    return [] if before == after else [f"{at}: {before!r} became {after!r}"]


def test_everybody_signs_in_as_before_and_nobody_else(upgraded: Upgraded) -> None:
    typed = [{**one, "password": "..."} for one in SIGN_INS]
    before = list(zip(typed, upgraded.before["signIns"], strict=True))
    assert list(zip(typed, enter(upgraded.pool), strict=True)) == before


def test_tokens_of_before_go_on(upgraded: Upgraded) -> None:
    tokens = upgraded.before["tokens"]
    assert upgraded.pool.user_info(tokens["access_token"]).json()["name"] == "张三"
    renewed = upgraded.pool.refresh(tokens["refresh_token"])
    assert renewed.status_code == 200, renewed.text
    assert upgraded.pool.user_info(renewed.json()["access_token"]).json()["name"] == "张三"


def test_the_servers_key_signs_now_and_the_pools_verifies_what_it_signed(upgraded: Upgraded) -> None:
    before = pyjwt.get_unverified_header(upgraded.before["tokens"]["access_token"])["kid"].split(".")[-1]
    login = upgraded.pool.sign_in("zhangsan-1", username="zhangsan")["data"]["id_token"]
    fresh = pyjwt.get_unverified_header(upgraded.pool.grant(login)["access_token"])["kid"]
    published = httpx.get(f"{upgraded.pool.host}/oidc/.well-known/jwks.json", timeout=60).json()["keys"]
    assert [key["kid"] for key in published] == [fresh, before]


def test_applications_of_before_keep_their_algorithm(upgraded: Upgraded) -> None:
    login = upgraded.pool.sign_in("zhangsan-1", username="zhangsan")["data"]["id_token"]
    for token in (login, upgraded.pool.grant(login)["id_token"]):
        assert pyjwt.decode(token, upgraded.pool.app[1], ["HS256"], audience=upgraded.pool.app[0])


def test_people_go_on_moving_in_by_the_scripts_of_before(upgraded: Upgraded) -> None:
    again = upgraded.lazy.sign_in("legacy-1", username="legacy")
    assert again["statusCode"] == 200, again
    wrong = upgraded.lazy.sign_in("legacy-2", username="newcomer")
    assert wrong["statusCode"] != 200
    assert upgraded.lazy.v3("list-users", {})["data"]["totalCount"] == 1


def test_the_schema_is_the_newest_and_a_second_start_changes_nothing(upgraded: Upgraded) -> None:
    checked = poolhouse("migrate", "--check", "--data", str(upgraded.data), "--database-url", upgraded.url)
    assert checked.returncode == 0, checked.stderr
