"""Which methods of the official clients for Go, C# and PHP call which endpoint, read from their sources.

`python -m scripts.client_methods GO CSHARP PHP` writes src/poolhouse/wire/v3/{go,csharp,php}_methods.json from a git
folder of each: github.com/Authing/authing-golang-sdk, authing-csharp-sdk, authing-php-sdk. They are in no registry that
the tests install from, so what was read is kept: a row has method, path, the client's method, the class of what it is
given ("" for nothing, and in PHP, where it is an array), and what each name in that may be: `text`, `number`, `yes`,
`list`, the words of an enumeration (`M|F|U`), or `any`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

WIRE = Path(__file__).parents[1] / "src/poolhouse/wire/v3"
RELEASES = {
    "go": "v3.0.19",
    "csharp": "7b352cc1e49b659b42d1fcfdd5591e2aab7bb62a",
    "php": "286a9a7b615122d0ea2c103a30381c936c9ed483",
}
"""The tag or commit that is read: versions 3.0.19, 3.2.5 and 5.0.0."""
Row = tuple[str, str, str, str, dict[str, str]]

_KINDS = {"string": "text", "int": "number", "long": "number", "bool": "yes"}
_GO = re.compile(
    r"^func \(client \*ManagementClient\) (\w+)\((?:\w+ \*dto\.(\w+))?\)[^\n]*\{\n"
    r'\s*b, err := client\.SendHttpRequest\("([^"]+)", fasthttp\.Method(\w+), ',
    re.MULTILINE,
)
_GO_STRUCT = re.compile(r"^type (\w+) struct ?\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_GO_NAME = re.compile(r'^\s*\w+\s+(\S+)\s+`json:"(\w+)', re.MULTILINE)
_CSHARP = re.compile(
    r"public async Task<\w+> (\w+)\((?:(\w+) \w+)?\s*\)\s*\{\s*"
    r'string httpResponse = await Request\("(\w+)", "([^"]+)"'
)
_CSHARP_CLASS = re.compile(r"public (?:partial )?class (\w+)[^{]*\{(.*)", re.DOTALL)
_CSHARP_NAME = re.compile(r'JsonProperty\("(\w+)"\)\](?:\s*\[[^\n]*\])*\s*public\s+(\S+)')
_CSHARP_ENUM = re.compile(r"public enum (\S+)\s*\{(.*?)\}", re.DOTALL)
_CSHARP_WORD = re.compile(r'EnumMember\(Value ?= ?"([^"]*)"\)')
_PHP = re.compile(r"public function (\w+)\((?:\$option = array\(\))?\)\n    \{(.*?)\n    \}", re.DOTALL)
_PHP_CALL = re.compile(r'this->request\("(\w+)", "([^"]+)"')
_PHP_NAME = re.compile(r'getOrDefault\(\$option, "(\w+)"')


def read(folder: str, release: str, *paths: str) -> Iterator[str]:
    """Every file below `paths`, as it was released."""
    words = ["git", "-C", folder, "archive", "--format=tar", release, "--", *paths]
    packed = subprocess.run(words, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        for one in files:
            if one.isfile() and (content := files.extractfile(one)):
                yield content.read().decode("utf-8-sig")


def kind(written: str) -> str:
    return "list" if written.startswith(("[]", "List<")) else _KINDS.get(written, "any")


def go(folder: str) -> Iterator[Row]:
    shapes = {
        name: {key: kind(written) for written, key in _GO_NAME.findall(body)}
        for source in read(folder, RELEASES["go"], "dto")
        for name, body in _GO_STRUCT.findall(source)
    }
    for source in read(folder, RELEASES["go"], "management/management_client.go"):
        for name, asks, path, method in _GO.findall(source):
            yield method.upper(), path, name, asks, shapes.get(asks, {})


def csharp(folder: str) -> Iterator[Row]:
    root = "Authing.CSharp.SDK/Authing.CSharp.SDK"
    shapes: dict[str, dict[str, str]] = {}
    for source in read(folder, RELEASES["csharp"], f"{root}/Models"):
        if found := _CSHARP_CLASS.search(source):
            words = {
                name: "|".join(_CSHARP_WORD.findall(body)) for name, body in _CSHARP_ENUM.findall(found[2])
            }
            shapes[found[1]] = {
                key: words.get(written) or kind(written) for key, written in _CSHARP_NAME.findall(found[2])
            }
    for source in read(folder, RELEASES["csharp"], f"{root}/Services/ManagementClient.cs"):
        for name, asks, method, path in _CSHARP.findall(source):
            yield method, path, name, asks, shapes.get(asks, {})


def php(folder: str) -> Iterator[Row]:
    for source in read(folder, RELEASES["php"], "src/ManagementClient.php"):
        for name, body in _PHP.findall(source):
            if called := _PHP_CALL.search(body):
                yield called[1], called[2], name, "", dict.fromkeys(_PHP_NAME.findall(body), "any")


def text(rows: Iterator[Row]) -> str:
    """One method an endpoint: not the one of former versions, where there are two."""
    kept: dict[tuple[str, str], Row] = {}
    for row in rows:
        if row[:2] not in kept or kept[row[:2]][2].endswith("Legacy"):
            kept[row[:2]] = row
    places = sorted(place for place in kept if place[1].startswith("/api/v3/"))
    return "[\n" + ",\n".join(json.dumps(kept[place], ensure_ascii=False) for place in places) + "\n]\n"


if __name__ == "__main__":
    for lang, reader, folder in zip(("go", "csharp", "php"), (go, csharp, php), sys.argv[1:], strict=True):
        (WIRE / f"{lang}_methods.json").write_text(text(reader(folder)))
