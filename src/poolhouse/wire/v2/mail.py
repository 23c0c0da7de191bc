"""E-mail templates. Source: docs/contract/v2.md#mail."""

from __future__ import annotations

from typing import Any

from poolhouse.mail.default_templates import built_in
from poolhouse.mail.model import Scene, Template
from poolhouse.wire.v2.request import Arguments, Operation, V2Request

TEMPLATES: dict[str, Scene] = {
    "RESET_PASSWORD": "reset_password",
    "PASSWORD_RESETED_NOTIFICATION": "password_was_reset",
    "CHANGE_PASSWORD": "change_password",
    "WELCOME": "welcome",
    "VERIFY_EMAIL": "verify_email",
    "CHANGE_EMAIL": "change_email",
}
_TYPES = {scene: name for name, scene in TEMPLATES.items()}


async def email_templates(request: V2Request, args: Arguments) -> Any:
    """The six v2 knows; the pool has more scenes, which v3 shows."""
    known = await request.services.mail.list_templates(request.caller)
    return [_template_json(template) for template in known if template.scene in _TYPES]


async def preview_email(request: V2Request, args: Arguments) -> Any:
    return (await request.services.mail.preview(request.caller, TEMPLATES[args["type"]])).html


async def config_email_template(request: V2Request, args: Arguments) -> Any:
    """Putting an own text also switches it on."""
    given = args["input"]
    expires_in = given.get("expiresIn")
    scene = TEMPLATES[given["type"]]
    template = Template(
        scene=scene,
        name=given["name"],
        subject=given["subject"],
        sender=given["sender"],
        content=given["content"],
        redirect_to=given.get("redirectTo"),
        has_url=bool(given.get("hasURL")),
        expires_in_s=built_in(scene, request.caller.lang).expires_in_s if expires_in is None else expires_in,
        enabled=True,
    )
    return _template_json(await request.services.mail.put_template(request.caller, template))


async def enable_email_template(request: V2Request, args: Arguments) -> Any:
    return await _set_enabled(request, args, True)


async def disable_email_template(request: V2Request, args: Arguments) -> Any:
    return await _set_enabled(request, args, False)


async def _set_enabled(request: V2Request, args: Arguments, enabled: bool) -> Any:
    scene = TEMPLATES[args["type"]]
    return _template_json(await request.services.mail.set_template_enabled(request.caller, scene, enabled))


def _template_json(template: Template) -> dict[str, Any]:
    return {
        "type": _TYPES[template.scene],
        "name": template.name,
        "subject": template.subject,
        "sender": template.sender,
        "content": template.content,
        "redirectTo": template.redirect_to,
        "hasURL": template.has_url,
        "expiresIn": template.expires_in_s,
        "enabled": template.enabled,
        "isSystem": template.built_in,
    }


QUERIES: dict[str, Operation] = {"emailTemplates": email_templates, "previewEmail": preview_email}
MUTATIONS: dict[str, Operation] = {
    "configEmailTemplate": config_email_template,
    "enableEmailTemplate": enable_email_template,
    "disableEmailTemplate": disable_email_template,
}
