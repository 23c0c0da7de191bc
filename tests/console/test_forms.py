"""Forms that make, change and delete: what they send, what they refuse, and two people at one of them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things

from poolhouse.client.model import Arg
from poolhouse.errors import GroupNotFound, InvalidInput, UserNotFound
from poolhouse.services import Services
from poolhouse.wire.console import (
    access,
    applications,
    custom_fields,
    fields,
    forms,
    identity_sources,
    tenants,
)
from poolhouse.wire.console.forms import Form
from poolhouse.wire.v3.app import row_at
from poolhouse.wire.v3.table import PREFIX

FORMS = (
    *forms.FORMS,
    *applications.FORMS,
    *access.FORMS,
    *custom_fields.FORMS,
    *tenants.FORMS,
    *identity_sources.FORMS,
)
DELETIONS = (
    *forms.DELETIONS,
    *applications.DELETIONS,
    *access.DELETIONS,
    *custom_fields.DELETIONS,
    *tenants.DELETIONS,
    *identity_sources.DELETIONS,
)
CHANGING = [form for form in FORMS if form.reads]
PEOPLE = ("users/new", "users/{user}/edit")


def held(page: str) -> dict[str, str]:
    """What a form's fields hold, as a browser would send them unchanged."""
    found = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page)
    }
    for box in re.findall(r'<input[^>]* type="checkbox"[^>]*>', page):
        name = re.search(r' name="([^"]+)"', box)
        if name and not box.endswith(" checked>"):
            found.pop(unescape(name[1]), None)
    for button in re.findall(r'<input[^>]* type="radio"[^>]*>', page):
        if name := re.search(r' name="([^"]+)"', button):
            found.pop(unescape(name[1]), None)
    for name, value in re.findall(
        r'<input type="radio" name="([^"]+)"[^>]* value="([^"]+)"[^>]* checked>', page
    ):
        found[unescape(name)] = unescape(value)
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = unescape((chosen[1] or chosen[2]) if chosen else "")
    return {name: value for name, value in found.items() if name not in ("to", "lang", "theme")}


async def send(one: Console, path: str, **changes: str) -> object:
    page = held((await one.get(path)).text)
    return await one.http.post(one.address(path), data={**page, **changes})


@pytest.mark.parametrize("form", CHANGING, ids=lambda form: form.path)
async def test_a_form_sent_as_it_was_shown_changes_nothing(
    services: Services, pool: PoolForTests, console: Open, things: Things, form: Form
) -> None:
    one = await console("owner")
    path = f"/pools/{{pool}}/{things.fill(form.path)}"
    before = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and operation = 'update'", pool.id
    )
    answer = await send(one, path)
    assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]
    after = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and operation = 'update'", pool.id
    )
    assert after == before


@pytest.mark.parametrize("form", [*FORMS, *DELETIONS], ids=lambda form: form.path)
def test_every_field_is_one_of_the_operation(form: Form) -> None:
    method, _, path = form.row.operation.partition(" ")
    assert row_at(method, f"{PREFIX}{path}").access == "administrator"
    assert form.arguments or form in DELETIONS


