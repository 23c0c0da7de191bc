"""The outbox of a pool's mails and SMS: operations of our own.

The text of a message holds codes and links that open accounts, so it takes `secrets:read` beside `mail:read`; a list
never has it. Source: docs/contract/fields.md.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from poolhouse.mail.model import Channel, Message, Status
from poolhouse.mail.render import text_of
from poolhouse.times import v3_time
from poolhouse.wire.v3.conversions import page, walked
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

READ, WRITE, TEXT = "mail:read", "mail:write", PEOPLE | {"secrets:read"}


class Camel(Struct, rename="camel"):
    pass


class ListMailQuery(Camel):
    page: int = 1
    limit: int = 10
    to: str | None = None
    status: Literal["queued", "sent", "dead"] | None = None


class MailQuery(Camel):
    id: str


class OutboxMailDto(Camel, kw_only=True):
    id: str
    channel: Channel
    scene: str
    to: str
    subject: str
    status: Status
    attempts: int
    error: str | None
    created_at: str
    next_attempt_at: str | None
    sent_at: str | None


class OutboxMailTextDto(OutboxMailDto, kw_only=True):
    text: str
    body: str


Mails = list[OutboxMailDto]  # `list` is a field below


class OutboxMailsDto(Camel):
    total_count: int
    list: Mails


async def list_mail(request: V3Request, query: ListMailQuery) -> OutboxMailsDto:
    asked = walked(request, page(query.page, query.limit))
    found = await request.services.mail.list_messages(
        request.caller, asked, recipient=query.to or None, status=query.status
    )
    if request.walk:
        request.walk.found(found)
    return OutboxMailsDto(found.total, [_message(one) for one in found.items])


async def get_mail(request: V3Request, query: MailQuery) -> OutboxMailTextDto:
    one = await request.services.mail.get_message(request.caller, query.id)
    told = {name: getattr(_message(one), name) for name in OutboxMailDto.__struct_fields__}
    return OutboxMailTextDto(**told, text=text_of(one.body), body=one.body)


async def retry_mail(request: V3Request, body: MailQuery) -> OutboxMailDto:
    return _message(await request.services.mail.retry(request.caller, body.id))


def _message(one: Message) -> OutboxMailDto:
    return OutboxMailDto(
        id=one.id,
        channel=one.channel,
        scene=one.scene,
        to=one.recipient,
        subject=one.subject,
        status=one.status,
        attempts=one.attempts,
        error=one.last_error,
        created_at=v3_time(one.created_at),
        next_attempt_at=v3_time(one.next_attempt_at) if one.status == "queued" else None,
        sent_at=v3_time(one.sent_at) if one.sent_at else None,
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-mail",
        request=ListMailQuery,
        response=OutboxMailsDto,
        handler=list_mail,
        scope=READ,
        also=PEOPLE,
        summary="Mails and SMS, waiting, sent and given up, newest first",
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-mail",
        request=MailQuery,
        response=OutboxMailTextDto,
        handler=get_mail,
        scope=READ,
        also=TEXT,
        summary="A message with its text, which is deleted once it was delivered",
        ours=True,
    ),
    Endpoint(
        "POST",
        "retry-mail",
        request=MailQuery,
        response=OutboxMailDto,
        handler=retry_mail,
        scope=WRITE,
        also=PEOPLE,
        summary="Put a message that was given up back into the queue",
        ours=True,
    ),
]
