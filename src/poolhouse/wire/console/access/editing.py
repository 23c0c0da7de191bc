"""The forms of resources and namespaces."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access import namespaces, policies, resources
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect, segment

_RESOURCES = "resources/{namespace}"
_WITHIN = {"namespace": "namespace"}
_CODE = {"namespace": "namespaceCode"}
_WORDS = "access_field_"


async def _resource_made(visit: Visit, rendering: Rendering, made: Any) -> Response:
    here = f"{visit.pool_address}/resources/{segment(visit.path['namespace'])}"
    return redirect(f"{here}/{segment(made['code'])}?done=done_saved")


async def _policy_made(visit: Visit, rendering: Rendering, made: Any) -> Response:
    return redirect(f"{visit.pool_address}/policies/{segment(made['policyId'])}?done=done_saved")


FORMS = (
    Form("policies/new", "policy create", "policies", words=_WORDS, made=_policy_made, makes="policy"),
    Form(
        f"{policies.POLICY}/edit",
        "policy update",
        policies.POLICY,
        "policy",
        policies.ONE,
        requires=("--name",),
        clears="",
        words=_WORDS,
    ),
    Form(
        "data-resources/{namespace}/new",
        "data-resource create",
        "data-resources",
        within=_CODE,
        inside=(namespaces.ONE, {"namespace": "code"}),
        words=_WORDS,
        makes="data_resource",
    ),
    Form(
        f"{policies.RESOURCE}/edit",
        "data-resource update",
        policies.RESOURCE,
        "data_resource",
        policies.DATA,
        within=_CODE,
        requires=("--name", "--struct", "--action"),
        clears="",
        words=_WORDS,
    ),
    Form("namespaces/new", "namespace create", "namespaces", words=_WORDS, makes="namespace"),
    Form(
        "namespaces/{namespace}/edit",
        "namespace update",
        "namespaces/{namespace}",
        "namespace",
        namespaces.ONE,
        leaves=("--new-code",),
        requires=("--name",),
        clears="",
        words=_WORDS,
    ),
    Form(
        f"{_RESOURCES}/new",
        "resource create",
        "resources",
        within=_WITHIN,
        inside=(namespaces.ONE, {"namespace": "code"}),
        made=_resource_made,
        words=_WORDS,
        makes="resource",
    ),
    Form(
        f"{resources.PATH}/edit",
        "resource update",
        resources.PATH,
        "resource",
        resources.ONE,
        within=_WITHIN,
        requires=("--type",),
        clears="",
        words=_WORDS,
    ),
)
DELETIONS = (
    Form(
        f"{policies.POLICY}/delete",
        "policy delete",
        "policies",
        "policy",
        policies.ONE,
        confirms=("policyName",),
    ),
    Form(
        f"{policies.RESOURCE}/delete",
        "data-resource delete",
        "data-resources",
        "data_resource",
        policies.DATA,
        within=_CODE,
    ),
    Form(
        "namespaces/{namespace}/delete",
        "namespace delete",
        "namespaces",
        "namespace",
        namespaces.ONE,
        tells=namespaces.gone_with_it,
    ),
    Form(
        f"{resources.PATH}/delete",
        "resource delete",
        "resources",
        "resource",
        resources.ONE,
        within=_WITHIN,
    ),
)
