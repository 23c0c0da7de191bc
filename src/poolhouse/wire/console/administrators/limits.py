"""What the role of an administrator is limited to, chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from poolhouse.errors import AppNotFound, NotFound
from poolhouse.wire.console import choosing
from poolhouse.wire.console.choosing import MOST_FOUND, Chosen, Kind, Names
from poolhouse.wire.console.visit import Visit

LIST, ONE = "GET list-application-simple-info", "GET get-application-simple-info"
DEPARTMENT, ORGANIZATIONS, BRANCH = (
    "GET get-department-by-id",
    "GET list-organizations",
    "GET list-department-branch",
)
MOST_ORGANIZATIONS = 20


async def _found(visit: Visit, words: str) -> Names:
    if not visit.may(LIST):
        return {}
    found = await visit.ask(LIST, {"page": 1, "limit": MOST_FOUND, **({"keywords": words} if words else {})})
    return {one["appId"]: one["appName"] for one in found["list"]}


async def _called(visit: Visit, ids: Sequence[str]) -> Names:
    """Their own names where their roles show no application."""
    if not visit.may(ONE):
        return {one: one for one in ids}
    names: dict[str, str] = {}
    for one in ids:
        try:
            names[one] = (await visit.ask(ONE, {"appId": one}))["appName"]
        except AppNotFound:
            continue
    return names


async def _found_departments(visit: Visit, words: str) -> Names:
    """Of each organization, until there are enough: the root and what is below it, or those with the words."""
    if not (visit.may(ORGANIZATIONS) and visit.may(BRANCH)):
        return {}
    found: dict[str, str] = {}
    for one in (await visit.ask(ORGANIZATIONS, {"page": 1, "limit": MOST_ORGANIZATIONS}))["list"]:
        if not words:
            found[one["departmentId"]] = one["organizationName"]
        asked = {"organizationCode": one["organizationCode"], "limit": MOST_FOUND}
        rows = (await visit.ask(BRANCH, {**asked, **({"keywords": words} if words else {})}))["list"]
        found |= {each["departmentId"]: " / ".join(each["namePath"]) for each in rows}
        if len(found) >= MOST_FOUND:
            break
    return dict(list(found.items())[:MOST_FOUND])


async def _called_departments(visit: Visit, ids: Sequence[str]) -> Names:
    """By the path of each; their own ids where their roles show no department."""
    if not (visit.may(DEPARTMENT) and visit.may(BRANCH)):
        return {one: one for one in ids}
    names: dict[str, str] = {}
    for one in ids:
        try:
            code = (await visit.ask(DEPARTMENT, {"departmentId": one}))["organizationCode"]
            asked = {"organizationCode": code, "departmentId": one, "limit": 1}
            names[one] = " / ".join(step["name"] for step in (await visit.ask(BRANCH, asked))["path"])
        except NotFound:
            continue
    return names


APPLICATIONS = Kind("applications", _found, _called)
DEPARTMENTS = Kind("departments", _found_departments, _called_departments)
KINDS = (APPLICATIONS, DEPARTMENTS)


def sent(form: Mapping[str, str]) -> dict[str, list[str]]:
    """What a form limits a role to, by the names of the kinds."""
    return {kind.name: choosing.sent(kind, form) for kind in KINDS}


def is_asked(visit: Visit) -> bool:
    """Whether a form was sent to find one of them, and is not to be carried out."""
    return any(choosing.is_asked(kind, visit) for kind in KINDS)


async def chosen(
    visit: Visit,
    held: Mapping[str, Sequence[str]],
    was: Mapping[str, Sequence[str]] | None = None,
    *,
    offers: bool = True,
) -> dict[str, Chosen]:
    """What a form shows of each kind: `held`, where `was` was at first; None for nothing. Raises InvalidInput."""
    return {
        kind.name: await choosing.chosen(
            kind, visit, held.get(kind.name, []), was=(was or {}).get(kind.name, []), offers=offers
        )
        for kind in KINDS
    }
