"""Words of the page of examples."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "examples": ("示例", "Examples"),
    "examples_title": ("{script} 的示例", "Examples of {script}"),
    "examples_help": (
        "选用的示例保存为新的草稿；版本 {number} 及更早的版本都会保留。数据表和字段名请按您的数据库修改",
        "An example becomes a new draft; version {number} and those before it stay. Change tables and columns to yours",
    ),
    "examples_help_first": (
        "选用的示例保存为草稿，不会发布。数据表和字段名请按您的数据库修改",
        "An example becomes a draft, not published. Change tables and columns to yours",
    ),
    "examples_own": ("您的数据库类型", "your kind of database"),
    "examples_take": ("以此新建草稿", "Begin a draft with it"),
    "examples_none": (
        "Poolhouse 没有此函数：它只在 Auth0 的写法中存在",
        "Poolhouse has no such function: it exists in Auth0's form alone",
    ),
    "examples_message": ("示例：{kind}", "Example: {kind}"),
    "examples_message_auth0": ("示例：{kind}（Auth0 写法）", "Example: {kind} (Auth0)"),
    "examples_poolhouse": ("Poolhouse 的写法", "In Poolhouse's form"),
    "examples_auth0": ("从 Auth0 迁入", "Coming from Auth0"),
    "examples_auth0_as_it_is": (
        "Auth0 的自定义数据库脚本可以原样粘贴使用，无需改写。",
        "A script of Auth0's custom database is used as it is: paste it unchanged.",
    ),
    "examples_auth0_lacks": (
        "Auth0 没有对应此函数的脚本；需要时使用 Poolhouse 写法的示例，两种写法可以并存",
        "Auth0 has no such script: where it is needed, take the one in Poolhouse's form, which works beside Auth0's",
    ),
    "examples_auth0_set": (
        "连接的 dialect 已是 auth0。",
        "The connection's dialect is auth0 already.",
    ),
    "examples_auth0_unset": (
        "先把连接的 dialect 设为 auth0：",
        "Set the connection's dialect to auth0 first:",
    ),
    "done_example": ("示例已保存为草稿", "The example is saved as a draft"),
}
