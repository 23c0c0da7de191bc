"""One request of an administrator's browser: who it is, what they may do in which pool, and forms that are ours."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args
from urllib.parse import quote, unquote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from poolhouse.administrators.model import Administrator, AdministratorSession, SignedIn
from poolhouse.administrators.sign_in import LIFETIME
from poolhouse.caller import Caller, Unchanged
from poolhouse.credentials.service import nobody
from poolhouse.errors import (
    FormStale,
    InvalidInput,
    Lang,
    NotAuthenticated,
    PoolhouseError,
    RequestTooLarge,
    TokenExpired,
)
from poolhouse.services import WireServices
from poolhouse.texts import is_storable
from poolhouse.times import now
from poolhouse.web_origins import web_origin
from poolhouse.wire.browsers import cookies_among, spoken
from poolhouse.wire.operator.administrators import OF_THE_SERVER
from poolhouse.wire.operator.rows import ROWS
from poolhouse.wire.origin import is_secure, origin
from poolhouse.wire.request import HttpRequest, Query, head_of, presented, read
from poolhouse.wire.v3 import limited
from poolhouse.wire.v3.app import asked, row_named
from poolhouse.wire.v3.streaming import begun
from poolhouse.wire.v3.walking import NEXT

SESSION, DEVICE, FORM, LANG, THEME, USERS, PLAIN = (
    "poolhouse_console",
    "poolhouse_console_device",
    "poolhouse_console_form",
    "poolhouse_console_lang",
    "poolhouse_console_theme",
    "poolhouse_console_users",
    "poolhouse_console_plain",
)
"""`USERS`: what an administrator chose to see of a list of users, see `people/view.py`. `PLAIN`: "1" for whoever edits
scripts in a plain field."""
Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
ROLES, POOLS = "POST set-administrator-roles", "GET list-pools"
STATEMENTS = "GET list-slow-statements"
STRANGERS_FORM_BYTES = 64 * 1024
HELD = "poolhouse_held"
"""The field with a form that is held, sealed; no form of ours has another of this name."""
HELD_FORM_BYTES = 1536 * 1024
"""Of the form with it."""
MAX_FORM_BYTES = 1024 * 1024
"""Twice what a user or an application may hold, as a form holds what was there, too."""
DAY_S, YEAR_S = 86_400, 31_536_000
HOME = "/console"
RESERVED = frozenset({"", ".", "..", "new", "import", "export", "search", "view", "bulk"})
"""Names that cannot stand in a path as they are; the last are pages beside those of things."""
ON_SERVER = {row.name: row for row in ROWS if row.name in OF_THE_SERVER | {ROLES, POOLS, STATEMENTS}}
"""What a page may ask of the operator's operations: those that owners of the server may, who are administrators."""
_LONGEST_ADDRESS = 2048
_KEY_OF_A_FORM = re.compile(r"[A-Za-z0-9_-]{32}\Z")


