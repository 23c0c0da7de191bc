"""Resources, namespaces, who may use an application, access accounts. Source: docs/contract/v2.md#permissions."""

from __future__ import annotations

from typing import Any

from poolhouse.errors import Missing, NamespaceNotFound, PoolNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    AccessAccount,
    Action,
    AppAccess,
    Effect,
    Namespace,
    Resource,
    ResourceChanges,
    ResourceDraft,
    ResourceType,
    TargetType,
)
from poolhouse.wire.v2.acl import resource_type
from poolhouse.wire.v2.bodies import Body, body
from poolhouse.wire.v2.pages import asked_page, page_or_all
from poolhouse.wire.v2.request import Answer, Route, V2Request

# -- resources ---------------------------------------------------------------------------------------------


class _Action(Body, kw_only=True):
    name: str
    description: str | None = None


class _Resource(Body, kw_only=True):
    code: str
    type: ResourceType
    name: str | None = None
    description: str | None = None
    actions: tuple[_Action, ...] = ()
    api_identifier: str | None = None
    namespace: str = DEFAULT_NAMESPACE


class _Bulk(Body, kw_only=True):
    bulk: list[_Resource]


class _Changes(Body, kw_only=True):
    type: ResourceType | None = None
    name: str | None = None
    description: str | None = None
    actions: tuple[_Action, ...] | None = None
    api_identifier: str | None = None
    namespace: str = DEFAULT_NAMESPACE


async def list_resources(request: V2Request) -> Any:
    query = request.query
    namespace = query.text("namespace") or query.text("namespaceCode") or DEFAULT_NAMESPACE
    kind = resource_type(query.text("type"))

    async def ask(asked: PageRequest) -> Page[Resource]:
        return await request.services.resources.list(
            request.caller, asked, namespaces=[namespace], type_=kind
        )

    found = await page_or_all(request, ask)  # Java's `fetchAll`
    return {"totalCount": found.total, "list": await _resources_json(request, found.items)}


async def resource_detail(request: V2Request) -> Any:
    """By id, or by namespace and code; null for an unknown one."""
    query, resources = request.query, request.services.resources
    if resource_id := query.text("id"):
        resource = await resources.find_by_id(request.caller, resource_id)
        matches = [resource] if resource else []
    else:
        namespace = query.text("namespace") or DEFAULT_NAMESPACE
        matches = await resources.find(request.caller, [query.required("code")], namespace)
    as_json = await _resources_json(request, matches)
    return as_json[0] if as_json else None


async def resource_by_code(request: V2Request) -> Any:
    """Null for an unknown one."""
    namespace = request.query.text("namespace") or DEFAULT_NAMESPACE
    matches = await request.services.resources.find(request.caller, [request.path["code"]], namespace)
    as_json = await _resources_json(request, matches)
    return as_json[0] if as_json else None


async def create_resource(request: V2Request) -> Any:
    new = body(request, _Resource)
    resource = await request.services.resources.create(request.caller, _draft(new), new.namespace)
    return (await _resources_json(request, [resource]))[0]


async def create_resources(request: V2Request) -> Any:
    """POST /api/v2/resources/bulk: what is there already takes the new values, so it can be sent again."""
    drafts = [(one.namespace, _draft(one)) for one in body(request, _Bulk).bulk]
    await request.services.resources.put_many(request.caller, drafts)
    return True


async def update_resource(request: V2Request) -> Any:
    changed_fields = body(request, _Changes)
    changes = ResourceChanges(
        type=changed_fields.type,
        name=changed_fields.name,
        description=changed_fields.description,
        actions=None if changed_fields.actions is None else _actions(changed_fields.actions),
        api_identifier=changed_fields.api_identifier,
    )
    resource = await request.services.resources.update(
        request.caller, request.path["code"], changes, changed_fields.namespace
    )
    return (await _resources_json(request, [resource]))[0]


async def delete_resource(request: V2Request) -> Any:
    namespace = request.query.text("namespace") or DEFAULT_NAMESPACE
    await request.services.resources.delete(request.caller, [request.path["code"]], namespace)
    return True


def _draft(asked: _Resource) -> ResourceDraft:
    return ResourceDraft(
        asked.code,
        asked.type,
        asked.name,
        asked.description,
        _actions(asked.actions),
        asked.api_identifier,
    )


def _actions(given: tuple[_Action, ...]) -> tuple[Action, ...]:
    return tuple(Action(one.name, one.description or "") for one in given)


