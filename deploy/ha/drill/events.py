"""What happens to the machines, one after another, each answered by what the clients saw of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

from deploy.ha.drill.load import KINDS, Load
from deploy.ha.drill.machines import Machines

LONGEST_S = 180.0
QUIET_S = 2.0
AWAY_S = 30.0


@dataclass(frozen=True, slots=True)
class Report:
    """What clients saw of one event. Seconds are of the node that had more of them.

    `moved`: to which server the primary went. `failed`: by kind. `statuses`: of all kinds. `unserved_s`: by kind, from
    the first request that failed to the first good answer after the last that failed. `database_s`: the same of the
    database itself, and `behind_s`: from its coming back to a write that is answered. `lost`: acknowledged, and gone.
    """

    event: str
    moved: str
    answered: int
    failed: dict[str, int]
    statuses: dict[str, int]
    unserved_s: dict[str, float]
    database_s: float
    behind_s: float
    unready_s: float
    slowest_s: float
    without_retry_after: int
    acknowledged: int
    lost: int
    settled_s: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


Act = Callable[[Machines], Awaitable[None]]


async def switchover(machines: Machines) -> None:
    await asyncio.to_thread(machines.patronictl, "switchover", "--force", "poolhouse")


async def crash(machines: Machines) -> None:
    primary = machines.primary()
    assert primary
    primary.crash()


async def lost_machine(machines: Machines) -> None:
    """It comes back once the other has taken over."""
    primary = machines.primary()
    assert primary
    primary.lose()
    await _until_another(machines, primary.name)
    primary.start()


async def paused_machine(machines: Machines) -> None:
    primary = machines.primary()
    assert primary
    primary.pause()
    try:
        await _until_another(machines, primary.name)
        await asyncio.sleep(3)
    finally:
        primary.resume()


async def no_etcd(machines: Machines) -> None:
    for one in machines.etcds:
        one.end(signal.SIGKILL)
    await asyncio.sleep(AWAY_S)
    for number in range(len(machines.etcds)):
        machines.start_etcd(number)


async def one_etcd(machines: Machines) -> None:
    """Each in turn, so that their leader is among them."""
    for number, one in enumerate(machines.etcds):
        one.end(signal.SIGKILL)
        await asyncio.sleep(AWAY_S / 3)
        machines.start_etcd(number)
        await asyncio.sleep(AWAY_S / 3)


async def lost_standby(machines: Machines) -> None:
    """The one that writes wait for."""
    standby = machines.synchronous_standby()
    standby.lose()
    await asyncio.sleep(AWAY_S)
    standby.start()


async def lost_behind(machines: Machines) -> None:
    """The primary sends nothing to its standbys for two seconds, then its machine is lost."""
    primary = machines.primary()
    assert primary
    for pid in primary.children("walsender"):
        os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(2)
    primary.lose()
    await _until_another(machines, primary.name)
    primary.start()


async def _until_another(machines: Machines, name: str) -> None:
    async with asyncio.timeout(LONGEST_S):
        while True:
            primary = await asyncio.to_thread(machines.primary)
            if primary is not None and primary.name != name:
                return
            await asyncio.sleep(0.2)


async def set_dcs(machines: Machines, setting: str, value: str) -> None:
    await asyncio.to_thread(
        machines.patronictl, "edit-config", "--force", "-q", "-s", f"{setting}={value}", "poolhouse"
    )
    await asyncio.sleep(7)  # longer than loop_wait


async def without_failsafe(machines: Machines) -> None:
    """The primary gives up its office, and the database is two standbys."""
    await set_dcs(machines, "failsafe_mode", "false")
    await no_etcd(machines)
    await asyncio.sleep(15)
    await set_dcs(machines, "failsafe_mode", "true")


async def lost_behind_asynchronous(machines: Machines) -> None:
    await set_dcs(machines, "synchronous_mode", "false")
    await lost_behind(machines)


EVENTS: dict[str, tuple[str, Act]] = {
    "switchover": ("planned switchover", switchover),
    "crash": ("PostgreSQL killed -9", crash),
    "lost": ("primary's machine lost", lost_machine),
    "paused": ("primary's machine paused", paused_machine),
    "etcd": ("etcd away for 30 s", no_etcd),
    "etcd-no-failsafe": ("the same, failsafe_mode off", without_failsafe),
    "etcd-one": ("one etcd of three away, each in turn", one_etcd),
    "standby": ("standby's machine lost for 30 s", lost_standby),
    "behind": ("machine lost, standby 2 s behind", lost_behind),
    "behind-async": ("the same, synchronous_mode off", lost_behind_asynchronous),
}

NEEDS_THREE_ETCDS = "etcd-one"


async def report(machines: Machines, load: Load, title: str, act: Act) -> Report:
    """Runs `act` and waits until everything is answered again. Raises TimeoutError when that takes too long."""
    before = await asyncio.to_thread(machines.primary)
    known = len(load.acknowledged)
    began_s, began = load.now_s, monotonic()
    await act(machines)
    async with asyncio.timeout(LONGEST_S):
        quiet_s = load.now_s
        while True:
            await asyncio.sleep(0.5)
            late = load.now_s - QUIET_S
            if quiet_s > late or not await asyncio.to_thread(machines.healthy):
                continue
            if load.good_since(late):
                break
    after = await asyncio.to_thread(machines.primary)
    ids = set(load.acknowledged)
    present = await machines.present(ids)
    within = [one for one in load.answers if one.ended_s >= began_s]
    asked = [one for one in within if one.kind in KINDS]
    bad = [one for one in asked if not one.good]
    return Report(
        event=title,
        moved=f"{before.name if before else '-'} to {after.name if after else '-'}",
        answered=len(asked) - len(bad),
        failed={kind: sum(one.kind == kind for one in bad) for kind in KINDS},
        statuses=dict(Counter(str(one.status) for one in bad)),
        unserved_s={kind: _unserved(within, kind) for kind in KINDS},
        database_s=_unserved(within, "bare"),
        behind_s=_behind(within),
        unready_s=_unserved(within, "ready"),
        slowest_s=round(max((one.ended_s - one.began_s for one in asked), default=0.0), 1),
        without_retry_after=sum(one.status == 503 and not one.retry_after for one in bad),
        acknowledged=len(ids) - known,
        lost=len(ids - present),
        settled_s=round(monotonic() - began, 1),
    )


def _behind(answers: list[Any]) -> float:
    """The node that took longer. Nothing where the database was never away."""
    bad = [one.ended_s for one in answers if one.kind == "bare" and not one.good]
    if not bad:
        return 0.0
    back = min(
        (one.ended_s for one in answers if one.kind == "bare" and one.good and one.ended_s > max(bad)),
        default=0,
    )
    good = [one for one in answers if one.kind == "write" and one.good and one.ended_s > back]
    written = ([one.ended_s for one in good if one.node == node] for node in (0, 1))
    return round(max(min(one, default=back) - back for one in written), 2)


def _unserved(answers: list[Any], kind: str) -> float:
    """Of the node that had more of it."""
    most = 0.0
    for node in (-1, 0, 1):
        its = [one for one in answers if one.kind == kind and one.node == node]
        bad = [one for one in its if not one.good]
        if bad:
            last = max(one.ended_s for one in bad)
            good = [one.ended_s for one in its if one.good and one.ended_s > last]
            most = max(most, min(good, default=last) - min(one.began_s for one in bad))
    return round(most, 1)
