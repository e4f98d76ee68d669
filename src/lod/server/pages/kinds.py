"""Which page a resource gets, by its classes, and its HTML."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import NamedNode

from lod.rdf.namespaces import DCAT, ORG, OWL, QB, SKOS
from lod.server.addresses import Address
from lod.server.documents.describe import Description
from lod.server.pages.codes import code_list_page, concept_page
from lod.server.pages.dataset import dataset_page
from lod.server.pages.frame import Page, render
from lod.server.pages.incoming import is_counted
from lod.server.pages.key_figures import has_no_figures
from lod.server.pages.observation import observation_page
from lod.server.pages.reader import Reader
from lod.server.pages.resource import resource_page
from lod.server.pages.vocabulary import CLASSES, PROPERTIES, term_page, vocabulary_page
from lod.server.served import ServedRelease
from lod.store.remote import RemoteStore

MOST_LIGHT = 60  # statements: some 100 labels to look up, about 4 ms when none was read before

Builder = Callable[[Reader, Description, Address], Page]

_BY_CLASS: tuple[tuple[str, str, Builder], ...] = (
    (QB + "Observation", "observation", observation_page),
    (QB + "DataSet", "dataset", dataset_page),
    (DCAT + "Dataset", "dataset", dataset_page),
    (SKOS + "ConceptScheme", "code_list", code_list_page),
    (SKOS + "Concept", "concept", concept_page),
    (ORG + "FormalOrganization", "organisation", resource_page),
    (ORG + "Organization", "organisation", resource_page),
    (ORG + "OrganizationalUnit", "organisation", resource_page),
    (OWL + "Ontology", "vocabulary", vocabulary_page),
    *((iri, "term", term_page) for iri in (*PROPERTIES, *CLASSES)),
)


def render_document(reader: Reader, description: Description, address: Address) -> bytes:
    """The HTML page about a resource."""
    if not description.truncated:
        reader.served.labels.tell(description.iri, description.grouped())
    template, build = _kind(description)
    return render(template, build(reader, description, address))


def _kind(description: Description) -> tuple[str, Builder]:
    types = set(description.types)
    return next(((name, make) for iri, name, make in _BY_CLASS if iri in types), ("resource", resource_page))


def is_light(served: ServedRelease, description: Description) -> bool:
    """Whether the page takes a few look-ups in the index, and less than the way to a thread and back.

    Little is said of the thing, little points to it, no cube has figures of it, and what is worked out once a release
    has been.
    """
    return (
        len(description.quads) <= MOST_LIGHT
        and not isinstance(served.store, RemoteStore)
        and _kind(description)[1] is resource_page
        and is_counted(served)
        and has_no_figures(served, description.iri)
        and served.pointing(NamedNode(description.iri)) is not None
    )
