"""The pages of a pool's settings are what `settings list` says, in both languages, and their fields can be sent."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from graphql import get_nullable_type
from scripts.pool_settings import PAGES, ROOT, V2, V3, field, text

from poolhouse.pools.model import NEW_POOL
from poolhouse.wire.pool_settings import leaves
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v3.table import endpoints
from poolhouse.wire.without_effect import POOL

ALL = [name for name, _ in leaves(NEW_POOL)]
NAMES = list(
    dict.fromkeys(name.partition(".")[0] if name.partition(".")[0] in POOL else name for name in ALL)
)
POLICY = "update-password-policy: "


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_current(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == text(PAGES[page]), (
        "run: python -m scripts.pool_settings"
    )


@pytest.mark.parametrize("page", PAGES)
def test_the_page_has_every_setting(page: str) -> None:
    told = set(re.findall(r"^\| `([\w.]+)`", text(PAGES[page]), re.MULTILINE))
    assert set(NAMES) - told == {"password_update_policy.enabled"}


def test_the_chinese_page_has_no_english_sentence() -> None:
    for line in text("zh-CN").splitlines():
        if line.startswith("| `"):
            assert re.search(r"[\u3400-\u9fff]", line.split(" | ")[3]), line


@pytest.mark.parametrize("name", [name for name in NAMES if field(V3, name)])
def test_a_field_of_v3_can_be_sent(name: str) -> None:
    sent = field(V3, name).strip("`")
    path = "update-password-policy" if sent.startswith(POLICY) else "update-security-settings"
    kind: Any = endpoints()["POST", f"/api/v3/{path}"].request
    for step in sent.removeprefix(POLICY).split("."):
        kind = next(one for one in parts(kind) if step in fields_of(one))
        kind = fields_of(kind)[step]


def parts(kind: Any) -> list[Any]:
    inner = getattr(kind, "__args__", None)
    return [one for part in inner for one in parts(part)] if inner else [kind]


def fields_of(kind: Any) -> dict[str, Any]:
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    return {one.encode_name: one.type for one in msgspec.structs.fields(kind)} if is_struct else {}


@pytest.mark.parametrize("name", [name for name in NAMES if field(V2, name)])
def test_a_field_of_v2_can_be_sent(name: str) -> None:
    kind: Any = SCHEMA.type_map["UpdateUserpoolInput"]
    for step in field(V2, name).strip("`").split("."):
        kind = get_nullable_type(kind.fields[step].type)
