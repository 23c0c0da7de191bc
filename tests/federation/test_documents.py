"""What costs more than it is long, or is more than it says, is refused before it is read."""

from __future__ import annotations

import time

import pytest
from tests.federation.saml.idp import Idp

from poolhouse.errors import ProviderFailed
from poolhouse.federation.documents import DEEPEST, LONGEST, read

WHAT = ("响应", "the response")
BOMB = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def refused(document: bytes) -> str:
    started = time.process_time()
    with pytest.raises(ProviderFailed) as caught:
        read(document, WHAT)
    assert time.process_time() - started < 0.2
    assert caught.value.step == "xml"
    assert caught.value.reason().startswith("响应")
    return str(caught.value)


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">{BOMB}]><r>&i;</r>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
        "<!DOCTYPE r><r/>",
        '<?xml version="1.0"?><!-- first --> <!DOCTYPE r><r/>',
    ],
)
def test_a_document_type_and_its_entities_are_refused(document: str) -> None:
    assert "document type" in refused(document.encode())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"<r>" + b"x" * LONGEST + b"</r>", "longer than 256 kB"),
        (b"<r>" * (DEEPEST + 1) + b"</r>" * (DEEPEST + 1), "too deep"),
        (b"<r>" * 30_000, "too many"),
        (b"<r>" + b"<a/>" * 9_000 + b"</r>", "too many"),
        (b"<r " + b"".join(b'a%d="" ' % n for n in range(7_000)) + b"/>", "too many"),
        (b"<r " + b"".join(b'xmlns:a%d="u:%d" ' % (n, n) for n in range(900)) + b"/>", "too many"),
        ("<r/>".encode("utf-16"), "not UTF-8"),
        (b"<r>\xff</r>", "not UTF-8"),
        (b"", "not well-formed"),
        (b"<r>", "not well-formed"),
        (b"<r/><r/>", "not well-formed"),
        (b"<r>&unknown;</r>", "not well-formed"),
        (b"<a:r/>", "not well-formed"),
        (b'<?xml version="1.0"?><r><?php x ?></r>', "processing instruction"),
    ],
)
def test_a_document_that_is_too_much_or_no_document_is_refused_at_once(document: bytes, why: str) -> None:
    assert why in refused(document)


def test_what_a_document_says_of_its_encoding_is_not_believed() -> None:
    """`latin-1` would make two letters of one."""
    root = read('<?xml version="1.0" encoding="ISO-8859-1"?><r>张</r>'.encode(), WHAT)
    assert root.text == "张"


def test_a_usual_response_is_read() -> None:
    assert read(Idp().document(), WHAT).get("ID") == "_response1"
