"""Applications: their life, their secret, what their pages show. Who may use one is in apps_access.py."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import msgspec
from msgspec import UnsetType

from poolhouse.apps.model import App
from poolhouse.errors import InvalidInput, NotSupported
from poolhouse.paging import Page
from poolhouse.texts import EMPTY
from poolhouse.wire.v3 import apps_oidc, apps_sources
from poolhouse.wire.v3.conversions import page, page_or_all, user_dtos
from poolhouse.wire.v3.dto.apps import (
    ApplicationBrandingConfig,
    ApplicationDefaultLoginMethod,
    ApplicationDto,
    ApplicationLoginConfigDto,
    ApplicationPaginatedDataDto,
    ApplicationRegisterConfig,
    ApplicationSimpleInfoDto,
    ApplicationSimpleInfoPaginatedDataDto,
    CreateApplicationDto,
    CreateApplicationRespDataDto,
    DeleteApplicationDto,
    GetApplicationQuery,
    GetApplicationSecretDataDto,
    GetApplicationSecretQuery,
    GetApplicationSimpleInfoQuery,
    ListApplicationActiveUsersDto,
    ListApplicationSimpleInfoQuery,
    ListApplicationsQuery,
    RefreshApplicationSecretDataDto,
    RefreshApplicationSecretDto,
    UpdateApplicationDto,
)
from poolhouse.wire.v3.dto.common import IsSuccessDto, UserPagingDto
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint, V3Request

_PAGES = {"login_config": "login", "register_config": "register", "branding_config": "branding"}
_UNSERVED = ("saml_provider_enabled", "oauth_provider_enabled", "cas_provider_enabled")
_UNKEPT = ("saml_config", "oauth_config", "cas_config", "template_data")


async def list_applications(request: V3Request, query: ListApplicationsQuery) -> ApplicationPaginatedDataDto:
    found = await _listed(request, query)
    return ApplicationPaginatedDataDto(
        total_count=found.total,
        items=await apps_sources.with_connections(
            request, [ApplicationDto(**_whole(app)) for app in found.items]
        ),
    )


async def list_simple_info(
    request: V3Request, query: ListApplicationSimpleInfoQuery
) -> ApplicationSimpleInfoPaginatedDataDto:
    found = await _listed(request, query)
    return ApplicationSimpleInfoPaginatedDataDto(
        total_count=found.total, items=[_simple(app) for app in found.items]
    )


async def get_application(request: V3Request, query: GetApplicationQuery) -> ApplicationDto:
    app = ApplicationDto(**_whole(await _the_app(request, query.app_id)))
    [shown] = await apps_sources.with_connections(request, [app])
    return shown


async def get_simple_info(
    request: V3Request, query: GetApplicationSimpleInfoQuery
) -> ApplicationSimpleInfoDto:
    return _simple(await _the_app(request, query.app_id))


async def create_application(request: V3Request, body: CreateApplicationDto) -> CreateApplicationRespDataDto:
    given = _given(body)
    values, asked = apps_oidc.read(body.oidc_config)
    addresses = tuple(body.logout_redirect_uris or ())
    settings = {**_settings(given, {}), **asked}
    if body.app_type is not None:
        settings["platform"] = body.app_type
    if body.template is not None:
        settings["template"] = body.template
    with apps_oidc.by_their_names():
        app = await request.services.apps.create(
            request.caller,
            body.app_name,
            body.app_identifier,
            logo=body.app_logo,
            description=body.app_description,
            redirect_uris=tuple(body.redirect_uris or ()),
            logout_redirect_uris=addresses or values.get("logout_redirect_uris", ()),
            settings=settings,
        )
    return CreateApplicationRespDataDto(**_whole(app))


async def update_application(request: V3Request, body: UpdateApplicationDto) -> IsSuccessDto:
    """Fields that are absent stay, in `oidcConfig` too; a page's settings are replaced as a whole. Where an address
    list is given twice, the application's own counts."""
    given = _given(body)
    if given.get("enable_permission_apply"):
        raise NotSupported(what="enablePermissionApply")
    app = await _the_app(request, body.app_id)
    values: dict[str, Any] = {}
    for name, ours in (
        ("app_name", "name"),
        ("app_identifier", "identifier"),
        ("app_logo", "logo"),
        ("app_description", "description"),
    ):
        if name in given:
            values[ours] = given[name]
    for required in ("name", "identifier"):
        if values.get(required, "") is None:
            raise InvalidInput(f"app{required.capitalize()}", *EMPTY)
    for name in ("redirect_uris", "logout_redirect_uris"):
        if name in given:
            values[name] = tuple(given[name] or ())
    asked_values, asked = apps_oidc.read(given.get("oidc_config"))
    settings = {**_settings(given, app.settings.pages), **asked}
    with apps_oidc.by_their_names():
        await request.services.apps.update(request.caller, body.app_id, {**asked_values, **values}, settings)
    return IsSuccessDto(success=True)


