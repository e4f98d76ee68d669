"""The W3C's suites of SPARQL 1.1: what is not passed is listed, with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import sparql_evaluation
import sparql_graph_store
import sparql_suite

pytestmark = pytest.mark.suite


def test_protocol(shared: Path) -> None:
    found = dict(sparql_suite.outcomes(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (34, {})


def test_graph_store_protocol(shared: Path) -> None:
    found = dict(sparql_graph_store.outcomes(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (13, {})


def test_service_description(shared: Path) -> None:
    found = dict(sparql_evaluation.description(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (3, {})


def test_result_formats(shared: Path) -> None:
    found = dict(sparql_evaluation.results(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (10, {})


def test_query_evaluation(shared: Path) -> None:
    found = dict(sparql_evaluation.evaluation(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (234, {})


def test_query_syntax(shared: Path) -> None:
    found = dict(sparql_evaluation.syntax(shared))
    assert (len(found), {name: wrong for name, wrong in found.items() if wrong}) == (94, {})
