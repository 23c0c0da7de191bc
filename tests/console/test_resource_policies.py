"""The pages of policies of resources: statements as JSON, and whom a policy is assigned to."""

from __future__ import annotations

import json
from html import unescape

from tests.conftest import PoolForTests
from tests.console.conftest import ONLY_HERE, Open, Things
from tests.console.test_forms import send

from poolhouse.services import Services

HERE = "/pools/{pool}/resource-policies/warehouse"
ONE = f"{HERE}/clerks"
READ = {"effect": "ALLOW", "resource": "orders:*", "actions": ["read"]}


async def test_a_policy_is_made_changed_and_deleted(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    made = await send(one, f"{HERE}/new", code="readers", statements=json.dumps([READ]), description="x")
    assert made.status_code == 303, made.text
    listed = (await one.get("/pools/{pool}/resource-policies?q=read")).text
    assert "/resource-policies/warehouse/readers" in listed
    assert "/clerks" not in listed
    edit = f"{HERE}/readers/edit"
    assert '"orders:*"' in unescape((await one.get(edit)).text)
    two = json.dumps([READ, {**READ, "effect": "DENY", "resource": "orders:1"}])
    assert (await send(one, edit, statements=two)).status_code == 303
    kept = await services.policies.get(pool.administrator, "readers", "warehouse")
    assert [(each.effect, each.resource) for each in kept.statements] == [
        ("ALLOW", "orders:*"),
        ("DENY", "orders:1"),
    ]
    gone = f"{HERE}/readers/delete"
    assert (await one.post(gone, page=gone, confirm="readers")).status_code == 303
    assert (await one.get(f"{HERE}/readers")).status_code == 404


async def test_what_is_wrong_with_a_statement_stands_at_the_form_by_its_place(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    for wrong, place in (
        (json.dumps([READ, {"resource": "a"}]), "statements[1].actions"),
        (json.dumps([{**READ, "actions": [" "]}]), "statements[0].actions[0]"),
        ("[{", "statements"),
    ):
        refused = await send(one, f"{ONE}/edit", statements=wrong)
        assert refused.status_code == 400
        assert place in refused.text
        assert 'id="f-statements-note"' in refused.text
        assert wrong in unescape(refused.text), "what was typed is there to be mended"
    kept = await services.policies.get(pool.administrator, "clerks", "warehouse")
    assert kept.statements[0].condition == (ONLY_HERE,)


async def test_a_policy_is_assigned_switched_off_and_taken_back_on_its_page(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    gave = await one.post(f"{ONE}/give", page=ONE, kind="USER", identifier="li")
    assert gave.status_code == 303, gave.text
    shown = (await one.get(ONE)).text
    assert "Given to (2)" in shown
    assert "Conditions are for the application" in shown
    who = {"kind": "USER", "identifier": things.user}
    assert (await one.post(f"{ONE}/switch", page=ONE, **who, enabled="no")).status_code == 303
    assert "Switched off" in (await one.get(ONE)).text
    assert (await one.post(f"{ONE}/take", page=ONE, **who)).status_code == 303
    assert "Given to (1)" in (await one.get(ONE)).text
    nobody = await one.post(f"{ONE}/give", page=ONE, kind="ROLE", identifier="nobody")
    assert nobody.status_code == 404


async def test_a_built_in_policy_says_why_it_stays(console: Open, things: Things) -> None:
    one = await console("owner")
    shown = (await one.get("/pools/{pool}/resource-policies/default/AdministratorAccess")).text
    assert shown.count("Built in: it cannot be changed or deleted") >= 2
    assert "/AdministratorAccess/edit" not in shown
