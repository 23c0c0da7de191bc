"""Words of the pages of scripts."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "script_debug": ("调试", "Debug"),
    "script_draft_newer": ("有未发布的草稿", "Draft not published"),
    "script_published": ("已发布", "Published"),
    "script_missing": ("缺少", "Missing"),
    "script_unwritten": ("未编写", "Not written"),
    "script_needs": (
        "当前模式需要但尚未发布的函数：{names}",
        "Functions that the mode needs and that are not published: {names}",
    ),
    "script_off": (
        "自定义数据库未启用，脚本不会被调用",
        "The custom database is switched off: no script is called",
    ),
    "script_state": ("状态", "State"),
    "script_versions": ("版本", "Versions"),
    "script_version": ("版本 {number}", "Version {number}"),
    "script_source": ("脚本内容", "Source"),
    "script_message": ("修改说明", "What the change is about"),
    "script_message_column": ("说明", "Message"),
    "script_save": ("保存草稿", "Save draft"),
    "script_publish": ("发布", "Publish"),
    "script_publish_title": ("发布 {script} 的版本 {number}", "Publish version {number} of {script}"),
    "script_publish_help": (
        "发布后立即对所有登录生效。当前运行的版本：{now}",
        "It is used for every sign-in from now on. The version that runs now: {now}",
    ),
    "script_passed": ("试运行成功", "Passed a run"),
    "script_unproven": (
        "用户池要求先试运行成功才能发布，而版本 {number} 还没有：先调试该版本",
        "This pool publishes only what has passed a run, and version {number} has not: debug it first",
    ),
    "script_none": ("无", "none"),
    "script_read_only": (
        "只读：您的角色不能修改脚本",
        "Read only: your roles do not let you change scripts",
    ),
    "script_sound": ("没有语法错误", "No syntax errors"),
    "script_unchecked": (
        "暂时无法检查语法；保存时会检查",
        "The syntax cannot be checked now; saving checks it",
    ),
    "script_keys": (
        "Tab 键缩进；先按 Esc 再按 Tab 离开编辑器。Ctrl-F 查找，Ctrl-空格键补全，Ctrl-S 保存",
        "Tab indents; Escape and then Tab leaves the editor. Ctrl-F finds, Ctrl-Space completes, Ctrl-S saves",
    ),
    "script_plain": ("使用纯文本框", "Use a plain text field"),
    "script_rich": ("使用代码编辑器", "Use the code editor"),
    "script_theirs": (
        "版本 {number} 由 {by} 保存。您的内容在下方的表单中，尚未保存",
        "{by} saved version {number}. Yours is in the form below, not saved",
    ),
    "done_draft": ("草稿已保存", "The draft is saved"),
    "done_published": ("已发布，立即生效", "Published, and in use from now on"),
}
