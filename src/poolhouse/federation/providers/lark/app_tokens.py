"""The token by which an app says that it is itself: one for a connection, until shortly before it ends.

Lark gives the same one again until it has half an hour left, so two processes that keep one each are of one mind.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from poolhouse.errors import ProviderFailed
from poolhouse.federation.answers import numbered, text_of
from poolhouse.federation.model import Here, Settled
from poolhouse.federation.providers.lark.answers import JSON, MEANINGS, MOST, api
from poolhouse.federation.providers.lark.settings import Settings

MOST_KEPT = 256
LONGEST = timedelta(hours=2)
BEFORE_ITS_END = timedelta(minutes=5)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Kept:
    """`asking` is held by whoever asks, so that of many who come at once one does."""

    token: str = field(default="", repr=False)
    until: datetime = _NEVER
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class AppTokens:
    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, str], _Kept] = OrderedDict()

    async def of(self, connection: Settled, here: Here, *, but: str = "") -> str:
        """`but`: one that Lark did not take, which is not given again. Raises ProviderFailed (token, settings)."""
        place = (connection.pool_id, connection.id, connection.version)
        kept = self._kept.setdefault(place, _Kept())
        self._kept.move_to_end(place)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        async with kept.asking:
            if kept.token in ("", but) or here.now() >= kept.until:
                kept.token, lasts = await asked(connection.fields, here)
                kept.until = here.now() + lasts - BEFORE_ITS_END
            return kept.token


async def asked(settings: Settings, here: Here) -> tuple[str, timedelta]:
    """A token, and how long it is good. Raises ProviderFailed (token, settings)."""
    body = msgspec.json.encode({"app_id": settings.client_id, "app_secret": settings.client_secret})
    call = here.outgoing.post(api(settings, "/auth/v3/app_access_token/internal"), body, JSON, most=MOST)
    said = await numbered("token", call, "code", MEANINGS)
    lasts = said.get("expire")
    if not isinstance(lasts, int) or lasts < 0:
        raise ProviderFailed(
            "token", "app_access_token 没有有效期", "it is not said until when the app's token is good"
        )
    seconds = min(lasts, int(LONGEST.total_seconds()))  # of a number that may be too long for a time
    return text_of("token", said, "app_access_token"), timedelta(seconds=seconds)
