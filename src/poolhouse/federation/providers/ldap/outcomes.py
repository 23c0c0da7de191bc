"""How a sign-in against a directory ends, and what administrators are told of it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from poolhouse.federation.providers.ldap import messages
from poolhouse.federation.providers.ldap.ber import Malformed
from poolhouse.federation.providers.ldap.connection import NoStartTls
from poolhouse.federation.providers.ldap.messages import NAMES, Result
from poolhouse.federation.providers.ldap.subcodes import State, data_of
from poolhouse.outgoing import NoAnswer, NotAllowed

Step = Literal["busy", "name", "connect", "starttls", "tls", "bind", "search", "sign_in", "groups", "answer"]


class Failed(Exception):
    """The directory or its settings, not the person: `step`, and the reason in words for an administrator."""

    def __init__(self, step: Step, zh: str, en: str) -> None:
        super().__init__(en)
        self.step, self.zh, self.en = step, zh, en


class Wrong(Exception):
    """Name or password: the person is told no more. `zh`, `en`: for the administrator. `state`: what Active Directory
    said, whose `told` is for the person where it is not None."""

    def __init__(self, zh: str, en: str, state: State | None = None) -> None:
        super().__init__(en)
        self.zh, self.en, self.state = zh, en, state


@dataclass(frozen=True, slots=True)
class Found:
    """`key`: the entry's unique attribute as text. `claims`: the attributes that were asked for, and `groups`."""

    key: str
    dn: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)


def words(zh: str, en: str, result: Result) -> tuple[str, str]:
    """The directory's own words are a stranger's: of them only the number of Active Directory's reason is kept."""
    said = f"{result.code} {NAMES.get(result.code, '')}".strip() + data_of(result.said)
    if result.code == messages.REFERRAL:
        zh, en = (
            f"{zh}：目录指向另一台服务器，不会跟随",
            f"{en}: it refers to another server, which is not followed",
        )
    return f"{zh}（{said}）", f"{en} ({said})"


def failed(step: Step, error: Exception) -> Failed:
    if isinstance(error, NotAllowed):
        return Failed(
            "name",
            "该主机在内网中，需由 POOLHOUSE_OUTGOING_HOSTS 允许",
            "the host is of a private network; POOLHOUSE_OUTGOING_HOSTS can allow it",
        )
    if isinstance(error, NoAnswer):
        return Failed("name", "主机名没有地址", "the host's name has no address")
    if isinstance(error, TimeoutError):
        return Failed(step, "目录没有及时应答", "the directory did not answer in time")
    if isinstance(error, NoStartTls):
        return Failed(
            "starttls",
            f"目录不支持 StartTLS，未发送密码（{error}）",
            f"the directory does not do StartTLS; no password was sent ({error})",
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failed(
            "tls",
            f"目录的证书未通过检查：{error.verify_message}",
            f"the directory's certificate was refused: {error.verify_message}",
        )
    if isinstance(error, ssl.SSLError):
        return Failed(
            "tls", "TLS 握手失败", f"no TLS with the directory: {error.reason or 'it ended the connection'}"
        )
    if isinstance(error, Malformed):
        return Failed(step, f"目录的应答无法识别：{error}", f"the directory's answer cannot be read: {error}")
    if isinstance(error, OSError):
        said = error.strerror or str(error) or type(error).__name__
        return Failed(step, f"连接中断或被拒绝：{said}", f"the connection was refused or lost: {said}")
    raise error
