"""Identity sources and connections made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from poolhouse.client.model import Arg, Values
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.identity_sources.shown import CONNECTION, ONE, PATH, the_connection
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.v3.dto.common import ExtIdpConnType, Provider

_WORDS = "source_field_"


async def _types(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    return _choosing(arguments, get_args(Provider))


async def _connection_types(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    return _choosing(arguments, get_args(ExtIdpConnType))


def _choosing(arguments: list[Arg], types: tuple[str, ...]) -> Fields:
    return Fields([arg._replace(choices=types) if arg.to == "type" else arg for arg in arguments])


async def _with_connections(visit: Visit) -> Mapping[str, Any]:
    count = len((await visit.ask(ONE, {"id": visit.path["source"]}))["connections"])
    return {"goes": [("source_its_connections", count)]}


def _whole(values: Values, now: Any) -> Values:
    """The wire takes both; a secret that is sent as it is shown stays."""
    return {"displayName": now["displayName"], "fields": now["fields"], **values}


FORMS = (
    Form("sources/new", "source create", "sources", varies=_types, words=_WORDS, makes="source"),
    Form(f"{PATH}/edit", "source update", PATH, "source", ONE, words=_WORDS),
    Form(
        f"{PATH}/connections/new",
        "source connect",
        PATH,
        within={"source": "extIdpId"},
        inside=(ONE, {"source": "id"}),
        varies=_connection_types,
        words=_WORDS,
        makes="connection",
    ),
    Form(
        f"{CONNECTION}/edit",
        "source reconnect",
        PATH,
        "connection",
        ONE,
        finds=the_connection,
        sends=_whole,
        words=_WORDS,
    ),
)
DELETIONS = (
    Form(
        f"{PATH}/delete",
        "source delete",
        "sources",
        "source",
        ONE,
        confirms=("name",),
        tells=_with_connections,
    ),
    Form(
        f"{CONNECTION}/delete",
        "source disconnect",
        PATH,
        "connection",
        ONE,
        confirms=("displayName",),
        finds=the_connection,
        back=PATH,
    ),
)
