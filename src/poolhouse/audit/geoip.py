"""What an address and a user agent tell. Read when rows are shown: writing them stays one INSERT."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb
import structlog

from poolhouse.errors import Unfit

LOOKED_AT_EVERY_S = 60.0
LONGEST_AGENT = 400
"""Characters. The patterns take a hundredth of a second for a forged one of a thousand."""


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Agent:
    """`device`, browser `name` and `os`, each "" when unknown."""

    device: str = ""
    name: str = ""
    os: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Names are in the language the file has, Chinese first."""

    continent_code: str = ""
    country_code: str = ""
    country_name: str = ""
    region_code: str = ""
    region_name: str = ""
    city_name: str = ""
    timezone: str = ""
    latitude: float | None = None
    longitude: float | None = None


@lru_cache(maxsize=4096)
def agent(user_agent: str) -> Agent:
    from ua_parser import parse  # by those who read the log, in a thread: `know_agents`

    parsed = parse(user_agent[:LONGEST_AGENT])
    browser, system, device = parsed.user_agent, parsed.os, parsed.device
    return Agent(
        device=(device.model or device.family) if device else "",
        name=_versioned(browser.family, browser.major) if browser else "",
        os=_versioned(system.family, system.major) if system else "",
    )


async def know_agents(user_agents: Iterable[str]) -> None:
    """Reads them in a thread, so that `agent` has them at hand for the rows of a page."""
    await asyncio.to_thread(lambda: [agent(one) for one in set(user_agents)])


class GeoIpUnfit(Unfit):
    """The file of places cannot be used; the message tells the operator why."""


class GeoIp:
    """A file in MaxMind's format with cities or countries, or nothing: then no place is ever known.

    A newer file put in its place (renamed onto it, not written over it: it is read where it lies) is used within
    a minute; one that is broken is logged, and the old one stays. Raises GeoIpUnfit for a first one that is.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._reader: maxminddb.Reader | None = None
        self._stamp: tuple[int, int] | None = None
        self._look_at = 0.0
        if file:
            try:
                self._open(file)
            except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
                raise GeoIpUnfit(f"POOLHOUSE_GEO_DATABASE: {error}") from error

    def of(self, ip: str | None) -> Place | None:
        """None of an address the file does not know, as of those of private networks."""
        if self._file is None or not ip:
            return None
        self._renew(self._file)
        try:
            found = self._reader.get(ip) if self._reader else None
        except ValueError:  # not an address
            return None
        return _place(found) if isinstance(found, dict) else None

    def _renew(self, file: Path) -> None:
        moment = time.monotonic()
        if moment < self._look_at:
            return
        self._look_at = moment + LOOKED_AT_EVERY_S
        try:
            if _stamp(file) != self._stamp:
                self._open(file)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            _log.warning("geo_database_unusable", error=type(error).__name__)

    def _open(self, file: Path) -> None:
        stamp = _stamp(file)
        self._reader = maxminddb.open_database(str(file), maxminddb.MODE_MMAP_EXT)
        self._stamp, self._look_at = stamp, time.monotonic() + LOOKED_AT_EVERY_S


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_ino, status.st_mtime_ns


def geoip_document(place: Place) -> dict[str, Any]:
    """As the audit log and `context.request.geo` show a place. Source: docs/contract/users.md#places."""
    return {
        "continent_code": place.continent_code,
        "country_code2": place.country_code,
        "country_code3": place.country_code,
        "country_name": place.country_name,
        "region_code": place.region_code,
        "region_name": place.region_name,
        "city_name": place.city_name,
        "timezone": place.timezone,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "location": {"lon": place.longitude, "lat": place.latitude},
    }


def _place(found: dict[str, Any]) -> Place:
    """A row of MaxMind's or DB-IP's shape, or a flat one such as `{"country_code": "CN", "country": "China"}`."""
    country = found.get("country") or found.get("registered_country") or {}
    if not isinstance(country, dict) or "country_code" in found:
        return _flat(found)
    regions = found.get("subdivisions") or [{}]
    location = found.get("location") or {}
    return Place(
        continent_code=(found.get("continent") or {}).get("code", ""),
        country_code=country.get("iso_code", ""),
        country_name=_name(country),
        region_code=regions[0].get("iso_code", ""),
        region_name=_name(regions[0]),
        city_name=_name(found.get("city") or {}),
        timezone=location.get("time_zone", ""),
        latitude=location.get("latitude"),
        longitude=location.get("longitude"),
    )


def _flat(found: dict[str, Any]) -> Place:
    def text(*names: str) -> str:
        return next((value for name in names if isinstance(value := found.get(name), str)), "")

    code, country = text("country_code"), text("country_name", "country")
    if not code and len(country) == 2:
        code, country = country, ""
    return Place(
        continent_code=text("continent_code"),
        country_code=code,
        country_name=country,
        region_code=text("region_code"),
        region_name=text("region", "region_name", "state1"),
        city_name=text("city", "city_name"),
        timezone=text("timezone", "time_zone"),
    )


def _name(thing: dict[str, Any]) -> str:
    names = thing.get("names") or {}
    return str(names.get("zh-CN") or names.get("en") or "")


def _versioned(family: str, major: str | None) -> str:
    return f"{family} {major}" if major else family
