"""Why a database could not be reached, told from what its driver said: a kind, a sentence and a remedy in both
languages. Seen of: PostgreSQL (SQLSTATE), MySQL (`ER_...`), MongoDB, and Node's own names of what a socket met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from poolhouse.sandbox.client import Killed, Threw
from poolhouse.sandbox.limits import KillReason

Kind = Literal[
    "not_configured",
    "name_not_found",
    "refused",
    "unreachable",
    "not_allowed",
    "timeout",
    "tls",
    "password",
    "no_database",
    "not_permitted",
    "full",
    "dropped",
    "other",
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class ConnectionFailure:
    """`said`: the driver's own words, without any secret."""

    kind: Kind
    said: str

    def sentence(self, lang: str) -> str:
        return _SENTENCES[self.kind][lang == "en-US"]

    def remedy(self, lang: str) -> str:
        return _REMEDIES[self.kind][lang == "en-US"]


_SENTENCES: dict[Kind, tuple[str, str]] = {
    "not_configured": ("尚未填写连接", "No connection is set up"),
    "name_not_found": ("找不到该主机名", "The name of the host was not found"),
    "refused": ("主机拒绝连接：该端口没有程序在监听", "The host refused: nothing listens on that port"),
    "unreachable": ("网络到不了该主机", "The network does not reach the host"),
    "not_allowed": ("沙箱不允许连接该地址", "The sandbox does not allow that address"),
    "timeout": ("在时限内没有回答", "There was no answer in time"),
    "tls": ("无法建立 TLS 加密连接", "No encrypted connection (TLS) could be made"),
    "password": ("用户名或密码不正确", "The username or the password is wrong"),
    "no_database": ("服务器上没有该数据库", "The server has no such database"),
    "not_permitted": (
        "数据库不允许该用户从此处连接",
        "The database does not let this user in from here",
    ),
    "full": ("数据库的连接数已满", "The database has no connection left"),
    "dropped": (
        "连接后立即被断开：可能不是所选类型的数据库",
        "The connection was closed at once: it may be no database of this kind",
    ),
    "other": ("连接失败", "The connection failed"),
}
_REMEDIES: dict[Kind, tuple[str, str]] = {
    "not_configured": (
        "请填写连接地址，或主机、端口、用户名、密码与数据库名",
        "Enter a URI, or host, port, username, password and database",
    ),
    "name_not_found": (
        "请检查拼写，并确认运行 Poolhouse 的机器能解析该名称，或改用 IP 地址",
        "Check the spelling, and that the machine of Poolhouse can resolve the name; or use the IP address",
    ),
    "refused": (
        "请检查端口，并确认数据库已启动且不只监听它自己的 127.0.0.1",
        "Check the port, that the database runs, and that it does not listen on its own 127.0.0.1 alone",
    ),
    "unreachable": ("请检查地址、路由与防火墙", "Check the address, the routes and the firewall"),
    "not_allowed": (
        "脚本只能连接此处所填的主机与端口。若库会转到另一地址，请把它加入“允许的主机”",
        "Scripts reach this host and port alone. If the database leads elsewhere, add that to the allowed hosts",
    ),
    "timeout": (
        "多半是防火墙丢弃了数据包，或端口属于另一个程序。请检查防火墙与端口",
        "Most often a firewall drops the packets, or the port is another program's. Check both",
    ),
    "tls": (
        "若服务器不支持加密，请去掉 sslmode 或 ssl 参数；若证书是自己签发的，请让它由受信任的机构签发",
        "Without encryption on the server, remove sslmode or ssl; replace a self-signed certificate by a trusted one",
    ),
    "password": (
        "请核对用户名与密码；密码中的特殊字符在连接地址里须写成 %XX",
        "Check both. In a URI, special characters of the password are written %XX",
    ),
    "no_database": ("请核对数据库名，包括大小写", "Check the name of the database, capitals included"),
    "not_permitted": (
        "请在数据库中允许该用户从 Poolhouse 的地址连接（PostgreSQL：pg_hba.conf；MySQL：GRANT）",
        "Let the user in from the address of Poolhouse (PostgreSQL: pg_hba.conf; MySQL: GRANT)",
    ),
    "full": (
        "请关闭空闲连接，或提高数据库的上限；也可以打开“连接池”",
        "Close idle connections or raise the database's limit; pooled connections help, too",
    ),
    "dropped": ("请核对端口与数据库类型", "Check the port and the kind of database"),
    "other": ("请看数据库的原话", "See the words of the database"),
}

_OF_CODES: dict[str, Kind] = {
    **dict.fromkeys(("ENOTFOUND", "EAI_AGAIN", "EAI_NONAME", "EAI_NODATA"), "name_not_found"),
    "ECONNREFUSED": "refused",
    **dict.fromkeys(("EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL"), "unreachable"),
    **dict.fromkeys(("ETIMEDOUT", "ECONNABORTED", "ESOCKETTIMEDOUT"), "timeout"),
    **dict.fromkeys(("ECONNRESET", "EPIPE", "PROTOCOL_CONNECTION_LOST"), "dropped"),
    **dict.fromkeys(("28P01", "ER_ACCESS_DENIED_ERROR", "18", "8000"), "password"),
    **dict.fromkeys(("3D000", "ER_BAD_DB_ERROR"), "no_database"),
    **dict.fromkeys(
        ("28000", "42501", "ER_DBACCESS_DENIED_ERROR", "ER_HOST_NOT_PRIVILEGED", "13"), "not_permitted"
    ),
    **dict.fromkeys(("53300", "ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS"), "full"),
    **dict.fromkeys(("HANDSHAKE_NO_SSL_SUPPORT", "DEPTH_ZERO_SELF_SIGNED_CERT"), "tls"),
}
_OF_WORDS: tuple[tuple[tuple[str, ...], Kind], ...] = (
    (("requires net access", "permission denied (os error 13)", "eacces"), "not_allowed"),
    (
        ("enotfound", "eai_again", "failed to lookup address", "name or service not known"),
        "name_not_found",
    ),
    (("econnrefused", "connection refused"), "refused"),
    (("ehostunreach", "enetunreach", "no route to host", "network is unreachable"), "unreachable"),
    (("ssl", "tls", "certificate"), "tls"),
    (("authentication failed", "access denied"), "password"),
    (("timed out", "timeout", "time out"), "timeout"),
    (("terminated unexpectedly", "connection lost", "econnreset", "closed"), "dropped"),
)
"""In small letters, and the first that is found decides."""
_LONGEST_READ = 2_000


def kind_of(outcome: Threw | Killed) -> Kind:
    """Of what the probe met. Constant time: `_LONGEST_READ` of the words are looked at."""
    if isinstance(outcome, Killed):
        slow = (KillReason.SOFT_TIMEOUT, KillReason.HARD_TIMEOUT)
        return "timeout" if outcome.reason in slow else "other"
    code = outcome.code or ""
    if code.startswith(("ERR_SSL", "ERR_TLS", "CERT_", "UNABLE_TO_", "SELF_SIGNED")):
        return "tls"
    if found := _OF_CODES.get(code):
        return found
    words = f"{outcome.name}: {outcome.message[:_LONGEST_READ]}".lower()
    return next((kind for parts, kind in _OF_WORDS if any(part in words for part in parts)), "other")
