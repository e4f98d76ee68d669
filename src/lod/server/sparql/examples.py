"""Example queries for the page: those that the store itself describes, and some made from what it holds.

SHACL SPARQL-based executables: https://www.w3.org/TR/shacl/#SPARQLConstraintComponent ; `sh:SPARQLExecutable` with
`sh:select`, `sh:ask` or `sh:construct` and an `rdfs:label` is how endpoints publish tried queries.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode

from lod.rdf.declared_prefixes import Term, declared_prefixes, prefix_lines
from lod.rdf.namespaces import PREFIXES, QB, RDF, SH, SKOS
from lod.release.descriptions.datasets import read_datasets, version_iri
from lod.server.served import ServedRelease
from lod.store.graphs import MOST_STATEMENTS
from lod.store.guard import QueryError

MOST = 20  # examples that stand in the store
_TYPE = NamedNode(RDF + "type")
_QUERY_PROPERTIES = tuple(NamedNode(SH + name) for name in ("select", "ask", "construct"))


@dataclass(frozen=True, slots=True)
class Example:
    """A query and what it asks, in the page's language."""

    title: str
    query: str
    iri: str = ""  # under which the store describes it; '' where it is made here
    page: str = ""  # where that is shown


def examples(served: ServedRelease, language: str) -> tuple[Example, ...]:
    """The examples of a release."""
    return (*_published(served, language), *_made(served, language))


def _published(served: ServedRelease, language: str) -> list[Example]:
    """What the store offers as executables."""

    def objects(subject: Term, predicate: str) -> list[Term]:
        if not isinstance(subject, NamedNode | BlankNode):
            return []
        return [quad.object for quad in served.quads(subject, NamedNode(predicate), None)]

    found: list[Example] = []
    for query_property in _QUERY_PROPERTIES:
        for quad in served.quads(None, query_property, None):
            if len(found) < MOST and isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
                title = served.labels.label(quad.subject.value, language).value
                lines = prefix_lines(declared_prefixes(quad.subject, objects))
                found.append(Example(title, lines + quad.object.value, quad.subject.value))
    return sorted(found, key=lambda example: example.title)


def _made(served: ServedRelease, language: str) -> list[Example]:
    """Questions that every store of this kind answers, about resources that this one holds."""
    t = served.theme.catalogue(language)
    made = [Example(t("sparql_example_classes"), _CLASSES)]
    if dataset := _first(served, QB + "DataSet"):
        made.append(Example(t("sparql_example_datasets"), _prefixed("qb", "rdfs", "dct", body=_DATASETS)))
        made.append(
            Example(
                t("sparql_example_observations", label=served.labels.label(dataset, language).value),
                _prefixed("qb", body=_OBSERVATIONS.replace("DATASET", dataset)),
            )
        )
    if scheme := _first(served, SKOS + "ConceptScheme"):
        made.append(
            Example(
                t("sparql_example_codes", label=served.labels.label(scheme, language).value),
                _prefixed("skos", body=_CODES.replace("SCHEME", scheme)),
            )
        )
        made.append(Example(t("sparql_example_describe"), f"DESCRIBE <{scheme}>"))
        made.append(Example(t("sparql_example_links"), _prefixed("skos", body=_LINKS)))
    if versions := _two_versions(served):
        dataset, before, now = versions
        title = t("sparql_example_versions", label=served.labels.label(dataset, language).value)
        made.append(Example(title, _VERSIONS.replace("BEFORE", before).replace("NOW", now)))
    return made


def _two_versions(served: ServedRelease) -> tuple[str, str, str] | None:
    """A dataset of which two versions can be asked for as graphs: the first in the alphabet, and these."""
    for dataset, record in sorted(read_datasets(served.release.folder).items()):
        names = [version_iri(dataset, name) for name in (record.previous, record.version) if name]
        try:
            files = [served.graphs().find(name) for name in names]
        except QueryError:  # one of the releases is damaged: whoever asks for it is told
            continue
        found = [file for file in files if file is not None]
        if len(found) == 2 and sum(file.statements for file in found) <= MOST_STATEMENTS:
            return dataset, names[0], names[1]
    return None


def _first(served: ServedRelease, iri: str) -> str | None:
    """One resource of ours of a class, always the same: the first in the alphabet among the first hundred."""
    quads = zip(served.quads(None, _TYPE, NamedNode(iri)), range(100), strict=False)
    ours = (q.subject.value for q, _ in quads if isinstance(q.subject, NamedNode))
    return min((i for i in ours if i.startswith(served.space.base) and ">" not in i), default=None)


def _prefixed(*prefixes: str, body: str) -> str:
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in prefixes) + body


_CLASSES = """\
SELECT ?class (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?class
}
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 100"""

_DATASETS = """
SELECT ?dataset ?title WHERE {
  ?dataset a qb:DataSet .
  OPTIONAL { ?dataset rdfs:label|dct:title ?title }
}
ORDER BY ?dataset ?title
LIMIT 100"""

_OBSERVATIONS = """
SELECT ?observation ?component ?value WHERE {
  <DATASET> qb:structure/qb:component/(qb:dimension|qb:measure) ?component .
  ?observation qb:dataSet <DATASET> ; ?component ?value .
}
ORDER BY ?observation ?component
LIMIT 100"""

_CODES = """
SELECT ?code ?notation ?label WHERE {
  ?code skos:inScheme <SCHEME> .
  OPTIONAL { ?code skos:notation ?notation }
  OPTIONAL { ?code skos:prefLabel ?label }
}
ORDER BY ?notation ?code
LIMIT 200"""

_VERSIONS = """\
SELECT ?about ?property ?before ?now
FROM NAMED <BEFORE>
FROM NAMED <NOW>
WHERE {
  GRAPH <NOW> { ?about ?property ?now }
  FILTER NOT EXISTS { GRAPH <BEFORE> { ?about ?property ?now } }
  OPTIONAL { GRAPH <BEFORE> { ?about ?property ?before } }
}
ORDER BY ?about ?property
LIMIT 100"""

_LINKS = """
SELECT ?ours ?theirs WHERE {
  ?ours skos:exactMatch ?theirs
}
ORDER BY ?ours
LIMIT 100"""
