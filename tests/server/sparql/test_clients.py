"""The clients that researchers use."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
THING = "https://lod.example.org/id/thing/5"
TRIPLES = 6_000


def wrapper(endpoint: Any, query: str, wanted: str) -> Any:
    client: Any = SPARQLWrapper(endpoint.url)
    client.setQuery(query)
    client.setReturnFormat(wanted)
    return client


def test_sparqlwrapper_reads_results(endpoint: Any) -> None:
    found = wrapper(endpoint, COUNT, JSON).queryAndConvert()
    assert found["results"]["bindings"][0]["n"]["value"] == str(TRIPLES)
    assert b"6000" in wrapper(endpoint, COUNT, CSV).queryAndConvert()
    assert b"6000" in wrapper(endpoint, COUNT, TSV).queryAndConvert()
    assert "6000" in wrapper(endpoint, COUNT, XML).queryAndConvert().toxml()


@pytest.mark.parametrize("posted", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_posts(endpoint: Any, posted: str) -> None:
    client = wrapper(endpoint, COUNT, JSON)
    client.setMethod(POST)
    client.setRequestMethod(posted)
    assert client.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == str(TRIPLES)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # in SPARQLWrapper
@pytest.mark.parametrize("wanted", [TURTLE, RDFXML, JSONLD])
def test_sparqlwrapper_reads_graphs(endpoint: Any, wanted: str) -> None:
    found = wrapper(endpoint, f"DESCRIBE <{THING}>", wanted).queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format=wanted)
    assert len(graph) == 2


def test_sparqlwrapper_sees_errors(endpoint: Any) -> None:
    with pytest.raises(QueryBadFormed, match="LOD5010"):
        wrapper(endpoint, "SELECT * {", JSON).query()


def test_rdflib_store(endpoint: Any) -> None:
    graph = Graph(SPARQLStore(endpoint.url))
    assert len(list(graph.triples((URIRef(THING), None, None)))) == 2
    rows: list[Any] = list(graph.query(COUNT))
    assert [int(row[0]) for row in rows] == [TRIPLES]


def test_curl(endpoint: Any) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    command = [curl, "-sS", "--data-urlencode", f"query={COUNT}", "-H", "Accept: text/csv", endpoint.url]
    assert subprocess.run(command, capture_output=True, check=True, timeout=60).stdout == b"n\r\n6000\r\n"


def test_comunica(endpoint: Any, comunica: str) -> None:
    """It asks for the service description first and chooses formats by itself."""
    command = [comunica, f"sparql@{endpoint.url}", "-q", COUNT, "-t", "text/csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["n", str(TRIPLES)]), done.stderr
    command = [comunica, f"sparql@{endpoint.url}", "-q", f"DESCRIBE <{THING}>", "-t", "application/n-triples"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert len(done.stdout.splitlines()) == 2, done.stderr


@pytest.mark.skipif(shutil.which("roqet") is None, reason="roqet is not installed: rasqal-utils of Debian")
def test_roqet(endpoint: Any) -> None:
    """An old client that reads results as XML, strictly."""
    command = ["roqet", "-q", "-p", endpoint.url, "-e", COUNT, "-r", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["n", str(TRIPLES)]), done.stderr


def has_r() -> bool:
    """Whether R and its package SPARQL are installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return False
    return subprocess.run([rscript, "-e", "library(SPARQL)"], capture_output=True, check=False).returncode == 0


def test_r(endpoint: Any) -> None:
    if not has_r():
        pytest.skip("R or its package SPARQL is not installed: r-cran-sparql of Debian")
    code = f'suppressMessages(library(SPARQL)); cat(SPARQL("{endpoint.url}", "{COUNT}")$results$n)'
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, str(TRIPLES)), done.stderr
