"""Every word of the console, in both languages: a table for each part, merged here."""

from __future__ import annotations

from datetime import UTC, datetime

from poolhouse.client.words import TITLES
from poolhouse.errors import Lang
from poolhouse.wire.console.words import (
    access,
    administrators,
    applications,
    audit,
    branding,
    bulk,
    calls,
    choosing,
    common,
    comparing,
    conflicts,
    custom_fields,
    database,
    debugging,
    directory,
    examples,
    explorer,
    forms,
    home,
    identity_sources,
    import_files,
    keys,
    mail_server,
    mailing,
    migration,
    passkeys,
    people,
    replaying,
    resource_policies,
    scripts,
    settings,
    sms,
    statements,
    tenants,
    transfer,
    user,
)

_PARTS = (
    administrators.WORDS,
    access.WORDS,
    applications.WORDS,
    audit.WORDS,
    branding.WORDS,
    calls.WORDS,
    bulk.WORDS,
    choosing.WORDS,
    common.WORDS,
    comparing.WORDS,
    custom_fields.WORDS,
    conflicts.WORDS,
    database.WORDS,
    debugging.WORDS,
    directory.WORDS,
    explorer.WORDS,
    examples.WORDS,
    forms.WORDS,
    home.WORDS,
    keys.WORDS,
    passkeys.WORDS,
    mail_server.WORDS,
    mailing.WORDS,
    migration.WORDS,
    people.WORDS,
    replaying.WORDS,
    identity_sources.WORDS,
    resource_policies.WORDS,
    scripts.WORDS,
    settings.WORDS,
    statements.WORDS,
    sms.WORDS,
    transfer.WORDS,
    import_files.WORDS,
    tenants.WORDS,
    user.WORDS,
)


def _merged() -> dict[str, tuple[str, str]]:
    """Raises ValueError for a word that two parts have."""
    merged: dict[str, tuple[str, str]] = {}
    for part in _PARTS:
        if twice := merged.keys() & part.keys():
            raise ValueError(f"words that stand twice: {sorted(twice)}")
        merged |= part
    return merged


TEXTS = _merged()
"""Chinese and English of each."""

STATUSES: dict[str, tuple[str, str]] = {
    "Activated": ("正常", "Active"),
    "Suspended": ("已停用", "Suspended"),
    "Resigned": ("已离职", "Resigned"),
    "Archived": ("已归档", "Archived"),
    "Deactivated": ("未激活", "Deactivated"),
}


class Texts:
    """`t.save`, `t("total", count=3)`; a word that is missing is a fault of ours and raises."""

    def __init__(self, lang: Lang) -> None:
        self._place = 1 if lang == "en-US" else 0

    def __getattr__(self, name: str) -> str:
        try:
            return TEXTS[name][self._place]
        except KeyError:
            raise AttributeError(name) from None

    def __call__(self, name: str, /, **facts: object) -> str:
        return TEXTS[name][self._place].format_map(facts)

    def __getitem__(self, name: str) -> str:
        return TEXTS[name][self._place]

    def has(self, name: str) -> bool:
        return name in TEXTS

    def status(self, name: str) -> str:
        return STATUSES[name][self._place] if name in STATUSES else name


def titled(column: str, lang: Lang) -> str:
    """The title of a column of a command's table, as a page begins one: in a terminal they begin small."""
    words = TITLES[column][lang == "en-US"]
    return words[:1].upper() + words[1:]


def moment(value: str | datetime | None) -> str:
    """`2026-11-27 08:30:05 UTC`; "" for none."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
