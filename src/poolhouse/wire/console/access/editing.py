"""The forms of resources and namespaces."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.access import namespaces, resources
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect, segment

_RESOURCES = "resources/{namespace}"
_WITHIN = {"namespace": "namespace"}
_WORDS = "access_field_"


async def _resource_made(visit: Visit, rendering: Rendering, made: Any) -> Response:
    here = f"{visit.pool_address}/resources/{segment(visit.path['namespace'])}"
    return redirect(f"{here}/{segment(made['code'])}?done=done_saved")


FORMS = (
    Form("namespaces/new", "namespace create", "namespaces", words=_WORDS),
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
