"""The stage `validate`: the graph against the constraints of data cubes and the shapes; what breaks them blocks."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Store

from lod.diagnostics import Diagnostic, FindingsError
from lod.errors import GateRefused
from lod.mapping.cube.places import places_of
from lod.pipeline.values import Job, Loaded, Validated
from lod.release.incremental.change import open_change
from lod.release.incremental.cube_change import suspects
from lod.release.report.accounts import change_since, write_account
from lod.release.report.validated import PAGE
from lod.store.snapshot import open_snapshot
from lod.validation.built import Lifted as LiftedTables
from lod.validation.built import validate_lift
from lod.validation.cubes.findings import cube_findings
from lod.validation.cubes.observations import Doubts, check_cubes, doubts_about, doubts_in
from lod.validation.cubes.structure import Graph, declares_cubes
from lod.validation.own_addresses import Made, Own, tell_own_addresses
from lod.validation.reports.account import Account, findings_of, summary
from lod.validation.reports.page import changed
from lod.validation.reports.trace import Sources as Origins
from lod.validation.reports.trace import trace
from lod.wording import joined, say


class ValidationRefused(FindingsError, GateRefused):
    """The data violates the shapes: nothing is released. Carries every finding, and the account of them."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...], account: Account | None = None, page: str = "") -> None:
        super().__init__(diagnostics)
        if account is None:
            return
        self.facts = {"validation": summary(account)}
        whole = say("The whole report, for a browser: {page}", page=page)
        self.note = joined([changed(account.change), whole], "\n") if account.change else whole


def validate(job: Job, loaded: Loaded) -> Validated:
    """Hold the graph against the constraints of data cubes and the shapes; each result goes back to its cell.

    Raises:
        ValidationRefused: broken constraints of RDF Data Cube, results of severity sh:Violation.
    """
    material, folder = loaded.compiled.material, job.work / "report"
    shutil.rmtree(folder, ignore_errors=True)
    store = open_snapshot(loaded.snapshot.folder)
    _tell_own_addresses(job, loaded, store)
    graph = Graph(store)
    options = job.project.build
    broken = check_cubes(graph, _doubts(job, loaded)) if declares_cubes(graph) else ()
    findings = tuple(cube_findings(broken, loaded.result.lineage, material.vocabularies))
    job.findings.extend(findings)
    if not material.shapes:
        job.findings.warning(
            "LOD6006", say("the project has no shapes: nothing was validated"), hint=say('shapes = ["shapes/*.ttl"]')
        )
        return _unless_broken(Validated(loaded, None), findings, job)
    lifted = LiftedTables(
        loaded.compiled.plan,
        loaded.result.lineage,
        lambda: (loaded.statements.read(),),
        loaded.others,
        options.memory_limit,
        options.threads,
        job.work,
    )
    before = len(job.findings)
    report = validate_lift(lifted, material.shapes, job.findings)
    origins = Origins(
        loaded.result.lineage,
        material.vocabularies,
        material.shapes,
        store,
        named=lambda path: job.project.relative(Path(path)),
        declared=places_of(material.mapping.triples_maps, job.project.base_iri),
    )
    traced = tuple(trace(report, origins))
    others = (*findings, *job.findings.items[before:])
    account = Account(report, traced, others, change_since(report, job.project.releases))
    job.findings.extend(findings_of(traced))
    if report.violations:
        write_account(folder, account, job.site)
        raise ValidationRefused(tuple(job.findings), account, job.project.relative(folder / PAGE))
    return _unless_broken(Validated(loaded, account), findings, job)


def _tell_own_addresses(job: Job, loaded: Loaded, store: Store) -> None:
    """Tell of addresses below the base IRI that nothing describes."""
    project, material = job.project, loaded.compiled.material
    named = {"agency.iri": project.agency.iri, "licence.iri": project.licence.iri}
    places = {key: replace(place, path=project.relative(Path(place.path))) for key, place in project.origins.items()}
    tell_own_addresses(
        Own(project.base_iri, store, lambda address: any(each.match(address) for each in material.retired)),
        Made(loaded.compiled.plan, loaded.result.lineage, material.vocabularies),
        {key: (iri, places.get(key)) for key, iri in named.items()},
        job.findings,
        spill=job.work / "addresses",
        memory_limit=project.build.memory_limit,
        threads=project.build.threads,
        shown=lambda path: project.relative(Path(path)),
    )


def _doubts(job: Job, loaded: Loaded) -> Doubts:
    """Which observations may break a constraint: of few changes those that changed, else what columns say."""
    options, spill = job.project.build, job.work / "observations"
    if loaded.change and loaded.changed_rows:
        datasets = [iri for iri in loaded.change.base.frames if iri]
        with open_change(loaded.change, datasets, spill) as run:
            found = suspects(run, loaded.change, loaded.changed_rows)
        if found:
            return doubts_about(*found)
    whole = (loaded.statements.read(),)
    return doubts_in(whole, memory_limit=options.memory_limit, threads=options.threads, spill=spill)


def _unless_broken(validated: Validated, broken: Sequence[Diagnostic], job: Job) -> Validated:
    if broken:
        raise ValidationRefused(tuple(job.findings))
    return validated
