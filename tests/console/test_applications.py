"""The pages of one application: addresses as typed, the secret shown once, who may use it, how people sign in."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things
from tests.console.test_forms import held, send

from poolhouse.services import Services


def here(things: Things, tab: str = "") -> str:
    return f"/pools/{{pool}}/applications/{things.application}" + (f"/{tab}" if tab else "")


async def secret_of(services: Services, pool: PoolForTests, app_id: str) -> str:
    return (await services.apps.get(pool.administrator, app_id)).secret


async def test_addresses_are_judged_as_typed_and_nothing_is_saved(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("application-editor")
    page = held((await one.get(here(things, "addresses"))).text)
    typed = "https://shop.example/cb\nhttp://shop.example/cb\nhttps://shop.example/#x"
    answer = await one.http.post(
        one.address(here(things, "addresses/check")), data={**page, "redirect_uri": typed}
    )
    assert answer.status_code == 200
    assert re.findall(r'<li class="(\w+)"><code>([^<]*)', answer.text) == [
        ("good", "https://shop.example/cb"),
        ("open", "http://shop.example/cb"),
        ("bad", "https://shop.example/#x"),
    ]
    assert "must have no fragment" in answer.text
    assert held(answer.text)["redirect_uri"].splitlines() == typed.splitlines()
    assert (await services.apps.get(pool.administrator, things.application)).redirect_uris == ()
    saved: Any = await send(one, here(things, "addresses"), redirect_uri=typed)
    assert saved.status_code == 400
    assert "must have no fragment" in saved.text
    assert (await services.apps.get(pool.administrator, things.application)).redirect_uris == ()
    good: Any = await send(one, here(things, "addresses"), redirect_uri="https://shop.example/cb")
    assert good.status_code == 303
    kept = await services.apps.get(pool.administrator, things.application)
    assert kept.redirect_uris == ("https://shop.example/cb",)


async def test_a_secret_is_shown_when_it_is_made_and_on_no_page(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    made = await one.post("/pools/{pool}/applications/new", page="/pools/{pool}/applications/new", name="crm")
    app_id = re.findall(r'href="[^"]*/applications/([^"/]+)/credentials"', made.text)[0]
    assert await secret_of(services, pool, app_id) in made.text
    for tab in ("", "/edit", "/addresses", "/protocol", "/sign-in", "/access", "/credentials", "/people"):
        shown = await one.get(f"/pools/{{pool}}/applications/{app_id}{tab}")
        assert shown.status_code == 200
        assert await secret_of(services, pool, app_id) not in shown.text, tab


async def test_a_secret_is_changed_when_that_is_confirmed_and_shown_once(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    page, old = here(things, "credentials"), await secret_of(services, pool, things.application)
    unsure = await one.post(f"{page}/rotate", page=page)
    assert unsure.status_code == 400
    assert await secret_of(services, pool, things.application) == old
    sure = await one.post(f"{page}/rotate", page=page, sure="yes")
    fresh = await secret_of(services, pool, things.application)
    assert fresh != old
    assert fresh in sure.text
    assert fresh not in (await one.get(page)).text


async def test_who_may_not_read_secrets_makes_an_application_and_is_not_shown_its_secret(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("application-editor")
    made = await one.post("/pools/{pool}/applications/new", page="/pools/{pool}/applications/new", name="crm")
    assert made.status_code == 200
    app_id = re.findall(r'href="[^"]*/applications/([^"/]+)/credentials"', made.text)[0]
    assert await secret_of(services, pool, app_id) not in made.text
    assert "/rotate" not in made.text


async def test_choices_of_a_list_are_boxes_and_the_chosen_are_kept(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("application-editor")
    page = held((await one.get(here(things, "protocol"))).text)
    assert page["grant_type.refresh_token"] == "yes"
    del page["grant_type.refresh_token"], page["grant_type.client_credentials"]
    data = {**page, "access_token_expires_after": "900"}
    assert (await one.http.post(one.address(here(things, "protocol")), data=data)).status_code == 303
    settings = (await services.apps.get(pool.administrator, things.application)).settings
    assert settings.grant_types == ("authorization_code", "http://authing.cn/oidc/grant_type/authing_token")
    assert settings.access_token_expires_after == 900
    page = held((await one.get(here(things, "protocol"))).text)
    none = {name: value for name, value in page.items() if not name.startswith("grant_type.")}
    refused = await one.http.post(one.address(here(things, "protocol")), data=none)
    assert refused.status_code == 400
    assert "must not be empty" in refused.text


# -- who may use it ----------------------------------------------------------------------------------------


async def rules(one: Console, things: Things) -> list[tuple[str, ...]]:
    text = (await one.get(here(things, "access"))).text
    rows = re.findall(r"<tr><td>(.*?)</tr>", text, re.DOTALL)
    return [tuple(re.sub(r"<[^>]*>", "", cell).strip() for cell in row.split("<td>")[:4]) for row in rows]


async def test_a_rule_is_put_switched_off_and_taken_back(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    page = here(things, "access")
    by_name = {"kind": "USER", "whom": "li", "effect": "DENY"}
    assert (await one.post(f"{page}/add", page=page, **by_name)).status_code == 303
    assert (
        await one.post(f"{page}/add", page=page, kind="GROUP", whom="staff", effect="ALLOW")
    ).status_code == 303
    assert sorted(await rules(one, things)) == [
        ("Group", "staff", "Allow", "On"),
        ("User", things.user, "Deny", "On"),
    ]
    (rule,) = set(re.findall(r'name="rule" value="([^"]*:USER:[^"]*)"', (await one.get(page)).text))
    rule = unescape(rule)
    assert (await one.post(f"{page}/switch", page=page, rule=rule, enabled="no")).status_code == 303
    assert ("User", things.user, "Deny", "Off") in await rules(one, things)
    assert (await one.post(f"{page}/remove", page=page, rule=rule)).status_code == 303
    assert await rules(one, things) == [("Group", "staff", "Allow", "On")]
    default = held((await one.get(page)).text) | {"strategy": "DENY_ALL"}
    assert (await one.http.post(one.address(f"{page}/default"), data=default)).status_code == 303
    app = await services.apps.get(pool.administrator, things.application)
    assert app.settings.default_access == "DENY_ALL"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"kind": "USER", "whom": "nobody", "effect": "ALLOW"}, 404),
        ({"kind": "GROUP", "whom": "nothing", "effect": "ALLOW"}, 404),
        ({"kind": "PLANET", "whom": "li", "effect": "ALLOW"}, 400),
        ({"kind": "GROUP", "whom": "staff", "effect": "PERHAPS"}, 400),
    ],
)
async def test_a_rule_about_what_is_not_there_is_refused_and_what_was_typed_stays(
    console: Open, things: Things, form: dict[str, str], status: int
) -> None:
    one = await console("owner")
    page = here(things, "access")
    answer = await one.post(f"{page}/add", page=page, **form)
    assert answer.status_code == status
    assert f'value="{form["whom"]}"' in answer.text
    assert await rules(one, things) == []


async def test_a_rule_of_another_application_is_not_taken_back_here(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    other = await services.apps.create(pool.administrator, "other")
    one = await console("owner")
    theirs = f"/pools/{{pool}}/applications/{other.id}/access"
    await one.post(f"{theirs}/add", page=theirs, kind="GROUP", whom="staff", effect="ALLOW")
    page = here(things, "access")
    answer = await one.post(f"{page}/remove", page=page, rule=f"{other.id}:GROUP:default:staff")
    assert answer.status_code == 400
    assert "staff" in (await one.get(theirs)).text


# -- how people sign in ------------------------------------------------------------------------------------


async def test_ways_to_sign_in_are_kept_and_what_has_no_field_stays(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    app_id, admin = things.application, pool.administrator
    kept = {"login": {"enabledBasicLoginMethods": ["SELF_BUILT_APP_QRCODE"], "showAuthorizationPage": True}}
    await services.apps.update(admin, app_id, {}, {"pages": kept})
    one = await console("application-editor")
    page = held((await one.get(here(things, "sign-in"))).text)
    assert not [name for name in page if name.startswith("sign_in.")]
    data = {**page, "sign_in.EMAIL_CODE": "yes", "first": "PASSCODE", "second_step": "yes"}
    assert (await one.http.post(one.address(here(things, "sign-in")), data=data)).status_code == 303
    settings = (await services.apps.get(admin, app_id)).settings
    login = settings.pages["login"]
    assert login["enabledBasicLoginMethods"] == ["EMAIL_CODE", "SELF_BUILT_APP_QRCODE"]
    assert (login["defaultLoginMethod"]["connectionType"], login["showAuthorizationPage"]) == (
        "PASSCODE",
        True,
    )
    assert settings.mfa_required


async def test_ways_to_sign_in_that_somebody_changed_meanwhile_are_not_overwritten(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one, other = await console("owner"), await console("owner")
    page = held((await one.get(here(things, "sign-in"))).text)
    fresh = held((await other.get(here(things, "sign-in"))).text)
    saved = await other.http.post(other.address(here(things, "sign-in")), data={**fresh, "merged": "yes"})
    assert saved.status_code == 303
    mine = {**page, "first": "PASSCODE"}
    answer = await one.http.post(one.address(here(things, "sign-in")), data=mine)
    assert answer.status_code == 409
    kept = (await services.apps.get(pool.administrator, things.application)).settings.pages["login"]
    assert kept["defaultLoginMethod"]["connectionType"] == "PASSWORD"
    again = {**held(answer.text), "first": "PASSCODE"}
    assert (await one.http.post(one.address(here(things, "sign-in")), data=again)).status_code == 303


async def test_a_default_that_somebody_changed_meanwhile_stays_where_it_was_not_touched(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    at, to = (f"/pools/{{pool}}/applications/{app.id}/{path}" for path in ("access", "access/default"))
    one, other = await console("owner"), await console("owner")
    page, fresh = held((await one.get(at)).text), held((await other.get(at)).text)
    assert page["strategy"] == "ALLOW_ALL"
    changed = await other.http.post(other.address(to), data={**fresh, "strategy": "DENY_ALL"})
    assert changed.status_code == 303
    assert (await one.http.post(one.address(to), data=page)).status_code == 303
    assert (await services.apps.get(pool.administrator, app.id)).settings.default_access == "DENY_ALL"


async def test_who_may_only_look_sees_the_tabs_and_changes_nothing(console: Open, things: Things) -> None:
    one = await console("viewer")
    text = (await one.get(here(things, "access"))).text
    assert "/access/add" not in text
    assert re.search(r'<span class="off"[^>]*>Addresses', text)
    credentials = (await one.get(here(things, "credentials"))).text
    assert "/rotate" not in credentials
    assert (await one.get(here(things, "addresses"))).status_code == 403
