"""Tables as people have them: every encoding, separator and header they come with is read, or told; nothing is lost."""

from __future__ import annotations

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from poolhouse.errors import InvalidInput
from poolhouse.migration import import_rows, import_tables
from poolhouse.migration.import_columns import FIELDS, key_of
from poolhouse.migration.import_rows import ImportedUser, RowError
from poolhouse.migration.import_tables import Reading, told
from poolhouse.users.rules import spelled


def rows(folder: Path, content: bytes | str, name: str = "users.csv", **words: Any) -> list[Any]:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    ignored: dict[str, int] = {}
    reading = Reading(**words) if words else import_rows.PLAIN
    return [import_rows.parsed(raw, ignored) for raw in import_rows.read(file, reading)]


def values(folder: Path, content: bytes | str, **words: Any) -> list[dict[str, Any]]:
    found = rows(folder, content, **words)
    assert all(isinstance(row, ImportedUser) for row in found), found
    return [dict(row.values) for row in found]


def refused(folder: Path, content: bytes | str, **words: Any) -> str:
    with pytest.raises(InvalidInput) as error:
        rows(folder, content, **words)
    assert error.value.message("zh-CN") != error.value.message("en-US")
    return error.value.message("en-US")


TABLE = "用户名,邮箱,姓名\nwang,w@x.cn,王芳\nli,l@x.cn,李雷\n"
READ = [
    {"username": "wang", "email": "w@x.cn", "name": "王芳"},
    {"username": "li", "email": "l@x.cn", "name": "李雷"},
]
ENCODED = {
    "utf-8": TABLE.encode(),
    "utf-8 with a mark": codecs.BOM_UTF8 + TABLE.encode(),
    "utf-16-le with a mark": codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
    "utf-16-be with a mark": codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
    "gbk": TABLE.encode("gbk"),
    "gb18030": TABLE.replace("王芳", "王㐀").encode("gb18030"),
}


@pytest.mark.parametrize("encoding", sorted(ENCODED))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_encoding_is_recognised(tmp_path: Path, encoding: str, end: str) -> None:
    codec = {"gbk": "gbk", "gb18030": "gb18030"}.get(encoding, encoding.removesuffix(" with a mark"))
    content = ENCODED[encoding].replace("\n".encode(codec), end.encode(codec))
    found = values(tmp_path, content)
    assert [row["username"] for row in found] == ["wang", "li"]
    assert found[1] == READ[1]


@pytest.mark.parametrize(
    ("text", "codec"),
    [("username,name\nmueller,Müller\njose,José\n", "latin-1"), ("username,name\nwang,王芳\n", "big5")],
)
def test_an_encoding_nobody_can_tell_is_told_with_the_line_and_read_when_named(
    tmp_path: Path, text: str, codec: str
) -> None:
    if codec == "latin-1":
        said = refused(tmp_path, text.encode(codec))
        assert "line 2" in said
        assert "--encoding" in said
    found = values(tmp_path, text.encode(codec), encoding=codec)
    assert found[0]["name"] == text.splitlines()[1].split(",")[1]


def test_a_line_that_is_not_utf_8_among_many_that_are_is_refused_alone(tmp_path: Path) -> None:
    content = (TABLE + "zhao,z@x.cn,").encode() + "赵".encode("gbk") + b"\n" + "qian,,钱\n".encode()
    found = rows(tmp_path, content)
    assert [type(row) for row in found] == [ImportedUser, ImportedUser, RowError, ImportedUser]
    assert found[2].line == 4
    assert "--encoding" in found[2].message("en-US")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "，", "；"])
def test_a_separator_is_recognised_from_the_header(tmp_path: Path, separator: str) -> None:
    assert values(tmp_path, TABLE.replace(",", separator)) == READ


def test_a_separator_may_be_told(tmp_path: Path) -> None:
    assert values(tmp_path, TABLE.replace(",", "#"), separator="#") == READ
    assert values(tmp_path, "sep=^\n" + TABLE.replace(",", "^")) == READ
    assert told("GBK", "tab", ["a"]) == Reading("gb18030", "\t", ("a",))
    for words in (("utf-7", None), (None, "ab"), (None, '"'), (None, "")):
        with pytest.raises(InvalidInput):
            told(*words)


NAMES = {
    "E-mail": "email",
    "E_MAIL": "email",
    "邮箱": "email",
    "电子邮箱": "email",
    "USERNAME": "username",
    "user_name": "username",
    "User Name": "username",
    "user-name": "username",
    " 用户名 ": "username",
    "用户名*": "username",
    "用户名（必填）": "username",
    "ｕｓｅｒｎａｍｅ": "username",
    "Phone Number": "phone",
    "手机号": "phone",
    "手机号码": "phone",
    "Mobile": "phone",
    "姓名": "name",
    "昵称": "nickname",
    "密码": "password",
    "password_hash": "passwordHash",
    "SALT": "salt",
    "last_ip": "lastIP",
    "email verified": "emailVerified",
    "external-id": "externalId",
    "customdata.Level": "customData.Level",
    "部门": None,
    "notes": None,
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_column_has_many_names(name: str) -> None:
    found, wanted = key_of(name), NAMES[name]
    assert (FIELDS.get(found or "") or found) == (FIELDS.get(wanted or "") or wanted)


@pytest.mark.parametrize("field", sorted(set(FIELDS.values())))
@pytest.mark.parametrize("how", ["{}", "{} ", "{}*"])
def test_every_field_is_found_in_any_case_and_with_blanks_or_strokes(field: str, how: str) -> None:
    for name in (
        spelled(field),
        field,
        field.upper(),
        field.replace("_", " ").title(),
        field.replace("_", "-"),
    ):
        assert FIELDS[key_of(how.format(name)) or ""] == field


def test_a_column_nobody_knows_is_told_with_the_nearest_and_nothing_is_read(tmp_path: Path) -> None:
    said = refused(tmp_path, "username,emial,部门,vip\nwang,w@x.cn,Sales,1\n")
    assert "emial (email?), 部门, vip" in said
    assert "--ignore-column" in said
    table = "username,Vip,部门\nwang,1,Sales\nli,,\n"
    assert values(tmp_path, table, ignore=("VIP", "部门")) == [{"username": "wang"}, {"username": "li"}]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "the file is empty"),
        ("wang,w@x.cn,王芳\nli,l@x.cn,李雷\n", "the first line must name the columns"),
        ("邮箱,用户名,E-Mail\na@x.cn,a,b@x.cn\n", "several columns are email: 邮箱, E-Mail"),
        ('"username\nwang\n', "the first line"),
    ],
)
def test_a_header_that_is_none_is_told(tmp_path: Path, table: str, said: str) -> None:
    assert said in refused(tmp_path, table)


