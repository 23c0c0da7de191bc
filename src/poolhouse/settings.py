"""Every setting, typed, each with its sentence of documentation. Environment: POOLHOUSE_<NAME>; in a settings file the
same name in lower case; a secret also in a file of its own, which <NAME>_FILE names.

Every command reads them first, so they are read by a class of ours: pydantic-settings takes longer to import than a
command may take (docs/decisions/0053-what-a-start-imports.md).
"""

# ruff: noqa: RUF009 - each setting is a call, made once
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args
from urllib.parse import parse_qs, urlsplit

from poolhouse.errors import Unfit
from poolhouse.networks import split_host
from poolhouse.settings_files import exposed
from poolhouse.settings_sources import CONFIG, NOT_GIVEN, Found, Kind, Sources, misspelt_among
from poolhouse.web_origins import listed_origins

_POSTGRESQL = re.compile(
    r"""postgres(?:ql)?://
        (?:[^/?\#]*@)?                                        # user:password
        (?:\[[^]/]*\]|[^][:/?\#@,]*)(?::\d{1,5})?               # host:port
        (?:,(?:\[[^]/]*\]|[^][:/?\#@,]*)(?::\d{1,5})?)*         # more of them
        (?:[/?].*)?\Z""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def misspelt(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    """What to tell of POOLHOUSE_ variables that are no setting, in Chinese and in English."""
    return misspelt_among(environment, names_known())


def exposed_secrets(config: Path | None) -> list[tuple[str, str]]:
    """What to tell of a settings file, in Chinese and in English. Raises ValueError where it cannot be read."""
    secret = [name for name, about in settings_known().items() if about.kind.secret]
    if config is None or not exposed(str(config), secret):
        return []
    return [
        (
            f"{config} 含有密码或密钥，而任何账号都可读取：请 chmod o-r",
            f"{config} has secrets in it, and every account may read it: chmod o-r",
        )
    ]


def _names(given: str) -> frozenset[str]:
    return frozenset(name for part in given.split(",") if (name := part.strip()))


class PortTaken(Unfit):
    """Somebody else listens on the address we were told to."""


class SettingsUnfit(Unfit):
    """Settings that do not fit. The message names each and says what it should be; it repeats no value."""


class SecretStr:
    """A text that is not shown where its holder is."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def get_secret_value(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "SecretStr('**********')" if self._text else "SecretStr('')"


def _whole(least: int, most: int = 10**9) -> Kind:
    allowed = f"{least} to {most}" if most < 10**9 else f"{least} or more"
    allowed_zh = f"{least} 至 {most}" if most < 10**9 else f"不小于 {least}"

    def read(given: Any) -> int:
        text = str(given).strip()
        if not re.fullmatch(r"-?[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"should be a whole number, {allowed}", f"应为整数，{allowed_zh}")
        return int(text)

    return Kind(read, allowed)


def _one_of(*known: str) -> Kind:
    def read(given: Any) -> str:
        if given not in known:
            first, last = ", ".join(map(repr, known[:-1])), repr(known[-1])
            raise ValueError(f"should be {first} or {last}", f"应为 {first} 或 {last}")
        return _text(given)

    return Kind(read, ", ".join(f"`{one}`" for one in known))


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("should be a text", "应为文本")
    return given


def _secret(given: Any) -> SecretStr:
    return given if isinstance(given, SecretStr) else SecretStr(_text(given))


_ATTRS = (
    ("any", "primary", "read-write"),
    ("any", "standby", "prefer-standby", "read-only", "primary", "read-write"),
)
"""What `target_session_attrs` may be: of the database, of a replica."""


def _primary(given: Any) -> SecretStr:
    return _with_attrs(_postgresql(given), _ATTRS[0])


def _replica(given: Any) -> SecretStr:
    return _with_attrs(_postgresql(given), _ATTRS[1])


def _with_attrs(url: SecretStr, known: tuple[str, ...]) -> SecretStr:
    asked = parse_qs(urlsplit(url.get_secret_value()).query).get("target_session_attrs", known[:1])[-1]
    if asked not in known:
        raise ValueError(
            f"target_session_attrs should be {', '.join(known[:-1])} or {known[-1]}",
            f"target_session_attrs 应为 {', '.join(known[:-1])} 或 {known[-1]}",
        )
    return url


def _postgresql(given: Any) -> SecretStr:
    """Here, because a driver's complaint about an address quotes the password in it."""
    url = _secret(given)
    if not _POSTGRESQL.match(url.get_secret_value()):
        raise ValueError(
            "should be postgresql://user:password@host:port/name; write / ? # % of a password as %2F %3F %23 %25",
            "应为 postgresql://user:password@host:port/name；密码中的 / ? # % 写作 %2F %3F %23 %25",
        )
    return url


def _http(given: Any) -> str:
    if not _text(given).startswith(("http://", "https://")):
        raise ValueError("should be an address of http or https", "应为 http 或 https 地址")
    return _text(given)


def _public_url(given: Any) -> str:
    """Issuers, links in mail and the console's forms are made of it: what a browser would not come back to is refused
    at the start, not by the first person who signs in. Empty is none, as compose files have it."""
    if given == "":
        return ""
    try:
        url = urlsplit(_text(given))
        odd = url.username is not None or url.query or url.fragment or url.port == 0
    except ValueError:
        url, odd = urlsplit(""), True
    if odd or url.scheme not in ("http", "https") or not url.hostname or not re.fullmatch(r"[!-~]+", given):
        raise ValueError(
            "should be http:// or https:// and a name, without user, ?query and #fragment",
            "应为 http:// 或 https:// 加主机名，不带用户名、查询参数和片段",
        )
    return _text(given)


def _path(given: Any) -> Path:
    if not isinstance(given, str | Path):
        raise ValueError("should be a path", "应为路径")
    return Path(given)


def _token(given: Any) -> SecretStr:
    """Of the characters that RFC 6750 section 2.1 allows behind `Bearer`; long enough that nobody guesses it. Empty is
    none."""
    token = _secret(given)
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]{16,512}={0,2}", token.get_secret_value()):
        raise ValueError(
            "should be 16 to 512 letters, digits and - . _ ~ + /", "应为 16 至 512 个字母、数字或 - . _ ~ + /"
        )
    return token


def _host(given: Any) -> str:
    text = _text(given).strip()
    if not text:
        raise ValueError(
            "should be an address, such as 127.0.0.1 or 0.0.0.0", "应为地址，如 127.0.0.1 或 0.0.0.0"
        )
    return text


def _hosts(given: Any) -> str:
    for entry in _names(_text(given)):
        split_host(entry)
    return _text(given)


def _origins(given: Any) -> str:
    listed_origins(_text(given))
    return _text(given)


def _special(given: Any) -> str:
    if not given:
        return ""
    from poolhouse.emails import SPECIAL  # asked for by few, and not quick to import

    if unknown := sorted(_names(_text(given)) - SPECIAL):
        listed = ", ".join(sorted(SPECIAL))
        raise ValueError(
            f"{unknown[0]} is none of {listed}, and needs no setting",
            f"{unknown[0]} 不是 {listed} 之一，无需设置",
        )
    return _text(given)


_NO_PROXIES = (
    "is for a server behind proxies, as anybody may send this header: say how many by POOLHOUSE_TRUSTED_PROXIES",
    "用于代理之后的服务器，因为任何人都可以发送这个请求头：请用 POOLHOUSE_TRUSTED_PROXIES 指出代理的数量",
)

TEXT = Kind(_text)
PATH = Kind(_path, "a path")
SECRET = Kind(_secret, secret=True)
POSTGRESQL = Kind(_primary, secret=True)
REPLICA = Kind(_replica, secret=True)


class About(NamedTuple):
    """What `settings_known` tells of a setting."""

    default: Any
    kind: Kind
    description: str
    example: str | None


def _setting(default: Any, kind: Kind, description: str, example: str | None = None) -> Any:
    return field(default=NOT_GIVEN, metadata={"about": About(default, kind, description, example)})


Level = Literal["debug", "info", "warning", "error"]
Security = Literal["tls", "starttls", "none"]
Addresses = Literal["full", "network", "none"]
Header = Literal["any", "x-forwarded-for", "forwarded"]
Traceparent = Literal["ignored", "continued"]
Pooler = Literal["session", "transaction", "transaction-prepared"]
"""As in db/sessions.py, which a command that only reads its settings does not import."""


@dataclass(kw_only=True)
class Settings:
    """What is given, else the environment's, else the settings file's, else the default. Raises SettingsUnfit."""

    config: Path | None = _setting(
        None,
        PATH,
        "A settings file in TOML, with these names in lower case; the environment wins over it.",
    )
    data: Path = _setting(Path("data"), PATH, "Folder of the database, the keys and credentials.json.")
    host: str = _setting("127.0.0.1", Kind(_host), "Address to listen on.")
    port: int = _setting(3000, _whole(0, 65535), "Port to listen on; 0 takes a free one.")
    public_url: str | None = _setting(
        None,
        Kind(_public_url, "an address of http or https"),
        "The URL of the server for clients, if it is not http://host:port: behind a proxy, in a container.",
        "https://id.example.com",
    )
    workers: int = _setting(1, _whole(1, 64), "Server processes; each needs a core.")
    database_url: SecretStr | None = _setting(
        None,
        POSTGRESQL,
        "An external PostgreSQL, 15 or newer; without it the server runs its own in DATA.",
        "postgresql://poolhouse:secret@db.example.com:5432/poolhouse",
    )
    pooler: Pooler = _setting(
        "session",
        _one_of(*get_args(Pooler)),
        "What a connection pooler in between keeps: `session` (also without a pooler), `transaction`, or "
        "`transaction-prepared` where it takes prepared statements along.",
    )
    listen_url: SecretStr | None = _setting(
        None,
        POSTGRESQL,
        "The same database without the pooler: for LISTEN, migrations and backups, which need a session.",
        "postgresql://poolhouse:secret@db.example.com:5432/poolhouse",
    )
    replica_url: SecretStr | None = _setting(
        None,
        REPLICA,
        "A hot standby of that PostgreSQL, which then answers lists, searches and logs.",
        "postgresql://poolhouse:secret@standby.example.com:5432/poolhouse",
    )
    replica_lag_s: int = _setting(
        10, _whole(2, 3600), "A hot standby that is further behind than these seconds is not asked."
    )
    database_connections: int = _setting(10, _whole(2, 200), "Database connections that each process keeps.")
    pg_bin: Path | None = _setting(
        None, PATH, "Folder of PostgreSQL's server programs, for its own database; else found by itself."
    )
    secret_key: SecretStr | None = _setting(
        None,
        SECRET,
        "32 bytes in base64 that encrypt secrets (older keys after a comma); else DATA/secret.key.",
    )
    allowed_origins: str = _setting(
        "*",
        Kind(_origins, listed=True),
        "Origins whose pages may call the APIs from a browser, separated by commas; * for any.",
        "https://app.example.com, https://shop.example.com",
    )
    email_special_domains: str = _setting(
        "",
        Kind(_special, listed=True),
        "Special-use domains (not public) that e-mail addresses may have, separated by commas.",
        "local, test",
    )
    trusted_proxies: int = _setting(
        0, _whole(0, 16), "Number of proxies before the server that say where a request comes from."
    )
    trusted_header: Header = _setting(
        "any",
        _one_of(*get_args(Header)),
        "The header they say it in; `any`: X-Forwarded-For, else Forwarded.",
    )
    traceparent: Traceparent = _setting(
        "ignored",
        _one_of(*get_args(Traceparent)),
        "The `traceparent` of a request; `continued` only where the outermost of these proxies sets or removes it.",
    )
    statement_timeout_s: int = _setting(30, _whole(1), "Longest time of a database statement, in seconds.")
    search_timeout_s: int = _setting(
        10, _whole(1), "Longest time of the statement of a search or a filtered list, in seconds."
    )
    indexed_fields: int = _setting(20, _whole(0, 50), "Custom fields that a pool may have indexed.")
    import_file_mb: int = _setting(
        64, _whole(1, 1000), "Largest file of users that may be uploaded for an import, in millions of bytes."
    )
    geo_database: Path | None = _setting(
        None, PATH, "A file in MaxMind's format (.mmdb) for the geolocation of IP addresses; none is shipped."
    )
    smtp_host: str | None = _setting(None, TEXT, "The mail server; without one, mail stays in the outbox.")
    smtp_port: int = _setting(465, _whole(1, 65535), "Its port.")
    smtp_security: Security = _setting(
        "tls",
        _one_of(*get_args(Security)),
        "`tls` from the first byte, `starttls`, which never falls back to plain text, or `none`.",
    )
    smtp_username: str = _setting("", TEXT, "Name to log in to the mail server with, if it wants one.")
    smtp_password: SecretStr = _setting(SecretStr(""), SECRET, "Its password.")
    smtp_sender: str = _setting(
        "", TEXT, "The sender of mail; without it POOLHOUSE_SMTP_USERNAME.", "no-reply@example.com"
    )
    sms_url: str | None = _setting(
        None,
        Kind(_http),
        "URL that SMS are POSTed to; without one, they stay in the outbox.",
        "http://127.0.0.1:9000/sms",
    )
    sms_secret: SecretStr = _setting(
        SecretStr(""), SECRET, "Secret that signs what is POSTed to POOLHOUSE_SMS_URL."
    )
    outgoing_hosts: str = _setting(
        "",
        Kind(_hosts, listed=True),
        "Hosts of your own network that the server may call at a logout and as mail servers of pools, by commas.",
        "erp.internal:8443, 10.0.0.7:80",
    )
    drain_s: int = _setting(
        0,
        _whole(0, 300),
        "Seconds from the order to stop until no more connections are taken; /readyz says 503 then.",
    )
    metrics_token: SecretStr = _setting(
        SecretStr(""),
        Kind(_token, "16 to 512 letters, digits and `-._~+/`", secret=True),
        "The bearer token that /metrics asks for; without one anybody who reaches it may read it.",
    )
    log_addresses: Addresses = _setting(
        "full",
        _one_of(*get_args(Addresses)),
        "Clients' addresses in the log: `full`, `network` (a.b.c.0/24, of IPv6 /48) or `none`.",
    )
    log_level: Level = _setting(
        "info", _one_of(*get_args(Level)), "How much is logged; a request is one line at info."
    )

    def __post_init__(self) -> None:
        sources = Sources()
        for name, about in settings_known().items():
            given = getattr(self, name)
            found = sources.find(name, about.kind) if given is NOT_GIVEN else Found(name, given)
            try:
                given = found.value(about.kind)
                value = about.default if given in (NOT_GIVEN, about.default) else about.kind.read(given)
            except ValueError as error:
                sources.tell(found.where, error)
            else:
                setattr(self, name, value)
                if name == CONFIG:
                    sources.path = value
        if self.traceparent == "continued" and self.trusted_proxies == 0:
            sources.tell("traceparent", ValueError(*_NO_PROXIES))
        if unfit := sources.unfit([name for name in names_known() if name != CONFIG]):
            raise SettingsUnfit("; ".join(en for en, _ in unfit), "；".join(zh for _, zh in unfit))

    def require_own(self) -> None:
        """For a database that the server runs itself. Raises SettingsUnfit where more is said of one than is there."""
        alone = [name for name in ("listen_url", "pooler") if getattr(self, name) not in (None, "session")]
        if alone:
            raise SettingsUnfit(
                "; ".join(f"{name}: is for database_url, which is not set" for name in alone),
                "；".join(f"{name}：用于 database_url，而它没有设置" for name in alone),
            )

    def direct(self, url: str) -> str:
        """For what needs a session. `url`: the database's. Raises SettingsUnfit where only a pooler without any is
        known."""
        if self.listen_url is not None and self.database_url is not None:
            return self.listen_url.get_secret_value()
        if self.pooler != "session":
            raise SettingsUnfit(
                "listen_url: this needs a session, which POOLHOUSE_POOLER=transaction does not give: say where the "
                "database itself is by POOLHOUSE_LISTEN_URL",
                "listen_url：这里需要会话，而 POOLHOUSE_POOLER=transaction 不提供会话："
                "请用 POOLHOUSE_LISTEN_URL 指出数据库本身的地址",
            )
        return url

    @property
    def address(self) -> str:
        """What clients are told to call, and links in mails begin with."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def special_domains(self) -> frozenset[str]:
        return _names(self.email_special_domains)

    @property
    def called_hosts(self) -> frozenset[tuple[str, int]]:
        """`outgoing_hosts`, taken apart."""
        return frozenset(split_host(entry) for entry in _names(self.outgoing_hosts))


def settings_known() -> dict[str, About]:
    return {one.name: one.metadata["about"] for one in fields(Settings)}


def names_known() -> list[str]:
    """Every name that a setting has in a settings file."""
    known = settings_known()
    return [*known, *(f"{name}_file" for name, about in known.items() if about.kind.secret)]
