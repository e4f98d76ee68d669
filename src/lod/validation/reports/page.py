"""A validation report as one HTML page that needs nothing else: no script, no file, no network.

Both languages are in it, a choice at the top shows one of them; without style sheets both are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, Template
from pyoxigraph import Literal

from lod.diagnostics import CellOrigin, Origin, TextOrigin
from lod.validation.report import INFO, WARNING, Judged, Term, local_name
from lod.validation.reports.account import Account, Change, Group, Key, Traced, text
from lod.validation.reports.trace import shown
from lod.wording import LANGUAGES, NOTHING, Wording, in_each_language, say

_EACH = 200  # results of a group that are listed
_EXAMPLES = 3  # in the table of all groups
_FIXED = 100
_NAMES = {"en": "English", "zh-Hant-TW": "中文"}
_WORDS = {
    "title": say("Validation report"),
    "kinds": say("What is wrong, by cause"),
    "one_cause": say("Each line is one shape, property and constraint. Many equal results are most often one mistake."),
    "number": say("Results"),
    "severity": say("Severity"),
    "wrong": say("What is wrong"),
    "property": say("Property"),
    "constraint": say("Constraint"),
    "examples": say("For example"),
    "shape": say("Shape"),
    "rule": say("Mapping rule"),
    "file": say("File"),
    "row": say("Row"),
    "column": say("Column"),
    "cell": say("Cell"),
    "about": say("About"),
    "value": say("Value"),
    "empty": say("(empty)"),
    "new": say("new"),
    "fixed": say("What is wrong no more"),
    "others": say("Also found"),
    "whole": say("Every result stands in"),
    "no_whole": say("Every result stands in a report as CSV or RDF: lod validate … -o report.csv"),
    "judged": say("Which engine judged which shape"),
    "judged_text": say("A shape is judged on the columns of the tables where that is proven to be the same."),
    "engine": say("Engine"),
    "on": say("On"),
    "because": say("Because"),
}
_DATA = {"columns": say("columns"), "the whole graph": say("the whole graph")}


def write_page(
    account: Account, *, language: str = LANGUAGES[0], title: Wording = NOTHING, whole: Sequence[str] = ()
) -> str:
    """The page; `language` is shown first, `title` says what was validated, `whole` are files beside it that list every
    result.
    """
    first = language if language in LANGUAGES else LANGUAGES[0]
    report, groups = account.report, account.groups
    return _template().render(
        first=first,
        second=next(each for each in LANGUAGES if each != first),
        names=_NAMES,
        words=_WORDS,
        title=title,
        conforms=report.conforms,
        verdict=_verdict(account),
        changed=changed(account.change) if account.change else NOTHING,
        left_out=_left_out(report.left_out),
        groups=[_group(account, group) for group in groups],
        several_rules=[len(_rules(group)) > 1 for group in groups],
        fixed=[_fixed(key) for key in account.change.fixed[:_FIXED]] if account.change else (),
        whole=whole,
        others=_others(account),
        judged=[_judged(each) for each in report.judged],
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=False, keep_trailing_newline=True)
    environment.globals["in_each"] = _in_each
    source = files("lod").joinpath("validation", "templates", "report.html").read_text(encoding="utf-8")
    return environment.from_string(source)


def _in_each(words: str) -> Mapping[str, str]:
    if isinstance(words, Wording):
        return in_each_language(words)
    return dict.fromkeys(LANGUAGES, words)


def _verdict(account: Account) -> Wording:
    results = len(account.traced)
    if account.report.conforms:
        return say("The data conforms to the shapes: no result.")
    return say(
        "The data does not conform: {results:,} {results:result|results} of {kinds} {kinds:kind|kinds}.",
        results=results,
        kinds=len(account.groups),
    )


def changed(change: Change) -> Wording:
    """What became of the results since the report before."""
    return say(
        "Compared with {before}: {new:,} new, {fixed:,} fixed, {unchanged:,} unchanged.",
        before=change.before,
        new=len(change.new),
        fixed=len(change.fixed),
        unchanged=change.unchanged,
    )


def _left_out(count: int) -> Wording:
    return say("{count:,} more rows may fail than were judged one by one", count=count) if count else NOTHING


def _group(account: Account, group: Group) -> dict[str, Any]:
    members, first = group.members, group.members[0]
    more, results = len(members) - _EACH, list(_results(account, members[:_EACH]))
    place = next((p for p in (*first.finding.related[::-1], first.finding.origin) if isinstance(p, TextOrigin)), None)
    return {
        "count": len(members),
        "new": sum(account.is_new(each.result) for each in members),
        "severity": _severity(group.severity),
        "said": group.said,
        "property": first.about,
        "path": group.path,
        "constraint": local_name(group.component).removesuffix("ConstraintComponent"),
        "component": group.component,
        "shape": group.shape,
        "shape_place": str(place) if place else "",
        "rules": _rules(group),
        "examples": [_at(each.finding.origin) for each in members[:_EXAMPLES] if each.finding.origin],
        "own_words": len({each.said for each in members[:_EACH]}) > 1,
        "results": results,
        "has_values": any(each["value"] for each in results),
        "more": say("{more:,} more are not listed here.", more=more) if more > 0 else NOTHING,
    }


def _severity(iri: str) -> dict[str, Any]:
    match iri:
        case _ if iri == WARNING:
            return {"kind": "warning", "said": say("warning")}
        case _ if iri == INFO:
            return {"kind": "info", "said": say("info")}
        case _:
            return {"kind": "violation", "said": say("violation")}


def _rules(group: Group) -> list[str]:
    return sorted({str(each.finding.rule) for each in group.members if each.finding.rule})


def _results(account: Account, members: tuple[Traced, ...]) -> Iterator[dict[str, Any]]:
    for each in members:
        origin, value = each.finding.origin, each.result.value
        is_cell = isinstance(origin, CellOrigin)
        yield {
            "file": (origin.source if isinstance(origin, CellOrigin) else origin.path) if origin else "",
            "row": (origin.row if isinstance(origin, CellOrigin) else origin.line) if origin else 0,
            "column": str(origin.column or "") if origin else "",
            "cell": origin.text if is_cell and isinstance(origin, CellOrigin) else None,
            "about": shown(each.result.focus_node),
            "value": "" if value is None or value == each.result.focus_node else _value(value),
            "rule": str(each.finding.rule or ""),
            "said": each.said,
            "is_new": account.is_new(each.result),
        }


def _value(term: Term) -> str:
    """A term in a cell of its own: a text needs no quotation marks unless nothing or blanks are in it."""
    return term.value if isinstance(term, Literal) and term.value.strip() == term.value != "" else shown(term)


def _others(account: Account) -> list[dict[str, Any]]:
    """What else was found: each once, with how often and where first."""
    often = Counter((item.code, item.message) for item in account.others)
    return [
        {
            "code": code,
            "count": count,
            "message": message,
            "hint": next(item.hint for item in account.others if (item.code, item.message) == (code, message)),
            "examples": [
                _at(item.origin)
                for item in account.others
                if item.origin is not None and (item.code, item.message) == (code, message)
            ][:_EXAMPLES],
        }
        for (code, message), count in often.items()
    ]


def _at(origin: Origin | None) -> Wording:
    """`staff.csv, row 3, sex: 'X'`."""
    if not isinstance(origin, CellOrigin):
        return Wording(str(origin))
    place = say("{source}, row {row}, column {column}", source=origin.source, row=origin.row, column=origin.column)
    return say("{place}: '{text}'", place=place, text=origin.text) if origin.text is not None else place


def _fixed(key: Key) -> str:
    shape, focus, path, component, value = key
    kind = local_name(component).removesuffix("ConstraintComponent")
    parts = (focus, local_name(path) if path else "", value, f"{kind} {local_name(shape)}".strip())
    return " · ".join(part for part in parts if part)


def _judged(each: Judged) -> dict[str, Any]:
    data = _DATA.get(each.data, Wording(each.data))
    return {"shape": text(each.shape), "engine": each.engine, "data": data, "reason": each.reason}
