"""examples/: each is run by the last lines of its own README, on the packages that its manifest names."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests import chromium
from tests.clients.browser.pages import Site
from tests.clients.browsing import Person
from tests.clients.libraries import WEBSITES
from tests.clients.matrix import CLIENTS
from tests.clients.packages import NODE_MODULES, Bundles, Jars, LeftOut, Packages, Wheels
from tests.conftest import PoolForTests
from tests.docs.pages import ROOT, blocks
from tests.sdk import node

from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

EXAMPLES = ROOT / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
CREDENTIALS = "../../data/credentials.json"
NAME, PASSWORD = "小 & 明", "lovelace"

SDKS = {
    "js": ["authing-js-sdk 4.23.55"],
    "js-v3": ["authing-node-sdk 4.0.1"],
    "python-v3": ["authing 5.1.0"],
    "python-v2": ["authing 4.5.18", "authing 2.0.0"],
    "java-v3": ["authing-java-sdk 3.1.9"],
    "java-v2": ["java-core 4.3.76"],
}
"""Clients of `tests/clients/matrix.py` that an example is run with; the first is the one its manifest names."""
PAGES = {"web-page": "@authing/web 5.1.21", "guard-page": "@authing/guard 5.3.9"}
WITHOUT = {"authing-js-sdk/build/browser": "the client of examples/js, built for pages"}
"""Clients that have no example of their own, and why."""

BESIDE = {"requests", "jackson-databind"}
"""What a manifest names because Authlib wants it, or because the example reads JSON with it."""

BY_TITLE = {client.title: client for client in CLIENTS}


@dataclass(frozen=True)
class Typed:
    """A line of a README: its settings, and its words with the program as it is called here."""

    settings: dict[str, str]
    words: list[str]


def lines(folder: str) -> list[str]:
    (block,) = [one for one in blocks(folder, readme(folder)) if one.language == "sh"]
    return block.text.splitlines()


def readme(folder: str) -> str:
    return (EXAMPLES / folder / "README.md").read_text()


def programs(folder: str, *names: str) -> list[Typed]:
    """The lines of its README that start one of these programs."""
    found = []
    for line in lines(folder):
        words = shlex.split(line)
        first = next(place for place, word in enumerate(words) if "=" not in word)
        if words[first] in names:
            found.append(Typed(dict(word.split("=", 1) for word in words[:first]), words[first:]))
    return found


def manifest(folder: str) -> dict[str, str]:
    """Package -> version."""
    at = EXAMPLES / folder
    if (at / "package.json").exists():
        return dict(json.loads((at / "package.json").read_text())["dependencies"])
    if (at / "pom.xml").exists():
        pom = (at / "pom.xml").read_text()
        return dict(
            re.findall(r"<artifactId>([\w-]+)</artifactId>\s*<version>([\d.]+)</version>\s*</dep", pom)
        )
    return dict(re.findall(r"^([\w-]+)==([\d.]+)$", (at / "requirements.txt").read_text(), re.MULTILINE))


def copied(folder: str, tmp_path: Path) -> Path:
    """The example alone, with the modules that its manifest names and no other."""
    there = shutil.copytree(
        EXAMPLES / folder, tmp_path / folder, ignore=shutil.ignore_patterns("node_modules")
    )
    if (there / "package.json").exists():
        for name in manifest(folder):
            link = there / "node_modules" / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((NODE_MODULES / name).resolve())
    return there


async def ran(words: list[str], at: Path, **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=at,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said


@pytest.fixture
async def credentials(services: Services, server: str, pool: PoolForTests, tmp_path: Path) -> Path:
    """What the first start of a server writes."""
    key = await services.access_keys.create(pool.administrator)
    app = await services.apps.create(pool.administrator, "first")
    file = tmp_path / "credentials.json"
    mine: dict[str, Any] = {
        "host": server,
        "userPoolId": pool.id,
        "userPoolSecret": (await services.pools.get(pool.id)).secret,
        "accessKeyId": key.id,
        "accessKeySecret": key.secret,
        "appId": app.id,
        "appSecret": app.secret,
    }
    file.write_text(json.dumps(mine))
    return file


def environment_of(packages: Packages) -> dict[str, str]:
    return {"PYTHONPATH": str(packages.folder) if isinstance(packages, Wheels) and packages.locked else ""}


async def compiled(jars: Jars, at: Path) -> list[str]:
    """Maven's two goals of the README, without its plugins."""
    libraries = f"{jars.folder / 'lib'}/*"
    sources = [str(source) for source in at.rglob("*.java")]
    await ran(["javac", "-nowarn", "-encoding", "UTF-8", "--release", "11", "-cp", libraries, *sources], at)
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    return ["java", *quick, "-cp", f"src/main/java:{libraries}", "CreateUser"]


