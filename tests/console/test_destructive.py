"""What destroys says what and whom, and asks for the name: generated from the table of pages and what they call."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.hostile import Tags

from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey
from poolhouse.wire.console import PAGES
from poolhouse.wire.console.page import Page

LIGHT = {
    "/pools/{pool}/whitelist/username/remove": "an entry of a list stands in the row, and is added again by typing it",
    "/pools/{pool}/whitelist/email/remove": "the same",
    "/pools/{pool}/whitelist/phone/remove": "the same",
    "/pools/{pool}/tenants/{tenant}/administrator": "makes somebody an administrator or no longer, by a row",
    "/pools/{pool}/applications/{application}/access/remove": "a rule stands in the row, and is made again by its form",
    "/pools/{pool}/users/{user}/passkey-remove": "its user registers another, and signs in by the password meanwhile",
    "/server/administrators/{administrator}/passkeys/remove": "the same, and the row asks before it does",
    "/pools/{pool}/users/{user}/identity-unlink": "the next sign-in links it again",
}
"""What asks for no name, and why it need not."""
_DESTROYS = re.compile(r"(POST|DELETE) (delete-|erase-|batch-applications-auth|webauthn/admin/credentials)")
DESTRUCTIVE = [
    page
    for page in PAGES
    if page.method == "POST" and any(_DESTROYS.match(operation) for operation in page.calls)
]
ASKING = [page for page in DESTRUCTIVE if page.path not in LIGHT]
WHERE = {"/pools/{pool}/users/{user}/erase": "/pools/{pool}/users/{user}/data"}
"""The page with the form, where that is another."""
NAMES = {
    **{"user": "李四", "group": "staff", "role": "editor", "application": "shop", "organization": "company"},
    **{"department": "实验室", "namespace": "warehouse", "resource": "orders", "policy": "operators"},
    **{
        "data_resource": "menu",
        "field": "staffNo",
        "tenant": "分公司",
        "source": "GitHub",
        "connection": "代码",
    },
}


def path(page: Page) -> str:
    return page.path


def test_those_that_ask_for_nothing_are_pages_that_destroy() -> None:
    assert set(LIGHT) <= {page.path for page in DESTRUCTIVE}
    assert len(ASKING) > 14


@pytest.mark.parametrize("page", ASKING, ids=path)
async def test_what_destroys_says_what_it_is_and_asks_for_its_name(
    console: Open, things: Things, page: Page
) -> None:
    one = await console("owner", is_owner=True)
    here = things.fill(page.path)
    shown = await one.get(things.fill(WHERE.get(page.path, page.path)))
    assert shown.status_code == 200
    label = re.search(r'<label for="confirm">Type (.+) to confirm</label>', shown.text)
    assert label
    asked = unescape(label[1])
    thing = re.findall(r"{(\w+)}", page.path)[-1]
    if thing in NAMES:
        assert asked == NAMES[thing]
        text = Tags(re.sub(r"<label.*?</label>", "", shown.text)).text
        assert asked in text.partition("Skip to content")[2]
    for wrong in ("", " ", "another", asked[:-1]):
        answer = await one.post(here, page=here, confirm=wrong)
        assert answer.status_code == 400, wrong
    assert (await one.get(things.fill(WHERE.get(page.path, page.path)))).status_code == 200
    assert (await one.post(here, page=here, confirm=f" {asked} ")).status_code in (200, 303)


async def test_a_name_that_cannot_be_typed_is_confirmed_as_it_is_seen_or_by_the_id(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """Spaces of any width and number look like one; letters that turn others around are seen by nobody."""
    one = await console("owner")
    for name, typed in (("张 　 三", "张 三"), ("\u202e\u2066x", "")):
        made = await services.users.create(
            pool.administrator, UserDraft({"username": f"u{len(name)}", "name": name})
        )
        here = f"/pools/{{pool}}/users/{made.id}/delete"
        assert (await one.post(here, page=here, confirm=typed or made.id)).status_code == 303
        assert await services.users.find(pool.administrator, UserKey("id", made.id)) is None
