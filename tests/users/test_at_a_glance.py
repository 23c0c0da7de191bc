"""What is judged at a glance, because a file of a million rows asks for it, is judged as by the libraries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolhouse import emails, phones
from poolhouse.errors import EmailMalformed

LOCALS = st.one_of(
    st.text("abz09.-_+!#%'~", min_size=0, max_size=70),
    st.text(max_size=6),
    st.integers(60, 70).map(lambda length: "a" * length),
    st.just('"quoted"'),
    st.just("display <a"),
)
DOMAINS = st.one_of(
    st.text("ab.-1", max_size=12),
    st.text(max_size=6),
    st.sampled_from(
        ["x.cn", "x.local", "xn--fiqs8s.cn", "[1.2.3.4]", "X.COM", "a" * 64 + ".cn", "x.test", "1.2"]
    ),
    st.integers(100, 260).map(lambda length: ("a" * 50 + ".") * (length // 51) + "cn"),
)


def by_the_library(text: str, special: frozenset[str]) -> str | None:
    folded = emails._folded(text)
    validated = emails._validated(folded, special)
    return None if validated is None else folded if emails._is_plain(folded) else emails._spelling(validated)


@given(LOCALS, DOMAINS, st.sampled_from([frozenset[str](), frozenset({"local"})]))
def test_an_address_is_judged_as_by_the_library(local: str, domain: str, special: frozenset[str]) -> None:
    text = f"{local}@{domain}"
    try:
        judged = emails.checked(text, special=special)
    except EmailMalformed:
        judged = None
    assert judged == by_the_library(text, special)


@pytest.mark.parametrize("written", ["{}", "+86{}", "086{}", "1{}"])
@pytest.mark.parametrize("country_code", [None, "", "+86", "+1"])
def test_a_mobile_number_of_china_is_read_as_by_the_library(
    written: str, country_code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = ("1234567", "0000000", "5113800", "7951138")
    numbers = [written.format(f"{start}{end}") for start in range(1000, 2000) for end in ends]
    at_a_glance = [phones.find_key(number, country_code) for number in numbers]
    monkeypatch.setattr(phones, "_CHINA", ())
    assert at_a_glance == [phones.find_key(number, country_code) for number in numbers]
