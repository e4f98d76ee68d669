"""Everything that the reference project's pages speak of has a name in each of its languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from lod.rdf.namespaces import PREFIXES
from lod.server.served import open_served


@pytest.mark.parametrize("language", ["zh-Hant-TW", "en"])
def test_no_term_is_shown_by_its_prefix(release: Path, language: str) -> None:
    served = open_served(release)
    quads = [*served.quads(None, None, None), *served.metadata]
    terms = {term.value for quad in quads for term in (quad.predicate, quad.object) if isinstance(term, NamedNode)}
    labels = {iri: served.labels.label(iri, language) for iri in terms}
    assert len(labels) > 300
    known = [labels[iri] for iri in terms - set(PREFIXES.values()) if iri.startswith(tuple(PREFIXES.values()))]
    assert not {label.value for label in known if label.value.partition(":")[0] in PREFIXES}
    assert {label.language for label in known} == {language}
