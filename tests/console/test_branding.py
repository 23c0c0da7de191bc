"""The page of branding: what it writes, and a preview that saves nothing and may do nothing."""

from __future__ import annotations

import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.console.hostile import PAYLOADS, harm
from tests.console.test_forms import send
from tests.wire.v3.test_branding import PNG

from poolhouse.services import Services

ONE = "/pools/{pool}/settings/branding"


async def test_a_look_is_saved_and_a_page_sent_as_it_was_shown_changes_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    sent = {"name": "山海", "logo": PNG, "branding.color": "#ffee00"}
    assert (await send(one, ONE, **sent)).status_code == 303  # type: ignore[attr-defined]
    stored = await services.pools.get(pool.id)
    assert (stored.name, stored.logo, stored.settings.branding.color) == ("山海", PNG, "#ffee00")
    shown = (await one.get(ONE)).text
    assert "Text of this color would be hard to read" in shown
    updates = "select count(*) from audit_records where pool_id = $1 and operation = 'update'"
    before = await services.db.fetchval(updates, pool.id)
    assert (await send(one, ONE)).status_code == 303  # type: ignore[attr-defined]
    assert await services.db.fetchval(updates, pool.id) == before
    assert (await send(one, ONE, **{"branding.color": "", "logo": ""})).status_code == 303  # type: ignore[attr-defined]
    stored = await services.pools.get(pool.id)
    assert (stored.logo, stored.settings.branding.color) == (None, "")


@pytest.mark.parametrize(
    ("name", "value"), [("branding.color", "red"), ("logo", "data:text/html,x"), ("name", "")]
)
async def test_what_is_wrong_is_told_at_its_field(
    services: Services, pool: PoolForTests, console: Open, name: str, value: str
) -> None:
    one = await console("owner")
    before = await services.pools.get(pool.id)
    answer = await send(one, ONE, **{name: value})
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert f'id="f-{name.replace(".", "-")}-note"' in answer.text  # type: ignore[attr-defined]
    assert await services.pools.get(pool.id) == before


async def test_a_change_of_somebody_else_is_not_overwritten(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    sent = {"branding.color": "#0b6b3a", "was.branding.color": "#ffffff"}
    assert (await send(one, ONE, **sent)).status_code == 409  # type: ignore[attr-defined]
    assert (await services.pools.get(pool.id)).settings.branding.color == ""


async def test_a_preview_is_the_hosted_page_saves_nothing_and_may_do_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("viewer")
    before = await services.pools.get(pool.id)
    typed = {"name": PAYLOADS["an element"], "logo": "", "branding.color": "#0b6b3a", "theme": "dark"}
    answer = await one.post(f"{ONE}/preview", page=ONE, **typed)
    assert answer.status_code == 200
    assert "--brand: #0b6b3a" in answer.text
    assert 'data-theme="dark"' in answer.text
    assert "<main inert>" in answer.text
    assert harm(answer.text) == []
    headers = answer.headers["content-security-policy"]
    policy = dict(part.strip().partition(" ")[::2] for part in headers.split(";"))
    assert re.fullmatch(r"'sha256-[\w+/=]+'", policy.pop("style-src"))
    assert policy == {
        "sandbox": "",
        "default-src": "'none'",
        "img-src": "data:",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "base-uri": "'none'",
    }
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    for bad in (
        {"branding.color": "#12345}"},
        {"logo": "data:text/html,<script>"},
        {"branding.color": "x" * 9},
    ):
        refused = await one.post(f"{ONE}/preview", page=ONE, **{**typed, **bad})
        assert refused.status_code == 400
        assert harm(refused.text) == []
    elsewhere = await one.post(f"{ONE}/preview", page=ONE, **{**typed, "logo": "https://evil.example/x.png"})
    assert "evil.example" not in elsewhere.text
    assert await services.pools.get(pool.id) == before
