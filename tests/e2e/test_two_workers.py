"""What holds with two workers as with one, whichever answers: each request comes on a connection of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.test_up import Running, poolhouse

PASSWORD = "correct horse 1"
TOKEN = "correct-horse-battery"
LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { token } }"


class Two:
    def __init__(self, running: Running, data: Path) -> None:
        self.known, self.data = running.credentials, data

    def person(self, name: str) -> None:
        words = ("user", "create", "--username", name, "--password", PASSWORD)
        made = poolhouse(*words, "--data", str(self.data))
        assert made.returncode == 0, made.stderr

    def post(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        answer = httpx.post(f"{self.known['host']}{path}", json=body, headers=headers, timeout=60)
        found: dict[str, Any] = answer.json()
        return found

    def login(self, name: str, password: str = PASSWORD) -> dict[str, Any]:
        given = {"query": LOGIN, "variables": {"input": {"username": name, "password": password}}}
        return self.post("/graphql/v2", given, **{"x-authing-app-id": self.known["appId"]})

    def token(self, name: str) -> str:
        token: str = self.login(name)["data"]["loginByUsername"]["token"]
        return token

    def management(self) -> str:
        given = {"accessKeyId": self.known["accessKeyId"], "accessKeySecret": self.known["accessKeySecret"]}
        token: str = self.post("/api/v3/get-management-token", given)["data"]["access_token"]
        return f"Bearer {token}"

    def profile(self, token: str) -> dict[str, Any]:
        url = f"{self.known['host']}/api/v3/get-profile"
        found: dict[str, Any] = httpx.get(
            url, headers={"authorization": f"Bearer {token}"}, timeout=60
        ).json()
        return found


@pytest.fixture(scope="module")
def two() -> Iterator[Two]:
    with tempfile.TemporaryDirectory(prefix="poolhouse-data-") as name:
        Path(name).chmod(0o755)
        (Path(name) / "key").write_text(f"{'7' * 64}\n")
        (Path(name) / "token").write_text(f"{TOKEN}\n")
        (Path(name) / "poolhouse.toml").write_text(
            f'workers = 2\nsecret_key_file = "{name}/key"\nmetrics_token_file = "{name}/token"\n'
        )
        running = Running(Path(name), "--config", f"{name}/poolhouse.toml")
        yield Two(running, Path(name))
        assert running.stop() == 0


def test_both_read_the_settings_file_and_the_secrets_that_it_names(two: Two) -> None:
    url = f"{two.known['host']}/metrics"
    told = {"authorization": f"Bearer {TOKEN}"}
    assert [httpx.get(url).status_code for _ in range(6)] == [401] * 6
    assert [httpx.get(url, headers=told).status_code for _ in range(6)] == [200] * 6
    assert not (two.data / "secret.key").exists()


def test_wrong_passwords_are_counted_over_both(two: Two) -> None:
    two.person("ann")
    for _ in range(10):
        assert two.login("ann", "wrong")["errors"][0]["message"]["code"] == 2333
    for _ in range(4):
        assert two.login("ann")["errors"][0]["message"]["code"] != 2333


def test_who_is_kicked_is_out_at_both_at_once(two: Two) -> None:
    two.person("bob")
    tokens = [two.token("bob") for _ in range(4)]
    ids = {two.profile(token)["data"]["userId"] for token in tokens}
    assert len(ids) == 1
    app_id = two.known["appId"]
    kicked = two.post(
        "/api/v3/kick-users", {"appIds": [app_id], "userId": ids.pop()}, authorization=two.management()
    )
    assert kicked["statusCode"] == 200, kicked
    assert [two.profile(token)["statusCode"] for token in tokens * 2] == [401] * 8


def test_logins_at_both_are_all_counted(two: Two) -> None:
    two.person("eve")
    for _ in range(6):
        two.token("eve")
    url = f"{two.known['host']}/api/v3/get-user"
    asked = {"userId": "eve", "userIdType": "username"}
    found = httpx.get(url, params=asked, headers={"authorization": two.management()}, timeout=60).json()
    assert found["data"]["loginsCount"] == 6


def test_a_secret_that_one_renewed_buys_nothing_at_the_other(two: Two) -> None:
    """The pool is kept for a second by each; what one writes the other reads at once."""
    pool_id, secret = two.known["userPoolId"], two.known["userPoolSecret"]
    buy = f'{{ accessToken(userPoolId: "{pool_id}", secret: "{secret}") {{ accessToken }} }}'
    token = f"Bearer {two.post('/graphql/v2', {'query': buy})['data']['accessToken']['accessToken']}"
    asked = {"query": "{ userpool { id } }"}
    assert [two.post("/graphql/v2", asked, authorization=token).get("errors") for _ in range(8)] == [None] * 8
    renewed = two.post("/graphql/v2", {"query": "mutation { refreshUserpoolSecret }"}, authorization=token)
    assert renewed["data"]["refreshUserpoolSecret"]
    refused = [two.post("/graphql/v2", asked, authorization=token) for _ in range(8)]
    assert [one.get("data") for one in refused] == [None] * 8
