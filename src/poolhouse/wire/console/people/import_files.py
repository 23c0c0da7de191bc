"""A file of users that is imported in the background: uploaded, its columns looked at, checked, imported, and its end.

Decision: docs/decisions/0086-import-files.md.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, Response

from poolhouse import trace
from poolhouse.errors import ChangedMeanwhile, InvalidInput, PoolhouseError
from poolhouse.wire.console.fields import Field, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people import reading
from poolhouse.wire.console.people.columns import LEFT_OUT, SEPARATORS, UNKNOWN, shown_columns
from poolhouse.wire.console.people.reading import COLUMNS, ONE, SET
from poolhouse.wire.console.rendering import CONFLICT, Rendering, status_of
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment
from poolhouse.wire.console.words import Texts

CREATE, PUT = "POST create-import-file", "POST put-import-file"
ALL, ERRORS = "GET list-import-files", "GET list-import-file-errors"
CHECK, START, CANCEL = "POST check-import-file", "POST start-import-file", "POST cancel-import-file"
REFUSED = "GET export-import-file-refused"
PIECE = 1024 * 1024
LARGEST_FORM = 4 * 1024 * 1024
"""Bytes of a form with a file, as of every request; a script of the page sends a larger file in pieces."""
ROWS = 50
WORKING = ("CHECKING", "IMPORTING")


async def sent_whole(visit: Visit, name: str, kind: str, content: bytes, read: dict[str, Any]) -> Response:
    """A file that came in one form, with what was said of how it is read: to its columns. Raises what v3 refuses."""
    made = await visit.ask(CREATE, {"name": name, "format": kind, "size": len(content)})
    for at in range(0, len(content), PIECE):
        data = b64encode(content[at : at + PIECE]).decode()
        await visit.ask(PUT, {"fileId": made["fileId"], "position": at, "data": data})
    if any(read.values()):
        await visit.ask(SET, {"fileId": made["fileId"], **read})
    return redirect(f"{_address(visit, made['fileId'])}/columns")


# -- what a script of the page sends -----------------------------------------------------------------------


async def create(visit: Visit, rendering: Rendering) -> Response:
    form = visit.form()
    try:
        size = int(form.get("size", "")[:20]) if form.get("size", "").isdecimal() else 0
        values = {"name": form.get("name", "")[:200], "format": form.get("format", ""), "size": size}
        return _told(visit, await visit.ask(CREATE, values))
    except PoolhouseError as error:
        return _refused(visit, error)


async def put(visit: Visit, rendering: Rendering) -> Response:
    form, piece = visit.form(), visit.http.file("piece")
    await visit.ask(ONE, {"fileId": visit.path["file"]})
    try:
        if piece is None:
            raise InvalidInput("piece", "不能为空", "must not be empty")
        at = int(form.get("position", "")[:20]) if form.get("position", "").isdecimal() else -1
        data = b64encode(piece.content).decode()
        values = {"fileId": visit.path["file"], "position": at, "data": data}
        if form.get("first_digest"):
            values["firstDigest"] = form["first_digest"][:64]
        return _told(visit, await visit.ask(PUT, values))
    except PoolhouseError as error:
        return _refused(visit, error)


def _told(visit: Visit, file: dict[str, Any]) -> Response:
    address = _address(visit, file["fileId"])
    return JSONResponse({"address": address, "position": file["position"], "status": file["status"]})


def _refused(visit: Visit, error: PoolhouseError) -> Response:
    trace.note(error=error)
    status = 400 if isinstance(error, InvalidInput) else status_of(error)
    return JSONResponse({"error": error.message(visit.lang)}, status)


# -- the pages ---------------------------------------------------------------------------------------------


async def show(visit: Visit, rendering: Rendering) -> Response:
    return await _shown(visit, rendering)


async def _shown(visit: Visit, rendering: Rendering, status: int = 200, error: str = "") -> Response:
    number = page_of(visit.http.query)
    file = await visit.ask(ONE, {"fileId": visit.path["file"]})
    found = await visit.ask(ERRORS, {"fileId": file["fileId"], "page": number, "limit": ROWS})
    who = await visit.services.administrators.names({file["adminUserId"]})
    return rendering.page(
        visit,
        "import_files/file.html",
        status,
        file=file,
        here=_address(visit, file["fileId"]),
        is_working=file["status"] in WORKING,
        errors=found["list"],
        kept=found["totalCount"],
        number=number,
        is_last=number * ROWS >= found["totalCount"],
        by=who.get(file["adminUserId"], file["adminUserId"]),
        may=visit.may(START),
        error=error,
    )


async def columns(visit: Visit, rendering: Rendering) -> Response:
    return await _columns(visit, rendering)


async def _columns(
    visit: Visit,
    rendering: Rendering,
    status: int = 200,
    *,
    shown: Sequence[Field] = (),
    error: str = "",
) -> Response:
    """`shown`: the fields of a form of which others have changed some meanwhile."""
    file = await visit.ask(ONE, {"fileId": visit.path["file"]})
    here = _address(visit, file["fileId"])
    if file["status"] not in ("UPLOADED", "CHECKING", "CHECKED"):
        return redirect(here)
    now = await reading.there(visit)
    facts = await shown_columns(visit, now.columns)
    asked = {one.name: _worded(visit, one, facts["fields"]) for one in shown or reading.unchanged(now)}
    return rendering.page(
        visit,
        "import_files/columns.html",
        status,
        file=now.file,
        here=here,
        found=now.found,
        given={name: one.text for name, one in asked.items()},
        asked=asked,
        conflict=bool(shown),
        error=error,
        **facts | {"chosen": [asked[f"key.{place}"].text for place in range(len(now.columns))]},
    )


def _worded(visit: Visit, one: Field, custom: Sequence[tuple[str, str]]) -> Field:
    """With what its values are called on the page."""
    t = Texts(visit.lang)
    if one.name == "separator":
        return replace(one, labels={name: t[f"export_{name}"] for name in SEPARATORS})
    if one.name == "encoding":
        return one
    words = {
        key: t[f"column_of_{key}"] for key in (one.text, one.was, one.first) if t.has(f"column_of_{key}")
    }
    return replace(
        one, labels=dict(custom) | words | {UNKNOWN: t.import_unknown, LEFT_OUT: t.import_leave_out}
    )


async def save(visit: Visit, rendering: Rendering) -> Response:
    """What the columns are, and then the check of all rows; of what the page showed, where others have changed it."""
    checks = visit.form().get("act") == "check"
    try:
        found = await reading.saved(visit, whole=checks)
        found = found or await visit.ask(COLUMNS, {"fileId": visit.path["file"]})
        if not checks or found["problem"]:
            return redirect(f"{_address(visit, visit.path['file'])}/columns")
        await visit.ask(CHECK, {"fileId": visit.path["file"]})
    except Overtaken as error:
        return await _columns(visit, rendering, CONFLICT, shown=error.fields)
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        trace.note(error=error)
        status = 400 if isinstance(error, InvalidInput) else status_of(error)
        return await _columns(visit, rendering, status, error=error.message(visit.lang))
    return redirect(_address(visit, visit.path["file"]))


async def start(visit: Visit, rendering: Rendering) -> Response:
    return await _acted(visit, rendering, START)


async def cancel(visit: Visit, rendering: Rendering) -> Response:
    return await _acted(visit, rendering, CANCEL)


async def _acted(visit: Visit, rendering: Rendering, operation: str) -> Response:
    visit.form()
    try:
        file = await visit.ask(operation, {"fileId": visit.path["file"]})
    except PoolhouseError as error:
        trace.note(error=error)
        status = 400 if isinstance(error, InvalidInput) else status_of(error)
        return await _shown(visit, rendering, status, error.message(visit.lang))
    return redirect(_address(visit, file["fileId"]))


async def refused(visit: Visit, rendering: Rendering) -> Response:
    visit.form()
    return await visit.stream(REFUSED, {"fileId": visit.path["file"]})


def _address(visit: Visit, file_id: str) -> str:
    return f"{visit.pool_address}/import-files/{segment(file_id)}"


_FILE = "/pools/{pool}/import-files/{file}"
PAGES = (
    Page("POST", "/pools/{pool}/import-files", create, calls=(CREATE,)),
    Page("GET", _FILE, show, calls=(ONE, ERRORS)),
    Page("POST", f"{_FILE}/pieces", put, calls=(PUT, ONE), largest=LARGEST_FORM),
    Page("GET", f"{_FILE}/columns", columns, calls=(ONE, COLUMNS)),
    Page("POST", f"{_FILE}/columns", save, calls=(SET, CHECK)),
    Page("POST", f"{_FILE}/start", start, calls=(START,)),
    Page("POST", f"{_FILE}/cancel", cancel, calls=(CANCEL,)),
    Page("POST", f"{_FILE}/refused", refused, calls=(REFUSED,)),
)
