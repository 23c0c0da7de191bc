"""Debian's SimpleSAMLphp as an identity provider, under PHP's own server, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization
from tests.federation.saml.idp import CERTIFICATE, KEY

WWW = Path("/usr/share/simplesamlphp/www")
MISSING = "no SimpleSAMLphp: apt-get install simplesamlphp php-cli php-xml php-mbstring php-curl"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
REDIRECT, POST = (f"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-{one}" for one in ("Redirect", "POST"))
ALGORITHM = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


def is_here() -> bool:
    php = shutil.which("php")
    if php is None or not WWW.is_dir():
        return False
    return (
        subprocess.run([php, "-r", "exit((int) !class_exists('DOMDocument'));"], check=False).returncode == 0
    )


@asynccontextmanager
async def simplesamlphp(folder: Path) -> AsyncIterator[str]:
    """Its origin. Whoever comes is signed in as `zhang` without being asked."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    _settings(folder, origin)
    environment = {**os.environ, "SIMPLESAMLPHP_CONFIG_DIR": str(folder / "config")}
    process = await asyncio.create_subprocess_exec(
        "php", "-S", f"127.0.0.1:{port}", "-t", str(WWW), env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(100):
                try:
                    await http.get(f"{origin}/saml2/idp/metadata.php")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield origin
    finally:
        process.terminate()
        await process.wait()


def knows(folder: Path, entity_id: str, consumer: str, certificate: str) -> None:
    """Tells it of a service provider; `certificate` is bare base64."""
    (folder / "metadata" / "saml20-sp-remote.php").write_text(
        f"<?php\n$metadata['{entity_id}'] = ['AssertionConsumerService' => '{consumer}', "
        f"'NameIDFormat' => '{PERSISTENT}', 'validate.authnrequest' => true, 'certData' => '{certificate}'];\n"
    )


def _settings(folder: Path, origin: str) -> None:
    for name in ("config", "metadata", "cert", "log", "data", "tmp", "sessions"):
        (folder / name).mkdir()
    (folder / "cert" / "idp.pem").write_bytes(
        KEY.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "cert" / "idp.crt").write_bytes(CERTIFICATE.public_bytes(serialization.Encoding.PEM))
    (folder / "config" / "config.php").write_text(
        f"<?php\n$config = ['baseurlpath' => '{origin}/', 'certdir' => '{folder}/cert/', "
        f"'loggingdir' => '{folder}/log/', 'datadir' => '{folder}/data/', 'tempdir' => '{folder}/tmp', "
        f"'metadatadir' => '{folder}/metadata', 'session.phpsession.savepath' => '{folder}/sessions', "
        f"'logging.handler' => 'file', 'secretsalt' => 'of-these-tests', 'auth.adminpassword' => 'of-these-tests', "
        f"'technicalcontact_email' => 'a@acme.example', 'timezone' => 'UTC', 'enable.saml20-idp' => true, "
        f"'session.cookie.secure' => false, 'language.default' => 'en', 'store.type' => 'phpsession', "
        f"'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true]];\n"
    )
    (folder / "config" / "authsources.php").write_text(
        "<?php\n$config = ['static' => ['exampleauth:StaticSource', 'uid' => ['zhang'], "
        "'mail' => ['zhang@acme.example'], 'displayName' => ['张三 & 李四']]];\n"
    )
    (folder / "metadata" / "saml20-idp-hosted.php").write_text(
        f"<?php\n$metadata['{origin}/idp'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.pem', "
        f"'certificate' => 'idp.crt', 'auth' => 'static', 'signature.algorithm' => '{ALGORITHM}', "
        f"'SingleSignOnServiceBinding' => ['{REDIRECT}', '{POST}'], "
        f"'authproc' => [3 => ['class' => 'saml:AttributeNameID', 'attribute' => 'uid', "
        f"'Format' => '{PERSISTENT}']]];\n"
    )
