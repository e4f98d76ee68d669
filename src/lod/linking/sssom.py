"""Reviewed link tables: SSSOM/TSV with its metadata in comment lines.

https://mapping-commons.github.io/sssom/spec-formats-tsv/ (embedded mode)
https://mapping-commons.github.io/sssom/Mapping/ (slots)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.linking.linkset import Link, Linkset
from lod.rdf.iris import illegal_character, is_absolute
from lod.rdf.namespaces import OWL, RDF, RDFS, SKOS, XSD
from lod.wording import say

SEMAPV = "https://w3id.org/semapv/vocab/"

BUILT_IN: Mapping[str, str] = {
    "linkml": "https://w3id.org/linkml/",
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "semapv": SEMAPV,
    "skos": SKOS,
    "sssom": "https://w3id.org/sssom/",
    "xsd": XSD,
}
"""Prefixes that a curie_map need not declare."""

PREDICATES = (
    *(f"skos:{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")),
    "owl:sameAs",
    "owl:equivalentClass",
    "owl:equivalentProperty",
    "rdfs:seeAlso",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
)
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = frozenset(
    f"""{" ".join(REQUIRED)} subject_label subject_category subject_type subject_source subject_source_version
    subject_match_field subject_preprocessing predicate_label predicate_modifier predicate_type object_label
    object_category object_type object_source object_source_version object_match_field object_preprocessing author_id
    author_label reviewer_id reviewer_label review_date creator_id creator_label license mapping_provider mapping_source
    mapping_cardinality cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date
    publication_date confidence reviewer_agreement curation_rule curation_rule_text match_string similarity_score
    similarity_measure see_also issue_tracker_item other comment record_id""".split()
)
_CURATED = (SEMAPV + "ManualMappingCuration", SEMAPV + "MappingReview")
_DATES = ("mapping_date", "publication_date", "review_date", "valid_from", "valid_to")
_REVIEWERS = ("reviewer_label", "reviewer_id")
_AUTHORS = ("author_label", "author_id", "creator_label", "creator_id")


def read_sssom(path: Path, findings: Findings, *, shown: str = "") -> Linkset | None:
    """Read one SSSOM/TSV file; None if its header is no good.

    A row is published when a person stands behind it: a reviewer is named, or an author with a justification of manual
    curation. Other rows are left out and reported (LOD7015, warning).

    Findings: LOD7010 not UTF-8 or no table, LOD7011 metadata, LOD7012 missing column, LOD7013 unknown prefix, LOD7014
    unknown predicate, LOD7016 ragged row, LOD7017 no IRI, LOD7019 (warning) unknown column, LOD7020 (warning) a link
    stated twice, LOD7021 (warning) a negated row, LOD6111 (warning) no date.
    """
    shown = shown or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.error(
            "LOD7010", say("not UTF-8: {reason}", reason=error.reason), TextOrigin(shown), say("save the file as UTF-8")
        )
        return None
    lines = [line.rstrip("\r") for line in text.split("\n")]
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata = _metadata(lines[:first], shown, findings)
    if metadata is None:
        return None
    header = lines[first].split("\t") if first < len(lines) and lines[first].strip() else []
    if not _is_header(header, metadata, shown, first + 1, findings):
        return None
    table = _Table(shown, header, metadata, {**BUILT_IN, **metadata["curie_map"]}, findings)
    links = tuple(table.links(lines[first + 1 :], first + 2))
    title = str(metadata.get("mapping_set_title") or path.name.removesuffix(".sssom.tsv"))
    return Linkset(shown, title, str(metadata.get("license") or ""), links)


def _metadata(lines: list[str], shown: str, findings: Findings) -> dict[str, Any] | None:
    """The YAML of the comment lines, with a `curie_map` that is one."""
    text = "\n".join(line.removeprefix("#") for line in lines)
    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = TextOrigin(shown, mark.line + 1, mark.column + 2) if mark else TextOrigin(shown)
        findings.error("LOD7011", say("the metadata is not YAML: {problem}", problem=error.problem), place)
        return None
    found = {} if found is None else found
    prefixes = (found.get("curie_map") or {}) if isinstance(found, dict) else None
    if not isinstance(prefixes, dict) or not all(isinstance(value, str) for value in prefixes.values()):
        findings.error("LOD7011", say("'curie_map' must map prefixes to IRIs"), TextOrigin(shown, 1))
        return None
    return {**found, "curie_map": prefixes}


def _is_header(header: list[str], metadata: Mapping[str, Any], shown: str, line: int, findings: Findings) -> bool:
    if not header:
        findings.error(
            "LOD7010", say("there is no table"), TextOrigin(shown, line), say("the first row names the columns")
        )
        return False
    extensions = metadata.get("extension_definitions") or []
    known = COLUMNS | {str(entry.get("slot_name")) for entry in extensions if isinstance(entry, dict)}
    if len(header) == 1 and REQUIRED[1] in header[0]:
        said = say("the columns are not separated by tabs")
        hint = say("save it as text with tabs (TSV): spaces, commas and semicolons separate nothing here")
        findings.error("LOD7010", said, TextOrigin(shown, line, 1, len(header[0])), hint)
        return False
    missing = [name for name in REQUIRED if name not in header and name not in metadata]
    for name in missing:
        hint = did_you_mean(name, [given for given in header if given not in known])
        findings.error(
            "LOD7012",
            say("the column '{name}' is missing", name=name),
            TextOrigin(shown, line, 1, len("\t".join(header))),
            hint,
        )
    column = 1
    for name in header:
        if name not in known and not missing:
            hint = did_you_mean(name, known) or say("declare it under extension_definitions")
            findings.warning(
                "LOD7019",
                say("unknown column '{name}'", name=name),
                TextOrigin(shown, line, column, max(1, len(name))),
                hint,
            )
        column += len(name) + 1
    return not missing


@dataclass(frozen=True, slots=True)
class _Table:
    shown: str
    header: list[str]
    metadata: Mapping[str, Any]  # a slot that stands there holds for every row
    prefixes: Mapping[str, str]
    findings: Findings

    def links(self, lines: list[str], first: int) -> Iterator[Link]:
        """The links of the rows that are whole and reviewed."""
        seen: dict[str, TextOrigin] = {}
        unreviewed: list[TextOrigin] = []
        for number, line in enumerate(lines, start=first):
            link = self._link(line, number) if line.strip() and not line.startswith("#") else None
            if link is None:
                continue
            if not link.reviewer:
                unreviewed.append(link.origin)
            elif link.nquad in seen:
                self.findings.warning(
                    "LOD7020", say("this link is stated twice"), link.origin, related=[seen[link.nquad]]
                )
            else:
                seen[link.nquad] = link.origin
                yield link
        if unreviewed:
            few = say("{n} {n:link is|links are}", n=len(unreviewed))
            hint = say("name who confirmed it in the column reviewer_label")
            self.findings.warning(
                "LOD7015",
                say("{few} not published: nobody has reviewed them", few=few),
                unreviewed[0],
                hint,
                unreviewed[1:],
            )

    def _link(self, line: str, number: int) -> Link | None:
        cells = line.split("\t")
        if len(cells) != len(self.header):
            message = say("{cells} cells where the header has {header}", cells=len(cells), header=len(self.header))
            hint = say("cells are separated by tabs, and none may hold one")
            self.findings.error("LOD7016", message, TextOrigin(self.shown, number, 1, len(line)), hint)
            return None
        row = dict(zip(self.header, (cell.strip() for cell in cells), strict=True))
        places = dict(zip(self.header, self._places(cells, number), strict=True))
        if row.get("predicate_modifier"):
            self.findings.warning(
                "LOD7021", say("this row denies a link: it is not published"), places["predicate_modifier"]
            )
            return None
        terms = {name: self._expand(name, row, places, number) for name in REQUIRED}
        if not all(terms.values()):
            return None
        self._check_dates(row, places)
        evidence = {name: value for name, value in row.items() if value and name not in REQUIRED}
        subject, predicate, target, justification = (str(terms[name]) for name in REQUIRED)
        reviewer = self._reviewer(row, justification)
        return Link(subject, predicate, target, justification, reviewer, evidence, TextOrigin(self.shown, number))

    def _check_dates(self, row: Mapping[str, str], places: Mapping[str, TextOrigin]) -> None:
        """LOD6111 (warning) for what should be a date and is none."""
        for name in _DATES:
            if (text := row.get(name)) and not _is_date(text):
                message = say("{name} '{text}' is no date", name=name, text=text)
                self.findings.warning("LOD6111", message, places[name], say("write it as 2016-04-30"))

    def _places(self, cells: list[str], number: int) -> Iterator[TextOrigin]:
        column = 1
        for cell in cells:
            yield TextOrigin(self.shown, number, column, max(1, len(cell)))
            column += len(cell) + 1

    def _reviewer(self, row: Mapping[str, str], justification: str) -> str:
        names = _REVIEWERS + (_AUTHORS if justification in _CURATED else ())
        return next((str(value) for name in names if (value := row.get(name) or self.metadata.get(name))), "")

    def _expand(self, name: str, row: Mapping[str, str], places: Mapping[str, TextOrigin], number: int) -> str | None:
        """The IRI of a cell: a CURIE of a known prefix, or an IRI as it is."""
        text = row.get(name) or str(self.metadata.get(name) or "")
        place = places.get(name, TextOrigin(self.shown, number))
        prefix, colon, local = text.partition(":")
        if prefix in self.prefixes and colon:
            iri = self.prefixes[prefix] + local
        elif text.startswith(("http://", "https://", "urn:")):
            iri = text
        else:
            hint = (
                did_you_mean(prefix, self.prefixes)
                if colon
                else say("write ':' in half width")
                if "：" in text
                else say("write prefix:code; {name} may not be empty", name=name)
            )
            self.findings.error("LOD7013", say("'{text}' has no prefix of the curie_map", text=text), place, hint)
            return None
        if not is_absolute(iri) or illegal_character(iri):
            self.findings.error(
                "LOD7017",
                say("'{text}' makes no IRI: <{iri}>", text=text, iri=iri),
                place,
                say("percent-encode what no IRI may hold"),
            )
            return None
        if name == "predicate_id" and iri not in _predicates():
            self.findings.error(
                "LOD7014", say("'{text}' links nothing", text=text), place, did_you_mean(text, PREDICATES)
            )
            return None
        return iri


def _is_date(text: str) -> bool:
    """Whether a text is a date as SSSOM has it (xsd:date without a time zone)."""
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _predicates() -> set[str]:
    return {BUILT_IN[prefix] + local for prefix, _, local in (name.partition(":") for name in PREDICATES)}
