"""Everything that can be said about a project before it is built."""

from __future__ import annotations

from lod.diagnostics import Findings
from lod.lift.codes import foresee_codes
from lod.lift.run import check_rows
from lod.mapping.ir import Constant
from lod.mapping.read import shown_path
from lod.pipeline.material import Material, bind, read_material
from lod.project.model import Project
from lod.rdf.iris import is_absolute
from lod.tables.csv import check_encoding
from lod.tables.table import Table
from lod.validation.validate import check_shapes


def check(project: Project, *, rows: bool = False) -> Findings:
    """Read mappings, vocabularies, linksets and shapes, and bind the mappings to the headers of their tables.

    With `rows` the tables are read, too, as for a lift.

    Raises:
        LiftError: LOD4008, reading them takes more memory than `[build] memory_limit` or more disk than there is.
    """
    findings = Findings()
    material = read_material(project, findings, shown_path)
    plan = bind(material.mapping, project, findings)
    if rows and not findings.errors:
        check_rows(plan, memory_limit=project.build.memory_limit, threads=project.build.threads, findings=findings)
    elif not findings.errors:
        foresee_codes(plan, findings)
        if project.build.on_error == "stop":
            for table in plan.tables:
                if type(table) is Table and not table.is_numbered:  # a CSV as it is
                    check_encoding(table, findings)
    # of mappings that cannot be read nobody knows which properties they make
    properties = None if findings.errors else _properties(material, project.base_iri)
    check_shapes(material.shapes, findings, properties=properties, tell_all=True)
    return findings


def _properties(material: Material, base: str) -> frozenset[str] | None:
    """The properties that the project's statements have; None where a row may name one."""
    made: set[str] = set()
    for triples_map in material.mapping.triples_maps:
        for rule in triples_map.predicate_object_maps:
            named = rule.predicate.expression
            if not isinstance(named, Constant):
                return None
            made.add(named.value if is_absolute(named.value) else (triples_map.base or base) + named.value)
    return frozenset(made | {quad.predicate.value for each in material.vocabularies for quad in each.quads})
