"""Labels → code lists and dimensions of a draft: periods, sexes and counties are recognised, all else gets numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lod.lift.cubes.drafts.known import SEXES, county_code, is_total
from lod.tables.printed.layout import Label
from lod.tables.printed.periods import part_of_year, period_of
from lod.tables.printed.text import chinese_key, has_chinese, label_key, one_line, without_notes
from lod.wording import NOTHING, Wording, say, translated

Path = tuple[Label, ...]

DECIDE = "decide:"  # what a person has to look at is marked with it, in every language

_SPAN = re.compile(r"(\d+)[^\d\-~]*[-~至](\d+)")
_FEWEST_COUNTIES = 5
_SAME = 0.8  # of the headings: so many have the same labels below them
FIRST_YEAR = 1970  # a smaller number is rather something else
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,7}")


def note(text: Wording, language: str) -> str:
    """A comment for whoever corrects the draft, in their language."""
    return f"# {translated(text, language)}"


def decide(question: Wording, language: str) -> str:
    """A question for them."""
    return f"# {DECIDE} {translated(question, language)}"


@dataclass(slots=True)
class Axis:
    """The labels of rows, of columns, or of one label column. `paths` are without periods and sexes."""

    name: str
    source: str  # rows or columns
    paths: list[Path]
    column: str = ""  # the letter of the label column, where there are several
    has_periods: bool = False
    has_parts: bool = False
    is_minguo: bool = False
    has_sexes: bool = False
    title: str = ""  # what the sheet's corner calls it

    @property
    def is_needed(self) -> bool:
        """Whether it says anything more than a total."""
        return any(path and not is_total(path[-1].text) for path in self.paths)


def read_axis(name: str, source: str, paths: Iterable[Path], column: str = "") -> Axis:
    """Take periods and sexes out of the labels of an axis."""
    found = list(dict.fromkeys(paths))
    labels = [label.text for path in found for label in path]
    plain = [text for text in labels if not is_total(text)]
    minguo = (
        bool(plain)
        and all(re.fullmatch(r"\d{2,3}", text) for text in plain)
        and all(60 <= int(t) <= 150 for t in plain)
    )
    periods = {text for text in labels if period_of(text, minguo)}
    parts = {text for text in labels if text not in periods and part_of_year(text)}
    if not minguo and not all(_is_likely_period(text) for text in periods):
        periods = set()  # 15年 and 29年 are rather years of service
    sexes = {text for text in labels if _sex(text)}
    has_sexes = {_sex(text) for text in sexes} == {"M", "F"}
    taken = periods | parts | (sexes if has_sexes else set())
    kept = [tuple(label for label in path if label.text not in taken) for path in found]
    return Axis(
        name, source, list(dict.fromkeys(kept)), column, bool(periods), bool(parts), minguo and bool(periods), has_sexes
    )


def _is_likely_period(text: str) -> bool:
    period = period_of(text)
    return period is not None and (period.year >= FIRST_YEAR or bool(re.search("民國|西元", text)))


def _sex(text: str) -> str:
    return SEXES.get(label_key(text)) or SEXES.get(chinese_key(text), "")


def divided(axis: Axis) -> list[Axis]:
    """An axis of two levels that are a dimension each: the same labels come again below every heading."""
    below: dict[Label, list[str]] = {}
    for path in axis.paths:
        if len(path) > 2:
            return [axis]
        if len(path) == 2:
            below.setdefault(path[0], []).append(label_key(path[1].text))
    sets = [frozenset(each) for each in below.values()]
    most = max(sets, key=sets.count, default=frozenset())
    if len(sets) < 2 or sets.count(most) < _SAME * len(sets) or any(not each <= most for each in sets):
        return [axis]
    outer, inner = replace(axis, paths=[]), replace(axis, name=f"{axis.name}-2", paths=[], title="")
    seen: set[str] = set()
    for path in axis.paths:
        outer.paths += [path[:1]] if path[:1] not in outer.paths else []
        rest = path[1:]
        if rest and label_key(rest[0].text) in seen:
            continue
        seen |= {label_key(label.text) for label in rest}
        inner.paths += [rest] if rest not in inner.paths else []
    inner.has_periods = inner.has_parts = inner.has_sexes = False
    return [outer, inner]


@dataclass(slots=True)
class Member:
    """A member of a code list, and how a draft writes it."""

    code: str
    chinese: str
    english: str
    parent: str = ""
    labels: list[str] = field(default_factory=list)
    question: Wording = NOTHING

    def line(self, language: str) -> str:
        """Its line in a cube file."""
        more = [f"zh-Hant-TW: {quoted(self.chinese)}"] if self.chinese else []
        more += [f"en: {quoted(self.english)}"] if self.english else []
        more += [f"labels: [{', '.join(map(quoted, self.labels))}]"] if self.labels else []
        more += [f'parent: "{self.parent}"'] if self.parent and self.parent != "T" else []
        return f'      "{self.code}": {{{", ".join(more)}}}' + (
            f" {decide(self.question, language)}" if self.question else ""
        )


@dataclass(slots=True)
class Codes:
    """The members of a list, by the keys of their label paths."""

    axis: Axis
    members: dict[tuple[str, ...], Member] = field(default_factory=dict)
    has_total: bool = False


def code_list(axis: Axis, english: dict[int, str], language: str) -> Iterator[str]:
    """The lines of an axis's code list. `english`: the English label of a row; `language`: that of questions."""
    made = Codes(axis)
    are_counties = _are_counties(axis)
    for path in sorted(axis.paths, key=_reading_order):
        for depth in range(1, len(path) + 1):
            _add(made, path[:depth], english, are_counties)
    what = say("what is it? rename it, here and under 'dimensions'")
    if are_counties:
        what = say("counties by the codes of the Ministry of the Interior, here and under 'dimensions'")
    yield f"  {axis.name}: {decide(what, language)}"
    yield f"    title: {{zh-Hant-TW: {quoted(axis.title or axis.name)}, en: {axis.name.capitalize()}}}"
    members = list({id(each): each for each in made.members.values()}.values())
    if not made.has_total and () in axis.paths:
        made.has_total = True
        members.insert(0, Member("T", "總計", "Total", question=say("no label says it: some figures are of all")))
    yield from ["    total: T"] if made.has_total else []
    spans = [span for key in made.members if (span := _SPAN.match(key[-1]))]
    if {span[1] for span in spans} & {span[2] for span in spans}:
        whose = say("18-25, 25-30: is 25 the second's? closed: both ends belong to each")
        yield f"    bands: half-open {decide(whose, language)}"
    elif spans:
        yield "    bands: closed"
    yield "    codes:"
    yield from (member.line(language) for member in members)


