"""Which page a resource gets, by its classes, and its HTML."""

from __future__ import annotations

from collections.abc import Callable

from lod.rdf.namespaces import DCAT, ORG, OWL, QB, SKOS
from lod.server.addresses import Address
from lod.server.documents.describe import Description
from lod.server.pages.codes import code_list_page, concept_page
from lod.server.pages.dataset import dataset_page
from lod.server.pages.frame import Page, render
from lod.server.pages.observation import observation_page
from lod.server.pages.reader import Reader
from lod.server.pages.resource import resource_page
from lod.server.pages.vocabulary import CLASSES, PROPERTIES, term_page, vocabulary_page

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
    types = set(description.types)
    template, build = next(((name, make) for iri, name, make in _BY_CLASS if iri in types), ("resource", resource_page))
    return render(template, build(reader, description, address))
