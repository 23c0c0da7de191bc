"""What a kind of identity source is, and what a provider's client and the frame say to one another.

A client speaks one protocol and knows no user, pool or row of ours: it makes the address that a browser is sent to
(`Begun`), reads what comes back, and says who has come (`ExternalUser`). It raises `errors.ProviderFailed` with the
step that failed, and nothing else on purpose.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.federation.settings import Unfit, read_settings
from poolhouse.outgoing import Outgoing
from poolhouse.texts import is_storable

MOST_IDS = 8
LONGEST_ID = 256
REPLACED = "\ufffd"
"""In the place of what is no letter: ids that differ there would be one."""
CLAIMS_BYTES = 64 * 1024
CLAIMS_DEPTH = 8

Text = tuple[str, str]
"""Chinese, English."""
Pairs = tuple[tuple[str, str], ...]
"""Of a query or a form, in its order: a name may come twice, and whether it may is the protocol's to say."""


@dataclass(frozen=True, slots=True)
class ExternalId:
    """`type` is the contract's `Identity.type`: openid, unionid, open_id, user_id, primary, generic.

    `value` is what the provider calls the person: 1 to LONGEST_ID characters, compared to the letter. `of_client`: it
    calls the same person otherwise to another client, so another connection's value is not another person.
    """

    type: str
    value: str
    of_client: bool = False


@dataclass(frozen=True, slots=True)
class ExternalUser:
    """Who a provider says has come.

    `ids`: all that it gave, at least one; the first keys the identity and never changes for our client. `claims`: as
    the provider gave them. `profile`: the same by our names (`name`, `nickname`, `photo`, `email`, `phone`), before the
    connection's own mapping. `email_verified`, `phone_verified`: only what this provider has verified itself; where
    it says nothing they are False. The tokens are the provider's, for whoever the connection lets have them.
    `sign_in`: what the provider calls this sign-in where it may say later that it is over, unique among all.

    `issuer`: who calls them so, by the protocol's own name of it (an issuer, an entity id); "" where it has none. It is
    kept among the claims as `iss`, where nothing else is.
    """

    ids: tuple[ExternalId, ...]
    claims: Mapping[str, Any] = field(repr=False)
    profile: Mapping[str, Any] = field(repr=False)
    email_verified: bool = False
    phone_verified: bool = False
    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    issuer: str = ""
    sign_in: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settled:
    """A connection as a client sees it. `fields` is what `Manifest.settings` made of its configuration, with secrets.

    `version` changes with the configuration: what is kept of a provider is kept by (id, version).
    """

    id: str
    pool_id: str
    source_id: str
    kind: str
    identifier: str
    fields: Any = field(repr=False)
    version: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A function of a connection's own, in JavaScript. `setting`: the one it stands in; `step`: which step of the
    sign-in it is. `hosts`: the `host:port` that it may reach. `secrets`: what no reason may repeat."""

    setting: str
    name: str
    step: ProviderStep
    code: str = field(repr=False)
    hosts: Sequence[str] = ()
    secrets: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a script answered. `printed`: what it wrote to its console, to be asked for where that is no good."""

    value: Any
    printed: Callable[[], Awaitable[str]]


class Runner(Protocol):
    """A connection's own JavaScript, in the sandbox: JSON both ways."""

    def __call__(self, connection: Settled, script: Script, arguments: list[Any]) -> Awaitable[Ran]:
        """Raises ProviderFailed (the script's step, and what it printed) where it throws or is stopped, Overloaded."""
        ...

    async def check(self, connection: Settled, script: Script) -> None:
        """Compiles it and runs nothing. Raises ProviderFailed (script) with the place."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """What a client is handed of this server.

    `origin` is ours, without a slash at its end; `callback` the whole address that the provider sends people back to.
    `outgoing` bounds and judges every call outside. `run` is there for the kinds whose settings hold scripts.
    """

    origin: str
    callback: str
    outgoing: Outgoing
    now: Callable[[], datetime]
    run: Runner | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes. `form` None: by a redirect; else its fields are posted to the address.

    `remembered` (nonce, verifier, request id: a few hundred bytes) is kept sealed with the attempt and handed to
    `finish`. `state` is put into it by the frame's own value, which `begin` was given.
    """

    address: str
    remembered: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """What came back by way of the browser. The frame has compared `state` (`RelayState`) before."""

    method: Literal["GET", "POST"]
    query: Pairs
    form: Pairs = ()

    def given(self) -> dict[str, str]:
        """The form where it was posted, else the query. Raises ProviderFailed where a name comes twice."""
        pairs = self.form if self.method == "POST" else self.query
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ProviderFailed("redirect", "返回的参数重复", "a parameter of the answer comes twice")
        return found


class Redirecting(Protocol):
    """The browser goes to the provider and comes back."""

    async def begin(self, connection: Settled, here: Here, state: str) -> Begun:
        """`state` is the frame's, bound to this browser: it goes into the address by the protocol's own name."""
        ...

    async def finish(
        self, connection: Settled, here: Here, callback: Callback, remembered: Mapping[str, str]
    ) -> ExternalUser: ...


