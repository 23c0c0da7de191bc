"""Words of the comparison of two versions."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "compare": ("比较", "Compare"),
    "compare_title": ("比较 {script} 的版本", "Compare versions of {script}"),
    "compare_before": ("旧", "Old"),
    "compare_after": ("新", "New"),
    "compare_newest": ("最新", "newest"),
    "compare_nothing": ("空", "Nothing"),
    "compare_label": ("从 {before} 到 {after} 的改动", "Changes from {before} to {after}"),
    "compare_same": ("两者完全相同", "Both are the same"),
    "compare_counts": ("删除 {gone} 行，新增 {new} 行", "Lines removed: {gone}, added: {new}"),
    "compare_old_line": ("旧行号", "Old line"),
    "compare_new_line": ("新行号", "New line"),
    "compare_kind": ("改动", "Change"),
    "compare_gone": ("删除", "removed"),
    "compare_new": ("新增", "added"),
    "compare_skipped": ("相同的行：{count}", "Lines that are the same: {count}"),
    "compare_cut": ("改动过多，只显示前 {count} 行", "Too many changes: the first {count} lines are shown"),
    "compare_published": (
        "与正在运行的版本 {number} 的差别",
        "Changes from version {number}, which runs now",
    ),
    "compare_overtaken": ("版本 {number} 与您的内容", "Version {number} and yours"),
    "compare_theirs_label": ("从版本 {number} 到您的内容的改动", "Changes from version {number} to yours"),
    "compare_keep_mine": (
        "继续编辑我的内容；再次保存会排在其后",
        "Go on with mine: saving again makes the next version",
    ),
    "compare_take_theirs": (
        "放弃我的内容，改用版本 {number}",
        "Discard mine and go on with version {number}",
    ),
    "compare_open_theirs": ("在新标签页中打开", "Open theirs in a new tab"),
}
