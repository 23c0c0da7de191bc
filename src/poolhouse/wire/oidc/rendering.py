"""Pages of HTML under a policy that lets nothing in: none loads anything, or is framed, but for what is said here."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

from poolhouse.apps.model import App
from poolhouse.errors import Lang
from poolhouse.pictures import is_shown
from poolhouse.pools.model import Pool
from poolhouse.web_origins import web_origin
from poolhouse.wire import look as looks
from poolhouse.wire.oidc.browser import Browser
from poolhouse.wire.oidc.translations import Texts

_SHARED = {"passkeys.js": "console/static"}
"""Scripts of other pages, by where they are; they ask us for what they go on with."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a page shows of whose it is: `logo` as `data:`, else the name; `color` as `#rrggbb`, "" for the built-in."""

    name: str = ""
    logo: str = ""
    color: str = ""


PLAIN = Look()
"""Of a page that is no pool's."""


def look_of(pool: Pool, app: App | None) -> Look:
    """A picture of the application's own goes before the pool's, as in the login component."""
    color = pool.settings.branding.color
    if app is not None and is_shown(app.logo):
        return Look(app.name, app.logo or "", color)
    return Look(pool.name, pool.logo or "" if is_shown(pool.logo) else "", color)


@cache
def _templates() -> Environment:
    """Each is compiled once for the process, and its file not looked at again."""
    loader = PackageLoader("poolhouse.wire.oidc")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False)


class Rendering:
    def page(
        self,
        browser: Browser,
        name: str,
        status: int = 200,
        *,
        posts_to: str = "",
        script: str = "",
        framed_by: str = "",
        frames: tuple[str, ...] = (),
        look: Look = PLAIN,
        **facts: Any,
    ) -> Response:
        """`posts_to`: an address its form, or the redirect after it, leads to, besides ours. `script`: one of ours
        that it holds. `framed_by`: the one origin that may frame it. `frames`: addresses it shows in frames."""
        token = browser.form_token()
        own = {"script": _script(script)} if script else {}
        text = self._filled(name, browser.http.lang, look, form_token=token, **own, **facts)
        policy = {
            "default-src": "'none'",
            "style-src": _style_source(look.color),
            "img-src": "data:",
            "media-src": "'self'",
            "form-action": f"'self'{_onward(posts_to)}",
            "frame-ancestors": framed_by or "'none'",
            "base-uri": "'none'",
        }
        if script:
            policy["script-src"] = f"'sha256-{_hash(_script(script))}'"
            policy |= {"connect-src": "'self'"} if script in _SHARED else {}
        if frames:
            policy["frame-src"] = " ".join(dict.fromkeys(filter(None, map(web_origin, frames))))
        headers = {
            "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
        }
        if not framed_by:
            headers["x-frame-options"] = "DENY"
        response = Response(text, status, headers, "text/html; charset=utf-8")
        browser.keep_form_token(response, token)
        return response

    def preview(self, lang: Lang, look: Look, app_name: str, theme: str) -> Response:
        """The sign-in page in a look that may not be anybody's yet, for a frame of ours. Nothing in it can be used:
        it is inert, and its policy lets no form, script or link do anything."""
        shown: dict[str, Any] = {
            "account": "",
            "way": "",
            "captcha": None,
            "can_register": True,
            "passkeys": False,
            "offers": [],
            "binding": False,
            "by_password": True,
            "by_code": True,
            "may_create": True,
            "companies": [],
            "company": None,
            "sealed": "",
            "form_token": "",
        }
        page = self._filled(
            "sign_in.html", lang, look, app=_Named(app_name), theme=theme, inert=True, **shown
        )
        policy = (
            f"sandbox; default-src 'none'; style-src {_style_source(look.color)}; img-src data:; "
            "form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
        )
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN",
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
        }
        return Response(page, 200, headers, "text/html; charset=utf-8")

    def _filled(self, name: str, lang: Lang, look: Look, **facts: Any) -> str:
        shown = {"theme": "", "inert": False, "t": Texts(lang), "lang": lang, "look": look}
        style = Markup(_style(look.color))  # noqa: S704 - files of ours, and a color that `looks` took apart
        return _templates().get_template(name).render(style=style, **{**shown, **facts})


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


def _onward(address: str) -> str:
    """Where a form may lead besides to us, with a blank in front: everywhere by the address's scheme. Chromium holds
    `form-action` to every redirect that follows, and an application's callback sends people on to its other sites."""
    scheme = urlsplit(address).scheme
    return f" {scheme}:" if scheme else ""


@cache
def _sheet() -> str:
    return _script("hosted.css")


@lru_cache(maxsize=256)
def _style(color: str) -> str:
    return looks.style(color) + _sheet()


@lru_cache(maxsize=256)
def _style_source(color: str) -> str:
    return f"'sha256-{_hash(_style(color))}'"


def _script(name: str) -> str:
    """What stands between the tags, to the byte: the policy names its hash."""
    folder = files("poolhouse.wire") / (_SHARED.get(name) or "oidc/templates")
    return (folder / name).read_text("utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
