"""What the server is told its own address is: judged at the start."""

from __future__ import annotations

import pytest

from poolhouse.settings import Settings, SettingsUnfit


@pytest.mark.parametrize(
    "url",
    ["https://id.example.com", "http://localhost:3000/", "HTTPS://ID.example:443/", "http://[::1]:3000", ""],
)
def test_an_address_of_a_server_is_taken(url: str) -> None:
    assert Settings(public_url=url).public_url == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "id.example.com",
            "//id.example.com",
            "ftp://id.example.com",
            "javascript:alert(1)",
            "https://",
            "https:///x",
        ),
        *(
            "https://id.example.com:port",
            "https://id.example.com:99999",
            "https://id.example.com:0",
            "https://[::1",
        ),
        *("https://li:secret@id.example.com", "https://id.example.com?a=b", "https://id.example.com#a"),
        *("https://id.example.com/\r\nx", "https://id.exam ple.com", "https://例子.example"),
    ],
)
def test_what_is_none_is_refused_by_its_name_and_not_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not repeated, as it may hold a password."""
    monkeypatch.setenv("POOLHOUSE_PUBLIC_URL", url)
    with pytest.raises(SettingsUnfit) as refused:
        Settings()
    assert "public_url" in str(refused.value)
    assert "secret" not in str(refused.value)
