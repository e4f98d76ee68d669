"""Pass: texts that stand side by side in a spelling are one text, so that constants are seen to be constants."""

from __future__ import annotations

from dataclasses import replace

from lod.lift.plan import Piece, Plan, Subject, Term


def fold_constants(plan: Plan) -> Plan:
    """Join neighbouring texts of every spelling, and drop empty ones."""
    emissions = tuple(emission.with_terms(_folded) for emission in plan.emissions)
    return replace(plan, emissions=emissions, subjects=tuple(map(_folded_subject, plan.subjects)))


def _folded_subject(subject: Subject) -> Subject:
    statements = tuple(statement.with_terms(_folded) for statement in subject.statements)
    return replace(subject, term=_folded(subject.term), statements=statements)


def _folded(term: Term) -> Term:
    return replace(term, pieces=_joined(term.pieces), datatype=_joined(term.datatype), language=_joined(term.language))


def _joined(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece != "":
            found.append(piece)
    return tuple(found)
