"""docs/operations/hardening.md: its settings, its database role and its proxies' examples, asked of the real ones."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import asyncpg
import pytest
from tests.docs.pages import ROOT
from tests.docs.test_proxy import example, haproxy_takes, nginx_takes
from tests.postgres import on_database

from poolhouse.ids import new_id
from poolhouse.settings import misspelt
from poolhouse.wire.v3.table import endpoints

PAGES = [ROOT / "docs/operations/hardening.md", ROOT / "docs/zh/operations/hardening.md"]
TEXT = PAGES[0].read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=["en", "zh"])
def test_the_settings_of_the_page_are_settings(page: Path) -> None:
    names = set(re.findall(r"POOLHOUSE_\w+", page.read_text()))
    assert len(names) > 8
    assert misspelt(dict.fromkeys(names, "")) == []


def test_the_pages_of_both_languages_have_the_same_commands() -> None:
    one, other = (re.findall(r"^```.*?^```$", page.read_text(), re.MULTILINE | re.DOTALL) for page in PAGES)
    assert one == other


def test_the_right_that_runs_scripts_is_one() -> None:
    assert "custom-database:write" in TEXT
    assert any("custom-database:write" in row.scopes for row in endpoints().values())


async def test_the_database_of_the_page_takes_its_extensions_and_no_other_role(postgres_url: str) -> None:
    """The tests' role may make databases and no roles, as the page's owns its database and nothing else."""
    name = f"hardened_{new_id()}"
    (sql,) = blocks(TEXT, "sql")
    statements = [one.strip() for one in sql.split(";") if one.strip()]
    assert [one.split()[0] for one in statements] == ["create", "create", "revoke"]
    maker = await asyncpg.connect(postgres_url)
    try:
        await maker.execute(statements[1].replace("database poolhouse owner poolhouse", f"database {name}"))
        await maker.execute(statements[2].replace("poolhouse", name))
        of_all = "select count(*) from pg_database, aclexplode(datacl) a where datname = $1 and a.grantee = 0"
        assert await maker.fetchval(of_all, name) == 0
        owner = await asyncpg.connect(on_database(postgres_url, name))
        for extension in ("pg_trgm", "btree_gin"):
            await owner.execute(f"create extension {extension}")
        await owner.close()
    finally:
        await maker.execute(f"drop database if exists {name} with (force)")
        await maker.close()


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_takes_the_example(tmp_path: Path) -> None:
    (location,) = blocks(TEXT, "nginx")
    nginx_takes(example("nginx").replace("    location / {", f"{location}\n    location / {{"), tmp_path)


@pytest.mark.skipif(not shutil.which("haproxy"), reason="HAProxy is not installed")
def test_haproxy_takes_the_example(tmp_path: Path) -> None:
    (rule,) = blocks(TEXT, "haproxy")
    haproxy_takes(
        example("haproxy").replace("    default_backend", f"    {rule}    default_backend"), tmp_path
    )
