"""Fuzzing: nothing leaves the machine, whatever the dice say.

FUZZ_EXAMPLES is the number of examples a test: a few in the suite, 200 by `make fuzz`, whose seed is printed.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from poolhouse.services import Services

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))

dice = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES < 100,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.fixture(autouse=True)
def local(services: Services) -> Iterator[None]:
    """Mail and short messages stay in the outbox, and no name is looked up outside."""
    assert services.settings.smtp_host is None
    assert services.settings.sms_url is None
    real = socket.getaddrinfo

    def loopback_alone(host: Any, *args: Any, **options: Any) -> Any:
        if host not in (None, "", "127.0.0.1", "::1", "localhost"):
            raise socket.gaierror(f"{host!r} is not of this machine")
        return real(host, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", loopback_alone)
        yield
