"""The envelope of every answer. Source: docs/contract/v3.md#envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from poolhouse.errors import Lang, PoolhouseError
from poolhouse.wire import without_effect
from poolhouse.wire.next_step import next_step
from poolhouse.wire.sentences import DONE, said
from poolhouse.wire.v3.errors import row_of

_encoder = msgspec.json.Encoder()


def success(
    data: Any,
    *,
    lang: Lang,
    request_id: str,
    api_code: int | None = None,
    beside: Mapping[str, Any] | None = None,
    sentence: str = DONE,
) -> Response:
    """`data` is left out when a handler has none; `beside` stands next to it."""
    answer: dict[str, Any] = {"statusCode": 200, "message": said(sentence, lang) + without_effect.told(lang)}
    if api_code is not None:
        answer["apiCode"] = api_code
    answer["requestId"] = request_id
    if data is not None:
        answer["data"] = data
    if beside:
        answer |= beside
    return _json(answer)


def bare(data: Any) -> Response:
    """For what every client reads without an envelope."""
    return _json(data)


def failure(
    error: PoolhouseError, *, lang: Lang, request_id: str, http_status: int | None = None, kind: str = ""
) -> Response:
    """`kind`: the error's class, for the command line alone."""
    answer = refused(error, lang=lang, request_id=request_id) | ({"error": kind} if kind else {})
    response = _json(answer, http_status or row_of(error).http_status)
    if response.status_code in (429, 503):
        response.headers["retry-after"] = str(max(1, int(error.facts.get("retry_after_s", 1))))
    return response


def refused(error: PoolhouseError, *, lang: Lang, request_id: str) -> dict[str, Any]:
    """All five keys, always: `data` is null but where it says how to go on."""
    row = row_of(error)
    return {
        "statusCode": row.status_code,
        "message": error.message(lang),
        "apiCode": row.api_code,
        "requestId": request_id,
        "data": next_step(error),
    }


def _json(answer: Any, status: int = 200) -> Response:
    return Response(_encoder.encode(answer), status, media_type="application/json")