@dataclass(frozen=True, slots=True)
class Visit:
    """`path` holds what the address names: `pool`, `user`. `administrator` and `session` are None for a stranger;
    `former` is whoever was signed in with this browser, until the session ran out.
    `unchanged`: what is asked of the server is done where nobody else has changed the same."""

    services: WireServices
    http: HttpRequest
    cookies: Mapping[str, str]
    origin: str
    path: Mapping[str, str]
    administrator: Administrator | None = None
    session: AdministratorSession | None = None
    former: Administrator | None = None
    caller: Caller | None = None
    unchanged: Unchanged | None = None

    @property
    def lang(self) -> Lang:
        return self.http.lang

    @property
    def here(self) -> str:
        """The address of the page, to come back to."""
        if self.http.method != "GET":
            return HOME
        query = urlencode(self.http.query.decoded)
        return onward(self.http.path + (f"?{query}" if query else ""))

    @property
    def pool_address(self) -> str:
        """Where the pages of the pool begin."""
        return f"{HOME}/pools/{segment(self.path['pool'])}"

    def address_of(self, path: str) -> str:
        """Of a page of the pool: `path` with the parts of this one's where it names them."""
        for name, value in self.path.items():
            path = path.replace(f"{{{name}}}", segment(value))
        return f"{self.pool_address}/{path}"

    def parts(self, names: Mapping[str, str]) -> dict[str, Any]:
        """Parts of this page's path, each by what an operation calls it."""
        return {to: self.path[name] for name, to in names.items()}

    @property
    def theme(self) -> Theme:
        return next((one for one in THEMES if one == self.cookies.get(THEME)), "auto")

    @property
    def secure(self) -> bool:
        return is_secure(self.origin)

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
        data, _ = await self.ask_beside(operation, values)
        return data

    async def ask_page(
        self, operation: str, values: Mapping[str, Any] | None = None
    ) -> tuple[Any, str | None]:
        """And the cursor of the next page, where `withTotalCount` or a cursor is among the values; raises as `ask`."""
        data, beside = await self.ask_beside(operation, values)
        return data, beside.get(NEXT)

    async def ask_beside(
        self, operation: str, values: Mapping[str, Any] | None = None
    ) -> tuple[Any, Mapping[str, Any]]:
        """And what stands beside the data of the answer; raises as `ask`."""
        if self.caller is None:
            raise NotAuthenticated("no pool is open")
        row = row_named(operation)
        limited.require(self.caller, row)
        data, beside = await asked(
            self.services, row, self.caller, values or {}, own=lambda: f"{self.origin}/oidc"
        )
        return msgspec.to_builtins(data), beside or {}

    async def ask_server(self, operation: str, values: Mapping[str, Any] | None = None) -> Any:
        """`operation` on administrators or pools, which belongs to no pool, as an owner of the server: the data of its
        answer. Raises NotPermitted for anybody else, and what the operation raises."""
        caller = self.services.administrators.caller_of_owner(self.who, self.asking)
        caller = replace(caller, unchanged=self.unchanged)
        row = ON_SERVER[operation]
        data, _ = await asked(self.services, row, caller, values or {}, own=lambda: f"{self.origin}/oidc")
        return msgspec.to_builtins(data)

    async def stream(self, operation: str, values: Mapping[str, Any]) -> Response:
        """The same of an operation that answers a file: with its first piece in hand, so that what refuses it is
        raised here."""
        if self.caller is None:
            raise NotAuthenticated("no pool is open")
        row = row_named(operation)
        limited.require(self.caller, row)
        made, _ = await asked(self.services, row, self.caller, values, own=lambda: f"{self.origin}/oidc")
        return await begun(made)

    def may(self, operation: str) -> bool:
        return self.caller is not None and limited.may(self.caller, row_named(operation))

    def why(self, operation: str, otherwise: str = "not_allowed") -> str:
        """The word that says why they may not: what their role is limited to, where nothing else is in the way."""
        if (
            self.caller
            and self.caller.limits
            and all(map(self.caller.has_scope, row_named(operation).scopes))
        ):
            return f"limited_to_{self.caller.limits.about}"
        return otherwise

    # -- forms ---------------------------------------------------------------------------------------------

    def form_token(self) -> str:
        """What a form carries: made of the session, which no other site knows; before there is one, of a cookie."""
        key = self.cookies.get(SESSION) if self.session else self.cookies.get(FORM)
        return _token_of(key)

    def form(self) -> dict[str, str]:
        """Of a POST from a page of ours. Raises FormStale for any other."""
        return self._form(self.form_token())

    def opened(self, *, again: bool) -> str:
        """When the form of the page was first shown; `again`: this is the same form, with what is wrong in it."""
        form: dict[str, str] = {}
        if again and self.http.method == "POST":
            with suppress(PoolhouseError):  # what could not be read is refused elsewhere, on a page like this
                form = self.http.form()
        return form.get("opened") or now().isoformat()

    def form_of_former(self) -> dict[str, str]:
        """As `form`, of a page that was made before the session ended."""
        return self._form(_token_of(self.cookies.get(SESSION)))

    def _form(self, token: str) -> dict[str, str]:
        form = self.http.form()
        sent_by = self.http.headers.get("sec-fetch-site", "same-origin")
        ours = (
            web_origin(self.origin) or self.origin
        )  # a setting may have capitals, and the scheme's own port
        named = self.http.headers.get("origin", ours)
        own = hmac.compare_digest(token.encode(), form.get("form", "").encode())
        if not token or not own or sent_by != "same-origin" or named != ours:
            raise FormStale("form")
        return form

    # -- cookies -------------------------------------------------------------------------------------------

    def signed_in(self, to: str, signed: SignedIn) -> Response:
        return self.keep_signed_in(redirect(to), signed)

    def keep_signed_in(self, response: Response, signed: SignedIn) -> Response:
        """The cookie outlives the session by a day, to say whose form is sent too late."""
        self._keep(response, SESSION, signed.token, int(LIFETIME.total_seconds()) + DAY_S)
        # A password that was changed on the way made a cookie of its own, and the sign-in knows the one before.
        if _sets(response, DEVICE):
            return response
        return self.keep(response, DEVICE, signed.device)

    @property
    def device(self) -> str:
        """What this browser keeps since an administrator signed in with it."""
        return self.cookies.get(DEVICE, "")

    def signed_out(self, response: Response) -> Response:
        response.delete_cookie(SESSION, path="/console", secure=self.secure, httponly=True, samesite="lax")
        return response

    def keep(self, response: Response, name: str, value: str) -> Response:
        """For a year: what they chose to see, and that somebody signed in here."""
        self._keep(response, name, value, YEAR_S)
        return response

    def plain(self) -> tuple[str, bool]:
        """What the address says of how scripts are edited ("0", "1", "" for nothing), and whether a plain field is
        what whoever looks on wants."""
        chosen = next((one for one in ("0", "1") if self.http.query.text("plain") == one), "")
        return chosen, (chosen or self.cookies.get(PLAIN)) == "1"

    def begun(self) -> Visit:
        """The same with the cookie that a stranger's form repeats."""
        if self.session or FORM in self.cookies:
            return self
        return replace(self, cookies={**self.cookies, FORM: secrets.token_urlsafe(24)})  # `_KEY_OF_A_FORM`

    def keep_form(self, response: Response) -> Response:
        if not self.session and (kept := self.cookies.get(FORM)):
            self._keep(response, FORM, kept, DAY_S)
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


