"""Users brought in from a file: how it is read and what each column is are looked at first, on a page that has the file
with it, so that none is kept here; and the imports there were, with what each refused.

Decision: docs/decisions/0050-import.md#in-the-console.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, PoolhouseError, RequestTooLarge
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people.export import FIELDS, GROUPS
from poolhouse.wire.console.people.view import CUSTOM
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment

CHECK, CREATE, PUT = "POST check-import-users", "POST create-import-users-job", "POST import-users"
ONE, ALL, ERRORS, CANCEL = (
    "GET get-import-users-job",
    "GET list-import-users-jobs",
    "GET list-import-users-errors",
    "POST cancel-import-users-job",
)
LARGEST = 700_000
"""Bytes of a file: in base64 it fits into a form."""
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "windows-1252")
SEPARATORS = ("comma", "semicolon", "tab", "bar")
SECRETS = ("password", "passwordHash", "salt")
UNKNOWN, LEFT_OUT = "?", ""
"""What is chosen for a column: nothing yet, and that it is left out."""
SHOWN, ROWS = 100, 50
FORMATS = ("csv", "jsonl")


@dataclass(frozen=True, slots=True)
class File:
    """`data` in base64."""

    name: str
    data: str
    format: str

    @property
    def size(self) -> int:
        return len(self.data) * 3 // 4 - self.data[-2:].count("=")


async def choose(visit: Visit, rendering: Rendering) -> Response:
    return rendering.page(visit, "transfer/import.html", largest=LARGEST // 1000, error="")


async def work(visit: Visit, rendering: Rendering) -> Response:
    """What the form says is to be done with its file: checked, imported, or its refused rows given as a file."""
    form = visit.form()
    try:
        file = _file(visit, form)
    except PoolhouseError as error:
        return _refusal(visit, rendering, error)
    asked: dict[str, Any] = {
        "format": file.format,
        "data": file.data,
        "encoding": form.get("encoding") or None,
        "separator": form.get("separator") or None,
        "columns": _columns(form),
    }
    act = form.get("act")
    try:
        found = await visit.ask(CHECK, {**asked, "withRefused": act == "refused"})
    except PoolhouseError as error:
        return _refusal(visit, rendering, error)
    if act == "refused" and found["refused"] is not None:
        return _download(file, found["refused"])
    if act == "import" and found["problem"] is None:
        try:
            return redirect(f"{visit.pool_address}/imports/{segment(await _import(visit, asked, found))}")
        except PoolhouseError as error:
            trace.note(error=error)
            status = 400 if isinstance(error, InvalidInput) else status_of(error)
            return await _shown(visit, rendering, file, form, found, status, error.message(visit.lang))
    return await _shown(visit, rendering, file, form, found)


def _file(visit: Visit, form: dict[str, str]) -> File:
    """Raises InvalidInput, RequestTooLarge."""
    if data := form.get("data"):
        kind = form.get("format", "")
        return File(form.get("name", ""), data, kind if kind in FORMATS else "csv")
    sent = visit.http.file("file")
    name, content = (sent.filename or "", sent.content) if sent else ("", form.get("pasted", "").encode())
    if not content.strip():
        raise InvalidInput("file", "请选择文件或粘贴内容", "choose a file, or paste rows")
    if len(content) > LARGEST:
        raise RequestTooLarge(
            "file",
            f"最大 {LARGEST // 1000} kB；更大的文件请用 poolhouse import users 命令或 API",
            f"at most {LARGEST // 1000} kB: a larger file is for the command poolhouse import users, or the API",
        )
    lines = name.lower().endswith((".jsonl", ".ndjson")) or content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"
    return File(name[:200], b64encode(content).decode(), "jsonl" if lines else "csv")


def _columns(form: dict[str, str]) -> dict[str, str]:
    return {
        form[f"header.{place}"]: value
        for name, value in form.items()
        if (place := name.removeprefix("key.")) != name and value != UNKNOWN and f"header.{place}" in form
    }


async def _import(visit: Visit, asked: dict[str, Any], found: dict[str, Any]) -> str:
    """The job's id. Raises what v3 refuses, and then nothing runs."""
    job = await visit.ask(CREATE, {"format": asked["format"]})
    piece = {"text": found["text"], "columns": asked["columns"], "separator": found["separator"]}
    try:
        await visit.ask(PUT, {"jobId": job["jobId"], "position": 0, "last": True, **piece})
    except PoolhouseError:
        await visit.ask(CANCEL, {"jobId": job["jobId"]})
        raise
    return str(job["jobId"])


