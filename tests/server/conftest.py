"""The site over small real releases, served as it is in production."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from serving import serving
from small_release import make_release
from starlette.types import ASGIApp

from lod.server.app import create_app
from lod.server.sparql.question import QueryLimits

ONE_WORKER = QueryLimits(workers=1, spare=0)  # each is a process that imports the store: most tests ask no query


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A releases folder with one published release; tests only read it."""
    folder = tmp_path_factory.mktemp("releases")
    make_release(folder)
    return folder


Open = Callable[[Path], httpx.Client]


@pytest.fixture(scope="session")
def url(releases: Path) -> Iterator[str]:
    """Where the site over the published release listens."""
    with serving(create_app(releases)) as address:
        yield address


@pytest.fixture(scope="session")
def site(url: str) -> Iterator[httpx.Client]:
    """A client of that site that follows no redirect and sends no Accept of its own."""
    with httpx.Client(base_url=url, follow_redirects=False, trust_env=False, timeout=60) as client:
        client.headers.pop("accept", None)
        yield client


@contextmanager
def opening() -> Iterator[Open]:
    """Serves further releases folders, each with one query worker, until the end."""
    with ExitStack() as stack:

        def open_(releases: Path) -> httpx.Client:
            address = stack.enter_context(serving(create_app(releases, limits=ONE_WORKER)))
            return stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=60))

        yield open_


@pytest.fixture
def open_site() -> Iterator[Open]:
    """Serves another releases folder for the length of a test."""
    with opening() as open_:
        yield open_


@pytest.fixture(scope="module")
def open_for_module() -> Iterator[Open]:
    """Serves another releases folder, which tests only read, for all tests of a module."""
    with opening() as open_:
        yield open_


OpenApp = Callable[[ASGIApp], httpx.Client]


@pytest.fixture
def open_app() -> Iterator[OpenApp]:
    """Serves an application for the length of a test."""
    with ExitStack() as stack:

        def open_(app: ASGIApp) -> httpx.Client:
            address = stack.enter_context(serving(app))
            return stack.enter_context(httpx.Client(base_url=address, trust_env=False, timeout=60))

        yield open_


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serves further releases folders for as long as the tests run; where each listens."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serving(create_app(folder, limits=ONE_WORKER)))


@pytest.fixture(scope="session")
def make() -> Callable[..., Path]:
    """Makes further releases, in a folder of the test's own."""
    return make_release


@pytest.fixture(scope="session")
def comunica() -> str:
    """The command of Comunica, a client of others: on PATH, or as `make test` installs it."""
    ours = Path(__file__).resolve().parents[2] / "web" / "clients" / "node_modules" / ".bin"
    found = shutil.which("comunica-sparql", path=os.pathsep.join([os.environ.get("PATH", ""), str(ours)]))
    if found is None or shutil.which("node") is None:
        pytest.skip("no Comunica: make test installs it where npm is")
    return found
