"""How a client's packages come onto the machine, and the command that runs its driver on them.

Fetching is `make setup`'s (`fetch.py`): a test starts programs and touches loopback only. Packages lie in `.packages/`
beside this file, a folder a client, which git ignores. What is fetched is pinned by version, and by sha256 in
`java/*.sha256`, `python/*.txt` and `go/go.sum`; another file under a known name ends the set-up.
Decision: docs/decisions/0034-clients-of-other-ecosystems.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests import chromium

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FETCHED = HERE / ".packages"
NODE_MODULES = ROOT / "tests" / "js" / "node_modules"

MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy-dependencies"
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>tests</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""


class LeftOut(Exception):
    """The packages cannot be had here; the text says why, and names what is missing."""


class Packages(Protocol):
    """What a client's driver runs on."""

    def fetch(self) -> None:
        """Makes `command` work. Does nothing when it does already; raises LeftOut."""

    def command(self) -> list[str]:
        """The driver's command line; raises LeftOut where the packages are not here."""


@dataclass(frozen=True, slots=True)
class Jars:
    """A client of Maven Central with everything it depends on, and `java/<main>.java` compiled against it.

    `pom`: a file in `java/` that says what is fetched, where that is more than the one client; `beside`: the sources
    that the driver shares with others; `argument`: a file in `java/` that it is given."""

    group: str
    artifact: str
    version: str
    main: str
    pom: str = ""
    beside: str = "Talk"
    argument: str = ""

    @property
    def folder(self) -> Path:
        return FETCHED / f"{self.artifact}-{self.version}"

    @property
    def checksums(self) -> Path:
        return HERE / "java" / f"{self.artifact}-{self.version}.sha256"

    def fetch(self) -> None:
        _need("java", "javac")
        if self._sums() != self.checksums.read_text():
            self._resolve()
            if self._sums() != self.checksums.read_text():
                shutil.rmtree(self.folder)
                raise SystemExit(f"{self.artifact} {self.version}: other jars than {self.checksums} names")
        self._compile()

    def lock(self) -> None:
        self._resolve()
        self.checksums.write_text(self._sums())

    def command(self) -> list[str]:
        _need("java", "javac")
        if not self.folder.exists():
            raise LeftOut(f"the jars of {self.artifact} {self.version} (make setup, with Maven)")
        self._compile()
        classes = f"{self.folder / 'classes'}:{self.folder / 'lib'}/*"
        # One short run each: what the second compiler would win, compiling costs.
        return [
            "java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            classes,
            self.main,
            *([str(HERE / "java" / self.argument)] if self.argument else []),
        ]

    def _resolve(self) -> None:
        _need("mvn")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        pom = self.folder / "pom.xml"
        pom.write_text(self._pom())
        run = subprocess.run(
            ["mvn", "-q", "-B", "-f", pom, MAVEN_COPY, f"-DoutputDirectory={self.folder / 'lib'}"],
            capture_output=True,
            text=True,
        )
        if run.returncode != 0:
            shutil.rmtree(self.folder)
            last = [line for line in run.stdout.splitlines() if "ERROR" in line][:1]
            raise LeftOut(f"Maven could not fetch it: {''.join(last)}")

    def _pom(self) -> str:
        if self.pom:
            return HERE.joinpath("java", self.pom).read_text()
        return POM.format(group=self.group, artifact=self.artifact, version=self.version)

    def _sums(self) -> str:
        jars = sorted((self.folder / "lib").glob("*.jar"))
        return "".join(f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.name}\n" for jar in jars)

    def _compile(self) -> None:
        sources = sorted(HERE.joinpath("java").glob("*.java"))
        wanted = [source for source in sources if source.stem in {self.main, self.beside}]
        stamp = self.folder / "classes" / f"{self.main}.sha256"
        text = _sum_of(wanted)
        if stamp.exists() and stamp.read_text() == text:
            return
        classpath = f"{self.folder / 'lib'}/*"
        subprocess.run(
            ["javac", "-nowarn", "-encoding", "UTF-8", "-d", stamp.parent, "-cp", classpath, *wanted],
            check=True,
        )
        stamp.write_text(text)


