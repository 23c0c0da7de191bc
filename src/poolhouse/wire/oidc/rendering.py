"""Pages of HTML under a policy that lets nothing in: none loads anything, or is framed, but for what is said here."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from poolhouse.web_origins import web_origin
from poolhouse.wire.oidc.browser import Browser
from poolhouse.wire.oidc.translations import Texts


class Rendering:
    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("poolhouse.wire.oidc"), autoescape=True, undefined=StrictUndefined
        )

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
        **facts: Any,
    ) -> Response:
        """`posts_to`: an address its form, or the redirect after it, leads to, besides ours. `script`: one of ours
        that it holds. `framed_by`: the one origin that may frame it. `frames`: addresses it shows in frames."""
        token = browser.form_token()
        text = self._templates.get_template(name).render(
            t=Texts(browser.http.lang),
            lang=browser.http.lang,
            form_token=token,
            **({"script": _script(script)} if script else {}),
            **facts,
        )
        policy = {
            "default-src": "'none'",
            "style-src": "'unsafe-inline'",
            "img-src": "data:",
            "media-src": "'self'",
            "form-action": f"'self'{_onward(posts_to)}",
            "frame-ancestors": framed_by or "'none'",
            "base-uri": "'none'",
        }
        if script:
            policy["script-src"] = f"'sha256-{_hash(_script(script))}'"
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


def _onward(address: str) -> str:
    """Where a form may lead besides to us, with a blank in front: everywhere by the address's scheme. Chromium holds
    `form-action` to every redirect that follows, and an application's callback sends people on to its other sites."""
    scheme = urlsplit(address).scheme
    return f" {scheme}:" if scheme else ""


def _script(name: str) -> str:
    """What stands between the tags, to the byte: the policy names its hash."""
    return (files("poolhouse.wire.oidc") / "templates" / name).read_text("utf-8")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
