"""The ways out: SMTP, and an HTTP hook for short messages."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import cache
from typing import Any

import aiosmtplib
import msgspec

from poolhouse import clock, networks
from poolhouse.mail.model import Message, Provider
from poolhouse.mail.render import text_of
from poolhouse.outgoing import NoAnswer

TIMEOUT_S = 20.0
WHOLE_S = 60.0
SMS_AT_ONCE = 8
LARGE_BODY = 16 * 1024
"""Characters. Encoding a mail of 100,000 takes a tenth of a second."""


class Undeliverable(Exception):
    """The other side said no for good: trying again is of no use."""


class Deferred(Exception):
    """The other side answers, but does not take this message now."""


async def send_email(
    provider: Provider, message: Message, addresses: Sequence[networks.Address] | None = None
) -> None:
    """`addresses`: those of its host that may be connected to; None where any may.

    Raises Undeliverable or Deferred for a refusal of this message, anything else when the way out fails."""
    sock = None
    try:
        async with asyncio.timeout(WHOLE_S):
            if addresses is not None:
                sock = await connected(addresses, provider.port)
            large = len(message.body) > LARGE_BODY
            mime = (
                await asyncio.to_thread(mime_of, provider, message) if large else mime_of(provider, message)
            )
            await aiosmtplib.send(
                mime,
                hostname=provider.host,
                port=None if sock else provider.port,
                sock=sock,
                username=(provider.username or None)
                if provider.password
                else None,  # a relay that asks for none
                password=provider.password or None,
                use_tls=provider.security == "tls",
                start_tls=provider.security == "starttls",
                timeout=TIMEOUT_S,
            )
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _refused(error, *(refused.code for refused in error.recipients)) from error
    except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
        raise _refused(error, error.code) from error
    finally:
        if sock is not None:
            sock.close()


async def connected(addresses: Sequence[networks.Address], port: int) -> socket.socket:
    """To the first that takes the connection."""
    loop = asyncio.get_running_loop()
    for left, address in enumerate(addresses, 1 - len(addresses)):
        family = socket.AF_INET if address.version == 4 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, (str(address), port))
        except BaseException as error:
            sock.close()
            if left == 0 or not isinstance(error, OSError):
                raise
        else:
            return sock
    raise NoAnswer("the host's name has no address")


def _refused(error: Exception, *codes: int) -> Undeliverable | Deferred:
    kind = Undeliverable if all(500 <= code < 600 for code in codes) else Deferred
    return kind(str(error)[:500])


async def send_sms(url: str, secret: str, message: Message, timeout_s: float = TIMEOUT_S) -> None:
    """POST `{id, to, text, scene, lang, poolId}`; any 2xx is delivered, 4xx but 408 and 429 is a refusal.

    A redirect is neither: to follow it would be a GET, which sends no message.

    With a secret, `X-Poolhouse-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.
    """
    body = msgspec.json.encode(
        {
            "id": message.id,
            "to": message.recipient,
            "text": message.body,
            "scene": message.scene,
            "lang": message.lang,
            "poolId": message.pool_id,
        }
    )
    headers = {"content-type": "application/json", "user-agent": "poolhouse"}
    if secret:
        stamp = str(int(clock.epoch_s()))
        signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers["x-poolhouse-signature"] = f"t={stamp},v1={signed}"
    await asyncio.get_running_loop().run_in_executor(_sms_threads(), _post, url, body, headers, timeout_s)


@cache
def _sms_threads() -> ThreadPoolExecutor:
    """Threads of their own: a hook that hangs must not hold those that everything else shares."""
    return ThreadPoolExecutor(SMS_AT_ONCE, thread_name_prefix="sms")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """None makes an error of it."""


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirects)


def _post(url: str, body: bytes, headers: dict[str, str], timeout_s: float) -> None:
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310 - settings check the scheme
    try:
        _opener().open(request, timeout=timeout_s).close()
    except urllib.error.HTTPError as error:
        if 400 <= error.code < 500 and error.code not in (408, 429):
            raise Undeliverable(f"HTTP {error.code}") from error
        raise


def mime_of(provider: Provider, message: Message) -> EmailMessage:
    address = provider.sender or provider.username
    local, _, domain = address.rpartition("@")
    mime = EmailMessage()
    mime["From"] = Address(message.sender, local, domain)
    mime["To"] = message.recipient
    mime["Subject"] = message.subject
    mime["Date"] = formatdate(message.created_at.timestamp())
    mime["Message-ID"] = make_msgid(message.id, domain or "localhost")
    mime["Auto-Submitted"] = "auto-generated"
    mime.set_content(text_of(message.body))
    mime.add_alternative(message.body, subtype="html")
    return mime
