"""The tests that judge a package's mutants are named by hand: a renamed one would judge nothing."""

import pytest
from scripts.mutate.places import JUDGES, ROOT


@pytest.mark.parametrize("place", [place for places in JUDGES.values() for place in places])
def test_a_judge_of_mutants_is_there(place: str) -> None:
    assert (ROOT / place).exists()
