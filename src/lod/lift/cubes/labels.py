"""Labels → codes: the path of a row or a column, matched against the lists of a cube's dimensions and its measures.

Each label of a path has to mean something: a code, an ancestor of a code, a measure, or be declared as ignored. A label
path of a list may be longer than one label (`新進人員 > 計`); the longest and innermost match is the one that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lod.diagnostics import did_you_mean
from lod.mapping.cube.model import CodeList, Dimension, Edition, LabelPath, Measure, Source
from lod.tables.printed.layout import Label
from lod.tables.printed.page import Page
from lod.tables.printed.periods import Period, in_year, part_of_year, period_of
from lod.tables.printed.text import chinese_key, label_key, numbering
from lod.wording import Wording, joined, say

Path = tuple[Label, ...]

_ELSEWHERE = (Source.TITLE, Source.FILE_NAME)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a path says: codes by dimension, periods by dimension, a measure.

    Several codes are one label at different times, such as a city before and after a merger: the period decides.
    """

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    periods: Mapping[str, Period] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)  # months without their year, by dimension
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class _Hit:
    """A stretch of a path that stands for something."""

    start: int
    end: int
    code: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches the paths of one axis, rows or columns, of a sheet."""

    edition: Edition
    axis: Source  # ROWS or COLUMNS
    page: Page
    done: dict[Path, Meaning | None] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Those whose labels may stand on this axis; of a year that the title says, its months."""
        return tuple(
            each
            for each in self.edition.dimensions
            if each.source in (Source.LABELS, self.axis) or (each.is_period and each.source in _ELSEWHERE)
        )

    def meaning(self, path: Path) -> Meaning | None:
        """What a path means; None, and findings at its cells (once), when a part of it means nothing.

        Findings: LOD3604 no label of any list, LOD3605 several codes fit, LOD3606 not below what it stands under.
        """
        if path not in self.done:
            self.done[path] = self._match(path)
        return self.done[path]

    def _match(self, path: Path) -> Meaning | None:
        keys = [_keys(label.text, self.edition.layout.is_numbered) for label in path]
        used = {n for n, each in enumerate(keys) if each & self._ignored()}
        codes: dict[str, tuple[str, ...]] = {}
        periods: dict[str, Period] = {}
        parts: dict[str, str] = {}
        strays: list[tuple[Dimension, _Hit, str]] = []
        is_clear = True
        for dimension in self.dimensions:
            if dimension.codes is None:
                used |= _read_period(path, dimension, periods, parts)
                continue
            hits = list(_hits(_looked_at(keys, path, dimension), _paths(dimension, dimension.codes)))
            if not hits:
                continue
            best = _best(hits, dimension.codes)
            if not best:
                is_clear = False
                self._say_ambiguous(path, hits, dimension)
                continue
            codes[dimension.name] = best
            above = {*best, *(each for code in best for each in dimension.codes.ancestors(code))}
            used |= {n for hit in hits if hit.code in above for n in range(hit.start, hit.end)}
            strays += [(dimension, hit, best[0]) for hit in hits if hit.code not in above]
        measure = self._measure(keys, used)
        return self._checked(path, used, strays, Meaning(codes, periods, parts, measure)) if is_clear else None

    def _measure(self, keys: list[frozenset[str]], used: set[int]) -> Measure | None:
        hits = [
            (hit.end, hit.end - hit.start, measure, hit)
            for measure in self.edition.measures
            for hit in _hits(keys, ((measure.name, path) for path in measure.matches))
        ]
        if not hits:
            return None
        _, _, measure, hit = max(hits, key=lambda each: each[:2])
        used |= set(range(hit.start, hit.end))
        return measure

    def _ignored(self) -> frozenset[str]:
        return frozenset(label_key(text) for text in self.edition.ignored_labels)

    def _checked(
        self, path: Path, used: set[int], strays: list[tuple[Dimension, _Hit, str]], meaning: Meaning
    ) -> Meaning | None:
        left = [n for n in range(len(path)) if n not in used]
        for n in left:
            stray = next(((d, code) for d, hit, code in strays if hit.start <= n < hit.end), None)
            label = path[n]
            if stray:
                dimension, code = stray
                below, name = path[-1].text, dimension.list_name
                message = say(
                    "'{below}' stands under '{label}' here; in list '{name}' '{code}' does not",
                    below=below,
                    label=label.text,
                    name=name,
                    code=code,
                )
                self.page.error("LOD3606", path[-1].row, path[-1].column, message, say("correct 'parent' in the list"))
            else:
                message = say("'{label}' is no label of {value}", label=label.text, value=self._lists())
                self.page.error("LOD3604", label.row, label.column, message, self._nearest(label.text))
        return None if left else meaning

    def _say_ambiguous(self, path: Path, hits: list[_Hit], dimension: Dimension) -> None:
        last = max(hit.end for hit in hits)
        codes = ", ".join(sorted({f"'{hit.code}'" for hit in hits if hit.end == last}))
        label = path[last - 1]
        message = say(
            "'{label}' may be {codes} of list '{list_name}'",
            label=label.text,
            codes=codes,
            list_name=dimension.list_name,
        )
        hint = say("give the list label paths that tell them apart: labels: [上層 > 本層]")
        self.page.error("LOD3605", label.row, label.column, message, hint)

    def _lists(self) -> Wording:
        names = [f"'{each.name}'" for each in self.dimensions if each.source not in _ELSEWHERE]
        if not names:
            return say("any dimension: none is looked for here")
        return say("dimension {names}", names=joined(map(Wording, names), say(" or ")))

    def _nearest(self, text: str) -> Wording:
        known = {path[-1]: path[-1] for each in self.dimensions if each.codes for _, path in _paths(each, each.codes)}
        known |= {path[-1]: path[-1] for measure in self.edition.measures for path in measure.matches}
        near = did_you_mean(text, known)
        way = say("add it to the list, or to the dimension's 'labels'")
        return say("{near} Else {way}", near=near, way=way) if near.startswith("did") else way


