"""Logical sources: a file, how references read it, and what its rows are.

RML-IO, https://w3id.org/rml/io/spec, «Sources», and its registry (`rml:FilePath`, `rml:RelativePathSource`); legacy RML
gives the file's name as text; `csvw:Table` describes a CSV with its dialect.
"""

from __future__ import annotations

from lod.diagnostics import TextOrigin, did_you_mean
from lod.mapping.ir import Dialect, Formulation, LogicalSource
from lod.mapping.rml.databases import is_database, read_database, read_logical_table
from lod.mapping.rml.dialects import read_dialect
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.targets import read_compression, read_encoding
from lod.mapping.rml.vocabulary import CSVW, FORMATS, RML, shown
from lod.rdf.turtle import Iri, Literal, Term
from lod.wording import NOTHING, say

_FORMULATIONS = {"CSV": Formulation.CSV, "JSONPath": Formulation.JSONPATH, "XPath": Formulation.XPATH}
_RESULTS = {f"{FORMATS}SPARQL_Results_{each}": each == "CSV" for each in ("CSV", "TSV", "JSON", "XML")}
_RESULTS |= {RML + "SPARQL": False}  # whether what a query gives is plain text
_EVERYTHING = {Formulation.JSONPATH: "$", Formulation.XPATH: "/*"}  # the iterator where none is written
_DOCUMENTS = (".json", ".jsonl", ".ndjson")
# what a file's name says where the mapping says nothing, or that its rows are read as those of a CSV
_ENDINGS = {
    **dict.fromkeys(_DOCUMENTS, Formulation.JSONPATH),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), Formulation.WORKBOOK),
    ".parquet": Formulation.PARQUET,
    ".xml": Formulation.XPATH,
}
_ADDRESSES = ("http://www.w3.org/ns/dcat#downloadURL", "http://www.w3.org/ns/dcat#accessURL")
_FILES = ("FilePath", "RelativePathSource", "Source")


def read_source(graph: Graph, node: Resource) -> LogicalSource | None:
    """A logical source; None, and findings, when something in it is missing or wrong."""
    iterator = graph.text(node, "iterator")
    access = graph.one(node, "source")
    if access is None and (graph.values(node, "tableName") or (graph.values(node, "query") and node in graph.legacy)):
        return read_logical_table(graph, node)
    if access is None:
        hint = say("rml:source [ a d2rq:Database; d2rq:jdbcDSN … ]") if graph.values(node, "query") else NOTHING
        graph.findings.error("LOD3103", say("the logical source has no rml:source"), graph.origin(node), hint)
        return None
    legacy = node in graph.legacy
    if isinstance(access, Literal):
        return _file(graph, node, access, Dialect(empty_is_null=legacy), iterator)
    if CSVW + "Table" in graph.types(access) or graph.values(access, CSVW + "url"):
        return _csvw_table(graph, node, access, iterator)
    if is_database(graph, access):
        return read_database(graph, node, access)
    return _described(graph, node, access, iterator, legacy)


def _described(
    graph: Graph, node: Resource, access: Resource, iterator: Literal | None, legacy: bool
) -> LogicalSource | None:
    """A source with an access description: only files."""
    path: Term | None = graph.text(access, "path")
    path = path or next((url for name in _ADDRESSES if (url := graph.one(access, name))), None)
    if path is None:
        kinds = [each for each in graph.types(access) if each not in [RML + name for name in _FILES]]
        what = f"a source of type <{kinds[0]}>" if kinds else "a source without rml:path"
        hint = say('rml:source [ a rml:FilePath; rml:path "file.csv" ]: a lift reads local files, it fetches nothing')
        graph.findings.error("LOD3109", say("{what} is not supported", what=what), graph.origin(access), hint)
        return None
    nulls = [value for value in graph.values(access, "null") + graph.values(node, "null") if isinstance(value, Literal)]
    texts = tuple(dict.fromkeys(value.value for value in nulls))
    formulation = graph.one(node, "referenceFormulation")
    if formulation and str(formulation.value) in _RESULTS:
        return _solutions(
            graph, node, str(path.value), path.origin, iterator, is_plain=_RESULTS[str(formulation.value)]
        )
    dialect = Dialect(encoding=read_encoding(graph, access, node), nulls=texts, empty_is_null=legacy or "" in texts)
    compression = read_compression(graph, access, node)
    root = graph.one(access, "root")
    return _file(graph, node, path, dialect, iterator, compression, root)


