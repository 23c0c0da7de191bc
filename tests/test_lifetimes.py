import pytest

from poolhouse.errors import AccountLocked
from poolhouse.lifetimes import in_words, wait_in_words


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (1, "1 秒", "1 second"),
        (59, "59 秒", "59 seconds"),
        (60, "1 分钟", "1 minute"),
        (90, "1 分钟 30 秒", "1 minute 30 seconds"),
        (300, "5 分钟", "5 minutes"),
        (1800, "30 分钟", "30 minutes"),
        (3600, "1 小时", "1 hour"),
        (5400, "1 小时 30 分钟", "1 hour 30 minutes"),
        (86_400, "24 小时", "24 hours"),
        (2 * 86_400, "2 天", "2 days"),
        (7 * 86_400, "7 天", "7 days"),
        (7 * 86_400 + 3599, "7 天", "7 days"),
        (0, "0 秒", "0 seconds"),
    ],
)
def test_a_lifetime_is_told_in_the_largest_units_that_say_it(seconds: int, zh: str, en: str) -> None:
    assert in_words(seconds, "zh-CN") == zh
    assert in_words(seconds, "en-US") == en


def test_a_wait_is_never_told_too_short() -> None:
    assert wait_in_words(61, "en-US") == "2 minutes"
    assert wait_in_words(59, "en-US") == "59 seconds"
    assert "1 小时后再试" in AccountLocked(retry_after_s=3600).message("zh-CN")
