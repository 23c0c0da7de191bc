from pathlib import Path

import pytest

from poolhouse.audit.origin import Agent, Places, agent

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/119.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/16.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, Agent("", "Chrome 119", "Windows 10")),
        (IPHONE, Agent("iPhone", "Mobile Safari 16", "iOS 16")),
        ("", Agent()),
        ("\0 nothing known", Agent()),
    ],
)
def test_a_user_agent_tells_device_browser_and_system(user_agent: str, expected: Agent) -> None:
    assert agent(user_agent) == expected


def test_without_a_file_no_place_is_known() -> None:
    assert Places().of("203.0.113.9") is None


def test_a_file_that_is_none_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "geo.mmdb").write_bytes(b"not a database")
    with pytest.raises(Exception, match="MaxMind"):
        Places(tmp_path / "geo.mmdb")
