"""What passes of the official client's own specs keeps passing. `official_specs.json` holds the list.

To renew the list after building something: POOLHOUSE_RECORD_SPECS=1 pytest tests/wire/v2/test_official_specs.py
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from tests.conftest import PoolForTests
from tests.sdk import Sdk
from tests.wire.v2 import official_ids
from tests.wire.v2.official_specs import run, specs

from poolhouse.services import Services

RECORD = Path(__file__).with_name("official_specs.json")
EXPECTED: dict[str, dict[str, list[str]]] = msgspec.json.decode(RECORD.read_bytes())


@pytest.mark.parametrize("module", specs())
async def test_the_official_specs_pass_as_recorded(
    module: str, sdk: Sdk, pool: PoolForTests, services: Services
) -> None:
    options = sdk.management
    environment = {
        "AUTHING_HOST": options["host"],
        "AUTHING_APP_HOST": options["host"],
        "AUTHING_USERPOOL_ID": options["userPoolId"],
        "AUTHING_USERPOOL_SECRET": options["secret"],
        "AUTHING_APP_ID": sdk.authentication["appId"],
        "AUTHING_APP_SECRET": sdk.authentication["secret"],
    }
    if module in official_ids.SEEDS:
        await official_ids.SEEDS[module](services, pool.id)
    if module == "management/Tenant":
        kept = [f"!{name}" for name in official_ids.DELETING]
        first = await run(specs()[module], environment, ("*", *kept))
        outcome = first.and_then(await run(specs()[module], environment, official_ids.DELETING))
    else:
        outcome = await run(specs()[module], environment)
    if os.environ.get("POOLHOUSE_RECORD_SPECS"):
        record(module, outcome.passed, outcome.failed)
    expected = EXPECTED.get(module, {"passed": []})
    lost = sorted(set(expected["passed"]) - set(outcome.passed))
    assert not lost, outcome.output[-5000:]
    assert outcome.passed or outcome.failed, outcome.output


def record(module: str, passed: list[str], failed: list[str]) -> None:
    kept = msgspec.json.decode(RECORD.read_bytes())
    kept[module] = {"passed": sorted(passed), "failed": sorted(failed)}
    text = msgspec.json.format(msgspec.json.encode(dict(sorted(kept.items()))), indent=1)
    RECORD.write_bytes(text + b"\n")
    EXPECTED[module] = kept[module]
