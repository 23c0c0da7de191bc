"""The editor of scripts in Chromium: typing, Chinese as it is typed, leaving by keys, and what is found wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, judged, kept, signed_in, wider

from poolhouse.ids import new_id
from poolhouse.services import Services

LOGIN = "async function login(query) {\n  return { id: 1 };\n}\n"
TEXT = ".cm-content"
Opened = Callable[..., Awaitable[Page]]


@pytest.fixture
def faults() -> list[str]:
    """What the browser complains of: a policy that was offended against, an exception."""
    return []


@pytest.fixture
async def editor(
    server: str, services: Services, new_page: NewPage, pool: PoolForTests, faults: list[str]
) -> Opened:
    """The page of `login` with a draft of it, for a new administrator with `role`."""
    await services.customdb.save_script(pool.administrator, "login", LOGIN)

    async def open_(role: Any = "custom-database-editor", **options: Any) -> Page:
        one = await services.administrators.create(
            OPERATOR, f"c{new_id()}", PASSWORD, must_change_password=False
        )
        await services.administrators.set_roles(OPERATOR, one.id, pool.id, [role])
        page = await new_page(**{"locale": "en-US", **options})
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await signed_in(page, server, one.username)
        await page.goto(f"{server}/console/pools/{pool.id}/scripts/login")
        await page.locator(TEXT).wait_for()
        return page

    return open_


async def _replace(page: Page, text: str) -> None:
    await page.locator(TEXT).focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Backspace")
    await page.keyboard.insert_text(text)


async def test_what_is_typed_is_saved(
    services: Services, pool: PoolForTests, editor: Opened, faults: list[str]
) -> None:
    page = await editor()
    await page.locator(TEXT).focus()
    await page.keyboard.press("Control+Home")
    await page.keyboard.type("// typed\n")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className.includes('cm-content')")
    await page.keyboard.press("Control+s")
    await page.wait_for_url("**done=done_draft")
    saved = await services.customdb.get_script(pool.administrator, "login")
    assert saved.version == 2
    assert saved.source == f"  // typed\n{LOGIN}"
    assert faults == []


async def test_chinese_lands_whole_as_an_input_method_composes_it(editor: Opened) -> None:
    page = await editor(locale="zh-CN")
    await _replace(page, "// ")
    keys = await page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zhang"):
        place = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        await keys.send("Input.imeSetComposition", place)
    await keys.send("Input.insertText", {"text": "张三登录"})
    await page.keyboard.type("!")
    await page.wait_for_function("document.getElementById('source').value.endsWith('!')")
    assert await page.locator("#source").input_value() == "// 张三登录!"


async def test_chinese_lands_whole_in_the_plain_field_and_no_draft_is_kept(
    services: Services, pool: PoolForTests, editor: Opened
) -> None:
    page = await editor(locale="en-US")
    await _replace(page, "// draft")
    assert await kept(page) == []
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("link", name="Use a plain text field").click()
    await page.wait_for_url("**plain=1")
    field = page.locator("#source")
    await field.fill("// ")
    keys = await page.context.new_cdp_session(page)
    for letters in ("z", "zh", "zhang"):
        place = {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        await keys.send("Input.imeSetComposition", place)
    await keys.send("Input.insertText", {"text": "张三登录"})
    await page.keyboard.type("!")
    assert await field.input_value() == "// 张三登录!"
    assert await kept(page) == []
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**done=done_draft")
    assert (await services.customdb.get_script(pool.administrator, "login")).source == "// 张三登录!"


async def test_escape_and_then_tab_leaves(editor: Opened) -> None:
    page = await editor()
    await page.locator(TEXT).focus()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Tab")
    assert not await page.evaluate("document.activeElement.closest('script-editor') !== null")
    assert await page.locator("#source").input_value() == LOGIN
    assert "Escape and then Tab" in await page.inner_text("#editor-help")


async def test_what_does_not_compile_is_marked_at_its_line(editor: Opened, faults: list[str]) -> None:
    page = await editor()
    await _replace(page, LOGIN.replace("{ id: 1 };", "{;"))
    await page.locator(".cm-lint-marker-error").wait_for()
    assert (await page.inner_text("#checked")).startswith("2:11 ")
    marked = page.locator(".cm-line", has=page.locator(".cm-lintRange-error, .cm-lintPoint-error"))
    assert await marked.all_inner_texts() == ["  return {;"]
    await _replace(page, LOGIN)
    await page.locator("#checked", has_text="No syntax errors").wait_for()
    assert await page.locator(".cm-lint-marker-error").count() == 0
    assert faults == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("env.DB_U", "DB_USERNAME"),
        ("context.userPoolI", "userPoolId"),
        ("require('mongo", "mongodb"),
        ("function f() {\n  return { givenNa", "givenName"),
    ],
)
async def test_what_scripts_may_use_is_completed(editor: Opened, typed: str, offered: str) -> None:
    page = await editor()
    await _replace(page, typed[:-1])
    await page.keyboard.type(typed[-1])
    await page.locator(".cm-tooltip-autocomplete li", has_text=offered).first.wait_for()


@pytest.mark.parametrize(
    ("typed", "word", "said"),
    [
        ("context.userPoolId;", "userPoolId", "userPoolId: string"),
        ("env.DB_HOST;", "DB_HOST", "DB_HOST: string"),
        ("return { givenName: 1 };", "givenName", "givenName: string | null"),
        ("user.token;", "token", "token: string | null\nPassed on to administrators as it is, never kept."),
        ("context.constructor;", "constructor", None),
        ("other.userPoolId;", "userPoolId", None),
    ],
)
async def test_what_is_pointed_at_is_explained(
    editor: Opened, faults: list[str], typed: str, word: str, said: str | None
) -> None:
    page = await editor()
    await _replace(page, f"async function login() {{\n  env.DB_PORT;\n  {typed}\n}}")
    await _point_at(page, word)
    told = page.locator(".cm-tooltip .explained")
    if said is None:
        await page.wait_for_timeout(500)  # CodeMirror waits 300 ms before it shows one
        assert await told.count() == 0
        await _point_at(page, "DB_PORT")
    await told.wait_for()
    assert await told.text_content() == (said or "DB_PORT: string")
    assert faults == []


async def _point_at(page: Page, word: str) -> None:
    x, y = await page.evaluate(
        """(word) => {
          const walker = document.createTreeWalker(document.querySelector(".cm-content"), NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf(word);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            const box = range.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
          }
        }""",
        word,
    )
    await page.mouse.move(x - 2, y)
    await page.mouse.move(x, y)


async def test_a_viewer_reads_in_it_and_changes_nothing(editor: Opened, faults: list[str]) -> None:
    page = await editor("viewer")
    await page.locator(TEXT).focus()
    await page.keyboard.type("x")
    assert await page.locator("#source").input_value() == LOGIN
    assert await page.locator(".cm-line").first.inner_text() == LOGIN.partition("\n")[0]
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
async def test_the_editor_is_clean_and_fits(
    editor: Opened, faults: list[str], scheme: str, locale: str
) -> None:
    """With its search open, and something wrong in it."""
    width = 390 if locale == "zh-CN" else 1280
    page = await editor(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 844})
    await _replace(page, f"// {'long ' * 60}\n{LOGIN.replace('1', '{;')}")
    await page.locator(".cm-lint-marker-error").wait_for()
    await page.keyboard.press("Control+f")
    await page.locator(".cm-search").wait_for()
    assert await judged(page) + await wider(page) == []
    assert faults == []
