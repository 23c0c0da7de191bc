from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.federation.ldap import slapd


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Slapd]:
    if not slapd.is_installed():
        pytest.skip(slapd.MISSING)
    folder: Path = tmp_path_factory.mktemp("slapd")
    with slapd.running(folder) as running:
        yield running
