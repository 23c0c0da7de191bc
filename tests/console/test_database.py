"""The page of the custom database: what it saves, keeps, tries and refuses."""

from __future__ import annotations

import html
import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open
from tests.customdb.conftest import Legacy, legacy  # noqa: F401

from poolhouse.customdb.model import Connection
from poolhouse.services import Services

HERE = "/pools/{pool}/database"
URI = "postgresql://app:s3cret-word@127.0.0.1:5432/users"


def fields(page: str) -> dict[str, str]:
    """What a browser sends of the page's form when nothing is typed."""
    form = page[page.index('class="card wide database"') :]
    form = form[: form.index("</form>")]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_chosen = attributes.get("type") != "radio" or " checked" in tag
        if "name" in attributes and is_chosen:
            sent[attributes["name"]] = html.unescape(attributes.get("value", ""))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form):
        sent[name] = (re.findall(r'<option value="([^"]*)" selected', options) or [""])[0]
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent[name] = html.unescape(text)
    sent.pop("form")
    return sent


async def opened(one: Console) -> dict[str, str]:
    answer = await one.get(HERE)
    assert answer.status_code == 200, answer.text
    return fields(answer.text)


async def test_a_connection_is_saved_and_its_secret_never_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    given = await opened(one) | {"connection.uri": URI, "enabled": "yes", "timeoutMs": "4000"}
    assert (await one.post(HERE, page=HERE, **given)).status_code == 303
    saved = await services.customdb.get(pool.administrator)
    assert (saved.enabled, saved.timeout_ms, saved.connection.uri) == (True, 4000, URI)
    assert "s3cret-word" not in (await one.get(HERE)).text
    again = await opened(one) | {"memoryMb": "128"}
    assert (await one.post(HERE, page=HERE, **again)).status_code == 303
    saved = await services.customdb.get(pool.administrator)
    assert (saved.memory_mb, saved.connection.uri) == (128, URI)


async def test_a_password_that_is_not_typed_stays(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    parts = Connection(host="old", port=5432, username="app", password="s3cret-word", database="x")
    await services.customdb.update(pool.administrator, {"connection": parts})
    one = await console("custom-database-editor")
    given = await opened(one)
    assert (given["by"], given["connection.password"]) == ("parts", "")
    await one.post(HERE, page=HERE, **given | {"connection.host": "new"})
    saved = (await services.customdb.get(pool.administrator)).connection
    assert (saved.host, saved.password, saved.port) == ("new", "s3cret-word", 5432)


async def test_the_other_form_takes_the_place_of_the_first(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.customdb.update(pool.administrator, {"connection": Connection(uri=URI)})
    one = await console("custom-database-editor")
    parts = {
        "by": "parts",
        "connection.host": "db",
        "connection.port": "5433",
        "connection.password": "12345",
    }
    await one.post(HERE, page=HERE, **await opened(one) | parts)
    saved = (await services.customdb.get(pool.administrator)).connection
    assert (saved.uri, saved.host, saved.port, saved.password) == (None, "db", 5433, "12345")


async def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    given = await opened(one)
    await services.customdb.update(pool.administrator, {"timeout_ms": 3000, "memory_mb": 128})
    answer = await one.post(HERE, page=HERE, **given | {"timeoutMs": "4000"})
    assert answer.status_code == 409
    assert re.search(r"Theirs: <span>3000</span>", answer.text)
    assert (await services.customdb.get(pool.administrator)).timeout_ms == 3000
    answer = await one.post(HERE, page=HERE, **given | {"timezone": "Asia/Shanghai"})
    assert answer.status_code == 409, "nor is another field merged unseen"
    kept = await services.customdb.get(pool.administrator)
    assert (kept.memory_mb, kept.timezone) == (128, "UTC")


async def test_a_wrong_field_is_marked(console: Open) -> None:
    one = await console("custom-database-editor")
    for name, value in (("timeoutMs", "5"), ("allowedHosts", "no port"), ("connection.uri", "no uri")):
        answer = await one.post(HERE, page=HERE, **await opened(one) | {name: value})
        assert answer.status_code == 400, name
        marked = re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text)
        assert marked == [name]


@pytest.mark.not_on_citus("its role logs in without being asked for a password")
async def test_the_button_tries_what_stands_there_and_saves_nothing(
    services: Services,
    pool: PoolForTests,
    console: Open,
    legacy: Legacy,  # noqa: F811
) -> None:
    one = await console("custom-database-editor")
    given = await opened(one) | {"act": "test"}
    good = await one.post(HERE, page=HERE, **given | {"connection.uri": legacy.url})
    assert "It answered within" in good.text
    wrong = legacy.url.replace("@", "x@")
    bad = await one.post(HERE, page=HERE, **given | {"connection.uri": wrong})
    assert "The username or the password is wrong" in bad.text
    assert "written %XX" in bad.text
    assert (await services.customdb.get(pool.administrator)).connection.uri is None
    chinese = await one.get(f"{HERE}?lang=zh-CN")
    assert "惰性迁移用户" in chinese.text


async def test_variables_are_set_replaced_and_removed_and_never_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("custom-database-editor")
    for value in ("first-value", "second-value"):
        answer = await one.post(f"{HERE}/variables", page=HERE, name="API_TOKEN", value=value)
        assert answer.status_code == 303
    shown = (await one.get(HERE)).text
    assert "API_TOKEN" in shown
    assert "second-value" not in shown
    assert (await services.customdb.get(pool.administrator)).env == {"API_TOKEN": "second-value"}
    refused = await one.post(f"{HERE}/variables", page=HERE, name="DB_HOST", value="x")
    assert refused.status_code == 400
    assert "must be an identifier" in html.unescape(refused.text)
    await one.post(f"{HERE}/variables", page=HERE, name="API_TOKEN", act="remove")
    assert (await services.customdb.get(pool.administrator)).env == {}


async def test_whoever_may_not_change_it_sees_it_closed_and_why(console: Open) -> None:
    shown = (await (await console("viewer")).get(HERE)).text
    assert '<fieldset class="bare" disabled>' in shown
    assert "custom-database-editor or owner" in shown
    assert "/database/variables" not in shown
