"""Writes the CycloneDX bill of materials of the wheel in a folder: `python scripts/sbom.py dist`.

Python packages: what the wheel asks for, and what that asks for, as locked in requirements.lock and installed here.
JavaScript packages: what is in the wheel, with the hashes of deno.lock.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
JS = {
    "poolhouse/sandbox/js/LICENSES.txt": "poolhouse/sandbox/js/deno.lock",
    "poolhouse/wire/console/built/LICENSES.txt": "poolhouse/wire/console/js/deno.lock",
}
"""What names the packages that are in the wheel -> the lock with their hashes."""
PACKAGE = re.compile(r"^-{100}\n\n(@?[^\s@]+) (\S+) \((.+)\)$", re.MULTILINE)

_licenses = LicenseFactory()


def bill(wheel: Path) -> str:
    """As JSON, the same for the same wheel and locks but for its serial number and time."""
    with zipfile.ZipFile(wheel) as contents:
        (told,) = (name for name in contents.namelist() if name.endswith(".dist-info/METADATA"))
        about = metadata.PathDistribution(zipfile.Path(contents, told.removesuffix("METADATA")))
        version, required = about.version, list(about.requires or ())
        python = python_components(required)
        javascript = javascript_components(contents)
    bom = Bom(components=[*python.values(), *javascript])
    bom.metadata.component = root = Component(
        name="poolhouse",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref="poolhouse",
        licenses=[_licenses.make_from_string("Apache-2.0")],
        purl=PackageURL("pypi", None, "poolhouse", version),
    )
    for one in python.values():
        wanted = _needed(metadata.requires(one.name) or ())
        bom.register_dependency(one, [python[name] for name in wanted if name in python])
    own = [python[name] for name in _needed(required) if name in python]
    bom.register_dependency(root, [*own, *javascript])
    return JsonV1Dot6(bom).output_as_string(indent=2)


def python_components(required: Iterable[str]) -> dict[str, Component]:
    """By name: all that `required` brings along on this machine."""
    hashes = locked_hashes()
    found: dict[str, Component] = {}
    waiting = list(_needed(required))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        about = metadata.distribution(name)
        found[name] = Component(
            name=name,
            version=about.version,
            type=ComponentType.LIBRARY,
            bom_ref=f"pypi:{name}@{about.version}",
            licenses=[_licenses.make_from_string(_license(about))],
            purl=PackageURL("pypi", None, name, about.version),
            # Of every file an index has of this version: one is installed, by machine and Python.
            properties=[Property(name="poolhouse:sha256", value=one) for one in hashes[name, about.version]],
        )
        waiting += _needed(about.requires or ())
    return found


def javascript_components(contents: zipfile.ZipFile) -> list[Component]:
    components = []
    for told, locked in JS.items():
        lock = json.loads(contents.read(locked))["npm"]
        hashes = {re.sub(r"(?<=.)_.*", "", name): one["integrity"] for name, one in lock.items()}
        for whole_name, version, license_ in PACKAGE.findall(contents.read(told).decode()):
            scope, _, name = whole_name.rpartition("/")
            algorithm, _, digest = hashes[f"{whole_name}@{version}"].partition("-")
            assert algorithm == "sha512"
            components.append(
                Component(
                    name=name,
                    group=scope or None,
                    version=version,
                    type=ComponentType.LIBRARY,
                    bom_ref=f"npm:{whole_name}@{version}",
                    licenses=[_licenses.make_from_string(license_)],
                    purl=PackageURL("npm", scope or None, name, version),
                    hashes=[HashType(alg=HashAlgorithm.SHA_512, content=base64.b64decode(digest).hex())],
                    properties=[Property(name="poolhouse:inside", value="the wheel")],
                )
            )
    return components


def locked_hashes() -> dict[tuple[str, str], list[str]]:
    lock = (ROOT / "requirements.lock").read_text()
    return {
        (name, version): re.findall(r"--hash=sha256:(\w+)", rest)
        for name, version, rest in re.findall(
            r"^([a-z0-9.-]+)==([^ \\;]+)(.*(?:\n {4}--hash.*)*)", lock, re.MULTILINE
        )
    }


def _needed(required: Iterable[str]) -> list[str]:
    """Names, of those whose markers hold here; extras that somebody asked for are taken with all of theirs."""
    wanted = (Requirement(one) for one in required)
    return [
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is None or one.marker.evaluate({"extra": ""}) or _extra_of_ours(one)
    ]


def _extra_of_ours(one: Requirement) -> bool:
    """granian[uvloop] is the only extra Poolhouse asks for."""
    return one.name == "uvloop" and one.marker is not None and one.marker.evaluate({"extra": "uvloop"})


def _license(about: metadata.Distribution) -> str:
    """The expression a package gives, else its text or its classifiers."""
    said = about.metadata
    classifiers = [
        one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith("License ::")
    ]
    first = (said.get("License") or "").strip().partition("\n")[0]
    return said.get("License-Expression") or first or " AND ".join(classifiers) or "unknown"


def main(folder: Path) -> None:
    (wheel,) = folder.glob("*.whl")
    file = folder / f"{'-'.join(wheel.name.split('-')[:2])}.cdx.json"
    file.write_text(bill(wheel), encoding="utf-8")
    print(f"{file}: {len(json.loads(file.read_text())['components'])} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
