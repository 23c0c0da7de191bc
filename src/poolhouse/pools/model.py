"""User pools and their settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

import msgspec


class RateCheck(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most `limit` in `time_interval` seconds."""

    enabled: bool = False
    limit: int = 50
    time_interval: int = 300


class Whitelists(msgspec.Struct, frozen=True, omit_defaults=True):
    phone_enabled: bool = False
    email_enabled: bool = False
    username_enabled: bool = False


MOST_REMEMBERED = 24
"""Old passwords of a user that are compared with a new one: each costs a hash."""


class PasswordRotation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Days after which a password must change, and how many old ones may not come back."""

    enabled: bool = False
    forced_cycle: int = 0
    difference_cycle: int = 0


class PasswordStrength(msgspec.Struct, frozen=True, omit_defaults=True):
    """`level`: none, low, medium, high or custom (then `pattern` and `message`)."""

    level: Literal["none", "low", "medium", "high", "custom"] = "none"
    pattern: str = ""
    message: str = ""
    check_at_login: bool = False


class QrcodeLogin(msgspec.Struct, frozen=True, omit_defaults=True):
    qrcode_expires_after: int = 120
    return_full_user_info: bool = False
    allow_exchange_user_info_from_browser: bool = False
    ticket_expires_after: int = 300


class App2WxappLogin(msgspec.Struct, frozen=True, omit_defaults=True):
    ticket_expires_after: int = 300
    ticket_exchange_user_info_need_secret: bool = False


class SmsProvider(msgspec.Struct, frozen=True, omit_defaults=True):
    """`config` is a provider's own JSON, its keys among it, so no log shows it."""

    SECRETS: ClassVar[frozenset[str]] = frozenset({"config"})

    enabled: bool = False
    provider: str = ""
    config: str = ""


MOST_DAYS_OF_LOGS = 30
"""For how long the server keeps what scripts did, and mail; a pool may say less."""


class Retention(msgspec.Struct, frozen=True, omit_defaults=True):
    """For how many days what happened is kept. Of the audit log 0 is for ever."""

    sign_ins_days: int = 0
    acts_days: int = 0
    script_logs_days: int = MOST_DAYS_OF_LOGS
    mail_days: int = MOST_DAYS_OF_LOGS


class Branding(msgspec.Struct, frozen=True, omit_defaults=True):
    """`color`: `#rrggbb` of the hosted pages, "" for the built-in one."""

    color: str = ""


class PoolSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything of a pool that can be switched. Times in seconds.

    Source: docs/contract/users.md#too-many-tries, docs/contract/v2.md#the-pool.
    """

    zone: str = "Asia/Shanghai"
    userpool_types: tuple[str, ...] = ()
    email_verified_default: bool = False
    send_welcome_email: bool = False
    register_disabled: bool = False
    app_sso_enabled: bool = False
    show_wx_qrcode_when_register_disabled: bool = False
    allowed_origins: str = ""
    token_expires_after: int = 1_296_000
    session_expires_after: int = 1_209_600
    frequent_register_check: RateCheck = RateCheck()
    login_fail_check: RateCheck = RateCheck()
    login_password_fail_check: RateCheck = RateCheck()
    login_fail_strategy: str = "captcha"
    self_unlock: bool = False
    password_update_policy: PasswordRotation = PasswordRotation()
    password_strength: PasswordStrength = PasswordStrength()
    verify_old_phone: bool = False
    verify_old_email: bool = False
    qrcode_login: QrcodeLogin = QrcodeLogin()
    app2wxapp_login: App2WxappLogin = App2WxappLogin()
    whitelists: Whitelists = Whitelists()
    sms_provider: SmsProvider = SmsProvider()
    login_require_email_verified: bool = False
    verify_code_length: int = 6
    verify_code_max_attempts: int = 5
    verify_code_expires_after: int = 300
    verify_code_resend_after: int = 60
    mfa_required: bool = False
    passkeys: bool = False
    publish_requires_passing_run: bool = False
    retention: Retention = Retention()
    branding: Branding = Branding()


NEW_POOL = PoolSettings(
    login_password_fail_check=RateCheck(enabled=True, limit=10, time_interval=86_400),
    login_fail_strategy="block-account",
    self_unlock=True,
    password_strength=PasswordStrength(level="low"),
)
"""What a pool starts with. The defaults of the classes are what a setting means that a pool never had: pools
made before a default became stricter keep what they had."""


@dataclass(frozen=True, slots=True)
class Pool:
    id: str
    name: str
    domain: str
    description: str | None = None
    logo: str | None = None
    owner_id: str | None = None
    secret: str = field(default="", repr=False)
    settings: PoolSettings = field(default_factory=PoolSettings)
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.zone)
