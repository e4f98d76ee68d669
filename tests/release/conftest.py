"""Releases made of a few statements, by the code that makes every release."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from lod.diagnostics import Diagnostic, Findings
from lod.disclosure.gate import clear
from lod.disclosure.rules import NO_RULES
from lod.lift.engines.duckdb.merge import merge
from lod.linking.linkset import Linkset
from lod.release.bulk.statements import Statements
from lod.release.lock import exclusive
from lod.release.publishing.candidate import Content, write_candidate
from lod.release.publishing.staging import staging
from lod.release.release import Release, Site
from lod.store.load import load

SENTENCE = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"

Make = Callable[..., Release]


@pytest.fixture
def site() -> Site:
    """A site with everything that is published of a project."""
    return Site(
        name="staff",
        base_iri="https://a.example/",
        languages=("zh-Hant-TW", "en"),
        title={"zh-Hant-TW": "人員", "en": "Staff"},
        description={"en": "Figures of staff."},
        agency_iri="https://a.example/id/org/1",
        agency_name={"zh-Hant-TW": "機關", "en": "Agency"},
        agency_email="data@a.example",
        licence_iri="https://data.gov.tw/license",
        licence_name={"en": "OGDL"},
        attribution={"zh-Hant-TW": SENTENCE, "en": "Source: the Agency."},
    )


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """A releases folder whose path has a blank and Chinese in it."""
    return tmp_path / "發布 releases"


@pytest.fixture
def make(tmp_path: Path, releases: Path, site: Site) -> Make:
    """Make a candidate of N-Quads text."""

    def made(text: str, *, linksets: tuple[Linkset, ...] = (), findings: tuple[Diagnostic, ...] = ()) -> Release:
        part = tmp_path / "part.nq"
        part.write_text(text, encoding="utf-8")
        with exclusive(releases, "a test"), staging(releases) as folder:
            statements = Statements(tmp_path)
            merge([part], statements.read(), memory_limit="128MB", threads=1)
            snapshot = load([statements.read()], folder / "store")
            clearance = clear(snapshot.digest, [linkset.digest for linkset in linksets], NO_RULES, Findings())
            content = Content(
                site=site,
                digest=hashlib.sha256(text.encode()).hexdigest(),
                inputs={"tables/staff.csv": "ab" * 32},
                generator="lod test",
                started="2026-01-01T00:00:00Z",
                snapshot=snapshot,
                statements=statements,
                linksets=linksets,
                account=None,
                findings=findings,
            )
            return write_candidate(releases, folder, content, clearance)

    return made


@pytest.fixture
def quad() -> Callable[[object], str]:
    """One statement about one thing, told apart by a number."""
    return lambda number: f'<https://a.example/id/1> <http://www.w3.org/2000/01/rdf-schema#label> "{number}" .\n'
