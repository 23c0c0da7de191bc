"""`poolhouse import upload`: a file goes to the server piece by piece, and on where it stopped."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from poolhouse.client.exits import Stopped
from poolhouse.client.model import Call
from poolhouse.client.words import say
from poolhouse.commands.checking import require_file

PIECE = 1024 * 1024
"""Bytes; what the server takes at a time."""


def upload(call: Call, file: Path, /, *, resume: str | None = None) -> Any:
    require_file(file)
    size = file.stat().st_size
    digest = None
    if resume:
        digest = _digest(file)
        found = call("GET get-import-file", {"fileId": resume})
        if found["size"] != size:
            raise Stopped(say(("文件大小与上传的不同", "the file has another size than the uploaded one")))
    else:
        kind = "jsonl" if file.suffix in (".jsonl", ".ndjson") else "csv"
        found = call("POST create-import-file", {"name": file.name, "format": kind, "size": size})
    with file.open("rb") as content:
        while found["status"] == "UPLOADING":
            content.seek(found["position"])
            data = b64encode(content.read(PIECE)).decode()
            piece = {"fileId": found["fileId"], "position": found["position"], "data": data}
            found = call("POST put-import-file", piece | ({"firstDigest": digest} if digest else {}))
            digest = None
    return found


def _digest(file: Path) -> str:
    """Of the first piece."""
    with file.open("rb") as content:
        return hashlib.sha256(content.read(PIECE)).hexdigest()
