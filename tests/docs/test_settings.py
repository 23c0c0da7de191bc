"""docs/reference/settings.md is what the settings say of themselves."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from scripts.settings import text, variable
from tests.docs.pages import blocks

from poolhouse.settings import Settings, names_known, settings_known

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    assert (ROOT / "docs/reference/settings.md").read_text() == text(), (
        "run: .venv/bin/python -m scripts.settings > docs/reference/settings.md"
    )


@pytest.mark.parametrize("name", settings_known())
def test_a_setting_is_explained_in_a_sentence(name: str) -> None:
    assert settings_known()[name].description.endswith("."), name
    assert f"`{variable(name)}`" in text()


@pytest.mark.parametrize("name", [name for name, one in settings_known().items() if one.example])
def test_the_example_of_a_setting_is_allowed(name: str) -> None:
    Settings(**{name: settings_known()[name].example})  # type: ignore[arg-type]


def test_the_settings_file_of_the_page_is_taken(tmp_path: Path) -> None:
    (shown,) = (block.text for block in blocks("", text()) if block.language == "toml")
    assert set(tomllib.loads(shown)) <= set(names_known())
    password = tmp_path / "smtp_password"
    password.write_text("hunter2\n")
    file = tmp_path / "poolhouse.toml"
    file.write_text(shown.replace("/etc/poolhouse/smtp_password", str(password)))
    settings = Settings(config=file)
    assert (settings.workers, settings.smtp_password.get_secret_value()) == (2, "hunter2")
    assert settings.allowed_origins == "https://app.example.com, https://shop.example.com"
