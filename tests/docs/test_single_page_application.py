"""docs/guide/single-page-application.md: the application by its block, and its page in Chromium."""

from __future__ import annotations

import asyncio
import re
import subprocess
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright, expect
from tests import chromium
from tests.clients.browser.pages import Site
from tests.clients.packages import Bundles, LeftOut
from tests.conftest import PoolForTests

from poolhouse.services import Services
from poolhouse.users.model import UserDraft

PAGE = Path(__file__).resolve().parents[2] / "docs/guide/single-page-application.md"
FILES = Bundles(
    "web", "@authing/web", ("axios/dist/axios.min.js", "@authing/web/dist/global/index.global.js")
)


async def test_the_page_signs_somebody_in_and_out(
    services: Services, server: str, pool: PoolForTests, tmp_path: Path
) -> None:
    try:
        _, _, _, *files = FILES.command()
    except LeftOut as reason:
        pytest.skip(str(reason))
    ann = UserDraft({"username": "ann", "email": "ann@example.com"}, password="secret 1")
    await services.users.create(pool.administrator, ann)
    text = PAGE.read_text()
    key = await services.access_keys.create(pool.administrator)
    names = {"access_key_id": key.id, "access_key_secret": key.secret, "host": server}
    await asyncio.to_thread(exec, block("python", text), names)
    app_id = names["made"]["data"]["appId"]  # type: ignore[index]

    html = block("html", text).replace("APP_ID", app_id).replace("POOL_ID", pool.id)
    # What `npm install` makes beside the page; its files are then copied by the page's command.
    (tmp_path / "node_modules").symlink_to(Path(files[0]).parents[2])
    subprocess.run(block("sh", text), shell=True, cwd=tmp_path, check=True)  # noqa: ASYNC221
    site = Site([file for file in tmp_path.iterdir() if file.suffix == ".js"], html)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    listening = {"127.0.0.1:80": urlsplit(server).netloc, "127.0.0.1:8080": f"127.0.0.1:{site.server_port}"}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.binary(), args=chromium.flags(listening)
        )
        page = await browser.new_page(locale="en-US")
        await page.goto("http://127.0.0.1:8080/")
        await expect(page.locator("#who")).to_have_text("Nobody is signed in")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_label("Username, e-mail or phone").fill("ann")
        await page.get_by_label("Password", exact=True).fill("secret 1")
        await page.keyboard.press("Enter")
        await expect(page.locator("#who")).to_have_text("You are ann, ann@example.com")
        assert page.url == "http://127.0.0.1:8080/"
        await page.reload()
        await expect(page.locator("#who")).to_have_text("You are ann, ann@example.com")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.locator("#who")).to_have_text("Nobody is signed in")
        await browser.close()
    site.shutdown()


def block(language: str, text: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return str(found)
