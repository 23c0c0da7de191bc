"""The judge of every answer of v3 sees what a typed client could not read."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.published import misfits

DONE = {"statusCode": 200, "message": "x", "requestId": "x"}
FIELD = {
    "targetType": "USER",
    "dataType": "STRING",
    "key": "k",
    "label": "k",
    "isUnique": False,
    "visibleInAdminConsole": True,
}


def told(data: Any) -> list[str]:
    found = misfits("GET", "/api/v3/get-custom-fields", DONE | {"data": data})
    return [one.removeprefix("GET /api/v3/get-custom-fields: ") for one in found]


def test_what_was_promised_fits_with_keys_nobody_knows_and_null_where_a_field_may_be_absent() -> None:
    assert told([FIELD | {"encrypted": None, "more": {}}]) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "data: dict is no list"),
        (None, "data: null is no list"),
        ([1], "data[0]: 1 is no CustomFieldDto"),
        ([FIELD | {"dataType": "OBJECT"}], "data[0].dataType: str is no DataType"),
        ([FIELD | {"isUnique": 1}], "data[0].isUnique: 1 is no boolean"),
        ([FIELD | {"key": None}], "data[0].key: null is no string"),
        ([{name: value for name, value in FIELD.items() if name != "key"}], "data[0].key: absent"),
        ([FIELD | {"options": [{"value": 1, "label": ""}]}], "data[0].options[0].value: 1 is no string"),
    ],
)
def test_what_no_typed_client_could_read_is_told_by_its_place(data: Any, said: str) -> None:
    assert told(data) == [said]


@pytest.mark.parametrize("total", [1.0, "1", True])
def test_an_integer_is_neither_a_fraction_nor_a_text(total: Any) -> None:
    answer = DONE | {"data": {"totalCount": total, "list": []}}
    assert len(misfits("GET", "/api/v3/list-groups", answer)) == 1


def test_a_refusal_is_held_to_its_envelope_alone() -> None:
    refused = DONE | {"statusCode": 400, "apiCode": 40001, "data": None}
    assert misfits("GET", "/api/v3/list-groups", refused) == []
    assert misfits("GET", "/api/v3/list-groups", refused | {"apiCode": "40001"}) != []
