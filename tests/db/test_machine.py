"""How much of a machine the embedded PostgreSQL takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from poolhouse.db.machine import Machine, machine, settings_for

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "database.md"
NAMES = ("shared_buffers", "effective_cache_size", "work_mem", "maintenance_work_mem", "max_wal_size")
PLENTY_MB = 1 << 20


def in_mb(text: str) -> int:
    number, unit = text.replace(",", "").split()
    return int(number) * {"MB": 1, "GB": 1024}[unit]


def rows_of_the_page() -> list[tuple[int, list[int]]]:
    """[(memory in MB, the five settings in MB)], as the page's table has them."""
    found = []
    for line in PAGE.read_text().splitlines():
        if re.match(r"\| \d+ [MG]B", line):
            first, *others = (cell.strip() for cell in line.strip("| ").split("|"))
            found += [(in_mb(one), [in_mb(other) for other in others]) for one in first.split(" or ")]
    return found


def test_the_page_has_a_table_of_machines() -> None:
    assert len(rows_of_the_page()) == 7


@pytest.mark.parametrize(("memory_mb", "said"), rows_of_the_page())
def test_a_machine_gets_what_the_page_says(memory_mb: int, said: list[int]) -> None:
    taken = settings_for(Machine(memory_mb, PLENTY_MB))
    assert [int(taken[name].removesuffix("MB")) for name in NAMES] == said


@pytest.mark.parametrize("memory_mb", [0, 256, 512, 1024, 2048, 65_536, 1 << 22])
def test_what_is_taken_at_once_leaves_room_on_any_machine(memory_mb: int) -> None:
    taken = {
        name: int(value.removesuffix("MB")) for name, value in settings_for(Machine(memory_mb, 0)).items()
    }
    assert taken["shared_buffers"] <= max(128, memory_mb // 4)
    assert taken["maintenance_work_mem"] <= max(64, memory_mb // 16)
    assert taken["max_wal_size"] == 256


@pytest.mark.parametrize(
    ("told", "file", "limit_mb"),
    [
        ("0::/", "sys/fs/cgroup/memory.max", 700),
        ("0::/outer/inner", "sys/fs/cgroup/outer/memory.max", 700),
        ("4:memory:/docker/abc", "sys/fs/cgroup/memory/memory.limit_in_bytes", 700),
        ("4:memory:/outer/inner", "sys/fs/cgroup/memory/outer/inner/memory.limit_in_bytes", 700),
    ],
)
def test_a_limit_of_the_control_group_or_one_above_it_counts(
    tmp_path: Path, told: str, file: str, limit_mb: int
) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(f"1:cpu:/elsewhere\n{told}\n")
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(f"{limit_mb << 20}\n")
    assert machine(tmp_path, root=tmp_path).memory_mb == limit_mb


def test_no_limit_means_all_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text("4:memory:/\n0::/\n")
    (tmp_path / "sys/fs/cgroup/memory").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n")
    (tmp_path / "sys/fs/cgroup/memory/memory.limit_in_bytes").write_text("9223372036854771712\n")
    without_limits = machine(tmp_path, root=tmp_path / "nothing")
    assert machine(tmp_path, root=tmp_path).memory_mb == without_limits.memory_mb > 0
