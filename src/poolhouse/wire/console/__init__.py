"""The administrator's console. Not built yet: its address says so, and where the same work can be done."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Poolhouse</title>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>Poolhouse</h1>
<p>控制台尚未提供。请使用命令行 <code>poolhouse --help</code>，或管理接口：<a href="/docs">/docs</a>。</p>
<p lang="en">The console is not built yet. Use the command line, <code>poolhouse --help</code>, or the management API:
<a href="/docs">/docs</a>.</p></body></html>"""


async def _console(request: Request) -> Response:
    return Response(_PAGE, 501, media_type="text/html; charset=utf-8")


def console_routes() -> list[BaseRoute]:
    """GET /console and below: 501."""
    return [Route("/console", _console), Route("/console/{path:path}", _console)]
