"""Filters as administrators write them: what a real directory makes of ours, and which are refused."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.federation.ldap.slapd import PEOPLE, READER, READERS_PASSWORD, Slapd

from poolhouse.federation.providers.ldap.connection import opened
from poolhouse.federation.providers.ldap.filters import Filter, FilterUnfit, dn_value
from poolhouse.federation.providers.ldap.messages import BELOW

FITTING = {
    "(uid=zhang)": {"zhang"},
    "(uid=ZHANG)": {"zhang"},
    "(UID=z*)": {"zhang"},
    "(uid=*an*)": {"zhang", "ann"},
    "(uid=*a*n*g)": {"zhang"},
    "(uid=*g)": {"zhang"},
    "(uid=*)": {"zhang", "ann", "bob", "a*(b)\\c", "double"},
    "(uid=a\\2a\\28b\\29\\5cc)": {"a*(b)\\c"},
    "(uid=a\\2A*)": {"a*(b)\\c"},
    "(&(objectClass=inetOrgPerson)(|(uid=ann)(uid=bob))(!(uid=bob)))": {"ann"},
    "(cn=张三)": {"zhang"},
    "(cn=\\e5\\bc\\a0*)": {"zhang"},
    "(uid~=bob)": {"bob"},
    "(uid:caseExactMatch:=Bob)": set(),
    "(uid:caseExactMatch:=bob)": {"bob"},
    "(cn:dn:=Smith, Ann)": {"ann"},
    "(ou:dn:=more)": {"double"},
    "  (mail=shared@corp.example) ": {"ann", "bob"},
}


async def _uids(directory: Slapd, packed: bytes) -> set[str]:
    address = [ipaddress.ip_address("127.0.0.1")]
    asked = await opened(address, directory.port, "", "plain", None, lambda step: None)
    try:
        assert (await asked.bind(READER, READERS_PASSWORD)).code == 0
        entries, result = await asked.search(PEOPLE, BELOW, packed, ["uid"], most=50, seconds=5)
        assert result.code == 0, result
        return {uid for entry in entries for uid in entry.texts("uid")}
    finally:
        asked.close()


@pytest.mark.parametrize("text", FITTING)
async def test_a_real_directory_finds_by_a_filter_whom_it_names(directory: Slapd, text: str) -> None:
    assert await _uids(directory, Filter(text).packed({})) == FITTING[text]


@pytest.mark.parametrize(
    ("text", "value", "uids"),
    [
        ("(uid={username})", "*", set()),
        ("(uid={username})", "zhang)(uid=bob", set()),
        ("(|(uid={username})(mail={username}))", "bob", {"bob"}),
        ("(mail={username}@corp.example)", "zhang", {"zhang"}),
        ("(uid=*{username}*)", "(b)", {"a*(b)\\c"}),
        ("(uid=*{username}*)", "*", {"a*(b)\\c"}),
    ],
)
async def test_what_is_put_in_is_a_value_and_nothing_else(
    directory: Slapd, text: str, value: str, uids: set[str]
) -> None:
    filter_ = Filter(text, frozenset({"username"}))
    assert filter_.used == {"username"}
    assert await _uids(directory, filter_.packed({"username": value})) == uids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "uid=x",
        "(uid=x",
        "(uid=x))",
        "(uid=x)(uid=y)",
        "()",
        "(=x)",
        "(&)",
        "(!(uid=x)(uid=y))",
        "(uid=a(b)",
        "(uid=\\)",
        "(uid=\\zz)",
        "(uid=**)",
        "(uid={password})",
        "(uid={)",
        "(uid=a{username)",
        "(uid>=*)",
        "(:dn=x)",
        "(u id=x)",
        "(" * 30 + "uid=x" + ")" * 30,
        "(!" * 30 + "(uid=x)" + ")" * 30,
        "(uid=" + "x" * 3000 + ")",
        "(uid=a\0b)",
    ],
)
def test_what_is_no_filter_is_refused_in_words(text: str) -> None:
    with pytest.raises(FilterUnfit) as refused:
        Filter(text, frozenset({"username"}))
    assert len(refused.value.args) == 2


@settings(max_examples=150)
@given(st.text("()&|!=*\\{}uid:~<>", max_size=40))
def test_a_filter_is_taken_apart_or_refused_and_nothing_else(text: str) -> None:
    try:
        packed = Filter(text).packed({})
    except FilterUnfit:
        return
    assert packed


async def test_many_questions_at_once_are_answered_each_on_its_own_connection(directory: Slapd) -> None:
    asked = [_uids(directory, Filter(f"(uid={name})").packed({})) for name in ("zhang", "ann", "bob")]
    assert await asyncio.gather(*asked) == [{"zhang"}, {"ann"}, {"bob"}]


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("plain", "plain"),
        ("Smith, Ann", "Smith\\, Ann"),
        ('a"b+c<d>e;f=g\\h', 'a\\"b\\+c\\<d\\>e\\;f\\=g\\\\h'),
        (" blanks ", "\\ blanks\\ "),
        (" ", "\\ "),
        ("#hash", "\\#hash"),
        ("a\0b", "a\\00b"),
    ],
)
def test_a_value_within_a_dn_is_escaped(value: str, escaped: str) -> None:
    assert dn_value(value) == escaped
