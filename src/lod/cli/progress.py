"""Progress: a live display on a terminal, plain lines elsewhere, nothing when quiet or when a program reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lod.cli.output import Settings, console
from lod.events import Event, Reporter, StageAdvanced, StageFinished, StageStarted, silent
from lod.wording import say, translated, word

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress(settings: Settings) -> Iterator[Reporter]:
    """A reporter for the length of one command. Findings are not its business: the command shows them at the end."""
    out = console()
    if settings.quiet or settings.format == "json":
        yield silent
    elif out.is_terminal:
        with _live(out, settings.language) as report:
            yield report
    else:
        yield _plain(out, settings.language)


def _finished(event: StageFinished, language: str) -> str:
    """`lift       1.24 s  486 statements`, or `lift    unchanged`."""
    from rich.cells import set_cell_size

    took = say("unchanged") if event.skipped else say("{seconds:.2f} s", seconds=event.seconds)
    name, time = translated(word(event.stage), language), translated(took, language)
    return f"{set_cell_size(name, 10)} {_right(time, 9)}  {translated(event.summary, language)}".rstrip()


def _right(text: str, width: int) -> str:
    from rich.cells import cell_len

    return " " * (width - cell_len(text)) + text


def _plain(out: Console, language: str) -> Reporter:
    def report(event: Event) -> None:
        if isinstance(event, StageFinished):
            out.print(_finished(event, language))

    return report


@contextmanager
def _live(out: Console, language: str) -> Iterator[Reporter]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=out, transient=True) as display:
        tasks: dict[str, TaskID] = {}

        def report(event: Event) -> None:
            if isinstance(event, StageStarted):
                tasks[event.stage] = display.add_task(translated(word(event.stage), language), total=None, said="")
            elif isinstance(event, StageAdvanced) and event.stage in tasks:
                said = f"{event.done:,} {translated(word(event.unit), language)}"
                display.update(tasks[event.stage], completed=event.done, total=event.total or None, said=said)
            elif isinstance(event, StageFinished):
                if event.stage in tasks:
                    display.remove_task(tasks.pop(event.stage))
                display.console.print(_finished(event, language))

        yield report
