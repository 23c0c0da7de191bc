"""The lines that show how an operation is called are calls that its client has.

Source: the clients themselves, as they are installed for the tests.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import subprocess
from pathlib import Path

import authing
import pytest
from scripts import java_methods

from poolhouse.wire.v3 import samples_more
from poolhouse.wire.v3.openapi import operation_id
from poolhouse.wire.v3.samples import CURL_VARIABLES, samples
from poolhouse.wire.v3.table import contract, endpoints

ROWS = sorted(endpoints().values(), key=lambda row: row.name)


def of(lang: str) -> dict[str, str]:
    return {name: one.source for name, all_ in samples().items() for one in all_ if one.lang == lang}


def test_every_operation_has_a_line_of_curl_that_a_shell_reads() -> None:
    lines = of("curl")
    for row in ROWS:
        words = shlex.split(lines[operation_id(row)].replace("\\\n", ""))
        assert words[:2] == ["curl", "-s"]
        filled = re.sub(r"\\\{\w+\\\}", "[^/{}]+", re.escape(f"$HOST{row.url}"))
        assert any(re.fullmatch(filled, word.partition("?")[0]) for word in words)
        assert ("authorization: Bearer $TOKEN" in words) == (row.access != "anyone")
        if row.takes_body and row.request and len(row.request.__struct_fields__) > len(row.path_fields):
            json.loads(words[words.index("-d") + 1])
    assert "$(curl" in CURL_VARIABLES


def test_a_quote_in_an_example_does_not_end_the_word() -> None:
    from poolhouse.wire.v3.samples import _quoted

    assert shlex.split(_quoted("it's")) == ["it's"]


def test_a_language_whose_client_lacks_the_method_is_left_out() -> None:
    ours = next(row for row in ROWS if row.ours)
    assert [one.lang for one in samples()[operation_id(ours)]] == ["curl"]
    assert [one.lang for one in samples()["post-create-user"]] == [
        "curl",
        "Node",
        "Python",
        "Java",
        "Go",
        "C#",
        "PHP",
    ]


def test_every_line_of_python_is_a_call_that_the_client_takes() -> None:
    assert len(of("Python")) > 200
    for name, source in of("Python").items():
        call = ast.parse(source).body[-1].value  # type: ignore[attr-defined]
        method = getattr(authing.ManagementClient, call.func.attr)
        try:
            inspect.signature(method).bind(None, **{one.arg: None for one in call.keywords})
        except TypeError as error:
            raise AssertionError(f"{name}: {error}") from None


def test_every_line_of_javascript_names_the_method_of_the_contract() -> None:
    for row in ROWS:
        method = contract()[(row.method, row.url)].node if (row.method, row.url) in contract() else ""
        shown = [one for one in samples()[operation_id(row)] if one.lang == "Node"]
        assert [f"management.{method}(" in one.source for one in shown] == ([True] if method else [])


readable = pytest.mark.skipif(not java_methods.is_readable(), reason="no JDK, or no Java client: make setup")


@readable
def test_the_methods_of_java_are_those_of_the_client() -> None:
    assert java_methods.WRITTEN.read_text() == java_methods.text(), "run: python -m scripts.java_methods"


@readable
def test_every_line_of_java_compiles_and_reads_what_it_asks(tmp_path: Path) -> None:
    """Up to the call itself, which would need a server for each."""
    folder = java_methods.JAR.parent
    methods = "\n".join(
        f"  static void m{at}(String host, String accessKeyId, String accessKeySecret, boolean really) "
        f"throws Exception {{\n{_until_the_call(source)}\n  }}"
        for at, source in enumerate(of("Java").values())
    )
    calls = "\n".join(f'    m{at}("http://127.0.0.1:1", "a", "b", false);' for at in range(len(of("Java"))))
    imports = "".join(f"import cn.authing.sdk.java.{one}.*;\n" for one in ("client", "dto", "model"))
    (tmp_path / "Shown.java").write_text(
        f"{imports}import com.fasterxml.jackson.databind.ObjectMapper;\npublic class Shown {{\n{methods}\n"
        f"  public static void main(String[] given) throws Exception {{\n{calls}\n  }}\n}}\n"
    )
    packages = f"{folder}/*:{folder.parent}/classes:{tmp_path}"
    for command in (
        ["javac", "-cp", packages, "-d", tmp_path, tmp_path / "Shown.java"],
        ["java", "-cp", packages, "Shown"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-3000:]


def _until_the_call(source: str) -> str:
    head, call = source.rsplit("\n", 1)
    return f"{head}\nif (really) {{ {call} }}"


# -- Go, C# and PHP: from their sources, which are not installed here ---------------------------------------


@pytest.mark.parametrize("lang", samples_more.LANGUAGES)
def test_the_methods_that_were_read_are_of_endpoints_of_the_contract(lang: str) -> None:
    """As those of the clients that are installed are: a path that was read wrongly would not be among them."""
    read = samples_more.methods(lang)
    assert len(read) > 150
    unknown = {place for place in read if place not in contract()}
    assert len(unknown) <= 25, unknown
    named = [one.name for one in read.values()]
    assert all(re.fullmatch(r"[a-z]\w+" if lang == "PHP" else r"[A-Z]\w+", name) for name in named)


@pytest.mark.parametrize("lang", samples_more.LANGUAGES)
def test_every_line_is_a_call_that_the_client_has_with_what_it_takes(lang: str) -> None:
    mark = {"Go": "client.", "C#": "await management.", "PHP": "$management->"}[lang]
    lines = of(lang)
    assert len(lines) > 100
    by_operation = {operation_id(row): row for row in ROWS}
    for name, source in lines.items():
        row = by_operation[name]
        known = samples_more.methods(lang)[row.method, row.url]
        assert f"= {mark}{known.name}(" in source
        if lang != "PHP" and known.asks:
            text = source.split("`")[1] if lang == "Go" else source.split('@"')[1].rpartition('")')[0]
            asked = json.loads(text.replace('""', '"') if lang == "C#" else text)
            assert asked.keys() <= known.takes.keys()
            assert known.asks in source


def test_what_a_client_types_otherwise_is_left_out_and_without_what_is_required_there_is_no_line() -> None:
    sample = samples_more.sample
    url = "/api/v3/create-group"
    given = {"code": "staff", "name": "x", "description": 7, "unknown": "y"}
    written = sample("Go", "POST", url, given, frozenset({"code", "name"}))
    assert written
    assert json.loads(written.split("`")[1]) == {"code": "staff", "name": "x"}
    assert sample("Go", "POST", url, given, frozenset({"description"})) is None
    assert sample("Go", "POST", "/api/v3/nothing", {}, frozenset()) is None
    joined = sample("C#", "GET", "/api/v3/get-user-batch", {"userIds": ["a", "b"]}, frozenset({"userIds"}))
    assert joined
    assert '""userIds"": ""a,b""' in joined


def test_php_writes_texts_and_lists_as_it_reads_them() -> None:
    given = {"a'b": "c\\d'$x", "list": [1, True, None, {"k": []}], "none": {}}
    assert samples_more._php_value(given) == (
        "[\n    'a\\'b' => 'c\\\\d\\'$x',\n    'list' => [\n        1,\n        true,\n        null,\n"
        "        [\n            'k' => [],\n        ],\n    ],\n    'none' => new stdClass(),\n]"
    )
