"""Words of the page that runs a script."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "debug_title": ("调试 {script}", "Debug {script}"),
    "debug_help": (
        "用下面的参数在沙箱中运行一次，使用已保存的连接。脚本真的会访问您的数据库；这里只留下一条日志。",
        "Runs it once in the sandbox with these arguments and the saved connection. It really works on your database; "
        "here it leaves a log entry and nothing else.",
    ),
    "debug_off": ("您的角色不能运行脚本", "Your roles do not let you run scripts"),
    "debug_nothing": (
        "此脚本还没有任何版本，没有可运行的内容",
        "This script has no version yet: there is nothing to run",
    ),
    "debug_which": ("版本", "Version"),
    "debug_draft": ("草稿（版本 {number}）", "Draft (version {number})"),
    "debug_published": ("已发布（版本 {number}）", "Published (version {number})"),
    "debug_version": ("版本 {number}", "Version {number}"),
    "debug_arguments": ("参数", "Arguments"),
    "debug_empty_null": ("留空为 null", "empty is null"),
    "debug_empty_absent": ("留空则没有此字段", "empty leaves it out"),
    "debug_rest": ("{of} 的其他字段，JSON 对象", "Other fields of {of}, a JSON object"),
    "debug_secret": ("运行后不保留", "Not kept after the run"),
    "debug_forgotten": (
        "含有密码，没有保留，请重新输入",
        "It had a secret in it and was not kept: type it again",
    ),
    "debug_remembered": (
        "已填入最近一次调试的参数，不含密码",
        "Filled in as in the last debug run, without passwords",
    ),
    "debug_context": ("更改 context", "Change the context"),
    "debug_context_help": (
        "JSON 对象，只写要改的字段，如 {example}；其余由服务器填写",
        "A JSON object of the fields to change, such as {example}; the server fills in the rest",
    ),
    "debug_run": ("运行", "Run"),
    "debug_outcome": ("结果", "Outcome"),
    "debug_returned": ("已返回", "It returned"),
    "debug_threw": ("出错", "It failed"),
    "debug_line": ("第 {line} 行", "Line {line}"),
    "debug_result": ("返回值", "Result"),
    "debug_stack": ("调用栈", "Stack"),
    "debug_console": ("控制台输出", "Console output"),
    "debug_silent": ("没有输出", "It printed nothing"),
    "debug_cut": ("内容过长，只显示前 {kb} KB", "Too long: the first {kb} KB are shown"),
    "debug_later": ("以后会出问题的地方", "What would hurt later"),
    "debug_duration": ("用时", "Duration"),
    "debug_ms": ("{ms} 毫秒", "{ms} ms"),
    "debug_opened": ("打开的连接", "Connections opened"),
    "debug_left_open": ("未关闭的连接", "Connections left open"),
    "debug_leak": (
        "脚本结束时连接仍未关闭，登录多时会耗尽数据库的连接。请在 finally 中关闭",
        "They were still open at the end: many sign-ins would use up the database's connections. Close them in finally",
    ),
}