def _keys(text: str, is_numbered: bool = False) -> frozenset[str]:
    """What a label is matched by; where numbers say how deep labels are, it counts without its number, too."""
    texts = (text, numbering(text)[1]) if is_numbered else (text,)
    return frozenset(key for each in texts for key in (label_key(each), chinese_key(each)) if key)


def _paths(dimension: Dimension, codes: CodeList) -> Iterator[tuple[str, LabelPath]]:
    for code in codes.codes:
        for path in code.matches:
            yield code.code, path
    for name, paths in dimension.matches:
        for path in paths:
            yield name, path


def _hits(keys: list[frozenset[str]], paths: Iterable[tuple[str, LabelPath]]) -> Iterator[_Hit]:
    for code, path in paths:
        wanted = [label_key(part) for part in path]
        for start in range(len(keys) - len(wanted) + 1):
            if wanted and all(part in keys[start + n] for n, part in enumerate(wanted)):
                yield _Hit(start, start + len(wanted), code)


def _best(hits: list[_Hit], codes: CodeList) -> tuple[str, ...]:
    """The code of the innermost, longest hit; of several the one that is below what else was hit.

    Several if all of them are dated, so that a period can tell them apart; none if nothing can.
    """
    last = max(hit.end for hit in hits)
    inner = [hit for hit in hits if hit.end == last]
    longest = max(hit.end - hit.start for hit in inner)
    inner = [hit for hit in inner if hit.end - hit.start == longest]
    found = tuple(dict.fromkeys(hit.code for hit in inner))
    if len(found) == 1:
        return found
    others = {hit.code for hit in hits if hit.end < last}
    fits = {code: len(others & set(codes.ancestors(code))) for code in found}
    most = max(fits.values())
    first = tuple(code for code, count in fits.items() if count == most)
    if all((member := codes.get(code)) and member.is_dated for code in first):
        return first
    if len(first) > 1:  # the one that stands under nothing but what is said here
        unsaid = {
            code: sum(each not in others for each in codes.ancestors(code) if each != codes.total) for code in first
        }
        return _only(tuple(code for code in first if unsaid[code] == min(unsaid.values())))
    return first if most else ()


def _only(codes: tuple[str, ...]) -> tuple[str, ...]:
    return codes if len(codes) == 1 else ()


def _looked_at(keys: list[frozenset[str]], path: Path, dimension: Dimension) -> list[frozenset[str]]:
    """The keys of the labels that a dimension looks at: all, or those of its column."""
    if not dimension.label_column:
        return keys
    pairs = zip(keys, path, strict=True)
    return [each if label.column == dimension.label_column else frozenset() for each, label in pairs]


def _read_period(path: Path, dimension: Dimension, periods: dict[str, Period], parts: dict[str, str]) -> set[int]:
    """The innermost period of a path, and a month or quarter below its year; the labels that say them."""
    used: set[int] = set()
    for n in range(len(path) - 1, -1, -1):
        label = path[n]
        if dimension.label_column not in (0, label.column):
            continue
        is_year_elsewhere = dimension.source in _ELSEWHERE
        period = None if is_year_elsewhere else period_of(label.text, dimension.is_minguo)
        part = "" if period or dimension.name in parts else part_of_year(label.text)
        if period:
            named = parts.pop(dimension.name, "")
            periods[dimension.name] = (in_year(period, named) or period) if named else period
            return used | {n}
        if part:
            parts[dimension.name] = part
            used.add(n)
    return used