async def delete_application(request: V3Request, body: DeleteApplicationDto) -> IsSuccessDto:
    await request.services.apps.delete(request.caller, body.app_id)
    return IsSuccessDto(success=True)


async def get_secret(request: V3Request, query: GetApplicationSecretQuery) -> GetApplicationSecretDataDto:
    return GetApplicationSecretDataDto(secret=(await _the_app(request, query.app_id)).secret)


async def refresh_secret(
    request: V3Request, body: RefreshApplicationSecretDto
) -> RefreshApplicationSecretDataDto:
    app = await request.services.apps.refresh_secret(request.caller, body.app_id)
    return RefreshApplicationSecretDataDto(secret=app.secret)


async def list_active_users(request: V3Request, body: ListApplicationActiveUsersDto) -> UserPagingDto:
    """People with a live session at the application, who came last first."""
    options = body.options
    pagination = options.pagination if options else None
    asked = page(pagination.page if pagination else None, pagination.limit if pagination else None)
    app = await _the_app(request, body.app_id)
    ids = partial(request.services.sessions.active_users, request.caller, app.id)
    found = await request.services.users.page_of(request.caller, ids, asked)
    items = await user_dtos(
        request,
        found.items,
        custom_data=options.with_custom_data if options else None,
        identities=options.with_identities if options else None,
        department_ids=options.with_department_ids if options else None,
    )
    return UserPagingDto(total_count=found.total, items=items)


async def _listed(
    request: V3Request, query: ListApplicationsQuery | ListApplicationSimpleInfoQuery
) -> Page[App]:
    """Every application here is self-built: a list of integrated ones alone is empty. What is false narrows nothing."""
    request.caller.require_administrator()
    if query.is_integrate_app and not query.is_self_built_app:
        return Page()
    ask = partial(request.services.apps.list, request.caller, keyword=query.keywords, sso=query.sso_enabled)
    return await page_or_all(
        request, ask, query.page, query.limit, everything_asked=getattr(query, "all", None)
    )


async def _the_app(request: V3Request, app_id: str) -> App:
    request.caller.require_administrator()
    return await request.services.apps.get(request.caller, app_id)


def _given(body: msgspec.Struct) -> dict[str, Any]:
    """What was sent, by our names. What is not served is refused rather than swallowed."""
    given = {
        name: value
        for name in body.__struct_fields__
        if not isinstance(value := getattr(body, name), UnsetType)
    }
    for name in _UNSERVED:
        if given.get(name):
            raise NotSupported(what=name)
    for name in _UNKEPT:
        if given.get(name):
            raise NotSupported(what=name)
    if given.get("default_protocol") not in (None, "oidc"):
        raise NotSupported(what=f"defaultProtocol {given['default_protocol']}")
    return given


