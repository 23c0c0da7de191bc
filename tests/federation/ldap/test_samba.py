"""Signing in against a real domain controller: Samba's.

Making a domain takes ten seconds and its ports are fixed, so this is for `make identity-peers`: SAMBA=1, root, and
nobody else on port 389 of the loopback.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from poolhouse.federation.providers.ldap.outcomes import Found, Wrong
from poolhouse.federation.providers.ldap.settings import AdSettings
from poolhouse.federation.providers.ldap.sign_in import SignIns
from poolhouse.outgoing import Outgoing

BASE = "DC=corp,DC=example"
PASSWORD = "Quite-a-Passw0rd"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The certificate of a running controller's authority."""
    if not os.environ.get("SAMBA"):
        pytest.skip("Samba's domain controller is asked by `make identity-peers`")
    if not (shutil.which("samba") and shutil.which("samba-tool")):
        pytest.skip("no samba-ad-dc: apt-get install samba-ad-dc samba-ad-provision samba-dsdb-modules")
    if os.getuid() != 0:
        pytest.skip("Samba's domain controller runs as root")
    folder = tmp_path_factory.mktemp("samba")
    options = [
        f"--option={option}"
        for option in (
            "interfaces=lo",
            "bind interfaces only=yes",
            f"pid directory={folder}",
            f"ncalrpc dir={folder}/ncalrpc",
            f"log file={folder}/log",
            "server services=ldap",
            "ldap server require strong auth=allow_sasl_over_tls",
        )
    ]
    _run(
        "samba-tool",
        "domain",
        "provision",
        "--realm=CORP.EXAMPLE",
        "--domain=CORP",
        "--server-role=dc",
        "--dns-backend=NONE",
        f"--adminpass={PASSWORD}",
        f"--targetdir={folder}/dc",
        "--host-ip=127.0.0.1",
        "--host-name=dc1",
        *options[:2],
    )
    configuration = f"--configfile={folder}/dc/etc/smb.conf"
    for name in ("bob", "disabled", "expired", "change"):
        _run("samba-tool", "user", "add", name, PASSWORD, configuration)
    _run("samba-tool", "user", "disable", "disabled", configuration)
    _run("samba-tool", "user", "setexpiry", "expired", "--days=-1", configuration)
    _run(
        "samba-tool",
        "user",
        "setpassword",
        "change",
        f"--newpassword={PASSWORD}",
        "--must-change-at-next-login",
        configuration,
    )
    _run("samba-tool", "group", "add", "Inner", configuration)
    _run("samba-tool", "group", "add", "Outer", configuration)
    _run("samba-tool", "group", "addmembers", "Inner", "bob", configuration)
    _run("samba-tool", "group", "addmembers", "Outer", "Inner", configuration)
    process = subprocess.Popen(
        ["samba", "-i", "-M", "single", configuration, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 120  # a second on an idle machine
        while True:
            try:
                socket.create_connection(("127.0.0.1", 636), 1).close()
                break
            except OSError:
                assert process.poll() is None, f"it ended: {_said(folder)}"
                assert time.monotonic() < until, f"it does not listen: {_said(folder)}"
                time.sleep(0.1)
        yield folder / "dc/private/tls/ca.pem"
    finally:
        process.terminate()
        process.wait(20)


def _said(folder: Path) -> str:
    """The end of what the controller wrote."""
    return "\n".join(
        log.read_text(errors="replace")[-2000:] for log in sorted(folder.glob("log*")) if log.is_file()
    )


async def verify(authority: Path, name: str, password: str = PASSWORD, **changed: object) -> Found:
    fields = {
        "url": "ldap://dc1.corp.example",
        "caCertificate": authority.read_text(),
        "bindDn": "administrator@corp.example",
        "bindCredentials": PASSWORD,
        "usersBaseDn": BASE,
        **changed,
    }
    settings = msgspec.convert(fields, AdSettings)
    loopback = Outgoing([("127.0.0.1", 389), ("127.0.0.1", 636)])
    # Its certificate is for its name, which is not looked up: this machine is where it is.
    return await SignIns().verify(
        "a connection", settings, lambda host, port: loopback.allowed("127.0.0.1", port), name, password
    )


@pytest.mark.parametrize("name", ["bob", "BOB", "bob@corp.example"])
async def test_both_names_open_one_account_over_starttls(authority: Path, name: str) -> None:
    found = await verify(authority, name)
    assert found.dn == f"CN=bob,CN=Users,{BASE}"
    assert found.key == (await verify(authority, "bob", url="ldaps://dc1.corp.example")).key
    assert len(found.key) == 36


async def test_a_template_binds_as_the_person(authority: Path) -> None:
    changed = {"bindTemplate": "{username}@corp.example", "bindDn": "", "bindCredentials": ""}
    assert (await verify(authority, "bob", **changed)).key == (await verify(authority, "bob")).key


async def test_groups_in_groups_are_found(authority: Path) -> None:
    nested = (await verify(authority, "bob", groups="nested")).claims["groups"]
    direct = (await verify(authority, "bob", groups="direct")).claims["groups"]
    assert {f"CN=Inner,CN=Users,{BASE}", f"CN=Outer,CN=Users,{BASE}"} <= set(nested)
    assert direct == [f"CN=Inner,CN=Users,{BASE}"]


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("bob", "another", "wrong password"),
        ("nobody", PASSWORD, "nobody in the directory"),
        ("disabled", PASSWORD, "disabled"),
        ("expired", PASSWORD, "account has expired"),
        ("change", PASSWORD, "must be changed"),
    ],
)
async def test_the_state_of_an_account_is_told(
    authority: Path, name: str, password: str, reason: str
) -> None:
    with pytest.raises(Wrong, match=reason):
        await verify(authority, name, password)


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=600)
