"""The secret key is lost for good: the server says so, and `secrets reset` is the way back to the users."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.test_up import Running, poolhouse


def test_after_a_reset_the_server_starts_with_its_users_and_fresh_credentials(begun: Path) -> None:
    first = Running(begun)
    made = poolhouse("user", "create", "--username", "ada", "--data", str(begun), "--json")
    assert made.returncode == 0, made.stderr
    assert first.stop() == 0
    (begun / "secret.key").unlink()

    refused = poolhouse("up", "--data", str(begun), "--port", "0")
    assert refused.returncode == 1
    assert "secrets reset" in refused.stderr
    assert "Traceback" not in refused.stderr

    unasked = poolhouse("secrets", "reset", "--data", str(begun))
    assert unasked.returncode == 1
    assert "pool secrets" in unasked.stdout
    assert "--yes" in unasked.stderr

    done = poolhouse("secrets", "reset", "--yes", "--data", str(begun))
    assert done.returncode == 0, done.stderr
    second = Running(begun)
    try:
        assert second.credentials["userPoolId"] == first.credentials["userPoolId"]
        assert second.credentials["userPoolSecret"] != first.credentials["userPoolSecret"]
        shown = poolhouse("pool", "show", second.credentials["userPoolId"], "--data", str(begun), "--json")
        assert json.loads(shown.stdout)["secret"] == second.credentials["userPoolSecret"]
        found = poolhouse("user", "find", "ada", "--data", str(begun), "--json")
        assert json.loads(found.stdout)["userId"] == json.loads(made.stdout)["userId"]
    finally:
        second.stop()
