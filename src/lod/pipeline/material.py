"""The curator's files as values: mappings, vocabularies, linksets, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Quad

from lod.diagnostics import Findings, TextOrigin
from lod.lift.compile import compile_plan
from lod.lift.plan import Plan
from lod.linking.linkset import Linkset
from lod.linking.sssom import read_sssom
from lod.mapping.cube.cube_shape import CubeShape, cube_shapes, cubes_in
from lod.mapping.cube.model import Cube, parts_of
from lod.mapping.ir import Mapping
from lod.mapping.read import Shown, read_mappings
from lod.pipeline.executables import check_executables
from lod.project.model import Project
from lod.rdf.namespaces import PREFIXES
from lod.rdf.parse import Document, parse_document
from lod.release.uris.retire import read_retired
from lod.release.uris.tombstones import Tombstone
from lod.validation.validate import read_shapes
from lod.wording import say


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that people wrote, read and checked for itself."""

    mapping: Mapping
    vocabularies: tuple[Document, ...]
    linksets: tuple[Linkset, ...]
    shapes: tuple[Document, ...]
    retired: tuple[Tombstone, ...]
    cube_shapes: tuple[CubeShape, ...] = ()  # of the datasets that cube files describe, made from their structure


def read_material(project: Project, findings: Findings, shown: Shown | None = None) -> Material:
    """Read every file that people wrote. What is wrong in any of them is in `findings`, all of it.

    `shown` says what mappings are called there; they are called by their path in the project if it is not given.

    Findings: those of each reader; LOD1007 there is no mapping.
    """
    options = project.build
    if not options.mappings:
        place = project.origins.get("build.mappings", TextOrigin(project.relative(project.file)))
        findings.error("LOD1007", say("there is no mapping: nothing to lift"), place, say("put one into mappings/"))
    vocabularies = [
        parse_document(path, findings, base_iri=project.base_iri, shown=project.relative(path), blank=f"vocabulary{n}x")
        for n, path in enumerate(options.vocabularies)
    ]
    check_executables((document for document in vocabularies if document), findings)
    linksets = [read_sssom(path, findings, shown=project.relative(path)) for path in options.linksets]
    shapes = read_shapes(
        options.shapes, findings, base_iri=project.base_iri, shown=[project.relative(path) for path in options.shapes]
    )
    mapping = read_mappings(
        options.mappings,
        findings,
        base_iri=project.base_iri,
        tables=options.tables,
        shown=shown or project.relative,
    )
    cubes = cubes_in(mapping)
    of_cubes = tuple(cube_shapes(cubes, project.base_iri))
    return Material(
        mapping,
        tuple(document for document in vocabularies if document),
        tuple(linkset for linkset in linksets if linkset),
        (*shapes, *(_document(each, cubes, project) for each in of_cubes)),
        read_retired(project.retired, project.relative(project.retired), project.base_iri, findings),
        of_cubes,
    )


def _document(shape: CubeShape, cubes: Sequence[Cube], project: Project) -> Document:
    """A cube's shape as if a person had written it: where something is wrong with it, the cube file is named."""
    names = (part.dataset.id for cube in cubes for part in parts_of(cube, cube.editions[0]))
    owners = (cube.origin.path for cube in cubes for _ in parts_of(cube, cube.editions[0]))
    shown = next(path for name, path in zip(names, owners, strict=True) if name == shape.name)
    quads = tuple(Quad(each.subject, each.predicate, each.object) for each in shape.triples)
    return Document(project.file, shown, project.base_iri, quads, PREFIXES)


def bind(mapping: Mapping, project: Project, findings: Findings) -> Plan:
    """Bind the mappings to the headers of their tables. Sources are looked up in the tables' folder first."""
    beside = dict.fromkeys(path.parent for path in project.build.mappings)
    folders = [project.build.tables, *beside, project.root]
    base = project.base_iri
    return compile_plan(mapping, folders=folders, base_iri=base, findings=findings, shown=project.relative)
