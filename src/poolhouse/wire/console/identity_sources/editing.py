"""Identity sources and connections made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from poolhouse.client.model import Arg
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.identity_sources import settings
from poolhouse.wire.console.identity_sources.shown import CONNECTION, ONE, PATH, the_connection
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.v3.dto.common import Provider

_WORDS = "source_field_"


async def _types(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    types = get_args(Provider)
    return Fields([arg._replace(choices=types) if arg.to == "type" else arg for arg in arguments])


async def _new_connection(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    source = await visit.ask(ONE, {"id": visit.path["source"]})
    return settings.making(visit, arguments, source["type"])


async def _connection(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    return settings.changing(visit, arguments, now["type"])


async def _beside_new(visit: Visit) -> Mapping[str, Any]:
    source = await visit.ask(ONE, {"id": visit.path["source"]})
    return settings.beside(visit, settings.kind_meant(visit, source["type"]))


async def _beside(visit: Visit) -> Mapping[str, Any]:
    return settings.beside(visit, (await the_connection(visit))["type"])


async def _with_connections(visit: Visit) -> Mapping[str, Any]:
    count = len((await visit.ask(ONE, {"id": visit.path["source"]}))["connections"])
    return {"goes": [("source_its_connections", count)]}


FORMS = (
    Form("sources/new", "source create", "sources", varies=_types, words=_WORDS, makes="source"),
    Form(f"{PATH}/edit", "source update", PATH, "source", ONE, words=_WORDS),
    Form(
        f"{PATH}/connections/new",
        "source connect",
        PATH,
        within={"source": "extIdpId"},
        inside=(ONE, {"source": "id"}),
        varies=_new_connection,
        tells=_beside_new,
        sends=settings.whole,
        words=_WORDS,
        makes="connection",
    ),
    Form(
        f"{CONNECTION}/edit",
        "source reconnect",
        CONNECTION,
        "connection",
        ONE,
        finds=the_connection,
        varies=_connection,
        tells=_beside,
        sends=settings.whole,
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
