"""Servers whose machines have a wrong clock, as real processes on one database: ten minutes ahead, and ten behind."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from tests.e2e.test_up import Running, poolhouse
from tests.nodes import clone_database, drop_database
from tests.postgres import on_database

from poolhouse.ids import new_id

SHIFTED = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long ahead(void) { const char *told = getenv("AHEAD_S"); return told ? atol(told) : 0; }
int clock_gettime(clockid_t which, struct timespec *found) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
  int failed = real(which, found);
  if (!failed && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) found->tv_sec += ahead();
  return failed;
}
time_t time(time_t *kept) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (kept) *kept = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *found, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  found->tv_sec = now.tv_sec;
  found->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""
"""Before the C library. libfaketime 0.9.10 moves what Python measures waiting by, too: it sleeps wrongly, or not."""
COMPILER = shutil.which("cc")
AHEAD_S = {"fast": 600, "right": 0, "slow": -600}

pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")


class Node:
    def __init__(self, running: Running, known: dict[str, Any]) -> None:
        self.known, self._host = known, running.credentials["host"]

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
        answer = httpx.request(
            method, f"{self._host}/api/v3/{path}", json=body, headers=headers, timeout=60, trust_env=False
        )
        found: dict[str, Any] = answer.json()
        return found

    def sign_in(self, **how: object) -> dict[str, Any]:
        return self.ask("POST", "signin", how, **{"x-authing-app-id": self.known["appId"]})

    def oidc(self, endpoint: str, form: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = httpx.post(
            f"{self._host}/oidc/{endpoint}", data=form, timeout=60, trust_env=False
        ).json()
        return found

    def management(self) -> dict[str, str]:
        keys = {name: self.known[name] for name in ("accessKeyId", "accessKeySecret")}
        token = self.ask("POST", "get-management-token", keys)["data"]["access_token"]
        return {"authorization": f"Bearer {token}"}

    def skew_s(self) -> float:
        text = httpx.get(f"{self._host}/metrics", trust_env=False).text
        [found] = re.findall(r"^poolhouse_clock_skew_seconds (\S+)$", text, re.MULTILINE)
        return float(found)


@pytest.fixture(scope="module")
def nodes(
    postgres_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Node]]:
    name = f"shifted_{new_id()}"
    clone_database(postgres_url, name, template)
    url = on_database(postgres_url, name)
    folder = tmp_path_factory.mktemp("shifted")
    (folder / "shifted.c").write_text(SHIFTED)
    library = folder / "shifted.so"
    assert COMPILER
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, folder / "shifted.c", "-ldl"], check=True)
    found: dict[str, Node] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        stack.callback(drop_database, postgres_url, name)
        patch.setenv("POOLHOUSE_SECRET_KEY", "6" * 64)
        for which, ahead_s in AHEAD_S.items():
            with pytest.MonkeyPatch.context() as clock:
                if ahead_s:
                    clock.setenv("LD_PRELOAD", str(library))
                    clock.setenv("AHEAD_S", str(ahead_s))
                data = folder / which
                data.mkdir()
                if found:
                    known = next(iter(found.values())).known
                    (data / "credentials.json").write_text(json.dumps(known))
                running = Running(data, "--database-url", url)
            stack.callback(running.stop)
            found[which] = Node(running, running.credentials if not found else known)
        patch.setenv("POOLHOUSE_DATABASE_URL", url)
        yield found


def test_what_one_makes_the_others_take(nodes: dict[str, Node]) -> None:
    """A session and its token, an access key's token, and a code by e-mail."""
    keys = {name: node.management() for name, node in nodes.items()}
    for number, (one, other) in enumerate(itertools.permutations(nodes, 2)):
        here, there = nodes[one], nodes[other]
        person = {"username": f"ann{number}", "password": "pa55word", "email": f"ann{number}@example.com"}
        assert here.ask("POST", "create-user", person, **keys[other])["statusCode"] == 200
        payload = {"account": person["username"], "password": person["password"]}
        signed_in = here.sign_in(connection="PASSWORD", passwordPayload=payload)
        assert signed_in["statusCode"] == 200, (one, other, signed_in)
        token = {"authorization": f"Bearer {signed_in['data']['access_token']}"}
        assert there.ask("GET", "get-profile", **token)["statusCode"] == 200, (one, other)
        sent = here.ask(
            "POST",
            "send-email",
            {"channel": "CHANNEL_LOGIN", "email": person["email"]},
            **{"x-authing-app-id": here.known["appId"]},
        )
        assert sent["statusCode"] == 200, sent
        [mail] = here.ask("GET", f"list-mail?to={person['email']}", **keys[one])["data"]["list"]
        text = here.ask("GET", f"get-mail?id={mail['id']}", **keys[one])["data"]["text"]
        [code] = re.findall(r"\b\d{6}\b", text)
        by_code = there.sign_in(
            connection="PASSCODE", passCodePayload={"email": person["email"], "passCode": code}
        )
        assert by_code["statusCode"] == 200, (one, other, by_code)


LIFETIME_S = 60


def test_what_lives_for_a_minute_does_so_at_each(nodes: dict[str, Node]) -> None:
    """Access and refresh tokens of machines that differ by ten times as much."""
    here = nodes["right"]
    keys = here.management()
    lives = {"accessTokenLifetime": LIFETIME_S, "refreshTokenLifetime": LIFETIME_S}
    made = here.ask("POST", "create-application", {"appName": "short", "oidcConfig": lives}, **keys)
    assert made["statusCode"] == 200, made
    app_id = made["data"]["appId"]
    secret = here.ask("GET", f"get-application-secret?appId={app_id}", **keys)["data"]["secret"]
    client = {"client_id": app_id, "client_secret": secret}
    person = {"username": "short", "password": "pa55word"}
    assert here.ask("POST", "create-user", person, **keys)["statusCode"] == 200
    asked = {
        "connection": "PASSWORD",
        "passwordPayload": {"account": person["username"], "password": person["password"]},
        "options": {"scope": "openid offline_access"},
    }
    for one, other in itertools.permutations(nodes, 2):
        tokens = nodes[one].ask("POST", "signin", asked, **{"x-authing-app-id": app_id})["data"]
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        assert nodes[other].oidc("me", {"access_token": access})["sub"], (one, other)
        renewed = nodes[other].oidc(
            "token", {"grant_type": "refresh_token", "refresh_token": refresh, **client}
        )
        assert renewed.get("access_token"), (one, other, renewed)


def test_the_difference_is_measured_and_told(nodes: dict[str, Node]) -> None:
    for name, node in nodes.items():
        assert abs(node.skew_s() - AHEAD_S[name]) < 5, name
    told = poolhouse("doctor", "--json")
    assert told.stdout.count("its clock is not the database's") == 2
