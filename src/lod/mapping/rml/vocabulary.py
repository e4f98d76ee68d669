"""The names of RML, and what its predecessors called the same things.

https://w3id.org/rml/core/spec, https://w3id.org/rml/io/spec, https://w3id.org/rml/fnml/spec ; read-compatible:
R2RML (https://www.w3.org/TR/r2rml/), legacy RML (http://semweb.mmlab.be/ns/rml#) and legacy FNML.
"""

from __future__ import annotations

from lod.rdf.turtle import Blank, Iri, Statement, Term

RML = "http://w3id.org/rml/"
R2RML = "http://www.w3.org/ns/r2rml#"
LEGACY_RML = "http://semweb.mmlab.be/ns/rml#"
LEGACY_FNML = "http://semweb.mmlab.be/ns/fnml#"
LEGACY_TARGET = "http://semweb.mmlab.be/ns/rml-target#"
LEGACY_COMPRESSION = "http://semweb.mmlab.be/ns/rml-compression#"
QUERY_LANGUAGES = ("http://semweb.mmlab.be/ns/ql#", RML + "ql/", RML + "ql#")
CSVW = "http://www.w3.org/ns/csvw#"
FNO = ("https://w3id.org/function/ontology#", "http://w3id.org/function/ontology#")
SERVICE = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"

DEFAULT_GRAPH = RML + "defaultGraph"

# Properties that this reader understands. Any other one of RML's namespace is a finding, never passed over.
PROPERTIES = frozenset(
    [
        "allowEmptyListAndContainer",
        "baseIRI",
        "child",
        "childMap",
        "class",
        "compression",
        "condition",
        "constant",
        "datatype",
        "datatypeMap",
        "encoding",
        "field",
        "fieldName",
        "function",
        "functionExecution",
        "functionMap",
        "functionValue",
        "fullJoin",
        "gather",
        "gatherAs",
        "graph",
        "graphMap",
        "innerJoin",
        "input",
        "inputValue",
        "inputValueMap",
        "iterator",
        "joinCondition",
        "language",
        "languageMap",
        "leftJoin",
        "logicalSource",
        "logicalTarget",
        "namespace",
        "namespacePrefix",
        "namespaceURL",
        "null",
        "object",
        "objectMap",
        "onFields",
        "outerJoin",
        "parameter",
        "parameterMap",
        "parent",
        "parentLogicalView",
        "parentMap",
        "parentTermMap",
        "parentTriplesMap",
        "path",
        "predicate",
        "predicateMap",
        "predicateObjectMap",
        "query",
        "reference",
        "referenceFormulation",
        "return",
        "returnMap",
        "root",
        "serialization",
        "source",
        "strategy",
        "structuralAnnotation",
        "subject",
        "subjectMap",
        "tableName",
        "target",
        "targetFields",
        "targetView",
        "template",
        "termType",
        "viewOn",
    ]
)
# Known to the standard, not to this reader: said as such.
NOT_YET = frozenset(
    [
        "abstractLogicalSource",
        "logicalIteration",
        "logicalView",
        "mode",
        "order",
        "primaryKey",
        "sqlVersion",
        "onDemand",
        "refObjectMap",
        "quotedTriplesMap",
        "subjectQuotedTriplesMap",
    ]
)

_RENAMED = {
    R2RML + "column": "reference",
    R2RML + "logicalTable": "logicalSource",
    R2RML + "sqlQuery": "query",
}
_PREDECESSORS = (R2RML, LEGACY_RML, LEGACY_FNML, LEGACY_TARGET)
IN_R2RML = frozenset(
    [
        "child", "class", "column", "constant", "datatype", "graph", "graphMap", "joinCondition", "language",
        "logicalTable", "object", "objectMap", "parent", "parentTriplesMap", "predicate", "predicateMap",
        "predicateObjectMap", "sqlQuery", "sqlVersion", "subject", "subjectMap", "tableName", "template", "termType",
    ]
)  # fmt: skip
"""The properties of R2RML that mean something here: https://www.w3.org/TR/r2rml/#vocabulary."""
_WITHOUT_EFFECT = frozenset([R2RML + "inverseExpression"])  # for processors that turn queries around (§7.4)
SQL_VERSION = R2RML + "sqlVersion"
SQL_VERSIONS = (
    "SQL2008", "DB2", "Firebird", "HSQLDB", "Informix", "Ingres", "MSSQLServer", "MySQL", "Oracle", "PostgreSQL",
    "Progress", "SybaseASE", "SybaseSQLAnywhere", "Virtuoso",
)  # fmt: skip
"""What R2RML (section 5.2) knows, and the list of https://www.w3.org/2001/sw/wiki/RDB2RDF/SQL_Version_IRIs."""


def modernised(statement: Statement) -> Statement | None:
    """The statement in the words of RML; None for one that has no meaning here."""
    predicate = statement.predicate
    if predicate.value == SQL_VERSION or predicate.value in _WITHOUT_EFFECT:
        return None
    name = _RENAMED.get(predicate.value) or local_name(predicate.value, _PREDECESSORS)
    if name is None:
        return statement
    return Statement(statement.subject, Iri(RML + name, predicate.origin), _modern_term(statement.object))


def _modern_term(term: Term) -> Term:
    if not isinstance(term, Iri):
        return term
    name = local_name(term.value, (R2RML, LEGACY_RML, LEGACY_COMPRESSION, *QUERY_LANGUAGES))
    return Iri(RML + name, term.origin) if name else term


def local_name(iri: str, namespaces: tuple[str, ...]) -> str | None:
    """What stands behind one of the namespaces, None if none of them is the IRI's."""
    return next((iri[len(each) :] for each in namespaces if iri.startswith(each)), None)


def is_legacy(statement: Statement) -> bool:
    """Whether a statement speaks a predecessor's vocabulary."""
    return statement.predicate.value.startswith(_PREDECESSORS)


def shown(term: Term) -> str:
    """A term as people know it: RML's own names by prefix."""
    if isinstance(term, Iri) and term.value.startswith(RML):
        return "rml:" + term.value[len(RML) :]
    return "a blank node" if isinstance(term, Blank) else str(term)
