from __future__ import annotations

import ipaddress
import json
from pathlib import Path

import pytest

from poolhouse.networks import split_host
from poolhouse.sandbox.client import Returned, Sandbox
from poolhouse.sandbox.network import reach
from poolhouse.sandbox.order import WorkerSpec

from .world import World, pids_of, world


def refused(deny: tuple[str, ...], address: str) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(entry.strip("[]")) for entry in deny)


async def test_an_allowed_private_address_is_cut_out_and_its_neighbours_stay_refused() -> None:
    found = await reach(["10.20.30.40:5432"])
    assert found.allow == ("10.20.30.40:5432",)
    assert found.ports == (5432,)
    assert not refused(found.deny, "10.20.30.40")
    for address in ("10.20.30.41", "10.0.0.1", "127.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "::1"):
        assert refused(found.deny, address), address


@pytest.mark.parametrize("address", ["169.254.169.254", "100.100.100.200", "0.0.0.0"])
async def test_a_metadata_address_stays_refused_even_when_named(address: str) -> None:
    assert refused((await reach([f"{address}:80"])).deny, address)


async def test_ipv6_is_opened_only_for_a_database_that_has_nothing_else() -> None:
    assert not (await reach(["10.0.0.1:5432"])).ipv6
    assert (await reach(["[2001:db8::1]:5432"])).ipv6
    assert (await reach(["[2001:db8::1]:5432"])).allow == ("[2001:db8::1]:5432",)


@pytest.mark.parametrize(
    "entry", ["db", "db:", "db:0", "db:70000", ":5432", "a,b:1", "*:1", "::1:5432", "db:x"]
)
def test_an_entry_that_is_no_host_and_port_is_refused(entry: str) -> None:
    with pytest.raises(ValueError):
        split_host(entry)


async def test_a_name_that_turns_to_another_private_address_is_refused(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The name is allowed to Deno; what it resolves to now is not what it resolved to at the start."""
    async with world(tmp_path_factory.mktemp("rebinding"), sandbox) as house:
        spec = WorkerSpec(key="rebinding", env={}, allow_hosts=(f"localhost:{house.allowed.port}",))
        allowed = await _fetch(sandbox, spec, f"http://localhost:{house.allowed.port}/hello", house)
        assert allowed == {"hello": "world"}
        import poolhouse.sandbox.network as network

        before = network._resolve

        async def earlier(host: str, port: int) -> set[network.Address]:
            return {ipaddress.ip_address("10.1.2.3")}

        network._resolve = earlier
        try:
            hits = house.allowed.hits
            spec = WorkerSpec(key="rebound", env={}, allow_hosts=(f"localhost:{house.allowed.port}",))
            answer = await _fetch(sandbox, spec, f"http://localhost:{house.allowed.port}/hello", house)
            assert answer == "refused"
            assert house.allowed.hits == hits
        finally:
            network._resolve = before


async def _fetch(sandbox: Sandbox, spec: WorkerSpec, url: str, house: World) -> object:
    source = f"""async function login() {{
      try {{ return await (await fetch({json.dumps(url)})).json(); }} catch {{ return 'refused'; }}
    }}"""
    outcome = await sandbox.run(
        spec, source=source, function="login", args=[], timeout_ms=5000, read_only=True
    )
    assert isinstance(outcome, Returned), outcome
    return outcome.value


async def test_a_worker_is_started_without_any_source_of_modules(sandbox: Sandbox) -> None:
    """Registries are outside addresses, which a test does not even try: the flags that forbid them are read."""
    spec = WorkerSpec(key="no sources", env={}, modules=(), preload=())
    source = "async function login() {}"
    await sandbox.run(spec, source=source, function="login", args=[], timeout_ms=5000, read_only=True)
    flags = Path(f"/proc/{pids_of(sandbox, 'no sources')[0]}/cmdline").read_text().split("\0")
    assert {"--no-remote", "--cached-only", "--deny-import"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith(("--allow-import", "--allow-read", "--allow-run"))]
