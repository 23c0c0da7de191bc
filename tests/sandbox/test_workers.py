"""The lives of workers: queue, growth, recycling, deaths and who suffers from them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import uvloop

from poolhouse.errors import InvalidInput, Overloaded
from poolhouse.sandbox.client import Killed, Returned, Sandbox, SyntaxProblem
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import WorkerSpec

from .world import pids_of

SPEC = WorkerSpec(key="workers", env={}, preload=())
QUICK = "async function login(n) { return n }"
SLOW = "async function login(ms) { await new Promise((done) => setTimeout(done, ms)); return ms }"
LOOP = "async function login() { while (true); }"


@asynccontextmanager
async def fresh(limits: Limits | None = None, **options: int) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(limits, **options)
    try:
        yield sandbox
    finally:
        await sandbox.close()


async def run(sandbox: Sandbox, source: str, *args: object, spec: WorkerSpec = SPEC, **options: object):
    asked = {"timeout_ms": 3000, "read_only": True, **options}
    return await sandbox.run(spec, source=source, function="login", args=list(args), **asked)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def test_a_full_queue_refuses_at_once() -> None:
    async with fresh(Limits(in_flight=1, queued=2, workers_per_connection=1)) as sandbox:
        await run(sandbox, QUICK, 1)
        calls = [asyncio.create_task(run(sandbox, SLOW, 300)) for _ in range(3)]
        await asyncio.sleep(0.05)
        started = time.monotonic()
        with pytest.raises(Overloaded):
            await run(sandbox, QUICK, 1)
        assert time.monotonic() - started < 0.1
        assert all(isinstance(outcome, Returned) for outcome in await asyncio.gather(*calls))


async def test_a_busy_connection_grows_to_two_workers_and_no_further() -> None:
    async with fresh(Limits(in_flight=2, grow_above_in_flight=2, grow_after_ms=20)) as sandbox:
        outcomes = await asyncio.gather(*(run(sandbox, SLOW, 400) for _ in range(12)))
        assert all(isinstance(outcome, Returned) for outcome in outcomes)
        assert len(pids_of(sandbox, "workers")) == 2


async def test_a_worker_is_replaced_after_its_calls_and_nobody_waits() -> None:
    async with fresh(Limits(recycle_calls=5)) as sandbox:
        seen = set()
        for n in range(30):
            assert (await run(sandbox, QUICK, n)).value == n
            seen |= set(pids_of(sandbox, "workers"))
            await asyncio.sleep(0.02)
        assert len(seen) >= 2


async def test_an_idle_worker_is_stopped_and_comes_back() -> None:
    async with fresh(Limits(idle_stop_s=0.1, heartbeat_ms=50)) as sandbox:
        await run(sandbox, QUICK, 1)
        (pid,) = pids_of(sandbox, "workers")
        async with asyncio.timeout(5):
            while not gone(pid):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert (await run(sandbox, QUICK, 2)).value == 2


async def test_reading_calls_survive_a_neighbouring_loop_and_writing_calls_are_told() -> None:
    async with fresh(Limits(hard_timeout_grace_ms=100)) as sandbox:
        await run(sandbox, QUICK, 1)
        loop = asyncio.create_task(run(sandbox, LOOP, timeout_ms=300))
        reader = asyncio.create_task(run(sandbox, SLOW, 200))
        writer = asyncio.create_task(run(sandbox, SLOW, 200, read_only=False))
        looped, read, written = await asyncio.gather(loop, reader, writer)
        assert isinstance(looped, Killed)
        assert looped.reason in (KillReason.HARD_TIMEOUT, KillReason.UNRESPONSIVE)
        assert isinstance(read, Returned), read
        assert isinstance(written, Killed)
        assert written.reason is KillReason.RESTARTED


async def test_the_heartbeat_finds_a_loop_long_before_the_timeout() -> None:
    async with fresh(Limits(heartbeat_ms=50, unresponsive_ms=400)) as sandbox:
        started = time.monotonic()
        outcome = await run(sandbox, LOOP, timeout_ms=20_000)
        assert isinstance(outcome, Killed)
        assert outcome.reason is KillReason.UNRESPONSIVE
        assert time.monotonic() - started < 10


async def test_a_changed_connection_gets_new_workers_and_running_calls_finish() -> None:
    async with fresh() as sandbox:
        show = "async function login() { return env.COLOUR ?? null }"
        before = replace(SPEC, env={"COLOUR": "red"})
        assert (await run(sandbox, show, spec=before)).value == "red"
        running = asyncio.create_task(run(sandbox, SLOW, 300, spec=before))
        await asyncio.sleep(0.05)
        assert (await run(sandbox, show, spec=replace(SPEC, env={"COLOUR": "blue"}))).value == "blue"
        assert (await running).value == 300


async def test_a_full_machine_stops_the_longest_idle_worker() -> None:
    async with fresh(workers_most=2) as sandbox:
        for key in ("a", "b", "c"):
            assert (await run(sandbox, QUICK, key, spec=replace(SPEC, key=key))).value == key
        assert pids_of(sandbox, "a") == ()
        assert len(pids_of(sandbox, "b")) == len(pids_of(sandbox, "c")) == 1


async def test_closing_leaves_no_process() -> None:
    async with fresh() as sandbox:
        await run(sandbox, QUICK, 1)
        (pid,) = pids_of(sandbox, "workers")
        waiting = asyncio.create_task(run(sandbox, SLOW, 60_000, timeout_ms=20_000))
        await asyncio.sleep(0.05)
        await sandbox.close()
        assert gone(pid)
        killed = await waiting
        assert isinstance(killed, Killed)
        assert killed.reason is KillReason.CLOSED


async def test_a_cancelled_call_frees_its_place() -> None:
    async with fresh(Limits(in_flight=1, queued=2, workers_per_connection=1)) as sandbox:
        await run(sandbox, QUICK, 1)
        slow = asyncio.create_task(run(sandbox, SLOW, 2500))
        await asyncio.sleep(0.05)
        slow.cancel()
        started = time.monotonic()
        assert (await run(sandbox, QUICK, 2)).value == 2
        assert time.monotonic() - started < 2


async def test_workers_die_with_a_server_that_was_killed() -> None:
    program = (
        "import asyncio\n"
        "from poolhouse.sandbox.client import Sandbox\n"
        "from poolhouse.sandbox.order import WorkerSpec\n"
        "async def main():\n"
        "    s = Sandbox()\n"
        "    spec = WorkerSpec(key='k', env={}, preload=())\n"
        f"    await s.run(spec, source={QUICK!r}, function='login', args=[1], timeout_ms=5000, read_only=True)\n"
        "    print(s.status().connections[0].workers.pids[0], flush=True)\n"
        f"    await s.run(spec, source={LOOP!r}, function='login', args=[], timeout_ms=20000, read_only=True)\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert server.stdout
    pid = int(server.stdout.readline())
    await asyncio.sleep(0.2)
    server.send_signal(signal.SIGKILL)
    server.wait()
    async with asyncio.timeout(5):
        while not gone(pid):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_syntax_error_is_placed(sandbox: Sandbox) -> None:
    problem = (await sandbox.check("async function login() {\n  const a = [1, 2;\n}\n", "login")).problem
    assert problem == SyntaxProblem("Unexpected token ';'", 2, 18, "  const a = [1, 2;")
    assert (await sandbox.check("while (true);", "login")).problem is None  # compiled, not run
    with pytest.raises(InvalidInput):
        await sandbox.check("x" * 100_001, "login")


@pytest.mark.parametrize("pattern", ["[" + "\\p{L}" * 10_000 + "]", "(" * 30_000 + ")" * 30_000])
async def test_a_source_too_dear_to_compile_is_a_problem_of_its_own(pattern: str) -> None:
    async with fresh() as sandbox:
        source = f"async function login() {{ return /{pattern}/v; }}"
        problem = (await sandbox.check(source, "login", key="p")).problem
        assert problem is None or problem.message
        assert (await sandbox.check("async function login() {}", "login", key="p")).problem is None


async def test_a_check_that_never_answers_is_told_as_a_problem() -> None:
    async with fresh(Limits(hard_timeout_grace_ms=-4_900)) as sandbox:
        while (await sandbox.check("1", "login", key="p")).problem is not None:
            pass
        os.kill(pids_of(sandbox, "p check")[0], signal.SIGSTOP)
        problem = (await sandbox.check("1", "login", key="p")).problem
        assert problem is not None
        assert "more memory or time" in problem.message


async def test_checks_whose_worker_dies_are_made_again() -> None:
    async with fresh() as sandbox:
        await sandbox.check(QUICK, "login", key="p")
        (pid,) = pids_of(sandbox, "p check")
        os.kill(pid, signal.SIGSTOP)
        checks = [asyncio.create_task(sandbox.check(QUICK, "login", key="p")) for _ in range(2)]
        while next(c for c in sandbox.status().connections if c.key == "p check").workers.in_flight < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
        assert [checked.problem for checked in await asyncio.gather(*checks)] == [None, None]


async def test_one_connection_does_not_grow_into_the_last_places() -> None:
    limits = Limits(in_flight=1, workers_per_connection=9, grow_above_in_flight=0, grow_after_ms=1)
    async with fresh(limits, workers_most=4) as sandbox:
        greedy = [asyncio.create_task(run(sandbox, SLOW, 2_000)) for _ in range(12)]
        async with asyncio.timeout(30):
            while len(pids_of(sandbox, "workers")) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (await run(sandbox, QUICK, 1, spec=replace(SPEC, key="modest"))).value == 1
        assert len(pids_of(sandbox, "workers")) == 3
        for call in greedy:
            call.cancel()


@asynccontextmanager
async def crowded(workers: int) -> AsyncIterator[tuple[Sandbox, tuple[int, ...]]]:
    """A sandbox without a free place: a greedy connection has so many workers, whose pids are given, the oldest first,
    another has one, and a third is refused."""
    limits = Limits(in_flight=1, workers_per_connection=workers, grow_above_in_flight=0, grow_after_ms=1)
    async with fresh(limits, workers_most=workers + 1) as sandbox, asyncio.timeout(30):
        greedy = [asyncio.create_task(run(sandbox, SLOW, 300)) for _ in range(40)]
        while len(pids_of(sandbox, "workers")) < workers:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        grown = pids_of(sandbox, "workers")
        busy = asyncio.create_task(run(sandbox, SLOW, 2_500, spec=replace(SPEC, key="second")))
        while not pids_of(sandbox, "second"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(Overloaded):
            await run(sandbox, QUICK, 1, spec=replace(SPEC, key="third"))
        yield sandbox, grown
        for call in (*greedy, busy):
            call.cancel()


async def test_who_has_several_workers_gives_one_to_who_has_none() -> None:
    async with crowded(2) as (sandbox, _):
        while len(pids_of(sandbox, "workers")) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (await run(sandbox, QUICK, 1, spec=replace(SPEC, key="third"))).value == 1


async def test_of_several_workers_the_youngest_is_given_up() -> None:
    """The oldest has what the connection's calls keep open; the youngest was started for a rush."""
    async with crowded(3) as (sandbox, (*elders, youngest)):
        while len(pids_of(sandbox, "workers")) > 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert list(pids_of(sandbox, "workers")) == elders, f"and not {youngest}"


async def test_what_a_call_used_is_collected_after_it() -> None:
    """Six hundred realms would not fit into the heap at once."""
    async with fresh(Limits(recycle_calls=10**9)) as sandbox:
        for _ in range(600):
            outcome = await run(sandbox, QUICK, 1)
            assert isinstance(outcome, Returned), outcome


async def test_calls_that_follow_each_other_at_once_do_not_die_of_what_those_before_used() -> None:
    """As a server's loop sends them: a worker lets go of realms only while it has nothing to do."""
    source = "async function login() { return ['pg', 'lodash', 'bcrypt', 'crypto'].map(require).length; }"

    async def calls() -> None:
        async with fresh(Limits(recycle_calls=10**9)) as sandbox:
            for _ in range(700):
                outcome = await run(sandbox, source, 1)
                assert isinstance(outcome, Returned), outcome

    await asyncio.to_thread(uvloop.run, calls())
