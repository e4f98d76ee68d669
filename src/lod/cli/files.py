"""Files and folders named on the command line."""

from __future__ import annotations

from pathlib import Path

from lod.cli.output import Settings
from lod.diagnostics import did_you_mean
from lod.errors import UsageError
from lod.project.model import Project
from lod.wording import say


def existing(path: Path) -> Path:
    """The path itself.

    Raises:
        UsageError: LOD0003 there is nothing.
    """
    if not path.exists():
        siblings = [p.name for p in path.parent.glob("[!.]*")] if path.parent.is_dir() else []
        raise UsageError(say("no file '{path}'", path=path), hint=did_you_mean(path.name, siblings), code="LOD0003")
    return path


def open_project(settings: Settings, start: Path, *, to_build: bool = True) -> Project:
    """The project of a folder, or of the nearest one above it; without `to_build`, for its releases alone.

    Raises:
        UsageError: LOD0003 no such folder, LOD1001 no project.
        FindingsError: what is wrong with its lod.toml.
    """
    from lod.project.load import find_project, load_project

    file = find_project(existing(start))
    settings.folders.append(file.resolve().parent)
    project = load_project(file, to_build=to_build)
    settings.folders.append(project.build.tables)
    return project
