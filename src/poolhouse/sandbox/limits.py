"""What a script may use, each limit with its unit, and every reason for which one is stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KillReason(StrEnum):
    """Why a call gave no answer of its own. The first two leave the worker alive."""

    SOFT_TIMEOUT = "soft_timeout"  # the call did not settle in its time
    OUTPUT_TOO_LARGE = "output_too_large"  # the answer is larger than `result_bytes`
    HARD_TIMEOUT = "hard_timeout"  # nor did the worker say so: its loop is blocked
    UNRESPONSIVE = "unresponsive"  # the worker burns CPU and answers no ping
    MEMORY = "memory"  # V8 or the system refused more
    BAD_FRAME = "bad_frame"  # something other than an answer on stdout
    EXITED = "exited"  # the process ended by itself
    RESTARTED = "worker_restarted"  # another call brought the worker down; this one may have written
    START_FAILED = "start_failed"  # the process never became ready
    BREAKER_OPEN = "breaker_open"  # not even tried: the last calls lost their database
    CLOSED = "closed"  # the server is stopping


@dataclass(frozen=True, slots=True)
class Limits:
    source_bytes: int = 100_000
    result_bytes: int = 1024 * 1024
    console_bytes: int = 64 * 1024
    frame_bytes: int = 8 * 1024 * 1024
    stderr_bytes: int = 16 * 1024

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

    breaker_failures: int = 5
    breaker_open_s: float = 5.0
    breaker_open_most_s: float = 30.0
