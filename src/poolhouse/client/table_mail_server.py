"""The commands about the mail server of a pool."""

from __future__ import annotations

from typing import Any

from poolhouse.client.exits import USAGE, Stopped
from poolhouse.client.model import Arg, Call, Column, Command, Facts, Values
from poolhouse.client.special import NOTHING
from poolhouse.client.words import say

READ, WRITE, TEST = "GET get-email-provider", "POST config-email-provider", "POST test-email-provider"
KINDS = ("custom", "ali", "qq", "sendgrid")
_AT = {"ali": "aliExmailConfig", "qq": "tencentExmailConfig", "sendgrid": "sendGridConfig"}
MASK = "********"


def flat(found: dict[str, Any]) -> dict[str, Any]:
    """What the wire tells, which has a shape for each kind, with one set of names for all."""
    kind = found.get("type") or "custom"
    given = found.get(_AT.get(kind, "smtpConfig")) or {}
    return {
        "enabled": found["enabled"],
        "type": kind,
        "host": given.get("smtp_host") or "",
        "port": given.get("smtp_port") or (465 if kind == "custom" else None),
        "tls": given.get("secure", True),
        "sender": given.get("sender") or "",
        "password": given.get("senderPass") or given.get("apikey") or "",
    }


def nested(given: dict[str, Any]) -> dict[str, Any]:
    """As the wire takes it. An empty password keeps what is stored."""
    kind = given["type"]
    password = given.get("password") or MASK
    inside: dict[str, Any] = {"sender": given["sender"] or ""}
    if kind == "custom":
        inside |= {"smtp_host": given["host"] or "", "smtp_port": int(given["port"] or 465)}
        inside |= {"secure": given["tls"], "senderPass": password}
    else:
        inside["apikey" if kind == "sendgrid" else "senderPass"] = password
    return {"type": kind, "enabled": given["enabled"], _AT.get(kind, "smtpConfig"): inside}


def show(call: Call, command: Command, values: Values) -> Any:
    return flat(call(command.operation, values))


def change(call: Call, command: Command, values: Values) -> Any:
    if not values:
        raise Stopped(say(NOTHING), USAGE)
    return flat(call(command.operation, nested({**flat(call(READ, {})), **values})))


ARGUMENTS = (
    Arg("--enabled", "enabled", ("启用，否则用服务器的", "whether it is used, or that of the server"), "yes"),
    Arg("--type", "type", ("服务商，custom 为自己的", "whose it is; custom for your own"), choices=KINDS),
    Arg("--host", "host", ("主机名", "its host")),
    Arg("--port", "port", ("端口，默认 465", "its port, 465 by default"), "number"),
    Arg(
        "--tls",
        "tls",
        ("yes 为 TLS，no 为 STARTTLS，默认 yes", "yes for TLS, no for STARTTLS; yes by default"),
        "yes",
    ),
    Arg("--sender", "sender", ("发件地址，也是登录的账号", "the sender's address, which signs in, too")),
    Arg(
        "--password",
        "password",
        ("密码或密钥，不写则不变", "its password or key; kept if not given"),
        "secret",
        value="known",
    ),
)
_SHOWN = Facts(
    (
        Column("enabled", "enabled"),
        Column("type", "type"),
        Column("host", "host"),
        Column("port", "port"),
        Column("tls", "tls"),
        Column("sender", "sender"),
    )
)
MAIL_SERVER_COMMANDS = (
    Command(
        "mail-server show",
        ("显示用户池的邮件服务器，密码不显示", "Shows the pool's mail server, not its password."),
        READ,
        (),
        _SHOWN,
        act=show,
    ),
    Command(
        "mail-server set",
        ("修改用户池的邮件服务器，不写的不变", "Changes the pool's mail server; what is not given stays."),
        WRITE,
        ARGUMENTS,
        _SHOWN,
        act=change,
    ),
    Command(
        "mail-server test",
        (
            "按已保存的设置发一封测试邮件，说明哪一步失败、怎么办；每小时至多 10 封",
            "Sends a test mail by what is saved, and tells which step failed and what to do; ten an hour at most.",
        ),
        TEST,
        (Arg("TO", "to", ("收件地址", "the address it goes to"), needed=True),),
        Facts(
            (
                Column("ok", "success"),
                Column("step", "step"),
                Column("reason", "sentence"),
                Column("remedy", "remedy"),
                Column("message", "message"),
            )
        ),
        unless="success",
    ),
)
