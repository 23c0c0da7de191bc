"""Message service. Source: docs/contract/v3/mail.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, field

from poolhouse.wire.v3.dto import Dto, Int, Maybe

EmailTemplateType = Literal[
    "WELCOME_EMAIL",
    "FIRST_CREATED_USER",
    "REGISTER_VERIFY_CODE",
    "LOGIN_VERIFY_CODE",
    "MFA_VERIFY_CODE",
    "INFORMATION_COMPLETION_VERIFY_CODE",
    "FIRST_EMAIL_LOGIN_VERIFY",
    "CONSOLE_CONDUCTED_VERIFY",
    "USER_PASSWORD_UPDATE_REMIND",
    "ADMIN_RESET_USER_PASSWORD_NOTIFICATION",
    "USER_PASSWORD_RESET_NOTIFICATION",
    "RESET_PASSWORD_VERIFY_CODE",
    "SELF_UNLOCKING_VERIFY_CODE",
    "EMAIL_BIND_VERIFY_CODE",
    "EMAIL_UNBIND_VERIFY_CODE",
]


class AliExmailEmailProviderConfig(Dto, kw_only=True):
    sender: str
    sender_pass: str


class AliExmailEmailProviderConfigInput(Dto, kw_only=True):
    sender: str
    sender_pass: str


class ConfigEmailProviderDto(Dto, kw_only=True):
    type: Literal["ali", "qq", "sendgrid", "custom"]
    enabled: bool
    smtp_config: SMTPEmailProviderConfigInput | None = None
    send_grid_config: SendGridEmailProviderConfigInput | None = None
    ali_exmail_config: AliExmailEmailProviderConfigInput | None = None
    tencent_exmail_config: TencentExmailEmailProviderConfigInput | None = None


class EmailProviderDto(Dto, kw_only=True):
    enabled: bool
    type: Literal["ali", "qq", "sendgrid", "custom"] | None = None
    smtp_config: SMTPEmailProviderConfig | None = None
    send_grid_config: SendGridEmailProviderConfig | None = None
    ali_exmail_config: AliExmailEmailProviderConfig | None = None
    tencent_exmail_config: TencentExmailEmailProviderConfig | None = None


class EmailTemplateCategoryDto(Dto, kw_only=True):
    title: str
    title_en: str
    desc: str
    desc_en: str


class EmailTemplateDto(Dto, kw_only=True):
    customize_enabled: bool
    type: EmailTemplateType
    name: str
    subject: str
    sender: str
    content: str
    expires_in: Int | None = None
    redirect_to: str | None = None
    tpl_engine: Literal["handlebar", "ejs"] | None = None


class GetEmailTemplatesDataDto(Dto, kw_only=True):
    templates: list[EmailTemplateDto]
    categories: list[EmailTemplateCategoryDto]


class PreviewEmailTemplateDataDto(Dto, kw_only=True):
    content: str
    subject: str
    sender: str


class PreviewEmailTemplateDto(Dto, kw_only=True):
    type: EmailTemplateType
    content: str | None = None
    subject: str | None = None
    sender: str | None = None
    expires_in: Int | None = None
    tpl_engine: Literal["handlebar", "ejs"] | None = None


class SendGridEmailProviderConfig(Dto, kw_only=True):
    sender: str
    apikey: str


class SendGridEmailProviderConfigInput(Dto, kw_only=True):
    sender: str
    apikey: str


class SMTPEmailProviderConfig(Dto, kw_only=True):
    smtp_host: str = field(name="smtp_host")
    smtp_port: Int = field(name="smtp_port")
    sender: str
    sender_pass: str
    secure: bool


class SMTPEmailProviderConfigInput(Dto, kw_only=True):
    smtp_host: str = field(name="smtp_host")
    smtp_port: Int = field(name="smtp_port")
    sender: str | None = None
    sender_pass: str
    secure: bool | None = None


class TencentExmailEmailProviderConfig(Dto, kw_only=True):
    sender: str
    sender_pass: str


class TencentExmailEmailProviderConfigInput(Dto, kw_only=True):
    sender: str
    sender_pass: str


class UpdateEmailTemplateDto(Dto, kw_only=True):
    type: EmailTemplateType
    customize_enabled: bool
    name: str
    subject: str
    sender: str
    content: str
    expires_in: Maybe[Int] = UNSET
    redirect_to: Maybe[str] = UNSET
    tpl_engine: Maybe[Literal["handlebar", "ejs"]] = UNSET
