"""The color of a pool on its pages, legible whatever it is; and the tokens that all pages share."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import product

import pytest

from poolhouse.wire import look
from poolhouse.wire.console.rendering import Rendering

LIGHT, DARK = ("#ffffff", "#f5f7fa"), ("#1a2129", "#10151b")
COLORS = ["#" + "".join(parts) for parts in product(("00", "33", "80", "bb", "ff"), repeat=3)]


def test_contrast_is_that_of_the_guidelines() -> None:
    assert round(look.contrast("#000000", "#ffffff"), 2) == 21
    assert round(look.contrast("#777777", "#ffffff"), 2) == 4.48
    assert round(look.contrast("#ffffff", "#767676"), 2) == 4.54


def test_text_on_any_color_and_links_of_any_color_can_be_read() -> None:
    for color in COLORS:
        shades = look.shades(color)
        assert look.contrast(shades.on, color) >= 4.5, color
        for text, grounds in ((shades.light, LIGHT), (shades.dark, DARK)):
            assert min(look.contrast(text, ground) for ground in grounds) >= 4.5, color


def test_a_color_that_can_be_read_is_left_as_it_is() -> None:
    assert look.shades("#1250C4").light == "#1250c4"
    assert look.shades("#8ab0ff").dark == "#8ab0ff"


def test_the_console_and_the_hosted_pages_have_the_same_tokens_and_none_of_their_own() -> None:
    console = Rendering().static["console.css"][1].decode()
    assert console.startswith(look.TOKENS)
    assert look.style("").startswith(look.TOKENS)
    hosted = (files("poolhouse.wire.oidc") / "templates" / "hosted.css").read_text("utf-8")
    for sheet in (console.removeprefix(look.TOKENS), hosted):
        assert not re.search(r"--[\w-]+:", sheet)
        named = set(re.findall(r"var\((--[\w-]+)", sheet))
        assert named - set(re.findall(r"(--[\w-]+):", look.TOKENS)) <= {"--brand", "--brand-ink"}


@pytest.mark.parametrize("color", ["#0b6b3a", "#FFFF00"])
def test_a_style_has_the_color_and_nothing_else_of_it(color: str) -> None:
    assert f"--brand: {color.lower()};" in look.style(color)
