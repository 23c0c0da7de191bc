"""`poolhouse pool statistics`: the last days in figures."""

from __future__ import annotations

from typing import Any

from poolhouse.client import output
from poolhouse.client.words import say


def show(found: dict[str, Any]) -> None:
    titles = (
        ("日期", "date"),
        ("登录", "sign-ins"),
        ("被拒绝", "refused"),
        ("新用户", "new users"),
        ("迁入", "moved in"),
    )
    names = ("date", "logins", "refusals", "newUsers", "moved")
    output.rows([say(one) for one in titles], [[str(day[name]) for name in names] for day in found["days"]])
    print()
    facts = [
        (say(("用户总数", "users")), str(found["users"])),
        (say(("时区", "time zone")), output.shown(found["zone"])),
        *((output.shown(one["message"] or one["reason"]), str(one["count"])) for one in found["refusals"]),
        *(
            (output.shown(one["name"]), f"{one['calls']}, p95 {one['p95Ms']:g} ms, {one['stopped']} stopped")
            for one in found["scripts"]
        ),
        (say(("待发邮件", "mail waiting")), str(found["mailWaiting"])),
        (say(("失败邮件", "mail failed")), str(found["mailFailed"])),
        *((say(("待办", "to do")), " ".join([step["code"], *step["about"]])) for step in found["nextSteps"]),
    ]
    output.facts([(name, value) for name, value in facts if value])
