"""Nothing from outside costs more than it is long: four times the text takes less than eight times as long.

The expressions are found in the source, so a new one is tried without being named here. Whatever else reads,
checks, redacts or renders what a stranger wrote has a row in READERS.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from tests import growth
from tests.growth import MOST_TIMES, Expression

from poolhouse import emails, phones
from poolhouse.apps import redirect_uris
from poolhouse.apps.model import App
from poolhouse.audit.geoip import agent
from poolhouse.credentials import access_key_tokens, signature
from poolhouse.crypto import foreign, patterns
from poolhouse.customdb.redaction import Redactor, redacted_arguments, secrets_typed
from poolhouse.errors import PoolhouseError
from poolhouse.fields import values as field_values
from poolhouse.fields.model import DataType, Rule
from poolhouse.mail import render, transports
from poolhouse.mail.model import Message, Provider
from poolhouse.mfa import totp
from poolhouse.oidc.model import OAuthError
from poolhouse.oidc.requests import read_request
from poolhouse.resources.decision import permits
from poolhouse.sessions.tokens import hint
from poolhouse.settings import Settings
from poolhouse.tenants.secrets import masked
from poolhouse.times import parse_time, zone_named
from poolhouse.users.readings import moment
from poolhouse.users.rules import clean
from poolhouse.wire.client_address import client_ip
from poolhouse.wire.json_body import decode_json
from poolhouse.wire.oidc.browser import own_cookies, spoken
from poolhouse.wire.request import Query
from poolhouse.wire.v2.documents import ADMINISTRATORS, OTHERS, compile_document

SCREEN = 3_000
"""Characters at which every candidate is tried once; the quadratic ones take milliseconds there."""
MOST_MEASURED = 20
FOUND = [
    *growth.expressions(),
    *(
        Expression(f"crypto.foreign_formats:FORMATS {one.name}", one.pattern, ("match",))
        for one in foreign.FORMATS
    ),
]


@pytest.mark.parametrize("expression", FOUND, ids=[f"{one.place}-{i}" for i, one in enumerate(FOUND)])
def test_an_expression_reads_a_text_in_the_time_of_its_length(expression: Expression) -> None:
    source = expression.pattern.pattern
    source = source.decode() if isinstance(source, bytes) else source
    for use in expression.uses:
        work, measured = reader(expression.pattern, use), 0
        for small, large in zip(*(growth.candidates(source, n) for n in (SCREEN, 4 * SCREEN)), strict=True):
            if growth.cost_s(work, small, 1) < growth.FINE_S / 2 or measured == MOST_MEASURED:
                continue
            measured += 1
            times = growth.growth(work, small, large)
            assert times is None or times < MOST_TIMES, (expression.place, use, small[:40], times)


def reader(pattern: Any, use: str) -> Callable[[str], Any]:
    act = getattr(pattern, use)
    encode = isinstance(pattern.pattern, bytes)
    if use in ("sub", "subn"):
        return lambda text: act("", text.encode() if encode else text)
    return lambda text: act(text.encode() if encode else text)


# -- what reads more than one expression does ------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """`texts` are functions of a size; `n` is a size at which slow ones would take milliseconds."""

    read: Callable[[Any], Any]
    texts: Sequence[Callable[[int], Any]]
    n: int = 4_000


def again(what: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda n: before + what * n + after


def raw(*texts: Callable[[int], str]) -> list[Callable[[int], bytes]]:
    return [lambda n, text=text: text(n).encode() for text in texts]


def typed(rule: str) -> Callable[[str], Any]:
    field: Any = SimpleNamespace(key="f", data_type=DataType.STRING, options=(), rules=(Rule(rule),))
    return lambda text: field_values.check(field, field_values.form(field, text))


def signed(body: bytes) -> None:
    call = signature.SignedCall("POST", "/api/v3/x", [], {"date": DATE}, body)
    signature.verify(call, "secret", b"x" * 20, datetime.now(UTC))


def proxied(value: bytes) -> None:
    headers = [(b"x-forwarded-for", value), (b"forwarded", value)]
    scope = {"type": "http", "headers": headers, "client": ("192.0.2.1", 1)}
    for settings in BEHIND:
        client_ip(Request(scope), settings)


def mailed(page: str) -> None:
    line = " ".join(page.split())
    message = Message.new(
        pool_id="0" * 24,
        channel="email",
        scene="welcome",
        lang="en-US",
        recipient="a@b.example",
        sender=line[:100],
        subject=line[:500],
        body=page,
    )
    transports.mime_of(Provider("h", 25, "", "", "a@b.example"), message)


BEHIND = [Settings(trusted_proxies=2, trusted_header=name) for name in ("x-forwarded-for", "forwarded")]
DATE = str(int(datetime.now(UTC).timestamp() * 1000))
GENERAL = [
    again(piece, before)
    for before in ("", "<", "a@", '"', "a:", "+1")
    for piece in (
        "a",
        " ",
        ".",
        "-",
        "1",
        "<",
        "\\",
        "@",
        "a.",
        "a ",
        "%",
        "=",
        ";",
        "&",
        "<a",
        "+",
        "/",
        "中",
    )
]
JSON = [
    again('\\"', '{"a":' + "[" * 65 + '"'),
    again("[", '{"a":'),
    again('{"a":'),
    again('{"a":[]},', "[", "1]"),
    again("[],", '{"a":[', "1]}"),
    again('"a":"b",', "{", '"c":1}'),
    again("9", '{"a":', "}"),
    again("9", '{"a":1e', "}"),
    again("\\u0000", '{"a":"', '"}'),
    again('["\\u0000"],', '{"a":[', "1]}"),
    again("\\ud800", '{"a":"', '"}'),
    again("]", "["),
    again(" ", "{", "}"),
]
PAGES = [
    again("<br"),
    again("<head "),
    again("<head>"),
    again("<"),
    again("<a>"),
    again("<!--"),
    again("<!"),
    again("<script>"),
    again("</script "),
    again("<style></style"),
    again("&"),
    again("&#"),
    again("&lt;"),
    again(" \n"),
    again("<a href='"),
    again("<p><br>"),
]
TEMPLATES = [
    again("{{ code }}"),
    again("{{"),
    again("{%"),
    again("{% if code %}"),
    again("not ", "{{ ", "code }}"),
    again("(", "{{ ", "code"),
    again("|upper", "{{ code", " }}"),
    again("code and ", "{{ ", "code }}"),
    again("9", "{{ ", " }}"),
    again("\\'", "{{ '"),
    again(" ", "{%"),
    again("{% raw %}"),
    again("a{"),
    again("1 < ", "{{ ", "2 }}"),
]
DOCUMENTS = [
    lambda n: "query(" + ",".join(f"$v{i}:String" for i in range(n)) + "){user{id}}",
    lambda n: "{user{" + " ".join(f"...on Use{i}{{id}}" for i in range(n)) + "}}",
    lambda n: "{user{" + " ".join(f"a{i}:id" for i in range(n)) + "}}",
    lambda n: (
        "{user{" + " ".join(f"...f{i}" for i in range(n)) + "}}"
        "" + " ".join(f"fragment f{i} on User{{id}}" for i in range(n))
    ),
    again("@skip(if:true)", "{user{id ", "}}"),
    again("id ", "{user{", "}}"),
    again("...on User{id}", "{user{", "}}"),
    again("[", "{user(id:"),
    again("{user"),
    again("a", "{user{", "}}"),
    again('\\"', '{user(id:"'),
    again("1,", "{user(id:[", "]){id}}"),
    again("#\n", "", "{user{id}}"),
    again("?"),
]
PATTERNS = [
    again("(?:"),
    again("("),
    again("["),
    again("[]"),
    again("[^"),
    again("\\"),
    again("[\\]"),
    again("{1,"),
    again("a{2}"),
    again("a|"),
    again("[:"),
    again("(?<a"),
    again("\\p{"),
]
SAID = [
    again("a"),
    again("b", "a://"),
    again("a://b:"),
    again("a:/"),
    again("$2b$"),
    again("$argon2a"),
    again("password"),
    again("se", "", "cret"),
    again("x@"),
    again("\n"),
    again("\0"),
]
REDACTOR = Redactor([f"secret{i}" * 20 for i in range(10)], ["hunter2"])

CLIENT = App("a", "p", "a", "a", redirect_uris=("https://a.example/",))


def authorization_request(**given: str) -> None:
    with contextlib.suppress(OAuthError):
        read_request(CLIENT, {"redirect_uri": CLIENT.redirect_uris[0], "response_type": "code", **given}, [])


READERS: dict[str, Reader] = {
    "a JSON body": Reader(decode_json, raw(*JSON)),
    "a query": Reader(
        Query,
        raw(*GENERAL, again("a=1&"), again("a[]=1&"), again("a[0]=1&"), again("["), again("[1"), again("&")),
    ),
    "a signed body": Reader(signed, raw(*JSON, again('"2020-01-01T0Z":"2020-01-01T0Z",', "{", '"c":1}'))),
    "a signature": Reader(signature.split, [again("a", "authing a:"), again(":", "authing ")]),
    "a v2 token": Reader(hint, [again("a."), again("a", "", ".b.c"), again(".")]),
    "a v3 token": Reader(access_key_tokens.key_id, [again("a", "a."), again("a."), again("=", "a.")]),
    "cookies": Reader(own_cookies, [*GENERAL, again("\\", 'poolhouse_form="'), again("poolhouse_form=a;")]),
    "a proxy's headers": Reader(
        proxied, raw(*GENERAL, again("1.2.3.4,"), again("for=1;"), again('"', "for="))
    ),
    "languages": Reader(spoken, [*GENERAL, again("en,"), again(",")]),
    "an authorization request": Reader(
        lambda text: authorization_request(scope=text, prompt=text, response_type=text),
        [*GENERAL, again("openid "), again("code ")],
    ),
    "claims asked for": Reader(lambda text: authorization_request(claims=text), JSON, 1_000),
    "a stranger's document": Reader(lambda text: compile_document(text, OTHERS), DOCUMENTS, 500),
    "an administrator's document": Reader(
        lambda text: compile_document(text, ADMINISTRATORS), DOCUMENTS, 1_000
    ),
    "a mail's page": Reader(render.text_of, PAGES),
    "a mail": Reader(mailed, [*PAGES, *GENERAL], 2_000),
    "a template": Reader(lambda text: render.check(text, "content"), TEMPLATES, 400),
    "a password pattern": Reader(lambda text: patterns._check_shape(text, "pattern"), PATTERNS, 200),
    "a field's e-mail": Reader(typed("email"), [*GENERAL, again(".", "a@", "@")]),
    "a field's phone": Reader(typed("phone"), GENERAL),
    "a field's number": Reader(typed("isNumber"), GENERAL),
    "an e-mail": Reader(emails.stored, GENERAL),
    "a phone": Reader(phones.find_key, GENERAL),
    "a time": Reader(lambda text: parse_time(text, "t"), [*GENERAL, again(" ", "2020-01-01T00:00")]),
    "a script's moment": Reader(moment, [*GENERAL, again("0", "2020-01-01 00:00:00.")]),
    "a time zone": Reader(
        lambda text: zone_named(text, "timezone"), [*GENERAL, again("/A", "A"), again("A")]
    ),
    "a profile": Reader(lambda text: clean({"email": text, "phone": text, "name": text}), GENERAL),
    "a password hash": Reader(
        lambda text: foreign.require(text, "password"),
        [*GENERAL, *(again("a", f"{h}$") for h in ("md5", "$2b", "$6")), again("a,", "$scram$9$a$")],
    ),
    "an address": Reader(lambda text: redirect_uris.checked("a", [text]), [*GENERAL, again("a", "https://")]),
    "a logout address": Reader(
        lambda text: redirect_uris.logout_address("a", text), [*GENERAL, again("a", "https://a.example/")]
    ),
    "a user agent": Reader(agent.__wrapped__, [*GENERAL, again("; "), again("1."), again("Android ")], 1_000),
    "an action": Reader(
        lambda text: permits([text], "a" * len(text)), [again("*a"), again("a*"), again("*")]
    ),
    "a QR code's address": Reader(lambda text: totp.uri("s", text, text), GENERAL),
    "a hidden setting": Reader(lambda text: masked({text: text}), GENERAL),
    "what a script said": Reader(REDACTOR.text, SAID),
    "what a script was given": Reader(
        lambda text: (
            redacted_arguments("login", [{text: text}, {}]),
            secrets_typed("login", [{text: text}]),
        ),
        SAID,
    ),
}
CASES = [(name, at) for name, row in READERS.items() for at in range(len(row.texts))]


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_the_time_of_the_text(name: str) -> None:
    row = READERS[name]

    def work(given: Any) -> None:
        with contextlib.suppress(PoolhouseError):
            row.read(given)

    for text in row.texts:
        small, large = text(row.n), text(4 * row.n)
        times = growth.growth(work, small, large)
        assert times is None or times < MOST_TIMES, (name, small[:60], times)


def test_the_measure_finds_what_is_not_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    """The expressions that were slow once, as they were, on shorter texts: they take their time."""
    monkeypatch.setitem(globals(), "SCREEN", 2_000)
    monkeypatch.setattr(growth, "TRIES", 1)
    import re

    slow = [
        r"(?is)<(script|style|head)\b.*?</\1>",
        r"(?i)<(br|/p|/div|/tr|/h\d)\b[^>]*>",
        r"<[^>]+>",
        r"[^@\s]+@[^@\s]+\.[^@\s]+\Z",
        r'"(?:[^"\\]|\\.)*"|[\[\]{}]',
        r"(\w+://[^\s:/@]*):\S*@",
    ]
    for source in slow:
        one = Expression(
            "old", re.compile(source, re.DOTALL), ("match" if source[0] == "[" else "search", "sub")
        )
        with pytest.raises(AssertionError):
            test_an_expression_reads_a_text_in_the_time_of_its_length(one)
