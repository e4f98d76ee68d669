"""RML-Core, RML-IO and RML-FNML, case by case."""

from __future__ import annotations

from pathlib import Path

import pytest
import rml_suite

pytestmark = pytest.mark.suite


@pytest.mark.parametrize("suite", rml_suite.SUITES)
def test_suite(suite: str, shared: Path, tmp_path: Path) -> None:
    """Every case is passed but those that are listed with a reason; a listed one that is passed is a stale reason."""
    wrong = []
    for case in rml_suite.cases(shared, suite):
        work = tmp_path / case.name
        work.mkdir()
        found = rml_suite.fault(case, work)
        if bool(found) is not (case.name in rml_suite.NOT_EXPECTED):
            wrong.append(f"{case.name}: {found or 'passed, and listed as not'}")
    assert not wrong


def test_core_on_spark(shared: Path, tmp_path: Path, spark: None) -> None:
    """A fifth of the cases: all goldens run there too, and all cases where the report is made."""
    wrong = {}
    for case in rml_suite.cases(shared, "rml-core")[::5]:
        work = tmp_path / case.name
        work.mkdir()
        if found := rml_suite.fault(case, work, "spark"):
            wrong[case.name] = found
    assert wrong == {}


def test_stale_files_differ_in_nothing_else(shared: Path, tmp_path: Path) -> None:
    """Cases given up for their expected files: all is as expected, but for integers that are strings there."""
    found = []
    for case in rml_suite.cases(shared, "rml-io"):
        if rml_suite.NOT_EXPECTED.get(case.name) == rml_suite.STALE:
            work = tmp_path / case.name
            work.mkdir()
            rml_suite.fault(case, work)
            found.append((case.name, rml_suite.is_only_datatypes(case, work)))
    assert len(found) == 9
    assert [name for name, same in found if not same] == []
