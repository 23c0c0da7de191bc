"""The look of the hosted pages at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.client.exits import NOT_FOUND, REFUSED, USAGE
from poolhouse.services import Services

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 90


async def test_a_logo_is_a_file_and_both_are_taken_back(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(PNG)
    changed = (await typed("branding", "set", "--logo", str(file), "--color", "#0b6b3a", "--json")).json
    assert changed["logo"].startswith("data:image/png;base64,")
    assert changed["logoShown"]
    shown = (await typed("branding", "show")).out
    assert changed["logo"] not in shown
    assert "#0b6b3a" in shown
    assert (await typed("branding", "set", "--logo", "", "--color", "")).status == 0
    stored = await services.pools.get(pool.id)
    assert (stored.logo, stored.settings.branding.color) == (None, "")


async def test_what_is_no_picture_is_refused(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(b"<svg>")
    assert (await typed("branding", "set", "--logo", str(file))).status == REFUSED
    assert (await typed("branding", "set", "--logo", str(tmp_path / "none"))).status in (REFUSED, NOT_FOUND)
    assert (await typed("branding", "set")).status == USAGE
