"""Words of the page of slow statements."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "slow_statements": ("慢语句", "Slow statements"),
    "slow_statements_help": (
        "数据库统计的耗时最长的语句，所有用户池合在一起；语句中的值不会显示。命令：poolhouse statements",
        "The statements that take the database longest, of all pools together; values in them are not shown. The same "
        "by poolhouse statements",
    ),
    "not_available": ("不可用", "Not available"),
    "slow_statements_because": ("原因：{why}", "Because {why}"),
    "not_available_because": ("不可用，原因：{why}", "Not available, because {why}"),
    "slow_statements_order": ("排序", "Order"),
    "slow_statements_mean": ("平均耗时", "Mean time"),
    "slow_statements_total": ("总耗时", "Total time"),
    "slow_statements_longest": ("最长", "Longest"),
    "slow_statements_rows": ("行数", "Rows"),
    "statement": ("语句", "Statement"),
    "slow_statements_slow": (
        "{count} 条语句平均耗时 {from} 毫秒及以上。",
        "{count} take {from} ms and more on average.",
    ),
    "slow_statements_since": ("统计始于", "Counted since"),
}
