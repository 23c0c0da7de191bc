"""Next is off on the last page of every list, also where that page is full: walked to in pages of one row."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things, one_call

from poolhouse.caller import Caller
from poolhouse.customdb.model import LogEntry
from poolhouse.groups.model import GroupDraft
from poolhouse.migration.import_rows import RowError
from poolhouse.migration.postgres import Journal
from poolhouse.migration.postgres_jobs import ErrorRows
from poolhouse.migration.service import SOURCE
from poolhouse.orgs.model import NodeDraft
from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Effect, Grant, ResourceDraft, ResourceType
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire import console as console_pages
from poolhouse.wire.console import PAGES
from poolhouse.wire.console.people.view import View

SIZES = ("PAGE_SIZE", "MEMBERS_PAGE", "ROWS", "SHOWN", "BRANCH")
"""What the modules of the pages call the rows of a page."""
NUMBERS = ("page", "grants_page")
"""What addresses call the number of one."""
ELSEWHERE = {
    ("/pools/{pool}/users/export", "page"): "a form, which holds what the list was asked for",
    ("/pools/{pool}/migration/waiting", "page"): "a page may show nobody: tests/console/test_migration.py",
    ("/server/statements", "page"): "they are more at every look: tests/console/test_statements.py",
}
MOST = 40


async def lists(one: Console, things: Things) -> list[tuple[str, str]]:
    """Path and the name of its page's number: whatever refuses a number that is none."""
    found = []
    for page in (page for page in PAGES if page.method == "GET" and page.access != "anyone"):
        wrong = dict.fromkeys(NUMBERS, "x")
        while (answer := await one.get(things.fill(page.path), params=wrong)).status_code == 400:
            named = next(name for name in NUMBERS if f"Parameter {name} " in answer.text)
            del wrong[named]
            found.append((page.path, named))
    return found


