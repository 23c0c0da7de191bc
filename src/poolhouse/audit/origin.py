"""What an address and a user agent tell. Read when rows are shown: writing them stays one INSERT."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb
from ua_parser import parse

LONGEST_AGENT = 400
"""Characters. The patterns take a hundredth of a second for a forged one of a thousand."""


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


class Places:
    """A MaxMind city or country file, or nothing: then no place is ever known."""

    def __init__(self, file: Path | None = None) -> None:
        self._reader = maxminddb.open_database(str(file), maxminddb.MODE_MMAP_EXT) if file else None

    def of(self, ip: str | None) -> Place | None:
        if self._reader is None or not ip:
            return None
        try:
            found = self._reader.get(ip)
        except ValueError:  # not an address
            return None
        return _place(found) if isinstance(found, dict) else None


def _place(found: dict[str, Any]) -> Place:
    country = found.get("country") or found.get("registered_country") or {}
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


def _name(thing: dict[str, Any]) -> str:
    names = thing.get("names") or {}
    return str(names.get("zh-CN") or names.get("en") or "")


def _versioned(family: str, major: str | None) -> str:
    return f"{family} {major}" if major else family
