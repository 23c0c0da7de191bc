"""E-mail templates and the pool's mail server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from msgspec import Struct, UnsetType

from poolhouse.errors import Missing, NotSupported
from poolhouse.mail.model import Provider, Scene, Template
from poolhouse.wire.v3.dto.mail import (
    AliExmailEmailProviderConfig,
    ConfigEmailProviderDto,
    EmailProviderDto,
    EmailTemplateCategoryDto,
    EmailTemplateDto,
    EmailTemplateType,
    GetEmailTemplatesDataDto,
    PreviewEmailTemplateDataDto,
    PreviewEmailTemplateDto,
    SendGridEmailProviderConfig,
    SMTPEmailProviderConfig,
    TencentExmailEmailProviderConfig,
    UpdateEmailTemplateDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

MASK = "********"

SCENES: dict[str, Scene] = {
    "WELCOME_EMAIL": "welcome",
    "FIRST_CREATED_USER": "account_created",
    "REGISTER_VERIFY_CODE": "register_code",
    "LOGIN_VERIFY_CODE": "login_code",
    "MFA_VERIFY_CODE": "mfa_code",
    "INFORMATION_COMPLETION_VERIFY_CODE": "completion_code",
    "FIRST_EMAIL_LOGIN_VERIFY": "first_login_verify",
    "CONSOLE_CONDUCTED_VERIFY": "console_verify",
    "USER_PASSWORD_UPDATE_REMIND": "password_expiring",
    "ADMIN_RESET_USER_PASSWORD_NOTIFICATION": "password_reset_by_admin",
    "USER_PASSWORD_RESET_NOTIFICATION": "password_was_reset",
    "RESET_PASSWORD_VERIFY_CODE": "reset_password_code",
    "SELF_UNLOCKING_VERIFY_CODE": "unlock_code",
    "EMAIL_BIND_VERIFY_CODE": "bind_email_code",
    "EMAIL_UNBIND_VERIFY_CODE": "unbind_email_code",
}
_TYPES = {scene: name for name, scene in SCENES.items()}

_CATEGORIES = [
    EmailTemplateCategoryDto(
        title="验证码", title_en="Codes", desc="带验证码的邮件", desc_en="Mails that carry a code"
    ),
    EmailTemplateCategoryDto(
        title="通知", title_en="Notices", desc="通知类邮件", desc_en="Mails that tell something"
    ),
]

# Where the known providers listen.
_SERVERS: dict[str, tuple[str, int]] = {
    "ali": ("smtp.qiye.aliyun.com", 465),
    "qq": ("smtp.exmail.qq.com", 465),
    "sendgrid": ("smtp.sendgrid.net", 465),
}


async def get_email_templates(request: V3Request, _: None) -> GetEmailTemplatesDataDto:
    known = await request.services.mail.list_templates(request.caller)
    templates = [_template_dto(template) for template in known if template.scene in _TYPES]
    return GetEmailTemplatesDataDto(templates=templates, categories=_CATEGORIES)


async def update_email_template(request: V3Request, body: UpdateEmailTemplateDto) -> EmailTemplateDto:
    """Templates are of the `handlebar` kind: `{{ code }}`; `ejs` is not served."""
    if body.tpl_engine == "ejs":
        raise NotSupported(what="tplEngine ejs")
    stored = await request.services.mail.get_template(request.caller, SCENES[body.type])
    expires_in = stored.expires_in_s if isinstance(body.expires_in, UnsetType) else body.expires_in
    template = replace(
        stored,
        name=body.name,
        subject=body.subject,
        sender=body.sender,
        content=body.content,
        redirect_to=stored.redirect_to if isinstance(body.redirect_to, UnsetType) else body.redirect_to,
        expires_in_s=stored.expires_in_s if expires_in is None else expires_in,
        enabled=body.customize_enabled,
    )
    return _template_dto(await request.services.mail.put_template(request.caller, template))


class ResetEmailTemplateDto(Struct, rename="camel"):
    type: EmailTemplateType


async def reset_email_template(request: V3Request, body: ResetEmailTemplateDto) -> EmailTemplateDto:
    """Answers the built-in one."""
    return _template_dto(await request.services.mail.reset_template(request.caller, SCENES[body.type]))


async def preview_email_template(
    request: V3Request, body: PreviewEmailTemplateDto
) -> PreviewEmailTemplateDataDto:
    """What is given replaces what is stored."""
    if body.tpl_engine == "ejs":
        raise NotSupported(what="tplEngine ejs")
    rendered = await request.services.mail.preview(
        request.caller,
        SCENES[body.type],
        content=body.content,
        subject=body.subject,
        sender=body.sender,
        expires_in_s=body.expires_in,
    )
    return PreviewEmailTemplateDataDto(
        content=rendered.html, subject=rendered.subject, sender=rendered.sender
    )


async def get_email_provider(request: V3Request, _: None) -> EmailProviderDto:
    """Secrets are masked."""
    provider = await request.services.mail.get_provider(request.caller)
    return _provider(provider) if provider else EmailProviderDto(enabled=False)


async def config_email_provider(request: V3Request, body: ConfigEmailProviderDto) -> EmailProviderDto:
    """A mask sent back keeps the stored secret."""
    return _provider(await request.services.mail.put_provider(request.caller, configured(body)))


def configured(body: ConfigEmailProviderDto) -> Provider:
    """An empty password for one that is kept."""
    provider = _provider_of(body)
    return replace(provider, password="") if provider.password == MASK else provider


def _provider_of(body: ConfigEmailProviderDto) -> Provider:
    if body.type == "custom":
        if body.smtp_config is None:
            raise Missing("smtpConfig")
        config = body.smtp_config
        return Provider(
            host=config.smtp_host,
            port=config.smtp_port,
            username=config.sender or "",
            password=config.sender_pass,
            sender=config.sender or "",
            security="tls" if config.secure is not False else "starttls",
            kind="custom",
            enabled=body.enabled,
        )
    host, port = _SERVERS[body.type]
    if body.type == "sendgrid":
        if body.send_grid_config is None:
            raise Missing("sendGridConfig")
        sender, username, password = (
            body.send_grid_config.sender,
            "apikey",
            body.send_grid_config.apikey,
        )
    else:
        mailbox = body.ali_exmail_config if body.type == "ali" else body.tencent_exmail_config
        if mailbox is None:
            field = "aliExmailConfig" if body.type == "ali" else "tencentExmailConfig"
            raise Missing(field)
        sender, username, password = mailbox.sender, mailbox.sender, mailbox.sender_pass
    return Provider(host, port, username, password, sender, "tls", body.type, body.enabled)


def _provider(provider: Provider) -> EmailProviderDto:
    hidden = MASK if provider.password else ""
    shown = EmailProviderDto(enabled=provider.enabled, type=provider.kind)
    match provider.kind:
        case "custom":
            shown.smtp_config = SMTPEmailProviderConfig(
                smtp_host=provider.host,
                smtp_port=provider.port,
                sender=provider.sender,
                sender_pass=hidden,
                secure=provider.security == "tls",
            )
        case "sendgrid":
            shown.send_grid_config = SendGridEmailProviderConfig(sender=provider.sender, apikey=hidden)
        case "ali":
            shown.ali_exmail_config = AliExmailEmailProviderConfig(sender=provider.sender, sender_pass=hidden)
        case "qq":
            shown.tencent_exmail_config = TencentExmailEmailProviderConfig(
                sender=provider.sender, sender_pass=hidden
            )
    return shown


def _template_dto(template: Template) -> EmailTemplateDto:
    return EmailTemplateDto(
        customize_enabled=template.enabled,
        type=cast(Any, _TYPES[template.scene]),
        name=template.name,
        subject=template.subject,
        sender=template.sender,
        content=template.content,
        expires_in=template.expires_in_s,
        redirect_to=template.redirect_to,
        tpl_engine="handlebar",
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-email-templates",
        request=None,
        response=GetEmailTemplatesDataDto,
        handler=get_email_templates,
        scope="mail:read",
        summary="The texts of the mails",
    ),
    Endpoint(
        "POST",
        "update-email-template",
        request=UpdateEmailTemplateDto,
        response=EmailTemplateDto,
        handler=update_email_template,
        scope="mail:write",
        summary="Change a template",
    ),
    Endpoint(
        "POST",
        "reset-email-template",
        request=ResetEmailTemplateDto,
        response=EmailTemplateDto,
        handler=reset_email_template,
        scope="mail:write",
        summary="Delete the pool's own text of a mail, and use the built-in one",
        ours=True,
    ),
    Endpoint(
        "POST",
        "preview-email-template",
        request=PreviewEmailTemplateDto,
        response=PreviewEmailTemplateDataDto,
        handler=preview_email_template,
        scope="mail:read",
        summary="How a mail would look",
    ),
    Endpoint(
        "GET",
        "get-email-provider",
        request=None,
        response=EmailProviderDto,
        handler=get_email_provider,
        scope="mail:read",
        summary="The pool's mail server, secrets masked",
    ),
    Endpoint(
        "POST",
        "config-email-provider",
        request=ConfigEmailProviderDto,
        response=EmailProviderDto,
        handler=config_email_provider,
        scope="mail:write",
        summary="Set the pool's mail server",
    ),
]
