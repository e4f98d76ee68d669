"""The sheets of cubes against each other: figures printed twice, what editions lack, cells that no table takes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby, pairwise

from lod.diagnostics import CellOrigin, Diagnostic, Findings, Severity
from lod.lift.cubes.opened import OpenPart, OpenSheet, Said
from lod.lift.cubes.tidy import FOR_ALL, Observed, Point
from lod.mapping.cube.model import Dimension
from lod.tables.printed.layout import Role
from lod.tables.workbooks.sheets import cell_name, column_letters
from lod.wording import NOTHING, Wording, say

_MOST = 20  # findings of one kind about one pair of sheets; the others are counted

_APART = say("is a dimension missing that tells the sheets apart? A revision: checks: {revisions: warning}")
_NOT_THE_SAME = say("one of the figures is wrong; or the tables do not count the same (checks: agrees-with)")

Key = tuple[str, str, Point]  # dataset, measure, point


@dataclass(slots=True)
class Review:
    """What was found. `holding`: of figures that a later edition revised, the sheet whose figure holds."""

    holding: dict[Key, OpenSheet] = field(default_factory=dict)

    def holds(self, opened: OpenPart, measure: str, point: Point) -> bool:
        """Whether a sheet's figure is the one to publish."""
        holder = self.holding.get((opened.part.dataset.id, measure, point))
        return holder is None or holder is opened.sheet


def review(parts: Sequence[OpenPart], unread: Collection[str], findings: Findings) -> Review:
    """Look at all sheets together. `unread`: workbooks of which a sheet could not be read.

    Findings: LOD2503 a cell outside all areas, LOD3607 two sheets contradict each other, LOD3622 a figure that was
    revised, LOD3623 a code that an edition lacks, LOD3624 two datasets contradict each other.
    """
    made = Review()
    by_dataset: dict[str, list[OpenPart]] = defaultdict(list)
    for each in parts:
        by_dataset[each.part.dataset.id].append(each)
    torn = [name for name, editions in by_dataset.items() if len({_structure(each) for each in editions}) > 1]
    for name in torn:  # two datasets of one name, says LOD3640
        del by_dataset[name]
    for editions in by_dataset.values():
        editions.sort(key=lambda each: each.sheet.last)
        _compare_figures(editions, made, findings)
        wholes = [list(group) for _, group in groupby(editions, key=lambda each: each.sheet.last)]
        for earlier, later in pairwise(wholes):
            findings.extend(_drift(earlier, later))
    for one, other in combinations(by_dataset, 2):
        _compare_datasets(by_dataset[one], by_dataset[other], findings)
    sheets = {id(each.sheet): each.sheet for each in parts if each.sheet.edition.access not in unread}
    _look_outside(list(sheets.values()), findings)
    return made


def _structure(opened: OpenPart) -> tuple[str, ...]:
    return tuple(dimension.name for dimension in opened.part.dimensions)


def _compare_figures(editions: Sequence[OpenPart], made: Review, findings: Findings) -> None:
    """LOD3607, LOD3622: two sheets of one dataset say different things of one observation."""
    known: dict[tuple[str, Point], Said] = {}
    told = _Told(findings)
    for each in editions if len(editions) > 1 else ():
        strictness = each.sheet.edition.checks.revisions
        for point, figures in each.sheet.tidy.of(each.part):
            for name, observed in figures.items():
                here = Said(observed, each.sheet)
                first = known.setdefault((name, point), here)
                if _said(first.observed) == _said(observed):
                    continue
                if strictness == "error":
                    told.say("LOD3607", Severity.ERROR, _contradiction(here, first, point), here, first, _APART)
                    continue
                known[name, point] = here
                made.holding[each.part.dataset.id, name, point] = each.sheet
                if strictness != "none":
                    told.say("LOD3622", Severity.WARNING, _revision(first, here, point), first, here, NOTHING)


def _said(observed: Observed) -> tuple[object, ...]:
    return observed.meaning, observed.attributes


def _texts(one: Observed, other: Observed) -> tuple[str, str]:
    """What two cells print; with the texts beside them, if those are all that differs."""
    return (one.shown, other.shown) if one.meaning == other.meaning else (one.printed, other.printed)


def _contradiction(here: Said, first: Said, point: Point) -> Wording:
    text, other = _texts(here.observed, first.observed)
    return say(
        "{here}: '{text}' here and '{other}' in {there} are both the figure of {point}",
        here=here,
        text=text,
        other=other,
        there=first,
        point=" / ".join(filter(None, point)),
    )


def _revision(first: Said, here: Said, point: Point) -> Wording:
    text, other = _texts(first.observed, here.observed)
    return say(
        "{first}: '{text}' was revised to '{other}' in {there} ({point})",
        first=first,
        text=text,
        other=other,
        there=here,
        point=" / ".join(filter(None, point)),
    )


@dataclass(slots=True)
class _Told:
    """Says some findings about each pair of sheets."""

    findings: Findings
    counts: dict[tuple[str, int, int], int] = field(default_factory=lambda: defaultdict(int))

    def say(self, code: str, severity: Severity, message: Wording, here: Said, there: Said, hint: Wording) -> None:
        """A finding about a figure and the one that it differs from."""
        key = code, id(here.sheet), id(there.sheet)
        self.counts[key] += 1
        if self.counts[key] <= _MOST:
            self.findings.extend([Diagnostic(code, severity, message, here.origin, hint, (there.origin,))])
        elif self.counts[key] == _MOST + 1:
            message = say(
                "and further figures of {source} that differ from those of {other}",
                source=here.sheet.source,
                other=there.sheet.source,
            )
            self.findings.extend([Diagnostic(code, severity, message, CellOrigin(here.sheet.source), hint)])


