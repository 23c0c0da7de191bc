"""Wires translate. What they would need to decide by themselves is not in their hands."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import poolhouse.wire
from poolhouse.services import WireServices
from poolhouse.services.core import Raw
from poolhouse.services.people import Unchecked

KEPT_FROM_WIRES = {field.name for part in (Raw, Unchecked) for field in fields(part)}
FORBIDDEN = re.compile(rf"""services\.({"|".join(KEPT_FROM_WIRES)})\b|["']system["']""")


def test_no_wire_reaches_past_the_services_or_acts_as_the_system() -> None:
    (root,) = poolhouse.wire.__path__
    found = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in Path(root).rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_what_a_wire_is_handed_has_none_of_it_by_type() -> None:
    assert {field.name for field in fields(WireServices)}.isdisjoint(KEPT_FROM_WIRES)
