"""What a SHACL processor has to do here, and the choice of one.

https://www.w3.org/TR/shacl/#dfn-shacl-processor
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lod.errors import LodError
from lod.validation.data_graph import DataGraph
from lod.validation.report import ValidationResult
from lod.validation.shapes.graph import Node, ShapeGraph
from lod.wording import say


class ValidationFailed(LodError):
    """There is no validation report. That is never the same as 'conforms' (SHACL §3.4, failures)."""


class Unable(Exception):
    """A processor cannot judge by these shapes: an error of its own, or something that it does not know."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a processor found: every result, and the shapes whose targets selected nothing."""

    results: Sequence[ValidationResult]
    idle: frozenset[Node]


class Processor(Protocol):
    """A complete implementation of SHACL Core and SHACL-SPARQL."""

    @property
    def name(self) -> str:
        """Name and version, as the report tells it."""
        ...

    def judge(self, data: DataGraph, shapes: ShapeGraph, targeted: Sequence[Node], work: Path, /) -> Judgement:
        """Hold a data graph against those shapes of a shapes graph that have a target.

        Only `targeted` are to be judged; other targets in the graph are passed over. `work` is a folder for files.

        Raises:
            Unable: it made no report.
        """
        ...


def processors(named: str = "auto") -> list[Processor]:
    """The processors to try, best first: the compiled one where it is installed, then the reference."""
    from lod.validation.processors.reference import Reference

    found: list[Processor] = []
    if named in ("auto", "shacl"):
        from importlib.util import find_spec

        if find_spec("shacl"):
            from lod.validation.processors.compiled import Compiled

            found.append(Compiled())
        elif named == "shacl":
            raise ValidationFailed(say("the SHACL processor 'shacl' is not installed"), hint=say("pip install shacl"))
    if named in ("auto", "pyshacl"):
        found.append(Reference())
    return found