def _drift(earlier: Sequence[OpenPart], later: Sequence[OpenPart]) -> Iterator[Diagnostic]:
    """LOD3623: a code that one edition has and the other lacks, though it is in force there.

    Sheets of one period are parts of a whole.
    """
    strictness = later[0].sheet.edition.checks.drift
    if strictness == "none":
        return
    for place, dimension in enumerate(later[0].part.dimensions):
        if dimension.codes is None or dimension.value or dimension.source in FOR_ALL:
            continue
        for has, lacks in ((earlier, later), (later, earlier)):
            present, absent = _first_of_code(has, place), _first_of_code(lacks, place)
            sheet = lacks[0].sheet
            for code in present.keys() - absent.keys():
                if _is_expected(code, lacks[0].part.dimensions[place], sheet):
                    yield _lacking(code, dimension, present[code], sheet, Severity(strictness))


def _first_of_code(whole: Sequence[OpenPart], place: int) -> Mapping[str, Said]:
    found: dict[str, Said] = {}
    for opened in whole:
        for point, figures in opened.sheet.tidy.of(opened.part):
            found.setdefault(point[place], Said(next(iter(figures.values())), opened.sheet))
    return found


def _is_expected(code: str, dimension: Dimension, sheet: OpenSheet) -> bool:
    """Whether a sheet's own list has a code, in force at its time."""
    member, day = dimension.codes.get(code) if dimension.codes else None, dimension.valid_at or sheet.tidy.last
    return member is not None and (day is None or member.is_valid_on(day))


def _lacking(code: str, dimension: Dimension, said: Said, lacks: OpenSheet, severity: Severity) -> Diagnostic:
    member = dimension.codes.get(code) if dimension.codes else None
    name = member.labels[0][1] if member and member.labels else code
    message = say(
        "{said}: '{code}' ({name}) of '{dimension}' is here, and not in {source}",
        said=said,
        code=code,
        name=name,
        dimension=dimension.name,
        source=lacks.source,
    )
    hint = say("a row or column may have been lost; if it began or ended, date it in the list: from, until")
    return Diagnostic("LOD3623", severity, message, said.origin, hint, (CellOrigin(lacks.source),))


def _compare_datasets(some: Sequence[OpenPart], others: Sequence[OpenPart], findings: Findings) -> None:
    """LOD3624: figures that two datasets have in common, as one of them declares it, are equal."""
    told = _Told(findings)
    for one in some:
        for other in others:
            strictness = _agreement(one, other)
            measures = {each.name for each in one.part.measures} & {each.name for each in other.part.measures}
            names = [each.name for each in one.part.dimensions if each in _shared(one, other)]
            for measure in measures if strictness != "none" and names else ():
                here, there = _marginal(one, measure, names), _marginal(other, measure, names)
                for key in here.keys() & there.keys():
                    if here[key].number != there[key].number:
                        a, b = Said(here[key], one.sheet), Said(there[key], other.sheet)
                        message = _disagreement(a, b, other.part.dataset.id, measure, key)
                        told.say("LOD3624", Severity(strictness), message, a, b, _NOT_THE_SAME)


def _disagreement(here: Said, there: Said, dataset: str, measure: str, key: Point) -> Wording:
    return say(
        "{here}: '{text}' here and '{other}' in {there}, dataset '{dataset}', are both '{measure}' of {point}",
        here=here,
        text=here.observed.printed,
        other=there.observed.printed,
        there=there,
        dataset=dataset,
        measure=measure,
        point=" / ".join(key),
    )


def _agreement(one: OpenPart, other: OpenPart) -> str:
    """How strictly two datasets are compared: as the one says that declares it."""
    for here, there in ((one, other), (other, one)):
        if there.part.dataset.id in here.sheet.edition.checks.agrees_with:
            return here.sheet.edition.checks.agreement
    return "none"


def _shared(one: OpenPart, other: OpenPart) -> list[Dimension]:
    lists = {each.name: each.list_name for each in other.part.dimensions}
    return [each for each in one.part.dimensions if lists.get(each.name) == each.list_name]


def _marginal(opened: OpenPart, measure: str, names: Sequence[str]) -> dict[Point, Observed]:
    """The figures by the shared dimensions, where all others are at their total."""
    dimensions = opened.part.dimensions
    kept = [next(n for n, each in enumerate(dimensions) if each.name == name) for name in names]
    totals = {n: each.codes.total for n, each in enumerate(dimensions) if n not in kept and each.codes}
    if len(totals) + len(kept) < len(dimensions):
        return {}
    return {
        tuple(point[n] for n in kept): figures[measure]
        for point, figures in opened.sheet.tidy.of(opened.part)
        if measure in figures
        and figures[measure].number is not None
        and all(point[n] == total for n, total in totals.items())
    }


def _look_outside(sheets: Sequence[OpenSheet], findings: Findings) -> None:
    """LOD2503: cells that no edition of a sheet takes in."""
    by_sheet: dict[tuple[str, str], list[OpenSheet]] = defaultdict(list)
    for each in sheets:
        by_sheet[each.workbook.name, each.printed.sheet].append(each)
    for several in by_sheet.values():
        first = several[0]
        outside = [place for place, role in first.printed.roles.items() if role is Role.OUTSIDE]
        left = [
            place for place in sorted(outside) if all(each.printed.roles.get(place) is Role.OUTSIDE for each in several)
        ]
        for row, column in left[:_MOST]:
            message = say(
                "sheet {sheet}!{cell}: no table of this sheet takes this cell in",
                sheet=first.printed.sheet,
                cell=cell_name(row, column),
            )
            hint = say("widen an 'area', declare another edition, or 'ignored'")
            findings.error("LOD2503", message, CellOrigin(first.source, row, column_letters(column)), hint)
