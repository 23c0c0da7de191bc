"""What is asked of the console's pages at a million people: every page, and the lists with each filter they offer.

`questions` is made of the pages' own tables, so that a page, a filter or a column added to them is measured, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from bench.console_pool import ConsolePool
from poolhouse.audit.model import Kind, Operation, ResourceType
from poolhouse.users.model import Status
from poolhouse.wire.console import PAGES, audit
from poolhouse.wire.console.calls.asked import FILTERS as CALL_FILTERS
from poolhouse.wire.console.calls.asked import PERIODS
from poolhouse.wire.console.mailing.outbox import STATES
from poolhouse.wire.console.people.asked import DATES, NEVER, ONE, SOURCES
from poolhouse.wire.console.people.view import COLUMNS

HERE = "/pools/{pool}"


def questions(pool: ConsolePool, facts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name and address below /console. `facts`: see `facts_of` in rows_console."""
    for page in PAGES:
        if page.method == "GET" and page.access != "anyone":
            yield page.path or "/", pool.fill(page.path)
    for name, path, query in (*_users(facts), *_audit(facts), *_others(facts)):
        yield f"{path.removeprefix(HERE)} {name}", f"{pool.fill(path)}?{query}"


def _users(facts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    users = f"{HERE}/users"
    for column in COLUMNS:
        if column.sorts:
            yield f"sorted by {column.sorts}", users, f"sort={column.sorts}"
            yield f"sorted by {column.sorts} down", users, f"sort=-{column.sorts}"
    filters = {
        "status": [status.value for status in Status],
        "source": list(SOURCES),
        "department": ["company/root", facts["middle"], facts["department"]],
        "group": ["group0", "group59", "nothing"],
        "role": ["role0", "role59", "nothing"],
        "signed_in": [NEVER, "once"],
        **{name: [facts["day"], facts["quarter"], facts["years"]] for name in DATES},
    }
    assert set(filters) == set(ONE), "a filter of the list of users is not measured"
    for name, values in filters.items():
        for value in values:
            yield f"{name}={_short(facts, value)}", users, f"{name}={value}"
    for title, query in {
        "two filters": "status=Activated&department=company/root",
        "filter and sort": "source=sync&sort=-lastLogin",
        "department and sort": "department=company/root&sort=-lastLogin",
        "group and sort": "group=group0&sort=username",
        "role and dates": f"role=role0&created_from={facts['quarter']}",
        "custom field": "field=level:EQUAL:3",
        "a username nobody has": "q=qzx9vk",
        "two characters": "q=沈梓",
        "one character": "q=莫",
        "wang": "q=wang",
        "qq.com": "q=qq.com",
        "一 in every company": "q=有限公司",
        "one letter": "q=q",
        "a part of a number": "q=138",
        "somebody's username": f"q={facts['username']}",
        "words and status": "q=wang&status=Suspended",
        "page 2": "page=2",
        "page 1,000": "page=1000",
        "page 10,000": "page=10000",
        "the last page": f"page={facts['last']}",
        "filtered, page 200": "source=sync&page=200",
        "below a department, page 20": f"department={facts['middle']}&page=20",
    }.items():
        yield title, users, query


def _audit(facts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    chosen: dict[str, tuple[str, ...]] = {
        "operation": get_args(Operation),
        "thing": get_args(ResourceType),
        "by": get_args(Kind),
        "outcome": ("yes", "no"),
    }
    typed = {
        "user": (facts["user"], facts["username"], "nothing"),
        "actor": (facts["actor"], facts["rare_actor"], facts["nobody"]),
        "ip": (facts["ip"], facts["rare_ip"], "203.0.113.1"),
        "resource": (facts["user"], "thing7", "nothing"),
        "request": (facts["request"], "nothing"),
        "reason": ("WrongCredentials", "nothing"),
    }
    assert set(chosen) == set(audit.CHOSEN), "a filter of the audit log is not measured"
    assert set(typed) == set(audit.TYPED), "a filter of the audit log is not measured"
    log, sign_ins = f"{HERE}/audit", f"{HERE}/sign_ins"
    for name, values in (chosen | typed).items():
        for value in values:
            yield f"{name}={_short(facts, value)}", log, f"{name}={value}"
    for name, values in {**typed, "outcome": chosen["outcome"]}.items():
        for value in values:
            yield f"{name}={_short(facts, value)}", sign_ins, f"{name}={value}"
    for path in (log, sign_ins):
        for name in ("from", "to"):
            for value in ("day", "quarter"):
                yield f"{name}={value}", path, f"{name}={facts[value]}"
        yield "one day", path, f"from={facts['week']}&to={facts['week']}"
        yield "page 200", path, "page=200"
    yield "operation and actor", log, f"operation=delete&actor={facts['actor']}"
    yield "operation and thing", log, "operation=block&thing=field"
    yield "thing in a quarter", log, f"thing=field&from={facts['quarter']}"


def _others(facts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    calls = f"{HERE}/calls"
    asked = {
        "script": ("login", "getUser", "createUser"),
        "result": ("failed", "timeout"),
        "user": ("u77", "nothing"),
        "request": (facts["call_request"], "nothing"),
        "from": (facts["hour"],),
        "to": (facts["hour"],),
        "least": ("40", "9999"),
        "most": ("4", "9999"),
    }
    assert set(asked) == set(CALL_FILTERS), "a filter of the log of calls is not measured"
    assert PERIODS
    for name, values in asked.items():
        for value in values:
            yield f"{name}={_short(facts, value)}", calls, f"{name}={value}"
    yield "page 100", calls, "page=100"
    for state in STATES:
        yield f"status={state}", f"{HERE}/mail", f"status={state}"
    yield "somebody's", f"{HERE}/mail", "to=p77@example.com"
    yield "nobody's", f"{HERE}/mail", "to=nobody@example.com"
    yield "page 200", f"{HERE}/mail", "page=200"
    yield "failed", f"{HERE}/bulk-acts/{{act}}", "only=failed"
    yield "page 100", f"{HERE}/bulk-acts/{{act}}", "page=100"
    yield "everybody", f"{HERE}/users/bulk", "all=1"
    yield "all that match", f"{HERE}/users/bulk", "all=1&source=sync&department=company/root"
    for word in ("王", "d3-7", "nothing9"):
        yield word, f"{HERE}/organizations/{{organization}}", f"q={word}"
        yield word, f"{HERE}/go", f"q={word}"
    yield "one of many groups and roles", f"{HERE}/go", "q=many9999"
    yield from _wide()
    for name in ("groups", "roles"):
        yield "page 1,000", f"{HERE}/{name}", "page=1000"
    yield "page 2", f"{HERE}/organizations/{{organization}}/departments/{{department}}/branch", "page=2"
    yield "page 100", f"{HERE}/groups/{{group}}", "page=100"
    yield "page 100", f"{HERE}/roles/{{role}}", "page=100"


def _wide() -> Iterator[tuple[str, str, str]]:
    """Of 100,000 departments and 10,000 applications: lists, words, pages beyond the first, and what forms offer."""
    users, wide = f"{HERE}/users", f"{HERE}/organizations/wide"
    for name, department in (("all", "root"), ("a hundredth", "w1"), ("ten", "w101"), ("one", "w99999")):
        yield f"{name} of 100,000 departments", users, f"department=wide/{department}"
    yield "100,000 departments, page 20", users, "department=wide/root&page=20"
    yield "100,000 departments and words", users, "department=wide/root&q=wang"
    yield "tree of 100,000", wide, ""
    for word in ("组", "w77777", "nothing9", "w9"):
        yield f"{word} in 100,000", wide, f"q={word}"
        yield f"{word} in 100,000", f"{HERE}/go", f"q={word}"
    for department in ("w0", "w1", "w101"):
        yield f"{department} of 100,000", f"{wide}/departments/{department}", ""
        yield f"{department} of 100,000, moved", f"{wide}/departments/{department}/move", ""
    yield "branch of 100,000", f"{wide}/departments/w0/branch", "page=2"
    yield "deleted of 100,000", f"{wide}/departments/w1/delete", ""
    yield "page 150 of 10,000", f"{HERE}/applications", "page=150"
    yield "one of 10,000", f"{HERE}/applications", "q=许多应用 9999"
    yield "one of 10,000 applications", f"{HERE}/go", "q=许多应用 9999"


def _short(facts: dict[str, str], value: str) -> str:
    """What a value is called in the results: ids are new at every run."""
    return next((name for name, known in facts.items() if known == value), value)
