"""The proxies' examples of docs/operations/proxy.md, asked of the proxies where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "operations" / "proxy.md").read_text()


def example(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def with_certificate(text: str, folder: Path) -> str:
    key, certificate = folder / "id.example.com.key", folder / "id.example.com.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=id.example.com",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    certificate.write_text(certificate.read_text() + key.read_text())
    return text.replace("/etc/ssl/", f"{folder}/")


def nginx_takes(server: str, folder: Path) -> None:
    file = folder / "nginx.conf"
    file.write_text(f"pid {folder}/pid;\nevents {{}}\nhttp {{\n{with_certificate(server, folder)}\n}}\n")
    ran = subprocess.run(
        ["nginx", "-t", "-c", str(file), "-e", str(folder / "log")], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


def haproxy_takes(text: str, folder: Path) -> None:
    file = folder / "haproxy.cfg"
    file.write_text(with_certificate(text, folder))
    ran = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_takes_the_example(tmp_path: Path) -> None:
    nginx_takes(example("nginx"), tmp_path)


@pytest.mark.skipif(not shutil.which("haproxy"), reason="HAProxy is not installed")
def test_haproxy_takes_the_example(tmp_path: Path) -> None:
    haproxy_takes(example("haproxy"), tmp_path)
