"""The W3C's CSV on the Web test suite, https://w3c.github.io/csvw/tests/ , lifted as `lod lift` does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

from lod.diagnostics import Findings, FindingsError, Severity
from lod.lift.run import lift_files

BASE = "http://www.w3.org/2013/csvw/tests/"


@dataclass(frozen=True)
class Case:
    """One entry of a manifest."""

    name: str
    kind: str
    action: str
    result: str
    metadata: str
    link: str
    is_minimal: bool
    title: str

    @property
    def is_negative(self) -> bool:
        return "Negative" in self.kind

    @property
    def wants_warnings(self) -> bool:
        return "Warning" in self.kind


def folder(shared: Path) -> Path:
    return shared / "suites" / "csvw" / "tests"


def cases(shared: Path, manifest: str) -> list[Case]:
    """The entries of `manifest-{manifest}.jsonld`."""
    text = (folder(shared) / f"manifest-{manifest}.jsonld").read_text(encoding="utf-8")
    return [_case(entry) for entry in json.loads(text)["entries"]]


def _case(entry: dict[str, Any]) -> Case:
    option = entry.get("option", {})
    link = entry.get("httpLink", "")
    return Case(
        name=entry["id"].partition("#")[2],
        kind=entry["type"].partition(":")[2],
        action=entry["action"],
        result=entry.get("result", ""),
        metadata=option.get("metadata", ""),
        link=link[1 : link.index(">")] if link else "",
        is_minimal=bool(option.get("minimal")),
        title=entry["name"],
    )


NOT_EXPECTED: dict[str, dict[str, str]] = {"rdf": {}, "validation": {}}
"""Cases that are not passed, each with its reason."""

MANIFESTS = ("rdf", "validation")


@dataclass(frozen=True)
class Lifted:
    """What `lod lift` makes of a case: N-Quads, if there is an output, and findings."""

    output: bytes | None
    findings: Findings

    @property
    def has_errors(self) -> bool:
        return bool(self.findings.errors)

    @property
    def has_warnings(self) -> bool:
        return any(item.severity is Severity.WARNING for item in self.findings)


class Lifter:
    """Lifts cases, each action once: the two manifests share most of them."""

    def __init__(self, shared: Path, work: Path) -> None:
        self.folder = folder(shared)
        self.out = work / "out.nq"
        self.done: dict[tuple[str, str, bool], Lifted] = {}

    def lift(self, case: Case) -> Lifted:
        """Lift a case's metadata, or its table if the case gives no metadata."""
        action = case.metadata or case.action
        key = action, case.link, case.is_minimal
        if key not in self.done:
            self.done[key] = self._lift(action, case.link, minimal=case.is_minimal)
        return self.done[key]

    def _lift(self, action: str, link: str, *, minimal: bool) -> Lifted:
        findings = Findings()
        self.out.unlink(missing_ok=True)
        path = self.folder / action.partition("?")[0]
        try:
            lift_files(
                [path],
                self.out,
                base_iri=BASE + action,
                findings=findings,
                minimal=minimal,
                threads=1,
                metadata=path.parent / link if link else None,  # what a server would say: `lod lift --metadata`
            )
        except FindingsError as error:
            findings = Findings(list(error.diagnostics))
        return Lifted(self.out.read_bytes() if self.out.exists() else None, findings)


def fault(manifest: str, case: Case, lifted: Lifted, shared: Path) -> str:
    """What is wrong with a case's outcome; '' if nothing is.

    Conversion: the graph is the expected one, though the table may violate its metadata; no output where an error is
    expected. Validation: errors exactly where they are expected, and warnings exactly where these are.
    """
    shown = "; ".join(f"{item.code} {item.message}" for item in lifted.findings)
    if manifest == "rdf":
        if case.is_negative:
            return "" if lifted.has_errors and lifted.output is None else f"an error is expected: {shown}"
        if lifted.output is None:
            return f"no output: {shown}"
        expected = graph((folder(shared) / case.result).read_bytes(), RdfFormat.TURTLE, BASE + case.result)
        return "" if graph(lifted.output, RdfFormat.N_QUADS) == expected else "another graph"
    if case.is_negative:
        return "" if lifted.has_errors else "an error is expected"
    if lifted.has_errors or lifted.has_warnings is not case.wants_warnings:
        return f"{'a warning' if case.wants_warnings else 'no finding'} is expected: {shown}"
    return ""


def graph(data: bytes, syntax: RdfFormat, base: str | None = None) -> Dataset:
    """A graph of which isomorphic ones are equal."""
    found = Dataset(Quad(q.subject, q.predicate, q.object) for q in parse(data, format=syntax, base_iri=base))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found
