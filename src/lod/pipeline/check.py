"""Everything that can be said about a project before a row is lifted."""

from __future__ import annotations

from lod.diagnostics import Findings
from lod.lift.codes import foresee_codes
from lod.mapping.read import shown_path
from lod.pipeline.material import bind, read_material
from lod.project.model import Project
from lod.validation.validate import check_shapes


def check(project: Project) -> Findings:
    """Read mappings, vocabularies, linksets and shapes, and bind the mappings to the headers of their tables."""
    findings = Findings()
    material = read_material(project, findings, shown_path)
    plan = bind(material.mapping, project, findings)
    if not findings.errors:
        foresee_codes(plan, findings)
    check_shapes(material.shapes, findings)
    return findings
