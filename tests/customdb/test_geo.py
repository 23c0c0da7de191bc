"""`context.request.geo`: null without a file of places, and of an address the file does not know."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests import mmdb
from tests.conftest import PoolForTests

from poolhouse.audit.geoip import GeoIp, Place, geoip_document
from poolhouse.services import Services


async def test_without_a_file_geo_is_null(services: Services, pool: PoolForTests) -> None:
    caller = replace(pool.stranger, ip="203.0.113.9")
    request = (await services.scripts.context(caller))["request"]
    assert request["ip"] == "203.0.113.9"
    assert request["geo"] is None


@pytest.mark.parametrize(("ip", "known"), [("203.0.113.9", True), ("10.0.0.1", False), (None, False)])
async def test_with_a_file_geo_is_as_in_the_audit_log(
    services: Services,
    pool: PoolForTests,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ip: str | None,
    known: bool,
) -> None:
    (tmp_path / "geo.mmdb").write_bytes(mmdb.written("203.0.113.0/24", {"country": {"iso_code": "CN"}}))
    monkeypatch.setattr(services.scripts, "_geoip", GeoIp(tmp_path / "geo.mmdb"))
    request = (await services.scripts.context(replace(pool.stranger, ip=ip)))["request"]
    assert request["geo"] == (geoip_document(Place(country_code="CN")) if known else None)
