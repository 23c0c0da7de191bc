import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.commands import records
from poolhouse.errors import InvalidInput
from poolhouse.services import Services

Said = Callable[..., Any]


@pytest.fixture
def said(services: Services, pool: PoolForTests, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command as an operator would on the test's database and gives what it printed, as JSON."""

    async def run(command: Callable[..., None], *args: Any, **given: Any) -> Any:
        given |= {"data": services.settings.data, "database_url": services.db.url, "as_json": True}
        await asyncio.to_thread(command, *args, **given)
        return json.loads(capsys.readouterr().out)

    return run


async def test_the_outbox_is_listed_and_a_message_shown(
    services: Services, pool: PoolForTests, said: Said
) -> None:
    message_id = await services.mail.queue_email(
        services.db, Caller(pool.id), "login_code", "li@example.com", {"code": "135790"}
    )
    [row] = await said(records.list_mail, to="li@example.com", pool=pool.id)
    assert (row["id"], row["status"], row["scene"]) == (message_id, "queued", "login_code")
    assert await said(records.list_mail, status="sent", pool=pool.id) == []
    shown = await said(records.show_mail, message_id, pool=pool.id)
    assert "135790" in shown["text"]
    assert "<strong>135790</strong>" in shown["body"]


async def test_pruning_tells_how_many_rows_went(said: Said) -> None:
    told = await said(records.prune_audit, keep="99y")
    assert told["deleted"] == 0


@pytest.mark.parametrize(("text", "days"), [("180d", 180), ("26w", 182), ("2y", 730)])
def test_an_age_is_read(text: str, days: int) -> None:
    assert records.age(text) == timedelta(days=days)


@pytest.mark.parametrize("text", ["", "0d", "d", "-1d", "180", "1.5d", "6m", "180 d"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        records.age(text)
