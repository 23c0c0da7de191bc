"""Reads docs/contract/fields.md, the sentences and examples of v3's fields, and writes them as the wire loads them."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/contract/fields.md"
WRITTEN = ROOT / "src/poolhouse/wire/v3/fields.json"

_FIELD = re.compile(r"^\| ([\w.-]+) \| (.+?) \| (?:`(.+)`)? ?\|$", re.MULTILINE)
_REQUEST = re.compile(r"^\| (\w+ )`([^`]+)` \| `(.+)` \|$", re.MULTILINE)


def text() -> str:
    page = PAGE.read_text(encoding="utf-8")
    fields = {name: [what, example] for name, what, example in _FIELD.findall(page) if what != "what"}
    requests = {f"{method}{path}": json.loads(example) for method, path, example in _REQUEST.findall(page)}
    return json.dumps({"fields": fields, "requests": requests}, ensure_ascii=False, indent=0) + "\n"
