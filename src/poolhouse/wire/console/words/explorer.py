"""Words of the page of the API."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "api": ("API", "API"),
    "api_title": ("API v3", "API v3"),
    "api_tried_as_you": (
        "在此试用的请求会真实执行：以您的身份，在本用户池内，按您的角色。",
        "What you try here is done in earnest: as you, in this pool, with your roles.",
    ),
    "api_tried_with_token": (
        "在此试用的请求会真实执行。“Authorize” 接受 get-management-token 的 token。",
        "What you try here is done in earnest. “Authorize” takes the token of get-management-token.",
    ),
    "api_variables": (
        "curl 示例需要两个变量；accessKeyId 与 accessKeySecret 见 credentials.json：",
        "The lines of curl need two variables; accessKeyId and accessKeySecret are in credentials.json:",
    ),
    "api_document": ("OpenAPI 文档", "OpenAPI document"),
    "api_signed_in": ("在控制台中试用，无需 token", "Try it in the console, without a token"),
    "api_search": ("查找接口", "Find an operation"),
    "api_operations": ("接口", "Operations"),
    "api_value": ("值", "Value"),
    "api_samples": ("调用示例", "The call"),
    "api_copy": ("复制", "Copy"),
    "api_copied": ("已复制", "Copied"),
    "api_ended": (
        "会话已结束，此次调用没有执行：请在另一个标签页中登录，然后重新载入此页再试。",
        "Your session has ended and the call was not done: sign in in another tab, then load this page anew.",
    ),
    "api_needs_script": (
        "此页需要 JavaScript；没有它时请看 OpenAPI 文档。",
        "This page needs JavaScript; without it, there is the OpenAPI document.",
    ),
}
