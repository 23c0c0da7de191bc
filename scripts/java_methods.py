"""src/poolhouse/wire/v3/java_methods.json: which method of the official Java client calls which endpoint.

Read from the client's own classes with `javap`, which needs a JDK and the client as `make setup` puts it:
`python -m scripts.java_methods`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
JAR = ROOT / "tests/clients/.packages/authing-java-sdk-3.1.9/lib/authing-java-sdk-3.1.9.jar"
WRITTEN = ROOT / "src/poolhouse/wire/v3/java_methods.json"
_CLIENT = "cn.authing.sdk.java.client.ManagementClient"
_METHOD = re.compile(r"^  public \S+ (\w+)\((?:cn\.authing\.sdk\.java\.dto\.(\w+))?\);$", re.MULTILINE)
_TEXT = re.compile(r"// String (\S+)$", re.MULTILINE)


def is_readable() -> bool:
    return JAR.is_file() and shutil.which("javap") is not None


def rows() -> list[list[str]]:
    """Method, path, the client's method and the class of what it asks, "" for none; by path."""
    command = ["javap", "-c", "-cp", str(JAR), _CLIENT]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    starts = [*_METHOD.finditer(text)]
    found = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        told = _TEXT.findall(text[start.end() : following.start() if following else len(text)])
        url = next((one for one in told if one.startswith("/")), "")
        verb = next((one for one in told if one in ("GET", "POST", "PUT", "DELETE")), "")
        if url and verb:
            found.append([verb, url, start[1], start[2] or ""])
    return sorted(found, key=lambda row: (row[1], row[0], row[2]))


def text() -> str:
    return "[\n" + ",\n".join(json.dumps(row) for row in rows()) + "\n]\n"


if __name__ == "__main__":
    WRITTEN.write_text(text())
