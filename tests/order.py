"""Which tests of a run come first: those that wait long for processes of their own.

The first worker begins with them while the others work through what needs the processor; what is left for the end of
the run is short, and goes to whoever is idle. One of these that began last would be waited for by all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

LONG = (
    "tests/docs/test_running_blocks.py",
    "tests/e2e/test_stopping.py",
    "tests/package/test_installed.py",
    "tests/e2e/test_up.py",
    "tests/users/test_pairs.py",
    "tests/first_hour/test_migration.py",
    "tests/e2e/test_lost_key.py",
    "tests/db/test_backup.py",
    "tests/first_hour/test_administrator.py",
    "tests/docs/test_operations.py",
    "tests/docs/test_custom_database.py",
    "tests/clients/test_matrix.py",
    "tests/federation/test_hosted_pages_in_chromium.py",
    "tests/e2e/test_two_workers.py",
    "tests/e2e/test_overload.py",
    "tests/e2e/test_first_start.py",
    "tests/e2e/test_demo.py",
    "tests/mail/test_fair_delivery.py",
    "tests/first_hour/test_moving.py",
    "tests/docs/test_coming_from_auth0.py",
    "tests/import_files/test_import_files.py",
    "tests/commands/test_demo_filling.py",
)
"""Files with a test of more than ten seconds that the processor is not busy with (`--durations`), the longest first."""


class Named(Protocol):
    @property
    def nodeid(self) -> str: ...


Item = TypeVar("Item", bound=Named)


def longest_first(items: Iterable[Item]) -> list[Item]:
    """The others stay in their order, and so do the tests of a file."""
    place = {name: at for at, name in enumerate(LONG)}
    return sorted(items, key=lambda item: place.get(item.nodeid.partition("::")[0], len(LONG)))
