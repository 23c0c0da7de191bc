"""The page of test plans names the modules that are tests of ours, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.oidc import test_conformance_basic, test_conformance_logout, test_front_channel

PAGE = Path(__file__).parents[2] / "docs" / "security" / "oidc-conformance.md"


def test_the_page_lists_the_modules_that_are_tested() -> None:
    covered = PAGE.read_text().split("## Covered")[1].split("## Not covered")[0]
    listed = re.findall(r"^\| `(\S+)` \|$", covered, re.M)
    tested = [*test_conformance_basic.MODULES, *test_conformance_logout.MODULES, *test_front_channel.MODULES]
    assert sorted(listed) == sorted(tested)
