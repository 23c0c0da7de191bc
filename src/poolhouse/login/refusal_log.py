"""Refused sign-ins in the audit log: under the user they were aimed at, where there is one, and by what was typed.

Only the log says whether an account has the name; the answer is the same either way. A name that no account has is
kept as it was typed, so that an administrator sees who was tried. People also type their password into the name's
field, so a text that looks like a password is cut to its first two characters.
"""

from __future__ import annotations

import re

from poolhouse import emails, errors
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.directory.chooser import Directories
from poolhouse.errors import Lang, PoolhouseError
from poolhouse.users.model import User, UserKey

LONGEST_NAME = 64
_NAME = re.compile(r"[\w.@+-]{1,64}\Z")
_BESIDE: dict[str, tuple[str, str]] = {
    "FirstPasswordRequired": ("账号还没有密码", "The account has no password yet"),
    "too many wrong passwords": ("密码错误次数过多", "Too many wrong passwords"),
    "ProviderAccountRefused": (
        "账号在公司目录中已停用、过期或须修改密码",
        "The account is disabled or expired in the company directory, or its password must be changed",
    ),
    "authenticator wanted": (
        "需要动态口令，提供的不是",
        "An authenticator's code was wanted, and another came",
    ),
    "another address": ("提供了另一个邮箱或手机号", "Another address than the one to be proved"),
    "passkey wanted": ("需要通行密钥，提供的不是", "A passkey was wanted, and something else came"),
    "no proof": ("没有提供二次验证", "No second factor was proved"),
}
"""Reasons that are no error's name, or whose error tells strangers less than the log knows."""


class RefusalLog:
    def __init__(self, directories: Directories, audit: AuditLog) -> None:
        self._directories, self._audit = directories, audit

    async def write(
        self,
        caller: Caller,
        reason: str | PoolhouseError,
        *,
        key: UserKey | None = None,
        user: User | None = None,
        user_id: str | None = None,
        operation: Operation = "login",
        **detail: object,
    ) -> None:
        """`key`: what was typed; `user` or `user_id`, where it is known already whose it is ("": nobody's)."""
        target_id = user.id if user else user_id
        if target_id is None and key is not None:
            target_id = await self._id_of(caller, key)
        target_id = target_id or None
        if user is not None:
            name: str | None = user.display_name
        elif key is not None:
            nobodys = name_typed(key.value)  # of somebody too: the time must not tell who exists
            name = key.value[:LONGEST_NAME] if target_id else nobodys
        else:
            name = None
        reason_name = reason if isinstance(reason, str) else type(reason).__name__
        by: dict[str, str] = {"by": key.kind} if key is not None else {}
        if key is not None and key.kind != "id" and name is not None:
            by["account"] = name
        event = Event(
            operation,
            "user",
            target_id,
            user_id=target_id,
            user_name=name,
            app_id=caller.app_id,
            success=False,
            detail={**by, "reason": reason_name, **detail},
        )
        await self._audit.write_refusal(caller, event)

    async def _id_of(self, caller: Caller, key: UserKey) -> str | None:
        """Asked of our own rows alone: a refusal costs no script a call."""
        try:
            directory = await self._directories.of(caller.pool_id)
            account = await directory.account_of(caller, key)
        except PoolhouseError:
            return None
        return account.id if account else None


def name_typed(typed: str) -> str:
    """A name nobody has, as it may be kept."""
    name = typed.strip()
    if emails.is_address(name):
        return name[:LONGEST_NAME]
    kinds = sum(any(map(kind, name)) for kind in (str.isupper, str.islower, str.isdigit))
    if _NAME.match(name) and not (len(name) >= 8 and kinds == 3):
        return name
    return f"{name[:2]}***"


def in_words(reason: str, lang: Lang) -> str:
    """A reason of the log for who reads it: what the error of this name says, or the nearest above it that says it
    without facts that the log does not keep. What is unknown stays as it is."""
    if reason in _BESIDE:
        return _BESIDE[reason][lang == "en-US"]
    kind = vars(errors).get(reason)
    if not isinstance(kind, type) or not issubclass(kind, PoolhouseError):
        return reason
    sentences = [getattr(one, "en" if lang == "en-US" else "zh", "") for one in kind.__mro__]
    return next((one for one in sentences if one and "{" not in one), reason)