def of_size(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    for module in pkgutil.walk_packages(console_pages.__path__, "poolhouse.wire.console."):
        loaded = importlib.import_module(module.name)
        for name in SIZES:
            if isinstance(getattr(loaded, name, None), int):
                monkeypatch.setattr(loaded, name, rows)
    view: Callable[[Any], View] = lambda _: View(rows)  # noqa: E731
    monkeypatch.setattr(View, "of", view)


def pager(text: str, number: str) -> tuple[str, bool]:
    """The address of the next page, "" where there is none, and whether the one before is offered."""
    nav, _ = _nav(text, number)
    following = re.search(r'rel="next" href="([^"]+)"', nav)
    return unescape(following[1]) if following else "", 'rel="prev"' in nav


def shown(text: str, number: str) -> str:
    """The list before its pages, without what tells the time."""
    _, before = _nav(text, number)
    found = re.findall(r'<tbody>(.*?)</tbody>|<ul class="tree" data-children>(.*?)</ul>', before, re.S)
    return "".join(found[-1]) if found else ""


def _nav(text: str, number: str) -> tuple[str, str]:
    """And what is before it."""
    others = [f"{one}=" for one in NUMBERS if one != number and number in one]
    for nav in re.finditer(r'<nav class="pages".*?</nav>', text, re.S):
        if not any(one in nav[0] for one in others):
            return nav[0], text[: nav.start()]
    return "", text


async def test_next_is_off_on_the_last_page_and_previous_is_on(
    services: Services,
    pool: PoolForTests,
    things: Things,
    console: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await console("owner", is_owner=True)
    await two_of_each(services, pool, things)
    paged = [each for each in await lists(one, things) if each not in ELSEWHERE]
    of_size(monkeypatch, 1)
    walked = {}
    for path, number in paged:
        here, seen = things.fill(path), list[str]()
        address = f"{here}?{number}=1"
        while address:
            text = (await one.get(address)).text
            following, has_previous = pager(text, number)
            assert has_previous == bool(seen), (path, address)
            seen.append(shown(text, number))
            assert seen[-1].strip() or len(seen) == 1, (
                path,
                address,
                "the page before it said that there is one more",
            )
            address = following and here + following
            if len(seen) > MOST:
                break
        walked[path, number] = seen
    assert not (few := [each for each, seen in walked.items() if len(seen) < 2]), few
    for (path, number), seen in walked.items():
        if len(seen) <= MOST:
            of_size(monkeypatch, len(seen))
            text = (await one.get(f"{things.fill(path)}?{number}=1")).text
            assert pager(text, number) == ("", False), path


async def two_of_each(services: Services, pool: PoolForTests, things: Things) -> None:
    """Beside `things`, and inside of them."""
    admin = pool.administrator
    wang = (await services.users.create(admin, UserDraft({"username": "wang", "name": "wang"}))).id
    people = [things.user, wang]
    await services.groups.create(admin, GroupDraft(code="second", name="second"))
    await services.groups.add_members(admin, things.group, [wang])
    editor, second = RoleKey(things.role), RoleKey("second")
    await services.roles.create(admin, RoleDraft("second"))
    await services.roles.assign(admin, [editor, second], [Target(TargetType.USER, one) for one in people])
    app = await services.apps.create(admin, "second")
    await services.app_access.put(admin, things.application, GrantTarget.USER, people, Effect.ALLOW)
    company = await services.orgs.create_org(admin, NodeDraft({"name": "second", "code": "second"}))
    await _departments(services, admin, things, company.id, people)
    await _access(services, admin, things)
    await services.tenants.create(admin, "second", [app.id], {})
    await services.tenants.add_members(admin, things.tenant, [wang])
    await _done(services, pool, things, people)


async def _departments(
    services: Services, admin: Caller, things: Things, company: str, people: list[str]
) -> None:
    org = await services.orgs.get_org_by_code(admin, things.organization)
    for code in ("first", "other"):
        draft = NodeDraft({"name": code, "code": code})
        await services.orgs.create_node(admin, org.id, things.department, draft)
    for department in (things.department, org.root.id):
        await services.department_members.add(admin, department, people)


async def _access(services: Services, admin: Caller, things: Things) -> None:
    spaces = ["default", things.namespace]
    for space in spaces:
        for code in ("bills", "offers"):
            await services.resources.create(admin, ResourceDraft(code, ResourceType.DATA, code), space)
            await services.roles.create(admin, RoleDraft(code, namespace=space))
    draft = DataResourceDraft("second", "second", Kind.STRING, "value", ("open",))
    await services.data_resources.create(admin, things.namespace, draft)
    said = [DraftStatement(Effect.ALLOW, (f"{things.namespace}/second/open",))]
    await services.data_policies.create(admin, "second", said)
    holders = [(GrantTarget.GROUP, "second"), (GrantTarget.USER, things.user)]
    await services.data_policies.authorize(admin, [things.policy], holders)
    holders = [
        (GrantTarget.USER, things.user),
        (GrantTarget.GROUP, things.group),
        (GrantTarget.ROLE, things.role),
    ]
    for kind, one in holders:
        await services.policies.assign(
            admin, [things.resource_policy], kind, [one], namespace=things.namespace
        )
    for space in spaces:
        codes = ("bills", "offers") if space == "default" else ("orders", "bills")
        grants = tuple(Grant(code, ("read",), ResourceType.DATA) for code in codes)
        given = [Authorization(kind, (one,), grants) for kind, one in holders]
        await services.authorization.authorize(admin, given, space)


async def _done(services: Services, pool: PoolForTests, things: Things, people: list[str]) -> None:
    """What was done and refused."""
    admin = pool.administrator
    visitor = Caller(pool.id, app_id=things.application)
    for one in await services.users.list_by_ids(admin, people):
        for _ in range(2):
            await services.login.complete_login(visitor, one, "password")
    await one_call(services, pool, LogEntry("", "login", 1, 12.5, True, "returned", None, None))
    await services.bulk_acts.start(admin, "END_SESSIONS", {}, user_ids=people)
    await services.db.execute(
        "insert into bulk_act_results (pool_id, act_id, row, user_id, outcome) "
        "values ($1, $2, 1, $3, $4), ($1, $2, 2, $3, $4)",
        pool.id,
        things.act,
        things.user,
        "DONE",
    )
    async with services.db.transaction() as tx:
        await services.mail.queue_email(tx, admin, "login_code", "li@shop.example", {"code": "204817"})
    job = await services.import_jobs.cancel(admin, things.job)
    await services.import_jobs.create(admin)
    file = await services.import_files.cancel(admin, things.file)
    for source in (job.journal.source, file.source, SOURCE):
        errors = [RowError(line, "email", ("无", "none")) for line in (1, 2)]
        async with services.db.transaction() as tx:
            await tx.execute(
                "insert into user_imports (pool_id, source) values ($1, $2) on conflict do nothing",
                pool.id,
                source,
            )
            await ErrorRows().put(tx, pool.id, Journal(source), errors)
