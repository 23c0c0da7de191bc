"""Reading a connection's fields: what a kind needs is there and fits, and what it does not know is left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from poolhouse.web_origins import web_origin

_MISSING = re.compile(r"missing required field `([^`]*)`")
_PLACE = re.compile(r"at `\$\.([^`.\[]*)")


class Unfit(ValueError):
    """A field that cannot be used: its name as the contract spells it, and why, in Chinese and in English."""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(f"{field}: {en}")
        self.field, self.zh, self.en = field, zh, en


def read_settings(settings: type[msgspec.Struct], fields: Mapping[str, Any]) -> msgspec.Struct:
    """A field that is null is not there, and one in other letters (`clientID`, as the official console writes some
    kinds') stands for its own. Raises Unfit."""
    exact = {one.encode_name for one in msgspec.structs.fields(settings)}
    meant = {name.lower(): name for name in exact}
    given = {name: value for name, value in fields.items() if value is not None}
    for name in [*given]:
        if name not in exact and (own := meant.get(name.lower())):
            given.setdefault(own, given[name])
    for one in msgspec.structs.fields(settings):
        if one.required and given.get(one.encode_name) == "":
            raise Unfit(one.encode_name, "不能为空", "must be given")
    try:
        return msgspec.convert(given, settings, strict=False)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, Unfit):
            raise error.__cause__ from None
        raise _unfit(str(error)) from error


def is_address(text: str) -> bool:
    """Of the web, in the letters that a request has."""
    return text.isascii() and text.isprintable() and " " not in text and web_origin(text) is not None


def scheme_of(address: str) -> str:
    """In lower case; "" of what is no address at all."""
    try:
        return urlsplit(address).scheme
    except ValueError:
        return ""


def _unfit(said: str) -> Unfit:
    """What msgspec says of a value, which names the place and quotes at most a choice."""
    missing = _MISSING.search(said)
    if missing:
        return Unfit(missing[1], "不能为空", "must be given")
    place = _PLACE.search(said)
    field = place[1] if place else "fields"
    return Unfit(field, f"格式不符（{said[:200]}）", f"does not fit ({said[:200]})")
