"""Every operation and field of v3 has a sentence, and the examples are what the operation takes and gives.

Source: docs/contract/fields.md.
"""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from scripts import contract_fields

from poolhouse.wire.v3.described import words
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.openapi import document
from poolhouse.wire.v3.parsing import body_struct, query_struct
from poolhouse.wire.v3.table import endpoints

ROWS = sorted(endpoints().values(), key=lambda row: row.name)


def operation(row: Endpoint) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][row.url][row.method.lower()]
    return found


def shapes() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]
    return {name: shape for name, shape in found.items() if name != "Failure"}


def test_the_sentences_are_the_pages() -> None:
    assert contract_fields.WRITTEN.read_text() == contract_fields.text(), "run: make contract"


def test_every_operation_has_a_line_and_says_whom_it_is_for() -> None:
    for row in ROWS:
        assert len(row.summary) > 5, row.name
        assert not row.summary.endswith("."), row.name
        assert operation(row)["description"].startswith("For "), row.name


def test_every_field_has_a_sentence() -> None:
    untold = [
        f"{shape}.{name}"
        for shape, schema in shapes().items()
        for name, kind in schema.get("properties", {}).items()
        if not kind.get("description", "").endswith(".")
    ]
    assert untold == []


def test_every_sentence_is_of_a_field_that_there_is() -> None:
    there = {name for schema in shapes().values() for name in schema.get("properties", {})}
    exactly = {
        f"{shape}.{name}" for shape, schema in shapes().items() for name in schema.get("properties", {})
    }
    assert [name for name in words().fields if name not in (exactly if "." in name else there)] == []
    assert set(words().requests) <= {row.name for row in ROWS}


def test_the_example_of_a_field_is_of_its_kind() -> None:
    for schema in shapes().values():
        for kind in schema.get("properties", {}).values():
            for example in kind.get("examples", ()):
                whole = {**kind, "components": document()["components"]}
                jsonschema.Draft202012Validator(whole).validate(example)


@pytest.mark.parametrize("row", [row for row in ROWS if row.request], ids=lambda row: row.name)
def test_the_example_of_a_request_is_one_that_the_operation_reads(row: Endpoint) -> None:
    assert row.request
    if row.takes_body:
        body = operation(row).get("requestBody")
        example = body["content"]["application/json"]["example"] if body else {}
        in_path = {one["name"]: one["example"] for one in operation(row).get("parameters", ())}
        assert tuple(in_path) == row.path_fields
        example = {**example, **in_path}
        assert body_struct(row.request, example, row.blank)
        return
    pairs = [
        (one["name"], part if isinstance(part, str) else str(part).lower())
        for one in operation(row)["parameters"]
        if "example" in one
        for part in (one["example"] if isinstance(one["example"], list) else [one["example"]])
    ]
    assert query_struct(row.request, pairs, row.blank)


def test_the_example_of_an_answer_is_what_the_document_promises() -> None:
    for row in ROWS:
        content = operation(row)["responses"]["200"]["content"]["application/json"]
        if "example" not in content:
            assert row.streams
            continue
        promised = content["schema"]["oneOf"][0]
        whole = {**promised, "components": document()["components"]}
        jsonschema.Draft202012Validator(whole).validate(content["example"])
