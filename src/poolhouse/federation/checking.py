"""What a connection is set up with, judged when it is written down rather than when somebody signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.errors import InvalidInput
from poolhouse.federation import catalog
from poolhouse.federation.binding import Rules
from poolhouse.federation.settings import Unfit, read_settings


def require_fit(kind: str, fields: Mapping[str, Any]) -> None:
    """Of a kind that signs in; any other's are kept as they are, and so is what a kind does not know.

    Raises InvalidInput naming the field.
    """
    manifest = catalog.MANIFESTS.get(kind)
    if manifest is None:
        return
    try:
        read_settings(manifest.settings, fields)
        read_settings(Rules, {name: value for name, value in fields.items() if value})
    except Unfit as error:
        raise InvalidInput(f"fields.{error.field}", error.zh, error.en) from error
