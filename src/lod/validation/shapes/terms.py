"""The words of SHACL: what may be said of a shape, and what kind of value each takes.

https://www.w3.org/TR/shacl/#syntax-rules
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BOOLEAN = frozenset({"closed", "deactivated", "optional", "qualifiedValueShapesDisjoint", "uniqueLang"})
INTEGER = frozenset({"minCount", "maxCount", "minLength", "maxLength", "qualifiedMinCount", "qualifiedMaxCount"})
IRI = _words(
    """
    class datatype disjoint equals lessThan lessThanOrEquals severity targetClass targetObjectsOf
    targetSubjectsOf
    """
)
LITERAL = frozenset({"minExclusive", "minInclusive", "maxExclusive", "maxInclusive"})
STRING = frozenset({"flags", "pattern", "select", "ask"})
LISTS = frozenset({"and", "ignoredProperties", "in", "languageIn", "or", "xone"})
SHAPE = frozenset({"node", "not", "property", "qualifiedValueShape"})
NODE_KINDS = frozenset({"BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRI", "IRIOrLiteral", "Literal"})

CONSTRAINTS = (
    (BOOLEAN - {"deactivated", "optional"})
    | INTEGER
    | (IRI - {"severity", "targetClass", "targetObjectsOf", "targetSubjectsOf"})
    | LITERAL
    | LISTS
    | SHAPE
    | {"hasValue", "nodeKind", "pattern", "sparql"}
)
"""What makes a node that has it a shape."""

_ABOUT = _words(
    """
    conforms declare defaultValue description detail entailment flags focusNode group hasValue inversePath
    labelTemplate message name namespace nodeKind nodeValidator order parameter path prefix prefixes
    propertyValidator alternativePath oneOrMorePath zeroOrMorePath zeroOrOnePath result resultMessage resultPath
    resultSeverity shapesGraph shapesGraphWellFormed sourceConstraint sourceConstraintComponent sourceShape
    sparql suggestedShapesGraph target targetNode validator value annotationProperty annotationValue
    annotationVarName resultAnnotation construct update returnType
    """
)
JUDGED = BOOLEAN | INTEGER | IRI | LITERAL | STRING | LISTS | SHAPE | _ABOUT

NOT_JUDGED = _words(
    # JavaScript and rules, which execute or make statements; drafts of SHACL 1.2
    """
    js jsFunctionName jsLibrary jsLibraryURL rule condition expression subject predicate object filterShape
    nodes intersection union count distinct exists groupConcat limit max min offset orderBy sum if then else
    desc targetWhere memberShape minListLength maxListLength uniqueMembers singleLine someValue rootClass
    subsetOf reifierShape reificationRequired nodeByExpression shape usedDataGraph usedShapesGraph
    usedConfiguration agentInstruction codeIdentifier intent unit
    """
)
"""What is known and changes no verdict here."""

CLASSES = _words(
    """
    AbstractResult BlankNode BlankNodeOrIRI BlankNodeOrLiteral ConstraintComponent Debug Function IRI
    IRIOrLiteral Info JSConstraint JSExecutable JSFunction JSLibrary JSRule JSTarget JSTargetType JSValidator
    Literal NodeKind NodeShape Parameter Parameterizable PrefixDeclaration PropertyGroup PropertyShape
    ResultAnnotation Rule SPARQLAskExecutable SPARQLAskValidator SPARQLConstraint SPARQLConstructExecutable
    SPARQLExecutable SPARQLFunction SPARQLRule SPARQLSelectExecutable SPARQLSelectValidator SPARQLTarget
    SPARQLTargetType SPARQLUpdateExecutable Severity Shape ShapesGraph Target TargetType Trace TripleRule
    ValidationReport ValidationResult Validator Violation Warning this SPARQLExprExpression
    """
)
"""What is no property."""
