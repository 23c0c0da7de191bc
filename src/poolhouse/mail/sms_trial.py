"""One test SMS by the hook of the settings, the way that codes go, so that what fails can be told."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import urllib.error
from dataclasses import dataclass
from typing import Literal, get_args

from poolhouse.errors import Lang
from poolhouse.mail.default_templates import sms_text
from poolhouse.mail.model import Message
from poolhouse.mail.render import lasting, plain
from poolhouse.mail.transports import send_sms

WHOLE_S = 20.0
STEP_S = 8.0
CODE = "123456"
"""Opens nothing: no code is kept of it."""
Step = Literal["url", "name", "connect", "tls", "answer", "done"]
Kind = Literal[
    "no_hook",
    "name_not_found",
    "refused",
    "unreachable",
    "timeout",
    "certificate",
    "tls",
    "no_http",
    "secret",
    "path",
    "redirect",
    "busy",
    "rejected",
    "failed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class SmsTrial:
    """How far it came. `kind` is None where the hook took the message. What the hook answers beside its status is the
    operator's business."""

    step: Step
    kind: Kind | None = None


async def attempt(url: str, secret: str, to: str, pool_id: str, lang: Lang) -> SmsTrial:
    """Takes WHOLE_S at most. `to` in E.164. The text is that of any code, which services of SMS know, with a code that
    opens nothing."""
    try:
        async with asyncio.timeout(WHOLE_S):
            await send_sms(url, secret, _message(to, pool_id, lang), STEP_S)
    except Exception as error:
        return _found(error)
    return SmsTrial("done")


def _message(to: str, pool_id: str, lang: Lang) -> Message:
    values = {"app_name": "Poolhouse", **lasting(300, lang), "code": CODE}
    return Message.new(
        pool_id=pool_id,
        channel="sms",
        scene="verify_code",
        lang=lang,
        recipient=to,
        body=plain(sms_text(lang), values),
    )


def _found(error: Exception) -> SmsTrial:
    status = error.__cause__ if isinstance(error.__cause__, urllib.error.HTTPError) else error
    if isinstance(status, urllib.error.HTTPError):
        return SmsTrial("answer", _of_status(status.code))
    is_before = isinstance(error, urllib.error.URLError)  # else the request was sent
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return SmsTrial("name", "name_not_found")
    if isinstance(reason, ssl.SSLCertVerificationError):
        return SmsTrial("tls", "certificate")
    if isinstance(reason, ssl.SSLError):
        return SmsTrial("tls", "tls")
    if isinstance(reason, ConnectionRefusedError):
        return SmsTrial("connect", "refused")
    if isinstance(reason, TimeoutError):
        return SmsTrial("connect" if is_before else "answer", "timeout")
    if is_before and not isinstance(reason, (http.client.HTTPException, ConnectionResetError)):
        return SmsTrial("connect", "unreachable")
    return SmsTrial("answer", "no_http")


def _of_status(code: int) -> Kind:
    if code in (401, 403):
        return "secret"
    if code in (404, 405, 410):
        return "path"
    if code in (408, 429):
        return "busy"
    if 300 <= code < 400:
        return "redirect"
    return "rejected" if 400 <= code < 500 else "failed"
