"""What the console answers where a request cannot be read, and where the database is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from tests.administrators.conftest import PASSWORD
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open
from tests.console.test_forms import Things, held
from tests.console.test_pages import PAGES, name

from poolhouse.db.database import Database
from poolhouse.errors import DatabaseLost
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.rendering import HEADERS

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff", 400),
        (b"form=%00", 400),
        (b"form=%ed%a0%bd", 400),
        (b"a=b&" * 10_000, 400),
        (b"x" * 100_000, 413),
    ],
)
async def test_a_form_that_is_none_is_a_page_that_says_so(
    stranger: Console, body: bytes, status: int
) -> None:
    answer = await stranger.http.post("/console/sign-in", content=body, headers=FORM)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    for header, value in HEADERS.items():
        assert answer.headers[header] == value


async def test_a_query_that_is_too_long_is_a_page_that_says_so(stranger: Console) -> None:
    answer = await stranger.http.get("/console/sign-in?" + "a&" * 2000)
    assert answer.status_code == 413
    assert 'role="alert"' in answer.text


async def test_whoever_is_signed_in_may_send_what_a_user_holds(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li", "name": "李"}))
    long = "公" * 20_000
    await services.db.execute(
        "update users set company = $3 where pool_id = $1 and id = $2", pool.id, user.id, long
    )
    one = await console("owner")
    here = f"/pools/{{pool}}/users/{user.id}/edit"
    form = {**held((await one.get(here)).text), "name": "李四"}
    sent = urlencode(form)
    assert len(sent) > 128 * 1024
    answer = await one.http.post(one.address(here), content=sent, headers=FORM)
    assert answer.status_code == 303
    assert (await services.users.get(pool.administrator, user.id)).name == "李四"


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Nothing is answered any more."""

    async def lost(*_: object, **__: object) -> object:
        raise DatabaseLost("by the test")

    def now() -> None:
        for verb in ("execute", "fetch", "fetchrow", "fetchval"):
            monkeypatch.setattr(Database, verb, lost)

    return now


async def test_a_lost_database_is_said_and_is_no_fault_of_the_asker(
    console: Open, things: Things, lose: Callable[[], None]
) -> None:
    one = await console("owner")
    lose()
    for page in (page for page in PAGES if page.access != "anyone"):
        answer = await one.http.request(page.method, one.address(things.fill(page.path)))
        assert answer.status_code == 503, name(page)
        assert "unavailable" in answer.text


async def test_a_sign_in_without_a_database_is_none(console: Open, lose: Callable[[], None]) -> None:
    one = await console("owner")
    await one.post("/sign-out", page="/account")
    shown = await one.get("/sign-in")
    token = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert token
    assert one.administrator
    lose()
    form = {"form": token[1], "username": one.administrator.username, "password": PASSWORD}
    answer = await one.http.post("/console/sign-in", data=form)
    assert answer.status_code == 503
    assert PASSWORD not in answer.text
