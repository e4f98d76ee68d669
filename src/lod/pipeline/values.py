"""What the stages of a build hand on: each takes one of these values and gives the next.

`Sources → Parsed → Compiled → Lifted → Loaded → Validated → Cleared`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.disclosure.clearance import Clearance
from lod.events import Reporter
from lod.lift.plan import Plan
from lod.lift.result import LiftResult
from lod.pipeline.digests import digest_of, engine_digest
from lod.pipeline.material import Material
from lod.project.model import Project
from lod.release.bulk.statements import Statements
from lod.release.incremental.change import Change
from lod.release.incremental.cube_change import CubeChange
from lod.release.release import Site
from lod.store.snapshot import Snapshot
from lod.validation.reports.account import Account


@dataclass(frozen=True, slots=True)
class Job:
    """What stays the same for all stages of one build."""

    project: Project
    staging: Path  # the release in the making
    work: Path  # private: `.lod/`, kept between builds
    publish: bool
    started: str  # ISO 8601
    findings: Findings
    report: Reporter

    @property
    def site(self) -> Site:
        """What pages and protocols will need to know of the project."""
        project = self.project
        return Site(
            name=project.name,
            base_iri=project.base_iri,
            languages=project.languages,
            title=project.title,
            description=project.description,
            agency_iri=project.agency.iri,
            agency_name=project.agency.name,
            agency_email=project.agency.email,
            licence_iri=project.licence.iri,
            licence_name=project.licence.name,
            attribution=project.attribution,
        )


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that people wrote, by SHA-256."""

    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Those files, read."""

    inputs: Mapping[str, str]
    material: Material


@dataclass(frozen=True, slots=True)
class Compiled:
    """Mappings bound to tables. `inputs` now names the tables too, so the digest says all that will be built."""

    inputs: Mapping[str, str]
    material: Material
    plan: Plan

    @property
    def digest(self) -> str:
        """Of everything that determines the release."""
        return digest_of({**self.inputs, "engine": engine_digest()})


@dataclass(frozen=True, slots=True)
class Lifted:
    """The tables as N-Quads. `kept`: by an earlier build. With a `change` they are those of the release before, and it
    says what is different; `result` has no parts then.
    """

    compiled: Compiled
    result: LiftResult
    kept: bool
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything in a sealed store. `statements`: those of lift, vocabularies and links, sorted."""

    compiled: Compiled
    result: LiftResult
    statements: Statements
    others: tuple[Path, ...]  # statements that no table made
    snapshot: Snapshot
    change: Change | None = None
    changed_rows: CubeChange | None = None


@dataclass(frozen=True, slots=True)
class Validated:
    """A store that breaks no shape. `account` is None where the project has no shapes."""

    loaded: Loaded
    account: Account | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """What may be released."""

    loaded: Loaded
    account: Account | None
    clearance: Clearance
