"""Every list of v3 can be walked by cursor, and asked without its total. The rows are those of the table that page."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.samples import Sown, sample, sow

from poolhouse.app import asgi
from poolhouse.caller import Caller
from poolhouse.crypto.cursors import LONGEST
from poolhouse.directory.search import SHORT
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints
from poolhouse.wire.v3.walking import place_of

EN = {"x-authing-lang": "en-US"}
LISTS = {row.name: row for row in endpoints().values() if row.request and place_of(row.request) is not None}
MADE_UP = (
    *("x", "AAAA", "页", base64.urlsafe_b64encode(b"\1" + bytes(40)).decode(), "a" * (LONGEST + 1)),
    *("'; drop table users; --", "../..", "=" * 50, 7, True, ["x"], {"x": 1}),
)
NOT_HERE = {
    "GET list-custom-database-script-versions",
    "GET list-custom-database-waiting-users",
    "GET list-namespace-roles",
    "GET list-permission-namespace-roles",
    "POST list-tenant-admin",
}
"""Refused in the pool that is walked, as it has no such thing."""


@dataclass
class Place:
    """A pool with one of everything, and more than one of much."""

    sown: Sown
    v3: V3Client
    user: V3Client

    async def ask(self, row: Endpoint, **page: Any) -> dict[str, Any]:
        asked: dict[str, Any] = json.loads(json.dumps(sample(row, self.sown) or {}))
        inner = asked
        for step in (place_of(row.request) if row.request else None) or ():
            inner = inner.setdefault(step, {})
        inner |= page
        client = self.user if row.access == "user" else self.v3
        content = {"json": asked} if row.takes_body else {"params": asked}
        answer = await client.http.request(row.method, row.url, headers=client.headers, **content)
        return answer.json()


async def _place(services: Services, http: httpx.AsyncClient) -> Place:
    sown = await sow(services)
    pool, admin = PoolForTests(sown.pool_id), PoolForTests(sown.pool_id).administrator
    tenant = await services.tenants.create(admin, "Acme")
    act = await services.bulk_acts.start(admin, "END_SESSIONS", {}, user_ids=[sown.values["userId"]])
    sown.values.update(tenantId=tenant.id, userPoolId=pool.id, actId=act.id)
    for name in ("first", "second", "third"):
        await services.users.create(admin, UserDraft({"username": name}))
        await services.groups.create(admin, GroupDraft(name, name))
        await services.orgs.create_org(admin, NodeDraft({"name": name, "code": name}))
        await services.apps.create(admin, name)
    ann = await services.users.create(admin, UserDraft({"username": "ann"}))
    visitor = Caller(pool.id, app_id=sown.values["appId"])
    for _ in range(3):
        logged_in = await services.login.complete_login(visitor, ann, "password")
    assert logged_in.token is not None
    token = (await services.management_tokens.of_pool(pool.id)).token
    own = {"authorization": f"Bearer {token}"}
    anns = {"authorization": f"Bearer {logged_in.token.token}", "x-authing-app-id": sown.values["appId"]}
    return Place(
        sown,
        V3Client(http, services, pool.id, pool.id, EN | own),
        V3Client(http, services, pool.id, pool.id, EN | anns),
    )


@pytest.fixture(scope="module")
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as client:
        yield client


@pytest.fixture(scope="module")
async def here(services: Services, http: httpx.AsyncClient) -> Place:
    return await _place(services, http)


@pytest.fixture(scope="module")
async def elsewhere(services: Services, http: httpx.AsyncClient) -> Place:
    return await _place(services, http)


def rows_of(answer: dict[str, Any]) -> list[Any]:
    data = answer["data"]
    return data if isinstance(data, list) else data.get("list", data.get("data"))


def sealed(services: Services, row: Endpoint, place: Place) -> Iterator[str]:
    """Good cursors, of nothing that is asked here."""
    for of in (f"{place.sown.pool_id}/{row.name}//", f"{place.sown.pool_id}/GET other//"):
        yield services.cursors.seal([2, 1, "", ""], of)


@pytest.mark.parametrize("name", LISTS)
async def test_what_is_no_cursor_is_refused_by_its_name(
    services: Services, here: Place, elsewhere: Place, name: str
) -> None:
    row = LISTS[name]
    others = [*sealed(services, row, here)]
    if begun := (await elsewhere.ask(row, cursor="", limit=1)).get("nextCursor"):
        others.append(begun)
    for cursor in (*MADE_UP, *others):
        if isinstance(cursor, dict | list) and not row.takes_body:
            continue
        answer = await here.ask(row, cursor=cursor)
        assert (answer["statusCode"], answer["data"]) == (400, None), cursor
        assert "Parameter cursor" in answer["message"], cursor


@pytest.mark.parametrize("name", LISTS)
async def test_a_walk_shows_what_the_pages_do(here: Place, name: str) -> None:
    row = LISTS[name]
    cursor: str | None = ""
    for number in range(1, 60):
        page = await here.ask(row, page=number, limit=2)
        walked = await here.ask(row, cursor=cursor, limit=2)
        if name in NOT_HERE:
            assert walked["statusCode"] == page["statusCode"] != 200
            return
        assert "nextCursor" not in page
        assert walked["data"] == page["data"], (number, walked)
        if (cursor := walked["nextCursor"]) is None:
            break
    assert cursor is None
    assert len(rows_of(await here.ask(row, page=number + 1, limit=2))) in (
        0,
        len(rows_of(page)) * (number == 1),
    )


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_that_is_full_says_whether_it_is_the_last(here: Place, name: str) -> None:
    """However it was found and however much was counted: by its number, and behind a row."""
    row = LISTS[name]
    whole = rows_of(await here.ask(row, limit=50)) if name not in NOT_HERE else []
    for counting in ({}, {"withTotalCount": False}, {"countUpTo": 1}):
        if not whole:
            break
        answer = await here.ask(row, cursor="", limit=len(whole), **counting)
        assert (rows_of(answer), answer["nextCursor"]) == (whole, None), counting
        if len(whole) > 1:
            first = await here.ask(row, page=len(whole) - 1, limit=1, cursor="", **counting)
            last = await here.ask(row, cursor=first["nextCursor"], limit=1, **counting)
            assert (rows_of(last), last["nextCursor"]) == (whole[-1:], None), counting


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_without_its_total_is_the_same_list(here: Place, name: str) -> None:
    row = LISTS[name]
    page = await here.ask(row, page=1, limit=3)
    for spelled in (False, "false"):
        without = await here.ask(row, page=1, limit=3, withTotalCount=spelled)
        if page["statusCode"] != 200:
            assert without["statusCode"] == page["statusCode"]
            continue
        assert rows_of(without) == rows_of(page)
        assert isinstance(page["data"], list) or "totalCount" not in without["data"]
    wrong = await here.ask(row, withTotalCount="perhaps")
    assert (wrong["statusCode"], "Parameter withTotalCount" in wrong["message"]) == (400, True)


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_that_may_be_counted_in_part_is_the_same_list_and_says_whether_it_was(
    here: Place, name: str
) -> None:
    row = LISTS[name]
    page = await here.ask(row, page=1, limit=3)
    part = await here.ask(row, page=1, limit=3, countUpTo=100)
    assert part["statusCode"] == page["statusCode"]
    if page["statusCode"] == 200:
        assert part["data"] == page["data"]
        assert part["totalCountIsExact"] is True
        assert "totalCountIsExact" not in page
    for wrong in ("-1", "many", "0"):
        refused = await here.ask(row, countUpTo=wrong)
        assert (refused["statusCode"], "Parameter countUpTo" in refused["message"]) == (400, True)


async def test_a_cursor_fixes_the_page_and_its_size(here: Place) -> None:
    row = LISTS["GET list-users"]
    cursor = (await here.ask(row, cursor="", limit=2))["nextCursor"]
    assert len(cursor) < LONGEST
    assert "Parameter page" in (await here.ask(row, cursor=cursor, page=2))["message"]
    assert "Parameter limit" in (await here.ask(row, cursor=cursor, limit=3))["message"]
    assert len(rows_of(await here.ask(row, cursor=cursor))) == 2


async def test_a_cursor_is_of_one_question_and_one_person(here: Place, services: Services) -> None:
    row = LISTS["GET list-users"]
    cursor = (await here.ask(row, cursor="", limit=2))["nextCursor"]
    asked = {"cursor": cursor, "status": "Activated"}
    answer = await here.v3.get("list-users", **asked, headers=EN)
    assert "Parameter cursor" in answer["message"]
    mine = LISTS["GET get-my-login-history"]
    anns = (await here.ask(mine, cursor="", limit=1))["nextCursor"]
    bob = await services.users.create(here.v3.administrator, UserDraft({"username": "robert"}))
    visitor = Caller(here.sown.pool_id, app_id=here.sown.values["appId"])
    logged_in = await services.login.complete_login(visitor, bob, "password")
    assert logged_in.token is not None
    bobs = here.user.headers | {"authorization": f"Bearer {logged_in.token.token}"}
    params = (sample(mine, here.sown) or {}) | {"cursor": anns}
    answer = (await here.user.http.get(mine.url, params=params, headers=bobs)).json()
    assert "Parameter cursor" in answer["message"]


@pytest.mark.parametrize("path", ["GET list-users", "POST list-users"])
@pytest.mark.parametrize("counted", [True, False])
async def test_who_is_there_throughout_is_walked_past_once(
    services: Services, here: Place, v3: V3Client, path: str, counted: bool
) -> None:
    """Though two before the page are deleted, its last row among them, and somebody comes, between any two pages."""
    own = Place(here.sown, V3Client(v3.http, services, v3.pool_id, "", EN | v3.headers), here.user)
    admin = v3.administrator
    people = [await services.users.create(admin, UserDraft({"username": f"u{n}"})) for n in range(12)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await own.ask(LISTS[path], cursor=cursor, limit=3, withTotalCount=counted)
        seen += [user["userId"] for user in rows_of(answer)]
        cursor = answer["nextCursor"]
        if rows_of(answer):
            await services.users.delete(admin, seen[-2:])
            await services.users.create(admin, UserDraft({"username": f"late{len(seen)}"}))
    assert seen == [user.id for user in reversed(people)]
    assert len(people) < SHORT


@pytest.mark.parametrize("short", [True, False])
async def test_a_filtered_list_is_walked_as_it_is_paged(
    services: Services, here: Place, v3: V3Client, short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not short:
        monkeypatch.setattr("poolhouse.directory.search.SHORT", -1)
    admin = v3.administrator
    for n in range(9):
        draft = {"username": f"u{n}", "city": "北京" if n % 3 else "上海", "gender": "F"}
        await services.users.create(admin, UserDraft(draft))
    options = [
        {"advancedFilter": [{"field": "city", "operator": "CONTAINS", "value": "北"}]},
        {"advancedFilter": [{"field": "gender", "operator": "EQUAL", "value": "F"}]},
        {"keywords": "u"},
    ]
    for asked in options:
        for counted in (True, False):
            found, cursor = list[str](), ""
            while cursor is not None:
                pagination = {"cursor": cursor, "limit": 2, "withTotalCount": counted}
                answer = await v3.post("list-users", {**asked, "options": {"pagination": pagination}})
                found += [user["username"] for user in rows_of(answer)]
                cursor = answer["nextCursor"]
            whole = await v3.post("list-users", {**asked, "options": {"pagination": {"limit": 50}}})
            assert found == [user["username"] for user in rows_of(whole)]
            assert whole["data"]["totalCount"] == len(found) > 2
