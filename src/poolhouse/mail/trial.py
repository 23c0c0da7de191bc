"""One test mail, step by step, so that what fails can be told: name, connection, encryption, sign-in, sender,
recipient, content. Its text is ours, so that nobody writes to strangers with it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, get_args

import aiosmtplib

from poolhouse.errors import Lang
from poolhouse.mail.model import Message, Provider
from poolhouse.mail.transports import connected, mime_of
from poolhouse.networks import Address
from poolhouse.outgoing import NotAllowed

WHOLE_S = 20.0
STEP_S = 8.0
LONGEST_ANSWER = 300
Step = Literal["name", "connect", "greeting", "tls", "sign_in", "sender", "recipient", "content", "done"]
Kind = Literal[
    "no_server",
    "name_not_found",
    "not_allowed",
    "refused",
    "unreachable",
    "timeout",
    "greeting",
    "certificate",
    "tls",
    "no_starttls",
    "password",
    "no_sign_in",
    "sender",
    "recipient",
    "content",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""The addresses of a host that may be connected to. Raises NoAnswer, NotAllowed."""
TEXTS: dict[Lang, tuple[str, str]] = {
    "zh-CN": ("Poolhouse 测试邮件", "<p>这是一封测试邮件：您收到它，说明邮件服务器的设置可用。</p>"),
    "en-US": ("Test mail of Poolhouse", "<p>This is a test: the settings of the mail server work.</p>"),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """How far it came. `kind` is None where the server took the mail. `said`: the other side's words, at most
    LONGEST_ANSWER characters. `is_own`: whether it went by the pool's own server, or by the server's."""

    step: Step
    kind: Kind | None = None
    said: str = ""
    is_own: bool = True


class _Lacking(Exception):
    """The server has not what the settings ask of it."""


@dataclass(slots=True)
class _Way:
    step: Step = "name"
    client: aiosmtplib.SMTP | None = field(default=None)


async def attempt(provider: Provider, to: str, lang: Lang, resolve: Resolve | None) -> Trial:
    """Takes WHOLE_S at most, and a look-up of a name. `resolve`: None where any address may be connected to."""
    way = _Way()
    try:
        sock = None
        if resolve is not None:
            found = await resolve(provider.host, provider.port)
            way.step = "connect"
            async with asyncio.timeout(STEP_S):
                sock = await connected(found, provider.port)
        async with asyncio.timeout(WHOLE_S):
            await _deliver(way, provider, to, lang, sock)
    except Exception as error:
        return Trial(way.step, _kind(way.step, error), _said(error))
    finally:
        if way.client is not None:
            way.client.close()
    return Trial("done")


async def _deliver(way: _Way, provider: Provider, to: str, lang: Lang, sock: socket.socket | None) -> None:
    way.step = "tls" if provider.security == "tls" else "greeting" if sock else "connect"
    way.client = client = aiosmtplib.SMTP(
        hostname=provider.host,
        port=None if sock else provider.port,
        sock=sock,
        use_tls=provider.security == "tls",
        start_tls=False,
        timeout=STEP_S,
    )
    await client.connect()
    way.step = "greeting"
    await client.ehlo()
    if provider.security == "starttls":
        way.step = "tls"
        _require(client, "starttls")
        await client.starttls(server_hostname=provider.host)
        await client.ehlo()
    if provider.username and provider.password:
        way.step = "sign_in"
        _require(client, "auth")
        await client.login(provider.username, provider.password)
    way.step = "sender"
    mime = mime_of(provider, _message(to, lang))
    await client.mail(provider.sender or provider.username)
    way.step = "recipient"
    await client.rcpt(to)
    way.step = "content"
    await client.data(mime.as_bytes())
    with suppress(aiosmtplib.SMTPException, OSError):
        await client.quit()


def _require(client: aiosmtplib.SMTP, extension: str) -> None:
    if not client.supports_extension(extension):
        raise _Lacking(extension)


def _message(to: str, lang: Lang) -> Message:
    subject, body = TEXTS[lang]
    return Message.new(
        pool_id="",
        channel="email",
        scene="console_verify",
        lang=lang,
        recipient=to,
        sender="Poolhouse",
        subject=subject,
        body=body,
    )


def _kind(step: Step, error: BaseException) -> Kind:
    causes = [error]
    while (cause := causes[-1].__cause__) is not None and len(causes) < 10:
        causes.append(cause)

    def met(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in causes)

    if met(NotAllowed):
        return "not_allowed"
    if step == "name":
        return "name_not_found"
    if met(ssl.SSLCertVerificationError):
        return "certificate"
    if met(ssl.SSLError):
        return "tls"
    if met(ConnectionRefusedError):
        return "refused"
    if met(TimeoutError, aiosmtplib.SMTPTimeoutError):
        return "timeout"
    if step == "connect":
        return "unreachable"
    if step == "greeting":
        return "greeting"
    if step == "tls":
        return "no_starttls" if met(_Lacking) else "tls"
    if step == "sign_in":
        return "no_sign_in" if met(_Lacking) else "password"
    return "sender" if step == "sender" else "recipient" if step == "recipient" else "content"


def _said(error: BaseException) -> str:
    """What the other side answered; of everything else the kind says enough."""
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        return ""
    return "".join(
        one if one.isprintable() else " " for one in f"{error.code} {error.message}"[:LONGEST_ANSWER]
    )
