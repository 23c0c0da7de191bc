"""A database as one file and back, by PostgreSQL's own tools.

They need a session: what they set would stay on a pooler's connections, an empty search path too."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from poolhouse.db.binaries import candidates
from poolhouse.db.citus.checks import require_coordinator, require_idle
from poolhouse.db.citus.plan import is_distributed
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.postgres_statements import EXTENSION
from poolhouse.db.sessions import connect
from poolhouse.files import draft_beside


async def back_up(url: str, pg_bin: Path | None, file: Path) -> None:
    """Writes a consistent picture of the running database to `file`, mode 0600. Raises DatabaseUnfit.

    All of it or nothing. Nothing is blocked meanwhile. Where pools are spread over nodes, each is read at a moment of
    its own: there it is refused while servers run.
    """
    connection = await connect(url, "poolhouse backup", primary=False)  # a standby will do
    major = connection.get_server_version().major
    try:
        if await is_distributed(connection):
            await require_coordinator(connection)  # which knows who is connected, as no standby does
            await require_idle(connection)
    finally:
        await connection.close()
    tool = _tool("pg_dump", major, pg_bin)
    with draft_beside(file) as draft:
        _run(tool, ["--format=custom", "--no-owner", "--file", str(draft.path)], url)
        draft.path.rename(file)


async def restore(url: str, pg_bin: Path | None, file: Path) -> None:
    """Fills an empty database from `file`, wholly or not at all. Raises DatabaseUnfit."""
    connection = await connect(url, "poolhouse backup")
    major = connection.get_server_version().major
    used = await connection.fetchval("select to_regclass('alembic_version')")
    await connection.close()
    if used is not None:
        raise DatabaseUnfit(
            "this database is not empty: restore into a new --data folder or a new database",
            "此数据库不为空：请恢复到新的 --data 目录或新的数据库",
        )
    options = ["--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction"]
    tool = _tool("pg_restore", major, pg_bin)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write(_without_extensions(_run(tool, ["--list", str(file)])))
        chosen.flush()
        _run(tool, [*options, "--use-list", chosen.name, str(file)], url)


def _without_extensions(entries: str) -> str:
    """The entries of a file but for the extensions that are no data and take a superuser: what counts statements, and
    Citus. Either is or is not in the database that is filled. What was distributed is restored as plain tables."""
    left_out = tuple(f" EXTENSION - {name}" for name in (EXTENSION, "citus", "citus_columnar"))
    return "".join(
        line for line in entries.splitlines(keepends=True) if not any(one in line for one in left_out)
    )


def _tool(name: str, major: int, pg_bin: Path | None) -> Path:
    """The tools read older servers, never newer ones."""
    for found in sorted(candidates(pg_bin), key=lambda one: one.major):
        if found.major >= major and (found.folder / name).exists():
            return found.folder / name
    raise DatabaseUnfit(
        f"no {name} of PostgreSQL {major} or newer: install its client package",
        f"没有 PostgreSQL {major} 或更新版本的 {name}：请安装其客户端软件包",
    )


def _run(tool: Path, options: list[str], url: str = "") -> str:
    """What it printed. The password goes by the environment: a command line is everybody's to read."""
    parts = urlsplit(url)
    login, at, host = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    database = ["--dbname", urlunsplit(parts._replace(netloc=f"{user}{at}{host}"))] if url else []
    ran = subprocess.run(
        [tool, *options, *database],
        env={**os.environ, "PGPASSWORD": unquote(password)} if password else None,
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        why = ran.stderr.strip()[-2000:]
        raise DatabaseUnfit(f"{tool.name} failed: {why}", f"{tool.name} 失败：{why}")
    return ran.stdout
