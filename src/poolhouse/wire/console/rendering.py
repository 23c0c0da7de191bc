"""Pages of the console under a policy that lets nothing in but what this server serves itself."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from poolhouse.errors import PoolhouseError, Unfit
from poolhouse.sandbox.installation import AGAIN, AGAIN_ZH
from poolhouse.wire.console import words
from poolhouse.wire.console.compression import Compressed, takes_gzip
from poolhouse.wire.console.navigation import sections
from poolhouse.wire.console.visit import THEMES, Visit, segment
from poolhouse.wire.look import TOKENS
from poolhouse.wire.v3.errors import row_of

CONFLICT = 409
"""Of a page that shows what is there now: whatever it sends was read then, and not when the first page was made."""
_STYLES = "style-src 'self'"
HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; script-src 'self'; {_STYLES}; img-src 'self' data:; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


BUILT = ("editor.js", "htmx.js", "swagger-ui.css", "swagger-ui.js")
"""What `js/build` makes."""


def check_built() -> None:
    """Raises Unfit where one of what the pages load was not built."""
    folder = files("poolhouse.wire.console") / "built"
    if absent := [name for name in BUILT if not (folder / name).is_file()]:
        raise Unfit(
            f"{', '.join(absent)} is missing in {folder}, so that the console cannot be shown: {AGAIN}",
            f"{folder} 中缺少 {'、'.join(absent)}，控制台无法显示：{AGAIN_ZH}",
        )


@cache
def templates() -> Environment:
    """Each is compiled once for the process, and its file not looked at again."""
    made = Environment(
        loader=PackageLoader("poolhouse.wire.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["segment"] = segment
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return made


class Rendering:
    """`static`: name -> (kind, bytes). Its address holds a digest, so that it may be kept for ever."""

    def __init__(self) -> None:
        ours = files("poolhouse.wire.console")
        self.static = {
            one.name: (kind, (TOKENS.encode() if one.name == "console.css" else b"") + one.read_bytes())
            for folder in (ours / "static", ours / "built")
            for one in (folder.iterdir() if folder.is_dir() else ())
            if (kind := _KINDS.get("." + one.name.rpartition(".")[2]))
        }
        self._compressed = Compressed({name: content for name, (_, content) in self.static.items()})
        self._addresses = {
            name: f"/console/static/{hashlib.sha256(content).hexdigest()[:16]}/{name}"
            for name, (_, content) in self.static.items()
        }

    def page(
        self, visit: Visit, name: str, status: int = 200, *, style_nonce: bool = False, **facts: Any
    ) -> Response:
        """`name`: a template; `facts`: what it shows. `style_nonce`: a script of the page may add styles that carry
        the `nonce` which the template is given; elsewhere none may."""
        visit = visit.begun()
        nonce = secrets.token_urlsafe(18) if style_nonce else ""
        headers = dict(HEADERS)
        if nonce:
            policy = headers["content-security-policy"]
            headers["content-security-policy"] = policy.replace(_STYLES, f"{_STYLES} 'nonce-{nonce}'")
        done = visit.http.query.text("done") or ""
        template = templates().get_template(name)
        text = template.render(
            visit=visit,
            t=words.Texts(visit.lang),
            lang=visit.lang,
            theme=visit.theme,
            themes=THEMES,
            form_token=visit.form_token(),
            static=self._addresses.__getitem__,
            when=words.moment,
            opened=visit.opened(again=status != CONFLICT),
            nonce=nonce,
            sections=sections(visit),
            **{"error": "", "notice": done if done.startswith("done_") else ""} | facts,
        )
        return visit.keep_form(Response(text, status, headers, "text/html; charset=utf-8"))

    async def file(self, request: Request) -> Response:
        """GET /console/static/DIGEST/NAME."""
        name = request.path_params["name"]
        if self._addresses.get(name) != request.url.path:
            return Response("not found", 404, HEADERS, "text/plain; charset=utf-8")
        kind, content = self.static[name]
        kept = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
        headers = {**HEADERS, **kept}
        if takes_gzip(request.headers.get("accept-encoding", "")) and (
            short := await self._compressed.of(name)
        ):
            headers["content-encoding"], content = "gzip", short
        return Response(content, 200, headers, kind)


def status_of(error: PoolhouseError) -> int:
    """As HTTP has it; v3 has numbers of its own beside."""
    status = row_of(error).status_code
    return status if 400 <= status < 600 else 500