CASES = [(folder, title) for folder, titles in SDKS.items() for title in titles]


@pytest.mark.parametrize(("folder", "title"), CASES, ids=[" ".join(case) for case in CASES])
async def test_an_sdk_creates_a_user_and_signs_them_in(
    folder: str, title: str, services: Services, pool: PoolForTests, credentials: Path, tmp_path: Path
) -> None:
    packages = BY_TITLE[title].packages
    try:
        packages.command()
    except LeftOut as reason:
        pytest.skip(f"{title}: {reason}")
    at, said = copied(folder, tmp_path), ""
    for typed in programs(folder, "node", "python", "mvn"):
        words = [word.replace(CREDENTIALS, str(credentials)) for word in typed.words]
        if isinstance(packages, Jars):
            begin, words = await compiled(packages, at), [words[-1].removeprefix("-Dexec.args=")]
        else:
            begin, words = [str(node()) if words[0] == "node" else sys.executable], words[1:]
        named = [] if "bob" in words else ["bob"]
        said += await ran([*begin, *words, *named], at, **environment_of(packages))
    assert re.search(r"^created bob \(\w+\)", said, re.MULTILINE), said
    user = await services.users.find(pool.administrator, UserKey("username", "bob"))
    assert user
    assert (user.nickname, user.logins_count) == ("小明", 1), said


