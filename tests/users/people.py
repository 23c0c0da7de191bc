"""A generated pool, and what a list of it must be: a model in plain Python, which knows nothing of indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from poolhouse.db.database import Executor
from poolhouse.directory.postgres import COLUMNS
from poolhouse.users.model import Sort, Status, User

START = datetime(2024, 1, 1, tzinfo=UTC)
_WORDS = ("wei", "na", "王伟", "李娜", "Ａcme", "九州科技有限公司", "莫", "x")


def person(random: Random, number: int) -> dict[str, Any]:
    """A row of `users`. Much of it is the same in many rows, or missing."""

    def maybe(value: Any, share: float = 0.5) -> Any:
        return value if random.random() < share else None

    def moment() -> datetime:
        return START + timedelta(hours=random.randrange(40))

    created = moment()
    return {
        "id": f"{random.getrandbits(96):024x}",
        "username": maybe(f"{random.choice(_WORDS)}{number}"),
        "email": maybe(f"{number}.{random.choice(('wei', 'na', 'x'))}@x.cn"),
        "phone": maybe(f"1380000{number:04d}"),
        "external_id": maybe(f"E{random.randrange(10)}-{number}"),
        "name": maybe(random.choice(_WORDS)),
        "nickname": maybe(random.choice(_WORDS)),
        "company": maybe(random.choice(_WORDS)),
        "given_name": maybe(random.choice(_WORDS)),
        "city": maybe(random.choice(_WORDS)),
        "gender": random.choice("MFUU"),
        "birthdate": maybe(f"1990-01-{random.randrange(1, 9):02d}"),
        "status": random.choice([Status.ACTIVATED.value] * 5 + [one.value for one in Status]),
        "blocked": random.random() < 0.2,
        "user_source_type": random.choice(("register", "adminCreated", "adminCreated", "excel", "sync")),
        "logins_count": random.choice((0, 0, 1, 1, 2, 300)),
        "last_login": maybe(moment()),
        "last_ip": maybe(f"10.0.0.{random.randrange(4)}"),
        "last_mfa_time": maybe(moment(), 0.2),
        "password_last_set_at": maybe(moment()),
        "password_security_level": maybe(random.randrange(1, 4)),
        "phone_country_code": maybe(random.choice(("+86", "+1"))),
        "created_at": created,
        "updated_at": moment(),
        "signed_up": created if random.random() < 0.7 else moment(),
        "status_changed_at": created if random.random() < 0.7 else moment(),
    }


async def put(db: Executor, pool_id: str, people: Sequence[Mapping[str, Any]]) -> None:
    """All rows in one statement, as an import has them."""
    names = list(people[0])
    row = ", ".join(f"(r).{name}" for name in names)
    await db.execute(
        f"insert into users (pool_id, {', '.join(names)}) "
        f"select $1, {row} from (select jsonb_populate_record(null::users, r) as r "
        "from jsonb_array_elements($2::jsonb) r) rows",
        pool_id,
        [
            {name: value.isoformat() if isinstance(value, datetime) else value for name, value in one.items()}
            for one in people
        ],
    )


async def everybody(db: Executor, pool_id: str) -> list[User]:
    rows = await db.fetch(f"select {COLUMNS} from users where pool_id = $1", pool_id)
    return [User(*row) for row in rows]


def listed(users: Iterable[User], fits: Callable[[User], bool], sorts: Sequence[Sort]) -> list[str]:
    """The ids of the whole list. Source: directory/orders.py, its first paragraph."""
    chosen = sorted((user for user in users if fits(user)), key=lambda user: user.id)
    if sorts and sorts[0].field == "updated_at" and len(sorts) == 1:
        chosen.sort(key=lambda user: user.updated_at or START, reverse=True)
    else:
        chosen.sort(key=lambda user: user.created_at or START, reverse=True)
    if sorts and not sorts[0].descending:
        chosen.reverse()
    for sort in reversed(sorts):
        known = [user for user in chosen if _value(user, sort.field) is not None]
        known.sort(key=lambda user, sort=sort: _value(user, sort.field), reverse=sort.descending)
        chosen = [*known, *(user for user in chosen if _value(user, sort.field) is None)]
    return [user.id for user in chosen]


def _value(user: User, field: str) -> Any:
    return user.shown_status if field == "status" else getattr(user, field)
