"""A field is indexed from the command line, and its list says how far that is."""

from __future__ import annotations

from tests.client.conftest import Typed
from tests.fields.indexes import filled

from poolhouse.services import Services


async def test_a_field_is_indexed_and_no_longer(services: Services, typed: Typed) -> None:
    await typed("field", "set", "town", "--type", "STRING", "--label", "Town")
    await typed("field", "set", "town", "--indexed", "yes")
    assert "FILLING" in (await typed("field", "list")).out
    await filled(services)
    shown = await typed("field", "list")
    assert "READY" in shown.out
    await typed("field", "set", "town", "--indexed", "no")
    assert "EMPTYING" in (await typed("field", "list")).out