def stranger(request: Request, services: WireServices) -> Visit:
    """Before it is known who asks, and without what `known` may refuse: the query and the body."""
    head = head_of(request, services.settings)
    cookies = cookies_among(
        head.headers.get("cookie", ""), (SESSION, DEVICE, FORM, LANG, THEME, USERS, PLAIN)
    )
    if not _KEY_OF_A_FORM.match(cookies.get(FORM, "")):
        cookies.pop(FORM, None)
    told = (cookies.get(LANG), head.headers.get("accept-language"))
    head = replace(head, lang=next(filter(None, map(spoken, told)), "zh-CN"))
    path = {name: _named(value) for name, value in request.path_params.items()}
    return Visit(services, head, cookies, origin(services, request), path)


async def known(visit: Visit, request: Request, largest: int = 0) -> Visit:
    """With whoever is signed in, and all that was sent. Raises what reading a request raises, and DatabaseLost; never
    for a session that is over. `largest`: bytes of what is sent, where that is more than other forms may have."""
    try:
        found = await visit.services.administrator_sign_in.whose(visit.cookies.get(SESSION, ""))
        visit = replace(visit, administrator=found[0], session=found[1])
    except TokenExpired:
        former = await visit.services.administrator_sign_in.whose_was(visit.cookies.get(SESSION, ""))
        visit = replace(visit, former=former)
    limit = HELD_FORM_BYTES if visit.session or visit.former else STRANGERS_FORM_BYTES
    if visit.session:
        limit = max(limit, largest)
    http = await read(request, visit.http, limit)
    most = max(MAX_FORM_BYTES, largest)
    if len(http.body) > most and f"{HELD}=".encode() not in http.body:
        raise RequestTooLarge("body", f"最大 {most} 字节", f"at most {most} bytes")
    return replace(visit, http=replace(http, lang=spoken(http.query.text("lang")) or http.lang))


async def in_pool(visit: Visit, pool_id: str) -> Visit:
    """Raises PoolNotFound, for a pool they have no role in as for one that does not exist."""
    caller = await visit.services.administrators.caller_in(visit.who, pool_id, visit.asking)
    caller.note()
    return replace(visit, caller=caller)


def _token_of(key: str | None) -> str:
    return hmac.digest(key.encode(), b"form", "sha256").hex() if key else ""


def _sets(response: Response, cookie: str) -> bool:
    begins = f"{cookie}=".encode()
    return any(name == b"set-cookie" and value.startswith(begins) for name, value in response.raw_headers)


def is_last(number: int, size: int, found: Mapping[str, Any]) -> bool:
    """Whether a page of so many rows is the last, of a list that tells its `totalCount`."""
    total: int = found["totalCount"]
    return number * size >= total


def page_of(query: Query, name: str = "page") -> int:
    """The page of a list that an address asks for. Raises InvalidInput."""
    given = query.integer(name)
    number = 1 if given is None else given
    if number < 1:
        raise InvalidInput(name, "应不小于 1", "must be at least 1")
    return number


def redirect(to: str) -> Response:
    return RedirectResponse(to, 303, headers={"cache-control": "no-store"})


def onward(to: str) -> str:
    """Where to go afterwards: a path of the console and nothing else, as a browser reads it."""
    path = re.split(r"[?#]", to, maxsplit=1)[0]
    ours = path == HOME or path.startswith(f"{HOME}/")
    climbs = any(part.lower().replace("%2e", ".") in (".", "..") for part in path.split("/"))
    sound = "\\" not in to and "//" not in to and to.isprintable() and len(to) < _LONGEST_ADDRESS
    return to if ours and sound and not climbs else HOME


def segment(name: str) -> str:
    """`name` as one part of a path. What a path reads as something else, a step up or a page of ours, has `~` before
    it, and so has what begins with one."""
    escaped = "~" if name in RESERVED or name.startswith("~") else ""
    return escaped + quote(name, safe="")


def _named(part: str) -> str:
    """What a part of a path names: paths come as they were written. What is no text names nothing, as it stands."""
    try:
        name = unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part
    return name.removeprefix("~") if is_storable(name) else part
