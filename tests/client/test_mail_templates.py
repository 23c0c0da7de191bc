"""What a pool's mails say, changed by an administrator who has a file and no curl."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.client.exits import NOT_FOUND, REFUSED
from poolhouse.services import Services

CODE = "RESET_PASSWORD_VERIFY_CODE"


async def test_a_template_is_tried_changed_and_taken_back(typed: Typed, tmp_path: Path) -> None:
    file = tmp_path / "mail.html"
    file.write_text("<p>您的验证码：{{ code }}</p>", encoding="utf-8")
    built_in = (await typed("mail-template", "show", CODE, "--json")).json
    tried = await typed("mail-template", "preview", CODE, str(file))
    assert "您的验证码：" in tried.out
    assert "{{" not in tried.out
    assert (await typed("mail-template", "show", CODE, "--json")).json == built_in

    changed = (await typed("mail-template", "set", CODE, str(file), "--subject", "重置密码", "--json")).json
    assert (changed["content"], changed["subject"]) == (file.read_text(), "重置密码")
    assert changed["customizeEnabled"]
    assert changed["sender"] == built_in["sender"]
    again = (await typed("mail-template", "set", CODE, "--subject", "再次", "--json")).json
    assert (again["content"], again["subject"]) == (file.read_text(), "再次")

    await typed("mail-template", "set", CODE, "--custom", "no")
    listed = (await typed("mail-template", "list")).out
    assert re.search(rf"{CODE}\t[^\t]*\tno\t", listed)


async def test_a_template_comes_by_a_pipe(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("<b>{{ code }}</b> 您好".encode())))
    assert "您好" in (await typed("mail-template", "set", CODE, "-")).out


async def test_the_neighbours_mails_stay_as_they_are(
    services: Services, other_pool: PoolForTests, typed: Typed
) -> None:
    await typed("mail-template", "set", CODE, "--subject", "ours")
    shown = await typed("mail-template", "show", CODE, "--json", pool_id=other_pool.id)
    assert not shown.json["customizeEnabled"]
    assert shown.json["subject"] != "ours"


async def test_a_wrong_type_or_file_is_named(typed: Typed, tmp_path: Path) -> None:
    ended = await typed("mail-template", "set", "RESET")
    assert (ended.status, "RESET_PASSWORD_VERIFY_CODE" in ended.err) == (NOT_FOUND, True)
    missing = tmp_path / "missing.html"
    ended = await typed("mail-template", "preview", CODE, str(missing))
    assert (ended.status, ended.err) == (REFUSED, f"{missing}: no such file or folder")
    binary = tmp_path / "mail.html"
    binary.write_bytes(b"\xff")
    ended = await typed("mail-template", "preview", CODE, str(binary))
    assert (ended.status, ended.err) == (REFUSED, f"{binary} is not UTF-8 text")
    binary.write_text("{{#if}}")
    ended = await typed("mail-template", "set", CODE, str(binary))
    assert (ended.status, "FILE" in ended.err) == (REFUSED, True), ended
