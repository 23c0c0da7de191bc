"""Words of forms that somebody else changed meanwhile."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "conflict": (
        "打开此页之后，有人修改了同一内容，没有保存。请逐项选择，再次保存",
        "Somebody else has changed this since the page was opened. Nothing was saved: choose, and save again",
    ),
    "conflict_all_mine": ("全部用我的", "Keep all of mine"),
    "conflict_all_theirs": ("全部用对方的", "Take all of theirs"),
    "conflict_mine": ("我的：", "Yours:"),
    "conflict_theirs": ("对方的：", "Theirs:"),
    "conflict_first": ("原来的值：", "Before both:"),
    "conflict_by": ("{who} 于 {at} 修改了此项", "Changed by {who}, {at}"),
    "conflict_last_by": (
        "此项已修改，最近一次修改者为 {who}，{at}",
        "Changed; the last to change anything here was {who}, {at}",
    ),
    "conflict_unknown": ("此项已修改，审计日志中没有记录", "Changed, by nobody whom the audit log knows"),
    "conflict_by_person": ("用户本人", "the person"),
    "conflict_by_key": ("访问密钥 {key}", "the access key {key}"),
    "conflict_by_server": ("系统", "the server"),
}
