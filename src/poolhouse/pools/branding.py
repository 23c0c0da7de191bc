"""What a pool looks like to its users: the picture and the color on the pages they sign in at."""

from __future__ import annotations

import re
from typing import Any

from poolhouse import pictures
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import no_program

_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")


def check_color(field: str, value: str) -> None:
    """Raises InvalidInput for what is neither "" nor `#rrggbb`."""
    if value and not _COLOR.match(value):
        raise InvalidInput(
            field,
            "应为 #rrggbb，如 #1250c4，空为自带的颜色",
            "must be #rrggbb such as #1250c4, empty: built in",
        )


def check_logo(field: str, value: Any) -> None:
    """What is no address stays, as old directories hold file names there. Raises InvalidInput, TooLarge."""
    no_program(field, value)
    if not isinstance(value, str):
        return
    if len(value) > pictures.LONGEST:
        said = f"最长 {pictures.LONGEST} 个字符", f"at most {pictures.LONGEST} characters"
        raise TooLarge(field, *said)
    if value.lower().startswith("data:") and not (pictures.is_shown(value) and pictures.is_sound(value)):
        raise InvalidInput(
            field, "应为 PNG、JPEG、GIF 或 WebP 图片", "must be a picture: PNG, JPEG, GIF or WebP"
        )
