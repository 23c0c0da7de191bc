"""Every domain error has a row on the v2 wire: its own, or that of an ancestor other than the root."""

from __future__ import annotations

import pytest

from poolhouse import errors as domain
from poolhouse.errors import PoolhouseError
from poolhouse.wire.v2 import errors


def every_error(kind: type[PoolhouseError] = PoolhouseError) -> set[type[PoolhouseError]]:
    return {kind}.union(*(every_error(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize("kind", sorted(every_error(), key=lambda kind: kind.__name__))
def test_every_error_has_a_row_or_an_ancestor_with_one(kind: type[PoolhouseError]) -> None:
    listed = next(ancestor for ancestor in kind.__mro__ if ancestor in errors.TABLE)
    assert listed is not PoolhouseError or kind is PoolhouseError


def test_no_row_repeats_its_ancestor_s() -> None:
    for kind, row in errors.TABLE.items():
        above = next((ancestor for ancestor in kind.__mro__[1:] if ancestor in errors.TABLE), None)
        assert above is None or errors.TABLE[above] != row, kind.__name__


def test_the_table_names_nothing_that_is_gone() -> None:
    assert set(errors.TABLE) <= every_error()


def test_business_errors_are_http_200_and_only_ours_are_not() -> None:
    ours = {kind for kind, row in errors.TABLE.items() if row.http != 200}
    assert ours == {
        PoolhouseError,
        domain.BodyTooSlow,
        domain.HeadersTooLarge,
        domain.Unavailable,
        domain.TooManyRequests,
    }


def test_an_error_nobody_listed_takes_the_row_of_its_kind() -> None:
    class LampNotFound(domain.NotFound):
        pass

    try:
        assert errors.row(LampNotFound()).code == 404
    finally:
        del LampNotFound


def test_a_second_factor_hands_out_its_token() -> None:
    described = errors.described(domain.MfaRequired(mfa_token="t"), "en-US")
    assert (described["code"], described["message"]) == (1635, "A second factor is required")
    assert described["data"]["mfaToken"] == "t"


@pytest.mark.parametrize(("old_password", "code"), [(False, 1639), (True, 2058)])
def test_a_forced_reset_and_a_first_login_have_different_codes(old_password: bool, code: int) -> None:
    error = domain.PasswordResetRequired(token="t", old_password=old_password)
    assert errors.described(error, "zh-CN")["code"] == code
    assert errors.described(error, "zh-CN")["data"] == {"token": "t"}


def test_the_cause_stays_with_us() -> None:
    error = domain.DatabaseLost("connection to 10.0.0.1 refused", retry_after_s=3)
    assert "10.0.0.1" not in str(errors.described(error, "en-US"))
    assert errors.headers(error) == {"retry-after": "3"}
