"""`poolhouse audit` and `poolhouse mail`: what the server keeps of what happened and what it sends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from cyclopts import App, Parameter

from poolhouse.commands.directory import Json, Pool, on_services, operator
from poolhouse.commands.output import facts, rows
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.errors import InvalidInput
from poolhouse.mail.model import Message
from poolhouse.mail.render import text_of
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.times import now

audit = App(name="audit", help="The audit log.")
mail = App(name="mail", help="The outbox of mail and short messages.")

_AGE = re.compile(r"(\d{1,5})(d|w|y)\Z")
_DAYS = {"d": 1, "w": 7, "y": 365}


def age(text: str) -> timedelta:
    """`180d`, `26w`, `2y`."""
    match = _AGE.match(text)
    if not match or int(match[1]) == 0:
        raise InvalidInput("--keep", "应形如 180d、26w、2y", "write 180d, 26w or 2y")
    return timedelta(days=int(match[1]) * _DAYS[match[2]])


@audit.command(name="prune")
def prune_audit(
    *,
    keep: Annotated[str, Parameter(help="How much to keep: 180d, 26w, 2y.")],
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Deletes what is older, in every pool."""
    before = now() - age(keep)

    async def work(services: Services) -> None:
        facts("audit", {"before": before, "deleted": await services.audit.prune(before)}, as_json=as_json)

    on_services(data, database_url, work)


@mail.command(name="list")
def list_mail(
    *,
    to: Annotated[str | None, Parameter(help="Only to this address or number.")] = None,
    status: Annotated[str | None, Parameter(help="Only queued, sent or dead.")] = None,
    page: int = 1,
    limit: int = 50,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Lists the outbox, newest first."""

    async def work(services: Services) -> None:
        found = await services.mail.list_messages(
            await operator(services, pool), PageRequest.of(page, limit), recipient=to, status=status
        )
        columns = ("id", "created", "status", "attempts", "scene", "to", "subject", "error")
        shown = [
            (m.id, m.created_at, m.status, m.attempts, m.scene, m.recipient, m.subject, m.last_error)
            for m in found.items
        ]
        rows("mail", columns, shown, as_json=as_json)

    on_services(data, database_url, work)


@mail.command(name="show")
def show_mail(
    message_id: str,
    /,
    *,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows a message with its text; a delivered one has none any more."""

    async def work(services: Services) -> None:
        message = await services.mail.get_message(await operator(services, pool), message_id)
        facts("message", _message_facts(message, as_json), as_json=as_json)

    on_services(data, database_url, work)


@mail.command(name="retry")
def retry_mail(
    message_id: str, /, *, pool: Pool = None, data: Data = None, database_url: DatabaseUrl = None
) -> None:
    """Puts a dead letter back into the queue."""

    async def work(services: Services) -> None:
        message = await services.mail.retry(await operator(services, pool), message_id)
        facts("message", _message_facts(message, False), as_json=False)

    on_services(data, database_url, work)


def _message_facts(message: Message, as_json: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "id": message.id,
        "channel": message.channel,
        "scene": message.scene,
        "to": message.recipient,
        "subject": message.subject,
        "status": message.status,
        "attempts": message.attempts,
        "error": message.last_error,
        "created": message.created_at,
        "next": message.next_attempt_at if message.status == "queued" else None,
        "sent": message.sent_at,
        "text": text_of(message.body),
    }
    return {**shown, "body": message.body} if as_json else shown
