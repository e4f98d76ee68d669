"""`lod doctor`: is this machine, and this project on it, all right?"""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal

import click

from lod import __version__
from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.diagnostics import FindingsError
from lod.errors import LodError, UsageError
from lod.project.model import Project

State = Literal["ok", "warn", "fail"]
_STYLE = {"ok": "bold green", "warn": "bold yellow", "fail": "bold red"}
_LIBRARIES = ("duckdb", "pyoxigraph", "rdflib", "pyshacl", "yaml", "starlette", "uvicorn", "jinja2")
_DISTRIBUTIONS = {"yaml": "PyYAML"}
_LITTLE, _SCARCE = 1_000_000_000, 100_000_000  # bytes of free disk


@dataclass(frozen=True, slots=True)
class Answer:
    """What one look at the machine found."""

    topic: str
    state: State
    text: str


@click.command("doctor")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, project: Path) -> int:
    """Look whether this machine, and the project if there is one, are all right.

    Ends with 1 if anything would fail.

    \b
    Example:
      lod doctor
    """
    answers = list(_examine(settings, project))
    if settings.format == "json":
        output.document([{"topic": a.topic, "state": a.state, "text": a.text} for a in answers])
    else:
        from rich.text import Text

        out = output.console(error=False)
        for answer in answers:
            if answer.state != "ok" or not settings.quiet:
                out.print(
                    Text(f"{answer.state:<5}", _STYLE[answer.state]).append(f"{answer.topic:<12}{answer.text}", "")
                )
    return 1 if any(answer.state == "fail" for answer in answers) else 0


def _examine(settings: Settings, start: Path) -> Iterator[Answer]:
    yield _python()
    yield from (_library(name) for name in _LIBRARIES)
    yield _encoding()
    try:
        project = open_project(settings, start)
    except UsageError as error:
        yield Answer("project", "warn", f"{error.message}; {error.hint}")
        yield _disk(start)
        return
    except FindingsError as error:
        count = len(error.diagnostics)
        yield Answer("project", "fail", f"{count} finding{'s' if count > 1 else ''} in lod.toml; see: lod check")
        return
    yield Answer("project", "ok", f"{project.name} in {project.root}")
    yield _disk(project.releases)
    yield _asked("release", _release, project)
    yield _asked("store", _store, project)
    yield _port(project)


def _python() -> Answer:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info >= (3, 11)
    return Answer("python", "ok" if fits else "fail", f"{found}, lod {__version__}")


def _library(name: str) -> Answer:
    from importlib import metadata

    try:
        import_module(name)
        return Answer(name, "ok", metadata.version(_DISTRIBUTIONS.get(name, name)))
    except (ImportError, OSError) as error:
        return Answer(name, "fail", f"cannot be imported: {error}; install lod again")


def _encoding() -> Answer:
    terminal, files = sys.stdout.encoding or "none", locale.getpreferredencoding(do_setlocale=False)
    if terminal.lower().replace("-", "") != "utf8":
        return Answer("encoding", "warn", f"the terminal takes {terminal}: Chinese will be escaped; set LANG=C.UTF-8")
    return Answer("encoding", "ok", f"terminal {terminal}, locale {files}")


def _disk(folder: Path) -> Answer:
    existing = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.is_dir())
    if not os.access(existing, os.W_OK):
        return Answer("disk", "fail", f"nothing can be written in {existing}; whose folder is it?")
    free = shutil.disk_usage(existing).free
    state: State = "fail" if free < _SCARCE else "warn" if free < _LITTLE else "ok"
    return Answer("disk", state, f"{free / 1e9:.1f} GB free in {existing}")


def _asked(topic: str, look: Callable[[Project], Answer], project: Project) -> Answer:
    try:
        return look(project)
    except LodError as error:
        return Answer(topic, "fail", f"{error.message}; {error.hint}")


def _release(project: Project) -> Answer:
    from lod.release.release import current_name, open_current

    if current_name(project.releases) is None:
        return Answer("release", "warn", "nothing is published yet; lod build --publish")
    release = open_current(project.releases, verify="full")
    count = len(release.manifest.files)
    return Answer("release", "ok", f"{release.manifest.name}: {count} files as the manifest says")


def _store(project: Project) -> Answer:
    from lod.release.release import current_name
    from lod.store.snapshot import open_snapshot

    name = current_name(project.releases)
    if name is None:
        return Answer("store", "ok", "none yet")
    store = open_snapshot(project.releases / name / "store")
    return Answer("store", "ok", f"opens, {len(store):,} quads")


def _port(project: Project) -> Answer:
    from lod.cli.serve import listen

    try:
        listen(project.serve.host, project.serve.port).close()
    except UsageError as error:
        return Answer("port", "warn", f"{error.message}; {error.hint}")
    return Answer("port", "ok", f"{project.serve.port} of {project.serve.host} is free")
