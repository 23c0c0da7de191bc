"""Templates, and putting messages into the outbox. Sending them is delivery.py's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from poolhouse.aside import aside
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Executor
from poolhouse.errors import InvalidInput, Lang, NotFound
from poolhouse.mail import postgres
from poolhouse.mail.default_templates import built_in, sms_text
from poolhouse.mail.model import SCENES, Channel, Message, Provider, Rendered, Scene, Template
from poolhouse.mail.render import check, lasting, plain, render
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import no_program

_log = structlog.get_logger(__name__)

LONGEST_EXPIRY_S = 30 * 86400
_PASSWORD_GOES_BY = ("host", "port", "username", "security")
SAMPLE = {
    "pool_name": "Poolhouse",
    "app_name": "Poolhouse",
    "user_name": "张三",
    "email": "zhangsan@example.com",
    "code": "123456",
    "link": "https://example.com/verify?token=sample",
}


class MailService:
    def __init__(self, db: Database, box: SecretBox, audit: AuditLog) -> None:
        self._db, self._box, self._audit = db, box, audit

    async def queue_email(
        self,
        tx: Executor,
        caller: Caller,
        scene: Scene,
        to: str,
        values: Mapping[str, str],
        *,
        user_id: str | None = None,
    ) -> str:
        """Puts a mail into the outbox and gives its id. It leaves if and only if `tx` commits; nothing here
        waits for a mail server.

        `values`: those of render.VARIABLES that the scene has (code or link, app_name, user_name, ...). The text
        is in `caller.lang` unless the pool has one of its own. Raises InvalidInput for an address with a line
        break or without an @.
        """
        if "@" not in to or len(to) > 320 or not to.isprintable() or " " in to:
            raise InvalidInput("email", "邮箱格式错误", "not an email address")
        template = await self._effective(tx, caller.pool_id, scene, caller.lang)
        full = {"email": to, **values}
        rendered = await _rendered(caller, template, {"app_name": full.get("pool_name", ""), **full})
        return await self._queue(tx, caller, "email", scene, to, rendered, user_id)

    async def queue_sms(
        self,
        tx: Executor,
        caller: Caller,
        scene: Scene,
        to: str,
        values: Mapping[str, str],
        *,
        user_id: str | None = None,
    ) -> str:
        """The same for a short message; `to` is a phone number in E.164 (`+8613800138000`), `values` at least
        `code`."""
        text = plain(sms_text(caller.lang), {"app_name": "Poolhouse", **lasting(300, caller.lang), **values})
        rendered = Rendered(subject="", sender="", html=text)
        return await self._queue(tx, caller, "sms", scene, to, rendered, user_id)

    async def _queue(
        self,
        tx: Executor,
        caller: Caller,
        channel: Channel,
        scene: Scene,
        to: str,
        rendered: Rendered,
        user_id: str | None,
    ) -> str:
        message = Message.new(
            pool_id=caller.pool_id,
            channel=channel,
            scene=scene,
            lang=caller.lang,
            recipient=to,
            sender=rendered.sender,
            subject=rendered.subject,
            body=rendered.html,
            user_id=user_id,
        )
        await postgres.insert(tx, message)
        return message.id

    # -- templates -------------------------------------------------------------------------------------

    async def list_templates(self, caller: Caller) -> list[Template]:
        """Of every scene the pool's own text, switched on or not, or the built-in one."""
        caller.require_administrator()
        own = await postgres.templates(self._db, caller.pool_id)
        return [own.get(scene) or built_in(scene, caller.lang) for scene in SCENES]

    async def get_template(self, caller: Caller, scene: Scene) -> Template:
        caller.require_administrator()
        return await postgres.template(self._db, caller.pool_id, scene) or built_in(scene, caller.lang)

    async def put_template(self, caller: Caller, template: Template) -> Template:
        """The pool's own text for a scene; refused (InvalidInput) when it could not be rendered."""
        caller.require_administrator()
        for field in ("name", "subject", "sender"):
            if len(getattr(template, field)) > 1000:
                raise InvalidInput(field, "最长 1000 个字符", "at most 1000 characters")
        no_program("redirectTo", template.redirect_to)
        await aside(caller.pool_id, _check, template)
        if not 1 <= template.expires_in_s <= LONGEST_EXPIRY_S:
            raise InvalidInput(
                "expiresIn", f"应为 1 至 {LONGEST_EXPIRY_S} 秒", f"must be 1 to {LONGEST_EXPIRY_S} s"
            )
        before, stored = await self.get_template(caller, template.scene), replace(template, built_in=False)
        async with self._db.transaction() as tx:
            await postgres.put_template(tx, caller.pool_id, stored)
            event = Event("update", "mail_template", template.scene, before=before, after=stored)
            await self._audit.write(tx, caller, event)
        return stored

    async def set_template_enabled(self, caller: Caller, scene: Scene, enabled: bool) -> Template:
        """Switches between the pool's own text and the built-in one; the own text is kept."""
        caller.require_administrator()
        template = replace(await self.get_template(caller, scene), enabled=enabled, built_in=False)
        async with self._db.transaction() as tx:
            await postgres.put_template(tx, caller.pool_id, template)
            act = Event("enable" if enabled else "disable", "mail_template", scene)
            await self._audit.write(tx, caller, act)
        return template

    async def reset_template(self, caller: Caller, scene: Scene) -> Template:
        """The pool's own text is deleted, and the built-in one used."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if await postgres.delete_template(tx, caller.pool_id, scene):
                await self._audit.write(tx, caller, Event("delete", "mail_template", scene))
        return built_in(scene, caller.lang)

    async def preview(
        self,
        caller: Caller,
        scene: Scene,
        *,
        content: str | None = None,
        subject: str | None = None,
        sender: str | None = None,
        expires_in_s: int | None = None,
    ) -> Rendered:
        """How a mail would look, with made-up values; what is given replaces what is stored."""
        caller.require_administrator()
        given: dict[str, Any] = {
            "content": content,
            "subject": subject,
            "sender": sender,
            "expires_in_s": expires_in_s,
        }
        stored = await self._effective(self._db, caller.pool_id, scene, caller.lang)
        template = replace(stored, **{key: value for key, value in given.items() if value is not None})
        await aside(caller.pool_id, _check, template)
        return await aside(caller.pool_id, render, template, SAMPLE, caller.lang)

    async def effective(self, caller: Caller, scene: Scene) -> Template:
        """The text a mail of this scene has: how long its link is good and where that leads on to are there."""
        return await self._effective(self._db, caller.pool_id, scene, caller.lang)

    async def _effective(self, db: Executor, pool_id: str, scene: Scene, lang: Lang) -> Template:
        own = await postgres.template(db, pool_id, scene)
        return own if own and own.enabled else built_in(scene, lang)

    # -- the pool's mail server ------------------------------------------------------------------------

    async def get_provider(self, caller: Caller) -> Provider | None:
        """With its password: a wire must mask it."""
        caller.require_administrator()
        return await postgres.provider(self._db, caller.pool_id, self._box)

    async def put_provider(self, caller: Caller, provider: Provider) -> Provider:
        """An empty password keeps the stored one, while it would go to the same server in the same way.

        Raises InvalidInput otherwise: who may change the server must not learn a password they never saw.
        """
        caller.require_administrator()
        _check_address(provider)
        async with self._db.transaction() as tx:
            before = await postgres.provider(tx, caller.pool_id, self._box)
            if not provider.password:
                provider = replace(provider, password=await self._kept_password(tx, caller, provider))
            await postgres.put_provider(tx, caller.pool_id, provider, self._box)
            event = Event(
                "update",
                "mail_provider",
                caller.pool_id,
                detail={"host": provider.host},
                before=before,
                after=provider,
            )
            await self._audit.write(tx, caller, event)
        return provider

    async def complete(self, caller: Caller, provider: Provider) -> Provider:
        """What `put_provider` would store, which is not stored. Raises InvalidInput as it does."""
        caller.require_administrator()
        _check_address(provider)
        if provider.password:
            return provider
        return replace(provider, password=await self._kept_password(self._db, caller, provider))

    async def _kept_password(self, tx: Executor, caller: Caller, provider: Provider) -> str:
        stored = await postgres.provider(tx, caller.pool_id, self._box)
        if stored is None or not stored.password:
            return ""
        if any(getattr(stored, name) != getattr(provider, name) for name in _PASSWORD_GOES_BY):
            raise InvalidInput(
                "senderPass",
                "更换邮件服务器、端口、加密方式或账号时须重新填写密码",
                "is required again when the mail server, its port, security or user name changes",
            )
        return stored.password

    # -- the outbox ------------------------------------------------------------------------------------

    async def list_messages(
        self,
        caller: Caller,
        request: PageRequest,
        *,
        recipient: str | None = None,
        status: str | None = None,
    ) -> Page[Message]:
        """Newest first."""
        caller.require_administrator()
        return await postgres.page(self._db, caller.pool_id, request, recipient, status)

    async def get_message(self, caller: Caller, message_id: str) -> Message:
        caller.require_administrator()
        message = await postgres.find(self._db, caller.pool_id, message_id)
        if message is None:
            raise NotFound()
        return message

    async def retry(self, caller: Caller, message_id: str) -> Message:
        """A dead letter goes back into the queue, as if it were new."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await postgres.requeue(tx, caller.pool_id, message_id):
                raise NotFound()
            await self._audit.write(tx, caller, Event("send", "mail", message_id))
            await tx.notify(postgres.CHANNEL)
        return await self.get_message(caller, message_id)


def _check_address(provider: Provider) -> None:
    if not provider.host or len(provider.host) > 253 or not provider.host.isprintable():
        raise InvalidInput("smtp_host", "主机名格式错误", "not a host name")
    if not 1 <= provider.port <= 65535:
        raise InvalidInput("smtp_port", "端口应为 1 至 65535", "must be 1 to 65535")


def _check(template: Template) -> None:
    for field in ("subject", "sender", "content"):
        check(getattr(template, field), field)


async def _rendered(caller: Caller, template: Template, values: Mapping[str, str]) -> Rendered:
    """A pool's own text that cannot be filled in after all must not keep its users from their codes."""
    if not template.built_in:
        try:
            return await aside(caller.pool_id, render, template, values, caller.lang)
        except Exception as error:
            what = type(error).__name__
            _log.warning("mail_template_unusable", pool_id=caller.pool_id, scene=template.scene, error=what)
    return render(built_in(template.scene, caller.lang), values, caller.lang)
