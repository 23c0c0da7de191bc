"""The engineer's first hour: 1,000 people of MySQL, by docs/guide/mysql-with-md5.md alone, to the last of them."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.customdb.engines import mariadb
from tests.docs.terminal import terminal
from tests.first_hour.walk import Walk, sections

PAGE = "docs/guide/mysql-with-md5.md"


async def test_a_thousand_people_move_in(data: Path, tmp_path: Path) -> None:
    if not all(map(shutil.which, ("curl", "jq", "mysql"))):
        pytest.skip("needs curl, jq and mysql, which the page's commands use: apt-get install mariadb-client")
    async with mariadb(tmp_path) as uri:
        walk = await asyncio.to_thread(walked, data, uri)
    said = walk.said

    assert said["signin m0001 secret-1"] == ['[200,null,"操作成功"]\n'] * 2
    assert said["signin m0002@shop.example secret-2"] == ['[200,null,"操作成功"]\n']
    assert said["signin 13900000003 secret-3"] == ['[200,null,"操作成功"]\n']
    assert said["signin m0004 not-this-one"] == ['[403,2333,"用户名或密码错误"]\n']
    assert said["signin m0013 secret-13"] == ['[403,2005,"用户已被锁定"]\n']
    first, last = said["poolhouse migration status"]
    assert re.search(r"refused by the script +1\n", first)
    assert re.search(r"not yet here +996\n", first)
    assert re.search(r"imported +796\n", said["poolhouse import users members.tsv"][0])
    assert said["signin m0005 secret-5"] == ['[200,null,"操作成功"]\n']

    check = next(text for command, (text, *_) in said.items() if "check wrong.tsv" in command)
    assert re.search(r"fits as +md5\$", check)
    assert check.endswith("write it otherwise\n")
    refused = said["poolhouse import users again.tsv || cat again.tsv.errors.jsonl"][0]
    assert "this user was deleted in Poolhouse" in refused
    assert said["signin m0007 secret-7"] == ['[200,null,"操作成功"]\n']
    down, up = said["signin m0900 secret-900"]
    assert (down[:10], up[:5]) == ("[603,60302", "[200,")
    assert "127.0.0.1" not in down
    assert "ECONNREFUSED 127.0.0.1:9" in said["poolhouse scripts logs --failed"][0]
    broken, mended = said["signin m0901 secret-901"]
    assert (broken[:5], mended[:5]) == ("[603,", "[200,")
    assert "memberz" not in broken

    assert re.search(r"imported +198\n", said["poolhouse migration finish"][0])
    assert re.search(r"not yet here +0\n", last)
    assert [one[:5] for one in said["signin m0999 secret-999"]] == ["[200,", "[200,"]
    assert said["signin m1000 secret-1000"] == ['[403,2333,"用户名或密码错误"]\n']


def walked(data: Path, uri: str) -> Walk:
    walk = Walk("migration")
    where = urlsplit(uri)
    environment = {
        "DB_CONNECTION_URI": uri,
        "DB_PORT": str(where.port),
        "DB_USERNAME": str(where.username),
        "DB_PASSWORD": str(where.password),
        "DB_DATABASE": where.path[1:],
    }
    with terminal(data, **environment) as shell:
        for heading, block in sections(PAGE):
            if block.language == "sql":
                (data / "table.sql").write_text(block.text)
                given = '-P "$DB_PORT" -u "$DB_USERNAME" -p"$DB_PASSWORD" "$DB_DATABASE"'
                walk.type(shell, heading, f"mysql -h 127.0.0.1 {given} < table.sql")
            elif block.language == "js":
                walk.write(shell, heading, block)
            elif block.language == "sh":
                walk.paste(shell, heading, block.text)
    walk.report()
    return walk
