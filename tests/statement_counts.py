"""The extension that counts statements, in a database of the tests: made and dropped by a superuser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import pytest
from tests.postgres import run_sql


def as_superuser(url: str) -> str:
    """Of the embedded server, whose superuser has the same password."""
    parts = urlsplit(url)
    _, _, password = parts.username, parts.hostname, parts.password
    return urlunsplit(parts._replace(netloc=f"postgres:{password}@{parts.hostname}:{parts.port}"))


@contextmanager
def counted(url: str) -> Iterator[str]:
    """The address of the superuser, for the length of a block."""
    above = as_superuser(url)
    try:
        run_sql(above, "create extension pg_stat_statements; select pg_stat_statements_reset();")
    except Exception as error:  # an outside server's role
        pytest.skip(f"no superuser: {error}")
    try:
        yield above
    finally:
        run_sql(above, "drop extension pg_stat_statements")