@dataclass(frozen=True, slots=True)
class GoModules:
    """Libraries of the Go module proxy and the driver in `go/`, one program. `go/go.mod` and `go.sum` name each by
    version and hash, which `go` itself holds them to."""

    sources: Path = HERE / "go"

    @property
    def program(self) -> Path:
        return FETCHED / "go" / "driver"

    def fetch(self) -> None:
        _need("go")
        self._run("mod", "download", at=os.environ)
        self._build()

    def command(self) -> list[str]:
        _need("go")
        if not self.program.exists():
            raise LeftOut("the program of tests/clients/go (make setup, with Go)")
        self._build()
        return [str(self.program)]

    def _build(self) -> None:
        stamp = self.program.with_suffix(".sha256")
        text = _sum_of(sorted(self.sources.iterdir()))
        if stamp.exists() and stamp.read_text() == text:
            return
        self.program.parent.mkdir(parents=True, exist_ok=True)
        self._run("build", "-o", str(self.program), ".", at=os.environ | {"GOPROXY": "off"})
        stamp.write_text(text)

    def _run(self, *arguments: str, at: Mapping[str, str]) -> None:
        """Raises LeftOut, for a `go` that is too old too: it fetches no newer one."""
        settings = {**at, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
        run = subprocess.run(
            ["go", *arguments], cwd=self.sources, env=settings, capture_output=True, text=True
        )
        if run.returncode != 0:
            raise LeftOut(f"go {arguments[0]}: {run.stderr.strip()}")


@dataclass(frozen=True, slots=True)
class Wheels:
    """A client of PyPI. Without `locked` it is the one of `.venv`; with it, `python/<locked>.txt` names its
    wheels by version and hash, and they are installed beside, for two versions do not fit into one environment."""

    main: str
    locked: str = ""

    @property
    def folder(self) -> Path:
        return FETCHED / self.locked

    def fetch(self) -> None:
        if not self.locked:
            return
        pins = HERE / "python" / f"{self.locked}.txt"
        kept = self.folder / "requirements.txt"
        if kept.exists() and kept.read_text() == pins.read_text():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        uv = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--python", sys.executable]
        subprocess.run([*uv, "--target", self.folder, "--require-hashes", "-r", pins], check=True)
        kept.write_text(pins.read_text())

    def command(self) -> list[str]:
        if self.locked and not self.folder.exists():
            raise LeftOut(f"the wheels of {self.locked} (make setup)")
        driver = [sys.executable, str(HERE / "python" / f"{self.main}.py")]
        return [*driver, str(self.folder)] if self.locked else driver


@dataclass(frozen=True, slots=True)
class Modules:
    """A client of npm, installed with the suite's other modules by the name `module` (tests/js/package.json).

    `key_option`: the option that takes the server's public key, in a version that does not fetch it.
    """

    main: str
    module: str
    key_option: str = ""

    def fetch(self) -> None:
        """`scripts/setup` has installed tests/js already."""

    def command(self) -> list[str]:
        from tests.sdk import node

        if not (NODE_MODULES / self.module).exists():
            raise LeftOut(f"the module {self.module} in tests/js (make setup)")
        driver = [str(node()), str(HERE / "node" / f"{self.main}.cjs"), str(NODE_MODULES / self.module)]
        return [*driver, self.key_option] if self.key_option else driver


@dataclass(frozen=True, slots=True)
class Bundles:
    """A client of npm that runs in a page: `tests/clients/browser/<main>.py` drives it in Chromium.

    Every page of the driver loads `files`, unmodified and in this order: `package/path` of `module`, which
    tests/js/package.json names, or of what it brings along. Scripts (`.js`, `.mjs`) and style sheets (`.css`).
    """

    main: str
    module: str
    files: tuple[str, ...]

    def fetch(self) -> None:
        """`scripts/setup` has installed tests/js already."""

    def command(self) -> list[str]:
        if not (NODE_MODULES / self.module).exists():
            raise LeftOut(f"the module {self.module} in tests/js (make setup)")
        if chromium.binary() is None:
            raise LeftOut(chromium.MISSING)
        # Deno keeps a package and what it depends on side by side.
        beside = (NODE_MODULES / self.module).resolve().parents[self.module.count("/")]
        driver = [sys.executable, "-m", f"tests.clients.browser.{self.main}"]
        return [*driver, *(str(beside / file) for file in self.files)]


def _sum_of(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _need(*programs: str) -> None:
    missing = [program for program in programs if not shutil.which(program)]
    if missing:
        raise LeftOut(f"no {', no '.join(missing)} on the PATH")
