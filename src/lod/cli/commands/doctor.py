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
from lod.wording import Wording, joined, say, translated

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
    text: Wording


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
        output.document(
            [{"topic": a.topic, "state": a.state, "text": translated(a.text, settings.language)} for a in answers]
        )
    else:
        from rich.text import Text

        out = output.console(error=False)
        for answer in answers:
            if answer.state != "ok" or not settings.quiet:
                out.print(
                    Text(f"{answer.state:<5}", _STYLE[answer.state]).append(
                        f"{answer.topic:<12}{translated(answer.text, settings.language)}", ""
                    )
                )
    return 1 if any(answer.state == "fail" for answer in answers) else 0


def _said(error: LodError) -> Wording:
    return joined([error.message, *([error.hint] if error.hint else [])], "; ")


def _narrow(terminal: str) -> Wording:
    return say("the terminal takes {terminal}: Chinese will be escaped; set LANG=C.UTF-8", terminal=terminal)


def _examine(settings: Settings, start: Path) -> Iterator[Answer]:
    yield _python()
    yield from (_library(name) for name in _LIBRARIES)
    yield _encoding()
    try:
        project = open_project(settings, start)
    except UsageError as error:
        yield Answer("project", "warn", _said(error))
        yield _disk(start)
        return
    except FindingsError as error:
        count = len(error.diagnostics)
        yield Answer("project", "fail", say("{n} {n:finding|findings} in lod.toml; see: lod check", n=count))
        return
    yield Answer("project", "ok", say("{name} in {folder}", name=project.name, folder=project.root))
    yield _disk(project.releases)
    yield _asked("release", _release, project)
    yield _asked("store", _store, project)
    yield _port(project)


def _python() -> Answer:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info >= (3, 11)
    return Answer("python", "ok" if fits else "fail", Wording(f"{found}, lod {__version__}"))


def _library(name: str) -> Answer:
    from importlib import metadata

    try:
        import_module(name)
        return Answer(name, "ok", Wording(metadata.version(_DISTRIBUTIONS.get(name, name))))
    except (ImportError, OSError) as error:
        return Answer(name, "fail", say("cannot be imported: {error}; install lod again", error=error))


def _encoding() -> Answer:
    terminal, files = sys.stdout.encoding or "none", locale.getpreferredencoding(do_setlocale=False)
    if terminal.lower().replace("-", "") != "utf8":
        return Answer("encoding", "warn", _narrow(terminal))
    return Answer("encoding", "ok", say("terminal {terminal}, locale {files}", terminal=terminal, files=files))


def _disk(folder: Path) -> Answer:
    existing = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.is_dir())
    if not os.access(existing, os.W_OK):
        return Answer("disk", "fail", say("nothing can be written in {folder}; whose folder is it?", folder=existing))
    free = shutil.disk_usage(existing).free
    state: State = "fail" if free < _SCARCE else "warn" if free < _LITTLE else "ok"
    return Answer("disk", state, say("{free:.1f} GB free in {folder}", free=free / 1e9, folder=existing))


def _asked(topic: str, look: Callable[[Project], Answer], project: Project) -> Answer:
    try:
        return look(project)
    except LodError as error:
        return Answer(topic, "fail", _said(error))


def _release(project: Project) -> Answer:
    from lod.release.release import current_name, open_current

    if current_name(project.releases) is None:
        return Answer("release", "warn", say("nothing is published yet; lod build --publish"))
    release = open_current(project.releases, verify="full")
    count = len(release.manifest.files)
    return Answer("release", "ok", say("{name}: {n} files as the manifest says", name=release.manifest.name, n=count))


def _store(project: Project) -> Answer:
    from lod.release.release import current_name
    from lod.store.snapshot import count_quads

    name = current_name(project.releases)
    if name is None:
        return Answer("store", "ok", say("none yet"))
    quads = count_quads(project.releases / name / "store")
    return Answer("store", "ok", say("opens, {n:,} quads", n=quads))


def _port(project: Project) -> Answer:
    from lod.cli.commands.serve import listen

    try:
        listen(project.serve.host, project.serve.port).close()
    except UsageError as error:
        return Answer("port", "warn", _said(error))
    return Answer("port", "ok", say("{port} of {host} is free", port=project.serve.port, host=project.serve.host))
