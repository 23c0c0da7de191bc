"""What is wrong with a mail server, and what to do about it, by kind, in both languages."""

from __future__ import annotations

from poolhouse.errors import Lang
from poolhouse.mail.trial import Kind

SENTENCES: dict[Kind, tuple[str, str]] = {
    "no_server": ("没有可用的邮件服务器", "There is no mail server"),
    "name_not_found": ("找不到邮件服务器的主机名", "The name of the mail server was not found"),
    "not_allowed": ("该主机在内部网络中", "The host is of a private network"),
    "refused": ("主机拒绝连接：该端口没有程序在监听", "The host refused: nothing listens on that port"),
    "unreachable": ("网络到不了该主机", "The network does not reach the host"),
    "timeout": ("邮件服务器在时限内没有回答", "The mail server did not answer in time"),
    "greeting": ("该端口的程序不像邮件服务器", "What listens on that port is no mail server"),
    "certificate": ("邮件服务器的证书不可信", "The certificate of the mail server is not trusted"),
    "tls": ("无法建立 TLS 加密连接", "No encrypted connection (TLS) could be made"),
    "no_starttls": ("邮件服务器不支持 STARTTLS", "The mail server has no STARTTLS"),
    "password": (
        "邮件服务器不接受该账号和密码",
        "The mail server takes neither this account nor its password",
    ),
    "no_sign_in": ("邮件服务器不提供登录", "The mail server has no sign-in"),
    "sender": ("邮件服务器拒绝了发件人", "The mail server refused the sender"),
    "recipient": ("邮件服务器拒绝了收件人", "The mail server refused the recipient"),
    "content": ("邮件服务器拒绝了邮件内容", "The mail server refused the mail itself"),
}
REMEDIES: dict[Kind, tuple[str, str]] = {
    "no_server": (
        "请在此设置并启用邮件服务器，或请服务器管理员设置 POOLHOUSE_SMTP_HOST",
        "Set one and switch it on here, or have whoever runs the server set POOLHOUSE_SMTP_HOST",
    ),
    "name_not_found": (
        "请检查主机名的拼写，并确认运行 Poolhouse 的机器能解析它",
        "Check its spelling, and that the machine of Poolhouse can resolve it",
    ),
    "not_allowed": (
        "测试只连接公网主机，以及服务器管理员在 POOLHOUSE_OUTGOING_HOSTS 中写明的主机和端口",
        "A test connects to public hosts, and to hosts and ports that whoever runs the server named in "
        "POOLHOUSE_OUTGOING_HOSTS",
    ),
    "refused": (
        "请检查端口：加密连接多为 465，STARTTLS 多为 587",
        "Check the port: TLS is 465, STARTTLS 587",
    ),
    "unreachable": ("请检查地址、路由与防火墙", "Check the address, the routes and the firewall"),
    "timeout": (
        "多半是防火墙拦截，或端口与加密方式不符：465 用 TLS，587 用 STARTTLS",
        "Most often a firewall drops the packets, or port and encryption differ: 465 is TLS, 587 is STARTTLS",
    ),
    "greeting": ("请检查主机和端口", "Check host and port"),
    "certificate": (
        "主机名须与证书一致，证书须由受信任的机构签发且未过期",
        "The host must be named as in the certificate, which must be of a trusted issuer and not over",
    ),
    "tls": (
        "端口可能不是加密端口：587 请改用 STARTTLS",
        "The port may not be an encrypted one: for 587 choose STARTTLS",
    ),
    "no_starttls": ("请改用加密端口 465 和 TLS", "Use TLS, most often on port 465"),
    "password": (
        "请核对账号和密码；许多服务商要求使用客户端授权码，而不是网页登录的密码",
        "Check both; many providers want a password made for mail programs, not that of their web page",
    ),
    "no_sign_in": (
        "请检查端口和加密方式，许多服务器只在加密后允许登录",
        "Check port and encryption: many offer it then only",
    ),
    "sender": ("发件人须是该账号可以使用的地址", "It must be an address that the account may send from"),
    "recipient": (
        "请检查收件地址；服务器的原话说明原因",
        "Check the address; the words of the server tell the reason",
    ),
    "content": (
        "服务器的原话说明原因，多为限额或反垃圾规则",
        "The words of the server tell why: often a quota or a filter",
    ),
}


def sentence(kind: Kind | None, lang: Lang) -> str:
    return SENTENCES[kind][lang == "en-US"] if kind else ""


def remedy(kind: Kind | None, lang: Lang) -> str:
    return REMEDIES[kind][lang == "en-US"] if kind else ""