def _solutions(
    graph: Graph, node: Resource, path: str, origin: TextOrigin, iterator: Literal | None, *, is_plain: bool
) -> LogicalSource | None:
    """The solutions of a query over a local RDF file."""
    if iterator is None:
        hint = say('rml:iterator "SELECT ?person ?name WHERE { … }"')
        graph.findings.error("LOD3103", say("the source has no query"), graph.origin(node), hint)
        return None
    access = graph.one(node, "source")
    root = graph.one(access, "root") if access and not isinstance(access, Literal) else None
    return LogicalSource(
        path.removeprefix("file://"),
        Formulation.SPARQL,
        origin,
        query=iterator.value,
        is_plain=is_plain,
        dialect=Dialect(empty_is_null=False),
        in_working_folder=isinstance(root, Iri) and root.value == RML + "CurrentWorkingDirectory",
        may_be_empty=True,
    )


def _csvw_table(graph: Graph, node: Resource, access: Resource, iterator: Literal | None) -> LogicalSource | None:
    url = graph.one(access, CSVW + "url")
    if url is None:
        graph.findings.error("LOD3103", say("the csvw:Table has no csvw:url"), graph.origin(access))
        return None
    return _file(graph, node, url, read_dialect(graph, access), iterator)


def _file(
    graph: Graph,
    node: Resource,
    access: Term,
    dialect: Dialect,
    iterator: Literal | None,
    compression: str = "",
    root: Term | None = None,
) -> LogicalSource | None:
    path = str(access.value).removeprefix("file://")
    if "://" in path and not path.startswith(("http://", "https://")):
        hint = say("download the file first: a lift fetches nothing")
        graph.findings.error("LOD3109", say("'{path}' is not a file", path=path), access.origin, hint)
        return None
    formulation = _formulation(graph, node, path)
    if formulation is None:
        return None
    in_working_folder = False
    if isinstance(root, Literal):
        path = f"{root.value.rstrip('/')}/{path}"
    elif isinstance(root, Iri):
        in_working_folder = root.value == RML + "CurrentWorkingDirectory"
        if not in_working_folder and root.value != RML + "MappingDirectory":
            hint = did_you_mean(shown(root), ["rml:MappingDirectory", "rml:CurrentWorkingDirectory"])
            graph.findings.error("LOD3109", say("no root {root} is known here", root=shown(root)), root.origin, hint)
    return LogicalSource(
        access=path,
        formulation=formulation,
        origin=access.origin,
        iterator=iterator.value if iterator else _EVERYTHING.get(formulation, ""),
        dialect=dialect,
        compression=compression,
        in_working_folder=in_working_folder,
        may_be_empty=True,  # as RML has it: an empty source makes an empty graph
        may_lack=node not in graph.legacy,  # RML-IO registry, JSONPath, «Generation of null values»
        namespaces=_namespaces(graph, node),
    )


def _namespaces(graph: Graph, node: Resource) -> tuple[tuple[str, str], ...]:
    """The prefixes that a reference formulation declares. RML-IO registry, XPath."""
    found = []
    for formulation in graph.values(node, "referenceFormulation"):
        for each in [] if isinstance(formulation, Literal) else graph.resources(formulation, "namespace"):
            prefix, iri = graph.text(each, "namespacePrefix"), graph.one(each, "namespaceURL")
            if prefix and iri:
                found.append((prefix.value, str(iri.value)))
            else:
                message = say("a namespace has rml:namespacePrefix and rml:namespaceURL")
                graph.findings.error("LOD3103", message, graph.origin(each))
    return tuple(found)


def _formulation(graph: Graph, node: Resource, path: str) -> Formulation | None:
    declared = read_formulation(graph, node) if graph.values(node, "referenceFormulation") else None
    if graph.values(node, "referenceFormulation") and declared is not Formulation.CSV:
        return declared
    by_name = next((known for end, known in _ENDINGS.items() if path.lower().endswith(end)), None)
    if declared and by_name in (None, Formulation.JSONPATH, Formulation.XPATH):
        return declared
    found = by_name or next((Formulation.JSONPATH for end in _DOCUMENTS if f"{end}." in path.lower()), Formulation.CSV)
    if declared is None:  # RML-IO, «Defining Logical Sources»: it must be specified
        name = next((f"rml:{name}" for name, each in _FORMULATIONS.items() if each is found), "rml:CSV")
        message = say("the source does not say how references read it: {path} is read as {name}", path=path, name=name)
        graph.findings.warning(
            "LOD3050", message, graph.origin(node), say("add rml:referenceFormulation {name}", name=name)
        )
    return found


def read_formulation(graph: Graph, node: Resource) -> Formulation | None:
    """The reference formulation that a source or a field declares, None for none or an unknown one."""
    term = graph.one(node, "referenceFormulation")
    if term is None:
        return None
    if RML + "XPathReferenceFormulation" in graph.types(term):
        return Formulation.XPATH
    known = _FORMULATIONS.get(str(term.value).removeprefix(RML)) if isinstance(term, Iri) else None
    if known is None:
        hint = did_you_mean(shown(term), [f"rml:{name}" for name in _FORMULATIONS])
        graph.findings.error(
            "LOD3109", say("sources read as {term} are not supported", term=shown(term)), term.origin, hint
        )
    return known
