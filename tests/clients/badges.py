"""The badges of README: what pyproject.toml says, and how many calls of the clients passed. Drawn here: a page that
asks another host for its pictures tells that host who reads it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"

LETTER, PADDING = 6.0, 8
"""Pixels. `textLength` makes a text as wide as its box expects, whatever the font is."""

BADGE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img">
<title>{label}: {value}</title>
<clipPath id="round"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#round)"><rect width="{left}" height="20" fill="#4a535c"/>\
<rect x="{left}" width="{right}" height="20" fill="#2f6f4f"/></g>
<g fill="#fff" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
<text x="{padding}" y="14" textLength="{label_length}">{label}</text>
<text x="{value_at}" y="14" textLength="{value_length}">{value}</text>
</g>
</svg>
"""


def badges(counts: Iterable[tuple[int, int]]) -> dict[Path, str]:
    """File -> picture. `counts`: calls passed and calls made, of each client."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    passed, made = (sum(each) for each in zip(*counts, strict=True))
    told = {
        "license": ("license", project["license"]),
        "python": ("Python", project["requires-python"].replace(">=", "≥ ")),
        "calls": ("SDK calls that pass", f"{passed:,} of {made:,}"),
    }
    return {IMAGES / f"badge-{name}.svg": badge(*words) for name, words in told.items()}


def badge(label: str, value: str) -> str:
    left, right = (round(len(text) * LETTER) + 2 * PADDING for text in (label, value))
    return BADGE.format(
        width=left + right,
        left=left,
        right=right,
        padding=PADDING,
        label=escape(label),
        label_length=left - 2 * PADDING,
        value=escape(value),
        value_at=left + PADDING,
        value_length=right - 2 * PADDING,
    )
