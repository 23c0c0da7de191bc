"""Words of passkeys."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "passkeys": ("通行密钥", "Passkeys"),
    "passkeys_help": (
        "用指纹、面容、设备 PIN 或安全密钥登录，代替密码和验证码。密码和身份验证器仍可使用",
        "Sign in with a fingerprint, your face, a device's PIN or a security key, instead of password and code. "
        "The password and the authenticator stay",
    ),
    "passkeys_none": ("还没有通行密钥", "No passkeys yet"),
    "passkeys_open": ("管理通行密钥", "Manage passkeys"),
    "passkeys_count": ("已添加 {count} 个", "{count} added"),
    "passkeys_address": (
        "通行密钥绑定到域名，IP 地址不能使用：请用域名打开控制台，在本机可用 localhost",
        "Passkeys are bound to a host name, and an IP address is none: open the console by its name, on this "
        "machine as localhost",
    ),
    "passkeys_insecure": (
        "浏览器只在 HTTPS 下允许通行密钥：请用 https:// 打开控制台",
        "Browsers allow passkeys over HTTPS alone: open the console by https://",
    ),
    "passkeys_unknown": ("此浏览器不支持通行密钥", "This browser knows no passkeys"),
    "passkeys_script": ("使用通行密钥需要启用 JavaScript", "Passkeys need JavaScript, which is switched off"),
    "passkey_in_place": ("用通行密钥登录并提交", "Sign in with a passkey and send it"),
    "passkey_sign_in": ("使用通行密钥登录", "Sign in with a passkey"),
    "passkey_or": ("或", "or"),
    "passkey_add": ("添加通行密钥", "Add a passkey"),
    "passkey_password_help": (
        "添加之前请再次输入密码",
        "Your password is asked for again before one is added",
    ),
    "passkey_new_help": (
        "请起一个能认出它的名称，再按照浏览器的提示操作",
        "Give it a name you will know it by, then do what your browser asks",
    ),
    "passkey_name": ("名称", "Name"),
    "passkey_name_help": ("例如：办公室的电脑", "For example: the office computer"),
    "passkey_create": ("创建通行密钥", "Create the passkey"),
    "passkey_site": ("域名", "Host name"),
    "passkey_elsewhere": ("在此地址不可用", "not good at this address"),
    "passkey_synced": ("已同步", "Synced"),
    "passkey_used": ("最近使用", "Last used"),
    "passkey_rename": ("重命名", "Rename"),
    "passkey_remove": ("删除", "Remove"),
    "passkey_change": ("更改", "Change"),
    "passkey_last": (
        "这是最后一个通行密钥，删除后只能用密码登录",
        "This is the last one: after it the password alone signs you in",
    ),
    "passkey_last_factor": (
        "这是最后一个通行密钥，删除后用密码和身份验证器登录",
        "This is the last one: after it you sign in with the password and your authenticator",
    ),
    "passkey_cancelled": (
        "没有完成：已取消或超时，请重试",
        "Not done: it was cancelled or took too long. Try again",
    ),
    "passkey_there": ("此设备上已有您的通行密钥", "This device has a passkey of yours already"),
    "passkey_lost": ("服务器没有应答，请重试", "The server did not answer: try again"),
    "passkey_late": (
        "用时过长或登录已变更，没有添加：请重新开始",
        "That took too long, or your session has changed: nothing was added, begin again",
    ),
    "done_passkey_added": ("已添加通行密钥", "The passkey was added"),
    "done_passkey_removed": ("已删除通行密钥", "The passkey was removed"),
}
