"""An application with a redirect address, a person, and a browser without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests

from poolhouse.app import asgi
from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft

REDIRECT = "https://client.example/callback"
AFTER_LOGOUT = "https://client.example/bye"


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    return await services.apps.create(
        pool.administrator, "山海门户", redirect_uris=(REDIRECT,), logout_redirect_uris=(AFTER_LOGOUT,)
    )


@pytest.fixture
async def person(services: Services, pool: PoolForTests) -> User:
    draft = UserDraft({"username": "ada", "email": "ada@x.cn", "name": "Ada"}, password="lovelace")
    return await services.users.create(pool.administrator, draft)


@dataclass
class Browser:
    """Follows links and posts forms as a person without JavaScript would."""

    http: httpx.AsyncClient
    page: httpx.Response | None = None

    async def open(self, url: str) -> httpx.Response:
        self.page = await self.http.get(url)
        await self._follow()
        return self.page

    async def submit(self, action: str, **fields: str) -> httpx.Response:
        """The form of this page with that action, its hidden fields included."""
        assert self.page is not None
        form = re.search(
            rf'<form method="post" action="{re.escape(action)}">(.*?)</form>', self.page.text, re.S
        )
        assert form, f"no form {action} on {self.page.url}"
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1])
        data = {name: unescape(value) for name, value in hidden} | fields
        self.page = await self.http.post(urljoin(str(self.page.url), action), data=data)
        await self._follow()
        return self.page

    async def _follow(self) -> None:
        """Redirects of ours; one to the client is where a test looks at."""
        assert self.page is not None
        while self.page.is_redirect and self.page.headers["location"].startswith(("/", "http://poolhouse")):
            self.page = await self.http.get(urljoin(str(self.page.url), self.page.headers["location"]))

    @property
    def arrived(self) -> dict[str, str]:
        """What the client's redirect address was given."""
        assert self.page is not None
        assert self.page.is_redirect, self.page.text
        split = urlsplit(self.page.headers["location"])
        assert f"{split.scheme}://{split.netloc}{split.path}" == REDIRECT
        assert not split.fragment
        return {name: values[0] for name, values in parse_qs(split.query).items()}

    @property
    def answered(self) -> tuple[str, dict[str, str]]:
        """By which response_mode the client was answered, and what."""
        assert self.page is not None
        if self.page.is_redirect and "#" in self.page.headers["location"]:
            address, _, given = self.page.headers["location"].partition("#")
            assert address == REDIRECT
            return "fragment", dict(parse_qsl(given, strict_parsing=True))
        if self.page.is_redirect:
            return "query", self.arrived
        if told := re.search(r'data-origin="([^"]*)" data-response="([^"]*)"', self.page.text):
            assert told[1] == REDIRECT.removesuffix("/callback")
            return "web_message", json.loads(unescape(told[2]))
        assert f'action="{REDIRECT}"' in self.page.text, self.page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.page.text)
        return "form_post", {name: unescape(value) for name, value in hidden}


@pytest.fixture
async def http(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield http


@pytest.fixture
def browser(http: httpx.AsyncClient) -> Browser:
    return Browser(http)
