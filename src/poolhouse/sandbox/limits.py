"""What a script may use, each limit with its unit, and every reason for which one is stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class KillReason(StrEnum):
    """Why a call gave no answer of its own. The first two leave the worker alive."""

    SOFT_TIMEOUT = "soft_timeout"  # the call did not settle in its time
    OUTPUT_TOO_LARGE = "output_too_large"  # the answer is larger than `result_bytes`
    HARD_TIMEOUT = "hard_timeout"  # nor did the worker say so: its loop is blocked
    UNRESPONSIVE = "unresponsive"  # the worker burns CPU and answers no ping
    MEMORY = "memory"  # V8 or the system refused more
    BAD_FRAME = "bad_frame"  # something other than an answer that was asked for on stdout
    FLOODED = "flooded"  # more stray errors or words on stderr than a worker has
    IDLE_CPU = "idle_cpu"  # the worker computes although nothing is asked of it
    EXITED = "exited"  # the process ended by itself
    RESTARTED = "worker_restarted"  # another call brought the worker down; this one may have written
    START_FAILED = "start_failed"  # the process never became ready
    BREAKER_OPEN = "breaker_open"  # not even tried: the last calls lost their database
    CLOSED = "closed"  # the server is stopping


@dataclass(frozen=True, slots=True)
class Limits:
    source_bytes: int = 100_000
    result_bytes: int = 1024 * 1024
    result_objects: int = 25_000
    result_values: int = 100_000
    """The answer's text may have so many of `{` and `[`, and of commas."""
    console_bytes: int = 64 * 1024
    console_lines: int = 1_000
    head_bytes: int = 256 * 1024
    """Of an answer without its value: the console's share, message and stack, escaped."""
    unasked_bytes: int = 16 * 1024
    stderr_bytes: int = 16 * 1024
    stderr_most_bytes: int = 256 * 1024
    """What is kept of a worker's stderr, and what it may write there in all its life."""

    start_ms: int = 15_000
    hard_timeout_grace_ms: int = 1_000
    heartbeat_ms: int = 1_000
    unresponsive_ms: int = 3_000

    in_flight: int = 8
    queued: int = 64
    workers_per_connection: int = 2
    grow_above_in_flight: int = 4
    grow_after_ms: int = 200

    idle_stop_s: float = 300.0
    recycle_calls: int = 1_000
    recycle_age_s: float = 1_800.0
    recycle_rss_mb: int = 250
    recycle_leaks: int = 20
    recycle_strays: int = 20
    """An honest worker tells one more and no further; whoever does is killed."""
    strays_logged: int = 20
    strays_logged_s: float = 60.0

    idle_grace_s: float = 1.0
    idle_cpu_s: float = 1.0
    idle_cpu_share: float = 0.05
    """What a worker may compute while nothing is asked of it: so much at once, then so much of the time."""

    breaker_failures: int = 5
    breaker_open_s: float = 5.0
    breaker_open_most_s: float = 30.0

    def shared_by(self, processes: int) -> Limits:
        """Of each of them, so that a company's database is asked by no more at once than by one."""
        return replace(
            self,
            in_flight=max(1, self.in_flight // processes),
            queued=max(1, self.queued // processes),
            workers_per_connection=max(1, self.workers_per_connection // processes),
        )
