"""The settings of a pool at the command line: every one is there or known to do nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.client.conftest import Typed, typed  # noqa: F401
from tests.conftest import PoolForTests

from poolhouse.client.exits import NOT_FOUND
from poolhouse.pools.model import NEW_POOL
from poolhouse.services import Services
from poolhouse.wire.pool_settings import ABOUT, about, leaves
from poolhouse.wire.without_effect import POOL

NAMES = [name for name, _ in leaves(NEW_POOL)]


def test_every_setting_is_told_or_does_nothing() -> None:
    """Whether passwords are changed in a cycle is what their numbers say."""
    untold = {name for name in NAMES if about(name) is None} - {"password_update_policy.enabled"}
    assert {name.partition(".")[0] for name in untold} == POOL.keys()
    assert not {name for name in NAMES if name.partition(".")[0] in POOL} - untold
    assert set(ABOUT) <= set(NAMES)


def other(name: str, value: Any) -> str:
    """A value it may have and has not."""
    if isinstance(value, bool):
        return "no" if value else "yes"
    if isinstance(value, int):
        return str(value - 1 if value else value + 1)
    return {
        "zone": "Asia/Tokyo",
        "allowed_origins": "https://app.example.com",
        "login_fail_strategy": "captcha",
        "password_strength.level": "high",
        "password_strength.pattern": "^.{9}",
        "password_strength.message": "longer",
        "branding.color": "#0b6b3a",
    }[name]


@pytest.mark.parametrize("name", [name for name in NAMES if about(name)])
async def test_a_setting_is_set_and_the_others_stay(
    services: Services,
    pool: PoolForTests,
    typed: Typed,  # noqa: F811
    name: str,
) -> None:
    before = dict(leaves((await services.pools.get(pool.id)).settings))
    value = other(name, before[name])
    assert (await typed("settings", "set", name, value)).status == 0
    after = dict(leaves((await services.pools.get(pool.id)).settings))
    changed = {one for one in NAMES if after[one] != before[one]}
    assert changed - {"password_update_policy.enabled"} == {name}
    assert (await typed("settings", "get", name, "--json")).json["value"] == after[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mfa_required", "perhaps"),
        ("verify_code_length", "99"),
        ("verify_code_length", "six"),
        ("login_fail_strategy", "shout"),
        ("password_strength.level", "superb"),
        ("zone", "Mars/Base"),
        ("app_sso_enabled", "yes"),
    ],
)
async def test_what_does_not_fit_is_refused(typed: Typed, name: str, value: str) -> None:  # noqa: F811
    ended = await typed("settings", "set", name, value)
    assert (ended.status, bool(ended.err)) == (1, True)


@pytest.mark.parametrize("name", ["password_strength.nothing", "nothing"])
async def test_what_is_no_setting_is_not_found(typed: Typed, name: str) -> None:  # noqa: F811
    assert (await typed("settings", "set", name, "yes")).status == NOT_FOUND


async def test_what_does_nothing_is_listed_with_the_reason_and_cannot_be_set(typed: Typed) -> None:  # noqa: F811
    listed = {row["name"]: row["effect"] for row in (await typed("settings", "list", "--json")).json}
    for name, idle in POOL.items():
        (effect,) = {effect for one, effect in listed.items() if one.partition(".")[0] == name}
        assert effect in (f"without effect: {idle.en}", f"不起作用：{idle.zh}")
    ended = await typed("settings", "set", "app_sso_enabled", "yes")
    assert any(why in ended.err for why in POOL["app_sso_enabled"][:2])