async def _resources_json(request: V2Request, found: list[Resource]) -> list[dict[str, Any]]:
    codes = list({one.namespace for one in found})
    numbers = {one.code: one.number for one in await request.services.namespaces.find(request.caller, codes)}
    return [
        {
            "id": one.id,
            "userPoolId": request.caller.pool_id,
            "code": one.code,
            "type": one.type,
            "name": one.name,
            "description": one.description,
            "actions": [{"name": each.name, "description": each.description} for each in one.actions],
            "apiIdentifier": one.api_identifier,
            "namespace": one.namespace,
            "namespaceId": numbers.get(one.namespace),
            "createdAt": one.created_at,
            "updatedAt": one.updated_at,
        }
        for one in found
    ]


# -- namespaces --------------------------------------------------------------------------------------------


class _NewNamespace(Body, kw_only=True):
    code: str
    name: str | None = None
    description: str | None = None


class _NamespaceChanges(Body, kw_only=True):
    code: str | None = None
    name: str | None = None
    description: str | None = None


def _own_pool(request: V2Request) -> None:
    """These paths name the pool; it must be the caller's."""
    request.caller.require_administrator()
    if request.path["userPoolId"] != request.caller.pool_id:
        raise PoolNotFound()


async def list_namespaces(request: V2Request) -> Any:
    _own_pool(request)
    namespaces_page = await request.services.namespaces.list(request.caller, asked_page(request))
    return {
        "total": namespaces_page.total,
        "list": [_namespace_json(namespace) for namespace in namespaces_page.items],
    }


async def create_namespace(request: V2Request) -> Any:
    _own_pool(request)
    new = body(request, _NewNamespace)
    namespace = await request.services.namespaces.create(request.caller, new.code, new.name, new.description)
    return _namespace_json(namespace)


