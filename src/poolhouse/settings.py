"""Every setting, typed, each with its sentence of documentation. Environment: POOLHOUSE_<NAME>."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from poolhouse.networks import split_host
from poolhouse.web_origins import listed_origins

_POSTGRESQL = re.compile(
    r"""postgres(?:ql)?://
        (?:[^/?\#]*@)?                                        # user:password
        (?:\[[^]/]*\]|[^][:/?\#@,]*)(?::\d{1,5})?               # host:port
        (?:,(?:\[[^]/]*\]|[^][:/?\#@,]*)(?::\d{1,5})?)*         # more of them
        (?:[/?].*)?\Z""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)


def misspelt(environment: Mapping[str, str]) -> list[str]:
    """What to tell of POOLHOUSE_ variables that are no setting; the tests' own are passed over."""
    known = [f"POOLHOUSE_{name.upper()}" for name in Settings.model_fields]
    told = []
    for name in sorted(environment):
        upper = name.upper()
        if upper.startswith("POOLHOUSE_") and upper not in known and not upper.startswith("POOLHOUSE_TEST_"):
            near = get_close_matches(upper, known, 1)
            told.append(f"{name} is no setting{f': did you mean {near[0]}?' if near else ''}")
    return told


def _names(given: str) -> frozenset[str]:
    return frozenset(name for part in given.split(",") if (name := part.strip()))


class PortTaken(Exception):
    """Somebody else listens on the address we were told to."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="POOLHOUSE_", extra="ignore")

    data: Path = Field(Path("data"), description="Folder of the database, the keys and credentials.json.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(3000, description="Port to listen on; 0 takes a free one.", ge=0, le=65535)
    public_url: str | None = Field(None, description="The address clients use, if a proxy stands before.")
    workers: int = Field(1, description="Server processes.", ge=1, le=64)
    database_url: SecretStr | None = Field(None, description="An outside PostgreSQL >= 15; else embedded.")
    replica_url: SecretStr | None = Field(None, description="A hot standby for lists, searches and logs.")
    database_connections: int = Field(10, description="Connections a process keeps.", ge=2, le=200)
    pg_bin: Path | None = Field(None, description="Folder of PostgreSQL's server binaries.")
    secret_key: SecretStr | None = Field(
        None,
        description="32 bytes in base64 that encrypt secrets (older ones after a comma); else DATA/secret.key.",
    )
    allowed_origins: str = Field(
        "*", description="Origins whose pages may call the wires from a browser, apart by commas; * for any."
    )
    email_special_domains: str = Field(
        "",
        description="Domains of your own network that e-mail addresses may use, separated by commas: local, test.",
        pattern=r"^[ ,a-z]*$",
    )
    trusted_proxies: int = Field(
        0, description="Proxies before us that say where a request comes from.", ge=0, le=16
    )
    trusted_header: Literal["any", "x-forwarded-for", "forwarded"] = Field(
        "any",
        description="The header they say it in; any: X-Forwarded-For, else Forwarded. The other is a stranger's word.",
    )
    statement_timeout_s: int = Field(30, description="Seconds a database statement may take.", ge=1)
    search_timeout_s: int = Field(
        10, description="Seconds a statement of a search or a filtered list may take.", ge=1
    )
    geo_database: Path | None = Field(
        None,
        description="A file in MaxMind's format (.mmdb) that tells where an address is; none is shipped.",
    )
    smtp_host: str | None = Field(None, description="The mail server; without one, mail stays in the outbox.")
    smtp_port: int = Field(465, description="Its port.", ge=1, le=65535)
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls from the first byte, starttls, or none; starttls never falls back."
    )
    smtp_username: str = Field("", description="Name to log in to the mail server with, if it asks.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password.")
    smtp_sender: str = Field("", description="The address mail comes from; else smtp_username.")
    sms_url: str | None = Field(
        None,
        description="Where short messages are POSTed as JSON; without, they stay in the outbox.",
        pattern=r"^https?://",
    )
    sms_secret: SecretStr = Field(SecretStr(""), description="Signs what is POSTed to sms_url.")
    outgoing_hosts: str = Field(
        "",
        description="Hosts of your own network that logout addresses may name: host:port, separated by commas.",
    )
    drain_s: int = Field(
        0,
        description="Seconds /readyz says 503 before a server told to stop takes no more connections.",
        ge=0,
        le=300,
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged; a request is one line at info."
    )

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

    @field_validator("outgoing_hosts")
    @classmethod
    def _are_hosts(cls, given: str) -> str:
        for entry in _names(given):
            split_host(entry)
        return given

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, given: str) -> str:
        listed_origins(given)
        return given

    @field_validator("email_special_domains")
    @classmethod
    def _are_special(cls, given: str) -> str:
        from poolhouse.emails import SPECIAL  # asked for by few, and not quick to import

        if unknown := sorted(_names(given) - SPECIAL):
            raise ValueError(f"{unknown[0]} is none of {', '.join(sorted(SPECIAL))}, and needs no setting")
        return given

    @field_validator("database_url", "replica_url")
    @classmethod
    def _is_postgresql(cls, url: SecretStr | None) -> SecretStr | None:
        """Here, because a driver's complaint about an address quotes the password in it."""
        if url is not None and not _POSTGRESQL.match(url.get_secret_value()):
            raise ValueError(
                "expected postgresql://user:password@host:port/name; write / ? # % of a password as "
                "%2F %3F %23 %25"
            )
        return url