def _settings(given: Mapping[str, Any], pages: Mapping[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if given.get("init_login_uri") is not None:
        settings["init_login_uri"] = given["init_login_uri"]
    if given.get("sso_enabled") is not None:
        settings["sso_enabled"] = given["sso_enabled"]
    if given.get("sso_show_launchpad") is not None:
        settings["show_in_list"] = given["sso_show_launchpad"]
    changed = {ours: _plain(given[name]) for name, ours in _PAGES.items() if given.get(name) is not None}
    if changed:
        settings["pages"] = {**pages, **changed}
    return settings


def _plain(config: msgspec.Struct) -> dict[str, Any]:
    """As it was sent, without what was not."""
    sent: dict[str, Any] = msgspec.to_builtins(config)
    return {name: value for name, value in sent.items() if value is not None}


# -- shapes ----------------------------------------------------------------------------------------------


def _simple(app: App) -> ApplicationSimpleInfoDto:
    return ApplicationSimpleInfoDto(
        app_id=app.id,
        app_identifier=app.identifier,
        app_name=app.name,
        app_logo=app.logo or "",
        app_description=app.description,
        app_type=cast(Any, app.settings.platform),
        is_integrate_app=False,
    )


def _whole(app: App) -> dict[str, Any]:
    settings = app.settings
    return {
        "app_id": app.id,
        "app_identifier": app.identifier,
        "app_name": app.name,
        "app_logo": app.logo or "",
        "app_description": app.description,
        "app_type": settings.platform,
        "user_pool_id": app.pool_id,
        "is_integrate_app": False,
        "default_protocol": settings.default_protocol,
        "redirect_uris": list(app.redirect_uris),
        "logout_redirect_uris": list(app.logout_redirect_uris),
        "init_login_uri": settings.init_login_uri,
        "sso_enabled": settings.sso_enabled,
        "login_config": _login(settings.pages.get("login", {})),
        "register_config": _register(settings.pages.get("register", {})),
        "branding_config": _branding(settings.pages.get("branding", {})),
        "oidc_config": apps_oidc.shown(app),
        "saml_provider_enabled": False,
        "oauth_provider_enabled": False,
        "cas_provider_enabled": False,
        "custom_branding_enabled": "branding" in settings.pages,
        "custom_security_enabled": False,
        "template": settings.template,
    }


def _login(kept: Mapping[str, Any]) -> ApplicationLoginConfigDto:
    method = kept.get("defaultLoginMethod") or {}
    return ApplicationLoginConfigDto(
        merge_login_and_register_page=kept.get("mergeLoginAndRegisterPage", False),
        enabled_basic_login_methods=kept.get(
            "enabledBasicLoginMethods",
            ["PHONE_CODE", "EMAIL_CODE", "PHONE_PASSWORD", "EMAIL_PASSWORD", "USERNAME_PASSWORD"],
        ),
        default_login_method=ApplicationDefaultLoginMethod(
            connection_type=method.get("connectionType", "PASSWORD"),
            qrcode_type=method.get("qrcodeType", "SELF_BUILT_APP"),
            qrcode_ext_idp_conn_id=method.get("qrcodeExtIdpConnId", ""),
            ad_ext_idp_conn_id=method.get("adExtIdpConnId", ""),
            ldap_ext_idp_conn_id=method.get("ldapExtIdpConnId", ""),
        ),
        enabled_ext_idp_conns=[],  # of a new one; see apps_sources
        show_authorization_page=kept.get("showAuthorizationPage", False),
    )


def _register(kept: Mapping[str, Any]) -> ApplicationRegisterConfig:
    return ApplicationRegisterConfig(
        enabled_basic_register_methods=kept.get(
            "enabledBasicRegisterMethods", ["PHONE_CODE", "EMAIL_CODE", "EMAIL_PASSWORD"]
        ),
        default_register_method=kept.get("defaultRegisterMethod", "PASSWORD"),
    )


def _branding(kept: Mapping[str, Any]) -> ApplicationBrandingConfig:
    return ApplicationBrandingConfig(
        custom_css_enabled=kept.get("customCSSEnabled", False),
        custom_css=kept.get("customCSS"),
        guard_version=kept.get("guardVersion", "Advanced"),
        custom_loading_image=kept.get("customLoadingImage"),
        custom_background=kept.get("customBackground"),
        show_change_language_button=kept.get("showChangeLanguageButton", True),
        default_language=kept.get("defaultLanguage", "zh-CN"),
        show_forget_password_button=kept.get("showForgetPasswordButton", True),
        show_enterprise_connections=kept.get("showEnterpriseConnections", True),
        show_social_connections=kept.get("showSocialConnections", True),
        show_agreement=True,
        agreements=[],
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "list-applications",
        request=ListApplicationsQuery,
        response=ApplicationPaginatedDataDto,
        handler=list_applications,
        scope="apps:read",
        summary="List applications",
    ),
    Endpoint(
        "GET",
        "list-application-simple-info",
        request=ListApplicationSimpleInfoQuery,
        response=ApplicationSimpleInfoPaginatedDataDto,
        handler=list_simple_info,
        scope="apps:read",
        summary="List applications, in brief",
    ),
    Endpoint(
        "GET",
        "get-application",
        request=GetApplicationQuery,
        response=ApplicationDto,
        handler=get_application,
        scope="apps:read",
        summary="One application",
    ),
    Endpoint(
        "GET",
        "get-application-simple-info",
        request=GetApplicationSimpleInfoQuery,
        response=ApplicationSimpleInfoDto,
        handler=get_simple_info,
        scope="apps:read",
        summary="One application, in brief",
    ),
    Endpoint(
        "POST",
        "create-application",
        request=CreateApplicationDto,
        response=CreateApplicationRespDataDto,
        handler=create_application,
        scope="apps:write",
        summary="Create an application",
    ),
    Endpoint(
        "POST",
        "update-application",
        request=UpdateApplicationDto,
        response=IsSuccessDto,
        handler=update_application,
        scope="apps:write",
        summary="Change an application",
    ),
    Endpoint(
        "POST",
        "delete-application",
        request=DeleteApplicationDto,
        response=IsSuccessDto,
        handler=delete_application,
        scope="apps:write",
        summary="Delete an application",
    ),
    Endpoint(
        "GET",
        "get-application-secret",
        request=GetApplicationSecretQuery,
        response=GetApplicationSecretDataDto,
        handler=get_secret,
        scope="secrets:read",
        summary="An application's secret",
    ),
    Endpoint(
        "POST",
        "refresh-application-secret",
        request=RefreshApplicationSecretDto,
        response=RefreshApplicationSecretDataDto,
        handler=refresh_secret,
        scope="secrets:write",
        summary="Give an application a new secret; the old one ends",
    ),
    Endpoint(
        "POST",
        "list-application-active-users",
        request=ListApplicationActiveUsersDto,
        response=UserPagingDto,
        handler=list_active_users,
        scope="apps:read",
        also=PEOPLE,
        summary="People with a live session at an application",
    ),
]
