"""How other languages print a value, and what of it may be read: one value, one meaning."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from poolhouse.errors import InvalidInput
from poolhouse.wire import spelling
from poolhouse.wire.request import Query, struct_of


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("12", 12),
        ("-12", -12),
        ("012", 12),
        ("1.0", 1),
        ("1.", 1),
        ("1e+12", 10**12),
        ("1e 12", 10**12),
        ("1.65571476389E12", 1655714763890),
        ("1.65571476389e+12", 1655714763890),
        ("1200e-2", 12),
        ("9223372036854775807", 2**63 - 1),
        (1.0, 1),
        (1.65571476389e12, 1655714763890),
    ],
)
def test_an_integer_is_read_however_it_is_printed(given: Any, read: int) -> None:
    assert spelling.integer(given) == read
    assert type(spelling.integer(given)) is int
    assert spelling.whole_number(given, "page") == read


@pytest.mark.parametrize(
    "given",
    ["1.5", "1e-1", "1e999", "1e63", "9223372036854775808", "", " ", "1 ", "x", "0x10", "1_0", "١", "nan", "inf",
     "1e", "e1", ".5", "--1", "1,5", "9" * 25, "1\n", 1.5, 1e300, float("inf"), float("nan"), True, [1], {}],
)  # fmt: skip
def test_what_is_no_integer_comes_back_as_it_is(given: Any) -> None:
    assert spelling.integer(given) is given
    if given != "":
        with pytest.raises(InvalidInput) as refused:
            spelling.whole_number(given, "page")
        assert refused.value.facts["field"] == "page"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a", ["a"]),
        ("a,b", ["a", "b"]),
        ("a,b,", ["a", "b"]),
        ("[a b]", ["a", "b"]),
        ("[a, b]", ["a", "b"]),
        ("[a,b]", ["a", "b"]),
        ('["a","b, c"]', ["a", "b, c"]),
        ("[]", []),
        ("", []),
        ("CN=bob,OU=staff", ["CN=bob,OU=staff"]),
        ("[CN=bob,OU=x CN=eve,OU=x]", ["CN=bob,OU=x", "CN=eve,OU=x"]),
        ("Zhang, San", ["Zhang, San"]),
        ('["a', ['["a']),
        ('["a\\u0000"]', ['["a\\u0000"]']),
        ('["a\\ud800"]', ['["a\\ud800"]']),
        ('["a]', ['["a]']),
        (["a,b"], ["a,b"]),
        (1, 1),
    ],
)
def test_a_list_of_ids_is_read_however_it_is_printed(given: Any, read: Any) -> None:
    assert spelling.items(given) == read


@pytest.mark.parametrize(
    "hostile",
    ["9" * 4_000_000, "1" + "e+" * 2_000_000, "1e" + "9" * 4_000_000, "[" * 4_000_000, "[" + "a " * 2_000_000 + "]",
     "," * 4_000_000, '["' + '","' * 1_000_000 + '"]', '["' + "," * 4_000_000 + "]", "[" + '["' * 2_000_000 + "]"],
    ids=lambda text: text[:4],
)  # fmt: skip
def test_a_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    began = time.process_time()
    spelling.integer(hostile)
    spelling.number(hostile)
    assert len(spelling.items(hostile)) <= spelling.MOST_ITEMS
    assert time.process_time() - began < 1.0


def test_a_query_is_read_by_the_same_rules() -> None:
    query = Query(b"at=1.65571476389e+12&page=2.0&on=TRUE&off=0&none=")
    assert (query.integer("at"), query.integer("page"), query.integer("none")) == (1655714763890, 2, None)
    assert (query.flag("on"), query.flag("off"), query.flag("none")) == (True, False, None)
    for name in ("page", "on"):
        with pytest.raises(InvalidInput):
            Query(f"{name}=maybe".encode()).integer(name)
        with pytest.raises(InvalidInput):
            Query(f"{name}=maybe".encode()).flag(name)


class Secret(msgspec.Struct):
    secret: str
    code: str | None = None


class Notice(msgspec.Struct):
    by_mail: bool | None = None
    address: str = "nobody"


class Options(msgspec.Struct):
    notice: Notice | None = None
    kind: str | None = None


class Logo(msgspec.Struct):
    url: str | msgspec.UnsetType | None = msgspec.UNSET


class Body(msgspec.Struct):
    name: str | None = None
    otp: Secret | None = None
    options: Options | None = None
    must: Secret | None = None
    logo: Logo | msgspec.UnsetType | None = msgspec.UNSET
    batch: list[Body] | None = None
    one_or_several: list[Notice] | Notice | None = None


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"name": ""}, Body(name="")),
        ({"otp": {}}, Body()),
        ({"otp": {"secret": ""}}, Body()),
        ({"otp": {"secret": "", "code": ""}}, Body()),
        ({"otp": {"secret": "x", "code": ""}}, Body(otp=Secret("x"))),
        ({"otp": {"secret": "", "code": "x"}}, Body(otp=Secret("", "x"))),
        ({"options": {"notice": {}}}, Body()),
        ({"options": {"notice": {"by_mail": False, "address": ""}}}, Body(options=Options(Notice(False)))),
        ({"options": {"notice": None, "kind": ""}}, Body()),
        ({"options": {"unknown": {}}}, Body()),
        ({"unknown": 1, "name": "x"}, Body(name="x")),
        ({"logo": {}}, Body()),
        ({"logo": {"url": ""}}, Body(logo=Logo(""))),
        ({"logo": {"url": None}}, Body(logo=Logo(None))),
        ({"logo": None}, Body(logo=None)),
        ({"batch": [{"name": "", "otp": {"secret": ""}}, {}]}, Body(batch=[Body(name=""), Body()])),
        ({"one_or_several": {"unknown": None}}, Body()),
        ({"one_or_several": {"by_mail": False, "address": ""}}, Body(one_or_several=Notice(False))),
        ({"one_or_several": [{"unknown": None}]}, Body(one_or_several=[Notice()])),
    ],
)
def test_nothing_inside_of_an_object_is_absent_and_at_the_top_it_clears(given: Any, read: Body) -> None:
    assert struct_of(given, Body) == read


@pytest.mark.parametrize(
    ("given", "field"),
    [({"otp": {"code": "x"}}, "otp.secret"), ({"otp": 1}, "otp"), ({"otp": []}, "otp"), ({"options": ""}, "options"),
     ({"options": {"notice": {"by_mail": "true"}}}, "options.notice.by_mail"), ([], "body"), ("x", "body")],
)  # fmt: skip
def test_what_does_not_fit_is_still_refused_by_its_name(given: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        struct_of(given, Body)
    assert refused.value.facts["field"] == field
