"""What a provider says of a person, by our names: one rule for every kind."""

from __future__ import annotations

import pytest

from poolhouse.federation.profiles import told
from poolhouse.federation.providers.lark import client as lark
from poolhouse.federation.providers.wechat import client as wechat
from poolhouse.federation.standard_claims import profile_of


@pytest.mark.parametrize("nothing", ["", "  ", None, 7, [], {}])
def test_what_is_no_text_or_has_nothing_in_it_is_not_said(nothing: object) -> None:
    assert told({"nickname": nothing, "city": "广州"}, wechat._PROFILE) == {"city": "广州"}
    assert told({"name": nothing, "login": "ada"}, {"login": "name", "name": "name"}) == {"name": "ada"}
    assert profile_of({"name": "Ada", "email": nothing}) == {"name": "Ada"}


def test_an_empty_address_leaves_the_other_one_that_lark_tells() -> None:
    said = {"enterprise_email": "ada@corp.example", "email": ""}
    assert told(said, lark._PROFILE) == {"email": "ada@corp.example"}
    assert told({**said, "email": "ada@home.example"}, lark._PROFILE) == {"email": "ada@home.example"}
