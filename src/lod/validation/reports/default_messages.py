"""What a result says where its shape has no `sh:message`: the property, its value and what was expected.

https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad, Store

from lod.rdf.languages import canonical, chain
from lod.rdf.namespaces import RDFS, SH, SKOS
from lod.rdf.parse import Document
from lod.validation.report import Term, ValidationResult, local_name
from lod.validation.shapes.graph import ShapeGraph
from lod.wording import LANGUAGES, Labelled, Wording, joined, say

_LABELS = (SKOS + "prefLabel", RDFS + "label", SH + "name")  # the first that there is
_LISTED = 8  # of the values that a list allows


class Labels:
    """What people call terms, from vocabularies, data and shapes, in each language of the program."""

    def __init__(self, documents: Iterable[Document], store: Store | None = None) -> None:
        """`store`: where terms are looked up that the documents do not name, such as codes out of a table."""
        self._known: dict[str, dict[str, dict[str, str]]] = {}
        self._store = store
        for document in documents:
            for quad in document.quads:
                self._note(quad)

    def _note(self, quad: Quad) -> None:
        if isinstance(quad.object, Literal) and quad.predicate.value in _LABELS:
            texts = self._known.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, {})
            texts.setdefault(canonical(quad.object.language or ""), quad.object.value)

    def of(self, term: Term) -> Wording | None:
        """The label of a term in whichever language it is shown; None if nobody has given it one."""
        if self._store is not None and isinstance(term, NamedNode) and str(term) not in self._known:
            self._known[str(term)] = {}
            for name in _LABELS:
                for quad in self._store.quads_for_pattern(term, NamedNode(name), None, None):
                    self._note(quad)
        known = self._known.get(str(term), {})
        texts = next((known[name] for name in _LABELS if name in known), None)
        return in_languages(texts) if texts else None

    def named(self, term: Term) -> Wording:
        """A value or class for people: `男 (M)`, `'-7'`, `Office`."""
        if isinstance(term, Literal):
            return Wording(f"'{term.value}'" + (f"@{term.language}" if term.language else ""))
        name = Wording(local_name(term.value)) if isinstance(term, NamedNode) else Wording(str(term))
        label = self.of(term)
        return joined([label, " (", name, ")"], "") if label and label != name else name


def in_languages(texts: Mapping[str, str]) -> Wording:
    """Texts by language tag, as one that is shown in the reader's language or the nearest there is."""
    known = {canonical(tag): text for tag, text in texts.items()}
    return Labelled({language: _best(known, language) for language in LANGUAGES})


def _best(texts: Mapping[str, str], language: str) -> str:
    return next((texts[tag] for tag in (*chain(language), "") if tag in texts), next(iter(texts.values())))


def default_message(result: ValidationResult, shapes: ShapeGraph, labels: Labels) -> Wording:
    """'性別 X is none of 男 (M), 女 (F)'. A component that SHACL Core does not have is named."""
    component = local_name(result.component).removesuffix("ConstraintComponent")
    subject_of = about(result, labels)
    # a result about the node itself has the node as its value
    shown = labels.named(result.value if result.value is not None else result.focus_node)
    subject = joined([subject_of, " ", shown], "") if result.path else shown
    parameter = SH + component[:1].lower() + component[1:]
    given = shapes.objects(result.source_shape, parameter)
    limit = _limit(given, labels)
    if component in _COUNTED:
        return _counted(component, subject_of, limit)
    if component in ("In", "LanguageIn") and given:
        return _listed(component, subject, shapes.members(given[0]), labels)
    return _valued(component, subject, limit) or _related(component, subject_of, subject, limit, result)


_COUNTED = {"MinCount", "MaxCount", "QualifiedMinCount", "QualifiedMaxCount"}


def about(result: ValidationResult, labels: Labels) -> Wording:
    """What people call the property that a result is about; nothing for one about the node itself."""
    if not result.predicate:
        return Wording(result.path)
    return labels.of(NamedNode(result.predicate)) or Wording(local_name(result.predicate))


