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
    public_url: str | None = Field(
        None,
        examples=["https://id.example.com"],
        description="The address clients use, where it is not http://host:port: behind a proxy, in a container.",
    )
    workers: int = Field(1, description="Server processes; each needs a core.", ge=1, le=64)
    database_url: SecretStr | None = Field(
        None,
        examples=["postgresql://poolhouse:secret@db.example.com:5432/poolhouse"],
        description="An outside PostgreSQL, 15 or newer; without it the server runs one of its own in DATA.",
    )
    replica_url: SecretStr | None = Field(
        None,
        examples=["postgresql://poolhouse:secret@standby.example.com:5432/poolhouse"],
        description="A hot standby of that PostgreSQL, which then answers lists, searches and logs.",
    )
    database_connections: int = Field(
        10, description="Database connections that each process keeps.", ge=2, le=200
    )
    pg_bin: Path | None = Field(
        None,
        description="Folder of PostgreSQL's server programs, for its own database; else found by itself.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="32 bytes in base64 that encrypt secrets (older keys after a comma); else DATA/secret.key.",
    )
    allowed_origins: str = Field(
        "*",
        examples=["https://app.example.com, https://shop.example.com"],
        description="Origins whose pages may call the APIs from a browser, separated by commas; * for any.",
    )
    email_special_domains: str = Field(
        "",
        examples=["local, test"],
        description="Names that are no public domain and that e-mail addresses may end in, separated by commas.",
        pattern=r"^[ ,a-z]*$",
    )
    trusted_proxies: int = Field(
        0, description="Number of proxies before the server that say where a request comes from.", ge=0, le=16
    )
    trusted_header: Literal["any", "x-forwarded-for", "forwarded"] = Field(
        "any",
        description="The header they say it in; `any`: X-Forwarded-For, else Forwarded.",
    )
    statement_timeout_s: int = Field(
        30, description="Longest time of a database statement, in seconds.", ge=1
    )
    search_timeout_s: int = Field(
        10, description="Longest time of the statement of a search or a filtered list, in seconds.", ge=1
    )
    geo_database: Path | None = Field(
        None,
        description="A file in MaxMind's format (.mmdb) that tells where an address is; none is shipped.",
    )
    smtp_host: str | None = Field(None, description="The mail server; without one, mail stays in the outbox.")
    smtp_port: int = Field(465, description="Its port.", ge=1, le=65535)
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        description="`tls` from the first byte, `starttls`, which never falls back to plain text, or `none`.",
    )
    smtp_username: str = Field("", description="Name to log in to the mail server with, if it wants one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Its password.")
    smtp_sender: str = Field(
        "",
        examples=["no-reply@example.com"],
        description="The sender of mail; without it POOLHOUSE_SMTP_USERNAME.",
    )
    sms_url: str | None = Field(
        None,
        examples=["http://127.0.0.1:9000/sms"],
        description="Address that short messages are POSTed to; without one, they stay in the outbox.",
        pattern=r"^https?://",
    )
    sms_secret: SecretStr = Field(
        SecretStr(""), description="Secret that signs what is POSTed to POOLHOUSE_SMS_URL."
    )
    outgoing_hosts: str = Field(
        "",
        examples=["erp.internal:8443, 10.0.0.7:80"],
        description="Hosts of your own network that the server may call at a logout, separated by commas.",
    )
    drain_s: int = Field(
        0,
        description="Seconds from the order to stop until no more connections are taken; /readyz says 503 then.",
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
