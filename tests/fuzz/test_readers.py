"""What reads bytes of others either takes them or refuses them by its own error: frames, files, templates."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import hypothesis
from hypothesis import strategies as st
from tests.fuzz.conftest import dice

from poolhouse.errors import InvalidInput
from poolhouse.mail import render
from poolhouse.migration import import_rows
from poolhouse.sandbox import frames
from poolhouse.sandbox.limits import Limits

HEAD = {
    "type": "result",
    "id": "1",
    "ok": True,
    "ms": 1.0,
    "console": ["lx"],
    "consoleCut": False,
    "opened": 0,
    "left": 0,
    "connectionLost": False,
    "spliced": 0,
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4),
)


def spoilt(draw: st.DrawFn, text: bytes) -> bytes:
    """Some bytes of a text replaced, put in or taken out."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.binary(max_size=6)) + text[at + draw(st.integers(0, 6)) :]
    return text


@st.composite
def frame_bodies(draw: st.DrawFn) -> bytes:
    head = HEAD | draw(
        st.dictionaries(st.sampled_from([*HEAD, "error", "stopped", "lost"]), values, max_size=3)
    )
    value = draw(st.sampled_from([b"", b"null", b"[" * 5000, b'{"a":1e999}', b'"\\ud800"', b"1" * 6000]))
    return spoilt(draw, json.dumps(head).encode() + b"\n" + value)


@dice
@hypothesis.given(body=frame_bodies() | st.binary(max_size=400))
def test_a_workers_bytes_are_a_frame_or_not(body: bytes) -> None:
    with contextlib.suppress(frames.NotAFrame):
        frames.decode(body, Limits())


ROW = {
    "username": "ada",
    "email": "a@x.cn",
    "password": "x",
    "customData": {"a": 1},
    "passwordHash": "$2b$10$x",
}


@st.composite
def files(draw: st.DrawFn) -> tuple[str, bytes]:
    names = st.sampled_from(
        [*import_rows.FIELDS, "customData", "customData.a", "password", "passwordHash", "x", ""]
    )
    if draw(st.booleans()):
        rows = draw(st.lists(st.dictionaries(names, values, max_size=5), max_size=4))
        return ".jsonl", spoilt(draw, b"\n".join(json.dumps(row).encode() for row in [ROW, *rows]))
    header = ",".join(["username", *draw(st.lists(names, max_size=5))])
    lines = draw(st.lists(st.text(alphabet='ab,"\n\r;é\0\ud800', max_size=30), max_size=5))
    return ".csv", spoilt(draw, "\n".join([header, *lines]).encode("utf-8", "surrogatepass"))


@dice
@hypothesis.given(given=files())
def test_every_line_of_a_file_is_a_user_or_an_error(
    given: tuple[str, bytes], tmp_path_factory: object
) -> None:
    suffix, content = given
    file = Path(tmp_path_factory.getbasetemp()) / f"users{suffix}"  # type: ignore[attr-defined]
    file.write_bytes(content)
    with contextlib.suppress(InvalidInput):
        for raw in import_rows.read(file):
            assert isinstance(import_rows.parsed(raw, {}), import_rows.ImportedUser | import_rows.RowError)


parts = st.sampled_from(
    [
        "{{ code }}",
        "{{ code|upper }}",
        "{% if code %}",
        "{% endif %}",
        "{% else %}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{{ (",
        ") }}",
        "{{ 9",
        "9" * 50,
        "{{ code|default('x') }}",
        "{{ code.__class__ }}",
        "{# ",
        " #}",
        "<b>",
        "{% raw %}",
        "{% endraw %}",
        "{{ code if code else ",
        "{{ -code }}",
        "{{ [code, (code,)] }}",
        "中",
        "\0",
        "{% for x in code %}",
        "{% set a=1 %}",
        "{{ code * 9 }}",
        "{{ code['x'] }}",
        "<br",
        "&#99999999;",
        "\ud800",
    ]
)


@dice
@hypothesis.given(source=st.lists(parts | st.text(max_size=4), max_size=40).map("".join))
def test_a_template_that_is_taken_can_be_filled_in(source: str) -> None:
    try:
        render.check(source, "content")
    except InvalidInput:
        return
    page = render.plain(source, dict.fromkeys(render.VARIABLES, "x"))
    render.text_of(page)
