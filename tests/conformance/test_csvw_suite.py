"""The W3C's CSVW suite: conversion and validation by the engine, and by the slow readings of the specification.

Positive cases, those with warnings and negative ones are separate tests: an error is easy to make.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import csvw_oracle
import csvw_suite
import pytest
from csvw_suite import BASE, Case, Lifter
from pyoxigraph import RdfFormat

from lod.diagnostics import Findings, Severity
from lod.mapping.csvw.locate import table_group
from lod.mapping.csvw.site import Site
from lod.mapping.csvw.validate import validate

pytestmark = pytest.mark.suite

KINDS = [
    ("rdf", "ToRdfTest", 76),
    ("rdf", "ToRdfTestWithWarnings", 136),
    ("rdf", "NegativeRdfTest", 58),
    ("validation", "PositiveValidationTest", 76),
    ("validation", "WarningValidationTest", 61),
    ("validation", "NegativeValidationTest", 145),
]


@pytest.fixture(scope="module")
def lifter(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Lifter:
    return Lifter(shared, tmp_path_factory.mktemp("csvw"))


def chosen(shared: Path, manifest: str, kind: str) -> list[Case]:
    return [case for case in csvw_suite.cases(shared, manifest) if case.kind == kind]


@pytest.mark.parametrize(("manifest", "kind", "count"), KINDS)
def test_engine(manifest: str, kind: str, count: int, shared: Path, lifter: Lifter) -> None:
    """Every case is passed but those that are listed with a reason; a listed one that is passed is a stale reason."""
    cases = chosen(shared, manifest, kind)
    assert len(cases) == count
    wrong = []
    for case in cases:
        found = csvw_suite.fault(manifest, case, lifter.lift(case), shared)
        if bool(found) is not (case.name in csvw_suite.NOT_EXPECTED[manifest]):
            wrong.append(f"{case.name} {case.title}: {found or 'passed, and listed as not'}")
    assert not wrong


@pytest.mark.parametrize(("manifest", "kind", "count"), KINDS)
def test_specification_read_slowly(manifest: str, kind: str, count: int, shared: Path) -> None:
    """The converter that tests compare the engine with, and the exact judge, pass every case."""
    wrong = [
        f"{case.name} {case.title}" for case in chosen(shared, manifest, kind) if not passes(manifest, case, shared)
    ]
    assert not wrong


def passes(manifest: str, case: Case, shared: Path) -> bool:
    findings = Findings()
    action = case.metadata or case.action
    site = Site(BASE + action, csvw_suite.folder(shared) / action.partition("?")[0])
    group = table_group(site, findings, urljoin(site.url, case.link) if case.link else None)
    if group is not None and not findings.errors:
        if manifest == "validation":
            validate(group, site, findings)
        elif not case.is_negative:
            triples = csvw_oracle.convert(group, site, findings, minimal=case.is_minimal)
            made = "".join(f"{' '.join(triple)} .\n" for triple in triples).encode()
            expected = (csvw_suite.folder(shared) / case.result).read_bytes()
            if csvw_suite.graph(made, RdfFormat.N_TRIPLES) != csvw_suite.graph(
                expected, RdfFormat.TURTLE, BASE + case.result
            ):
                return False
    if case.is_negative:
        return bool(findings.errors)
    has_warnings = any(item.severity is Severity.WARNING for item in findings)
    return not findings.errors and has_warnings is case.wants_warnings