async def _named(request: V2Request) -> str:
    """The code of the namespace that the path names: by its code, or by the number that is its id here."""
    _own_pool(request)
    if "code" in request.path:
        return request.path["code"]
    number = request.path["id"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NamespaceNotFound()
    return (await request.services.namespaces.by_number(request.caller, int(number))).code


async def update_namespace(request: V2Request) -> Any:
    code = await _named(request)
    changes = body(request, _NamespaceChanges)
    namespace = await request.services.namespaces.update(
        request.caller,
        code,
        name=changes.name,
        description=changes.description,
        new_code=changes.code,
    )
    return _namespace_json(namespace)


async def delete_namespace(request: V2Request) -> Any:
    await request.services.namespaces.delete(request.caller, [await _named(request)])
    return True


def _namespace_json(one: Namespace) -> dict[str, Any]:
    return {
        "id": one.number,
        "code": one.code,
        "name": one.name or one.code,
        "description": one.description,
        "status": 1,
        "appId": one.app_id,
        "appName": one.name if one.app_id else None,
    }


# -- who may use an application ----------------------------------------------------------------------------


class _Access(Body, kw_only=True):
    target_type: TargetType
    target_identifiers: list[str]
    namespace: str | None = None
    inherit_by_children: bool = False

    @property
    def where(self) -> str:
        return self.namespace or DEFAULT_NAMESPACE


async def list_access(request: V2Request) -> Any:
    accesses = await request.services.app_access.list(
        request.caller, request.path["appId"], asked_page(request)
    )
    return {"totalCount": accesses.total, "list": [_access_json(access) for access in accesses.items]}


async def allow_access(request: V2Request) -> Any:
    return await _put_access(request, Effect.ALLOW)


async def deny_access(request: V2Request) -> Any:
    return await _put_access(request, Effect.DENY)


async def _put_access(request: V2Request, effect: Effect) -> Any:
    asked = body(request, _Access)
    await request.services.app_access.put(
        request.caller,
        request.path["appId"],
        asked.target_type,
        asked.target_identifiers,
        effect,
        namespace=asked.where,
        inherit_by_children=asked.inherit_by_children,
    )
    return Answer(None)


async def enable_access(request: V2Request) -> Any:
    return await _switch_access(request, enabled=True)


async def disable_access(request: V2Request) -> Any:
    return await _switch_access(request, enabled=False)


async def _switch_access(request: V2Request, *, enabled: bool) -> Any:
    asked = body(request, _Access)
    await request.services.app_access.switch(
        request.caller,
        request.path["appId"],
        asked.target_type,
        asked.target_identifiers,
        enabled,
        asked.where,
    )
    return Answer(None)


async def delete_access(request: V2Request) -> Any:
    asked = body(request, _Access)
    await request.services.app_access.delete(
        request.caller,
        request.path["appId"],
        asked.target_type,
        asked.target_identifiers,
        asked.where,
    )
    return Answer(None)


def _access_json(one: AppAccess) -> dict[str, Any]:
    """The client reads the effect in a policy of one statement."""
    statement = {"resource": f"arn:cn:authing:app:{one.app_id}", "actions": ["*"], "effect": one.effect}
    return {
        "assignedAt": one.created_at,
        "inheritByChildren": one.inherit_by_children,
        "enabled": one.enabled,
        "targetType": one.target.type,
        "targetIdentifier": one.target.identifier,
        "namespace": one.namespace,
        "effect": one.effect,
        "policy": {"statements": [statement]},
    }


# -- access accounts ---------------------------------------------------------------------------------------


class _NewAccount(Body, kw_only=True):
    token_lifetime: int = 600
    remarks: str | None = None


class _AccountChanges(Body, kw_only=True):
    id: str
    secret: str | None = None
    enabled: bool | None = None


async def list_accounts(request: V2Request) -> Any:
    accounts = await request.services.app_access.list_accounts(
        request.caller, request.path["appId"], asked_page(request)
    )
    return {"totalCount": accounts.total, "list": [_account_json(account) for account in accounts.items]}


async def create_account(request: V2Request) -> Any:
    new = body(request, _NewAccount)
    account = await request.services.app_access.create_account(
        request.caller,
        request.path["appId"],
        token_lifetime_s=new.token_lifetime,
        remarks=new.remarks,
    )
    return _account_json(account)


async def update_account(request: V2Request) -> Any:
    changes = body(request, _AccountChanges)
    if changes.secret is None and changes.enabled is None:
        request.caller.require_administrator()
        raise Missing("enabled")
    return _account_json(
        await request.services.app_access.update_account(
            request.caller, changes.id, secret=changes.secret, enabled=changes.enabled
        )
    )


async def delete_account(request: V2Request) -> Any:
    await request.services.app_access.delete_account(request.caller, request.query.required("id"))
    return True


def _account_json(one: AccessAccount) -> dict[str, Any]:
    return {
        "id": one.id,
        "appId": one.app_id,
        "secret": one.secret,
        "remarks": one.remarks,
        "tokenLifetime": one.token_lifetime_s,
        "enabled": one.enabled,
        "userId": None,
        "createdAt": one.created_at,
        "updatedAt": one.updated_at,
    }


_NAMESPACES = "/api/v2/resource-namespace/{userPoolId}"
_ACCESS = "/api/v2/applications/{appId}/authorization"
_ACCOUNTS = "/api/v2/applications/programmatic-access-accounts"

ROUTES = [
    Route("GET", "/api/v2/resources", list_resources),
    Route("GET", "/api/v2/resources/detail", resource_detail),
    Route("GET", "/api/v2/resources/by-code/{code}", resource_by_code),
    Route("POST", "/api/v2/resources", create_resource),
    Route("POST", "/api/v2/resources/bulk", create_resources),
    Route("POST", "/api/v2/resources/{code}", update_resource),
    Route("DELETE", "/api/v2/resources/{code}", delete_resource),
    Route("GET", _NAMESPACES, list_namespaces),
    Route("POST", _NAMESPACES, create_namespace),
    Route("PUT", f"{_NAMESPACES}/code/{{code}}", update_namespace),
    Route("DELETE", f"{_NAMESPACES}/code/{{code}}", delete_namespace),
    Route("PUT", f"{_NAMESPACES}/{{id}}", update_namespace),
    Route("DELETE", f"{_NAMESPACES}/{{id}}", delete_namespace),
    Route("GET", f"{_ACCESS}/records", list_access),
    Route("POST", f"{_ACCESS}/allow", allow_access),
    Route("POST", f"{_ACCESS}/deny", deny_access),
    Route("POST", f"{_ACCESS}/enable-effect", enable_access),
    Route("POST", f"{_ACCESS}/disable-effect", disable_access),
    Route("POST", f"{_ACCESS}/revoke", delete_access),
    Route("GET", "/api/v2/applications/{appId}/programmatic-access-accounts", list_accounts),
    Route("POST", "/api/v2/applications/{appId}/programmatic-access-accounts", create_account),
    Route("PATCH", _ACCOUNTS, update_account),
    Route("DELETE", _ACCOUNTS, delete_account),
]
