"""docs/reference/oidc-libraries.md, from the rows of libraries.py, their recorded runs and their drivers' lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.clients.libraries import LIBRARIES, Library
from tests.clients.runs import recorded
from tests.clients.story import STORY

HERE = Path(__file__).parent
BEGIN, END = "docs: begin", "docs: end"

HEAD = """# OpenID Connect libraries

Libraries that know nothing of Poolhouse, unmodified from their registries, each taken by the test suite through one
story against a listening server: discovery, sign-in on the hosted pages with code, PKCE, state and nonce, by every way
it knows for a client to say who it is, an id token of each algorithm that the library itself validates, userinfo,
refresh with rotation, introspection, revocation, new signing keys in the middle, logout; and what it must refuse, where
somebody in between changed it. Written by `make clients` from the recorded runs (`tests/clients/results`); every run of
the suite compares itself with them.

What to configure: the issuer `HOST/oidc`, from which discovery tells the rest, the application's id and its secret, and
at the application the exact redirect URI and the one after logout. An application's id tokens are RS256
unless it says otherwise (`id_token_algorithm`), which is what every library expects.

| library | language | steps | passed | id tokens verified | set besides issuer, id and secret |
|---|---|---|---|---|---|
"""


def page() -> str:
    rows = [_row(library) for library in LIBRARIES]
    return HEAD + "".join(rows) + "".join(_section(library) for library in LIBRARIES)


def counts(library: Library) -> tuple[int, int]:
    """Steps passed, and steps the library has."""
    run = _run(library)
    return len(run["passed"]), len(run["passed"]) + len(run["failed"])


def _run(library: Library) -> dict[str, list[str]]:
    run = recorded(library.file)
    if run is None:
        raise SystemExit(f"no run of {library.title} is recorded: make clients")
    return run


def _row(library: Library) -> str:
    passed, made = counts(library)
    verified = [
        algorithm
        for algorithm in ("RS256", "ES256", "HS256")
        if f"refuses a forged signature, {algorithm}" in _run(library)["passed"]
    ]
    return (
        f"| `{library.name}` {library.version} ({library.registry}) | {library.language} | {made} | {passed} "
        f"| {', '.join(verified) or 'none'} | {library.settings or 'nothing'} |\n"
    )


def _section(library: Library) -> str:
    parts = [f"\n## {library.title}\n", _code(library), *_reasons(library.theirs)]
    unknown = _run(library)["not supported"]
    if unknown:
        in_order = [step["call"] for step in STORY if step["call"] in unknown]
        parts.append(f"Not in this library: {'; '.join(in_order)}. {library.absent}".strip() + "\n")
    return "\n".join(parts)


def _code(library: Library) -> str:
    blocks = []
    if library.also:
        blocks.append((library.also.rpartition(".")[2], [*snippets(HERE / library.also)]))
    heading = [library.heading] if library.heading else []
    blocks.append((library.language.lower(), [*heading, *snippets(HERE / library.driver)]))
    return "\n".join(f"```{name}\n" + "\n\n".join(texts) + "\n```\n" for name, texts in blocks)


def snippets(source: Path) -> Iterator[str]:
    """The lines between the marks, each piece moved to the left."""
    kept: list[str] | None = None
    for line in source.read_text().splitlines():
        if BEGIN in line:
            kept = []
        elif END in line:
            assert kept is not None, f"{source}: an end without a beginning"
            yield textwrap.dedent("\n".join(kept))
            kept = None
        elif kept is not None:
            kept.append(line)
    assert kept is None, f"{source}: a beginning without an end"


def _reasons(theirs: Mapping[str, str]) -> Iterator[str]:
    if theirs:
        lines = [f"| {step} | {reason} |\n" for step, reason in theirs.items()]
        yield "| fails, and no server can mend it | why |\n|---|---|\n" + "".join(lines)