async def test_a_user_is_made_changed_and_cleared(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("user-editor")
    made = await send(
        one,
        "/pools/{pool}/users/new",
        username="zhang",
        email="zhang@shop.example",
        password="first-secret-1",
    )
    assert made.status_code == 303  # type: ignore[attr-defined]
    here = f"/pools/{{pool}}/users/{things.user}/edit"
    await send(one, here, name="李四四", company="shop")
    found = await services.users.get(pool.administrator, things.user)
    assert (found.name, found.company, found.username) == ("李四四", "shop", "li")
    await send(one, here, company="")
    found = await services.users.get(pool.administrator, things.user)
    assert (found.name, found.company) == ("李四四", None)


async def test_a_refusal_marks_its_field_and_keeps_what_was_typed(console: Open, things: Things) -> None:
    one = await console("owner")
    answer = await send(one, "/pools/{pool}/users/new", username="wu", email="no address", name="吴")
    assert answer.status_code == 400  # type: ignore[attr-defined]
    text = answer.text  # type: ignore[attr-defined]
    assert 'class="field wrong"' in text
    assert re.search(r'name="email"[^>]*value="no address"[^>]*aria-invalid="true"', text)
    assert 'value="吴"' in text
    taken = await send(one, "/pools/{pool}/users/new", username="li", password="first-secret-1")
    assert taken.status_code == 409  # type: ignore[attr-defined]
    assert "first-secret-1" not in taken.text  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", DELETIONS, ids=lambda form: form.path)
async def test_what_is_deleted_is_named_first(
    services: Services, pool: PoolForTests, console: Open, things: Things, form: Form
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/{things.fill(form.path)}"
    named = getattr(things, form.thing)
    for wrong in ("", "another", named[:-1]):
        assert (await one.post(here, page=here, confirm=wrong)).status_code == 400
    assert (await one.get(here)).status_code == 200
    assert (await one.post(here, page=here, confirm=named)).status_code == 303
    assert (await one.get(here)).status_code == 404


async def test_what_is_gone_meanwhile_is_said_to_be_gone(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/groups/{things.group}/edit"
    opened = held((await one.get(here)).text)
    await services.groups.delete(pool.administrator, [things.group])
    answer = await one.http.post(one.address(here), data={**opened, "name": "x"})
    assert answer.status_code == 404
    with pytest.raises((GroupNotFound, UserNotFound)):
        await services.groups.get(pool.administrator, things.group)


@pytest.mark.parametrize("value", ["[" * 30_000, '"\\ud83d"', "NaN", '"\\u0000"'])
def test_json_that_is_none_is_refused_by_its_field_or_is_a_text(value: str) -> None:
    """However deep: a page must not fail, nor take a worker's stack."""
    with pytest.raises(InvalidInput) as refused:
        fields.read(Arg("--keys", "jwks", ("x", "x"), "json"), value)
    assert refused.value.facts["field"] == "jwks"
    pairs = Arg("--set", "customData", ("x", "x"), "pairs")
    assert fields.read(pairs, f"a={value}") == {"a": value}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "张三"),
        ("text", ""),
        ("yes", True),
        ("yes", False),
        ("list", ["https://a.example/cb", "https://b.example/cb"]),
        ("list", []),
        ("pairs", {"a": 1, "b": "1", "c": "two\nlines", "d": None, "e": True, "f": "x=y", "g": [1, "2"]}),
        ("pairs", {"a": "NaN", "b": " ", "c": "null", "d": "[" * 100, "e": "\\u0000", "f": ["\r"]}),
        ("json", {"keys": [{"kty": "RSA"}]}),
    ],
)
def test_what_a_field_shows_is_read_as_it_was(kind: str, value: object) -> None:
    arg = Arg("--x", "x", ("x", "x"), kind)
    shown = fields.written(arg, value)
    kept = {name: each for name, each in value.items() if each is not None} if kind == "pairs" else value  # type: ignore[attr-defined]
    assert fields.read(arg, fields.plain(shown)) == (kept if kept != "" else None)
    assert fields.changed(arg, shown.replace("\n", "\r\n"), shown) == (False, None)


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_a_form_says_in_the_words_of_a_page_what_it_is_about(
    console: Open, things: Things, lang: str
) -> None:
    """Those of the commands speak of options, and of several things at once, and begin small."""
    one = await console("owner")
    for form in (*FORMS, *DELETIONS):
        shown = await one.get(f"/pools/{{pool}}/{things.fill(form.path)}", headers={"accept-language": lang})
        heading = re.search(r"<h1>(.*?)</h1>", shown.text)
        assert heading
        assert bool(re.search("“.+”", heading[1])) == bool(form.thing) or heading[1] == "shop"
        assert heading[1][-1] not in ".；", form.path
        labels = re.findall(r"<(?:label for|legend)[^>]*>([^<]+)", shown.text)
        assert labels
        if lang == "en-US":
            assert not [label for label in labels if label[0].islower()], form.path
