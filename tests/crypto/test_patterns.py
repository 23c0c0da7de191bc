"""Expressions of administrators: what is refused before the compiler sees it, and what it does to others."""

import asyncio
import time

import pytest

from poolhouse.crypto.patterns import check_pattern, matches
from poolhouse.crypto.policy import PasswordPolicy
from poolhouse.errors import InvalidInput, WeakPassword

ORDINARY = [
    r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8,64}$",
    r"^(?![0-9]+$)(?![a-zA-Z]+$)[0-9A-Za-z]{6,20}$",
    r"^(?=.*[!@#$%^&*()_+\-=\[\]{};':\"\\|,.<>\/?~`])\S{8,}$",
    r"^[^\s]{6,}$",
    r"(.)\1{2,}",
    r"^(?:[a-z]+-){2,5}[a-z]+$",
    r"[][]",
    r"^\p{L}[\p{L}\d]*?$",
    r"(?i)^(?P<first>[a-z]).*(?P=first)$",
    r"^(?<!x)(?<=)(?>a|b)++$",
    "",
]
TOO_DEAR = [
    r"(?:(?:(?:a?){1000}){1000}){10}",
    r"(?:(?:a?){1000}){1000}",
    "(?:" * 19 + "a" + ")+" * 19,
    "(" * 12 + "a" + "){2,}" * 12,
    r"(?:[(](?:a?){1000}){1000}",
    r"(?:\((?:a?){1000}){1000}",
    r"(?:[]((?:a?){9}]{1000}){1000}",
    r"(?=(?:(?:a?){1000}){9})",
    "a{65535}",
    "a{3}" * 250 + "b{2000}",
    "(" * 60 + "a" + ")" * 60,
]
NOT_UNDERSTOOD = [
    "(",
    ")",
    "a)",
    "[a-",
    "a{2,1}",
    "*",
    "(*",
    "x{1",
    "\\",
    "x" * 2000,
    "[z-a]",
    r"(?P=nobody)",
    "(?R)",
    "(?1)",
    "(?|a|b)",
    "(?x) a",
    "(?V1)[a--b]",
    "(?:ab){e<=5}",
    "[[:x:](]",
    "(?#c)",
    "(*FAIL)",
]


@pytest.mark.parametrize("pattern", ORDINARY)
async def test_an_ordinary_expression_is_taken(pattern):
    await check_pattern(pattern)


@pytest.mark.parametrize("pattern", TOO_DEAR + NOT_UNDERSTOOD)
async def test_what_is_dear_or_no_expression_is_refused_by_field_and_lets_nobody_by(pattern):
    with pytest.raises(InvalidInput) as refused:
        await check_pattern(pattern, "passwordStrength.pattern")
    assert refused.value.facts["field"] == "passwordStrength.pattern"
    with pytest.raises(WeakPassword):
        await PasswordPolicy("custom", pattern).check("a password")


async def test_an_expression_that_never_ends_is_given_up_and_lets_nobody_by():
    assert await matches(r"^(a|aa)+$", "a" * 20)
    assert not await matches(r"^(a|aa)+$", "a" * 100 + "b")


async def test_the_server_goes_on_while_one_pools_expression_is_matched():
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    other = asyncio.create_task(others())
    await asyncio.gather(*[matches(r"^(a|aa)+$", "a" * 100 + "b") for _ in range(3)])
    other.cancel()
    assert turns > 3


async def test_a_dear_expression_keeps_one_thread_busy_and_leaves_the_others_to_the_other_pools():
    started = time.monotonic()
    slow = [asyncio.create_task(matches(r"^(a|aa)+$", "a" * 100 + "b")) for _ in range(100)]
    await asyncio.sleep(0)
    assert await matches(r"^\d+$", "1234")
    assert not all(task.done() for task in slow), time.monotonic() - started
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
