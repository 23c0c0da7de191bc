"""The commands about the look of the pages that users of a pool sign in at."""

from __future__ import annotations

from typing import Any

from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.model import Arg, Call, Column, Command, Facts, Values
from poolhouse.client.special import NOTHING
from poolhouse.client.words import of_a_file, say

_LONGEST = 80


def show(call: Call, command: Command, values: Values) -> Any:
    found = call(command.operation, values)
    picture = found["logo"]
    if not call.as_json and len(picture) > _LONGEST:
        said = f"{picture[:40]}…（{len(picture)} 个字符）", f"{picture[:40]}… ({len(picture)} characters)"
        found = {**found, "logo": say(said)}
    return found


def change(call: Call, command: Command, values: Values) -> Any:
    """A logo is a file's; '' is none, and '' of a color the built-in one."""
    if not values:
        raise Stopped(say(NOTHING), USAGE)
    if values.get("logo"):
        values["logo"] = _picture(values["logo"])
    return show(call, command, values)


def _picture(name: str) -> str:
    from poolhouse.pictures import LONGEST, as_address  # not for every command

    try:
        with open(name, "rb") as file:
            raw = file.read(LONGEST + 1)
    except OSError as error:
        raise Stopped(of_a_file(error)) from None
    picture = as_address(raw)
    if picture is None:
        said = f"{name} 不是 PNG、JPEG、GIF 或 WebP 图片", f"{name} is no picture: PNG, JPEG, GIF or WebP"
        raise Stopped(say(said))
    return picture


_SHOWN = Facts(
    (
        Column("label", "name"),
        Column("logo", "logo"),
        Column("logo shown", "logoShown"),
        Column("color", "color"),
        Column("text color", "textColor"),
        Column("link color", "linkColor"),
        Column("dark link color", "linkColorDark"),
    )
)
ARGUMENTS = (
    Arg("--name", "name", ("用户池的名称，显示在登录页上", "the pool's name, shown on its pages")),
    Arg(
        "--logo",
        "logo",
        (
            "图片文件，PNG、JPEG、GIF 或 WebP，至多约 24 kB；'' 为不要",
            "a picture file: PNG, JPEG, GIF or WebP of at most about 24 kB; '' for none",
        ),
    ),
    Arg(
        "--color",
        "color",
        ("颜色 #rrggbb，'' 为自带的", "the color #rrggbb; '' for the built-in one"),
    ),
)
BRANDING_COMMANDS = (
    Command(
        "branding show",
        (
            "显示登录等页面的名称、图标和颜色，以及按对比度选取的文字颜色",
            "Shows name, logo and color of the hosted pages, and the colors of text chosen by contrast.",
        ),
        "GET get-branding",
        (),
        _SHOWN,
        act=show,
    ),
    Command(
        "branding set",
        ("修改登录等页面的名称、图标或颜色", "Changes name, logo or color of the hosted pages."),
        "POST update-branding",
        ARGUMENTS,
        _SHOWN,
        act=change,
    ),
)
