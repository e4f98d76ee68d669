"""`lod`: finds the command, runs it, and turns whatever stops it into words and an exit code.

Exit codes: 0 well, 1 findings, 2 usage, 3 a gate refused, 70 a bug of ours, 130 Ctrl-C.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

import click

from lod import __version__
from lod.cli import output, usage
from lod.cli.options import in_language
from lod.cli.output import Settings
from lod.diagnostics import Diagnostic, FindingsError, Severity, did_you_mean
from lod.errors import LodError
from lod.wording import ENGLISH, NOTHING, chosen_language, say

# In the order of the work. Each is a module of lod.cli of the same name, imported when it is asked for.
COMMANDS = (
    "init",
    "check",
    "preview",
    "plan",
    "build",
    "publish",
    "rollback",
    "releases",
    "verify",
    "diff",
    "gc",
    "serve",
    "query",
    "export",
    "lift",
    "map",
    "validate",
    "explain",
    "doctor",
)

EXIT_BUG = 70
EXIT_INTERRUPTED = 130


class _Commands(click.Group):
    """The commands, imported one by one: `lod --help` must not wait for the engines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"lod.cli.commands.{cmd_name}").command
        settings = ctx.find_object(Settings)
        return _spoken(command, settings.language if settings else ENGLISH)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(say("no command '{name}'; {near}", name=args[0], near=near), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="lod")
@in_language
def lod() -> None:
    """From a ministry's printed tables to five-star linked data.

    \b
    Example:
      lod init my-statistics
      cd my-statistics
      lod build --publish
      lod serve
    """


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a narrow locale must not turn a message into a crash
    raise SystemExit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command line; its exit code."""
    settings = Settings(language=_language(sys.argv[1:] if arguments is None else arguments))
    with _noticing_interrupts() as interrupts:
        code = _run(arguments, settings, interrupts)
    if code == EXIT_INTERRUPTED:
        output.line(say("interrupted"), settings)
    return code


def _spoken(command: click.Command, language: str) -> click.Command:
    if language == ENGLISH:
        return command
    from lod.cli import help as helped  # who reads English does not wait for it

    return helped.in_language(command, language)


def _language(arguments: Sequence[str]) -> str:
    """The language of --lang, else of LOD_LANG, else of the system (POSIX: LC_ALL, LC_MESSAGES, LANG), else English."""
    pairs = zip(arguments, [*arguments, ""][1:], strict=True)
    given = [value if option == "--lang" else option[7:] for option, value in pairs if option.startswith("--lang")]
    if chosen := chosen_language(given[:1]):  # help is asked for before options are looked at
        return chosen
    asked = os.environ.get("LOD_LANG", "")
    system = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return chosen_language([asked, system]) or ENGLISH


@contextmanager
def _noticing_interrupts() -> Iterator[list[int]]:
    """Ctrl-C is remembered besides being raised: engines turn a KeyboardInterrupt into errors of their own."""
    seen: list[int] = []

    def notice(number: int, _frame: FrameType | None) -> NoReturn:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, as in a background job, or somebody else's
        yield seen
        return
    signal.signal(signal.SIGINT, notice)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


def _run(arguments: list[str] | None, settings: Settings, interrupts: list[int]) -> int:
    try:
        code: Any = _spoken(lod, settings.language).main(
            arguments, prog_name="lod", obj=settings, standalone_mode=False
        )
    except click.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        usage.show(error, settings)
        return error.exit_code
    except FindingsError as error:
        output.show(error.diagnostics, settings, facts=error.facts)
        if error.note:
            output.line(error.note, settings, after=error.diagnostics)
        return error.exit_code
    except LodError as error:
        output.show([Diagnostic(error.code, Severity.ERROR, error.message, None, error.hint)], settings)
        return error.exit_code
    except OSError as error:
        return _system_refused(error, settings)
    except Exception as error:
        return EXIT_INTERRUPTED if interrupts else _bug(error, settings)
    return code if isinstance(code, int) else 0


def _system_refused(error: OSError, settings: Settings) -> int:
    """Disk full, no permission, too many open files: not our bug, not the user's material."""
    if error.strerror is None:  # not from the operating system
        return _bug(error, settings)
    place = f"{error.filename}: " if error.filename else ""
    hint = say("look at the folder's permissions and free space: lod doctor")
    message = say("{place}{strerror}", place=place, strerror=error.strerror)
    refused = [Diagnostic("LOD0005", Severity.ERROR, message, None, hint)]
    try:
        output.show(refused, settings)
    except OSError:  # it is standard output that takes no more
        settings.format = "text"
        output.show(refused, settings)
    if settings.verbose:
        output.traceback(error)
    return 1


def _bug(error: Exception, settings: Settings) -> int:
    hint = NOTHING if settings.verbose else say("please report it, with what the same command says under --verbose")
    message = say("this is a bug in lod, not in your material: {name}: {error}", name=type(error).__name__, error=error)
    output.show([Diagnostic("LOD0001", Severity.ERROR, message, None, hint)], settings)
    if settings.verbose:
        output.traceback(error)
    return EXIT_BUG
