"""The words of the page of a connection of an identity source, and of its form."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "connection_open": ("查看", "Open"),
    "connection_source": ("身份源", "Its identity source"),
    "connection_there": ("在身份提供方登记", "What to enter at the provider"),
    "connection_works": ("是否可用", "Does it work?"),
    "connection_copy": ("复制", "Copy"),
    "connection_copied": ("已复制", "Copied"),
    "connection_show": ("显示", "Show"),
    "connection_failures": ("最近失败的登录", "Sign-ins that failed lately"),
    "connection_failures_help": (
        "三十天内最近十次，新的在前。登录的人只看到“没有成功”；这里是原因。",
        "The last ten within thirty days, newest first. People read only that it did not work; this is why.",
    ),
    "connection_failures_none": ("没有失败的登录", "No sign-in has failed"),
    "connection_printed": ("脚本输出的最后几行", "The last lines that the script printed"),
    "connection_later": (
        "保存之后，这个连接的页面会给出需要登记的地址，并可以试一试。",
        "Once it is saved, the connection's page has the addresses to register, and tries whether it works.",
    ),
    "connection_more": ("更多设置（一般不需要）", "More settings, which are seldom needed"),
    "connection_example": ("示例", "An example"),
    "connection_script_keys": (
        "Ctrl-F 查找，Ctrl-Z 撤销；先按 Esc 再按 Tab 离开",
        "Ctrl-F finds, Ctrl-Z undoes; Escape and then Tab leaves",
    ),
    "connection_fill": ("填入示例", "Take the example"),
}
