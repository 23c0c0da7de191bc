import pytest

from poolhouse.crypto.policy import PasswordPolicy, security_level
from poolhouse.errors import WeakPassword


@pytest.mark.parametrize(
    ("strength", "accepted", "refused"),
    [
        ("none", ["a", "密"], [""]),
        ("low", ["aaaaaa", "123456"], ["aaaaa", ""]),
        ("medium", ["aaaaa1", "aaaaa!", "12345_"], ["aaaaaa", "123456", "a1!"]),
        ("high", ["aaaa1!", "密码密码1!"], ["aaaaa1", "aaaaa!", "a1!"]),
    ],
)
async def test_a_level_accepts_and_refuses(strength, accepted, refused):
    policy = PasswordPolicy(strength)
    for password in accepted:
        await policy.check(password)
    for password in refused:
        with pytest.raises(WeakPassword):
            await policy.check(password)


async def test_a_custom_pattern_answers_in_its_own_words():
    policy = PasswordPolicy("custom", r"^\d{8}$", "须为八位数字", "eight digits")
    await policy.check("12345678")
    with pytest.raises(WeakPassword) as refused:
        await policy.check("1234")
    assert "须为八位数字" in refused.value.message()
    assert "eight digits" in refused.value.message("en-US")


def test_the_display_scale_is_the_official_clients():
    assert security_level("Abcdefghijk1") == 3
    assert security_level("abcdefg1") == 2
    assert security_level("abcdefgh") == 1
    assert security_level("Ab1") == 1
