"""Code lists, units and datasets of one name that several cubes, or editions of one, declare: published as one.

A code keeps the place that it had where it was seen first; codes that another file adds stand behind their neighbours
there. What a code is called where it was seen first is its preferred label, anything else an alternative one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lod.diagnostics import Findings
from lod.mapping.cube.model import Code, CodeList, Cube, Dimension, Edition, Measure, Part, Unit, parts_of
from lod.wording import say


@dataclass(slots=True)
class Shared:
    """What cubes share, by name; and what any sheet of a dataset has, be they of several files."""

    lists: dict[str, CodeList] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)  # datasets with signs for figures of another state than normal
    undefined: set[str] = field(default_factory=set)  # those with signs for figures that are missing or kept back


def may_be_undefined(edition: Edition) -> bool:
    """Whether a sheet has signs for figures that are missing or kept back."""
    return bool(edition.layout.marks.missing or edition.layout.marks.suppressed)


def may_be_stated(edition: Edition) -> bool:
    """Whether a sheet has signs for a state of observations."""
    return may_be_undefined(edition) or bool(edition.layout.marks.rounded or edition.layout.marks.provisional)


def merge_shared(cubes: Sequence[Cube], findings: Findings | None = None) -> Shared:
    """The lists and units of cubes. LOD3620 (warning): a code or a list that is called differently in two places."""
    shared = Shared()
    for owner, edition in ((cube, edition) for cube in cubes for edition in cube.editions):
        datasets = {part.dataset.id for part in parts_of(owner, edition)}
        shared.undefined |= datasets if may_be_undefined(edition) else set()
        shared.stated |= datasets if may_be_stated(edition) else set()
        coded: tuple[Dimension | Measure, ...] = (*edition.dimensions, *edition.measures)
        for codes in (each.codes for each in coded if each.codes):
            known = shared.lists.get(codes.name)
            shared.lists[codes.name] = _merged(known, codes, findings) if known and known is not codes else codes
        for unit in (measure.unit for measure in edition.measures if measure.unit):
            position = len(shared.units) + 1
            shared.units.setdefault(unit.code, replace(unit, position=position))
    return shared


def check_structures(cubes: Sequence[Cube], findings: Findings) -> None:
    """LOD3640: cube files call two datasets by one id; LOD3641 (warning): a dataset has two titles in one language."""
    first: dict[str, Part] = {}
    parts = (part for cube in cubes for part in parts_of(cube, cube.editions[0]))
    for part in parts:
        known = first.setdefault(part.dataset.id, part)
        if known.cube is part.cube:
            continue
        here, there = _structure(part), _structure(known)
        if here != there:
            message = say(
                "dataset '{id}' is made of {here} here and of {there} in another file",
                id=part.dataset.id,
                here=", ".join(here),
                there=", ".join(there),
            )
            hint = say("two datasets: give one another 'id'; one dataset: the same dimensions and measures in both")
            findings.error("LOD3640", message, part.dataset.origin, hint, [known.dataset.origin])
            continue
        said = dict(known.dataset.labels)
        others = (each for each in part.dataset.labels if said.get(each[0], each[1]) != each[1])
        for language, text in others:
            message = say(
                "dataset '{id}' is called '{text}' here and '{said}' in another file",
                id=part.dataset.id,
                text=text,
                said=said[language],
            )
            hint = say("two datasets: give one another 'id'; one dataset: let this file extend the other")
            findings.warning("LOD3641", message, part.dataset.origin, hint, [known.dataset.origin])


def _structure(part: Part) -> list[str]:
    return [*(each.name for each in part.dimensions), *(each.name for each in part.measures)]


def _merged(known: CodeList, other: CodeList, findings: Findings | None) -> CodeList:
    if known.codes == other.codes:
        return known
    codes = {code.code: code for code in known.codes}
    order = [code.code for code in known.codes]
    before = -1
    for code in other.codes:
        if code.code in codes:
            codes[code.code] = _same_code(codes[code.code], code, known.name, findings)
            before = order.index(code.code)
        else:
            codes[code.code] = code
            before += 1
            order.insert(before, code.code)
    return replace(
        known,
        codes=tuple(codes[name] for name in order),
        total=known.total or other.total,
        bands=known.bands or other.bands,
        levels=known.levels or other.levels,
        has_events=known.has_events and other.has_events,
    )


def _same_code(known: Code, other: Code, name: str, findings: Findings | None) -> Code:
    said = dict(known.labels)
    others = [(language, text) for language, text in other.labels if said.get(language, text) != text]
    for language, text in others if findings else ():
        if findings and (language, text) not in known.alternatives:
            message = say(
                "code '{code}' of list '{name}' is '{text}' here and '{said}' in another place",
                code=known.code,
                name=name,
                text=text,
                said=said[language],
            )
            hint = say("one name is the preferred one: what a sheet calls it goes under 'labels'")
            findings.warning("LOD3620", message, other.origin, hint, [known.origin])
    more = [(language, text) for language, text in other.labels if language not in said]
    return replace(
        known,
        labels=(*known.labels, *more),
        alternatives=tuple(dict.fromkeys((*known.alternatives, *others))),
        parents=_both(known.parents, other.parents),
        first=known.first or other.first,
        last=known.last or other.last,
        replaced_by=_both(known.replaced_by, other.replaced_by),
    )


def _both(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *others)))
