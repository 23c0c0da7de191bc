"""The person and the browser of a run: whom a library sends to our pages, and where they are sent from there."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import httpx
from tests.oidc.conftest import Browser

MOST_STEPS = 20
TAMPERED = "of-somebody-else"


class Person:
    """Signs in on the hosted pages wherever they are shown; `client` are the addresses a client is called back at."""

    def __init__(self, http: httpx.AsyncClient, client: tuple[str, ...], account: str, password: str) -> None:
        self.browser, self.client = Browser(http), client
        self.account, self.password = account, password

    async def go(self, url: str) -> str:
        """The address at the client that the browser is sent to, or what the page says at which it ends."""
        return await self._go(url, lambda address: address)

    def changing(self, name: str) -> Callable[[str], Awaitable[str]]:
        """As `go`, in a browser where somebody gives the parameter `name` another value on every way."""

        async def go(url: str) -> str:
            return await self._go(url, lambda address: with_another(address, name))

        return go

    async def _go(self, url: str, changed: Callable[[str], str]) -> str:
        url = changed(url)
        if url.startswith(self.client):
            return url
        page = await self.browser.http.get(url)
        for _ in range(MOST_STEPS):
            self.browser.page = page
            if page.is_redirect:
                target = changed(urljoin(str(page.url), page.headers["location"]))
                if target.startswith(self.client):
                    return target
                page = await self.browser.http.get(target)
            elif 'action="/login"' in page.text:
                page = await self.browser.submit("/login", account=self.account, password=self.password)
            elif 'action="/login/consent"' in page.text:
                page = await self.browser.submit("/login/consent", answer="allow")
            else:
                return page.text
        raise AssertionError(f"{MOST_STEPS} pages, and no end: {page.url}")


def with_another(url: str, name: str) -> str:
    """The address with another value of that parameter, where it has one."""
    split = urlsplit(url)
    if not re.search(rf"(^|&){re.escape(name)}=", split.query):
        return url
    pairs = [(key, TAMPERED if key == name else value) for key, value in parse_qsl(split.query)]
    return urlunsplit(split._replace(query=urlencode(pairs)))
