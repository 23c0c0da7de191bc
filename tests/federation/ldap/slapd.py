"""OpenLDAP's server, on loopback, in a folder of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.federation.ldap.certificates import Authority

MISSING = "no slapd: apt-get install slapd (`make identity-peers` says more)"
BASE = "dc=corp,dc=example"
PEOPLE = f"ou=people,{BASE}"
READER, READERS_PASSWORD = f"cn=reader,{BASE}", "reads people"
_CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit 1000
# A bind with a name and no password: refused by default, and taken by many a directory.
allow bind_anon_cred bind_anon_dn
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
maxsize 16777216
index objectClass,uid,mail,member eq
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""
_ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: corp
o: Corp

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READERS_PASSWORD}

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: uid=zhang,{PEOPLE}
objectClass: inetOrgPerson
uid: zhang
cn:: 5byg5LiJ
sn:: 5byg
mail: zhang@corp.example
mobile: +8613800138000
userPassword: zhang's password

dn: cn=Smith\\, Ann + uid=ann,{PEOPLE}
objectClass: inetOrgPerson
uid: ann
cn: Smith, Ann
sn: Smith
mail: shared@corp.example
userPassword: ann's password

dn: uid=bob,{PEOPLE}
objectClass: inetOrgPerson
uid: bob
cn: Bob
sn: B
mail: shared@corp.example
userPassword: bob's password

dn: uid=a*(b)\\\\c,{PEOPLE}
objectClass: inetOrgPerson
uid: a*(b)\\c
cn: Odd
sn: Odd
userPassword: odd's password

dn: uid=double,ou=people,{BASE}
objectClass: inetOrgPerson
uid: double
cn: First
sn: First
userPassword: the same

dn: ou=more,{PEOPLE}
objectClass: organizationalUnit
ou: more

dn: uid=double,ou=more,{PEOPLE}
objectClass: inetOrgPerson
uid: double
cn: Second
sn: Second
userPassword: the same

dn: ou=elsewhere,{BASE}
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://127.0.0.1:1/ou=elsewhere,{BASE}

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: cn=staff,ou=groups,{BASE}
objectClass: groupOfNames
cn: staff
member: uid=zhang,{PEOPLE}
member: cn=Smith\\, Ann+uid=ann,{PEOPLE}

dn: cn=others,ou=groups,{BASE}
objectClass: groupOfNames
cn: others
member: uid=bob,{PEOPLE}
"""


class Slapd:
    def __init__(self, port: int, tls_port: int, authority: Authority) -> None:
        self.port, self.tls_port, self.authority = port, tls_port, authority

    def fields(self, **changed: object) -> dict[str, object]:
        """Of a connection, which looks for people by an account, over StartTLS."""
        return {
            "url": f"ldap://127.0.0.1:{self.port}",
            "caCertificate": self.authority.pem,
            "bindDn": READER,
            "bindCredentials": READERS_PASSWORD,
            "usersBaseDn": PEOPLE,
            **changed,
        }


def is_installed() -> bool:
    return shutil.which("slapd") is not None and shutil.which("slapadd") is not None


@contextmanager
def running(folder: Path) -> Iterator[Slapd]:
    authority = Authority()
    certificate, key = authority.write(folder, "127.0.0.1")
    (folder / "data").mkdir()
    configuration = folder / "slapd.conf"
    text = _CONFIGURATION.format(folder=folder, certificate=certificate, key=key, base=BASE)
    configuration.write_text(text)
    (folder / "entries.ldif").write_text(_ENTRIES.lstrip())
    subprocess.run(
        ["slapadd", "-q", "-f", str(configuration), "-l", str(folder / "entries.ldif")],
        check=True,
        capture_output=True,
        timeout=30,
    )
    ports = _free_ports()
    urls = f"ldap://127.0.0.1:{ports[0]} ldaps://127.0.0.1:{ports[1]}"
    process = subprocess.Popen(
        ["slapd", "-f", str(configuration), "-h", urls, "-d", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for port in ports:
            _wait_for(port, process)
        yield Slapd(*ports, authority)
    finally:
        process.terminate()
        process.wait(10)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.02)
