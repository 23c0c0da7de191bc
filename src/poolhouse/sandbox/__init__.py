"""Runs a customer's JavaScript in a locked process. Knows nothing of pools or users.

It owns the processes, their limits, what they may reach, and the reasons for which they are stopped. What a
script means, whose it is and what is remembered of its runs is the business of `poolhouse.customdb`.
"""

from poolhouse.breaker import BreakerState
from poolhouse.sandbox.client import (
    Checked,
    ConnectionStatus,
    ConsoleLine,
    Killed,
    Outcome,
    Returned,
    Sandbox,
    SandboxStatus,
    SyntaxProblem,
    Threw,
)
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import Dialect, WorkerSpec
from poolhouse.sandbox.protection import Layer, Protection

__all__ = [
    "BreakerState",
    "Checked",
    "ConnectionStatus",
    "ConsoleLine",
    "Dialect",
    "KillReason",
    "Killed",
    "Layer",
    "Limits",
    "Outcome",
    "Protection",
    "Returned",
    "Sandbox",
    "SandboxStatus",
    "SyntaxProblem",
    "Threw",
    "WorkerSpec",
]
