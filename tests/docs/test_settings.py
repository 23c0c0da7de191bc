"""docs/reference/settings.md is what the settings say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.settings import text, variable

from poolhouse.settings import Settings, settings_known

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
