"""What is wrong with a command line itself: click's words, or the same in the reader's language.

click has composed its messages before anybody can translate them, so they are recognised here by their form. One that
is not recognised stays as click says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import click

from lod.cli import output
from lod.cli.output import Settings
from lod.diagnostics import did_you_mean
from lod.wording import ENGLISH, Wording, say, translated

_Form = tuple[str, Callable[[re.Match[str]], Wording]]
_FORMS: tuple[_Form, ...] = (
    (r"Missing command\.", lambda _: say("no command was given")),
    (r"Option '(.+)' requires an argument\.", lambda it: say("{name} needs a value", name=it[1])),
    (r"Option '(.+)' does not take a value\.", lambda it: say("{name} takes no value", name=it[1])),
    (r"Got unexpected extra arguments? \((.+)\)", lambda it: say("too much was given: {rest}", rest=it[1])),
    (
        r"'(.*)' is not one of (.+)\.",
        lambda it: say("'{value}' is none of {those}", value=it[1], those=it[2].replace("'", "")),
    ),
    (r"'(.*)' is not a valid (?:integer|float).*\.", lambda it: say("'{value}' is no number", value=it[1])),
    (
        r"(.+) is not in the range (.+)\.",
        lambda it: say("{value} is not within {limits}", value=it[1], limits=re.sub("[<>]=?", r" \g<0> ", it[2])),
    ),
)


def show(error: click.ClickException, settings: Settings) -> None:
    """Tell it on standard error, with how the command is used."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):  # nothing is wrong: its message is the help
        click.echo(error.format_message(), err=True)
        return
    if settings.language == ENGLISH:
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    out = output.console()
    if context:
        out.print(context.get_usage())
        out.print(translated(say("Try '{command} --help' for help.", command=context.command_path), settings.language))
        out.print()
    out.print(translated(say("error"), settings.language), translated(_wrong(error), settings.language))


def _wrong(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, error.possibilities or [])
        return say("no option {name}{near}", name=error.option_name, near=say("; {near}", near=near) if near else "")
    if isinstance(error, click.exceptions.NoSuchCommand):
        group = error.ctx.command if error.ctx else None
        known = group.commands if isinstance(group, click.Group) else ()
        return say("no command '{name}'; {near}", name=error.command_name, near=did_you_mean(error.command_name, known))
    named = error.param if isinstance(error, click.BadParameter) else None
    name = " / ".join(named.opts) if isinstance(named, click.Option) else (named.human_readable_name if named else "")
    if isinstance(error, click.MissingParameter):
        return say("{name} is missing", name=name)
    message = _translatable(error.message)
    return say("{name}: {message}", name=name, message=message) if name else message


def _translatable(message: str) -> str:
    if isinstance(message, Wording):
        return message
    return next((said(found) for form, said in _FORMS if (found := re.fullmatch(form, message))), message)
