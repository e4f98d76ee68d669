"""The catalogue of the reference project, held against the shapes of DCAT-AP 3.0.1, mandatory and recommended.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.validation.files import validate_files


@pytest.mark.suite
@pytest.mark.parametrize("name", ["shapes.ttl", "shapes_recommended.ttl"])
def test_dcat_ap(release: Path, shared: Path, name: str) -> None:
    findings = Findings()
    shapes = shared / "suites" / "dcat-ap-3.0.1" / name
    report = validate_files([release / "catalog.ttl"], [shapes], findings)
    others = {"LOD6061", "LOD6064"}  # of the shapes: sh:shape that nothing judges by, shapes that nothing leads to
    told = [item for item in findings if item.code not in others and "selects nothing" not in item.message]
    assert [item.message for item in told] == []
    assert report.results == ()
