from pathlib import Path
from typing import Any

import pytest
from tests import mmdb

from poolhouse.audit import geoip
from poolhouse.audit.geoip import Agent, GeoIp, GeoIpUnfit, Place, agent, geoip_document

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, Agent("", "Chrome 119", "Windows 10")),
        (IPHONE, Agent("iPhone", "Mobile Safari 16", "iOS 16")),
        ("", Agent()),
        ("\0 nothing known", Agent()),
    ],
)
def test_a_user_agent_tells_device_browser_and_system(user_agent: str, expected: Agent) -> None:
    assert agent(user_agent) == expected


def test_without_a_file_no_place_is_known() -> None:
    assert GeoIp().of("203.0.113.9") is None


@pytest.mark.parametrize("content", [b"not a database", b"", None], ids=["text", "empty", "missing"])
def test_a_file_that_is_none_is_refused_at_start_by_the_settings_name(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "geo.mmdb").write_bytes(content)
    with pytest.raises(GeoIpUnfit, match="POOLHOUSE_GEO_DATABASE"):
        GeoIp(tmp_path / "geo.mmdb")


CITY: dict[str, Any] = {
    "continent": {"code": "AS"},
    "country": {"iso_code": "CN", "names": {"zh-CN": "中国", "en": "China"}},
    "subdivisions": [{"iso_code": "BJ", "names": {"zh-CN": "北京市"}}],
    "city": {"names": {"en": "Beijing"}},
    "location": {"latitude": 39.9, "longitude": 116.4, "time_zone": "Asia/Shanghai"},
}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (CITY, Place("AS", "CN", "中国", "BJ", "北京市", "Beijing", "Asia/Shanghai", 39.9, 116.4)),
        ({"country": {"iso_code": "CN"}}, Place(country_code="CN")),
        ({"country_code": "CN"}, Place(country_code="CN")),
        ({"country": "CN"}, Place(country_code="CN")),
        ({"country": "China", "country_code": "CN", "continent_code": "AS"}, Place("AS", "CN", "China")),
    ],
    ids=["city", "country", "flat code", "flat country", "flat with a name"],
)
def test_files_of_every_common_shape_are_read(tmp_path: Path, row: dict[str, Any], expected: Place) -> None:
    (tmp_path / "geo.mmdb").write_bytes(mmdb.written("203.0.113.0/24", row))
    places = GeoIp(tmp_path / "geo.mmdb")
    assert places.of("203.0.113.9") == expected
    for unknown in ("10.0.0.1", "127.0.0.1", "::1", "nonsense", "", None):
        assert places.of(unknown) is None


def test_a_newer_file_is_used_and_a_broken_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geoip, "LOOKED_AT_EVERY_S", 0.0)
    file, newer = tmp_path / "geo.mmdb", tmp_path / "newer"
    file.write_bytes(mmdb.written("203.0.113.0/24", {"country_code": "CN"}))
    places = GeoIp(file)
    for content, code in ((mmdb.written("203.0.113.0/24", {"country_code": "JP"}), "JP"), (b"broken", "JP")):
        newer.write_bytes(content)
        newer.rename(file)
        found = places.of("203.0.113.9")
        assert found
        assert found.country_code == code


def test_a_place_is_shown_as_the_audit_log_of_the_cloud_shows_it() -> None:
    assert geoip_document(Place("AS", "CN", "中国"))["country_code2"] == "CN"
    assert geoip_document(Place())["location"] == {"lon": None, "lat": None}
