"""The pages of the pool's settings: what they show and write, and that none of it is the console's alone."""

from __future__ import annotations

import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.console.test_forms import held, send

from poolhouse.pools.model import NEW_POOL
from poolhouse.services import Services
from poolhouse.settings import SecretStr, settings_known
from poolhouse.wire import pool_settings
from poolhouse.wire.console.pool_settings import ALL
from poolhouse.wire.console.words.settings import SERVER, WORDS

HERE = "/pools/{pool}/settings"
OWN = [(name, pool_settings.section_of(name)) for name, _ in pool_settings.leaves(NEW_POOL)]
ACTING = [(name, section) for name, section in OWN if pool_settings.about(name)]


@pytest.mark.parametrize(("name", "section"), ACTING)
async def test_every_setting_has_a_field_with_its_default(console: Open, name: str, section: str) -> None:
    """And the operation behind the page, `update-pool-settings`, takes every one: tests/wire/operator."""
    shown = (await (await console("owner")).get(f"{HERE}/{section}")).text
    assert f'name="{name}"' in shown
    assert f"<code>{name}</code>" in shown
    assert f"settings_{section}" in WORDS


async def test_what_was_changed_alone_is_written(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    await services.pools.update(pool.administrator, {}, {"zone": "Asia/Tokyo"})
    answer = await send(one, f"{HERE}/codes", verify_code_length="8")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    after = (await services.pools.get(pool.id)).settings
    assert (after.verify_code_length, after.verify_code_max_attempts, after.zone) == (8, 5, "Asia/Tokyo")


@pytest.mark.parametrize("section", ALL)
async def test_a_section_sent_as_it_was_shown_changes_nothing(
    services: Services, pool: PoolForTests, console: Open, section: str
) -> None:
    one = await console("owner")
    before = (await services.pools.get(pool.id)).settings
    assert (await send(one, f"{HERE}/{section}")).status_code == 303  # type: ignore[attr-defined]
    assert (await services.pools.get(pool.id)).settings == before
    query = "select count(*) from audit_records where pool_id = $1 and operation = 'update'"
    assert await services.db.fetchval(query, pool.id) == 0


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("codes", "verify_code_length", "99"),
        ("codes", "verify_code_length", "six"),
        ("codes", "verify_code_length", ""),
        ("limits", "login_fail_check.limit", "0"),
        ("passwords", "password_strength.pattern", "("),
        ("passwords", "password_update_policy.forced_cycle", "9999"),
        ("other", "zone", "Mars/Base"),
    ],
)
async def test_a_refusal_marks_the_field_and_keeps_what_was_typed(
    services: Services, pool: PoolForTests, console: Open, section: str, name: str, value: str
) -> None:
    one = await console("owner")
    before = (await services.pools.get(pool.id)).settings
    answer = await send(one, f"{HERE}/{section}", **{name: value})
    assert answer.status_code == 400  # type: ignore[attr-defined]
    text = answer.text  # type: ignore[attr-defined]
    field = re.search(rf'<input[^>]* name="{re.escape(name)}"[^>]*>', text)
    assert field
    assert f'value="{value}"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert text.count('class="field wrong"') == 1
    assert (await services.pools.get(pool.id)).settings == before


async def test_two_people_at_one_setting_choose(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    first, second = await console("owner"), await console("owner")
    opened = held((await second.get(f"{HERE}/codes")).text)
    await send(first, f"{HERE}/codes", verify_code_length="8")
    answer = await second.http.post(
        second.address(f"{HERE}/codes"), data={**opened, "verify_code_length": "10"}
    )
    assert answer.status_code == 409
    assert (await services.pools.get(pool.id)).settings.verify_code_length == 8
    again = held(answer.text) | {"choice.verify_code_length": "mine"}
    assert again["verify_code_length"] == "10"
    assert (await second.http.post(second.address(f"{HERE}/codes"), data=again)).status_code == 303
    assert (await services.pools.get(pool.id)).settings.verify_code_length == 10


async def test_a_default_is_filled_in_and_holds_once_it_is_saved(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    await services.pools.update(pool.administrator, {}, {"verify_code_length": 8})
    filled = await send(one, f"{HERE}/codes", reset="verify_code_length", verify_code_max_attempts="7")
    assert filled.status_code == 200  # type: ignore[attr-defined]
    form = held(filled.text)  # type: ignore[attr-defined]
    assert (form["verify_code_length"], form["verify_code_max_attempts"]) == ("6", "7")
    assert (await services.pools.get(pool.id)).settings.verify_code_length == 8
    await one.http.post(one.address(f"{HERE}/codes"), data={**form, "reset": ""})
    after = (await services.pools.get(pool.id)).settings
    assert (after.verify_code_length, after.verify_code_max_attempts) == (6, 7)


async def test_who_may_only_see_has_no_button(console: Open) -> None:
    shown = (await (await console("viewer")).get(f"{HERE}/codes")).text
    assert "not change it" in shown
    assert 'name="reset"' not in shown
    assert re.search(r'name="verify_code_length"[^>]* disabled', shown)


async def test_what_does_nothing_says_so_and_has_no_field(console: Open) -> None:
    shown = (await (await console("owner")).get(f"{HERE}/without-effect")).text
    assert "qrcode_login.qrcode_expires_after" in shown
    assert "without effect: nobody can sign in by a QR code here" in shown


async def test_a_list_of_who_may_register_is_added_to_and_taken_from(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    here = "/pools/{pool}/whitelist/email"
    added = await one.post(here, page=here, values="Li@Shop.example\r\n\r\n<b>@shop.example")
    assert added.status_code == 303
    shown = (await one.get(here)).text
    assert "li@shop.example" in shown
    assert "<b>@" not in shown
    assert "li@shop.example" not in (await one.get(f"{here}?q=wang")).text
    await one.post(f"{here}/remove", page=here, value="li@shop.example")
    left = await services.whitelist.list(pool.administrator, "email")
    assert [entry.value for entry in left] == ["<b>@shop.example"]
    refused = await one.post(here, page=here, values="x" * 400)
    assert refused.status_code == 400
    assert "x" * 400 in refused.text


async def test_the_servers_settings_are_its_owners_to_read(console: Open, services: Services) -> None:
    assert (await (await console("owner")).get("/server")).status_code == 403
    owner = await console(is_owner=True)
    before = services.settings.smtp_password
    services.settings.smtp_password = SecretStr("hidden-word")
    try:
        shown = (await owner.get("/server")).text
    finally:
        services.settings.smtp_password = before
    assert "hidden-word" not in shown
    assert "POOLHOUSE_SMTP_PASSWORD" in shown
    assert SERVER.keys() == settings_known().keys()
