"""The W3C SHACL suite: all of it by default, and what the reference alone does not pass."""

from __future__ import annotations

from pathlib import Path

import pytest
import shacl_suite

pytestmark = pytest.mark.suite

REFERENCE = {"sparql/pre-binding/shapesGraph-001.ttl": "no $shapesGraph (SHACL §5.3.1: support is optional)"}


def test_every_test_passes(shared: Path) -> None:
    cases = shacl_suite.cases(shared)
    assert len(cases) == 120
    assert {name: wrong for name, path in cases.items() if (wrong := shacl_suite.fault(path))} == {}


def test_the_reference(shared: Path) -> None:
    failing = {name for name, path in shacl_suite.cases(shared).items() if shacl_suite.fault(path, "pyshacl")}
    assert failing == REFERENCE.keys()
