"""What people get wrong in shapes, where a processor says nothing: a constraint that it does not know is no constraint
to it, and the data 'conforms'.

https://www.w3.org/TR/shacl/#syntax-rules
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from lod.diagnostics import Diagnostic, Findings, Severity, TextOrigin, did_you_mean
from lod.rdf.namespaces import RDF, SH, XSD
from lod.rdf.parse import Document, place_of, place_of_statement
from lod.validation.report import local_name
from lod.validation.shapes import terms
from lod.validation.shapes.graph import TARGETS, ShapeGraph, Term
from lod.wording import NOTHING, Wording, say

_RULES = say("see {link}", link="https://www.w3.org/TR/shacl/#syntax-rules")
_NODE_KINDS = say("one of {names}", names=", ".join(f"sh:{name}" for name in sorted(terms.NODE_KINDS)))
_WORDS = terms.JUDGED | terms.NOT_JUDGED
_FOLDED = {name.casefold(): name for name in sorted(terms.JUDGED)}
_NAMES_A_TERM = {RDF + "type", SH + "severity", SH + "nodeKind"}


def find_mistakes(shapes: ShapeGraph, findings: Findings, *, of_others: bool = False) -> None:
    """Look at every statement of the shapes files. Those `of_others` nobody here corrects: LOD6060 is a warning then.

    Findings: LOD6060 a word that SHACL does not have (an error where it is nearly one that it has), LOD6061 (warning)
    one that nothing here judges by, LOD6062 a value of the wrong kind, LOD6063 a property shape without a path, LOD6064
    (warning) a shape that is never used, LOD6065 a query that cannot be read.
    """
    for document in shapes.documents:
        seen: Counter[tuple[str, str]] = Counter()
        for quad in document.quads:
            key = (quad.predicate.value, _text(quad.object))
            seen[key] += 1
            for code, severity, message, hint in _wrong(quad, shapes):
                place = place_of_statement(document, *key, seen[key])
                is_passed_over = of_others and code == "LOD6060"
                severity = Severity.WARNING if is_passed_over else severity
                findings.extend([Diagnostic(code, severity, message, place, hint)])
    if any(shapes.targeted()):
        findings.extend(_unused(shapes))


_NAMING = frozenset({SH + "path", SH + "targetSubjectsOf", SH + "targetObjectsOf"})


def find_strange_paths(shapes: ShapeGraph, known: Collection[str], findings: Findings, *, tell_all: bool) -> None:
    """Look at the properties that shapes speak about, where it is known which ones the data has.

    Findings: LOD6066 no statement has that property: a warning where one that is there has nearly its name; else, with
    `tell_all`, an info, since what is optional may be missing everywhere, and a warning where it is a target.
    """
    behind_host = {_behind_host(iri): iri for iri in known}
    parameters = {each for node in shapes.subjects() for each in shapes.objects(node, SH + "parameter")}
    for document in shapes.documents:
        told = set[str]()
        for quad in document.quads:
            said = quad.predicate.value
            if said not in _NAMING or not isinstance(quad.object, NamedNode):
                continue
            if quad.subject in parameters:
                continue  # of a constraint component: shapes have it, data has not
            path = quad.object.value
            if path in known or path in told or path.startswith((RDF, SH)):
                continue
            told.add(path)
            near = get_close_matches(path, known, n=1, cutoff=0.85)
            is_typo = bool(near) and _is_like(local_name(near[0]), local_name(path))
            is_target = said != SH + "path"  # such a shape would judge nothing
            if not is_typo and not tell_all:
                continue
            hint = say("did you mean '{near}'?", near=near[0]) if is_typo else NOTHING
            if twin := behind_host.get(_behind_host(path)):
                hint = say("<{iri}> is there: is the @base of this file the base_iri of lod.toml?", iri=twin)
            message = say("no statement has the property {name}", name=local_name(path))
            place = place_of_statement(document, said, path, 1)
            severity = Severity.WARNING if is_typo or is_target else Severity.INFO
            findings.extend([Diagnostic("LOD6066", severity, message, place, hint, group=f"path {document.shown}")])


def _behind_host(iri: str) -> str:
    return iri.partition("://")[2].partition("/")[2]


def _is_like(one: str, other: str) -> bool:
    """Whether two names differ as by a slip of the hand: close, and not two numbered ones of a row."""
    return bool(get_close_matches(one, [other], cutoff=0.8)) and one.rstrip("0123456789") != other.rstrip("0123456789")


def _text(term: Term) -> str:
    return term.value if isinstance(term, (NamedNode, Literal)) else ""


_Wrong = tuple[str, Severity, Wording, Wording]


_NO_PATH = "LOD6063", Severity.ERROR, say("a property shape without sh:path"), say("say which property: sh:path …")


def _is_property_shape(node: Term, shapes: ShapeGraph) -> bool:
    return NamedNode(SH + "PropertyShape") in shapes.objects(node, RDF + "type")


def _wrong(quad: Quad, shapes: ShapeGraph) -> Iterator[_Wrong]:
    predicate, value = quad.predicate.value, quad.object
    if predicate in _NAMES_A_TERM and isinstance(value, NamedNode) and value.value.startswith(SH):
        name = value.value[len(SH) :]
        if predicate == SH + "nodeKind":
            if name not in terms.NODE_KINDS:
                yield "LOD6062", Severity.ERROR, _unfit("nodeKind", value), _NODE_KINDS
        elif name not in terms.CLASSES:
            yield "LOD6060", Severity.ERROR, _unknown(name), did_you_mean(name, terms.CLASSES)
        elif name == "PropertyShape" and not shapes.objects(quad.subject, SH + "path"):
            yield _NO_PATH
    if not predicate.startswith(SH):
        return
    name = predicate[len(SH) :]
    if name not in _WORDS:
        near = get_close_matches(name.casefold(), _FOLDED, n=1, cutoff=0.8)
        hint = say("did you mean '{near}'?", near=_FOLDED[near[0]]) if near else _RULES
        yield "LOD6060", Severity.ERROR if near else Severity.WARNING, _unknown(name), hint
    elif name in terms.NOT_JUDGED:
        hint = say("what it asks for is not checked here")
        yield "LOD6061", Severity.WARNING, say("nothing here judges by sh:{name}", name=name), hint
    elif wrong := _wrong_value(name, value, shapes):
        yield "LOD6062", Severity.ERROR, _unfit(name, value), wrong
    elif name == "property" and not shapes.objects(value, SH + "path") and not _is_property_shape(value, shapes):
        yield _NO_PATH
    elif name in ("select", "ask") and (why := _unreadable(shapes.query(quad.subject, _text(value)))):
        yield "LOD6065", Severity.ERROR, say("the query cannot be read: {why}", why=why), NOTHING


def _unknown(name: str) -> Wording:
    return say("SHACL has no sh:{name}", name=name)


def _unfit(name: str, value: Term) -> Wording:
    text = _text(value)
    shown = f"sh:{text[len(SH) :]}" if text.startswith(SH) else f"'{text}'" if text else say("a blank node")
    return say("{value} is no value for sh:{name}", value=shown, name=name)


def _wrong_value(name: str, value: Term, shapes: ShapeGraph) -> Wording | None:
    """What a word should have for its value, if not this."""
    kind = value.datatype.value if isinstance(value, Literal) else ""
    if name in terms.BOOLEAN:
        return None if kind == XSD + "boolean" else say("true or false, without quotation marks")
    if name in terms.INTEGER:
        return None if kind == XSD + "integer" else say("a whole number, without quotation marks")
    if name in terms.STRING:
        return None if kind == XSD + "string" else say("a text, without a language")
    if name in terms.LITERAL:
        return None if kind else say('a value to compare with, such as 0 or "2012-01-01"^^xsd:date')
    if name in terms.IRI:
        return None if isinstance(value, NamedNode) else say("an IRI")
    if name in terms.SHAPE:
        return None if isinstance(value, (NamedNode, BlankNode)) else say("a shape")
    if name == "nodeKind":
        return None if isinstance(value, NamedNode) else _NODE_KINDS
    if name in terms.LISTS:
        is_list = value == NamedNode(RDF + "nil") or bool(shapes.objects(value, RDF + "first"))
        return None if is_list else say("a list, in parentheses: ( … )")
    return None


def _unreadable(query: str) -> str:
    """Why a query cannot be read, '' if it can."""
    try:
        Store().query(query.replace("$PATH", "<urn:lod:path>").replace("?PATH", "<urn:lod:path>"))
    except SyntaxError as error:
        return str(error)
    except (ValueError, RuntimeError, OSError):
        pass  # it asks for what is not here, but can be read
    return ""


def _unused(shapes: ShapeGraph) -> Iterator[Diagnostic]:
    used: set[Term] = {triple.object for triple in shapes.triples()}
    for node in shapes.subjects():
        has_target = any(target in shapes.of(node) for target in TARGETS) or shapes.is_class(node)
        if has_target or node in used or not shapes.is_shape(node) or shapes.is_deactivated(node):
            continue
        name = local_name(node.value) if isinstance(node, NamedNode) else say("without a name")
        message = say("shape {name} has no target, and no shape leads to it: it is never used", name=name)
        hint = say("give a shape sh:targetClass")
        yield Diagnostic("LOD6064", Severity.WARNING, message, _place(node, shapes.documents), hint)


def _place(node: Term, documents: Iterable[Document]) -> TextOrigin | None:
    places: Sequence[TextOrigin] = [place_of(document, _text(node)) for document in documents]
    return next((place for place in places if place.line), places[0] if len(places) == 1 else None)
