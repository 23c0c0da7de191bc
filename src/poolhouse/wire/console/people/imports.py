"""Users brought in from a file: how it is read and what each column is are looked at first, on a page that has the file
with it, so that none is kept here, unless it is too large for that (`import_files`); and the imports there were, with
what each refused.

Decision: docs/decisions/0050-import.md#in-the-console.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, PoolhouseError, TooLarge
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people import import_files
from poolhouse.wire.console.people.columns import columns_of, shown_columns
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
"""Bytes of a file that its page has with it: in base64 it fits into a form."""
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
    return _choosing(visit, rendering)


def _choosing(visit: Visit, rendering: Rendering, status: int = 200, error: str = "") -> Response:
    return rendering.page(
        visit,
        "transfer/import.html",
        status,
        whole=LARGEST,
        largest=visit.services.settings.import_file_mb,
        form_mb=import_files.LARGEST_FORM // 1_000_000,
        error=error,
    )


async def work(visit: Visit, rendering: Rendering) -> Response:
    """What the form says is to be done with its file: checked, imported, or its refused rows given as a file. One that
    is too large to be looked at in a request is kept, and goes on in the background."""
    form = visit.form()
    try:
        file = _file(visit, form)
        reading: dict[str, Any] = {
            "encoding": form.get("encoding") or None,
            "separator": form.get("separator") or None,
            "columns": columns_of(form),
        }
        if file.size > LARGEST:
            return await _kept(visit, file, reading)
    except PoolhouseError as error:
        return _refusal(visit, rendering, error)
    asked = {"format": file.format, "data": file.data, **reading}
    act = form.get("act")
    try:
        found = await visit.ask(CHECK, {**asked, "withRefused": act == "refused"})
    except TooLarge as error:
        if error.facts.get("field") != "text":
            return _refusal(visit, rendering, error)
        try:
            return await _kept(visit, file, reading)
        except PoolhouseError as refused:
            return _refusal(visit, rendering, refused)
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


async def _kept(visit: Visit, file: File, reading: dict[str, Any]) -> Response:
    return await import_files.sent_whole(visit, file.name, file.format, b64decode(file.data), reading)


def _file(visit: Visit, form: dict[str, str]) -> File:
    """Raises InvalidInput."""
    if data := form.get("data"):
        kind = form.get("format", "")
        return File(form.get("name", ""), data, kind if kind in FORMATS else "csv")
    sent = visit.http.file("file")
    name, content = (sent.filename or "", sent.content) if sent else ("", form.get("pasted", "").encode())
    if not content.strip():
        raise InvalidInput("file", "请选择文件或粘贴内容", "choose a file, or paste rows")
    lines = name.lower().endswith((".jsonl", ".ndjson")) or content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{"
    return File(name[:200], b64encode(content).decode(), "jsonl" if lines else "csv")


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
    return _choosing(visit, rendering, status, error.message(visit.lang))


async def _shown(
    visit: Visit,
    rendering: Rendering,
    file: File,
    form: dict[str, str],
    found: dict[str, Any],
    status: int = 200,
    error: str = "",
) -> Response:
    names = {one["key"]: one["name"] for one in found["columns"] if one["key"]}
    return rendering.page(
        visit,
        "transfer/mapping.html",
        status,
        file=file,
        found=found,
        error=error,
        given=form,
        errors=[{**one, "column": names.get(one["field"], "")} for one in found["errors"][:SHOWN]],
        **await shown_columns(visit, found["columns"]),
    )


# -- imports there were ------------------------------------------------------------------------------------


async def jobs(visit: Visit, rendering: Rendering) -> Response:
    number = page_of(visit.http.query)
    found = await visit.ask(ALL, {"page": number, "limit": ROWS})
    files = await visit.ask(import_files.ALL, {"page": 1, "limit": ROWS}) if number == 1 else {"list": []}
    return rendering.page(
        visit,
        "transfer/imports.html",
        jobs=found["list"],
        files=files["list"],
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
    Page(
        "POST",
        "/pools/{pool}/users/import",
        work,
        calls=(CHECK, CREATE, PUT),
        largest=import_files.LARGEST_FORM,
    ),
    Page("GET", "/pools/{pool}/imports", jobs, calls=(ALL, import_files.ALL)),
    Page("GET", "/pools/{pool}/imports/{job}", job, calls=(ONE, ERRORS)),
    Page("POST", "/pools/{pool}/imports/{job}/cancel", cancel, calls=(ONE, CANCEL)),
)
