"""RDF syntaxes and SPARQL result formats: their names, media types and file extensions, best known first.

Media types: https://www.w3.org/ns/formats/ ; results: https://www.w3.org/TR/sparql11-protocol/ §2.1.6
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)  # each is itself: compared and hashed by identity
class Format:
    """One way to write something: `media_types[0]` is what we send, the others we understand."""

    name: str  # for people
    suffix: str  # of a file or URL, without the dot; also the value of `format=`
    media_types: tuple[str, ...]
    iri: str = ""  # http://www.w3.org/ns/formats/…

    @property
    def media_type(self) -> str:
        """What stands in Content-Type, without parameters."""
        return self.media_types[0]


_W3 = "http://www.w3.org/ns/formats/"

TURTLE = Format("Turtle", "ttl", ("text/turtle", "application/x-turtle", "text/n3"), _W3 + "Turtle")
NTRIPLES = Format("N-Triples", "nt", ("application/n-triples",), _W3 + "N-Triples")
JSONLD = Format("JSON-LD", "jsonld", ("application/ld+json", "application/json"), _W3 + "JSON-LD")
RDFXML = Format("RDF/XML", "rdf", ("application/rdf+xml",), _W3 + "RDF_XML")
TRIG = Format("TriG", "trig", ("application/trig",), _W3 + "TriG")
NQUADS = Format("N-Quads", "nq", ("application/n-quads",), _W3 + "N-Quads")
GRAPH_FORMATS = (TURTLE, NTRIPLES, JSONLD, RDFXML, TRIG, NQUADS)

RESULTS_JSON = Format(
    "SPARQL results in JSON",
    "json",
    ("application/sparql-results+json", "application/json"),
    _W3 + "SPARQL_Results_JSON",
)
RESULTS_XML = Format(
    "SPARQL results in XML",
    "xml",
    ("application/sparql-results+xml", "application/xml", "text/xml"),
    _W3 + "SPARQL_Results_XML",
)
RESULTS_CSV = Format("CSV", "csv", ("text/csv",), _W3 + "SPARQL_Results_CSV")
RESULTS_TSV = Format("TSV", "tsv", ("text/tab-separated-values",), _W3 + "SPARQL_Results_TSV")
RESULT_FORMATS = (RESULTS_JSON, RESULTS_XML, RESULTS_CSV, RESULTS_TSV)

JSON = Format("JSON", "json", ("application/json",))
HTML = Format("HTML", "html", ("text/html", "application/xhtml+xml"))


def by_suffix(suffix: str, formats: tuple[Format, ...]) -> Format | None:
    """The format of that file extension among `formats`."""
    return next((f for f in formats if f.suffix == suffix), None)