def _download(file: File, refused: str) -> Response:
    text = refused if file.format == "jsonl" else f"\ufeff{refused}"
    media = "application/x-ndjson" if file.format == "jsonl" else "text/csv"
    return Response(
        text.encode(),
        media_type=f"{media}; charset=utf-8",
        headers={
            "content-disposition": f'attachment; filename="refused.{file.format}"',
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
    )


def _refusal(visit: Visit, rendering: Rendering, error: PoolhouseError) -> Response:
    trace.note(error=error)
    status = 400 if isinstance(error, InvalidInput) else status_of(error)
    said = error.message(visit.lang)
    return rendering.page(visit, "transfer/import.html", status, largest=LARGEST // 1000, error=said)


async def _shown(
    visit: Visit,
    rendering: Rendering,
    file: File,
    form: dict[str, str],
    found: dict[str, Any],
    status: int = 200,
    error: str = "",
) -> Response:
    fields = await visit.ask(FIELDS, {"targetType": "USER"}) if visit.may(FIELDS) else []
    names = {one["key"]: one["name"] for one in found["columns"] if one["key"]}
    return rendering.page(
        visit,
        "transfer/mapping.html",
        status,
        file=file,
        found=found,
        error=error,
        given=form,
        chosen=[_choice(one) for one in found["columns"]],
        groups=GROUPS,
        secrets=SECRETS,
        fields=[(CUSTOM + one["key"], one.get("label") or one["key"]) for one in fields],
        encodings=ENCODINGS,
        separators=SEPARATORS,
        errors=[{**one, "column": names.get(one["field"], "")} for one in found["errors"][:SHOWN]],
    )


def _choice(column: dict[str, Any]) -> str:
    return LEFT_OUT if column["isLeftOut"] else column["key"] or UNKNOWN


# -- imports there were ------------------------------------------------------------------------------------


async def jobs(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    found = await visit.ask(ALL, {"page": number, "limit": ROWS})
    return rendering.page(
        visit,
        "transfer/imports.html",
        jobs=found["list"],
        number=number,
        is_last=number * ROWS >= found["totalCount"],
    )


async def job(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    one = await visit.ask(ONE, {"jobId": visit.path["job"]})
    found = await visit.ask(ERRORS, {"jobId": one["jobId"], "page": number, "limit": ROWS})
    return rendering.page(
        visit,
        "transfer/job.html",
        job=one,
        errors=found["list"],
        number=number,
        is_last=number * ROWS >= found["totalCount"],
        may_cancel=visit.may(CANCEL),
    )


async def cancel(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    ended = await visit.ask(CANCEL, {"jobId": visit.path["job"]})
    return redirect(f"{visit.pool_address}/imports/{segment(ended['jobId'])}")


PAGES = (
    Page("GET", "/pools/{pool}/users/import", choose, calls=(CHECK, CREATE, PUT)),
    Page("POST", "/pools/{pool}/users/import", work, calls=(CHECK, CREATE, PUT)),
    Page("GET", "/pools/{pool}/imports", jobs, calls=(ALL,)),
    Page("GET", "/pools/{pool}/imports/{job}", job, calls=(ONE, ERRORS)),
    Page("POST", "/pools/{pool}/imports/{job}/cancel", cancel, calls=(ONE, CANCEL)),
)
