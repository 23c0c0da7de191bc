"""Words of what is chosen by name in a form."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "choose_find": ("查找", "Find"),
    "choose_find_in": ("按名称查找：{what}", "Find by name: {what}"),
    "choose_gone": ("已删除", "Deleted"),
    "choose_nothing": ("没有找到其他的", "Nothing else found"),
    "choose_more": ("可能还有更多：请输入更完整的名称", "There may be more: type more of the name"),
    "choose_search": ("输入名称来查找", "Type a name to find one"),
}
