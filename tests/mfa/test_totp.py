import pytest

from poolhouse.mfa import totp

RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("at_s", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_vectors_of_rfc_6238(at_s, code):
    assert totp.code_at(totp.key_of(RFC), at_s // 30) == code
    assert totp.matching_step(RFC, code, at_s, 0) == at_s // 30


def test_a_neighbouring_step_is_accepted_and_a_farther_one_is_not():
    key = totp.key_of(RFC)
    for drift, accepted in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = totp.code_at(key, 1000 + drift)
        assert (totp.matching_step(RFC, code, 30_000, 0) is not None) is accepted


def test_a_used_step_is_not_accepted_again():
    code = totp.code_at(totp.key_of(RFC), 1000)
    assert totp.matching_step(RFC, code, 30_000, 1000) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", " 12345"])
def test_only_six_digits_are_a_code(code):
    assert totp.matching_step(RFC, code, 30_000, 0) is None


def test_a_secret_that_is_not_base32_is_taken_as_bytes():
    assert totp.key_of("123456") == b"123456"
