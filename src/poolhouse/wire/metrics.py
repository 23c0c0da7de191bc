"""GET /metrics: counters kept while requests run, and gauges read when /metrics is asked for."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

import poolhouse.log_lines  # what these two count is shown from the start, at zero
import poolhouse.tracing.queue  # noqa: F401
from poolhouse.breaker import BreakerState
from poolhouse.db.migrations.chain import revisions
from poolhouse.db.standby import Standby, StandbyState
from poolhouse.maintenance import Run
from poolhouse.vitals import Rows, Vitals


async def exposition(vitals: Vitals) -> bytes:
    """The text. With several workers what they count is added up; gauges are of the one that answers."""
    own = CollectorRegistry(auto_describe=False)
    own.register(SandboxMetrics(vitals))
    own.register(ProcessMetrics(vitals, await vitals.rows()))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry(auto_describe=False)
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(own)
    return generate_latest(REGISTRY) + generate_latest(own)


class ProcessMetrics(Collector):
    """The password queue and the database connections of this process, and what the tables tell."""

    def __init__(self, vitals: Vitals, rows: Rows | None) -> None:
        self._vitals, self._rows = vitals, rows

    def collect(self) -> Iterable[Metric]:
        build = GaugeMetricFamily(
            "poolhouse_build_info", "1; the version of this node.", labels=["version", "python"]
        )
        build.add_metric(list(_build()), 1)
        yield build
        yield _gauge("schema_version_known", "The newest of the schema that this node has.", _newest())
        pending, limit = self._vitals.passwords()
        yield _gauge("password_queue", "Password hashes running or waiting.", pending)
        yield _gauge("password_queue_limit", "How many there may be before 503.", limit)
        names = ("open", "in_use", "waiting", "limit")
        kinds = {
            name: GaugeMetricFamily(f"poolhouse_database_{name}", _KINDS[name], labels=["set"])
            for name in names
        }
        waited = CounterMetricFamily("poolhouse_database_wait_seconds", "Spent in line.", labels=["set"])
        for label, load in self._vitals.connections().items():
            for name in names:
                kinds[name].add_metric([label], getattr(load, name))
            waited.add_metric([label], load.waited_s)
        yield from kinds.values()
        yield waited
        resting = GaugeMetricFamily(
            "poolhouse_mail_resting",
            "Mail servers and hooks not tried for now, they failed.",
            labels=["route"],
        )
        for route, count in self._vitals.resting_mail().items():
            resting.add_metric([route], count)
        yield resting
        resting_apps = self._vitals.resting_logouts()
        yield _gauge("logout_resting", "Applications not told of logouts for now, they failed.", resting_apps)
        yield from _replica(self._vitals.standby())
        skew = GaugeMetricFamily(
            "poolhouse_clock_skew_seconds",
            "How far the machine's clock is ahead of the database's.",
            labels=[],
        )
        if (skew_s := self._vitals.clock_skew_s()) is not None:
            skew.add_metric([], skew_s)
        yield skew
        hears = int(self._vitals.hears())
        yield _gauge(
            "notifications_heard", "1 while NOTIFY arrives here; else work is found by looking.", hears
        )
        yield _gauge("database_up", "1 while the database answers.", int(self._rows is not None))
        if self._rows is None:
            return
        yield _gauge("schema_version", "The one that the database has.", self._rows.schema)
        yield _gauge("mail_waiting", "Messages not yet delivered.", self._rows.mails_waiting)
        yield _gauge("mail_oldest_seconds", "Age of the oldest of them.", self._rows.oldest_mail_s)
        yield _gauge("logouts_waiting", "Applications not yet told of a logout.", self._rows.logouts_waiting)
        yield _gauge("logouts_oldest_seconds", "Age of the oldest of them.", self._rows.oldest_logout_s)
        filling, waiting = self._rows.fields_filling, self._rows.values_waiting
        yield _gauge("field_indexes_filling", "Custom fields whose index is not whole yet.", filling)
        yield _gauge("field_values_waiting", "Values that are not in it yet.", waiting)
        migrations = CounterMetricFamily(
            "poolhouse_migrations", "Users moved in at a login, or why not.", labels=["outcome"]
        )
        for outcome, count in self._rows.migrated.items():
            migrations.add_metric([outcome], count)
        yield migrations
        yield from _maintenance(self._rows.runs)


@cache
def _build() -> tuple[str, str]:
    return metadata.version("poolhouse"), platform.python_version()


def _newest() -> int:
    return int(revisions()[-1])


_KINDS = {
    "open": "Database connections open.",
    "in_use": "Database connections at work.",
    "waiting": "Requests in line for one.",
    "limit": "How many may be open.",
}


def _replica(standby: Standby | None) -> Iterable[Metric]:
    used = GaugeMetricFamily(
        "poolhouse_replica_used", "1 while the standby answers lists, searches and logs.", labels=[]
    )
    lag = GaugeMetricFamily("poolhouse_replica_lag_seconds", "How old its data may be at most.", labels=[])
    if standby is not None:
        used.add_metric([], standby.state is StandbyState.USED)
        lag.add_metric([], standby.lag_s)
    return used, lag


def _maintenance(found: list[Run]) -> Iterable[Metric]:
    name, job = "poolhouse_maintenance", ["job"]
    finished = GaugeMetricFamily(f"{name}_finished_timestamp_seconds", "When a run last ended.", labels=job)
    took = GaugeMetricFamily(f"{name}_run_seconds", "Work of the last run.", labels=job)
    rows = GaugeMetricFamily(f"{name}_run_rows", "Rows of the last run.", labels=job)
    failures = CounterMetricFamily(f"{name}_failures", "Runs that failed, on all nodes.", labels=job)
    failed = GaugeMetricFamily(
        f"{name}_failed_timestamp_seconds", "The last failure, and its class.", labels=["job", "error"]
    )
    for run in found:
        if run.finished_at:
            finished.add_metric([run.name], run.finished_at.timestamp())
        took.add_metric([run.name], run.seconds)
        rows.add_metric([run.name], run.rows)
        failures.add_metric([run.name], run.failures)
        if run.failed_at:
            failed.add_metric([run.name, run.error or ""], run.failed_at.timestamp())
    return finished, took, rows, failures, failed


class SandboxMetrics(Collector):
    """Read from the sandbox when asked, so that nothing counts twice."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterable[Metric]:
        status = self._vitals.scripts()
        yield _gauge("sandbox_workers", "Worker processes alive.", status.workers)
        labels = ["connection"]
        calls = GaugeMetricFamily("poolhouse_sandbox_in_flight", "Script calls running.", labels=labels)
        queued = GaugeMetricFamily("poolhouse_sandbox_queued", "Script calls waiting.", labels=labels)
        broken = GaugeMetricFamily(
            "poolhouse_sandbox_breaker_open", "1 while a connection is refused at once.", labels=labels
        )
        answered = CounterMetricFamily("poolhouse_sandbox_calls", "Script calls answered.", labels=labels)
        killed = CounterMetricFamily(
            "poolhouse_sandbox_kills", "Workers killed.", labels=["connection", "reason"]
        )
        for one in status.connections:
            calls.add_metric([one.key], one.workers.in_flight)
            queued.add_metric([one.key], one.workers.queued)
            broken.add_metric([one.key], one.breaker is not BreakerState.CLOSED)
            answered.add_metric([one.key], one.workers.answered)
            for reason, count in one.workers.deaths.items():
                killed.add_metric([one.key, reason], count)
        yield from (calls, queued, broken, answered, killed)


def _gauge(name: str, help_: str, value: Any) -> Metric:
    return GaugeMetricFamily(f"poolhouse_{name}", help_, value)
