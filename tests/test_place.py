"""A run's files lie in memory only where there is plenty of it, and what is there runs programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import place

MOUNTED = "tmpfs {} tmpfs rw,relatime,size=24684096k 0 0\n"
PLENTY = "MemTotal:       24684096 kB\nMemAvailable:   16000000 kB\n"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(place, "ROOM", 0)
    (tmp_path / "mounts").write_text(MOUNTED.format(tmp_path))
    (tmp_path / "meminfo").write_text(PLENTY)
    return tmp_path


def test_where_memory_is_plenty_it_is_the_place(asked: Path) -> None:
    assert place.place(asked, asked) == str(asked)


def test_who_names_a_folder_decides(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", "/tmp")
    assert place.place(asked, asked) is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("mounts", ""),
        ("mounts", MOUNTED.replace("rw,", "rw,noexec,")),
        ("mounts", MOUNTED.replace("rw,", "ro,")),
        ("mounts", MOUNTED.replace(" tmpfs ", " ext4 ")),
        ("meminfo", PLENTY.replace("16000000", "4000000")),
        ("meminfo", ""),
    ],
)
def test_where_it_does_not_fit_the_disk_is(asked: Path, file: str, text: str) -> None:
    (asked / file).write_text(text.format(asked))
    assert place.place(asked, asked) is None


def test_where_the_folder_is_small_or_missing_the_disk_is(
    asked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.place(asked / "none", asked) is None
    monkeypatch.setattr(place, "ROOM", 1 << 60)
    assert place.place(asked, asked) is None
