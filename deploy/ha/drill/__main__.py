"""Two Poolhouse nodes on PostgreSQL kept by Patroni, and what their clients see when the primary changes.

    python -m deploy.ha.drill [EVENT ...] [--databases 2] [--etcds 1] [--json] [--keep]

Needs etcd-server, patroni, haproxy and postgresql-15 of Debian 12. Everything runs in a temporary folder and listens on
127.0.0.1 only. docs/operations/high-availability.md has the table of a run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path

from deploy.ha.drill.events import EVENTS, NEEDS_THREE_ETCDS, Report, report
from deploy.ha.drill.load import Load
from deploy.ha.drill.machines import Machines, missing

SHOWN = (
    ("event", 36),
    ("primary", 11),
    ("answered", 9),
    ("failed", 7),
    ("with", 22),
    ("login s", 8),
    ("write s", 8),
    ("list s", 7),
    ("database s", 11),
    ("behind s", 9),
    ("unready s", 10),
    ("slowest s", 10),
    ("acknowledged", 13),
    ("lost", 5),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="drill", description="a change of primaries, and what it costs")
    parser.add_argument(
        "events", nargs="*", metavar="EVENT", help=f"of {', '.join(EVENTS)}; all, if none is named"
    )
    parser.add_argument("--databases", type=int, choices=(2, 3), default=2)
    parser.add_argument("--etcds", type=int, choices=(1, 3), default=1)
    parser.add_argument("--json", action="store_true", help="the reports as JSON")
    parser.add_argument("--keep", action="store_true", help="leaves the folder, for its logs")
    given = parser.parse_args()
    if unknown := set(given.events) - {*EVENTS}:
        parser.error(f"no event {min(unknown)}")
    if given.etcds < 3 and NEEDS_THREE_ETCDS in given.events:
        parser.error(f"{NEEDS_THREE_ETCDS} needs --etcds 3")
    given.events = given.events or [one for one in EVENTS if given.etcds == 3 or one != NEEDS_THREE_ETCDS]
    if package := missing():
        print(f"skipped: the package {package} is missing", file=sys.stderr)
        return 0
    folder = Path(tempfile.mkdtemp(prefix="poolhouse-drill-"))
    folder.chmod(0o777)  # PostgreSQL's user makes its sockets here
    try:
        reports = asyncio.run(_drill(folder, given))
    finally:
        if given.keep:
            _tell(f"logs are in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if given.json:
        print(json.dumps([one.as_dict() for one in reports], indent=2))
    lost = [one for one in reports if one.lost and not one.event.endswith("synchronous_mode off")]
    return 1 if lost or any(one.without_retry_after for one in reports) else 0


async def _drill(folder: Path, given: argparse.Namespace) -> list[Report]:
    machines = Machines(folder, given.databases, given.etcds)
    load = None
    reports = []
    try:
        credentials = await machines.start(_tell)
        processes = [node.process.pid for node in machines.nodes if node.process]
        load = Load(machines.node_ports, machines.database_url(), credentials)
        await load.start()
        await asyncio.sleep(5)
        if not given.json:
            print(" ".join(name.ljust(width) for name, width in SHOWN))
        for name in given.events:
            title, act = EVENTS[name]
            _tell(title)
            reports.append(one := await report(machines, load, title, act))
            if not given.json:
                print(_row(one), flush=True)
        if [
            node.process.pid for node in machines.nodes if node.process and node.process.poll() is None
        ] != processes:
            raise RuntimeError("a node has ended")
    finally:
        if load is not None:
            await load.stop()
            for refusal, times in load.refusals.most_common(5):
                _tell(f"{times} times {refusal}")
        await asyncio.to_thread(machines.end)
    return reports


def _row(one: Report) -> str:
    statuses = ", ".join(f"{times} x {status}" for status, times in one.statuses.items()) or "-"
    unserved = one.unserved_s
    cells = (
        one.event, one.moved, one.answered, sum(one.failed.values()), statuses, unserved["login"], unserved["write"],
        unserved["list"], one.database_s, one.behind_s, one.unready_s, one.slowest_s, one.acknowledged, one.lost,
    )  # fmt: skip
    return " ".join(str(cell).ljust(width) for cell, (_, width) in zip(cells, SHOWN, strict=True))


def _tell(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
