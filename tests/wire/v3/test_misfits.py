"""What does not fit is named by its path and told what it is: missing, or what was expected in its place.

Every field of every operation's question, and of every struct in it, each without what it must have and with what it
must not be. Nothing is asked of a server: the parser is the wire's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
import pytest

from poolhouse.errors import InvalidInput, Missing
from poolhouse.misfits import MOST_LISTED, one_of
from poolhouse.wire.operator.rows import ROWS
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.parsing import body_struct, query_struct
from poolhouse.wire.v3.table import endpoints

WORDS: dict[Any, tuple[str, str]] = {
    str: ("字符串", "a string"),
    int: ("整数", "an integer"),
    float: ("数字", "a number"),
    bool: ("布尔值", "a boolean"),
    dict: ("对象", "an object"),
    list[str]: ("字符串列表", "a list of strings"),
}
WRONG: dict[Any, Any] = {str: 7, int: "x", float: "x", bool: "x", dict: 7, list[str]: 7}


class Place(NamedTuple):
    """A field, by the steps to it; `whole` is a question that has it and all that is required."""

    row: Endpoint
    steps: tuple[str | int, ...]
    kind: Any
    required: bool
    whole: dict[str, Any]

    @property
    def path(self) -> str:
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)[1:]

    def refusal(self, value: Any) -> InvalidInput:
        """Of the question with another value there; UNSET takes the field away."""
        question = msgspec.json.decode(msgspec.json.encode(self.whole))
        inner = question
        for step in self.steps[:-1]:
            inner = inner[step]
        if value is msgspec.UNSET:
            del inner[self.steps[-1]]
        else:
            inner[self.steps[-1]] = value
        with pytest.raises(InvalidInput) as refused:
            parsed(self.row, question)
        return refused.value


def parsed(row: Endpoint, question: dict[str, Any]) -> Any:
    assert row.request
    if row.takes_body:
        return body_struct(row.request, question, row.blank)
    pairs = [
        (name, one if isinstance(one, str) else msgspec.json.encode(one).decode())
        for name, given in question.items()
        for one in (given if isinstance(given, list) else [given])
    ]
    return query_struct(row.request, pairs, row.blank)


def kinds(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return kinds(get_args(kind)[0])
    if origin is Union or origin is UnionType:
        return [inner for one in get_args(kind) for inner in kinds(one)]
    return [] if kind in (NoneType, msgspec.UnsetType) else [kind]


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def sample(kind: Any) -> Any:
    one = kinds(kind)[0]
    if is_struct(one):
        fields = msgspec.structs.fields(one)
        return {field.encode_name: sample(field.type) for field in fields if field.required}
    if get_origin(one) is Literal:
        return get_args(one)[0]
    if get_origin(one) is list:
        return [sample(get_args(one)[0])]
    return {str: "x", int: 1, float: 1, bool: True}.get(one, {})


def places(row: Endpoint) -> Iterator[Place]:
    def below(kind: Any, steps: tuple[str | int, ...], known: tuple[Any, ...]) -> Iterator[Place]:
        for field in msgspec.structs.fields(kind):
            here = (*steps, field.encode_name)
            yield Place(row, here, field.type, field.required, whole_with(here, sample(field.type)))
            for one in kinds(field.type):
                item = get_args(one)[0] if get_origin(one) is list else None
                inner, further = (kinds(item)[0], (*here, 0)) if item is not None else (one, here)
                if is_struct(inner) and inner not in known and len(kinds(field.type)) == 1:
                    filled[here] = [sample(inner)] if item is not None else sample(inner)
                    yield from below(inner, further, (*known, inner))
                    del filled[here]

    def whole_with(steps: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        whole: dict[str, Any] = sample(row.request)
        for at, given in (*filled.items(), (steps, value)):
            inner: Any = whole
            for step in at[:-1]:
                inner = inner[step]
            inner[at[-1]] = msgspec.json.decode(msgspec.json.encode(given))
        return whole

    filled: dict[tuple[str | int, ...], Any] = {}
    yield from below(row.request, (), (row.request,))


ALL = [row for row in (*endpoints().values(), *ROWS) if row.request]
each_row = pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)


@each_row
def test_a_parameter_that_is_not_there_is_called_missing_by_its_path(row: Endpoint) -> None:
    for place in places(row):
        holder: Any = place.whole
        for step in place.steps[:-1]:
            holder = holder[step]
        if not place.required or (len(place.steps) > 1 and len(holder) == 1):
            continue  # an object that says nothing is itself absent
        for absent in (msgspec.UNSET, None) if row.takes_body else (msgspec.UNSET,):
            if kinds(place.kind) == [Any]:
                continue
            refused = place.refusal(absent)
            assert type(refused) is Missing
            assert refused.message() == f"缺少参数 {place.path}"
            assert refused.message("en-US") == f"Parameter {place.path} is missing"


@each_row
def test_a_word_that_is_not_allowed_is_answered_by_those_that_are_in_the_order_of_the_contract(
    row: Endpoint,
) -> None:
    for place in places(row):
        if len(found := kinds(place.kind)) == 1 and get_origin(found[0]) is Literal:
            words = get_args(found[0])
            refused = place.refusal("no such word")
            zh, en = "、".join(words[:MOST_LISTED]), ", ".join(words[:MOST_LISTED])
            if len(words) > MOST_LISTED:
                zh, en = f"{zh} 等 {len(words)} 个值之一", f"one of {en} and {len(words) - MOST_LISTED} more"
            elif len(words) > 1:
                zh, en = f"{zh} 之一", f"one of {en}"
            assert refused.message() == f"参数 {place.path} 格式错误：应为 {zh}"
            assert refused.message("en-US") == f"Parameter {place.path} is malformed: expected {en}"


@each_row
def test_a_value_of_another_type_is_answered_by_the_one_that_was_expected(row: Endpoint) -> None:
    for place in places(row):
        found = ["dict" if is_struct(one) else one for one in kinds(place.kind)]
        kind = dict if found == ["dict"] else found[0]
        if len(found) != 1 or kind not in WORDS or (not row.takes_body and kind in (str, dict, list[str])):
            continue
        zh, en = WORDS[kind]
        refused = place.refusal(WRONG[kind])
        assert refused.message() == f"参数 {place.path} 格式错误：应为{zh}"
        assert refused.message("en-US") == f"Parameter {place.path} is malformed: expected {en}"


def test_every_kind_of_refusal_is_among_them() -> None:
    found = [place for row in ALL for place in places(row)]
    assert sum(place.required for place in found) > 200
    assert sum(get_origin(kind) is Literal for place in found for kind in kinds(place.kind)) > 50
    assert any(len(place.steps) > 2 for place in found)
    assert {kind for place in found for kind in kinds(place.kind) if kind in WORDS} >= WORDS.keys() - {
        dict,
        float,
    }


def test_a_list_of_words_has_an_end() -> None:
    zh, en = one_of(range(10_000))
    assert zh.startswith("应为 0、1、2、")
    assert zh.endswith(f"、{MOST_LISTED - 1} 等 10000 个值之一")
    assert en.endswith(f", {MOST_LISTED - 1} and {10_000 - MOST_LISTED} more")