@asynccontextmanager
async def website(folder: str, at: Path, settings: dict[str, str], port: int) -> AsyncIterator[str]:
    (typed,) = programs(folder, "node", "flask")
    assert settings.keys() == typed.settings.keys()
    begin = [str(node())] if typed.words[0] == "node" else [sys.executable, "-m", "flask"]
    words = [word.replace("8080", str(port)) for word in typed.words[1:]]
    environment = os.environ | settings | environment_of(WEBSITES[folder]) | {"PORT": str(port)}
    process = await asyncio.create_subprocess_exec(*begin, *words, cwd=at, env=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def answering(http: httpx.AsyncClient, address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await http.get(address)
                return
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


@pytest.fixture
def port() -> int:
    """A free one. The website is told where it is called back before it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("folder", WEBSITES)
async def test_a_website_signs_in_and_out(
    folder: str, services: Services, server: str, pool: PoolForTests, tmp_path: Path, port: int
) -> None:
    packages = WEBSITES[folder]
    try:
        packages.command()
    except LeftOut as reason:
        pytest.skip(f"{folder}: {reason}")
    await services.users.create(
        pool.administrator, UserDraft({"username": "ada", "name": NAME}, password=PASSWORD)
    )
    here = f"http://127.0.0.1:{port}"
    (create,) = [typed.words for typed in programs(folder, "poolhouse")]
    given = {name: create[create.index(name) + 1] for name in ("--redirect-uri", "--logout-redirect-uri")}
    back, after = (address.replace("http://127.0.0.1:8080", here) for address in given.values())
    app = await services.apps.create(
        pool.administrator, "My site", redirect_uris=[back], logout_redirect_uris=[after]
    )
    settings = {"ISSUER": f"{server}/oidc", "CLIENT_ID": app.id, "CLIENT_SECRET": app.secret}
    async with (
        website(folder, copied(folder, tmp_path), settings, port),
        httpx.AsyncClient() as http,
    ):
        await answering(http, here)
        ada = Person(http, ("http://nobody",), "ada", PASSWORD)
        assert "Nobody is signed in" in await ada.go(f"{here}/")
        home = await ada.go(f"{here}/login")
        assert re.search(r"You are 小 &(amp|#38); 明<", home), home
        assert "You are" in await ada.go(f"{here}/")
        assert "Nobody is signed in" in await ada.go(f"{here}/logout")
        forgotten = await http.get(f"{here}/login", follow_redirects=True)
        assert 'action="/login"' in forgotten.text, "the sign-in at Poolhouse stayed"


async def test_the_login_component_signs_in_on_a_page(
    services: Services, server: str, pool: PoolForTests, tmp_path: Path
) -> None:
    from playwright.async_api import async_playwright, expect

    packages = BY_TITLE[PAGES["guard-page"]].packages
    assert isinstance(packages, Bundles)
    try:
        files = packages.command()[3:]
    except LeftOut as reason:
        pytest.skip(str(reason))
    at = copied("guard-page", tmp_path)
    (copy,) = [line for line in lines("guard-page") if line.startswith("cp ")]
    await ran(["sh", "-c", copy], at)
    assert {file.name for file in at.iterdir()} >= {Path(file).name for file in files}
    await services.users.create(
        pool.administrator, UserDraft({"username": "ada", "email": "ada@x.cn"}, password=PASSWORD)
    )
    app = await services.apps.create(pool.administrator, "My page")
    html = (at / "index.html").read_text().replace("APP_ID", app.id).replace("http://127.0.0.1:3000", server)
    site = Site([at / Path(file).name for file in files], html)
    serving = asyncio.create_task(asyncio.to_thread(site.serve_forever))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.binary(), args=chromium.flags())
        page = await browser.new_page(locale="zh-CN")
        await page.goto(f"http://127.0.0.1:{site.server_port}/")
        await page.get_by_placeholder("请输入用户名 / 邮箱 / 手机号").locator("visible=true").fill("ada")
        await page.get_by_placeholder("请输入登录密码").locator("visible=true").fill(PASSWORD)
        await page.get_by_role("button", name="登 录").locator("visible=true").click()
        await expect(page.locator("#who")).to_have_text("You are ada, ada@x.cn")
        await browser.close()
    site.shutdown()
    await serving


def test_the_page_is_the_one_of_the_guide() -> None:
    """Which tests/docs/test_single_page_application.py opens in Chromium."""
    guide = "docs/guide/single-page-application.md"
    (shown,) = [one for one in blocks(guide, (ROOT / guide).read_text()) if one.language == "html"]
    assert (EXAMPLES / "web-page/index.html").read_text() == shown.text


def test_every_client_of_the_table_has_an_example() -> None:
    shown = {BY_TITLE[title].name for titles in SDKS.values() for title in titles}
    shown |= {BY_TITLE[title].name for title in PAGES.values()}
    assert shown | WITHOUT.keys() == {client.name for client in CLIENTS}
    assert {*SDKS, *PAGES, *WEBSITES} == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_manifest_names_what_is_run_and_the_readme_the_same(folder: str) -> None:
    named, page = manifest(folder), readme(folder)
    titles = [*SDKS.get(folder, [])[:1], *([PAGES[folder]] if folder in PAGES else [])]
    assert {tuple(title.split()) for title in titles} <= named.items()
    tested = json.loads((ROOT / "tests/js/package.json").read_text())["dependencies"]
    if folder == "oidc-python":
        pins = (ROOT / "tests/clients/python/oidc-python.txt").read_text()
        tested = dict(re.findall(r"^([\w-]+)==(\S+)", pins, re.MULTILINE))
    for name, version in named.items():
        if not titles or (EXAMPLES / folder / "package.json").exists():
            assert tested.get(name, tested.get(name.lower())) == version
        if name not in BESIDE:
            assert page.count(f"{name}` {version}") == 2
