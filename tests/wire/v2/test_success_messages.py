"""Whatever an operation says of its success is in the caller's language, over every door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import V2Client

from poolhouse.services import Services
from poolhouse.wire.v2 import success_messages

WIRE = Path(success_messages.__file__).parent
CHINESE = re.compile(r"[一-鿿]")
SENTENCES = frozenset(success_messages._ENGLISH)
NAMES = {"success_messages.py", "act_names.py"}


def sentences() -> Iterator[tuple[str, str]]:
    """Every Chinese text of the wire that no error has beside its English."""
    for path in sorted(WIRE.glob("*.py")):
        if path.name in NAMES:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call | ast.Dict | ast.Assign | ast.AnnAssign | ast.Return):
                continue
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith(
                ("Input", "Large", "Operation", "Permitted", "Malformed")
            ):
                continue
            for child in ast.iter_child_nodes(node):
                if (
                    isinstance(child, ast.Constant)
                    and isinstance(child.value, str)
                    and CHINESE.search(child.value)
                ):
                    yield path.name, child.value


@pytest.mark.parametrize(("where", "sentence"), sorted(set(sentences())))
def test_every_sentence_of_v2_has_its_english(where: str, sentence: str) -> None:
    assert sentence in SENTENCES, f"{where}: put it into success_messages.py"


@pytest.mark.parametrize("sentence", sorted(SENTENCES))
def test_a_sentence_is_in_the_language_asked_for(sentence: str) -> None:
    assert success_messages.said(sentence, "zh-CN") == sentence
    assert not CHINESE.search(success_messages.said(sentence, "en-US"))


@pytest.mark.parametrize(
    ("lang", "out", "kicked"),
    [
        ("zh-CN", "退出成功", "强制下线成功"),
        ("en-US", "Signed out", "Signed out by force"),
    ],
)
async def test_logging_out_and_kicking_answer_in_the_callers_language(
    services: Services, pool: PoolForTests, v2: V2Client, lang: str, out: str, kicked: str
) -> None:
    user = await v2.one("CreateUser", userInfo={"username": "somebody", "password": "secret 1"})
    headers = {**v2.headers, "x-authing-lang": lang}
    by_administrator = await v2.http.get("/logout", params={"userId": user["id"]}, headers=headers)
    assert by_administrator.json()["message"] == out
    assert by_administrator.json()["code"] == 200
    by_kick = await v2.http.post("/api/v2/users/kick", json={"userIds": [user["id"]]}, headers=headers)
    assert by_kick.json()["message"] == kicked
