"""Mapping files of any language → one `Mapping`."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lod.diagnostics import Findings
from lod.mapping.checks.datatypes import check_datatypes
from lod.mapping.ir import Mapping, TriplesMap
from lod.wording import say

if TYPE_CHECKING:
    from lod.mapping.csvw.read import Described

CUBE = (".cube.yml", ".cube.yaml")
YARRRML = (".yml", ".yaml", ".yarrrml")
RML = (".ttl", ".rml", ".nt")
CSVW = (".json", ".csv", ".tsv", ".tab")  # metadata documents, and files whose metadata is to be located


Shown = Callable[[Path], str]
"""What a file is called in findings and in what is kept of them."""


def shown_path(path: Path) -> str:
    """A path as a person would type it from here."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return str(path) if relative.startswith("..") else Path(relative).as_posix()


def read_mappings(
    paths: Sequence[Path],
    findings: Findings,
    violations: Findings | None = None,
    *,
    base_iri: str = "",
    tables: Path | None = None,
    minimal: bool = False,
    metadata: Path | None = None,
    shown: Shown = shown_path,
) -> Mapping:
    """Read mapping files and merge them. What is wrong in any of them is in `findings`, all of it.

    CSVW looks into the tables, too, and first in the folder `tables`: where they contradict their metadata, that is
    among the `violations` (without these, among the findings). `base_iri` is the URL of its documents, or of their
    folder; `minimal` is csv2rdf's minimal mode; `metadata` the document for a CSV among the paths, as a Link header
    names it. `shown` says what a file is called: a build names it by its path in the project, wherever that lies.
    """
    found: dict[str, TriplesMap] = {}
    described: list[Described] = []
    cubes = [path for path in paths if path.name.lower().endswith(CUBE)]
    yarrrml = [path for path in paths if path not in cubes and path.name.lower().endswith(YARRRML)]
    for path in paths:
        if path in yarrrml:  # they are one document
            triples_maps = _read_yarrrml(yarrrml, shown, findings) if path is yarrrml[0] else []
        elif path in cubes:  # they share their code lists
            triples_maps = _read_cubes(cubes, shown, findings) if path is cubes[0] else []
        elif path.name.lower().endswith(CSVW):
            from lod.mapping.csvw.read import read_csvw  # who has no CSVW does not wait for it

            where = findings if violations is None else violations
            described.append(
                read_csvw(
                    path,
                    findings,
                    where,
                    base_iri=base_iri,
                    tables=tables,
                    minimal=minimal,
                    metadata=metadata,
                    shown=shown,
                )
            )
            triples_maps = list(described[-1].triples_maps)
        else:
            triples_maps = _read_one(path, shown(path), findings)
        for triples_map in triples_maps:
            first = found.setdefault(triples_map.name, triples_map)
            if first is not triples_map:
                message = say(
                    "mapping '{triples_map}' is also in {path}", triples_map=triples_map.name, path=first.origin.path
                )
                findings.error(
                    "LOD3011", message, triples_map.origin, say("give one of them another name"), [first.origin]
                )
    check_datatypes(found.values(), findings)
    views = tuple(view for each in described for view in each.views)
    constraints = tuple(constraint for each in described for constraint in each.constraints)
    return Mapping(tuple(found.values()), views, constraints)


def with_extended(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Mapping files and those that they extend: all files whose change changes the mappings."""
    found = {path.resolve(): path for path in paths}
    for path in paths:
        if path.name.lower().endswith(CUBE):
            from lod.mapping.cube.extend import extended_by

            found |= {each.resolve(): each for each in extended_by(path) if each.resolve() not in found}
    return tuple(found.values())


def _read_cubes(paths: Sequence[Path], shown: Shown, findings: Findings) -> list[TriplesMap]:
    from lod.mapping.cube.compile import read_cube_files

    return read_cube_files(paths, shown, findings)


def _read_yarrrml(paths: Sequence[Path], shown: Shown, findings: Findings) -> list[TriplesMap]:
    from lod.mapping.yarrrml.read import read_yarrrml  # nobody waits for the readers of other languages

    return read_yarrrml([(path, shown(path)) for path in paths], findings)


def _read_one(path: Path, shown: str, findings: Findings) -> list[TriplesMap]:
    name = path.name.lower()
    if name.endswith(RML):
        from lod.mapping.rml.read import read_rml

        return read_rml(path, shown, findings)
    hint = say(
        "a YARRRML mapping ends in .yarrrml.yml, RML in .rml.ttl, a cube file in .cube.yml, CSVW metadata in .json"
    )
    findings.error("LOD3013", say("{shown} is no mapping language known here", shown=shown), None, hint)
    return []