def test_a_header_alone_is_a_table_of_nobody(tmp_path: Path) -> None:
    assert rows(tmp_path, "username,email\n") == []


SPOILED = {
    "fewer cells": ("li", "row", "1 cells, where the header has 3"),
    "more cells": ("li,l@x.cn,李,x", "row", "4 cells, where the header has 3"),
    "a quote that does not close right": ('"li"x,l@x.cn,李', "row", "not a line of a table"),
}


@pytest.mark.parametrize("what", sorted(SPOILED))
def test_a_row_of_another_shape_is_told_by_its_number(tmp_path: Path, what: str) -> None:
    line, field, said = SPOILED[what]
    found = rows(tmp_path, f'用户名,邮箱,姓名\nwang,,"two\nlines"\n\n{line}\nzhao,,赵\n')
    assert [type(row) for row in found] == [ImportedUser, RowError, ImportedUser]
    assert (found[1].line, found[1].field) == (5, field)
    assert said in found[1].message("en-US")


def test_a_quote_nobody_closes_loses_nothing_in_silence(tmp_path: Path) -> None:
    found = rows(tmp_path, 'username,name\nwang,"open\nli,x\nzhao,y\n')
    assert any(isinstance(row, RowError) and row.line == 2 for row in found)


def test_separators_at_the_end_and_blank_lines_are_no_cells(tmp_path: Path) -> None:
    assert values(tmp_path, "用户名,邮箱,姓名,,\nwang,w@x.cn,王芳,,\n,,,,\n  \nli,l@x.cn,李雷,,,,\n") == READ
    found = rows(tmp_path, "用户名,,姓名\nwang,lost,王芳\n")
    assert "a cell in a column without a name" in found[0].message("en-US")


@pytest.mark.parametrize("cell", ["1.39E+10", "1.38E+10", "1,39E+10", "4.4E+17"])
@pytest.mark.parametrize("column", ["手机号", "身份证号", "工号", "id"])
def test_a_number_a_spreadsheet_shortened_is_refused_by_name(tmp_path: Path, cell: str, column: str) -> None:
    (row,) = rows(tmp_path, f'username;{column}\nwang;"{cell}"\n')
    assert isinstance(row, RowError)
    assert row.field == key_of(column)
    assert "as text" in row.message("en-US")


def test_what_keeps_a_spreadsheet_from_counting_is_read_as_it_is_meant(tmp_path: Path) -> None:
    table = 'username,工号,phone,password\nwang,"=""00123""",\'13800138000,\'quoted\'\n'
    (row,) = rows(tmp_path, table)
    assert (row.values["external_id"], row.values["phone"], row.password) == (
        "00123",
        "13800138000",
        "'quoted'",
    )


def test_words_for_yes_no_and_gender_are_read_in_both_languages(tmp_path: Path) -> None:
    found = values(tmp_path, "用户名,邮箱是否验证,性别\nwang,是,女\nli,否,男\nzhao,YES,F\n")
    assert [(row["email_verified"], row["gender"]) for row in found] == [
        (True, "F"),
        (False, "M"),
        (True, "F"),
    ]


def test_a_key_nobody_knows_refuses_its_json_row_and_no_other(tmp_path: Path) -> None:
    lines = [{"username": "wang", "emial": "w@x.cn"}, {"username": "li", "arn": None}, {"E-Mail": "z@x.cn"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    found = rows(tmp_path, text, name="users.jsonl")
    assert [type(row) for row in found] == [RowError, ImportedUser, ImportedUser]
    assert (found[0].line, found[0].field) == (1, "emial")
    assert "email?" in found[0].message("en-US")
    assert found[2].values == {"email": "z@x.cn"}
    twice = rows(tmp_path, '{"email": "a@x.cn", "Email": "b@x.cn"}\n', name="users.jsonl")
    assert "twice" in twice[0].message("en-US")
    ignored = rows(tmp_path, text, name="users.jsonl", ignore=("emial",))
    assert isinstance(ignored[0], ImportedUser)


def test_a_large_table_is_read_a_row_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    with file.open("w") as out:
        out.write("username,name\n")
        out.writelines(f"u{n},王{n}\n" for n in range(50_000))
    read = import_tables.read(file, import_rows.PLAIN)
    first = next(read)
    assert (first.line, first.given["username"]) == (2, "u0")
    assert first.done < file.stat().st_size / 2
    assert sum(1 for _ in read) == 49_999
