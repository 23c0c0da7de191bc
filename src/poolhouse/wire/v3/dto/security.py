"""Security settings. Source: docs/contract/v3/security.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from poolhouse.wire.v3.dto import Dto, Int, Maybe

PasswordStrength = Literal["none", "low", "medium", "high", "custom"]


class ChangeEmailStrategyDto(Dto, kw_only=True):
    verify_old_email: bool


class ChangePhoneStrategyDto(Dto, kw_only=True):
    verify_old_phone: bool


class CookieSettingsDto(Dto, kw_only=True):
    cookie_expires_in: Int
    cookie_expires_on_browser_session: bool


class LoginAnomalyDetectionConfigDto(Dto, kw_only=True):
    login_fail_strategy: Literal["captcha", "block-account"]
    robot_verify: str
    account_lock: str
    login_fail_check: LoginFailCheckConfigDto
    login_password_fail_check: LoginPassowrdFailCheckConfigDto
    account_lock_login_password_fail_check: LoginPassowrdFailCheckConfigDto | None = None
    robot_verify_login_password_fail_check: LoginPassowrdFailCheckConfigDto
    robot_verify_login_ip_whitelist_check: LoginIpWhitelistCheckConfigDto
    robot_verify_login_time_check_enable: bool
    robot_verifylogin_week_start_end_time: list[str]


class LoginFailCheckConfigDto(Dto, kw_only=True):
    enabled: bool
    limit: Int
    time_interval: Int
    unit: str | None = None


class LoginIpWhitelistCheckConfigDto(Dto, kw_only=True):
    enabled: bool
    ip_whitelist: str


class LoginPassowrdFailCheckConfigDto(Dto, kw_only=True):
    enabled: bool
    limit: Int
    time_interval: Int
    unit: str | None = None


class PasswordPolicyDto(Dto, kw_only=True):
    """`strength`: none, low (6 characters), medium (two of letters, digits, symbols), high (all three),
    custom (`pattern`, with `message` for who does not meet it). 0 days, 0 remembered: off.
    """

    strength: PasswordStrength
    pattern: str
    message: str
    check_at_login: bool
    expires_after_days: Int
    remembered_passwords: Int


class QrcodeLoginStrategyDto(Dto, kw_only=True):
    qrcode_expires_in: Int
    qrcode_expires_in_unit: str | None = None
    ticket_expires_in: Int
    ticket_expires_in_unit: str | None = None
    allow_exchange_user_info_from_browser: bool
    return_full_user_info: bool


class RegisterAnomalyDetectionConfigDto(Dto, kw_only=True):
    enabled: bool
    limit: Int
    time_interval: Int


class SecuritySettingsDto(Dto, kw_only=True):
    allowed_origins: str | None = None
    authing_token_expires_in: Int
    verify_code_length: Int
    verify_code_max_attempts: Int
    change_email_strategy: ChangeEmailStrategyDto
    change_phone_strategy: ChangePhoneStrategyDto
    cookie_settings: CookieSettingsDto | None = None
    register_disabled: bool
    register_anomaly_detection: RegisterAnomalyDetectionConfigDto
    complete_password_after_pass_code_login: bool
    login_anomaly_detection: LoginAnomalyDetectionConfigDto
    login_require_email_verified: bool
    self_unlock_account: SelfUnlockAccountConfigDto
    enable_login_account_switch: bool
    qrcode_login_strategy: QrcodeLoginStrategyDto


class SelfUnlockAccountConfigDto(Dto, kw_only=True):
    enabled: bool
    strategy: Literal["captcha", "password-captcha"]


class UpdatePasswordPolicyDto(Dto, kw_only=True):
    """What is absent stays."""

    strength: PasswordStrength | None = None
    pattern: str | None = None
    message: str | None = None
    check_at_login: bool | None = None
    expires_after_days: Int | None = None
    remembered_passwords: Int | None = None


class UpdateSecuritySettingsDto(Dto, kw_only=True):
    allowed_origins: Maybe[list[str]] = UNSET
    authing_token_expires_in: Maybe[Int] = UNSET
    verify_code_length: Maybe[Int] = UNSET
    verify_code_max_attempts: Maybe[Int] = UNSET
    change_email_strategy: Maybe[ChangeEmailStrategyDto] = UNSET
    change_phone_strategy: Maybe[ChangePhoneStrategyDto] = UNSET
    cookie_settings: Maybe[CookieSettingsDto] = UNSET
    register_disabled: Maybe[bool] = UNSET
    register_anomaly_detection: Maybe[RegisterAnomalyDetectionConfigDto] = UNSET
    complete_password_after_pass_code_login: Maybe[bool] = UNSET
    login_anomaly_detection: Maybe[LoginAnomalyDetectionConfigDto] = UNSET
    login_require_email_verified: Maybe[bool] = UNSET
    self_unlock_account: Maybe[SelfUnlockAccountConfigDto] = UNSET
    enable_login_account_switch: Maybe[bool] = UNSET
    qrcode_login_strategy: Maybe[QrcodeLoginStrategyDto] = UNSET
