"""What a browser says of itself: the cookies that are ours, and the languages its person reads."""

from __future__ import annotations

from collections.abc import Collection

from poolhouse.errors import Lang


def cookies_among(header: str, ours: Collection[str]) -> dict[str, str]:
    """Those named. Their values need no unquoting, and Python's takes the square of their length."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return {name: found[name] for name in ours if name in found}


MOST_LANGUAGES = 20


def spoken(asked: str | None) -> Lang | None:
    """Of `ui_locales` or an Accept-Language the first that we speak, by its weight."""
    if not asked:
        return None
    weighed: list[tuple[float, Lang]] = []
    for one in asked[:1024].replace(" ", ",").split(",")[:MOST_LANGUAGES]:
        name, _, parameters = one.partition(";")
        weight = _weight(parameters)
        if weight > 0 and name.lower().startswith(("en", "zh")):
            weighed.append((weight, "en-US" if name.lower().startswith("en") else "zh-CN"))
    return max(weighed, key=lambda known: known[0])[1] if weighed else None


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1
    digits = value[:5]
    return float(digits) if digits.replace(".", "", 1).isdigit() and digits.isascii() else 0
