"""YARRRML → IR.

https://rml.io/yarrrml/spec/. Read here: base, prefixes, external references, sources, subjects, predicate-objects in
short and long form, datatypes, languages, graphs, joins (`mapping` with `condition`). Functions, conditions on rows and
targets are refused by name until they are supported. Nothing is passed over in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.document import Keyed, Listed, Node, Text, read_document
from lod.mapping.ir import (
    Constant,
    Expression,
    Join,
    LogicalSource,
    PredicateObjectMap,
    Reference,
    ReferencingObjectMap,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.shapes import Shapes
from lod.mapping.sources import Sources, read_source
from lod.mapping.templates import Names, is_language_tag
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import PREFIXES, RDF

_ROOT = ("mappings", "prefixes", "base", "sources", "external", "authors")
_ROOT_ALIASES = {"mapping": "mappings", "m": "mappings", "source": "sources", "author": "authors"}
_MAPPING = ("sources", "subjects", "predicateobjects", "graphs")
_MAPPING_ALIASES = {
    "source": "sources",
    "subject": "subjects",
    "s": "subjects",
    "predicateobject": "predicateobjects",
    "po": "predicateobjects",
    "graph": "graphs",
    "g": "graphs",
}
_MAPPING_LATER = ("condition", "conditions", "c", "targets", "target", "t")
_PO = ("predicates", "objects", "graphs")
_PO_ALIASES = {
    "predicate": "predicates",
    "p": "predicates",
    "object": "objects",
    "o": "objects",
    "graph": "graphs",
    "g": "graphs",
}
_PO_LATER = ("condition", "conditions", "c", "inversepredicates", "inversepredicate", "i", "iv", "targets")
_OBJECT = ("value", "type", "datatype", "language", "mapping", "conditions")
_OBJECT_ALIASES = {"v": "value", "m": "mapping", "condition": "conditions", "c": "conditions"}
_OBJECT_LATER = ("function", "f", "fn", "parameters", "pms", "inversepredicates", "inversepredicate", "iv", "targets")
_CONDITION_ALIASES = {"f": "function", "fn": "function", "pms": "parameters"}
_TYPES = {"iri": TermType.IRI, "literal": TermType.LITERAL, "blank": TermType.BLANK_NODE}


def read_yarrrml(path: Path, shown: str, findings: Findings) -> list[TriplesMap]:
    """The triples maps of a YARRRML file; what is wrong in it is in `findings`, all of it."""
    root = read_document(path, shown, findings)
    shapes = Shapes(findings)
    document = shapes.keyed(root, "a mapping file")
    if document is None:
        return []
    values = shapes.keys(document, _ROOT, aliases=_ROOT_ALIASES, later=("targets", "functions"), place="a mapping file")
    if shapes.lacks(document, values, "mappings", _ROOT_ALIASES):
        findings.error("LOD3005", "a mapping file needs 'mappings'", document.origin)
    mappings = shapes.keyed(values.get("mappings"), "'mappings'")
    reader = _Reader(
        names=_names(values, shapes),
        sources=Sources(_named_sources(values.get("sources"), shapes), findings),
        base=_base(values.get("base"), shapes),
        mappings=tuple(mappings.entries) if mappings else (),
        shapes=shapes,
        findings=findings,
    )
    found = [each for key, node in mappings or () for each in reader.mapping(key, node)]
    return _with_parents(found, reader.parents)


def _names(values: dict[str, Node], shapes: Shapes) -> Names:
    tables: dict[str, dict[str, str]] = {"prefixes": {}, "external": {}}
    for key, table in tables.items():
        for name, node in shapes.keyed(values.get(key), f"'{key}'") or ():
            value = shapes.text(node)
            table[name.value] = value.value if value else ""
            if key == "prefixes" and value and not is_absolute(value.value):
                message = f"prefix '{name.value}' stands for '{value.value}', which is no absolute IRI"
                shapes.findings.error("LOD3010", message, value.origin)
    prefixes = tables["prefixes"]
    return Names({**PREFIXES, **prefixes}, frozenset(prefixes), tables["external"])


def _base(node: Node | None, shapes: Shapes) -> str:
    text = shapes.text(node)
    if text and not is_absolute(text.value):
        shapes.findings.error("LOD3010", f"the base '{text.value}' is no absolute IRI", text.origin)
        return ""
    return text.value if text else ""


def _named_sources(node: Node | None, shapes: Shapes) -> dict[str, LogicalSource | None]:
    entries = shapes.keyed(node, "'sources'") or ()
    return {key.value: read_source(value, shapes.findings) for key, value in entries}


def _with_parents(found: list[TriplesMap], parents: dict[str, list[str]]) -> list[TriplesMap]:
    """Joins say a YARRRML mapping's name; a mapping of several sources or subjects is several triples maps."""

    def spread(pom: PredicateObjectMap) -> list[PredicateObjectMap]:
        if not isinstance(pom.object, ReferencingObjectMap):
            return [pom]
        return [replace(pom, object=replace(pom.object, parent=name)) for name in parents.get(pom.object.parent, [])]

    return [
        replace(each, predicate_object_maps=tuple(one for pom in each.predicate_object_maps for one in spread(pom)))
        for each in found
    ]


