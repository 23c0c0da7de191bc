"""A month of sign-ins of the demonstration's people, successful and refused, as rows of the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from poolhouse.commands.demo_people import SEED
from poolhouse.ids import new_id

DAYS = 30
WORKDAY, WEEKEND = 330, 90
"""Sign-ins."""
_HOURS = (2, 1, 1, 1, 1, 2, 6, 14, 40, 48, 30, 22, 18, 30, 36, 28, 24, 22, 16, 14, 16, 14, 8, 4)
"""How many sign in, by the hour of the pool's zone."""
_REFUSED = 0.07
_STORM_DAYS_AGO, _STORM = 9, 140
"""One evening somebody tries out names."""
_TYPED = ("admin", "root", "test", "administrator", "oracle", "guest", "info", "backup")
_METHODS = ("password",) * 7 + ("phone_code",) * 2 + ("email_code",)
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile "
    "Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 "
    "Mobile/15E148 Safari/604.1",
)


@dataclass(slots=True)
class Account:
    """Somebody of the pool. `came`: when their row was made; what they did since is told in the last four.
    `old_id`: in the old table, of whoever moved."""

    id: str
    username: str
    name: str
    came: datetime
    email: str
    suspended: bool = False
    old_id: str | None = None
    logins: int = 0
    last_login: datetime | None = None
    last_ip: str | None = None
    last_app: str | None = None


@dataclass(frozen=True, slots=True)
class Try:
    """A try to sign in. `user_id` None: a name nobody has."""

    at: datetime
    user_id: str | None
    user_name: str
    app_id: str
    success: bool
    detail: dict[str, Any]
    ip: str
    user_agent: str


def month(people: Sequence[Account], apps: Sequence[str], moment: datetime) -> list[Try]:
    """Up to `moment`, which is in the pool's zone and says where days begin. Notes in `people` who signed in."""
    random = Random(SEED)  # noqa: S311
    active = [one for one in people if not one.suspended]
    weights = [1 + 40 / (1 + place % 97) for place in range(len(active))]
    tries: list[Try] = []
    for at in _moments(random, moment):
        who = next(
            (one for one in random.choices(active, weights, k=6) if one.came < at),
            active[0],
        )
        if who.came >= at:
            continue
        tries.append(
            _refused(random, people, who, apps, at)
            if random.random() < _REFUSED
            else _login(random, who, apps, at)
        )
    tries += _storm(random, apps, moment)
    return tries


def _moments(random: Random, moment: datetime) -> Iterator[datetime]:
    today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for back in reversed(range(DAYS)):
        day = today - timedelta(days=back)
        most = WORKDAY if day.weekday() < 5 else WEEKEND
        number = round(most * random.uniform(0.8, 1.15) * (1 - back / DAYS / 4))
        hours = random.choices(range(24), _HOURS, k=number)
        yield from sorted(
            at
            for hour in hours
            if (at := day + timedelta(hours=hour, seconds=random.uniform(0, 3_600))) < moment
        )


def _login(random: Random, who: Account, apps: Sequence[str], at: datetime) -> Try:
    app, ip = random.choice(apps), _address(random)
    who.logins, who.last_login, who.last_ip, who.last_app = who.logins + 1, at, ip, app
    detail = {"method": random.choice(_METHODS), "session": new_id()}
    return Try(at, who.id, who.name, app, True, detail, ip, random.choice(_AGENTS))


def _refused(
    random: Random, people: Sequence[Account], who: Account, apps: Sequence[str], at: datetime
) -> Try:
    kind = random.random()
    suspended = [one for one in people if one.suspended and one.came < at]
    if kind < 0.1 and suspended:
        who, reason = random.choice(suspended), "AccountSuspended"
    else:
        reason = "AccountLocked" if kind > 0.93 else "WrongCredentials"
    detail = {"by": "username", "account": who.username, "reason": reason, "method": "password"}
    return Try(
        at, who.id, who.username, random.choice(apps), False, detail, _address(random), random.choice(_AGENTS)
    )


def _storm(random: Random, apps: Sequence[str], moment: datetime) -> list[Try]:
    evening = (moment - timedelta(days=_STORM_DAYS_AGO)).replace(hour=22, minute=10)
    found = []
    for number in range(_STORM):
        name = f"{random.choice(_TYPED)}{number % 20 or ''}"
        detail = {"by": "username", "account": name, "reason": "WrongCredentials", "method": "password"}
        at = evening + timedelta(seconds=number * random.uniform(4, 6))
        found.append(Try(at, None, name, apps[0], False, detail, "192.0.2.66", "curl/8.9.1"))
    return found


def _address(random: Random) -> str:
    return f"{random.choice(('203.0.113', '198.51.100'))}.{random.randint(1, 250)}"
