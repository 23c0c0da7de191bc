"""The pages of custom fields, and a field's value in the form of a person by its type."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.test_forms import held, send

from poolhouse.client import custom_fields
from poolhouse.fields.model import DataType, FieldDraft, Option, TargetType
from poolhouse.services import Services

USER = TargetType.USER
HERE = "/pools/{pool}/fields/USER"


async def keys(services: Services, pool: PoolForTests) -> list[str]:
    return [field.key for field in await services.fields.list(pool.administrator, USER)]


async def define(services: Services, pool: PoolForTests, *drafts: FieldDraft) -> None:
    await services.fields.define(pool.administrator, drafts)


async def test_a_field_is_made_and_changed_with_a_name_for_each_language(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    made = await send(
        one,
        f"{HERE}/new",
        key="level",
        label="级别",
        label_en="Level",
        type="ENUM",
        option="1=一级\r\n2=二级",
        user_editable="yes",
    )
    assert made.status_code == 303, made.text  # type: ignore[attr-defined]
    (field,) = await services.fields.list(pool.administrator, USER)
    assert field.options == (Option("1", "一级"), Option("2", "二级"))
    assert field.user_editable
    await send(one, f"{HERE}/level", option="2=二级\r\n1=一级", label_zh="等级", description="")
    (field,) = await services.fields.list(pool.administrator, USER)
    assert [option.value for option in field.options] == ["2", "1"]
    for lang, name in (("zh-CN", "等级"), ("en-US", "Level"), ("ja", "等级")):
        listed = (await one.get(HERE, headers={"accept-language": lang})).text
        assert f'/level">{name}</a>' in listed
    await send(one, f"{HERE}/level", label_zh="", label_en="")
    (field,) = await services.fields.list(pool.administrator, USER)
    assert field.i18n
    assert not any(field.i18n["label"].values())


async def test_the_rules_of_a_field_are_typed_shown_and_taken_away(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one, rules = await console("owner"), '[{"type": "regExp", "content": "^[0-9]{4}$"}]'
    await send(one, f"{HERE}/new", key="badge", label="Badge", type="STRING", rules=rules)
    (field,) = await services.fields.list(pool.administrator, USER)
    assert [(rule.type, rule.content) for rule in field.rules] == [("regExp", "^[0-9]{4}$")]
    await send(one, f"{HERE}/badge", label="Number of the badge")
    (field,) = await services.fields.list(pool.administrator, USER)
    assert len(field.rules) == 1, "a form that is saved as it was changes none"
    refused: Any = await send(one, f"{HERE}/badge", rules='[{"type": "never"}]')
    assert refused.status_code == 400
    assert re.search(r'name="rules"[^>]*aria-invalid="true"', refused.text)
    await send(one, f"{HERE}/badge", rules="")
    (field,) = await services.fields.list(pool.administrator, USER)
    assert field.rules == ()


async def test_a_new_field_never_changes_one_that_is_there(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    answer: Any = await send(one, f"{HERE}/new", key=things.field, label="x", type="ENUM")
    assert answer.status_code == 409
    assert f"{things.field} already exists" in answer.text
    (field,) = await services.fields.list(pool.administrator, USER)
    assert field.label == "工号"


async def test_a_refused_field_is_marked(console: Open) -> None:
    one = await console("owner")
    answer: Any = await send(one, f"{HERE}/new", key="level", label="x", type="BOOLEAN", unique="yes")
    assert answer.status_code == 400
    assert re.search(r'name="unique" aria-describedby="[^"]*" aria-invalid="true"', answer.text)
    for kind in ("ROLE", "GROUP", "DEPARTMENT"):  # of which none is indexed
        assert 'name="indexed"' not in (await one.get(f"/pools/{{pool}}/fields/{kind}/new")).text
    assert (await one.get("/pools/{pool}/fields/NOBODY/new")).status_code == 404


async def test_fields_are_moved_one_place(services: Services, pool: PoolForTests, console: Open) -> None:
    await define(services, pool, *(FieldDraft(USER, key, DataType.STRING) for key in ("a", "b", "c")))
    one = await console("owner")
    for key, to, order in (
        ("c", "up", "acb"),
        ("a", "down", "cab"),
        ("c", "up", "cab"),
        ("b", "down", "cab"),
    ):
        assert (await one.post(f"{HERE}/{key}/move", page=HERE, to=to)).status_code == 303
        assert await keys(services, pool) == list(order)
    assert (await one.post(f"{HERE}/d/move", page=HERE, to="up")).status_code == 404


async def test_a_deletion_says_how_many_values_are_lost(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    page = f"{HERE}/{things.field}/delete"
    assert "brought back: 0<" in (await one.get(page)).text
    await services.fields.set_values(pool.administrator, USER, {things.user: {things.field: "b"}})
    assert "brought back: 1<" in (await one.get(page)).text


async def test_the_progress_of_an_index_is_shown_and_looked_at_again(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await define(services, pool, FieldDraft(USER, "town", DataType.STRING, indexed=True))
    one = await console("viewer")
    shown = (await one.get(HERE)).text
    assert '<progress max="1" value="0">' in shown
    assert 'hx-trigger="every 5s"' in shown
    await services.db.execute("update field_indexes set state = 'READY' where pool_id = $1", pool.id)
    assert 'hx-trigger="every' not in (await one.get(HERE)).text


# -- values ------------------------------------------------------------------------------------------------

VALUES: dict[str, tuple[DataType, Any, str, str, Any]] = {
    "text": (DataType.STRING, "two\nlines", "two\nlines", "one", "one"),
    "a.b": (DataType.STRING, "dotted", "dotted", "x.y", "x.y"),
    "A-b": (DataType.STRING, "a", "a", 'é<>"', 'é<>"'),
    "a_B": (DataType.STRING, "b", "b", "c", "c"),
    "number": (DataType.NUMBER, 1.5, "1.5", "20", 20),
    "yes": (DataType.BOOLEAN, False, "no", "yes", True),
    "time": (
        DataType.DATETIME,
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678",
        "2026-02-03T04:05",
        "2026-02-03T04:05:00+00:00",
    ),
    "level": (DataType.SELECT, "1", "1", "2", "2"),
    "object": (DataType.OBJECT, {"a": [1]}, '{\n  "a": [\n    1\n  ]\n}', '{"b": 2}', {"b": 2}),
}
"""Key -> its type, what it is, how the form shows that, what is typed, and what it is then."""


def box(key: str) -> str:
    return f"custom_{key.encode().hex()}"


@pytest.fixture
async def person(services: Services, pool: PoolForTests, things: Things) -> str:
    """With a value of each type."""
    options = (Option("1", "一级"), Option("2", "二级"))
    for key, (kind, *_) in VALUES.items():
        own = options if kind is DataType.SELECT else None
        await define(services, pool, FieldDraft(USER, key, kind, f"the {key}", options=own))
    given = {key: value for key, (_, value, *_) in VALUES.items()}
    await services.fields.set_values(pool.administrator, USER, {things.user: given})
    return f"/pools/{{pool}}/users/{things.user}/edit"


async def values_of(services: Services, pool: PoolForTests, user: str) -> dict[str, Any]:
    found = await services.fields.values_of(pool.administrator, USER, user)
    return {
        one.key: one.value.isoformat() if one.data_type is DataType.DATETIME else one.value for one in found
    }


async def test_each_value_is_shown_and_changed_by_its_type(
    services: Services, pool: PoolForTests, console: Open, things: Things, person: str
) -> None:
    one = await console("owner")
    page = (await one.get(person)).text
    shown = held(page)
    assert {key: shown[box(key)].replace("\r\n", "\n") for key in VALUES} == {
        key: text for key, (_, _, text, *_) in VALUES.items()
    }
    assert '<option value="1" selected>一级</option>' in page
    before = await values_of(services, pool, things.user)
    assert (await one.http.post(one.address(person), data=shown)).status_code == 303
    assert await values_of(services, pool, things.user) == before
    typed = {box(key): text for key, (_, _, _, text, _) in VALUES.items()}
    answer: Any = await send(one, person, **typed)
    assert answer.status_code == 303, answer.text
    assert await values_of(services, pool, things.user) == {
        key: after for key, (_, _, _, _, after) in VALUES.items()
    }
    await send(one, person, **dict.fromkeys(typed, ""))
    assert await values_of(services, pool, things.user) == {}


async def test_an_object_is_made_and_has_a_box_for_json_before_it_has_a_value(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    new: Any = await send(one, "/pools/{pool}/fields/USER/new", key="tags", label="Tags", type="OBJECT")
    assert new.status_code == 303, new.text
    (field,) = [each for each in await services.fields.list(pool.administrator, USER) if each.key == "tags"]
    assert field.data_type is DataType.OBJECT
    assert "JSON: an object or a list" in (await one.get("/pools/{pool}/fields/USER")).text
    person = f"/pools/{{pool}}/users/{things.user}/edit"
    assert re.search(rf'<textarea[^>]* name="{box("tags")}"[^>]* data-json=', (await one.get(person)).text)
    for wrong in ('"text"', "1", "[1,", "{'a': 1}"):
        assert (await send(one, person, **{box("tags"): wrong})).status_code == 400, wrong  # type: ignore[attr-defined]
    assert (await send(one, person, **{box("tags"): '["a", {"b": null}]'})).status_code == 303  # type: ignore[attr-defined]
    assert (await values_of(services, pool, things.user))["tags"] == ["a", {"b": None}]
    changed: Any = await send(one, "/pools/{pool}/fields/USER/tags", label="Labels")
    assert changed.status_code == 303, changed.text
    (field,) = [each for each in await services.fields.list(pool.administrator, USER) if each.key == "tags"]
    assert (field.data_type, field.label) == (DataType.OBJECT, "Labels")


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("number", "many"),
        ("number", "1" * 500),
        ("number", "nan"),
        ("time", "soon"),
        ("level", "9"),
        ("object", "{"),
    ],
)
async def test_a_value_that_is_none_is_refused_at_its_field(
    console: Open, person: str, key: str, typed: str
) -> None:
    one = await console("owner")
    answer: Any = await send(one, person, **{box(key): typed})
    assert answer.status_code == 400
    wrong = re.findall(r'class="field wrong">(.*?)</div>', answer.text, re.DOTALL)
    assert [box(key) in each for each in wrong] == [True]


async def test_a_value_that_is_no_choice_any_more_stays(
    services: Services, pool: PoolForTests, console: Open, things: Things, person: str
) -> None:
    await define(services, pool, FieldDraft(USER, "level", options=(Option("2", "二级"),)))
    one = await console("owner")
    await send(one, person, company="shop")
    assert (await values_of(services, pool, things.user))["level"] == "1"


async def test_a_field_that_is_not_for_consoles_is_in_no_form(
    services: Services, pool: PoolForTests, console: Open, person: str
) -> None:
    await define(services, pool, FieldDraft(USER, "yes", visible_in_admin_console=False))
    one = await console("owner")
    names = held((await one.get(person)).text)
    assert box("yes") not in names
    assert box("time") in names


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("a", "a"),
        ("a", "A"),
        ("a=b", "c"),
        ('"a"', "b"),
        (" a ", " a "),
        ("a\nb", "c=d"),
        ("=", ""),
        ('"', '"'),
        ("", "x"),
    ],
)
def test_an_option_is_read_as_it_was_written(value: str, label: str) -> None:
    option = {"value": value, "label": label}
    assert custom_fields.option_of(custom_fields.option_text(option)) == option
