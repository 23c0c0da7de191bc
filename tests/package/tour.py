"""What an operator does with an installed Poolhouse in its first hour, with nothing but Python: tour.py BIN FOLDER.

BIN is the folder of the installed commands, FOLDER an empty one. Ends with status 0 when all of it worked.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

LOGIN = "mutation L($i: LoginByUsernameInput!) { loginByUsername(input: $i) { id username email } }"


class Poolhouse:
    def __init__(self, program: Path, folder: Path) -> None:
        self.program, self.folder = program, folder

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [self.program, *words], cwd=self.folder, capture_output=True, text=True, timeout=180
        )
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def sound(self, data: str) -> None:
        """Nothing is wrong with the installation, whatever the doctor thinks of a busy machine."""
        command = [self.program, "doctor", "--data", data, "--json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=180)
        found = [one for one in json.loads(done.stdout) if one["part"] == "sandbox"]
        assert "deno" in {one["what"] for one in found}
        assert not any(one["wrong"] for one in found), found

    @contextmanager
    def running(self, *words: str):
        """Yields what credentials.json says and what was printed, once the server answers."""
        with (self.folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                [self.program, *words, "--port", "0"],
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        said = []
        last = "  " if words[0] == "demo" else "console: "  # two commands to try, or where to look
        while not (said and said[-1].startswith(last) and "loginByUsername" not in said[-1]):
            line = server.stdout.readline()
            assert line, (said, (self.folder / "server.log").read_text())
            said.append(line)
        data = self.folder / words[words.index("--data") + 1]
        try:
            yield json.loads((data / "credentials.json").read_text()), said
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(90) == 0, (self.folder / "server.log").read_text()


def call(method: str, url: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        headers["content-type"] = "application/json"
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, headers)
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def log_in(known: dict, username: str, password: str) -> dict:
    query = {"query": LOGIN, "variables": {"i": {"username": username, "password": password}}}
    status, said = call("POST", f"{known['host']}/graphql/v2", query, x_authing_app_id=known["appId"])
    found = json.loads(said)
    assert status == 200, said
    assert not found.get("errors"), found
    return found["data"]["loginByUsername"]


def look_around(known: dict) -> None:
    """Every door once."""
    host = known["host"]
    for path in (
        "/healthz",
        "/readyz",
        "/metrics",
        "/oidc/.well-known/openid-configuration",
        "/oidc/.well-known/jwks.json",
    ):
        status, said = call("GET", host + path)
        assert status == 200, (path, status, said)
    key = {"accessKeyId": known["accessKeyId"], "accessKeySecret": known["accessKeySecret"]}
    status, said = call("POST", f"{host}/api/v3/get-management-token", key)
    token = json.loads(said)["data"]["access_token"]
    status, said = call(
        "POST",
        f"{host}/api/v3/list-users",
        {},
        authorization=f"Bearer {token}",
        x_authing_userpool_id=known["userPoolId"],
    )
    assert status == 200, said
    assert json.loads(said)["statusCode"] == 200, said


def try_out(commands: list[str], folder: Path) -> None:
    """What the demo prints, typed word by word."""
    sign_in, find = commands
    if shutil.which("curl"):
        assert "wangfang@legacy.example" in typed(sign_in, folder)
        assert "wangfang@legacy.example" in typed(find, folder)


def typed(command: str, folder: Path) -> str:
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def main(programs: Path, folder: Path) -> None:
    poolhouse = Poolhouse(programs / "poolhouse", folder)
    told = json.loads(poolhouse.command("version", "--json"))
    assert all(told.values()), told
    assert poolhouse.command("--version").split()[:2] == ["Poolhouse", told["Poolhouse"]]

    people = [{"username": f"person{n}", "password": f"secret-{n}-它", "name": f"人{n}"} for n in range(20)]
    (folder / "people.jsonl").write_text("\n".join(json.dumps(one) for one in people), encoding="utf-8")

    with poolhouse.running("demo", "--data", "data") as (known, said):
        try_out([line for line in said if line.startswith("  ")], folder)
        moved = log_in(known, "wangfang", "wangfang-2021")  # through the login script
        assert moved["email"] == "wangfang@legacy.example"
        look_around(known)
        poolhouse.command("import", "users", "people.jsonl", "--data", "data")
        assert log_in(known, "person7", "secret-7-它")["username"] == "person7"
        poolhouse.command("backup", "all.dump", "--data", "data")
        poolhouse.sound("data")

    poolhouse.command("restore", "all.dump", "--data", "restored")
    for kept in ("secret.key", "credentials.json"):
        shutil.copy(folder / "data" / kept, folder / "restored" / kept)
    with poolhouse.running("up", "--data", "restored") as (known, _):
        assert log_in(known, "wangfang", "wangfang-2021")["id"] == moved["id"]
        assert log_in(known, "person7", "secret-7-它")["username"] == "person7"
        look_around(known)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
