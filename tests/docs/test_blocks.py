"""Every fenced block of every page reads as what it says it is; most are run as well, by the tests of their pages."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib

from tests.docs.pages import Block, blocks, pages
from tests.sdk import node

ELSEWHERE = {"", "text", "html", "sql", "go", "java", "properties", "nginx", "haproxy"}
"""What is no program, or what its own program is asked about: test_proxy.py, test_single_page_application.py, ..."""

ALL = [block for page, text in pages().items() for block in blocks(page, text)]
READ = """
const Wrapped = (async () => {}).constructor;
for (const [where, text] of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
  const plain = text.replace(/^(import .*|export )/gm, "");
  try { new Wrapped(plain); } catch (error) { console.log(`${where}: ${error.message}`); }
}
"""


def of(*languages: str) -> list[Block]:
    return [block for block in ALL if block.language in languages]


def test_every_language_is_one_that_is_looked_at() -> None:
    known = {"sh", "console", "python", "js", "javascript", "json", "toml"} | ELSEWHERE
    assert [block.where for block in ALL if block.language not in known] == []


def test_shell_reads() -> None:
    wrong = []
    for block in of("sh", "console"):
        typed = block.text
        if block.language == "console":
            lines = re.findall(r"^(?:\$|#) (.+(?:\\\n.+)*)$", block.text, re.MULTILINE)
            typed = "\n".join(lines)
        ran = subprocess.run(["bash", "-n"], input=typed, capture_output=True, text=True)
        wrong += [f"{block.where}: {ran.stderr}"] if ran.returncode else []
    assert wrong == []


def test_python_reads() -> None:
    for block in of("python"):
        compile(block.text, block.where, "exec", flags=0x2000)  # a line may await, as in a notebook


def test_javascript_reads() -> None:
    given = json.dumps([[block.where, block.text] for block in of("js", "javascript")])
    ran = subprocess.run([str(node()), "-e", READ], input=given, capture_output=True, text=True, check=True)
    assert ran.stdout == ""


def test_json_and_toml_read() -> None:
    for block in of("json"):
        json.loads(block.text)
    for block in of("toml"):
        tomllib.loads(block.text)
