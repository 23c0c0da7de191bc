"""What is wrong with the hook for SMS, and what to do about it, by kind, in both languages."""

from __future__ import annotations

from poolhouse.errors import Lang
from poolhouse.mail.sms_trial import Kind

SENTENCES: dict[Kind, tuple[str, str]] = {
    "no_hook": ("服务器没有设置短信服务", "The server has no service for SMS"),
    "name_not_found": (
        "找不到短信服务 URL 中的主机名",
        "The host in the URL of the SMS service was not found",
    ),
    "refused": (
        "短信服务的主机拒绝连接：该端口没有程序在监听",
        "The host of the SMS service refused: nothing listens on that port",
    ),
    "unreachable": ("网络到不了短信服务的主机", "The network does not reach the host of the SMS service"),
    "timeout": ("短信服务在时限内没有回答", "The SMS service did not answer in time"),
    "certificate": ("短信服务的证书不可信", "The certificate of the SMS service is not trusted"),
    "tls": (
        "无法与短信服务建立 TLS 加密连接",
        "No encrypted connection (TLS) to the SMS service could be made",
    ),
    "no_http": ("短信服务的回答不是 HTTP", "What the SMS service answered is no HTTP"),
    "secret": ("短信服务拒绝了请求（401 或 403）", "The SMS service refused the request (401 or 403)"),
    "path": ("该 URL 不接收短信（404、405 或 410）", "Nothing takes SMS at that URL (404, 405 or 410)"),
    "redirect": ("短信服务的回答是重定向", "The SMS service answered with a redirect"),
    "busy": ("短信服务暂不接收（408 或 429）", "The SMS service takes none at present (408 or 429)"),
    "rejected": ("短信服务拒绝了这条短信（4xx）", "The SMS service rejected this message (4xx)"),
    "failed": ("短信服务出错（5xx）", "The SMS service failed (5xx)"),
}
REMEDIES: dict[Kind, tuple[str, str]] = {
    "no_hook": (
        "请服务器管理员设置 POOLHOUSE_SMS_URL；在此之前短信留在发件箱",
        "Have whoever runs the server set POOLHOUSE_SMS_URL; until then SMS wait in the outbox",
    ),
    "name_not_found": (
        "请服务器管理员检查 POOLHOUSE_SMS_URL 的拼写，并确认运行 Poolhouse 的机器能解析它",
        "Whoever runs the server checks the spelling of POOLHOUSE_SMS_URL, and that the machine of Poolhouse can "
        "resolve it",
    ),
    "refused": (
        "请检查短信服务是否在运行，以及 POOLHOUSE_SMS_URL 的端口",
        "Check that the service runs, and the port of POOLHOUSE_SMS_URL",
    ),
    "unreachable": ("请检查地址、路由与防火墙", "Check the address, the routes and the firewall"),
    "timeout": (
        "请检查防火墙和短信服务的日志；服务应在几秒内回答",
        "Check the firewall and the log of the service, which should answer within seconds",
    ),
    "certificate": (
        "主机名须与证书一致，证书须由受信任的机构签发且未过期",
        "The host must be named as in the certificate, which must be of a trusted issuer and not over",
    ),
    "tls": (
        "该端口可能不加密：请检查 POOLHOUSE_SMS_URL 用 https 还是 http",
        "The port may not be an encrypted one: check whether POOLHOUSE_SMS_URL is https or http",
    ),
    "no_http": (
        "请检查 POOLHOUSE_SMS_URL 的端口，以及用 https 还是 http",
        "Check the port of POOLHOUSE_SMS_URL, and whether it is https or http",
    ),
    "secret": (
        "请核对短信服务的密钥与 POOLHOUSE_SMS_SECRET 是否相同，两台机器的时钟是否一致",
        "Check that the service has the secret of POOLHOUSE_SMS_SECRET, and that both machines' clocks agree",
    ),
    "path": ("请检查 POOLHOUSE_SMS_URL 的路径", "Check the path of POOLHOUSE_SMS_URL"),
    "redirect": (
        "请在 POOLHOUSE_SMS_URL 中写最终的地址，不跟随重定向",
        "Write the address it leads to in POOLHOUSE_SMS_URL: redirects are not followed",
    ),
    "busy": (
        "请稍后再试；多为短信服务商的限额",
        "Try again later; most often it is a quota of the provider of SMS",
    ),
    "rejected": (
        "请看短信服务的日志：多为号码、签名或模板未通过",
        "See the log of the service: most often the number, the signature or the template was refused",
    ),
    "failed": ("请看短信服务的日志", "See the log of the service"),
}


def sentence(kind: Kind | None, lang: Lang) -> str:
    return SENTENCES[kind][lang == "en-US"] if kind else ""


def remedy(kind: Kind | None, lang: Lang) -> str:
    return REMEDIES[kind][lang == "en-US"] if kind else ""
