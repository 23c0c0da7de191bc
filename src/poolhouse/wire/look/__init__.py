"""How pages look: the tokens that the console and the hosted pages share, and a pool's own color made legible on them.

Contrast as WCAG 2.2 has it: text has 4.5 to what is behind it (1.4.3), so that any color will do for a button, with
white or black on it, and links are written in a shade of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

TOKENS = (files(__package__) / "tokens.css").read_text("utf-8")
LEGIBLE = 4.5
_STEPS = 40


def _both(token: str) -> tuple[str, str]:
    """Of a color its light and its dark value."""
    light, dark = re.findall(rf"{token}: (#[0-9a-f]+);", TOKENS)[:2]
    return _long(light), _long(dark)


def _long(color: str) -> str:
    return color.lower() if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:].lower())


_GROUNDS = tuple(zip(_both("--paper"), _both("--ground"), strict=True))
"""What text stands on: in light, in dark."""
BUILT_IN, BUILT_IN_DARK = _both("--accent")


@dataclass(frozen=True, slots=True)
class Shades:
    """`on`: of text on the color; `light` and `dark`: of links and outlines on light and on dark pages."""

    color: str
    on: str
    light: str
    dark: str

    @property
    def is_as_given(self) -> bool:
        """Whether links on light pages have the color itself."""
        return self.light == self.color


def contrast(one: str, other: str) -> float:
    """1 to 21, of two colors `#rrggbb`."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=256)
def shades(color: str) -> Shades:
    """Of `#rrggbb`. One of white and black is always legible on it."""
    color = color.lower()
    on = max("#ffffff", "#000000", key=lambda text: contrast(text, color))
    return Shades(color, on, _legible(color, "#000000", _GROUNDS[0]), _legible(color, "#ffffff", _GROUNDS[1]))


@lru_cache(maxsize=256)
def style(color: str) -> str:
    """The tokens, in the color of a pool; "" for the built-in one."""
    if not color:
        return TOKENS
    own = shades(color)
    dark = f"--accent: {own.dark};"
    return (
        f"{TOKENS}:root:root:root {{ --accent: {own.light}; --brand: {own.color}; --brand-ink: {own.on}; }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:root:root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root:root:root[data-theme="dark"] {{ {dark} }}\n'
    )


def _legible(color: str, towards: str, grounds: tuple[str, ...]) -> str:
    """The nearest mixture with black or white that is legible on all of the grounds."""
    for step in range(_STEPS + 1):
        mixed = _mixed(color, towards, step / _STEPS)
        if all(contrast(mixed, ground) >= LEGIBLE for ground in grounds):
            return mixed
    return towards


def _mixed(color: str, other: str, share: float) -> str:
    parts = (round(one + (two - one) * share) for one, two in zip(_parts(color), _parts(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
