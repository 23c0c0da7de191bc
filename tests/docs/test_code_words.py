"""No page names an identifier, a path, a metric, a file or a method of a client that there is not.

Whoever reads a page and types what stands in `code` must not have to guess. What is in fences is run (test_blocks.py).
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import authing
import httpx
import pytest
from tests.clients.packages import FETCHED, NODE_MODULES
from tests.docs.pages import ROOT, blocks, pages
from tests.docs.test_names import HISTORY
from tests.docs.v2_ledger import Served, methods, paths

from poolhouse.app import asgi
from poolhouse.services import Services

ELSEWHERE = {
    "application_suspended": "GitHub",
    "citus_create_restore_point": "Citus",
    "connect_query": "PgBouncer",
    "default_pool_size": "PgBouncer",
    "ignore_startup_parameters": "PgBouncer",
    "max_client_conn": "PgBouncer",
    "max_prepared_statements": "PgBouncer",
    "query_wait_timeout": "PgBouncer",
    "search_path": "PostgreSQL",
    "server_login_retry": "PgBouncer",
    "incorrect_client_credentials": "GitHub",
    "redirect_uri_mismatch": "GitHub, Google",
    "org_internal": "Google",
    "optionalClaims": "Microsoft Entra",
    "failsafe_mode": "Patroni",
    "maximum_lag_on_failover": "Patroni",
    "synchronous_mode": "Patroni",
    "jwksUri": "OpenID Connect; answered 501",
    "enableServiceLinks": "Kubernetes",
    "exported_job": "Prometheus",
    "limit_conn": "nginx",
    "pg_basebackup": "PostgreSQL",
    "parentbased_traceidratio": "OpenTelemetry",
    "proxy_buffering": "nginx",
    "proxy_max_temp_file_size": "nginx",
    "proxy_request_buffering": "nginx",
    "proxy_set_header": "nginx",
    "transparent_hugepage": "Linux",
}
"""Words of others -> whose they are."""
ABOUT_THE_TESTS = ("docs/testing.md", "docs/architecture.md", "CONTRIBUTING.md")
"""Pages that name tests and their fixtures as well."""
EXAMPLES = {"export.jsonl.errors.jsonl", "poolhouse-VERSION.cdx.json", "LICENSES.txt"}
"""Files that a command makes of the name it is given, or a build."""

NOT_OURS = {".git", ".packages", ".venv", "__pycache__", "built", "node_modules"}

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_IDENTIFIER = re.compile(r"\b(?:[a-z]+(?:[A-Z][a-z0-9]*)+|[a-z][a-z0-9]*(?:_[a-z0-9]+)+)\b")
_CALLED = re.compile(r"^(?:\w+\.)*([a-z]\w+)\([^)]*\)$")
_FILE = re.compile(
    r"^([\w./*-]+\.(?:py|c?js|mjs|ts|toml|yaml|jsonl?|sql|key|conf|txt|lock|service|env|sh|svg|graphql))$"
)
_OWN_PATH = re.compile(
    r"(?:(GET|POST|PUT|PATCH|DELETE) )?(?:(?<=HOST)|(?<![\w./-]))"
    r"(/(?:api/v2|oidc|login|graphql|readyz|healthz|metrics|docs|logout)\b[\w./{}-]*)"
)
_METRIC = re.compile(r"\bpoolhouse_[a-z_]+[a-z]\b")
_OF_V2 = re.compile(r"\b(?:v2|GraphQL) `([a-z]\w+)`")
_DRIVEN = re.compile(r"\b(management(?:\.\w+)?|authentication|authing|guard)\.([a-z]\w+)\(")
_CODE_FILES = {".py", ".graphql", ".js", ".mjs", ".ts", ".sql", ".html", ".toml"}


def files(folder: Path) -> Iterator[Path]:
    """Not those of packages inside."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        yield from (Path(place) / name for name in names)


def read(folder: Path, kinds: Iterable[str]) -> str:
    found = (file for file in files(folder) if file.suffix in set(kinds))
    return "\n".join(file.read_text(errors="ignore") for file in found)


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


@cache
def ours() -> frozenset[str]:
    """Of the source, without the packages in it; and the fields of v3, which test_described.py holds to the wire."""
    source = read(ROOT / "src/poolhouse", _CODE_FILES)
    return words(source + (ROOT / "docs/contract/fields.md").read_text())


@cache
def of_the_tests() -> frozenset[str]:
    return words(read(ROOT / "tests", [".py"])) | {file.stem for file in (ROOT / "tests").rglob("*.py")}


@cache
def of_v2() -> frozenset[str]:
    """Operations, fields and arguments of GraphQL, and the methods of the client that send them."""
    schema = words((ROOT / "src/poolhouse/wire/v2/schema.graphql").read_text())
    return schema | {name for kind in methods().values() for calls in kind.values() for name in calls}


@cache
def of_javascript() -> frozenset[str]:
    typed = [
        NODE_MODULES / "authing-js-sdk/build/main",
        NODE_MODULES / "authing-node-sdk/dist",
        NODE_MODULES / "@authing/web/dist",
        NODE_MODULES / "@authing/guard/dist",
    ]
    return words("\n".join(read(folder, [".ts"]) for folder in typed))


@cache
def of_python() -> frozenset[str]:
    return frozenset(dir(authing.ManagementClient)) | frozenset(dir(authing.AuthenticationClient))


