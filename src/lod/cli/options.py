"""Options that several commands share, so that they are spelt and explained once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from lod.cli.output import Settings
from lod.wording import LANGUAGES, chosen_language, say

F = TypeVar("F", bound=Callable[..., Any])


def _set(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Keep the value where `lod.cli.main` finds it, even if the command fails."""
    settings = context.find_object(Settings)
    assert settings is not None
    if parameter.name:
        setattr(settings, parameter.name, value)
    return value


def _set_language(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    """`zh`, `zh-TW`, `zh_TW.UTF-8` and `zh-Hant-TW` are all the same here."""
    if value is None:
        return
    chosen = chosen_language([value])
    if chosen is None:
        known = ", ".join(LANGUAGES)
        message = say("'{value}' is not spoken here; {known} are", value=value, known=known)
        raise click.BadParameter(message, context, parameter)
    context.ensure_object(Settings).language = chosen


def in_language(command: F) -> F:
    """`--lang`."""
    return click.option(
        "--lang",
        "lang",
        metavar="TAG",
        is_eager=True,  # what is wrong with other options is already said in it
        expose_value=False,
        callback=_set_language,
        help="Of messages: en or zh-Hant-TW; else LOD_LANG, else the system's language.",
    )(command)


def quiet_and_verbose(command: F) -> F:
    """`--quiet`, `--verbose` and `--lang`."""
    for decorate in (
        in_language,
        click.option(
            "--verbose", "-v", is_flag=True, expose_value=False, callback=_set, help="Say more; show every finding."
        ),
        click.option("--quiet", "-q", is_flag=True, expose_value=False, callback=_set, help="Say only what is wrong."),
    ):
        command = decorate(command)
    return command


def _reporting(command: F, formats: Sequence[str]) -> F:
    option = click.option(
        "--format",
        "format",
        type=click.Choice(formats),
        default="text",
        show_default=True,
        expose_value=False,
        callback=_set,
        help="How to report: for people, or for programs.",
    )
    return option(quiet_and_verbose(command))


def reporting(command: F) -> F:
    """`--format text|json`, `--quiet`, `--verbose` and `--lang`, for a command that answers."""
    return _reporting(command, ("text", "json"))


def reporting_findings(command: F) -> F:
    """The same with the formats of code scanning, for a command that looks into the user's files."""
    return _reporting(command, ("text", "json", "sarif", "github"))


def reporting_differences(command: F) -> F:
    """The same with the formats of `lod.cli.differences`."""
    return _reporting(command, ("text", "json", "html", "turtle"))


def in_project(command: F) -> F:
    """`--project DIR`: the command's `project` argument is that folder."""
    return click.option(
        "--project",
        type=click.Path(path_type=Path),
        default=Path(),
        metavar="DIR",
        help="The project's folder; else the nearest one upwards that holds a lod.toml.",
    )(command)


def looking_in_tables(command: F) -> F:
    """`--tables DIR`: the command's `tables` argument is that folder, or None."""
    return click.option(
        "--tables",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Look here for sources before beside the mapping.",
    )(command)


def share(_context: click.Context, _parameter: click.Parameter, value: str) -> float:
    """The value of an option that takes `1%` or `0.01`."""
    from lod.project.shares import parse_share

    found = parse_share(value)
    if found is None:
        raise click.BadParameter(say("'{value}' is no share: write 1% or 0.01", value=value))
    return found
