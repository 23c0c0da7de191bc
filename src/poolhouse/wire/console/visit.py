"""One request of an administrator's browser: who it is, what they may do in which pool, and forms that are ours."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from poolhouse import trace
from poolhouse.administrators.model import Administrator, AdministratorSession, SignedIn
from poolhouse.administrators.sign_in import LIFETIME
from poolhouse.caller import Caller
from poolhouse.credentials.service import nobody
from poolhouse.errors import FormStale, Lang, NotAuthenticated, TokenExpired
from poolhouse.services import WireServices
from poolhouse.wire.browsers import cookies_among, spoken
from poolhouse.wire.origin import origin
from poolhouse.wire.request import HttpRequest, head_of, presented, read
from poolhouse.wire.v3.app import asked, row_at
from poolhouse.wire.v3.table import PREFIX

SESSION, FORM, LANG, THEME = (
    "poolhouse_console",
    "poolhouse_console_form",
    "poolhouse_console_lang",
    "poolhouse_console_theme",
)
Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
MAX_FORM_BYTES = 64 * 1024
YEAR_S = 31_536_000


@dataclass(frozen=True, slots=True)
class Visit:
    """`path` holds what the address names: `pool`, `user`. `administrator` and `session` are None for a stranger."""

    services: WireServices
    http: HttpRequest
    cookies: Mapping[str, str]
    origin: str
    path: Mapping[str, str]
    administrator: Administrator | None = None
    session: AdministratorSession | None = None
    caller: Caller | None = None

    @property
    def lang(self) -> Lang:
        return self.http.lang

    @property
    def here(self) -> str:
        """The address of the page, to come back to."""
        query = urlencode(self.http.query.decoded)
        return self.http.path + (f"?{query}" if query else "") if self.http.method == "GET" else "/console"

    @property
    def theme(self) -> Theme:
        return next((one for one in THEMES if one == self.cookies.get(THEME)), "auto")

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def who(self) -> Administrator:
        """Raises NotAuthenticated."""
        if self.administrator is None:
            raise NotAuthenticated("nobody is signed in")
        return self.administrator

    @property
    def asking(self) -> Caller:
        """Whoever is at the browser, before anything is known of them."""
        return nobody(presented(self.http.headers, ip=self.http.ip, lang=self.lang))

    # -- what v3 does --------------------------------------------------------------------------------------

    async def ask(self, operation: str, values: Mapping[str, Any] | None = None) -> Any:
        """`operation` of v3 ("GET list-users") in this process, as the administrator may do it in the pool: the data
        of its answer. Raises NotPermitted where their roles lack a scope, and what the operation raises."""
        if self.caller is None:
            raise NotAuthenticated("no pool is open")
        method, _, path = operation.partition(" ")
        row = row_at(method, f"{PREFIX}{path}")
        self.caller.require_scopes(row.scopes)
        data, _ = await asked(
            self.services, row, self.caller, values or {}, own=lambda: f"{self.origin}/oidc"
        )
        return msgspec.to_builtins(data)

    def may(self, operation: str) -> bool:
        method, _, path = operation.partition(" ")
        scopes = row_at(method, f"{PREFIX}{path}").scopes
        return self.caller is not None and all(self.caller.has_scope(scope) for scope in scopes)

    # -- forms ---------------------------------------------------------------------------------------------

    def form_token(self) -> str:
        """What a form carries: made of the session, which no other site knows; before there is one, of a cookie."""
        key = self.cookies.get(SESSION) if self.session else self.cookies.get(FORM)
        return hmac.digest((key or "").encode(), b"form", "sha256").hex() if key else ""

    def form(self) -> dict[str, str]:
        """Of a POST from a page of ours. Raises FormStale for any other."""
        form = self.http.form()
        sent_by = self.http.headers.get("sec-fetch-site", "same-origin")
        named = self.http.headers.get("origin", self.origin)
        own = hmac.compare_digest(self.form_token().encode(), form.get("form", "").encode())
        if not self.form_token() or not own or sent_by != "same-origin" or named != self.origin:
            raise FormStale("form")
        return form

    # -- cookies -------------------------------------------------------------------------------------------

    def signed_in(self, to: str, signed: SignedIn) -> Response:
        response = redirect(to)
        self._keep(response, SESSION, signed.token, int(LIFETIME.total_seconds()))
        return response

    def signed_out(self, response: Response) -> Response:
        response.delete_cookie(SESSION, path="/console", secure=self.secure, httponly=True, samesite="lax")
        return response

    def keep(self, response: Response, name: str, value: str) -> Response:
        """What they chose to see."""
        self._keep(response, name, value, YEAR_S)
        return response

    def begun(self) -> Visit:
        """The same with the cookie that a stranger's form repeats."""
        if self.session or FORM in self.cookies:
            return self
        return replace(self, cookies={**self.cookies, FORM: secrets.token_urlsafe(24)})

    def keep_form(self, response: Response) -> Response:
        if not self.session and (kept := self.cookies.get(FORM)):
            self._keep(response, FORM, kept, 86_400)
        return response

    def _keep(self, response: Response, name: str, value: str, lifetime_s: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=lifetime_s,
            path="/console",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )


async def visit_of(request: Request, services: WireServices) -> Visit:
    """Raises what reading a request raises; never for a session that is over."""
    http = await read(request, head_of(request, services.settings), MAX_FORM_BYTES)
    cookies = cookies_among(http.headers.get("cookie", ""), (SESSION, FORM, LANG, THEME))
    told = (http.query.text("lang"), cookies.get(LANG), http.headers.get("accept-language"))
    http = replace(http, lang=next(filter(None, map(spoken, told)), "zh-CN"))
    visit = Visit(services, http, cookies, origin(services, request), dict(request.path_params))
    try:
        administrator, session = await services.administrator_sign_in.whose(cookies.get(SESSION, ""))
    except TokenExpired:
        return visit
    return replace(visit, administrator=administrator, session=session)


async def in_pool(visit: Visit, pool_id: str) -> Visit:
    """Raises PoolNotFound, for a pool they have no role in as for one that does not exist."""
    caller = await visit.services.administrators.caller_in(visit.who, pool_id, visit.asking)
    trace.note(pool_id=pool_id)
    return replace(visit, caller=caller)


def redirect(to: str) -> Response:
    return RedirectResponse(to, 303, headers={"cache-control": "no-store"})