class Verifying(Protocol):
    """A user name and a password come to us, and we ask the directory. An empty password never reaches it."""

    async def verify(self, connection: Settled, here: Here, username: str, password: str) -> ExternalUser:
        """Raises WrongCredentials for somebody unknown and for a wrong password alike; ProviderFailed."""
        ...


class Exchanging(Protocol):
    """A native app brings the code that the provider's own SDK gave it. No browser of ours was there before."""

    async def exchange(self, connection: Settled, here: Here, code: str) -> ExternalUser: ...


@runtime_checkable
class Checkable(Protocol):
    """A client that can say whether its settings work before anybody signs in."""

    async def check(self, connection: Settled, here: Here) -> tuple[ProviderStep, ...]:
        """The steps that went well, in their order. Raises ProviderFailed for the first that does not."""
        ...


@runtime_checkable
class Describing(Protocol):
    """A client whose provider wants to be told of us, by a document at an address of ours."""

    async def metadata(self, connection: Settled, here: Here) -> bytes:
        """XML; no secret. Raises ProviderFailed."""
        ...


@runtime_checkable
class Ending(Protocol):
    """A client whose provider says when a sign-in is over, by a form that it posts to the callback address itself.
    `over_by`: the field that such a form has, and no other."""

    over_by: str

    async def over(self, state: str, form: Mapping[str, str]) -> str:
        """`ExternalUser.sign_in` of the one that is. `state`: of the address. Raises ProviderFailed for a form that
        does not say."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One setting of a kind, for forms and for the guide. `name` as the contract spells it. `code`: a text of several
    lines; `example`: of a script of JavaScript, what it may begin with. `rare`: few have something to say here."""

    name: str
    label: Text
    hint: Text | None = None
    secret: bool = False
    code: bool = False
    example: str = ""
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """One kind. `kind` is the connection's type and `source_type` its source's, both of the contract.

    `settings` is a msgspec Struct of the connection's fields (camelCase as the contract spells them, unknown ones
    ignored); `fields` says the same names to people. `client` makes the provider's client: one is kept for the process.
    `callback_path` is the part of `/connections/{callback_path}/{identifier}/callback`. `takes_parameters`: its request
    is a query that a client may add to (`parameters.py`).
    """

    kind: str
    source_type: str
    title: Text
    settings: type[msgspec.Struct]
    fields: tuple[Field, ...]
    callback_path: str
    redirecting: Callable[[], Redirecting] | None = None
    verifying: Callable[[], Verifying] | None = None
    exchanging: Callable[[], Exchanging] | None = None
    social: bool = False
    takes_parameters: bool = False


def settled(
    manifest: Manifest, *, id: str, pool_id: str, source_id: str, identifier: str,
    fields: Mapping[str, Any], version: str = "",
) -> Settled:  # fmt: skip
    """A connection with its configuration read. Raises ProviderFailed (settings) naming what does not fit."""
    try:
        read = read_settings(manifest.settings, fields)
    except Unfit as error:
        zh = f"连接的配置有误：{error.field} {error.zh}"
        raise ProviderFailed("settings", zh, f"the connection's settings: {error}") from error
    return Settled(id, pool_id, source_id, manifest.kind, identifier, read, version)


def checked(user: ExternalUser) -> ExternalUser:
    """What a client said, once it is within bounds. Raises ProviderFailed (userinfo)."""
    if not 1 <= len(user.ids) <= MOST_IDS or len({one.type for one in user.ids}) != len(user.ids):
        raise ProviderFailed(
            "userinfo", "身份源没有给出用户标识", "the provider gave no usable id of the person"
        )
    for one in user.ids:
        is_visible = one.value.strip() and one.value.isprintable() and REPLACED not in one.value
        if not 1 <= len(one.value) <= LONGEST_ID or not is_visible:
            raise ProviderFailed(
                "userinfo",
                f"{one.type} 应为 1 至 {LONGEST_ID} 个可见字符",
                f"{one.type} must be 1 to {LONGEST_ID} visible characters",
            )
    if user.claims.get("iss", "") != user.issuer:
        own = {"iss": user.issuer} if user.issuer else {}
        user = replace(
            user, claims={name: value for name, value in user.claims.items() if name != "iss"} | own
        )
    if not _is_within(user.claims):
        raise ProviderFailed(
            "userinfo", "身份源给出的用户信息过大", "the provider tells too much of the person"
        )
    return user


def _is_within(claims: Mapping[str, Any]) -> bool:
    """Within the bounds, and of texts that a database holds."""
    waiting: list[tuple[Any, int]] = [(claims, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str) and not is_storable(value):
            return False
        if isinstance(value, dict | list):
            if depth > CLAIMS_DEPTH:
                return False
            inner = [*value, *value.values()] if isinstance(value, dict) else value
            waiting += [(one, depth + 1) for one in inner]
    try:
        return len(msgspec.json.encode(claims)) <= CLAIMS_BYTES
    except (TypeError, ValueError):
        return False


def metadata_address(origin: str, path: str, identifier: str, pool_id: str) -> str:
    """Where a provider reads what it is to know of us. With the pool: an identifier is one pool's own."""
    return f"{origin}/connections/{path}/{identifier}/metadata?userpool_id={pool_id}"
