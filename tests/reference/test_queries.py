"""The example queries of the SPARQL page: each says in both languages what it asks, and finds something."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from lod.diagnostics import Findings
from lod.linking.linkset import write_part
from lod.linking.sssom import read_sssom
from lod.rdf.namespaces import RDFS, SH
from lod.store.query import query

TempPaths = pytest.TempPathFactory
EXAMPLES = Path(__file__).parents[2] / "queries" / "examples.ttl"


def examples() -> dict[str, str]:
    """Query by IRI."""
    store = Store()
    store.load(path=EXAMPLES, format=RdfFormat.TURTLE)
    return {
        quad.subject.value: quad.object.value
        for name in ("select", "construct", "ask")
        for quad in store.quads_for_pattern(None, NamedNode(SH + name), None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }


@pytest.fixture(scope="module")
def published(store: Store, copied: Callable[[Store], Store], repository: Path, tmp_path_factory: TempPaths) -> Store:
    """The lifted graph with its links, as a release has them."""
    linkset = read_sssom(repository / "ontologies" / "links.sssom.tsv", Findings())
    assert linkset is not None
    part = write_part([linkset], tmp_path_factory.mktemp("links") / "links.nq")
    whole = copied(store)
    whole.load(path=part, format=RdfFormat.N_QUADS)
    return whole


@pytest.mark.parametrize("iri", sorted(examples()))
def test_it_is_answered(published: Store, iri: str) -> None:
    assert query(published, examples()[iri], BytesIO()) > 1


def test_each_is_named_in_both_languages() -> None:
    store = Store()
    store.load(path=EXAMPLES, format=RdfFormat.TURTLE)
    for iri in examples():
        labels = [quad.object for quad in store.quads_for_pattern(NamedNode(iri), NamedNode(RDFS + "label"), None)]
        assert {label.language for label in labels if isinstance(label, Literal)} == {"zh-hant-tw", "en"}, iri
