"""Databases as sources: D2RQ's description of one, and a table or a query of it.

RML-IO registry, https://w3id.org/rml/io/registry: the iterator is the name of the table, or the query.
Legacy RML says `rml:query`, R2RML (https://www.w3.org/TR/r2rml/#logical-tables) `rr:tableName` and `rr:sqlQuery`.
"""

from __future__ import annotations

from lod.diagnostics import did_you_mean
from lod.mapping.addresses import DATABASE, KINDS, address_of, has_password, is_known, is_variable
from lod.mapping.ir import Dialect, Formulation, LogicalSource
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import RML, shown
from lod.rdf.turtle import Iri, Literal
from lod.wording import say

D2RQ = "http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#"
_TABLES, _QUERIES = ("SQL2008Table", "SQLTable"), ("SQL2008Query", "SQLQuery", "SQL2008", "CSV")


def is_database(graph: Graph, node: Resource) -> bool:
    """Whether a resource describes a database."""
    return D2RQ + "Database" in graph.types(node) or bool(graph.values(node, D2RQ + "jdbcDSN"))


def read_database(graph: Graph, node: Resource, access: Resource) -> LogicalSource | None:
    """A table or a query of a database; None, and findings, when something in it is missing or wrong."""
    address = graph.text(access, D2RQ + "jdbcDSN")
    if address is None:
        graph.findings.error("LOD3103", say("the database has no d2rq:jdbcDSN"), graph.origin(access))
        return None
    user = graph.text(access, D2RQ + "username")
    password = graph.text(access, D2RQ + "password")
    asked = _asked(graph, node)
    if password and not _is_named(graph, password):
        password = None
    if asked is None:
        return None
    table, query = asked
    uri = address_of(address.value, _scheme(graph, access))
    if has_password(uri):
        _refuse(graph, address)
        return None
    if uri.startswith("sqlite:"):
        formulation, uri = Formulation.SQLITE, uri.removeprefix("sqlite:")
    elif is_known(uri):
        formulation = Formulation.DATABASE
    else:
        hint = say("jdbc:postgresql://host/database, jdbc:sqlite:file.db, or $NAME for a variable of the environment")
        near = did_you_mean(uri.partition(":")[0], KINDS)
        message = say("databases of '{uri}' are not supported", uri=uri)
        graph.findings.error("LOD3109", message, address.origin, near or hint)
        return None
    return LogicalSource(
        uri,
        formulation,
        address.origin,
        dialect=Dialect(empty_is_null=False),
        part=table,
        query=query,
        user=user.value if user else "",
        password=password.value if password else "",
        may_be_empty=True,
    )


def _scheme(graph: Graph, access: Resource) -> str:
    """What a driver's name says of an address that has no scheme: `com.mysql.cj.jdbc.Driver`."""
    driver = graph.text(access, D2RQ + "jdbcDriver")
    return next((KINDS[name] for name in KINDS if driver and name in driver.value.lower()), "")


def read_logical_table(graph: Graph, node: Resource) -> LogicalSource | None:
    """A logical table of R2RML, which does not say of which database: that is DATABASE of the environment."""
    asked = _asked(graph, node)
    if asked is None:
        return None
    return LogicalSource(
        DATABASE,
        Formulation.DATABASE,
        graph.origin(node),
        dialect=Dialect(empty_is_null=False),
        part=asked[0],
        query=asked[1],
        may_be_empty=True,
    )


def _is_named(graph: Graph, password: Literal) -> bool:
    """Whether it is no password but the name of the variable that holds one."""
    if password.value and not is_variable(password.value):
        _refuse(graph, password)
        return False
    return True


def _refuse(graph: Graph, where: Literal) -> None:
    hint = say('name a variable of the environment that holds it: d2rq:password "$NAME"')
    graph.findings.error("LOD3031", say("a password stands in the mapping"), where.origin, hint)


def _asked(graph: Graph, node: Resource) -> tuple[str, str] | None:
    """The table's name and the query, of which one is ''."""
    table, query, iterator = (graph.text(node, name) for name in ("tableName", "query", "iterator"))
    formulation = graph.one(node, "referenceFormulation")
    name = str(formulation.value).removeprefix(RML) if isinstance(formulation, Iri) else ""
    if formulation and name not in (*_TABLES, *_QUERIES):
        message = say("databases are not read as {formulation}", formulation=shown(formulation))
        graph.findings.error("LOD3109", message, formulation.origin, say("rml:SQL2008Table or rml:SQL2008Query"))
        return None
    if table and query:
        message = say("the source names a table, and a query: which of them gives the rows?")
        graph.findings.error("LOD3104", message, query.origin, say("keep one"), [table.origin])
        return None
    if iterator and name in _TABLES:
        return iterator.value, ""
    if name in _QUERIES:
        query = query or iterator
    if query:
        return "", query.value
    if table:
        return table.value, ""
    hint = say('rml:referenceFormulation rml:SQL2008Table; rml:iterator "staff"')
    graph.findings.error("LOD3103", say("the source names no table and no query"), graph.origin(node), hint)
    return None
