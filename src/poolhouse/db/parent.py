"""A child that does not outlive its parent, however the parent ends (Linux; elsewhere nothing happens)."""

from __future__ import annotations

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def ends_with_parent(how: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`. It runs after the child's change of user, which would undo it, and is about the thread
    that started the child: that thread must live as long as the child should."""

    def tell_the_kernel() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(how))

    return tell_the_kernel
