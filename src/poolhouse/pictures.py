"""Pictures that are in their own address (`data:`), as our pages show them: they ask no other host for one."""

from __future__ import annotations

import base64
import re

LONGEST = 32 * 1024
"""Characters of an address, a picture in it included: about 24 kB of picture. It goes with every page."""
_ADDRESS = re.compile(r"data:image/(png|jpeg|gif|webp);base64,", re.IGNORECASE)
_BEGINS = {"png": rb"\x89PNG\r\n\x1a\n", "jpeg": rb"\xff\xd8\xff", "gif": rb"GIF8", "webp": rb"RIFF....WEBP"}


def as_address(picture: bytes) -> str | None:
    """A picture as an address with it inside; None for what is none of those that are shown."""
    for kind, begin in _BEGINS.items():
        if re.match(begin, picture, re.DOTALL):
            return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
    return None


def is_shown(address: str | None) -> bool:
    return address is not None and len(address) <= LONGEST and _ADDRESS.match(address) is not None


def is_sound(address: str) -> bool:
    """Whether one that is shown holds a picture of the kind it says, as far as its first bytes tell."""
    found = _ADDRESS.match(address)
    try:
        raw = base64.b64decode(address.partition(",")[2], validate=True)
    except ValueError:
        return False
    return found is not None and re.match(_BEGINS[found[1].lower()], raw, re.DOTALL) is not None
