"""What `poolhouse doctor` says of the processes that serve on the database, on all nodes."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.client.words import Both
from poolhouse.db.doctor import Fact
from poolhouse.db.standby import StandbyState
from poolhouse.processes import EQUAL, MOST_AHEAD_S, Row
from poolhouse.settings_sources import PREFIX

LATE_S = 30.0
"""Three times as long as between two rows of a process."""
_ASKED = ("", StandbyState.USED, StandbyState.STARTING)


def nodes(found: Sequence[Row]) -> list[Fact]:
    """Each, then what is not the same on all of them."""
    return [*map(_one, found), *_versions(found), *_settings(found)]


def _one(row: Row) -> Fact:
    skew = 0.0 if row.clock_ahead_s is None else row.clock_ahead_s
    standby = f", standby {row.replica}" if row.replica else ""
    zh_standby = f"，备库 {row.replica}" if row.replica else ""
    since = f"{row.started_at:%Y-%m-%d %H:%M:%S} UTC"
    value = Both(
        f"{row.version}, since {since}, {row.connections} connections, clock {skew:+.2f} s{standby}",
        f"{row.version}，自 {since}，{row.connections} 个连接，时钟 {skew:+.2f} 秒{zh_standby}",
    )
    return Fact(Both(f"process {row.name}", f"进程 {row.name}"), value, _fault(row, skew))


def _fault(row: Row, skew: float) -> Both | None:
    if row.seen_before_s > LATE_S:
        ago = f"{row.seen_before_s:.0f}"
        return Both(
            f"not heard of for {ago} s: it hangs, or was killed",
            f"已有 {ago} 秒没有消息：它卡住了，或被强行结束",
        )
    if abs(skew) > MOST_AHEAD_S:
        return Both(
            "its clock is not the database's: run NTP on both machines",
            "它的时钟与数据库的不一致：请在两台机器上都运行 NTP",
        )
    if row.replica not in _ASKED:
        return Both(
            "the primary answers for the standby: see standby_not_used in its log",
            "由主库代替备库应答：见其日志中的 standby_not_used",
        )
    return None


def _versions(found: Sequence[Row]) -> list[Fact]:
    if len({row.version for row in found}) < 2:
        return []
    told = ", ".join(sorted({row.version for row in found}))
    fault = Both("nodes of different versions: finish the upgrade", "各节点版本不同：请完成升级")
    return [Fact(Both("versions", "版本"), told, fault)]


def _settings(found: Sequence[Row]) -> list[Fact]:
    """A row of another version may lack a setting: that is not told twice."""
    facts = []
    for name in EQUAL:
        values = {row.name: row.settings[name] for row in found if name in row.settings}
        if len(set(values.values())) > 1:
            told = "; ".join(f"{who}: {value or '-'}" for who, value in values.items())
            fault = Both("must be the same on every node", "每个节点上必须相同")
            facts.append(Fact(f"{PREFIX}{name.upper()}", told, fault))
    return facts
