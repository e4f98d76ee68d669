"""Codes that became others, such as counties that merged, as events: https://www.w3.org/TR/vocab-org/#changeEvents.

Codes that become the same ones on one day are one event. It says which were before, which came out of it, and when;
`dct:isReplacedBy` stands beside it for whoever asks for the code of today alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lod.diagnostics import Findings
from lod.mapping.cube.model import Code, CodeList, Texts
from lod.rdf.namespaces import DCT, ORG, PROV, RDF, RDFS
from lod.wording import say

Statement = tuple[str, str, str, str, str]  # subject, predicate, form, value, language; see `lod.mapping.cube.facts`

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """Codes that became others on a day; None if no date is known."""

    day: date | None
    before: tuple[Code, ...]
    after: tuple[Code, ...]


def changes_of(codes: CodeList) -> list[Change]:
    """The changes of a list, in the order of the first codes that were before."""
    found: list[Change] = []
    for code in codes.codes:
        after = [member for name in code.replaced_by if (member := codes.get(name))]
        if not after:
            continue
        day = _day(code, after)
        same = [each for each in found if each.day == day and set(each.after) & set(after)]
        for each in same:
            found.remove(each)
        before = [*(one for each in same for one in each.before), code]
        results = dict.fromkeys([*(one for each in same for one in each.after), *after])
        found.append(Change(day, tuple(before), tuple(results)))
    return found


def check_changes(codes: CodeList, findings: Findings) -> None:
    """LOD3629 (warning): between the end of a code and the beginning of what it became there are days of neither."""
    for code in codes.codes:
        for after in (each for name in code.replaced_by if (each := codes.get(name))):
            if code.last and after.first and after.first != code.last + _DAY:
                message = say(
                    "code '{code}' ends on {last}; what it became, '{after}', begins on {first}",
                    code=code.code,
                    last=code.last,
                    after=after.code,
                    first=after.first,
                )
                hint = say("until is the last day: write {day}", day=after.first - _DAY)
                findings.warning("LOD3629", message, code.origin, hint, [after.origin])


def _day(code: Code, after: Sequence[Code]) -> date | None:
    """The first day of what came out; the day after the last one of what was before."""
    begun = [each.first for each in after if each.first]
    if code.last:
        return code.last + _DAY
    return min(begun, default=None)


def change_statements(codes: CodeList) -> Iterator[Statement]:
    """The changes of a list of organisations or places."""
    home = f"id/code/{codes.name}"
    for change in changes_of(codes) if codes.has_events else ():
        names = "-".join(each.code for each in change.after)
        event = f"{home}/change/{f'{change.day}-' if change.day else ''}{names}"
        for each in (ORG + "ChangeEvent", PROV + "Activity"):
            yield event, RDF + "type", "iri", each, ""
        for language, text in _labels(change):
            yield event, RDFS + "label", "text", text, language
        if change.day:
            yield event, DCT + "date", "date", change.day.isoformat(), ""
        for code in change.before:
            yield event, ORG + "originalOrganization", "iri", f"{home}/{code.code}", ""
            yield f"{home}/{code.code}", ORG + "changedBy", "iri", event, ""
        for code in change.after:
            yield event, ORG + "resultingOrganization", "iri", f"{home}/{code.code}", ""
            yield f"{home}/{code.code}", ORG + "resultedFrom", "iri", event, ""


def _labels(change: Change) -> Texts:
    """What was before, an arrow, what came out of it and when."""
    day = change.day.isoformat() if change.day else ""
    found = []
    for language, joint, form in (("zh-Hant-TW", "、", "（{}）"), ("en", ", ", " ({})")):
        before, after = (joint.join(_name(each, language) for each in side) for side in (change.before, change.after))
        found.append((language, f"{before} → {after}{form.format(day) if day else ''}"))
    return tuple(found)


def _name(code: Code, language: str) -> str:
    """A code's name in a language, else in any."""
    return dict(code.labels).get(language) or next((text for _, text in code.labels), code.code)
