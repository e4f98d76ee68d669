"""Addresses of ours that something leads to and that nothing describes: whoever follows them meets nothing (404).

Looked for in what made the statements: the rules of mappings, by their distinct values, and the documents that people
wrote; what is described says the store.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import NamedNode, Quad, Store

from lod.diagnostics import Diagnostic, Findings, Origin, Severity, TextOrigin, did_you_mean
from lod.lift.engines.duckdb.objects import Asked, Objects, ask
from lod.lift.plan import Plan
from lod.lift.tracing import Question, answers
from lod.lineage import Lineage
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.parse import Document, place_of, place_of_statement
from lod.validation.report import local_name
from lod.wording import NOTHING, Wording, joined, say

SITE = frozenset(
    {"-", "about", "accessibility", "api", "apis.json", "catalog", "codes", "context", "context.jsonld", "datasets"}
) | frozenset({"dump", "embed", "feed", "graph-store", "index", "links", "linkset", "release", "robots.txt", "search"})
SITE |= frozenset({"sitemap", "sparql", "timemap", "tpf", "validation", "void", ".well-known"})
"""The first parts of paths at which the site itself answers (docs/reference/urls.md): nothing has to describe these."""

_PAGE = re.compile(rf"({'|'.join(map(re.escape, sorted(SITE)))})([/.-].*)?")
_SUFFIXES = "|".join(("html", "json", "csv", *(each.suffix for each in GRAPH_FORMATS)))
_SUFFIX = re.compile(rf"(\.[A-Za-z]+(-[A-Za-z]+)*)?\.({_SUFFIXES})$")
_FINDINGS = 20
_SHOWN = 3
_NEAR = 2000  # described addresses among which the nearest is looked for
_USES = 1000  # addresses of one rule whose uses are counted


@dataclass(frozen=True, slots=True)
class Own:
    """What is ours, below a base that ends with '/'. `is_retired`: whether an address has a tombstone."""

    base: str
    store: Store
    is_retired: Callable[[str], bool] = lambda _: False
    _known: dict[str, bool] = field(default_factory=dict)

    def lacks(self, address: str) -> bool:
        """Whether an address is ours, nothing describes it, and the site has nothing else there either."""
        if not address.startswith(self.base):
            return False
        if address not in self._known:
            self._known[address] = not (self._is_described(address) or self._is_answered(address))
        return self._known[address]

    def _is_described(self, address: str) -> bool:
        try:
            node = NamedNode(address)
        except ValueError:
            return True  # it is no address, of which others tell
        return next(self.store.quads_for_pattern(node, None, None, None), None) is not None

    def _is_answered(self, address: str) -> bool:
        path = re.split("[?#]", address.removeprefix(self.base), maxsplit=1)[0]
        if not path or _PAGE.fullmatch(path) or self.is_retired(address):
            return True
        if self.store.contains_named_graph(NamedNode(address)):
            return True
        if not path.startswith(("doc/", "data/")):
            return False
        stem = _SUFFIX.sub("", path)
        thing = stem.removeprefix("doc/") if stem.startswith("doc/def/") else re.sub("^doc/", "id/", stem)
        return thing != address.removeprefix(self.base) and self._is_described(self.base + thing)


@dataclass(frozen=True, slots=True)
class Made:
    """What made the statements: rules over tables as they were read, and documents that people wrote."""

    plan: Plan
    lineage: Lineage
    documents: Sequence[Document]


@dataclass(slots=True)
class _Group:
    """Addresses with one beginning that one property leads to."""

    statements: int = 0
    is_sample: bool = False
    addresses: dict[str, str] = field(default_factory=dict)  # with a subject that leads there
    place: Origin | None = None  # where a person wrote one of them


_Groups = dict[tuple[str, str], _Group]


def tell_own_addresses(
    own: Own,
    made: Made,
    named: Mapping[str, tuple[str, TextOrigin | None]],
    findings: Findings,
    *,
    spill: Path,
    memory_limit: str,
    threads: int,
    shown: Callable[[str], str] = str,
) -> None:
    """Tell of addresses of ours that nothing describes.

    `named`: addresses that the project itself names, by the key that does, and where. `shown`: how people know the path
    of a mapping.

    Findings: LOD4060 (warning), one for each property and beginning of addresses.
    """
    described = _subjects(made.documents)
    for key, (address, place) in named.items():
        if own.lacks(address):
            message = say("{address}, the value of '{key}', is described nowhere", address=address, key=key)
            findings.warning("LOD4060", message, place, _nearest(address, described, own.base))
    groups: _Groups = defaultdict(_Group)
    with ask(made.plan, made.lineage, spill, memory_limit=memory_limit, threads=threads) as look:
        for objects in look.objects(own.base):
            lost = {each for each in objects.addresses if own.lacks(each)}
            described.update(set(objects.addresses) - lost)
            if lost:
                _add_made(look, objects, sorted(lost), groups, shown)
    _add_written(own, made.documents, groups)
    ordered = sorted(groups.items(), key=lambda each: (-each[1].statements, each[0]))
    for (predicate, _), group in ordered[:_FINDINGS]:
        hint = _nearest(min(group.addresses), described, own.base)
        findings.extend([_finding(predicate, group, made.lineage, hint)])
    if len(ordered) > _FINDINGS:
        rest = sum(len(group.addresses) for _, group in ordered[_FINDINGS:])
        findings.warning("LOD4060", say("{n:,} more addresses are described nowhere", n=rest))


def _add_made(look: Asked, objects: Objects, lost: Sequence[str], groups: _Groups, shown: Callable[[str], str]) -> None:
    """What a rule makes."""
    statement = objects.statement
    predicate = "".join(each for each in statement.predicate.pieces if isinstance(each, str))
    for use in look.uses(objects, lost[:_USES]):
        group = groups[predicate, _beginning(use.address)]
        group.statements += use.statements
        group.is_sample |= objects.is_sample or len(lost) > _USES
        group.addresses.setdefault(use.address, use.subject)
        if not statement.object.columns:
            group.place = replace(statement.object.origin, path=shown(statement.object.origin.path))


def _subjects(documents: Iterable[Document]) -> set[str]:
    return {quad.subject.value for each in documents for quad in each.quads if isinstance(quad.subject, NamedNode)}


def _add_written(own: Own, documents: Iterable[Document], groups: _Groups) -> None:
    """What people wrote themselves."""
    for document in documents:
        for quad in document.quads:
            if isinstance(quad.object, NamedNode) and own.lacks(quad.object.value):
                group = groups[quad.predicate.value, _beginning(quad.object.value)]
                group.statements += 1
                group.addresses.setdefault(quad.object.value, getattr(quad.subject, "value", ""))
                if group.place is None:
                    group.place = _written(document, quad)


def _written(document: Document, quad: Quad) -> TextOrigin:
    predicate, value = quad.predicate.value, getattr(quad.object, "value", "")
    if isinstance(quad.subject, NamedNode):
        return place_of(document, quad.subject.value, predicate, value)
    return place_of_statement(document, predicate, value, 1)


def _finding(predicate: str, group: _Group, lineage: Lineage, hint: Wording) -> Diagnostic:
    examples = sorted(group.addresses.items())[:_SHOWN]
    origins: list[Origin] = [group.place] if group.place else []
    rule: TextOrigin | None = None
    if not origins:
        for answer in answers(lineage, [Question(subject, predicate, address) for address, subject in examples]):
            origins += answer.cells[:1]
            rule = rule or answer.rule
    message = say(
        "{name} leads to {n:,} {n:address|addresses} of ours that nothing describes, as {examples} ({statements:,} "
        "{statements:statement|statements})",
        name=local_name(predicate) or predicate,
        n=len(group.addresses),
        examples=", ".join(address for address, _ in examples),
        statements=group.statements,
    )
    if group.is_sample:
        message = joined([message, say("not all were looked at")], "; ")
    first, more = (origins[0], tuple(origins[1:])) if origins else (None, ())
    return Diagnostic("LOD4060", Severity.WARNING, message, first, hint, more, rule)


def _nearest(address: str, described: Collection[str], base: str) -> Wording:
    """What is described and differs in its last part, or in all but that."""
    beginning = _beginning(address)
    last = address.removeprefix(beginning)
    alike = [each for each in described if each.startswith(beginning) or (last and each.endswith(last))]
    short = [each.removeprefix(base) for each in sorted(alike) if each.startswith(base)]
    hint = did_you_mean(address.removeprefix(base), short[:_NEAR]) if short else NOTHING
    return hint or say("describe it in a vocabulary, or correct what names it")


def _beginning(address: str) -> str:
    return address[: max(address.rfind("/"), address.rfind("#")) + 1]
