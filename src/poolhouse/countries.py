"""Countries with a telephone code of their own, for whoever lets people choose one.

`countries.tsv` has ISO 3166's two codes and the name in Chinese and English; the calling code is what `phones` reads.
Kosovo has the codes everybody uses of it, for ISO has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import phonenumbers

_FIRST_FLAG_LETTER = 0x1F1E6


@dataclass(frozen=True, slots=True)
class Country:
    """`calling_code` with its plus: +86."""

    alpha2: str
    alpha3: str
    calling_code: str
    zh: str
    en: str

    @property
    def flag(self) -> str:
        """The emoji: the two letters, as flags are written."""
        return "".join(chr(_FIRST_FLAG_LETTER + ord(letter) - ord("A")) for letter in self.alpha2)


@cache
def all_countries() -> tuple[Country, ...]:
    """By their English names."""
    rows = (
        line.split("\t")
        for line in files("poolhouse").joinpath("countries.tsv").read_text("utf-8").splitlines()
    )
    found = [
        Country(alpha2, alpha3, f"+{phonenumbers.country_code_for_region(alpha2)}", zh, en)
        for alpha2, alpha3, zh, en in rows
    ]
    return tuple(sorted(found, key=lambda country: country.en))
