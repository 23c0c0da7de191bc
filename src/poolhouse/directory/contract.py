"""The Directory contract: eight verbs, one per documented script.

`PostgresDirectory` keeps users in our tables, `ScriptedDirectory` asks a pool's JavaScript, `CompletedDirectory`
keeps beside it what that has no place for, and `MigratingDirectory` adopts users of scripts into our tables.
`tests/conformance/directory.py` holds every one of them to this text. Nobody but `chooser.py` asks which kind
it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import UNSET, UnsetType

from poolhouse.caller import Caller
from poolhouse.db.database import Tx
from poolhouse.db.together import Writer
from poolhouse.paging import Page
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey, UserQuery


@dataclass(frozen=True, slots=True)
class Account:
    """What a login reads before the password is right: nothing of the profile. `stored`: the password's form."""

    id: str
    stored: str | None = None
    reset_password_on_next_login: bool = False


@dataclass(frozen=True, slots=True)
class Adoption:
    """`admits`: whether who was found is who was meant; nobody else moves in. `also`: what is written in the same
    transaction, which moves nobody in where that fails."""

    admits: Callable[[User], bool] | None = None
    also: Callable[[Tx, User], Awaitable[None]] | None = None


ASKING_NOTHING = Adoption()


class Directory(Protocol):
    """What it cannot do it refuses by name with NotSupportedByDirectory; nothing is silently ignored.

    Verbs that change something take the transaction of the use case. It is lazy: a directory that never
    touches it holds no connection while a script runs.
    """

    keeps_profiles: bool
    """Whether users live in our tables; our own bookkeeping columns exist only there."""

    async def authenticate(
        self, caller: Caller, key: UserKey, password: str, known: Account | UnsetType | None = UNSET
    ) -> User:
        """The user, if the plain password is theirs. `known`: what `account_of` has just said of `key`, if it was
        asked: once, or who is unknown would cost a look more and be told by the clock.

        Raises WrongCredentials for an unknown user and for a wrong password alike, at the same cost;
        ScriptFailed and CustomDatabaseUnavailable from a scripted directory.
        """
        ...

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        """One answer a key, in the order asked; None where nobody has it."""
        ...

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        """The users whose fields hold `query.keyword`, newest first."""
        ...

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        """The new user. Raises UsernameTaken, EmailTaken, PhoneTaken, ExternalIdTaken, IdentityTaken."""
        ...

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        """The user after the change. Raises UserNotFound and the conflicts of `create`."""
        ...

    async def delete(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        """Raises UserNotFound if any id is unknown; then nobody is deleted (as far as a script allows).

        What else is kept of them, identities too, is forgotten by the caller (services/consequences.py).
        """
        ...

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        """A page, newest first."""
        ...

    async def check_password(self, caller: Caller, user_id: str, password: str) -> bool:
        """Whether the plain password is this user's. Raises UserNotFound."""
        ...

    # -- what signing in needs besides ---------------------------------------------------------------------

    async def account_of(self, caller: Caller, key: UserKey) -> Account | None:
        """Whose login name this is, before any password is checked: asked so that the failures of all names
        of one user count together. None for nobody, and where asking would cost a script's call."""
        ...

    async def refuse_if_known(self, caller: Caller, draft: UserDraft, user_id: str | None = None) -> None:
        """Raises UserExists where an identifier, as it will be stored, is somebody's whom `find` does not see
        yet (not migrated): of somebody new, or of `user_id` who changes it. Scripts may be asked, so never
        while a transaction holds its connection."""
        ...

    async def adopt(
        self, caller: Caller, key: UserKey, password: str | None, how: Adoption = ASKING_NOTHING
    ) -> User | None:
        """Moves somebody in whom `find` does not see yet and who has just proved who they are; None for nobody.
        Without a password their old one is asked for at the old place, as long as there is one."""
        ...

    async def record_login(
        self,
        caller: Caller,
        user: User,
        times: int = 1,
        token_expires_at: datetime | None = None,
        writes: Writer | None = None,
    ) -> None:
        """`times` more logins, the last one now and from here; `user` is as it is after them. Our own tables are
        changed among `writes` where there are any."""
        ...
