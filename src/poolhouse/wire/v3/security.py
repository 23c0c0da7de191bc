"""Security settings of the pool. What nothing here would act upon is refused, not stored."""

from __future__ import annotations

from typing import Any, cast

from msgspec import UnsetType

from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.pools.model import Pool, RateCheck
from poolhouse.wire.v3.dto.security import (
    ChangeEmailStrategyDto,
    ChangePhoneStrategyDto,
    CookieSettingsDto,
    LoginAnomalyDetectionConfigDto,
    LoginFailCheckConfigDto,
    LoginIpWhitelistCheckConfigDto,
    LoginPassowrdFailCheckConfigDto,
    PasswordPolicyDto,
    QrcodeLoginStrategyDto,
    RegisterAnomalyDetectionConfigDto,
    SecuritySettingsDto,
    SelfUnlockAccountConfigDto,
    UpdatePasswordPolicyDto,
    UpdateSecuritySettingsDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

FLAT = {
    "authing_token_expires_in": "token_expires_after",
    "verify_code_length": "verify_code_length",
    "verify_code_max_attempts": "verify_code_max_attempts",
    "register_disabled": "register_disabled",
    "login_require_email_verified": "login_require_email_verified",
}


STRENGTH = {
    "strength": "level",
    "pattern": "pattern",
    "message": "message",
    "check_at_login": "check_at_login",
}
ROTATION = {"expires_after_days": "forced_cycle", "remembered_passwords": "difference_cycle"}


async def get_password_policy(request: V3Request, _: None) -> PasswordPolicyDto:
    request.caller.require_administrator()
    return _policy(await request.services.pools.get(request.caller.pool_id))


async def update_password_policy(request: V3Request, body: UpdatePasswordPolicyDto) -> PasswordPolicyDto:
    """What new passwords must be, when they expire, and how many old ones may not come back."""
    given = {name: value for name in body.__struct_fields__ if (value := getattr(body, name)) is not None}
    strength = {ours: given[name] for name, ours in STRENGTH.items() if name in given}
    cycles = {ours: given[name] for name, ours in ROTATION.items() if name in given}
    return _policy(await request.services.pools.update_password_policy(request.caller, strength, cycles))


def _policy(pool: Pool) -> PasswordPolicyDto:
    strength, rotation = pool.settings.password_strength, pool.settings.password_update_policy
    return PasswordPolicyDto(
        strength=strength.level,
        pattern=strength.pattern,
        message=strength.message,
        check_at_login=strength.check_at_login,
        expires_after_days=rotation.forced_cycle if rotation.enabled else 0,
        remembered_passwords=rotation.difference_cycle if rotation.enabled else 0,
    )


async def get_security_settings(request: V3Request, _: None) -> SecuritySettingsDto:
    request.caller.require_administrator()
    return _settings_dto(await request.services.pools.get(request.caller.pool_id))


async def update_security_settings(
    request: V3Request, body: UpdateSecuritySettingsDto
) -> SecuritySettingsDto:
    """Groups that are absent stay; a group that is given is replaced."""
    settings: dict[str, Any] = {}
    for name, ours in FLAT.items():
        if not isinstance(value := getattr(body, name), UnsetType) and value is not None:
            settings[ours] = value
    if not isinstance(body.allowed_origins, UnsetType):
        settings["allowed_origins"] = "\n".join(body.allowed_origins or ())
    if isinstance(body.change_email_strategy, ChangeEmailStrategyDto):
        settings["verify_old_email"] = body.change_email_strategy.verify_old_email
    if isinstance(body.change_phone_strategy, ChangePhoneStrategyDto):
        settings["verify_old_phone"] = body.change_phone_strategy.verify_old_phone
    if isinstance(body.cookie_settings, CookieSettingsDto):
        _refuse("cookieExpiresOnBrowserSession", body.cookie_settings.cookie_expires_on_browser_session)
        settings["session_expires_after"] = body.cookie_settings.cookie_expires_in
    if isinstance(body.register_anomaly_detection, RegisterAnomalyDetectionConfigDto):
        settings["frequent_register_check"] = _stored(body.register_anomaly_detection)
    if isinstance(body.login_anomaly_detection, LoginAnomalyDetectionConfigDto):
        settings |= _login_anomaly(body.login_anomaly_detection)
    if isinstance(body.qrcode_login_strategy, QrcodeLoginStrategyDto):
        settings["qrcode_login"] = _qrcode(body.qrcode_login_strategy)
    if isinstance(body.self_unlock_account, SelfUnlockAccountConfigDto):
        if body.self_unlock_account.enabled and body.self_unlock_account.strategy != "captcha":
            raise NotSupported(what=f"selfUnlockAccount {body.self_unlock_account.strategy}")
        settings["self_unlock"] = body.self_unlock_account.enabled
    _refuse("completePasswordAfterPassCodeLogin", body.complete_password_after_pass_code_login)
    _refuse("enableLoginAccountSwitch", body.enable_login_account_switch)
    return _settings_dto(await request.services.pools.update(request.caller, {}, settings))


def _login_anomaly(given: LoginAnomalyDetectionConfigDto) -> dict[str, Any]:
    """Too many wrong passwords ask for a captcha, or lock the account when `accountLock` is condition_set."""
    _refuse("robotVerifyLoginIpWhitelistCheck", given.robot_verify_login_ip_whitelist_check.enabled)
    _refuse("robotVerifyLoginTimeCheckEnable", given.robot_verify_login_time_check_enable)
    if given.robot_verify == "always_enable":
        raise NotSupported(what="robotVerify always_enable")
    for field, value in (("robotVerify", given.robot_verify), ("accountLock", given.account_lock)):
        if value not in ("disable", "condition_set"):
            raise InvalidInput(
                f"loginAnomalyDetection.{field}", "应为 disable 或 condition_set", "disable or condition_set"
            )
    locks = given.account_lock == "condition_set"
    by_lock = given.account_lock_login_password_fail_check if locks else None
    return {
        "login_fail_strategy": "block-account" if locks else given.login_fail_strategy,
        "login_fail_check": _stored(given.login_fail_check),
        "login_password_fail_check": _stored(by_lock or given.login_password_fail_check),
    }


def _stored(
    check: LoginFailCheckConfigDto | LoginPassowrdFailCheckConfigDto | RegisterAnomalyDetectionConfigDto,
) -> dict[str, Any]:
    seconds = _seconds(check.time_interval, getattr(check, "unit", None))
    return {"enabled": check.enabled, "limit": check.limit, "time_interval": seconds}


def _qrcode(given: QrcodeLoginStrategyDto) -> dict[str, Any]:
    return {
        "qrcode_expires_after": _seconds(given.qrcode_expires_in, given.qrcode_expires_in_unit),
        "ticket_expires_after": _seconds(given.ticket_expires_in, given.ticket_expires_in_unit),
        "allow_exchange_user_info_from_browser": given.allow_exchange_user_info_from_browser,
        "return_full_user_info": given.return_full_user_info,
    }


def _seconds(number: int, unit: str | None) -> int:
    if not unit:
        return number
    factor = _UNITS.get(unit.strip().lower().removesuffix("s"))
    if factor is None:
        raise InvalidInput("unit", "应为 second、minute、hour 或 day", "second, minute, hour or day")
    return number * factor


def _refuse(what: str, wanted: Any) -> None:
    """Nothing acts on it, so switching it on must not look like success."""
    if wanted is True:
        raise NotSupported(what=what)


def _settings_dto(pool: Pool) -> SecuritySettingsDto:
    settings = pool.settings
    locks = settings.login_fail_strategy == "block-account"
    by_captcha = settings.login_password_fail_check.enabled and not locks
    watched = settings.login_fail_check.enabled or by_captcha
    wrong_passwords = _password_check(settings.login_password_fail_check)
    fails = settings.login_fail_check
    registrations = settings.frequent_register_check
    qrcode = settings.qrcode_login
    return SecuritySettingsDto(
        allowed_origins=settings.allowed_origins,
        authing_token_expires_in=settings.token_expires_after,
        verify_code_length=settings.verify_code_length,
        verify_code_max_attempts=settings.verify_code_max_attempts,
        change_email_strategy=ChangeEmailStrategyDto(verify_old_email=settings.verify_old_email),
        change_phone_strategy=ChangePhoneStrategyDto(verify_old_phone=settings.verify_old_phone),
        cookie_settings=CookieSettingsDto(
            cookie_expires_in=settings.session_expires_after, cookie_expires_on_browser_session=False
        ),
        register_disabled=settings.register_disabled,
        register_anomaly_detection=RegisterAnomalyDetectionConfigDto(
            enabled=registrations.enabled,
            limit=registrations.limit,
            time_interval=registrations.time_interval,
        ),
        complete_password_after_pass_code_login=False,
        login_anomaly_detection=LoginAnomalyDetectionConfigDto(
            login_fail_strategy=cast(Any, settings.login_fail_strategy),
            robot_verify="condition_set" if watched else "disable",
            account_lock="condition_set" if locks else "disable",
            login_fail_check=LoginFailCheckConfigDto(
                enabled=fails.enabled, limit=fails.limit, time_interval=fails.time_interval, unit="second"
            ),
            login_password_fail_check=wrong_passwords,
            account_lock_login_password_fail_check=wrong_passwords if locks else None,
            robot_verify_login_password_fail_check=wrong_passwords,
            robot_verify_login_ip_whitelist_check=LoginIpWhitelistCheckConfigDto(
                enabled=False, ip_whitelist=""
            ),
            robot_verify_login_time_check_enable=False,
            robot_verifylogin_week_start_end_time=[],
        ),
        login_require_email_verified=settings.login_require_email_verified,
        self_unlock_account=SelfUnlockAccountConfigDto(enabled=settings.self_unlock, strategy="captcha"),
        enable_login_account_switch=False,
        qrcode_login_strategy=QrcodeLoginStrategyDto(
            qrcode_expires_in=qrcode.qrcode_expires_after,
            qrcode_expires_in_unit="second",
            ticket_expires_in=qrcode.ticket_expires_after,
            ticket_expires_in_unit="second",
            allow_exchange_user_info_from_browser=qrcode.allow_exchange_user_info_from_browser,
            return_full_user_info=qrcode.return_full_user_info,
        ),
    )


def _password_check(check: RateCheck) -> LoginPassowrdFailCheckConfigDto:
    return LoginPassowrdFailCheckConfigDto(
        enabled=check.enabled, limit=check.limit, time_interval=check.time_interval, unit="second"
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-password-policy",
        request=None,
        response=PasswordPolicyDto,
        handler=get_password_policy,
        scope="security:read",
        summary="What new passwords must be, and when they expire",
        ours=True,
    ),
    Endpoint(
        "POST",
        "update-password-policy",
        request=UpdatePasswordPolicyDto,
        response=PasswordPolicyDto,
        handler=update_password_policy,
        scope="security:write",
        summary="Change the password policy; absent fields stay",
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-security-settings",
        request=None,
        response=SecuritySettingsDto,
        handler=get_security_settings,
        scope="security:read",
        summary="The pool's security settings",
    ),
    Endpoint(
        "POST",
        "update-security-settings",
        request=UpdateSecuritySettingsDto,
        response=SecuritySettingsDto,
        handler=update_security_settings,
        scope="security:write",
        summary="Change security settings",
    ),
]
