"""What stands beside every page of a pool: one row a page, in sections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from poolhouse.wire.console.visit import Visit


@dataclass(frozen=True, slots=True)
class Link:
    """`name`: of its word, and of its address below the pool unless `path` is given. `operation`: what it cannot be
    shown without; "" for a page that shows what each may see. `within`: where whoever is limited to departments goes
    instead. `also`: where else below the pool what it lists has its pages."""

    name: str
    operation: str = ""
    path: str | None = None
    within: str = ""
    also: str = ""

    @property
    def below(self) -> str:
        return self.name if self.path is None else self.path


SECTIONS: tuple[tuple[str, tuple[Link, ...]], ...] = (
    ("", (Link("home", "GET get-pool-statistics", path=""),)),
    (
        "section_people",
        (
            Link("users", "GET list-users"),
            Link("bulk_acts", "GET list-bulk-acts", path="bulk-acts"),
            Link("imports", "GET list-import-users-jobs", also="import-files"),
            Link("groups", "GET list-groups"),
            Link("roles", "GET list-roles"),
            Link("organizations", "GET list-organizations", within="departments"),
            Link("fields", "GET get-custom-fields"),
            Link("tenants", "GET list-tenants"),
            Link("sources", "GET list-ext-idp"),
        ),
    ),
    (
        "section_access",
        (
            Link("resources", "GET list-common-resource"),
            Link("resource-policies", "GET list-policies"),
            Link("namespaces", "GET list-namespaces"),
            Link("data-resources", "GET list-data-resources"),
            Link("policies", "GET list-data-policies"),
            Link("may", "POST explain-action"),
        ),
    ),
    ("section_applications", (Link("applications", "GET list-applications"),)),
    (
        "section_database",
        (
            Link("database", "GET get-custom-database"),
            Link("scripts", "GET list-custom-database-scripts"),
            Link("calls", "POST list-custom-database-logs"),
            Link("migration", "GET get-custom-database-migration"),
        ),
    ),
    (
        "section_pool",
        (
            Link("settings", "GET list-pool-settings"),
            Link("whitelist", "GET list-whitelist", path="whitelist/email"),
            Link("administrators", "GET list-pool-administrators"),
            Link("keys", "GET list-access-key"),
            Link("api"),
        ),
    ),
    (
        "section_mail",
        (
            Link("mail", "GET list-mail"),
            Link("mail_templates", "GET get-email-templates", path="mail-templates"),
            Link("mail_server", "GET get-email-provider", path="mail-server"),
            Link("sms", "GET get-sms-delivery"),
        ),
    ),
    (
        "section_logs",
        (
            Link("sign_ins", "GET list-audit-records"),
            Link("audit", "GET list-audit-records"),
        ),
    ),
)
"""The word of each section, "" for none, and its pages."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`why`: the word that says why it is closed."""

    name: str
    address: str
    is_open: bool
    is_here: bool
    why: str = ""


def sections(visit: Visit) -> Iterator[tuple[str, list[Shown]]]:
    """What the frame shows: nothing outside a pool; a page that their roles do not open stands there, closed."""
    if visit.caller is None:
        return
    base = f"/console/pools/{visit.caller.pool_id}"
    for word, links in SECTIONS:
        yield word, [_shown(visit, base, link) for link in links]


def _shown(visit: Visit, base: str, link: Link) -> Shown:
    limits = visit.caller.limits if visit.caller else None
    if link.within and limits and limits.about == "departments":
        address = f"{base}/{link.within}"
        is_open = visit.may("GET get-own-limits")
        return Shown(link.within, address, is_open, visit.http.path == address, "not_yours")
    address = f"{base}/{link.below}".rstrip("/")
    below = tuple(f"{base}/{each}/" for each in (link.below, link.also) if each)
    here = visit.http.path == address or visit.http.path.startswith(below)
    is_open = not link.operation or visit.may(link.operation)
    return Shown(link.name, address, is_open, here, "" if is_open else visit.why(link.operation, "not_yours"))
