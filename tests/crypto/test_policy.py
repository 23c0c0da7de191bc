import time

import pytest

from poolhouse.crypto.policy import PasswordPolicy, check_pattern, security_level
from poolhouse.errors import InvalidInput, WeakPassword


@pytest.mark.parametrize(
    ("strength", "accepted", "refused"),
    [
        ("none", ["a", "密"], [""]),
        ("low", ["aaaaaa", "123456"], ["aaaaa", ""]),
        ("medium", ["aaaaa1", "aaaaa!", "12345_"], ["aaaaaa", "123456", "a1!"]),
        ("high", ["aaaa1!", "密码密码1!"], ["aaaaa1", "aaaaa!", "a1!"]),
    ],
)
def test_a_level_accepts_and_refuses(strength, accepted, refused):
    policy = PasswordPolicy(strength)
    for password in accepted:
        policy.check(password)
    for password in refused:
        with pytest.raises(WeakPassword):
            policy.check(password)


def test_a_custom_pattern_answers_in_its_own_words():
    policy = PasswordPolicy("custom", r"^\d{8}$", "须为八位数字", "eight digits")
    policy.check("12345678")
    with pytest.raises(WeakPassword) as refused:
        policy.check("1234")
    assert "须为八位数字" in refused.value.message()
    assert "eight digits" in refused.value.message("en-US")


def test_a_pattern_that_takes_for_ever_is_cut_short_and_refuses():
    policy = PasswordPolicy("custom", r"^(a|aa)+$")
    policy.check("a" * 20)
    started = time.monotonic()
    with pytest.raises(WeakPassword):
        policy.check("a" * 100 + "b")
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("pattern", ["(", "[a-", "a{2,1}", "x" * 2000])
def test_what_is_no_pattern_is_refused_and_lets_nobody_by(pattern):
    with pytest.raises(InvalidInput):
        check_pattern(pattern)
    with pytest.raises(WeakPassword):
        PasswordPolicy("custom", pattern).check("a password")


def test_the_display_scale_is_the_official_clients():
    assert security_level("Abcdefghijk1") == 3
    assert security_level("abcdefg1") == 2
    assert security_level("abcdefgh") == 1
    assert security_level("Ab1") == 1
