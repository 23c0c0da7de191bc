"""Forms with a file, as browsers send them; and what is none."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from poolhouse.errors import InvalidInput
from poolhouse.wire.multipart import MOST_PARTS, Part, parts_of

TYPE = "multipart/form-data; boundary=----WebKitFormBoundaryAb1"


def body(*parts: bytes) -> bytes:
    mark = b"------WebKitFormBoundaryAb1"
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def test_fields_and_files_are_told_apart_and_come_to_the_byte() -> None:
    content = b"\xff\x00a\r\n--b\r\n\r\nc\r\n"
    sent = body(
        b'Content-Disposition: form-data; name="form"\r\n\r\ntoken',
        b'Content-Disposition: form-data; name="file"; filename="\xe5\xbc\xa0.csv"\r\nContent-Type: text/csv\r\n\r\n'
        + content,
        b'Content-Disposition: form-data; name="none"; filename=""\r\n\r\n',
    )
    assert parts_of(TYPE, sent) == [
        Part("form", b"token"),
        Part("file", content, "张.csv"),
        Part("none", b"", ""),
    ]
    assert parts_of('multipart/form-data; boundary="----WebKitFormBoundaryAb1"', sent)[0].name == "form"


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("multipart/form-data", body()),
        (TYPE, b""),
        (TYPE, b"form=token"),
        (TYPE, body(b"no head")),
        (TYPE, body(b'Content-Disposition: form-data; name="\xff"\r\n\r\nx')),
        (TYPE, body(b'Content-Disposition: form-data; name="a"\r\n\r\nx')[:-6]),
        (TYPE, body(*[b'Content-Disposition: form-data; name="a"\r\n\r\nx'] * (MOST_PARTS + 1))),
    ],
)
def test_what_is_none_is_refused(content_type: str, sent: bytes) -> None:
    with pytest.raises(InvalidInput):
        parts_of(content_type, sent)


@pytest.mark.parametrize("filler", [b"\r\n--", b"a", b'; name="', b"\r\n------WebKitFormBoundaryAb"])
def test_a_megabyte_of_anything_costs_no_more_than_it_is_long(filler: bytes) -> None:
    part = b'Content-Disposition: form-data; name="a"\r\n\r\n' + filler * (1_000_000 // len(filler))
    for sent in (body(part), body(filler * (1_000_000 // len(filler))), filler * (1_000_000 // len(filler))):
        began = time.process_time()
        with suppress(InvalidInput):
            parts_of(TYPE, sent)
        assert time.process_time() - began < 0.5
