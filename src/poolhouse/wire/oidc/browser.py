"""A person's browser: who it is logged in as, the request it is in the middle of, and forms that are its own."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from poolhouse import trace
from poolhouse.caller import Caller
from poolhouse.credentials.service import at_session, nobody
from poolhouse.crypto.transport import require_plain
from poolhouse.errors import FormStale, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.sessions.model import Session
from poolhouse.times import now
from poolhouse.wire.browsers import cookies_among, spoken
from poolhouse.wire.origin import is_secure, origin
from poolhouse.wire.request import HttpRequest, head_of, presented, read
from poolhouse.wire.tracked_body import TrackedBody

SESSION_COOKIE = "poolhouse_session"
FORM_COOKIE = "poolhouse_form"
OFFERED_COOKIE = "poolhouse_passkey_offered"
"""That this browser was offered to make a passkey."""
BEGUN_COOKIE = "poolhouse_begun"
"""What this browser went to an identity source for: a sealed request or ticket, to begin again where it got lost."""
MAX_FORM_BYTES = 64 * 1024
LONGEST_BEGUN = 3_000
"""Characters; browsers keep 4,096 of a cookie."""


@dataclass(frozen=True, slots=True)
class Browser:
    """One request of a browser."""

    services: WireServices
    http: HttpRequest
    cookies: dict[str, str]
    origin: str

    @property
    def secure(self) -> bool:
        return is_secure(self.origin)

    def speaking(self, ui_locales: str | None) -> Browser:
        """The same, in the language that the application asks for, if we speak it."""
        lang = spoken(ui_locales)
        return replace(self, http=replace(self.http, lang=lang)) if lang else self

    @property
    def issuer(self) -> str:
        return f"{self.origin}/oidc"

    def caller(self, pool_id: str, app_id: str | None, session: Session | None = None) -> Caller:
        http = self.http
        given = presented(http.headers, ip=http.ip, lang=http.lang, pool_id=pool_id, app_id=app_id or "")
        caller = at_session(given, session) if session else nobody(given)
        caller.note()
        return caller

    async def session(self, pool_id: str) -> Session | None:
        """The live session of this browser in a pool."""
        session = await self.any_session()
        return session if session is not None and session.pool_id == pool_id else None

    async def any_session(self) -> Session | None:
        """The live session of this browser, unless it began longer ago than the pool lets a browser stay."""
        named = self.services.sealed_logins.unseal(self.cookies.get(SESSION_COOKIE, ""))
        if named is None:
            return None
        try:
            session = await self.services.credentials.login_in(*named)
            ends = session.created_at + await self._lifetime(session)
        except PoolhouseError:
            return None
        return session if now() < ends else None

    async def keep_session(self, response: Response, session: Session) -> None:
        lifetime = await self._lifetime(session)
        sealed = self.services.sealed_logins.seal(session)
        self._cookie(response, SESSION_COOKIE, sealed, int(lifetime.total_seconds()))

    async def _lifetime(self, session: Session) -> timedelta:
        """Of what keeps a browser signed in: the pool's setting, and never longer than the session."""
        pool = await self.services.pools.get(session.pool_id)
        longest = timedelta(seconds=pool.settings.session_expires_after)
        return min(longest, session.expires_at - session.created_at)

    def drop_session(self, response: Response) -> None:
        name = _kept_name(SESSION_COOKIE, secure=self.secure)
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")

    # -- forms ---------------------------------------------------------------------------------------------

    def form_token(self) -> str:
        """What a form carries and the cookie must repeat: another site can send one, not both."""
        return self.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)

    def keep_form_token(self, response: Response, token: str) -> None:
        if self.cookies.get(FORM_COOKIE) != token:
            self._cookie(response, FORM_COOKIE, token, 86_400)

    def keep_begun(self, response: Response, sealed: str) -> None:
        """One that is too long is not kept: then the page says in words how to begin again."""
        if len(sealed) <= LONGEST_BEGUN:
            self._cookie(response, BEGUN_COOKIE, sealed, 86_400)

    def is_own_form(self, form: Mapping[str, str]) -> bool:
        kept = self.cookies.get(FORM_COOKIE, "")
        given = form.get("form", "") if self.http.method == "POST" else ""
        return bool(kept) and hmac.compare_digest(kept.encode(), given.encode())

    def require_own_form(self, form: Mapping[str, str]) -> None:
        if not self.is_own_form(form):
            raise FormStale("form")

    def _cookie(self, response: Response, name: str, value: str, lifetime_s: int) -> None:
        response.set_cookie(
            _kept_name(name, secure=self.secure),
            value,
            max_age=lifetime_s,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


def pairs_of(browser: Browser) -> list[tuple[str, str]]:
    """Of the query, and of a form; as often as each was given."""
    return browser.http.query.decoded + (browser.http.form_pairs() if browser.http.method == "POST" else [])


async def browser_of(request: Request, services: WireServices, longest: int = MAX_FORM_BYTES) -> Browser:
    http = await read(request, head_of(request, services.settings), longest)
    told = (http.query.text("ui_locales"), http.query.text("lang"), http.headers.get("accept-language"))
    http = replace(http, lang=next(filter(None, map(spoken, told)), "zh-CN"))
    own = origin(services, request)
    cookies = own_cookies(http.headers.get("cookie", ""), secure=is_secure(own))
    return Browser(services, http, cookies, own)


def with_browser(
    services: WireServices, answer: Callable[[Browser], Awaitable[Response]], longest: int = MAX_FORM_BYTES
) -> Callable[[Request], Awaitable[Response]]:
    """A page's handler: `answer` is given the browser. A request that cannot be read is refused in plain text.

    `longest`: bytes of a form.
    """

    async def handle(request: Request) -> Response:
        try:
            browser = await browser_of(request, services, longest)
        except PoolhouseError as error:
            trace.note(error=error)
            lang = spoken(request.headers.get("accept-language")) or "zh-CN"
            return Response(error.message(lang), 400, media_type="text/plain; charset=utf-8")
        return await answer(browser)

    return handle


def own_cookies(header: str, *, secure: bool = False) -> dict[str, str]:
    """Those this wire sets, by our names of them. `secure`: whether our own address is one of TLS."""
    kept = {_kept_name(name, secure=secure): name for name in (SESSION_COOKIE, FORM_COOKIE, BEGUN_COOKIE)}
    kept[OFFERED_COOKIE] = OFFERED_COOKIE
    return {kept[name]: value for name, value in cookies_among(header, [*kept]).items()}


def _kept_name(name: str, *, secure: bool) -> str:
    """As browsers keep it. Under TLS no other host of our domain may put one in its place, which would make a browser
    one that began somebody else's sign-in. Source: RFC 6265bis 4.1.3.2."""
    return f"__Host-{name}" if secure else name


def with_query(target: str, facts: Mapping[str, str | None]) -> str:
    """`target` with the facts added to its query; what it had stays."""
    split = urlsplit(target)
    added = urlencode({name: value for name, value in facts.items() if value is not None})
    query = "&".join(part for part in (split.query, added) if part)
    return urlunsplit(split._replace(query=query))


def redirect(target: str, facts: Mapping[str, str | None]) -> RedirectResponse:
    return RedirectResponse(with_query(target, facts), 303, headers={"cache-control": "no-store"})


def typed(form: TrackedBody, name: str) -> str:
    """A password of a form, "" where there is none. Raises PasswordUndecryptable: our pages encrypt nothing."""
    password: str = form.get(name, "")
    require_plain(password, name)
    return password
