"""`lod serve`: the site over the published release."""

from __future__ import annotations

import errno
import os
import resource
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from lod.cli import output
from lod.cli.elsewhere import say_what_is_missing, store_elsewhere
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, quiet_and_verbose
from lod.cli.output import Settings
from lod.errors import LodError, UsageError
from lod.server.allocator import start_tuned
from lod.wording import say

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn import Config

    from lod.project.model import ServeOptions
    from lod.release.release import Release
    from lod.server.request_log import RequestLogOptions
    from lod.server.sparql.question import QueryLimits
    from lod.store.transport import Endpoint

_BACKLOG = 2048
_THIS_MACHINE = ("127.0.0.1", "::1")  # a proxy here is believed who asks
_ENDS_WITHIN = 15  # seconds that requests under way have when it stops
_MOST_FILES = 1 << 16  # open at once: connections above all
_SILENT_FOR = 60  # seconds that a process may be silent on a busy machine before another takes its place


@click.command("serve")
@click.option("--host", metavar="ADDRESS", help="Where to listen; else [serve] host of lod.toml, else 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Else [serve] port of lod.toml, else 8080. 0: any that is free."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    help="Tell figures for Prometheus on this port of the machine itself (127.0.0.1); else nowhere.",
)
@click.option(
    "--log",
    type=click.Choice(["none", "text", "json"]),
    help="Note each request in a line on standard error, without who asked; else [serve] log of lod.toml, else none.",
)
@click.option(
    "--release",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Serve this one release folder, for a machine that was handed a copy. No project is needed; with --project, "
    "[serve] and theme of its lod.toml hold.",
)
@click.option(
    "--theme",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder of your own templates, texts and static files; else theme of lod.toml.",
)
@in_project
@quiet_and_verbose
@click.pass_obj
def command(
    settings: Settings,
    host: str | None,
    port: int | None,
    workers: int,
    metrics_port: int | None,
    log: str | None,
    folder: Path | None,
    theme: Path | None,
    project: Path,
) -> int:
    """Serve the published release: pages for people, data for machines, SPARQL for researchers.

    A release that is published meanwhile is taken up without a restart. Ctrl-C stops.

    \b
    Examples:
      lod serve
      lod serve --port 8081 --workers 2 --metrics-port 9100
      lod serve --release /srv/releases/3-1f0c22ab
    """
    start_tuned()
    from lod.project.model import ServeOptions
    from lod.release.release import open_current, open_release
    from lod.server.theme import open_theme
    from lod.store.snapshot import open_snapshot

    loaded = open_project(settings, project, to_build=False) if folder is None or _is_given("project") else None
    if folder is None:
        assert loaded is not None
        served, release = loaded.releases, open_current(loaded.releases)
    else:
        served, release = existing(folder).absolute(), open_release(folder.resolve())
    open_snapshot(release.store)  # say now, in one line, if the store is missing or damaged
    theme = existing(theme) if theme else loaded.theme if loaded else None
    open_theme(theme)  # and if the theme is wrong, what is wrong with it
    serve = loaded.serve if loaded else ServeOptions()
    limits = query_limits(serve)
    elsewhere = store_elsewhere(loaded.store) if loaded and loaded.store and folder is None else None
    try_workers(limits)  # likewise, and if something listens where figures are to be told
    figures = ("127.0.0.1", metrics_port) if metrics_port else None
    if figures:
        listen(*figures, option="--metrics-port").close()
    listener = listen(host or serve.host, serve.port if port is None else port)
    _say_where(release, _address(listener), settings, elsewhere)
    app = partial(
        _application,
        served,
        is_one=folder is not None,
        limits=limits,
        metrics=figures if workers == 1 else None,
        elsewhere=elsewhere,
        theme=theme,
        log=_log_options(settings, serve, log),
    )
    _allow_connections()
    with _shared_figures(figures if workers > 1 else None):
        _tell_supervisor()
        _answer(_configuration(app, settings, workers, serve.proxies, limits.seconds), listener)
    return 0


def _say_where(release: Release, address: str, settings: Settings, elsewhere: Endpoint | None) -> None:
    """What is served, and where; and what a store elsewhere lacks of it."""
    name = release.manifest.name
    output.line(say("Release {name} is served at {address}", name=name, address=address), settings)
    output.line(say("  catalogue {address}catalog", address=address), settings)
    output.line(f"  SPARQL    {address}sparql", settings)
    output.line(say("Ctrl-C stops."), settings)
    if elsewhere:
        say_what_is_missing(release, elsewhere, settings)


def _application(served: Path, *, is_one: bool, **how: Any) -> ASGIApp:
    """The site over a releases folder, or over the one release that a path, perhaps a link, leads to just now."""
    from lod.server.app import create_app

    if not is_one:
        return create_app(served, **how)
    there = served.resolve()
    return create_app(there.parent, release=there.name, **how)