@dataclass(slots=True)
class _Reader:
    """One document's mappings. `parents`: a YARRRML mapping's name → its triples maps."""

    names: Names
    sources: Sources
    base: str
    mappings: tuple[str, ...]
    shapes: Shapes
    findings: Findings

    parents: dict[str, list[str]] = field(default_factory=dict)

    def mapping(self, key: Text, node: Node) -> list[TriplesMap]:
        """The triples maps of one mapping: one for each source and subject."""
        where = key.at(0, len(key.value))
        keyed = self.shapes.keyed(node, f"mapping '{key.value}'")
        if keyed is None:
            return []
        place = f"mapping '{key.value}'"
        values = self.shapes.keys(keyed, _MAPPING, aliases=_MAPPING_ALIASES, later=_MAPPING_LATER, place=place)
        for needed, example in (
            ("sources", "sources: [['file.csv~csv']]"),
            ("subjects", "s: https://example.org/id/thing/$(column)"),
            ("predicateobjects", "po: [[a, skos:Concept]]"),
        ):
            if self.shapes.lacks(keyed, values, needed, _MAPPING_ALIASES):
                self.findings.error("LOD3005", f"{place} needs '{needed}'", where, f"write {example}")
        sources = self.sources.read(values["sources"]) if "sources" in values else []
        subjects = [self._subject(text) for text in self.shapes.texts(values.get("subjects"))]
        graphs = self._graphs(values.get("graphs"))
        poms = [
            pom
            for item in self._po_items(values.get("predicateobjects"))
            for pom in self._predicate_object(item, graphs)
        ]
        several = len(sources) * len(subjects) > 1
        found = [
            TriplesMap(f"{key.value}-{n}" if several else key.value, source, subject, tuple(poms), where, self.base)
            for n, (source, subject) in enumerate(((a, b) for a in sources for b in subjects), start=1)
        ]
        self.parents[key.value] = [each.name for each in found]
        return found

    def _subject(self, text: Text) -> TermMap:
        end = len(text.value) - 4 if text.value.endswith("~iri") else None
        return TermMap(self.names.iri(text, self.findings, end), TermType.IRI, text.origin)

    def _graphs(self, node: Node | None) -> list[TermMap]:
        return [self._subject(text) for text in self.shapes.texts(node)]

    def _po_items(self, node: Node | None) -> tuple[Node, ...]:
        """The entries of `po`. A single short form `po: [a, x]` without its outer list is taken as it is meant."""
        if isinstance(node, Listed) and node.items and all(isinstance(item, Text) for item in node.items):
            return (node,)
        return self.shapes.items(node)

    def _predicate_object(self, node: Node, graphs: list[TermMap]) -> list[PredicateObjectMap]:
        if isinstance(node, Listed):
            return self._short(node, graphs)
        keyed = self.shapes.keyed(node, "an entry of 'predicateobjects'")
        if keyed is None:
            return []
        values = self.shapes.keys(keyed, _PO, aliases=_PO_ALIASES, later=_PO_LATER, place="a predicate-object")
        for needed in ("predicates", "objects"):
            if self.shapes.lacks(keyed, values, needed, _PO_ALIASES):
                self.findings.error("LOD3005", f"a predicate-object needs '{needed}'", keyed.origin)
        predicates = [self._predicate(text) for text in self.shapes.texts(values.get("predicates"))]
        objects = values.get("objects")
        items = self.shapes.items(objects)
        return self._all(predicates, list(items), None, graphs + self._graphs(values.get("graphs")), keyed.origin)

    def _short(self, node: Listed, graphs: list[TermMap]) -> list[PredicateObjectMap]:
        if not 2 <= len(node.items) <= 3:
            hint = "write [predicate, object] or [predicate, object, datatype or language~lang]"
            message = f"a short predicate-object has 2 or 3 parts, not {len(node.items)}"
            self.findings.error("LOD3004", message, node.origin, hint)
            return []
        predicates = [self._predicate(text) for text in self.shapes.texts(node.items[0])]
        kind = self.shapes.text(node.items[2]) if len(node.items) > 2 else None
        return self._all(predicates, list(self.shapes.items(node.items[1])), kind, graphs, node.origin)

    def _all(
        self,
        predicates: list[TermMap],
        objects: list[Node],
        kind: Text | None,
        graphs: list[TermMap],
        origin: TextOrigin,
    ) -> list[PredicateObjectMap]:
        """Every predicate with every object in every graph."""
        is_type = any(_is_type(predicate) for predicate in predicates)
        in_graphs: list[TermMap | None] = [*graphs] or [None]
        made = [each for node in objects for each in self._object(node, kind, is_type)]
        return [
            PredicateObjectMap(predicate, each, origin if isinstance(each, TermMap) else each.origin, graph)
            for predicate in predicates
            for each in made
            for graph in in_graphs
        ]

    def _predicate(self, text: Text) -> TermMap:
        if text.value == "a":
            return TermMap(Constant(RDF + "type", text.origin), TermType.IRI, text.origin)
        return self._subject(text)

    def _object(self, node: Node, kind: Text | None, is_type: bool) -> list[TermMap | ReferencingObjectMap]:
        if isinstance(node, Text):
            return [self._term(node, None, kind, None, is_type)]
        if isinstance(node, Listed):
            texts = self.shapes.texts(node)
            if 1 <= len(texts) <= 2 and len(texts) == len(node.items):
                return [self._term(texts[0], None, texts[1] if len(texts) > 1 else kind, None, is_type)]
            hint = "write [value, datatype] or [value, language~lang]"
            self.findings.error("LOD3004", "an object in a list has 1 or 2 parts", node.origin, hint)
            return []
        return self._long_object(node, kind, is_type)

    def _long_object(self, node: Keyed, kind: Text | None, is_type: bool) -> list[TermMap | ReferencingObjectMap]:
        values = self.shapes.keys(node, _OBJECT, aliases=_OBJECT_ALIASES, later=_OBJECT_LATER, place="an object")
        if "mapping" in values:
            return [*self._referencing(values, node)]
        value = self.shapes.text(values.get("value"))
        if value is None:
            lacks = all(self.shapes.lacks(node, values, key, _OBJECT_ALIASES) for key in ("value", "mapping"))
            if lacks and not any(key in node.entries for key in _OBJECT_LATER):
                self.findings.error("LOD3005", "an object needs 'value' or 'mapping'", node.origin)
            return []
        if "conditions" in values:
            self.findings.error("LOD3012", "conditions on values are not supported yet", values["conditions"].origin)
        given = self.shapes.text(values.get("type"))
        if given and given.value not in _TYPES:
            hint = did_you_mean(given.value, _TYPES)
            self.findings.error("LOD3004", f"'{given.value}' is no type of term", given.origin, hint)
        term_type = _TYPES.get(given.value) if given else None
        datatype, language = self.shapes.text(values.get("datatype")), self.shapes.text(values.get("language"))
        return [self._term(value, term_type, datatype or kind, language, is_type)]

    def _term(
        self, text: Text, term_type: TermType | None, kind: Text | None, language: Text | None, is_type: bool
    ) -> TermMap:
        """An object. `kind` is a datatype, or a language when it ends in `~lang`; `language` one without the ending."""
        is_iri = text.value.endswith("~iri")
        if is_iri or (is_type and term_type is None):
            term_type = TermType.IRI
        term_type = term_type or TermType.LITERAL
        if kind and kind.value.endswith("~lang"):
            language = language or Text(kind.value.removesuffix("~lang"), kind.origin, kind.offset)
            kind = None
        if term_type is not TermType.LITERAL and (kind or language):
            where = (kind or language or text).origin
            self.findings.error("LOD3016", "only text has a datatype or a language, not an IRI", where)
            kind = language = None
        if kind and language:
            self.findings.error("LOD3016", "a value has a datatype or a language, not both", kind.origin)
            kind = None
        if term_type is TermType.IRI:
            expression = self.names.iri(text, self.findings, len(text.value) - 4 if is_iri else None)
        else:
            expression = self.names.value(text, self.findings)
            self._warn_of_names(text, expression)
        return TermMap(expression, term_type, text.origin, self._datatype(kind), self._language(language))

    def _warn_of_names(self, text: Text, expression: Expression) -> None:
        if isinstance(expression, Constant) and self.names.looks_prefixed(expression.value):
            message = f"'{text.value}' is written as text"
            hint = f"as an IRI it is '{text.value}~iri'"
            if expression.value.startswith("xsd:"):
                hint = f"as the datatype of the value before it: [[value, {text.value}]]"
            self.findings.warning("LOD3015", message, text.origin, hint)

    def _datatype(self, text: Text | None) -> Expression | None:
        if text is None:
            return None
        if ":" not in text.value and "$(" not in text.value and is_language_tag(text.value):
            message, hint = f"'{text.value}' is no datatype", f"a language is written {text.value}~lang"
            self.findings.error("LOD3016", message, text.origin, hint)
            return None
        return self.names.iri(text, self.findings)

    def _language(self, text: Text | None) -> Expression | None:
        if text is None:
            return None
        expression = self.names.value(text, self.findings)
        if isinstance(expression, Constant) and not is_language_tag(expression.value):
            hint = "as in zh-Hant-TW or en" + (", with hyphens" if "_" in text.value else "")
            self.findings.error("LOD3009", f"'{text.value}' is no language tag", text.origin, hint)
        return expression

    def _referencing(self, values: dict[str, Node], node: Keyed) -> list[ReferencingObjectMap]:
        """§ joins: objects that are the subjects of other mappings."""
        joins = tuple(
            join for item in self.shapes.items(values.get("conditions")) if (join := self._join(item)) is not None
        )
        found = []
        for text in self.shapes.texts(values["mapping"]):
            if text.value in self.mappings:
                found.append(ReferencingObjectMap(text.value, joins, node.origin))
            else:
                hint = did_you_mean(text.value, self.mappings)
                self.findings.error("LOD3007", f"there is no mapping '{text.value}'", text.origin, hint)
        return found

    def _join(self, node: Node) -> Join | None:
        keyed = self.shapes.keyed(node, "a condition")
        if keyed is None:
            return None
        values = self.shapes.keys(keyed, ("function", "parameters"), aliases=_CONDITION_ALIASES, place="a condition")
        function = self.shapes.text(values.get("function"))
        if function and function.value not in ("equal", "idlab-fn:equal"):
            self.findings.error(
                "LOD3012", f"a join by '{function.value}' is not supported yet", function.origin, "equal"
            )
            return None
        sides: dict[str, Reference] = {}
        for item in self.shapes.items(values.get("parameters")):
            texts = self.shapes.texts(item)
            value = self.names.value(texts[1], self.findings) if len(texts) > 1 else None
            if isinstance(value, Reference):
                side = texts[2].value if len(texts) > 2 else texts[0].value
                sides[{"s": "child", "subject": "child", "str1": "child"}.get(side, "parent")] = value
        if set(sides) != {"child", "parent"}:
            hint = "parameters: [[str1, $(column here)], [str2, $(column there)]]"
            self.findings.error("LOD3004", "a join needs a column here and a column there", keyed.origin, hint)
            return None
        return Join(sides["child"], sides["parent"])


def _is_type(predicate: TermMap) -> bool:
    return isinstance(predicate.expression, Constant) and predicate.expression.value == RDF + "type"
