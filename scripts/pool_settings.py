"""Writes docs/reference/pool-settings.md and its Chinese page from what `poolhouse settings list` is made of.

python -m scripts.pool_settings [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from poolhouse.errors import Lang
from poolhouse.pools.model import NEW_POOL
from poolhouse.wire.pool_settings import about, allowed, leaves
from poolhouse.wire.v2 import shapes, userpool
from poolhouse.wire.v3 import security
from poolhouse.wire.without_effect import POOL, nothing

ROOT = Path(__file__).parents[1]
PAGES: Mapping[str, Lang] = {
    "docs/reference/pool-settings.md": "en-US",
    "docs/zh/reference/pool-settings.md": "zh-CN",
}
_HEADS: Mapping[Lang, str] = {
    "en-US": """# Settings of a pool

Each user pool has its own. `poolhouse settings list` shows them with their values, `poolhouse settings set NAME VALUE`
changes one, from now on; so do v2's `updateUserpool` and v3's `update-security-settings` and `update-password-policy`,
by the fields below. Where a request sets what has no effect, the answer says so, behind v3's `message` and in the
header `poolhouse-notice`. [中文](../zh/reference/pool-settings.md). Settings of the server
are [elsewhere](settings.md).

This page is made from the settings themselves (`python -m scripts.pool_settings`) and a test keeps it current.

| setting | default | allowed | effect | v2 | v3 |
|---|---|---|---|---|---|
""",
    "zh-CN": """# 用户池设置

每个用户池各有一份。`poolhouse settings list` 列出全部设置及当前值，
`poolhouse settings set NAME VALUE` 修改一项，立即生效。
也可按下表的字段名，通过 v2 的 `updateUserpool` 和 v3 的 `update-security-settings`、`update-password-policy` 修改。
只保存而不起作用的字段，会写在 v3 应答的 `message` 末尾和应答头 `poolhouse-notice` 中。
[English](../../reference/pool-settings.md)。服务器的设置见[另一页](../../reference/settings.md)。

本页由设置的定义生成（`python -m scripts.pool_settings`），由测试保证与代码一致。

| 设置 | 默认值 | 可取值 | 作用 | v2 | v3 |
|---|---|---|---|---|---|
""",
}
_POLICY = "update-password-policy: "
V3: Mapping[str, str] = {
    **{ours: shapes.camel(theirs) for theirs, ours in security.FLAT.items()},
    "allowed_origins": "allowedOrigins",
    "session_expires_after": "cookieSettings.cookieExpiresIn",
    "verify_old_email": "changeEmailStrategy.verifyOldEmail",
    "verify_old_phone": "changePhoneStrategy.verifyOldPhone",
    "frequent_register_check": "registerAnomalyDetection",
    "login_fail_check": "loginAnomalyDetection.loginFailCheck",
    "login_password_fail_check": "loginAnomalyDetection.loginPasswordFailCheck",
    "login_fail_strategy": "loginAnomalyDetection.loginFailStrategy",
    "self_unlock": "selfUnlockAccount.enabled",
    "qrcode_login": "qrcodeLoginStrategy",
    **{
        f"{group}.{ours}": _POLICY + shapes.camel(theirs)
        for group, names in (
            ("password_strength", security.STRENGTH),
            ("password_update_policy", security.ROTATION),
        )
        for theirs, ours in names.items()
    },
}
"""Setting, or its group, -> field of `update-security-settings`."""
V2: Mapping[str, str] = {
    **{ours: theirs for theirs, ours in userpool.FLAT.items()},
    **{ours: theirs for theirs, (ours, _) in userpool.GROUPS.items()},
    "verify_old_phone": "changePhoneStrategy.verifyOldPhone",
    "verify_old_email": "changeEmailStrategy.verifyOldEmail",
}
"""Setting, or its group, -> field of `UpdateUserpoolInput`."""


def text(lang: Lang) -> str:
    return _HEADS[lang] + "".join(f"| {' | '.join(row)} |\n" for row in _rows(lang))


def _rows(lang: Lang) -> list[list[str]]:
    rows: list[list[str]] = []
    for name, default in leaves(NEW_POOL):
        group = name.partition(".")[0]
        if (known := about(name)) is not None:
            told = allowed(name, known, lang)
            effect = known.words[0 if lang == "zh-CN" else 1]
            rows.append([f"`{name}`", _value(default), told, effect, field(V2, name), field(V3, name)])
        elif group in POOL and [f"`{group}`"] != rows[-1][:1]:
            rows.append(
                [f"`{group}`", "", "", nothing(POOL[group], lang), field(V2, group), field(V3, group)]
            )
    return rows


def field(names: Mapping[str, str], setting: str) -> str:
    """Of a group that is one on the wire, with the part's name there."""
    group, _, part = setting.partition(".")
    if setting in names:
        return f"`{names[setting]}`"
    if part and group in names:
        return f"`{names[group]}.{shapes.camel(part)}`"
    return ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{value}`" if value != "" else ""


def main() -> None:
    for name, lang in PAGES.items():
        page = ROOT / name
        if "--check" not in sys.argv[1:]:
            page.write_text(text(lang), encoding="utf-8")
        elif not page.is_file() or page.read_text(encoding="utf-8") != text(lang):
            sys.exit(f"{name} is not what the settings say: python -m scripts.pool_settings")


if __name__ == "__main__":
    main()
