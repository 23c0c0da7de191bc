"""The code does what the tables of docs/contract say."""

from __future__ import annotations

import re

from graphql import GraphQLObjectType
from tests.docs.contract import ROOT, SCRIPTS, code, documented_fields, table

from poolhouse.audit.model import Act, Kind
from poolhouse.customdb.model import DIRECTORY_SCRIPTS
from poolhouse.customdb.stubs import MESSAGES, PARAMETERS
from poolhouse.wire.v2.act_names import acts
from poolhouse.wire.v2.schema import SCHEMA


def test_the_eight_functions_have_the_documented_parameters() -> None:
    signatures = {code(row[0]) for row in table(SCRIPTS, "## The eight functions")}
    assert signatures == {f"{name}({PARAMETERS[name]})" for name in DIRECTORY_SCRIPTS}


def test_the_stubs_say_the_documented_sentences() -> None:
    sentences = {code(name): code(said) for name, said in table(SCRIPTS, "## Stubs")}
    assert sentences == {name: MESSAGES[name] for name in DIRECTORY_SCRIPTS}


def test_a_user_has_the_documented_fields() -> None:
    fields = [code(row[0]) for row in table("docs/contract/users.md", "## Fields")]
    user = SCHEMA.type_map["User"]
    assert isinstance(user, GraphQLObjectType)
    assert len(fields) == len(set(fields)) == 51
    assert set(fields) <= set(user.fields)
    assert len(documented_fields("create")) == 39
    assert documented_fields("update") == sorted([*documented_fields("create"), "tokenExpiredAt"])


def test_the_logs_know_the_documented_operations() -> None:
    kinds: tuple[Kind, Kind] = ("user", "administrator")
    for kind, row in zip(kinds, table("docs/contract/users.md", "## Logs"), strict=True):
        unknown = [name for name in code(row[1]).split() if acts(kind, name) == (Act(name),)]
        assert not unknown, kind


def numbers(text: str) -> set[int]:
    """`2007 to 2013` is all of them."""
    found = {int(one) for one in re.findall(r"\b\d{4,7}\b", text)}
    for first, last in re.findall(r"\b(\d{4}) to\s+(\d{4})\b", text):
        found.update(range(int(first), int(last) + 1))
    return found


def test_each_code_of_less_than_five_digits_is_a_documented_one() -> None:
    documented = numbers((ROOT / "docs/contract/codes.md").read_text(encoding="utf-8"))
    rows = table("docs/reference/errors.md", "")
    ours = {int(row[column]) for row in rows for column in (0, 2)}
    assert {one for one in ours if 1_000 <= one < 10_000} <= documented
    assert {one for one in ours if one >= 100_000} <= documented
