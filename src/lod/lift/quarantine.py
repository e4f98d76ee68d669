"""Bad rows set aside instead of stopping the lift: what is asked for, and what becomes of it.

By default a row that is not well-formed, or a cell that makes no legal term, is an error and nothing is written. With a
quarantine these rows are written to a CSV file with the reason, and the others are lifted exactly as if they were not
there. CSVW is its own judge (csv2rdf lifts what it complains about), and a printed sheet is right as a whole or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings
from lod.wording import ENGLISH, say


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Where rejected rows go, and how large a share of a table's rows they may be: 0.01 is one in a hundred."""

    file: Path
    most: float = 1.0
    language: str = ENGLISH  # of the reasons


def judge_share(quarantine: Quarantine, source: str, rejected: int, rows: int, findings: Findings) -> None:
    """LOD4044, a warning: rows of a table were set aside. LOD4045: they are more than allowed."""
    hint = say("they stand in {file}, each with its reason", file=quarantine.file)
    if rejected > quarantine.most * rows:
        message = say(
            "{rejected:,} of {rows:,} {rows:row|rows} of {source} are bad: more than the {most:g} % allowed",
            rejected=rejected,
            rows=rows,
            source=source,
            most=quarantine.most * 100,
        )
        findings.error("LOD4045", message, CellOrigin(source), hint)
    else:
        message = say(
            "{rejected:,} of {rows:,} {rows:row|rows} of {source} {rejected:is|are} set aside",
            rejected=rejected,
            rows=rows,
            source=source,
        )
        findings.warning("LOD4044", message, CellOrigin(source), hint)
