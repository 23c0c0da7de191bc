"""What tests share. Real PostgreSQL: one server a run, one database a worker, one user pool a test.

POOLHOUSE_TEST_DATABASE_URL runs the suite against an outside server, whose user may create databases. Where it is the
coordinator of a Citus, the databases are distributed over its nodes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
import uvicorn
from hypothesis import HealthCheck, settings
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from tests import chromium as chromium_here
from tests.bouncer import between
from tests.nodes import SHARDS, clone_database, drop_database, make_database, on_citus, outside
from tests.order import longest_first
from tests.place import place
from tests.postgres import await_in_thread, on_database, once_a_run, run_sql, start_server, stop_server
from tests.sdk import Sdk
from tests.wire.v3 import published

from poolhouse.app import asgi
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database, opened
from poolhouse.db.distributing import distribute_database
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id
from poolhouse.sandbox.client import Checked, Sandbox
from poolhouse.sandbox.limits import Limits
from poolhouse.sandbox.order import Dialect
from poolhouse.services import Services, build, core
from poolhouse.settings import Settings
from poolhouse.wire.v3.app import V3Wire, row_at
from poolhouse.wire.v3.streaming import StreamedAnswer

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium

settings.register_profile("any machine", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("any machine")
"""How long an example takes says how much else the machine does; tests of time say so themselves."""


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that leads the run owns the folder; xdist's workers inherit its name."""
    if not hasattr(config, "workerinput"):
        # Else each server a test starts compiles all of the program once more.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["POOLHOUSE_TEST_LEADER"] = str(os.getpid())
        on_disk, memory = tempfile.gettempdir(), place()
        folder = tempfile.mkdtemp(prefix="poolhouse-test-", dir=memory)
        os.environ["POOLHOUSE_TEST_FOLDER"] = folder
        if memory is not None:
            Path(folder).chmod(0o755)  # PostgreSQL's user has to pass it
            # What is made for a while, here and in the processes that tests start, goes with the run; pytest's own
            # folders stay for whoever looks into a failure.
            os.environ["TMPDIR"] = tempfile.tempdir = folder
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", on_disk)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        folder = Path(os.environ["POOLHOUSE_TEST_FOLDER"])
        if (url := outside()) and (folder / "template").exists():
            drop_database(url, (folder / "template").read_text())
        stop_server(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Thirty thousand tests are never garbage: nobody looks through them for some while they are made, nor later."""
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    excluded = item.get_closest_marker("not_on_citus")
    if excluded and on_citus():
        pytest.skip(f"not on Citus: {excluded.args[0]}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = longest_first(items)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    return Path(os.environ["POOLHOUSE_TEST_FOLDER"])


@pytest.fixture(scope="session")
def postgres_url(run_folder: Path) -> str:
    """A server tests may create databases on; started by the first test that asks."""
    return outside() or once_a_run(run_folder, "server", lambda: start_server(run_folder))


@pytest.fixture(scope="session")
def template(run_folder: Path, postgres_url: str) -> str:
    """The name of the run's one database that was migrated: others are clones of it."""
    run = run_folder.name.removeprefix("poolhouse-test-")

    def make_template() -> str:
        name = f"poolhouse_{run}"
        url = on_database(postgres_url, name)
        if on_citus():
            make_database(postgres_url, name)
        else:
            run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
        await_in_thread(migrate(url))
        if on_citus():
            await_in_thread(distribute_database(url, SHARDS, lambda *_: None))
        return name

    return once_a_run(run_folder, "template", make_template)


@pytest.fixture(scope="session")
def database_url(run_folder: Path, postgres_url: str, template: str, worker_id: str) -> Iterator[str]:
    """The worker's own migrated database."""
    name = f"{template}_{worker_id}"
    once_a_run(
        run_folder,
        name,
        lambda: clone_database(postgres_url, name, template) or name,
    )
    yield on_database(postgres_url, name)
    drop_database(postgres_url, name)
    (run_folder / name).unlink()


@pytest.fixture(scope="session")
def legacy_url(run_folder: Path, postgres_url: str, worker_id: str) -> Iterator[str]:
    """An empty database of the worker's own that listens on 127.0.0.1: somebody else's, for scripts."""
    name = f"legacy_{run_folder.name.removeprefix('poolhouse-test-')}_{worker_id}"

    def make() -> str:
        run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
        return name

    yield on_database(postgres_url, once_a_run(run_folder, name, make))
    run_sql(postgres_url, f'drop database if exists "{name}" with (force)')
    (run_folder / name).unlink()


@pytest.fixture(scope="session")
async def database(database_url: str, run_folder: Path, worker_id: str) -> AsyncIterator[Database]:
    """Session scoped: tests are apart by their pools, and never assume an empty table."""
    with between(run_folder / f"bouncer-{worker_id}", database_url) as (url, pooler):
        async with opened(url, **pooler) as database:
            yield database


@pytest.fixture
def empty_url(postgres_url: str, template: str) -> Iterator[str]:
    """A migrated database without a row."""
    name = f"empty_{new_id()}"
    clone_database(postgres_url, name, template)
    yield on_database(postgres_url, name)
    drop_database(postgres_url, name)


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data folder that PostgreSQL's user can pass, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="poolhouse-data-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@dataclass(frozen=True, slots=True)
class PoolForTests:
    """A user pool of its own, and the callers tests speak as."""

    id: str

    @property
    def administrator(self) -> Caller:
        return Caller(pool_id=self.id, kind="administrator", actor_id=self.id)

    @property
    def stranger(self) -> Caller:
        return Caller(pool_id=self.id)

    def user(self, user_id: str) -> Caller:
        return Caller(pool_id=self.id, kind="user", actor_id=user_id)


class SandboxForTests(Sandbox):
    """Its pools' scripts are checked by one worker, not each pool's by its own: no test here takes one down."""

    async def check(
        self, source: str, function: str, *, key: str = "", dialect: Dialect = "poolhouse"
    ) -> Checked:
        return await super().check(source, function, key=dialect, dialect=dialect)


@pytest.fixture(scope="session")
async def services(database: Database, run_folder: Path) -> AsyncIterator[Services]:
    """The composition root, with password hashes that cost little and workers that do not wait for another call.

    Each test has a pool of its own, so nobody calls its worker again: kept, dozens would be pinged every second.
    """
    folder = run_folder / f"data-{os.getpid()}"
    hasher = PasswordHasher(memory_kib=64, passes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "Sandbox", partial(SandboxForTests, Limits(idle_stop_s=5.0)))
        built = await build(Settings(data=folder), database, hasher)
    yield built
    hasher.close()


@pytest.fixture(scope="session")
def held_to_the_contract() -> Iterator[list[str]]:
    """What no typed client could read of the answers that v3 gave in this process, through whatever door."""
    answered, misfits = V3Wire.answer, list[str]()

    async def held(wire: V3Wire, request: Request, path: str) -> Response:
        answer = await answered(wire, request, path)
        led = isinstance(answer, RedirectResponse) and row_at(request.method, path).leads
        if isinstance(answer, StreamedAnswer) or led:
            return answer
        misfits.extend(published.misfits(request.method, path, json.loads(bytes(answer.body))))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(V3Wire, "answer", held)
        yield misfits


@pytest.fixture(autouse=True)
def logs_of_one_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How a test has logs written ends with it. No logger keeps what it was told: it would write to a closed file."""
    known, configure = structlog.get_config(), structlog.configure
    monkeypatch.setattr(
        structlog, "configure", lambda **given: configure(**given | {"cache_logger_on_first_use": False})
    )
    yield
    configure(**known)


@pytest.fixture(autouse=True)
def every_answer_of_v3_is_what_was_promised(held_to_the_contract: list[str]) -> Iterator[None]:
    """The test that gets an answer of v3 outside of docs/contract/v3 fails, whatever it was about."""
    held_to_the_contract.clear()
    yield
    assert not held_to_the_contract, "\n".join(dict.fromkeys(held_to_the_contract))


@pytest.fixture
async def pool(services: Services) -> PoolForTests:
    return PoolForTests((await services.pools.create("mine")).id)


@pytest.fixture
async def other_pool(services: Services) -> PoolForTests:
    """The neighbour, to whom everything of `pool` is invisible."""
    return PoolForTests((await services.pools.create("theirs")).id)


@pytest.fixture(scope="session")
async def server(services: Services) -> AsyncIterator[str]:
    """The address of a real server over the test's services; it runs while a test awaits."""
    config = uvicorn.Config(asgi(services), port=0, log_level="warning", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """One for all tests: each opens a context of its own, with its own cookies."""
    from playwright.async_api import async_playwright  # not quick to import, and asked for by few

    binary = chromium_here.binary()
    if binary is None:
        pytest.skip(chromium_here.MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=binary, args=chromium_here.flags())
        yield browser
        await browser.close()


@pytest.fixture
async def sdk(server: str, services: Services, pool: PoolForTests) -> Sdk:
    """The official JavaScript client of `pool`, and of an application in it."""
    secret = (await services.pools.get(pool.id)).secret
    app = await services.apps.create(pool.administrator, "an application")
    management = {"userPoolId": pool.id, "secret": secret, "host": server}
    authentication = {"appId": app.id, "secret": app.secret, "appHost": server, "host": server}
    return Sdk(management, authentication)
