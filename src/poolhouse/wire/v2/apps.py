"""Applications and their agreements. Source: docs/contract/v2.md#applications-and-agreements."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from poolhouse.apps.model import Agreement, App
from poolhouse.errors import InvalidInput
from poolhouse.paging import everything
from poolhouse.tenants.model import Tenant
from poolhouse.times import v2_time
from poolhouse.wire.v2.bodies import Body, managed_body
from poolhouse.wire.v2.pages import asked_page
from poolhouse.wire.v2.request import Answer, Route, V2Request
from poolhouse.wire.v2.user_loader import users_json

LARGEST_ID = 2**63 - 1


async def list_apps(request: V2Request) -> Any:
    page = asked_page(request)
    found = await request.services.apps.list(request.caller, page)
    return {"totalCount": found.total, "list": [app_json(request, app) for app in found.items]}


async def find_app(request: V2Request) -> Any:
    request.caller.require_administrator()
    return app_json(request, await request.services.apps.get(request.caller, request.path["appId"]))


class CreateApp(Body):
    name: str
    identifier: str | None = None
    redirect_uris: tuple[str, ...] = ()
    logout_redirect_uris: tuple[str, ...] = ()
    logo: str | None = None
    description: str | None = None


async def create_app(request: V2Request) -> Any:
    body = managed_body(request, CreateApp)
    app = await request.services.apps.create(
        request.caller,
        body.name,
        body.identifier,
        redirect_uris=body.redirect_uris,
        logout_redirect_uris=body.logout_redirect_uris,
        logo=body.logo,
        description=body.description,
    )
    return app_json(request, app)


class PermissionStrategy(Body):
    default_strategy: Literal["ALLOW_ALL", "DENY_ALL"]


class UpdateApp(Body):
    name: str | UnsetType = UNSET
    identifier: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    logo: str | UnsetType | None = UNSET
    redirect_uris: list[str] | UnsetType = UNSET
    logout_redirect_uris: list[str] | UnsetType = UNSET
    app_type: Literal["INDIVIDUAL", "Tenant", "BOTH"] | UnsetType = UNSET
    permission_strategy: PermissionStrategy | UnsetType = UNSET
    register_disabled: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET


async def update_app(request: V2Request) -> Any:
    """One path for several client methods: the type, the default access strategy, the plain fields."""
    body = managed_body(request, UpdateApp)
    values: dict[str, Any] = {}
    for name in ("name", "identifier", "description", "logo", "app_type"):
        if (value := getattr(body, name)) is not UNSET:
            values[name] = value
    for name in ("redirect_uris", "logout_redirect_uris"):
        if (value := getattr(body, name)) is not UNSET:
            values[name] = tuple(value)
    settings: dict[str, Any] = {}
    for name in ("register_disabled", "enabled"):
        if (value := getattr(body, name)) is not UNSET:
            settings[name] = value
    if not isinstance(body.permission_strategy, UnsetType):
        settings["default_access"] = body.permission_strategy.default_strategy
    app = await request.services.apps.update(request.caller, request.path["appId"], values, settings)
    return app_json(request, app)


async def delete_app(request: V2Request) -> Any:
    await request.services.apps.delete(request.caller, request.path["appId"])
    return Answer(None, "删除应用成功")


async def refresh_secret(request: V2Request) -> Any:
    return app_json(
        request, await request.services.apps.refresh_secret(request.caller, request.path["appId"])
    )


async def tenants(request: V2Request) -> Any:
    """The application, with the tenants that use it."""
    request.caller.require_administrator()
    app = await request.services.apps.get(request.caller, request.path["appId"])
    found = await everything(partial(request.services.tenants.list, request.caller, app_id=app.id))
    return {
        "id": app.id,
        "name": app.name,
        "logo": app.logo,
        "domain": app.identifier,
        "description": app.description,
        "createdAt": app.created_at and v2_time(app.created_at, request.zone),
        "updatedAt": app.updated_at and v2_time(app.updated_at, request.zone),
        "protocol": app.settings.default_protocol,
        "isIntegrate": False,
        "tenants": [tenant_json(request, tenant) for tenant in found],
    }


async def active_users(request: V2Request) -> Any:
    """People with a live session at the application."""
    services, caller = request.services, request.caller
    caller.require_administrator()
    app = await services.apps.get(caller, request.path["appId"])
    page = asked_page(request)
    found = await services.users.page_of(
        caller, partial(services.sessions.active_users, caller, app.id), page
    )
    return {"totalCount": found.total, "list": await users_json(request, found.items)}


# -- agreements ------------------------------------------------------------------------------------------


class CreateAgreement(Body):
    title: str
    required: bool = True
    lang: str = "zh-CN"


class UpdateAgreement(Body):
    title: str | None = None
    required: bool | None = None
    lang: str | None = None


class SortAgreements(Body):
    ids: list[int]


async def list_agreements(request: V2Request) -> Any:
    agreements = await request.services.agreements.list(request.caller, request.path["appId"])
    return {"totalCount": len(agreements), "list": [_agreement(agreement) for agreement in agreements]}


async def create_agreement(request: V2Request) -> Any:
    body = managed_body(request, CreateAgreement)
    return _agreement(
        await request.services.agreements.create(
            request.caller, request.path["appId"], body.title, required=body.required, lang=body.lang
        )
    )


async def update_agreement(request: V2Request) -> Any:
    body = managed_body(request, UpdateAgreement)
    return _agreement(
        await request.services.agreements.update(
            request.caller,
            request.path["appId"],
            _id(request.path["agreementId"]),
            title=body.title,
            required=body.required,
            lang=body.lang,
        )
    )


async def delete_agreement(request: V2Request) -> Any:
    request.caller.require_administrator()
    agreement_id = _id(request.path["agreementId"])
    await request.services.agreements.delete(request.caller, request.path["appId"], agreement_id)
    return Answer(None, "删除成功")


async def sort_agreements(request: V2Request) -> Any:
    ids = [_id(str(one)) for one in managed_body(request, SortAgreements).ids]
    await request.services.agreements.sort(request.caller, request.path["appId"], ids)
    return Answer(None, "排序成功")


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= LARGEST_ID:
        raise InvalidInput("agreementId", "应为正整数", "expected a positive integer")
    return int(text)


# -- shapes ----------------------------------------------------------------------------------------------


def app_json(request: V2Request, app: App) -> dict[str, Any]:
    """An application as administrators see it, its secret included (IApplication)."""
    settings = app.settings
    return {
        "id": app.id,
        "userPoolId": app.pool_id,
        "name": app.name,
        "identifier": app.identifier,
        "domain": app.identifier,
        "description": app.description,
        "logo": app.logo or "",
        "secret": app.secret,
        "appType": app.app_type,
        "protocol": settings.default_protocol,
        "isOfficial": False,
        "isDeleted": False,
        "isDefault": False,
        "isIntegrate": False,
        "enabled": settings.enabled,
        "redirectUris": list(app.redirect_uris),
        "logoutRedirectUris": list(app.logout_redirect_uris),
        "oidcProviderEnabled": True,
        "oauthProviderEnabled": False,
        "samlProviderEnabled": False,
        "casProviderEnabled": False,
        "registerDisabled": settings.register_disabled,
        "loginTabs": ["password", "phone-code"],
        "defaultLoginTab": "password",
        "registerTabs": ["email", "phone"],
        "defaultRegisterTab": "email",
        "adConnections": [],
        "disabledOidcConnections": [],
        "disabledSamlConnections": [],
        "disabledOauth2Connections": [],
        "disabledCasConnections": [],
        "disabledAzureAdConnections": [],
        "extendsFieldsEnabled": False,
        "extendsFields": [],
        "css": "",
        "oidcConfig": {
            "id": app.id,
            "client_secret": app.secret,
            "redirect_uris": list(app.redirect_uris),
            "access_token_lifetime": settings.access_token_expires_after,
            "refresh_token_lifetime": settings.refresh_token_expires_after,
            "authorization_code_expire": settings.code_expires_after,
            "id_token_signed_response_alg": settings.id_token_algorithm,
            "token_endpoint_auth_method": settings.token_endpoint_auth,
        },
        "qrcodeScanning": {"redirect": False, "interval": 800},
        "permissionStrategy": {"enabled": True, "defaultStrategy": settings.default_access},
        "showAuthorizationPage": False,
        "enableSubAccount": False,
        "loginRequireEmailVerified": False,
        "agreementEnabled": True,
        "skipMfa": not settings.mfa_required,
        "createdAt": app.created_at and v2_time(app.created_at, request.zone),
        "updatedAt": app.updated_at and v2_time(app.updated_at, request.zone),
    }


def tenant_json(request: V2Request, tenant: Tenant) -> dict[str, Any]:
    return {
        "id": tenant.id,
        "userPoolId": tenant.pool_id,
        "name": tenant.name,
        "logo": tenant.logo,
        "description": tenant.description,
        "css": tenant.css,
        "ssoPageCustomizationSettings": dict(tenant.settings) or None,
        "appIds": ",".join(tenant.app_ids),
        "membersCount": tenant.members,
        "createdAt": tenant.created_at and v2_time(tenant.created_at, request.zone),
        "updatedAt": tenant.updated_at and v2_time(tenant.updated_at, request.zone),
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "userPoolId": agreement.pool_id,
        "appId": agreement.app_id,
        "title": agreement.title,
        "required": agreement.required,
        "lang": agreement.lang,
        "order": agreement.position,
    }


_APP = "/api/v2/applications/{appId}"
ROUTES = [
    Route("GET", "/api/v2/applications", list_apps),
    Route("POST", "/api/v2/applications", create_app),
    Route("GET", _APP, find_app),
    Route("POST", _APP, update_app),
    Route("DELETE", _APP, delete_app),
    Route("PATCH", "/api/v2/application/{appId}/refresh-secret", refresh_secret),
    Route("GET", "/api/v2/application/{appId}/tenants", tenants),
    Route("GET", f"{_APP}/active-users", active_users),
    Route("GET", f"{_APP}/agreements", list_agreements),
    Route("POST", f"{_APP}/agreements", create_agreement),
    Route("PUT", f"{_APP}/agreements/{{agreementId}}", update_agreement),
    Route("DELETE", f"{_APP}/agreements/{{agreementId}}", delete_agreement),
    Route("POST", f"{_APP}/agreements/sort", sort_agreements),
    Route("PUT", f"{_APP}/agreements/sort", sort_agreements),
]
