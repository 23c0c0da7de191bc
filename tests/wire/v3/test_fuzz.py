"""schemathesis over /openapi.json: no 5xx, no answer outside its schema.

SCHEMATHESIS_EXAMPLES is the number of examples an operation; 200 is the bar, the default keeps the suite short.
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.wire.v3.conftest import V3Client

from poolhouse.wire.v3.openapi import document
from poolhouse.wire.v3.table import endpoints

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "4"))
ASKED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@cache
def described() -> Any:
    """Once: all that is described is 6 MB, which as many as there are operations would keep."""
    return schemathesis.openapi.from_dict(document())


@pytest.mark.parametrize("key", sorted(endpoints()), ids=lambda key: f"{key[0]} {key[1]}")
async def test_no_answer_is_outside_its_schema(key: tuple[str, str], v3: V3Client, server: str) -> None:
    operation = described()[key[1]][key[0]]

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES < 100,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    @hypothesis.given(case=operation.as_strategy())
    def fuzz(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=server, headers=v3.headers, checks=ASKED)

    await asyncio.to_thread(fuzz)