def _are_counties(axis: Axis) -> bool:
    labels = {label.text for path in axis.paths for label in path if not is_total(label.text)}
    counties = [text for text in labels if county_code(text)]
    return len(counties) >= _FEWEST_COUNTIES or (len(counties) > 1 and len(counties) == len(labels))


def _reading_order(path: Path) -> tuple[int, int]:
    return (path[-1].row, path[-1].column) if path else (0, 0)


def _add(made: Codes, path: Path, english: dict[int, str], are_counties: bool) -> None:
    key = tuple(label_key(label.text) for label in path)
    if key in made.members:
        return
    text, above = one_line(without_notes(path[-1].text)), made.members.get(key[:-1])
    if above and path[:-1] not in made.axis.paths and is_total(text):
        above.labels.append(f"{one_line(without_notes(path[-2].text))} > {text}")  # 一般病床 > 合計 is 一般病床
        made.members[key] = above
        return
    total = is_total(text) and not made.has_total and len(path) == 1
    made.has_total = made.has_total or total
    county = county_code(text) if are_counties else ""
    own = text if _CODE.fullmatch(text) and text != "T" else county
    taken = [each.code for each in made.members.values()]
    code = "T" if total else (own if own and own not in taken else _next(taken))
    chinese = text if has_chinese(text) else ""
    name = english.get(path[-1].row, "") or ("" if chinese else text)
    made.members[key] = Member(code, chinese, name, above.code if above else "")


def _next(taken: Iterable[str]) -> str:
    numbers = [int(each) for each in taken if each.isdecimal() and len(each) < 5]
    return str(max(numbers, default=0) + 1)


def sex_list(axes: Iterable[Axis]) -> Iterator[str]:
    """The list of sexes, by the codes of SDMX; totals that stand beside sexes alone are its own."""
    alone = [axis for axis in axes if axis.has_sexes and not axis.is_needed]
    totals = dict.fromkeys(one_line(path[-1].text) for axis in alone for path in axis.paths if path)
    more = f", labels: [{', '.join(map(quoted, totals))}]" if totals else ""
    yield "  sex:"
    yield "    title: {zh-Hant-TW: 性別, en: Sex}"
    yield "    total: T"
    yield "    codes:"
    yield f"      T: {{zh-Hant-TW: 總計, en: Both sexes{more}}}"
    yield "      M: {zh-Hant-TW: 男, en: Male, labels: [男性, 男生]}"
    yield "      F: {zh-Hant-TW: 女, en: Female, labels: [女性, 女生]}"


def quoted(text: str) -> str:
    """A text as YAML writes it in quotes."""
    return json.dumps(text, ensure_ascii=False)
