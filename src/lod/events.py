"""Progress as events. The core never prints; whoever runs it passes a `Reporter` and shows what it likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lod.diagnostics import Diagnostic
from lod.wording import NOTHING, Wording


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage of the pipeline began."""

    stage: str


@dataclass(frozen=True, slots=True)
class StageAdvanced:
    """A stage got on: `done` of `total` (0: not known) `unit`s."""

    stage: str
    done: int
    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage ended after `seconds`; `skipped` when its inputs were unchanged. `summary` is for people."""

    stage: str
    seconds: float
    summary: Wording = NOTHING
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A stage found something."""

    diagnostic: Diagnostic


Event = StageStarted | StageAdvanced | StageFinished | Found
Reporter = Callable[[Event], None]


def silent(_event: Event) -> None:
    """The reporter that reports nothing."""