@cache
def of_java() -> frozenset[str]:
    """Empty where the clients of Maven are not fetched."""
    found: set[bytes] = set()
    for folder in ("authing-java-sdk-3.1.9", "java-core-4.3.76"):
        for jar in (FETCHED / folder).rglob(f"{folder}.jar"):
            with zipfile.ZipFile(jar) as opened:
                for name in opened.namelist():
                    if "Options" in name or name.endswith("ManagementClient.class"):
                        found.update(re.findall(rb"[a-z]\w+", opened.read(name)))
    return frozenset(word.decode() for word in found)


def prose() -> Iterator[tuple[str, str]]:
    """The pages that say what there is now, and their spans of code."""
    for page, text in pages().items():
        if not page.startswith(HISTORY):
            yield from ((page, span) for span in _SPAN.findall(_FENCE.sub("", text)))


def unknown_words(page: str, span: str) -> list[str]:
    known = [ours(), of_v2(), of_javascript(), of_python(), of_java(), frozenset(ELSEWHERE)]
    known += [of_the_tests()] if page.startswith((*ABOUT_THE_TESTS, "tests/")) or "tests/" in span else []
    if not of_java():
        known.append(frozenset({"setAccessKeyId", "setAccessKeySecret", "setHost", "setPublicKey"}))
    return [
        word
        for word in _IDENTIFIER.findall(span)
        if not any(word in one or word.removesuffix("_pkey") in one for one in known)
        and not word.startswith("poolhouse_")
    ]


def test_every_identifier_is_of_the_code_or_of_a_client() -> None:
    assert [(page, span) for page, span in prose() if unknown_words(page, span)] == []


def test_every_method_that_prose_calls_is_one_of_a_client_or_a_script() -> None:
    clients = of_python() | of_javascript() | of_v2()
    scripts = words(read(ROOT / "src/poolhouse/customdb/templates", [".js", ".ts"]))
    sandbox = words(read(ROOT / "src/poolhouse/sandbox/js", [".mjs"]))
    called = [
        (page, found[1])
        for page, span in prose()
        if not page.startswith(ABOUT_THE_TESTS) and (found := _CALLED.match(span))
    ]
    assert [one for one in called if one[1] not in clients | scripts | sandbox | ours()] == []
    assert [name for _, name in called if "_" in name and name not in of_python() | ours()] == []


def test_every_method_that_a_javascript_block_calls_is_the_clients() -> None:
    called = {
        (block.where, name)
        for page, text in pages().items()
        if not page.startswith(HISTORY)
        for block in blocks(page, text)
        if block.language in ("js", "html")
        for _, name in _DRIVEN.findall(block.text)
    }
    assert len(called) > 20
    assert [one for one in sorted(called) if one[1] not in of_javascript()] == []


def test_every_operation_that_is_said_to_be_of_v2_is_there() -> None:
    named = [
        (page, name)
        for page, text in pages().items()
        if not page.startswith(HISTORY)
        for name in _OF_V2.findall(text)
    ]
    assert len(named) > 5
    assert [one for one in named if one[1] not in of_v2()] == []


def unserved(text: str, served: Served) -> list[str]:
    known = {one.partition(" ")[2] for one in paths()} | {"/oidc"}
    found = [(method, path.rstrip("./")) for method, path in _OWN_PATH.findall(text)]
    return [
        path
        for method, path in found
        if path not in known
        and not any(
            served(f"{one} {path}") for one in ([method] if method else ["GET", "POST", "PUT", "DELETE"])
        )
    ]


def test_every_path_that_a_page_names_is_served_or_a_clients(services: Services) -> None:
    served = Served(services)
    found = {page: unserved(text, served) for page, text in pages().items() if not page.startswith(HISTORY)}
    assert {page: wrong for page, wrong in found.items() if wrong} == {}
    assert unserved("`GET /oidc/us`, /api/v2/usr, `HOST/metric`", served) == ["/oidc/us", "/api/v2/usr"]


async def test_every_metric_is_measured(services: Services) -> None:
    transport = httpx.ASGITransport(app=asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        told = (await http.get("/metrics")).text
    measured = set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))
    named = {(page, name) for page, text in pages().items() for name in _METRIC.findall(text)}
    assert len(named) > 20
    plain = {(page, re.sub(r"_(bucket|sum|count)$", "", name)) for page, name in named}
    assert [one for one in sorted(plain) if one[1] not in measured | ours()] == []


@cache
def of_the_repository() -> frozenset[str]:
    """Every file by its path, and by each end of it."""
    kept = (file.relative_to(ROOT).parts for file in files(ROOT))
    return frozenset("/".join(parts[at:]) for parts in kept for at in range(len(parts)))


@cache
def made() -> frozenset[str]:
    """Files that the source names as a text of its own, and those that a block of a page begins with."""
    source = re.findall(r'"([\w.-]+\.\w+)"', read(ROOT / "src/poolhouse", [".py"]))
    first = [block.text.splitlines()[0] for page, text in pages().items() for block in blocks(page, text)]
    return (
        EXAMPLES | frozenset(source) | {line.split()[-1] for line in first if line.startswith(("// ", "# "))}
    )


def is_no_file(span: str) -> bool:
    name = span.rpartition("/")[2]
    if not _FILE.match(span) or "*" in span or span.startswith("HOST/"):
        return False
    return span not in of_the_repository() | made() and not ("tests/" not in span and name in made())


def test_every_file_is_of_the_repository_or_one_that_a_command_makes() -> None:
    assert [(page, span) for page, span in prose() if is_no_file(span)] == []
    assert is_no_file("tests/docs/test_nothing.py")


@pytest.mark.parametrize("span", ["updateUserpol", "update_aplication", "new Authing({ redirectUrl })"])
def test_a_word_that_is_not_there_is_found(span: str) -> None:
    assert unknown_words("README.md", span) != []
