"""What the login component `@authing/guard` is told of an application before anybody has signed in.

Anybody may ask, so nothing here is secret, and all of it is bounded by what made it. It tells what this server does: a
way in that is not built is absent, for the component draws what it finds. What the application's own login, sign-up
and branding settings say narrows what is shown, never what the server takes.
Source: docs/contract/guard.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from poolhouse.apps.model import Agreement, App
from poolhouse.federation.connections import Offer
from poolhouse.login.codes import code_length
from poolhouse.pools.model import Pool
from poolhouse.users.model import AVATAR_PATH
from poolhouse.wire.v2 import guard_sources

STRENGTHS = {"none": 0, "low": 1, "medium": 2, "high": 3, "custom": 5}
"""The component's numbers; 5 asks the server, which alone knows the pool's expression."""

_PASSWORDS = {
    "USERNAME_PASSWORD": "username-password",
    "EMAIL_PASSWORD": "email-password",
    "PHONE_PASSWORD": "phone-password",
}
_CODES = {"PHONE_CODE": "phone-code", "EMAIL_CODE": "email-code"}
_SIGN_UPS = {"EMAIL_PASSWORD": "email", "PHONE_CODE": "phone", "EMAIL_CODE": "emailCode"}
_BY_USERNAME = "username-password"
_FIRST_TABS = {"PASSCODE": "phone-code", "LDAP": "ldap", "AD": "ad"}
_LABELS = {
    "username": {"zh-CN": "用户名", "zh-TW": "使用者名稱", "en-US": "Username", "ja-JP": "ユーザー名"},
    "email": {"zh-CN": "邮箱", "zh-TW": "電子郵件", "en-US": "Email", "ja-JP": "メール"},
    "phone": {"zh-CN": "手机号", "zh-TW": "手機號碼", "en-US": "Phone", "ja-JP": "電話番号"},
}


def public_config(
    app: App,
    pool: Pool,
    agreements: Sequence[Agreement],
    offers: Sequence[Offer],
    *,
    public_key: str,
    address: str,
) -> dict[str, Any]:
    """`offers`: the application's identity sources; `public_key`: for passwords on their way; `address`: ours, where
    the component finds its icons."""
    branding = _page(app, "branding")
    return {
        "id": app.id,
        "identifier": app.identifier,
        "name": app.name,
        "description": app.description,
        "logo": app.logo or pool.logo or f"{address}{AVATAR_PATH}",
        "userPoolId": pool.id,
        "requestHostname": urlsplit(address).netloc,
        "cdnBase": address,
        "publicKey": public_key,
        "css": branding.get("customCSS") or "" if branding.get("customCSSEnabled") else "",
        "customLoading": branding.get("customLoadingImage") or "",
        "allowedOrigins": pool.settings.allowed_origins.replace(",", " ").split(),
        "corsWhitelist": [],
        "agreementEnabled": bool(agreements),
        "agreements": [_agreement(one) for one in agreements],
        "passwordStrength": STRENGTHS[pool.settings.password_strength.level],
        "customPasswordStrength": {},
        "verifyCodeLength": code_length(pool),
        "internationalSmsConfig": {"enabled": True, "defaultISOType": "CN"},
        "selfUnlockStrategy": "captcha",
        "customSecurityEnabled": False,
        "userpoolRobotVerify": "condition_set" if pool.settings.login_fail_check.enabled else "disable",
        **_ways_in(app, guard_sources.tabs(app, offers)),
        **_ways_up(app, pool),
        **_provider(app),
        **guard_sources.buttons(app, offers, address),
        **NOT_BUILT,
    }


def page_config(app: App) -> dict[str, Any]:
    branding = _page(app, "branding")
    return {
        "global": {
            "showChangeLanguage": branding.get("showChangeLanguageButton", True),
            "defaultLanguage": branding.get("defaultLanguage") or "browser",
        }
    }


def _ways_in(app: App, directories: Sequence[str]) -> dict[str, Any]:
    login = _page(app, "login")
    asked = login.get("enabledBasicLoginMethods")
    passwords = [name for kind, name in _PASSWORDS.items() if asked is None or kind in asked]
    codes = [name for kind, name in _CODES.items() if asked is None or kind in asked]
    tabs = [*(["password"] if passwords else []), *(["phone-code"] if codes else []), *directories]
    first = _FIRST_TABS.get((login.get("defaultLoginMethod") or {}).get("connectionType") or "")
    default = first if first in tabs else next(iter(tabs), "password")
    return {
        "loginTabs": {"list": tabs, "default": default, "defaultV2": default, "title": {}},
        "tabMethodsSortConfig": {"loginMethodsSort": tabs},
        "passwordTabConfig": {
            "enabledLoginMethods": passwords,
            "validLoginMethods": passwords,
            "validRegisterMethods": passwords,
        },
        "verifyCodeTabConfig": {
            "enabledLoginMethods": codes,
            "validLoginMethods": codes,
            "validRegisterMethods": codes,
        },
        "tabMethodsFields": [
            {"key": key, "label": words["zh-CN"], "labelEn": words["en-US"], "i18n": words}
            for key, words in _LABELS.items()
        ],
    }


def _ways_up(app: App, pool: Pool) -> dict[str, Any]:
    register = _page(app, "register")
    closed = pool.settings.register_disabled or app.settings.register_disabled
    asked = register.get("enabledBasicRegisterMethods")
    kinds = [name for kind, name in _SIGN_UPS.items() if asked is None or kind in asked]
    tabs = [] if closed else [*kinds, *([_BY_USERNAME] if asked is None else [])]
    by_code = [tab for tab in tabs if tab in ("phone", "emailCode")]
    first = by_code if register.get("defaultRegisterMethod") == "PASSCODE" else tabs
    merged = bool(_page(app, "login").get("mergeLoginAndRegisterPage")) and not closed
    branding = _page(app, "branding")
    return {
        "registerDisabled": not tabs,
        "registerTabs": {"list": tabs, "default": next(iter(first), ""), "title": {}},
        "ssoPageComponentDisplay": {
            "autoRegisterThenLoginHintInfo": merged,
            "registerBtn": bool(tabs),
            "forgetPasswordBtn": branding.get("showForgetPasswordButton", True),
            "loginBtn": True,
            "userPasswordInput": True,
            "idpBtns": branding.get("showEnterpriseConnections", True),
            "socialLoginBtns": branding.get("showSocialConnections", True),
        },
    }


def _provider(app: App) -> dict[str, Any]:
    """Where the component sends a browser. Of the addresses an application registered a stranger learns the first,
    which it needs; those after a logout all, because the component compares."""
    settings = app.settings
    method = (
        "client_secret_post"
        if settings.token_endpoint_auth == "client_secret"
        else settings.token_endpoint_auth
    )
    return {
        "protocol": "oidc",
        "redirectUris": list(app.redirect_uris[:1]),
        "logoutRedirectUris": list(app.logout_redirect_uris),
        "oidcConfig": {
            "client_id": app.id,
            "redirect_uris": list(app.redirect_uris[:1]),
            "grant_types": list(settings.grant_types),
            "response_types": list(settings.response_types),
            "id_token_signed_response_alg": settings.id_token_algorithm,
            "token_endpoint_auth_method": method,
            "introspection_endpoint_auth_method": method,
            "revocation_endpoint_auth_method": method,
        },
    }


NOT_BUILT: dict[str, Any] = {
    "qrcodeTabsSettings": {},
    "extendsFieldsEnabled": False,
    "extendsFields": [],
    "complateFiledsPlace": [],
    "skipComplateFileds": True,
    "enableCompletePassword": False,
    "enabledPPRegisterValid": False,
    "enableLoginAccountSwitch": False,
    "mergeAdAndAccountPasswordLogin": False,
    "deviceFuncEnabled": False,
    "passkeyEnabled": False,
    "enableCreateTenant": False,
    "enableJoinTenant": False,
    "mfa": {},
}
"""What the component asks about and this server does not do. It reads the lists without looking whether they are."""


def _page(app: App, name: str) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = app.settings.pages.get(name) or {}
    return kept


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "title": agreement.title,
        "required": agreement.required,
        "lang": agreement.lang,
        "availableAt": 0,
    }