def _is_given(option: str) -> bool:
    """Whether an option was written, not only assumed."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _log_options(settings: Settings, serve: ServeOptions, asked: str | None) -> RequestLogOptions | None:
    """How requests are noted: as asked, else as `[serve]` says, else with --verbose as text."""
    from lod.server.request_log import RequestLogOptions

    form = asked or serve.log
    if form == "none" and (asked or not settings.verbose):
        return None
    return RequestLogOptions(secrets.token_bytes(16), form == "json", serve.log_queries == "text")


def query_limits(serve: ServeOptions) -> QueryLimits:
    """What a query may take: as `[serve]` says, else as the server has it."""
    from lod.server.sparql.question import QueryLimits

    usual = QueryLimits()
    seconds = serve.query_seconds or usual.seconds
    return replace(
        usual,
        seconds=seconds,
        waiting_seconds=min(usual.waiting_seconds, seconds / 2),  # who waited is answered in time, too
        rows=serve.query_rows or usual.rows,
        bytes=serve.query_megabytes * 1_000_000 or usual.bytes,
        client_seconds=serve.client_seconds or usual.client_seconds,
        services=serve.services,
    )


def try_workers(limits: QueryLimits) -> None:
    """Start what query workers are forked from, and end it.

    Raises:
        LodError: LOD9111 it does not start.
    """
    import asyncio  # here: --help must not wait for it

    from lod.server.sparql.fork_server_process import Workers

    async def start() -> None:
        async with Workers(limits.memory_bytes):
            pass

    asyncio.run(start())


def _allow_connections() -> None:
    """Let this process and those that it starts have more files open: most systems begin with 1,024.

    Else as many slow clients would keep everybody out.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if 0 <= soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def _shared_figures(address: tuple[str, int] | None) -> Iterator[None]:
    """Of several processes, the one that starts them tells the figures of all: it stays when they are replaced.

    They add up in a folder that is named before any of them is started.
    """
    if address is None:
        yield
        return
    with TemporaryDirectory(prefix="lod-figures-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from lod.server.metrics import telling

        with telling(address):
            yield


def listen(host: str, port: int, *, option: str = "--port") -> socket.socket:
    """A listening socket, so that a taken port is known before anything is started. `option` chooses another.

    Raises:
        UsageError: LOD0002 the port is taken, LOD0004 this machine cannot listen there.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            other = f"{option} {port + 1}"
            hint = say("something listens there already; choose another port: {other}", other=other)
            raise UsageError(
                say("port {port} of {host} is taken", port=port, host=host), hint=hint, code="LOD0002"
            ) from error
        hint = say("an address of this machine and a port above 1023 will do: --host 127.0.0.1 --port 8080")
        raise UsageError(
            say("cannot listen on {host}:{port}: {strerror}", host=host, port=port, strerror=error.strerror),
            hint=hint,
            code="LOD0004",
        ) from error
    return listener


def _tell_supervisor() -> None:
    """Let systemd know that all is well and the port is open: a unit of `Type=notify` has started then.

    The protocol of sd_notify(3): https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
    """
    address = os.environ.pop("NOTIFY_SOCKET", "")
    if address:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
            there.sendto(b"READY=1", f"\0{address[1:]}" if address.startswith("@") else address)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


def _configuration(
    app: Callable[[], ASGIApp], settings: Settings, workers: int, proxies: tuple[str, ...], seconds: float
) -> Config:
    """How uvicorn serves. `proxies`: that are believed who asks; `seconds`: that a query may take."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from lod.server.http_protocol import TolerantProtocol
    from lod.server.request_log import LOGGER, WithoutBroken

    logging = deepcopy(LOGGING_CONFIG)
    logging["formatters"]["bare"] = {"format": "%(message)s"}
    logging["handlers"]["requests"] = {
        "class": "logging.StreamHandler",
        "formatter": "bare",
        "stream": "ext://sys.stderr",
    }
    logging["filters"] = {"whole": {"()": WithoutBroken}}
    logging["loggers"]["uvicorn.error"]["filters"] = ["whole"]
    logging["loggers"][LOGGER] = {"handlers": ["requests"], "level": "INFO", "propagate": False}
    return uvicorn.Config(
        app,
        factory=True,
        http=TolerantProtocol,
        workers=workers,
        log_config=logging,
        log_level="info" if settings.verbose else "warning",
        access_log=False,  # it names the clients
        server_header=False,
        forwarded_allow_ips=[*_THIS_MACHINE, *proxies],
        backlog=_BACKLOG,
        timeout_graceful_shutdown=max(_ENDS_WITHIN, int(seconds) + 5),  # longer than a query: none is lost
        timeout_worker_healthcheck=_SILENT_FOR,
    )


def _answer(config: Config, listener: socket.socket) -> None:
    """Answer until Ctrl-C or SIGTERM. Of several processes, SIGHUP replaces one after the other.

    Raises:
        LodError: LOD9060 they did not come up.
    """
    from uvicorn.config import STARTUP_FAILURE

    from lod.server.stopping import LastCallServer, LastCallSupervisor

    if config.workers > 1:
        supervisor = LastCallSupervisor(config, [listener])
        supervisor.run()
        if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
            hint = say("what stopped them stands above; try --workers 1, or have a look at the machine: lod doctor")
            raise LodError(say("the processes that answer do not start"), hint=hint, code="LOD9060")
        return
    try:
        LastCallServer(config).run(sockets=[listener])
    except KeyboardInterrupt:
        return  # uvicorn has finished what was asked and raises it again: this is how a server ends
