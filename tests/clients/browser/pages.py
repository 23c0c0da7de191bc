"""What drivers of clients that run in a page share: Chromium, and the sites whose pages load the client's own files.

A driver is `python -m tests.clients.browser.<main> FILE...` (`packages.Bundles`) and speaks the protocol of lines of
tests/clients/runs.py. Addresses are what they would be in life, whatever port listens: `LOGIN` is the server, `SITE` an
application of the same site but of another origin, `ELSEWHERE` an application of another site.
"""

from __future__ import annotations

import mimetypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authing import ManagementClient
from playwright.sync_api import Browser, Page, sync_playwright
from tests import chromium
from tests.clients.python.talk import done

LOGIN = "http://127.0.0.1"
"""The server. Without a port, which some clients of the vendor take none of."""
SITE = "http://127.0.0.1:3000"
ELSEWHERE = "http://localhost:3000"

BYE = f"{SITE}/bye"

NAME, PASSWORD, EMAIL = "ada", "secret 1", "ada@example.com"
"""Somebody who may sign in, once `prepared` has been called."""

WAIT_MS = 10_000

Route = Callable[[bytes], str]


class Site(ThreadingHTTPServer):
    """Every path is the same page, unless another is given an empty one that loads `files`; `/NAME` is the file of that
    name. `routes` are paths that answer a POST with text."""

    daemon_threads = True

    def __init__(self, files: list[Path], page: str = "") -> None:
        self.files, self.routes = files, dict[str, Route]()
        tags = "".join(_tag(f"/file/{place}/{file.name}") for place, file in enumerate(files))
        empty = f"<!doctype html><meta charset=utf-8><title>application</title>{tags}<body></body>"
        self.page = page or empty
        super().__init__(("127.0.0.1", 0), _Handler)

    def at(self, path: str) -> Path | None:
        """The file at a path, if it is one."""
        _, *parts = path.split("/")
        if parts[0] != "file":
            return next((file for file in self.files if file.name == parts[0]), None)
        # What a bundle asks for besides (a font, a chunk) lies in its own folder.
        folder = self.files[int(parts[1])].parent.resolve()
        file = folder.joinpath(*parts[2:]).resolve()
        return file if file.is_relative_to(folder) and file.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if file := self.server.at(path):
            self._answer(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        elif path.startswith("/file/"):
            self.send_error(404)
        else:
            self._answer(self.server.page.encode(), "text/html")

    def do_POST(self) -> None:
        given = self.rfile.read(int(self.headers["content-length"]))
        self._answer(self.server.routes[self.path](given).encode(), "text/plain")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: a driver's output is its protocol."""


def _tag(address: str) -> str:
    if address.endswith(".css"):
        return f'<link rel=stylesheet href="{address}">'
    kind = " type=module" if address.endswith(".mjs") else ""
    return f'<script{kind} src="{address}"></script>'


@contextmanager
def opened(given: dict[str, Any]) -> Iterator[tuple[Browser, Site]]:
    """Chromium and the applications' site; the files are the driver's arguments."""
    site = Site([Path(name) for name in sys.argv[1:]])
    threading.Thread(target=site.serve_forever, daemon=True).start()
    here = f"127.0.0.1:{site.server_port}"
    sites = {
        "127.0.0.1:80": urlsplit(given["host"]).netloc,
        urlsplit(SITE).netloc: here,
        urlsplit(ELSEWHERE).netloc: here,
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.binary(), args=chromium.flags(sites))
        try:
            yield browser, site
        finally:
            browser.close()
            site.shutdown()


def prepared(given: dict[str, Any], **applications: list[str]) -> dict[str, Any]:
    """`given` with `userId` and the ids of public applications by their names, made with their response types."""
    management = ManagementClient(
        access_key_id=given["accessKeyId"], access_key_secret=given["accessKeySecret"], host=given["host"]
    )
    user = management.create_user(username=NAME, password=PASSWORD, email=EMAIL, status="Activated")
    made = {"userId": user["data"]["userId"]}
    for name, types in applications.items():
        application = management.create_application(
            app_name=name,
            redirect_uris=[SITE, f"{SITE}/callback", f"{ELSEWHERE}/callback"],
            logout_redirect_uris=[BYE],
            oidc_config={"tokenEndpointAuthMethod": "none", "responseTypes": types},
        )
        made[name] = application["data"]["appId"]
    return given | made


def sign_in(page: Page) -> None:
    """On the server's page."""
    page.get_by_label("用户名、邮箱或手机号").fill(NAME)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_label("密码", exact=True).press("Enter")


def person(browser: Browser) -> Page:
    """A page of somebody who has never been here: cookies and storage of their own."""
    page = browser.new_context(locale="zh-CN").new_page()
    page.set_default_timeout(WAIT_MS)
    return page


def call(name: str, make: Callable[[], Any], fits: Callable[[Any], Any] = lambda answer: True) -> Any:
    """Makes one call and says how it ended; `fits` judges the answer. None where it failed."""
    try:
        answer = make()
        done(name, None if fits(answer) else f"{answer!r}"[:500])
        return answer
    except Exception as error:
        done(name, f"{type(error).__name__}: {error}"[:1000])
        return None
