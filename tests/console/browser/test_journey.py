"""The journey of docs/guide/console.md: a new administrator connects an old PostgreSQL, writes and tries its login,
publishes it, sees somebody migrate, reads the log and goes back to the version before. Chromium, PostgreSQL and Deno
are real."""

from __future__ import annotations

import httpx
from playwright.async_api import Page, expect
from tests.administrators.conftest import OPERATOR
from tests.conftest import PoolForTests
from tests.console.browser.conftest import PICTURES, NewPage, judged, wider
from tests.customdb.conftest import Legacy, legacy  # noqa: F401  # a fixture

from poolhouse.customdb.templates import template
from poolhouse.ids import new_id
from poolhouse.services import Services

GIVEN, OWN = "given-once-and-changed", "an own long password"
BROKEN = "async function login() {\n  throw new Error('we are moving house');\n}\n"
EDITOR = ".cm-content"
expect.set_options(timeout=30_000)  # a worker that starts, on a machine that does much else


async def test_the_first_hour_with_an_old_database(
    server: str,
    services: Services,
    pool: PoolForTests,
    new_page: NewPage,
    legacy: Legacy,  # noqa: F811
) -> None:
    await legacy.put({"username": "wang", "email": "wang@shop.example", "nickname": "小王"}, "shop-2015")
    app = await services.apps.create(pool.administrator, "商城")
    page = await new_page(locale="zh-CN", viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    base = f"{server}/console/pools/{pool.id}"

    await enters(page, services, pool, server)
    await connects(page, base, legacy.url)
    await writes(page, base, "login", template("postgresql", "login"), "old shop")
    await writes(page, base, "getUser", template("postgresql", "getUser"), "old shop")
    await tries(page, base)
    await publishes(page, base, "login", 1)
    await publishes(page, base, "getUser", 1)

    # Somebody signs in to the application with the password that only the old database knows.
    assert (await sign_in(server, pool, app.id, "wrong"))["statusCode"] != 200
    assert (await sign_in(server, pool, app.id, "shop-2015"))["statusCode"] == 200
    await services.scripts.settled()

    await sees_them_migrate(page, base)
    await reads_the_log(page, base)
    await goes_back(page, base, services, pool)
    assert said == []


async def enters(page: Page, services: Services, pool: PoolForTests, server: str) -> None:
    """With the password that somebody else set, which must be changed at once."""
    one = await services.administrators.create(OPERATOR, f"c{new_id()}", GIVEN, must_change_password=True)
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, ["owner"])
    await page.goto(f"{server}/console")
    await page.fill("[name=username]", one.username)
    await page.fill("[name=password]", GIVEN)
    await page.press("[name=password]", "Enter")
    await page.fill("[name=new_password]", OWN)
    await page.press("[name=new_password]", "Enter")
    await page.wait_for_url("**/console/pools/**")


async def connects(page: Page, base: str, url: str) -> None:
    """A wrong password is said in words before the right one is saved."""
    await page.goto(f"{base}/database")
    await page.check("#mode-LAZY_MIGRATION")
    await page.check("#by-uri")
    await page.fill("[name='connection.uri']", url.replace("@", "-wrong@"))
    await page.click("button[value=test]")
    await expect(page.locator("#tested .failed")).to_contain_text("密码")
    await page.fill("[name='connection.uri']", url)
    await page.click("button[value=test]")
    await expect(page.locator("#tested .notice")).to_be_visible()
    await page.select_option("[name=enabled]", "yes")
    await pictured(page, "console-connection.png")
    await page.click("form.database > fieldset > button")
    await page.wait_for_url("**done=done_saved**")


async def writes(page: Page, base: str, name: str, source: str, message: str) -> None:
    await page.goto(f"{base}/scripts/{name}")
    await page.locator(EDITOR).focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Backspace")
    await page.keyboard.insert_text(source)
    await page.fill("[name=message]", message)
    await page.press("[name=message]", "Enter")
    await page.wait_for_url("**done=done_draft**")


async def tries(page: Page, base: str) -> None:
    """On the page that runs the draft: a wrong password, then the right one."""
    await page.goto(f"{base}/scripts/login/debug")
    for password, shown in (("wrong", "Password is not valid!"), ("shop-2015", "wang@shop.example")):
        await page.fill("#arg-query-username", "wang")
        await page.fill("#arg-password", password)
        await page.press("#arg-password", "Enter")
        await expect(page.locator(".made")).to_contain_text(shown)
    await expect(page.locator(".made .notice")).to_be_visible()
    await pictured(page, "console-debugging.png")


async def publishes(page: Page, base: str, name: str, version: int) -> None:
    await page.goto(f"{base}/scripts/{name}")
    await page.click(f"a[href$='/publish?version={version}']")
    await page.click("main form button")
    await page.wait_for_url("**done=done_published**")


async def sign_in(server: str, pool: PoolForTests, app_id: str, password: str) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=server, timeout=60, headers={"x-authing-app-id": app_id}) as http:
        body = {"connection": "PASSWORD", "passwordPayload": {"username": "wang", "password": password}}
        answer: dict[str, object] = (await http.post("/api/v3/signin", json=body)).json()
    return answer


async def sees_them_migrate(page: Page, base: str) -> None:
    await page.goto(f"{base}/users?q=wang")
    await expect(page.locator("tbody")).to_contain_text("wang@shop.example")
    await page.goto(f"{base}/migration")
    figures = [one.strip() for one in await page.locator(".figure").all_inner_texts()]
    assert figures[:3] == ["2", "1", "1"], "two tries, of which one moved them in"
    await expect(page.locator("main")).to_contain_text("脚本拒绝")
    await pictured(page, "console-migration.png")
    assert await judged(page) + await wider(page) == []


async def reads_the_log(page: Page, base: str) -> None:
    """From the list of failures to the call, and from the sign-in that worked to the person."""
    await page.goto(f"{base}/calls")
    await page.select_option("#f-script", "login")
    await page.select_option("#f-result", "failed")
    await page.click(".send button")
    await expect(page.locator(".chips")).to_contain_text("失败")
    await expect(page.locator("tbody tr").first).to_contain_text("Password is not valid!")
    await pictured(page, "console-calls.png")
    await page.locator("tbody a").first.click()
    await expect(page.locator(".made .error").first).to_contain_text("Password is not valid!")
    await expect(page.locator("main")).to_contain_text('"wang"')
    assert "shop-2015" not in await page.content()
    await page.goto(f"{base}/calls?script=login&result=ok")
    await page.locator("td.about a").first.click()
    await page.wait_for_url("**/users/**")
    await expect(page.locator("h1")).to_contain_text("小王")


async def goes_back(page: Page, base: str, services: Services, pool: PoolForTests) -> None:
    """A version that refuses everybody is published, and the one before it again."""
    await writes(page, base, "login", BROKEN, "closed for the move")
    await publishes(page, base, "login", 2)
    published = {one.name: one.published for one in await services.customdb.list_scripts(pool.administrator)}
    assert published["login"] == 2
    await publishes(page, base, "login", 1)
    published = {one.name: one.published for one in await services.customdb.list_scripts(pool.administrator)}
    assert published["login"] == 1
    await expect(page.locator("tr", has_text="old shop").first).to_contain_text("已发布")


async def pictured(page: Page, name: str) -> None:
    """For the guide: make pictures."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}")
