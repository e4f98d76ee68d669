"""Options that several commands share, so that they are spelt and explained once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from lod.cli.output import Settings

F = TypeVar("F", bound=Callable[..., Any])


def _set(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Keep the value where `lod.cli.main` finds it, even if the command fails."""
    settings = context.find_object(Settings)
    assert settings is not None
    if parameter.name:
        setattr(settings, parameter.name, value)
    return value


def quiet_and_verbose(command: F) -> F:
    """`--quiet` and `--verbose`."""
    for decorate in (
        click.option(
            "--verbose", "-v", is_flag=True, expose_value=False, callback=_set, help="Say more; show every finding."
        ),
        click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=_set, help="Say only what is wrong."),
    ):
        command = decorate(command)
    return command


def reporting(command: F) -> F:
    """`--format text|json`, `--quiet` and `--verbose`, for a command that reports."""
    formats = click.Choice(["text", "json"])
    option = click.option(
        "--format",
        "format",
        type=formats,
        default="text",
        show_default=True,
        expose_value=False,
        callback=_set,
        help="How to report: for people, or for programs.",
    )
    return option(quiet_and_verbose(command))


def in_project(command: F) -> F:
    """`--project DIR`: the command's `project` argument is that folder."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The project's folder; else the nearest one upwards that holds a lod.toml.",
    )(command)
