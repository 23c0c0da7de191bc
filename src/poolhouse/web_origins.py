"""Origins of pages, as browsers write them: they are compared letter by letter, in headers and in scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+\Z|[0-9a-f.]*:[0-9a-f:.]*\Z")
"""As browsers write one: lower case, other letters than ASCII as `xn--...`; or an IPv6 address."""


def web_origin(address: str) -> str | None:
    """The origin of a web page's address as a browser writes it: without the scheme's own port. None where we could
    only guess it: what is no address of the web, or a host in other letters than a browser's."""
    try:
        split = urlsplit(address)
        host, port = split.hostname or "", split.port
    except ValueError:
        return None
    if split.scheme not in _USUAL_PORTS or not _HOST.match(host):
        return None
    named = f"[{host}]" if ":" in host else host
    return f"{split.scheme}://{named}" + ("" if port in (None, _USUAL_PORTS[split.scheme]) else f":{port}")


def listed_origins(text: str) -> list[str]:
    """Origins apart by commas, as a browser sends them: capitals, the scheme's own port and a slash at the end are put
    right. One of another scheme than the web's (`capacitor://localhost`) stays as it is. Raises ValueError."""
    return [_listed_origin(one) for part in text.split(",") if (one := part.strip())]


def _listed_origin(entry: str) -> str:
    if not entry.lower().startswith(("http://", "https://")):
        if not entry.isascii():
            raise ValueError(f"{entry!r} is no origin")
        return entry
    origin = web_origin(entry)
    if origin is None or entry.rstrip("/").count("/") > 2:
        raise ValueError(
            f"{entry!r} is no origin such as https://app.example; other letters than ASCII: xn--..."
        )
    return origin
