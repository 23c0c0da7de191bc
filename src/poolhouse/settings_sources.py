"""Where a setting that no program gave is looked for: the environment, then a settings file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from poolhouse.settings_files import SettingsFile, secret_in, settings_file

PREFIX = "POOLHOUSE_"
CONFIG = "config"
"""The setting that names the settings file, and is in none."""

NOT_GIVEN: Any = object()

_OTHERS = re.compile(
    r"POOLHOUSE_(?:TEST_.*|SERVICE_HOST|SERVICE_PORT(?:_.*)?|PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)\Z",
    re.ASCII | re.DOTALL,
)
"""Variables that are nobody's mistake: the tests' own, and those that Kubernetes sets of a service named poolhouse."""


class Kind(NamedTuple):
    """`read` makes a value of a text of the environment, or of what a program gave, and raises ValueError.
    `allowed` says of which, in the table of docs/reference/settings.md. What is `secret` may be in a file of its own.
    `listed` has commas between several, or is an array in a settings file."""

    read: Callable[[Any], Any]
    allowed: str = "a text"
    secret: bool = False
    listed: bool = False


class Found(NamedTuple):
    """`where`: what an error begins with. `named`: `given` is the name of a file that has the value. `twice`: both."""

    where: str
    given: Any = NOT_GIVEN
    named: bool = False
    twice: bool = False

    def value(self, kind: Kind) -> Any:
        """Raises ValueError with an English and a Chinese sentence."""
        if self.twice:
            raise ValueError(
                "is given twice, by itself and by the name of a file: leave one out",
                "重复：既给出了值，又给出了文件，请去掉其中之一",
            )
        if isinstance(self.given, bool):  # it would pass for the number 1
            raise ValueError("should be a text or a number", "应为文本或数字")
        if self.named:
            if not isinstance(self.given, str):
                raise ValueError("should be the name of a file", "应为文件名")
            return secret_in(self.given)
        if kind.listed and isinstance(self.given, list) and all(isinstance(one, str) for one in self.given):
            return ", ".join(self.given)
        return self.given


class Sources:
    """`path`: the settings file, once it is known; it is read when something is first looked for in it."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self._environment = {name.upper(): value for name, value in os.environ.items()}
        self._file: SettingsFile | None = None
        self._unfit: list[tuple[str, str]] = []

    def find(self, name: str, kind: Kind) -> Found:
        variable = f"{PREFIX}{name.upper()}"
        found = _in(self._environment, variable, f"{variable}_FILE", kind)
        if found is not None:
            return found._replace(where=f"{name}_file" if found.named and not found.twice else name)
        if name == CONFIG or self.path is None:
            return Found(name)
        found = _in(self._opened(self.path).values, name, f"{name}_file", kind)
        return (
            Found(name)
            if found is None
            else found._replace(where=f"{self._place(found.where)}: {found.where}")
        )

    def tell(self, where: str, error: ValueError) -> None:
        self._unfit.append((f"{where}: {error.args[0]}", f"{where}：{error.args[-1]}"))

    def unfit(self, known: list[str]) -> list[tuple[str, str]]:
        """All that was told, English and Chinese, and which names of the settings file are none of the `known`."""
        for name in self._file.values if self._file else ():
            if name not in known:
                zh, en = unknown(name, known)
                self._unfit.append((f"{self._place(name)}: {en}", f"{self._place(name)}：{zh}"))
        return self._unfit

    def _opened(self, path: Path) -> SettingsFile:
        if self._file is None:
            try:
                self._file = settings_file(str(path))
            except ValueError as error:
                self._file = SettingsFile({}, {}, open_to_all=False)
                self.tell(CONFIG, error)
        return self._file

    def _place(self, name: str) -> str:
        line = self._file.lines.get(name) if self._file else None
        return f"{self.path}:{line}" if line else f"{self.path}"


def _in(values: Mapping[str, Any], name: str, file_name: str, kind: Kind) -> Found | None:
    named = kind.secret and file_name in values
    if name in values:
        return Found(name, values[name], twice=named)
    return Found(file_name, values[file_name], named=True) if named else None


def misspelt_among(environment: Iterable[str], known: Iterable[str]) -> list[tuple[str, str]]:
    """What to tell of POOLHOUSE_ variables that are no setting, in Chinese and in English."""
    variables = [f"{PREFIX}{name.upper()}" for name in known]
    return [
        unknown(name, variables)
        for name in sorted(environment)
        if (upper := name.upper()).startswith(PREFIX) and upper not in variables and not _OTHERS.match(upper)
    ]


def unknown(name: str, known: list[str]) -> tuple[str, str]:
    """Chinese, English."""
    spelled = name.upper() if known[0].isupper() else name.lower()
    near = next(iter(get_close_matches(spelled, known, 1)), None)
    zh, en = f"没有设置 {name}", f"{name} is no setting"
    return (f"{zh}：是否指 {near}？", f"{en}: did you mean {near}?") if near else (zh, en)