def _limit(given: Sequence[Term], labels: Labels) -> Wording:
    return joined(Wording(term.value) if isinstance(term, Literal) else labels.named(term) for term in given)


def _counted(component: str, name: Wording, limit: Wording) -> Wording:
    if component == "MinCount":
        if limit == "1":
            return say("{property} is missing", property=name)
        return say("{property} has fewer than {limit} values", property=name, limit=limit)
    if component == "MaxCount":
        return say("{property} has more values than {limit}", property=name, limit=limit)
    if component == "QualifiedMinCount":
        return say("{property} has fewer than {limit} values of the kind asked for", property=name, limit=limit)
    return say("{property} has more values of the kind described than {limit}", property=name, limit=limit)


def _listed(component: str, subject: Wording, members: Sequence[Term], labels: Labels) -> Wording:
    if component == "LanguageIn":
        tags = joined(member.value for member in members if isinstance(member, Literal))
        return say("{subject} is in none of the languages {tags}", subject=subject, tags=tags)
    listed = joined(labels.named(member) for member in members[:_LISTED])
    if len(members) > _LISTED:
        more = len(members) - _LISTED
        return say("{subject} is none of {listed} and {more} more", subject=subject, listed=listed, more=more)
    return say("{subject} is none of {listed}", subject=subject, listed=listed)


def _valued(component: str, subject: Wording, limit: Wording) -> Wording | None:
    """Constraints of one value and one parameter."""
    match component:
        case "Datatype":
            return say("{subject} is no {limit}", subject=subject, limit=limit)
        case "Class":
            return say("{subject} does not belong to class {limit}", subject=subject, limit=limit)
        case "NodeKind":
            return say("{subject} is not of kind {limit}", subject=subject, limit=limit)
        case "Pattern":
            return say("{subject} does not match the pattern {limit}", subject=subject, limit=limit)
        case "MinInclusive":
            return say("{subject} is less than {limit}", subject=subject, limit=limit)
        case "MaxInclusive":
            return say("{subject} is greater than {limit}", subject=subject, limit=limit)
        case "MinExclusive":
            return say("{subject} is not greater than {limit}", subject=subject, limit=limit)
        case "MaxExclusive":
            return say("{subject} is not less than {limit}", subject=subject, limit=limit)
        case "MinLength":
            return say("{subject} is shorter than {limit} characters", subject=subject, limit=limit)
        case "MaxLength":
            return say("{subject} is longer than {limit} characters", subject=subject, limit=limit)
        case "LessThan":
            return say("{subject} is not less than the value of {limit}", subject=subject, limit=limit)
        case "LessThanOrEquals":
            return say("{subject} is greater than the value of {limit}", subject=subject, limit=limit)
    return None


def _related(component: str, name: Wording, subject: Wording, limit: Wording, result: ValidationResult) -> Wording:
    """Constraints of several values, of other properties and of other shapes."""
    match component:
        case "HasValue":
            return say("{property} does not have the value {limit}", property=name or subject, limit=limit)
        case "UniqueLang":
            return say("{property} has more than one value in one language", property=name)
        case "Equals":
            return say("{subject} is not also a value of {limit}, or the other way round", subject=subject, limit=limit)
        case "Disjoint":
            return say("{subject} is also a value of {limit}", subject=subject, limit=limit)
        case "Closed":
            return say("{property} is not allowed here: the shape is closed", property=name)
        case "Not":
            return say("{subject} fits a shape that it must not fit", subject=subject)
        case "And" | "Node" | "Property":
            return say("{subject} does not fit a shape that it must fit", subject=subject)
        case "Or":
            return say("{subject} fits none of the shapes of which it must fit one", subject=subject)
        case "Xone":
            return say("{subject} fits none or several of the shapes of which it must fit one", subject=subject)
    return say("{component} is not met", component=local_name(result.component))
