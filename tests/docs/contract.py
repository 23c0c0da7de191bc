"""Tables of the contract pages, for the tests that hold the code to them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = "docs/contract/custom-database.md"


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, each a list of its cells; without the head of the table."""
    text = (ROOT / page).read_text(encoding="utf-8")
    below = text.split(f"\n{heading}\n", 1)[1]
    lines: list[str] = []
    for line in below.splitlines():
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            break
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def code(cell: str) -> str:
    """The text between the backticks, its blanks kept."""
    return cell.split("`")[1]


def documented_fields(operation: str) -> list[str]:
    """What the table of users' fields says that `create` or `update` writes."""
    rows = table("docs/contract/users.md", "## Fields")
    return sorted(code(name) for name, written, *_ in rows if operation in written.split(", "))
