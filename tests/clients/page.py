"""Writes docs/reference/clients.md, docs/reference/oidc-libraries.md, and README's table and badges, from the rows and
their recorded runs.

python -m tests.clients.page           writes them
python -m tests.clients.page --check   exit status 1 if one is not what the rows and runs say; runs nothing
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from tests.clients import libraries_page
from tests.clients.badges import badges
from tests.clients.matrix import CLIENTS, Client
from tests.clients.runs import recorded

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "clients.md"
LIBRARIES_PAGE = ROOT / "docs" / "reference" / "oidc-libraries.md"
README = ROOT / "README.md"
BEGIN, END = "<!-- clients: made by `make clients` -->", "<!-- end of clients -->"

HEAD = """# Clients

The test suite runs official clients, unmodified from their registries, through their documented calls against a server.
`make clients` writes this page from the recorded runs (`tests/clients/results`), and every run of the suite is compared
with them; `tests/clients/matrix.py` defines the clients.

| client | version | calls | passed | set besides `host` |
|---|---|---|---|---|
"""
BESIDE = [
    (
        "`authing-js-sdk` 4 (npm), management",
        "`new ManagementClient({ userPoolId, secret: userPoolSecret, host })`",
        "[v2](docs/reference/v2.md)",
    ),
    (
        "`authing-js-sdk` 4 (npm), sign-in",
        "`new AuthenticationClient({ appId, appHost: host })`",
        "[v2](docs/reference/v2.md)",
    ),
    (
        "any OpenID Connect library",
        "issuer `HOST/oidc`, client id and secret `appId`, `appSecret`",
        "[by library](docs/reference/oidc-libraries.md)",
    ),
]
"""Lines of README.md about clients that have no row: client, how it begins, where it is tried."""


def counts(client: Client) -> tuple[int, int]:
    """Calls passed, and calls made."""
    run = recorded(client.file)
    if run is None:
        raise SystemExit(f"no run of {client.title} is recorded: make clients")
    return len(run["passed"]), len(run["passed"]) + len(run["failed"])


def page() -> str:
    lines = []
    for client in CLIENTS:
        passed, made = counts(client)
        lines.append(
            f"| `{client.name}` ({client.registry}, {client.language}) | {client.version} | {made} | {passed} "
            f"| {client.settings or 'nothing'} |"
        )
    return HEAD + "\n".join(lines) + "\n" + "".join(_details(client) for client in CLIENTS)


def _details(client: Client) -> str:
    run = recorded(client.file) or {}
    told = [
        *_reasons("fails, and no server can mend it", client.theirs),
        *_reasons("fails, and is to be mended here", client.ours),
    ]
    unknown = run.get("not supported", [])
    if unknown:
        told.append(f"Not in this version: {', '.join(f'`{name}`' for name in unknown)}.\n")
    return f"\n## {client.title}\n\n" + "\n".join(told) if told else ""


def _reasons(title: str, reasons: Mapping[str, str]) -> Iterator[str]:
    """A table of one line a reason, with the calls it explains."""
    if not reasons:
        return
    lines = []
    for reason in dict.fromkeys(reasons.values()):
        calls = ", ".join(f"`{call}`" for call, why in reasons.items() if why == reason)
        lines.append(f"| {calls} | {reason} |")
    yield f"| {title} | why |\n|---|---|\n" + "\n".join(lines) + "\n"


def table() -> str:
    """README's lines: versions that begin alike share one."""
    lines = ["| client | what changes | calls that pass |", "|---|---|---|"]
    lines += [f"| {' | '.join(cells)} |" for cells in BESIDE[:-1]]
    for (name, registry, begin), group in groupby(
        CLIENTS, key=lambda row: (row.name, row.registry, row.begin)
    ):
        rows = list(group)
        versions = ", ".join(row.version for row in rows)
        passed = "; ".join("{} of {}".format(*counts(row)) for row in rows)
        lines.append(f"| `{name}` {versions} ({registry}) | {begin} | {passed} |")
    return "\n".join([*lines, f"| {' | '.join(BESIDE[-1])} |"])


def readme() -> str:
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> None:
    wanted = {PAGE: page(), LIBRARIES_PAGE: libraries_page.page(), README: readme()}
    wanted |= badges(map(counts, CLIENTS))
    if "--check" in sys.argv:
        stale = [str(file.relative_to(ROOT)) for file, text in wanted.items() if _read(file) != text]
        sys.exit(f"{', '.join(stale)}: not what tests/clients says; make clients" if stale else 0)
    for file, text in wanted.items():
        file.write_text(text)


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


if __name__ == "__main__":
    main()
