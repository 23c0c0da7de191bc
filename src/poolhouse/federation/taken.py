"""What is taken of a provider's word: addresses that it has verified, and what people may say of themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from poolhouse.errors import PoolhouseError
from poolhouse.federation.model import ExternalUser
from poolhouse.login.codes import holds
from poolhouse.login.model import CHANNELS, Channel
from poolhouse.users.model import User
from poolhouse.users.profile_fields import SELF_WRITABLE
from poolhouse.users.rules import clean

_CAPITAL = re.compile(r"[A-Z]")


def taken(came: ExternalUser, mapping: Mapping[str, str]) -> dict[str, Any]:
    """The profile by our names, as far as it would be taken from the person. `mapping`: our field, and the claim."""
    mapped = {ours: came.claims[theirs] for ours, theirs in mapping.items() if theirs in came.claims}
    told = {_own(name): value for name, value in {**came.profile, **mapped}.items()}
    return {name: value for name, value in told.items() if name in SELF_WRITABLE and _fits(name, value)}


def vouched(came: ExternalUser) -> Mapping[Channel, str]:
    """The addresses that the provider has verified."""
    verified: Mapping[Channel, bool] = {"email": came.email_verified, "phone": came.phone_verified}
    return {
        channel: address.strip()
        for channel in CHANNELS
        if verified[channel]
        and isinstance(address := came.profile.get(channel), str)
        and address.strip()
        and _fits(channel, address)
    }


def is_verified(user: User, channel: Channel, address: str) -> bool:
    """Whether it is the user's, to the letter: a store may compare an e-mail address with its usernames, too, and
    anybody may have called themselves like somebody's address."""
    return bool(getattr(user, f"{channel}_verified")) and holds(user, channel, address)


def _own(name: str) -> str:
    """The field as a user has it, for a name that may be the API's (`givenName`)."""
    return _CAPITAL.sub(lambda letter: f"_{letter[0].lower()}", name[:64])


def _fits(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return bool(clean({name: value}).get(name))
    except PoolhouseError:
        return False
