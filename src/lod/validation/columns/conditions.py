"""What a shape asks of one focus node, as conditions on a row: they hold wherever the shape may fail, and there only as
far as columns can tell.

A condition is SQL over the rows of a family. What depends on a value alone is not decided here: it becomes a `Probe`,
whose distinct values the processor judges itself.
https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pyoxigraph import Literal, NamedNode

from lod.lift.engines import sql
from lod.lift.plan import Statement
from lod.rdf.namespaces import SH
from lod.validation.columns.families import Family, Unplannable, present, spelled, types_of
from lod.validation.shapes.graph import ShapeGraph, Term
from lod.wording import Wording, say


def _terms(names: str) -> frozenset[str]:
    return frozenset(SH + name for name in names.split())


VALUE = _terms(
    "class datatype nodeKind minExclusive minInclusive maxExclusive maxInclusive minLength maxLength pattern flags "
    "languageIn in node not and or xone property"
)
"""Constraints of a property shape that each value meets or fails by itself."""
SET = _terms(
    "minCount maxCount uniqueLang hasValue equals disjoint lessThan lessThanOrEquals "
    "qualifiedValueShape qualifiedMinCount qualifiedMaxCount qualifiedValueShapesDisjoint"
)
"""Constraints of a property shape that all its values meet or fail together."""
ASIDE = _terms(
    "path name description order group defaultValue message severity deactivated "
    "targetNode targetClass targetSubjectsOf targetObjectsOf closed ignoredProperties sparql"
)
_OWN_LITERAL = _terms("datatype minExclusive minInclusive maxExclusive maxInclusive")
_IRI_KINDS = {NamedNode(SH + name) for name in ("IRI", "BlankNodeOrIRI", "IRIOrLiteral")}
# what every dialect of regular expressions reads alike
_SIMPLE = re.compile(
    r"(?:[^\\\[\](){}*+?|]|\\[-.\\/^$?*+{}()|\[\]dws]"  # a sign, or one that is escaped
    r"|\[\^?(?:[^\\\[\]&~-]|\\[-.\\/^$\[\]]|[\w ]-[\w ])+-?\]"  # a set of signs
    r"|\((?!\?)|\)|[*+?|](?![+?])|\{\d+(?:,\d*)?\}(?![+?]))*\Z"
)


@dataclass(frozen=True, slots=True)
class Probe:
    """Rows whose distinct combinations of objects are judged by the processor, as the objects of made-up nodes.

    `constraints` are (predicate, value) pairs of a node shape or, with `path`, of a property shape at that predicate.
    """

    statements: tuple[Statement, ...]
    constraints: tuple[tuple[str, Term], ...]
    path: str = ""
    even_none: bool = False  # rows without any of the statements are judged, too


@dataclass(slots=True)
class Test:
    """One reason why rows may fail: a condition over them, or a probe."""

    what: str  # for people
    condition: str = ""
    probe: Probe | None = None


@dataclass(slots=True)
class Conditions:
    """All that a shape asks of a family's subjects."""

    shapes: ShapeGraph
    family: Family
    superclasses: Callable[[str], set[str]]
    local_query: Callable[[Term, Family], Test]  # a sh:sparql constraint
    _above: list[Term] = field(default_factory=list)

    def of(self, shape: Term) -> Iterator[Test]:
        """The tests of a node shape or property shape, at the focus node.

        Raises:
            Unplannable: it asks for something that a row alone cannot tell.
        """
        if shape in self._above:
            raise Unplannable(say("a shape that asks for itself"))
        if self.shapes.is_deactivated(shape):
            return
        self._above.append(shape)
        self._check_vocabulary(shape)
        if self.shapes.objects(shape, SH + "path"):
            yield from self._property(shape)
        else:
            yield from self._node(shape)
        self._above.pop()

    def _check_vocabulary(self, shape: Term) -> None:
        for predicate in self.shapes.of(shape):
            if predicate.startswith(SH) and predicate not in VALUE | SET | ASIDE:
                raise Unplannable(Wording(f"sh:{predicate.removeprefix(SH)}"))
            if not predicate.startswith(SH) and predicate in self._parameters():
                raise Unplannable(say("a constraint component of its own"))

    def _parameters(self) -> set[str]:
        """The predicates of constraint components that the shapes declare (§6)."""
        found = set()
        for node in self.shapes.subjects():
            for parameter in self.shapes.objects(node, SH + "parameter"):
                paths = self.shapes.objects(parameter, SH + "path")
                found |= {path.value for path in paths if isinstance(path, NamedNode)}
        return found

    # --- node shapes -------------------------------------------------------------------------------------------------

    def _node(self, shape: Term) -> Iterator[Test]:
        said = self.shapes.of(shape)
        for predicate, values in said.items():
            name = predicate.removeprefix(SH)
            for value in values:
                match name:
                    case "property" | "node":
                        yield from self.of(value)
                    case "and":
                        for member in self.shapes.members(value):
                            yield from self.of(member)
                    case "or":
                        yield self._any(value)
                    case "not" | "xone":
                        yield self._by_probe(shape, predicate, value)
                    case "sparql":
                        if not self.shapes.is_deactivated(value):
                            yield self.local_query(value, self.family)
                    case "nodeKind":
                        yield Test("nodeKind", "false" if value in _IRI_KINDS else "true")
                    case "pattern":
                        yield self._pattern(value, said.get(SH + "flags", ()))
                    case "minLength" | "maxLength":
                        yield self._length(name, value)
                    case "in":
                        yield Test("in", f"NOT {_among(sql.value(self.family.key), self.shapes.members(value))}")
                    case "hasValue":
                        yield Test("hasValue", f"NOT {_among(sql.value(self.family.key), [value])}")
                    case "class":
                        yield self._class(value)
                    case "languageIn":
                        yield Test(name, "true")
                    case "closed" if _is_true(value):
                        yield self._closed(shape)
                    case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                        raise Unplannable(say("sh:{name} of a node shape", name=name))
                if predicate in _OWN_LITERAL:
                    yield Test(name, "true")  # a subject is no literal

    def _any(self, members: Term) -> Test:
        """sh:or fails only where each of its members may fail."""
        alternatives = []
        for member in self.shapes.members(members):
            tests = list(self.of(member))
            if any(test.probe for test in tests):
                return self._by_probe(None, SH + "or", members)
            alternatives.append("(" + (" OR ".join(f"({test.condition})" for test in tests) or "false") + ")")
        return Test("or", " AND ".join(alternatives) or "true")

    def _by_probe(self, _shape: Term | None, predicate: str, value: Term) -> Test:
        """Let the processor judge distinct combinations of all values that a logical constraint speaks of."""
        named = self._mentioned(value if predicate == SH + "not" else None, self.shapes.members(value))
        statements = tuple(s for name in sorted(named) for s in self.family.of(name))
        if not statements:
            raise Unplannable(say("sh:{name} over nothing that is in the table", name=predicate.removeprefix(SH)))
        return Test(predicate.removeprefix(SH), probe=Probe(statements, ((predicate, value),), even_none=True))

    def _mentioned(self, shape: Term | None, members: Sequence[Term]) -> set[str]:
        """The predicates at the focus node that shapes speak of; only such as look at nothing else of it."""
        found: set[str] = set()
        for each in [*([shape] if shape is not None else []), *members]:
            self._check_vocabulary(each)
            path = self.shapes.value(each, SH + "path")
            if path is not None:
                if not isinstance(path, NamedNode):
                    raise Unplannable(say("a path of several steps"))
                found.add(path.value)
                pairs = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
                others = (v for name in pairs for v in self.shapes.objects(each, SH + name))
                found |= {v.value for v in others if isinstance(v, NamedNode)}
                if self.shapes.objects(each, SH + "sparql"):
                    raise Unplannable(say("a query within a logical constraint"))
                continue
            for predicate, values in self.shapes.of(each).items():
                name = predicate.removeprefix(SH)
                if name in ("property", "node", "not"):
                    found |= self._mentioned(None, values)
                elif name in ("and", "or", "xone"):
                    found |= self._mentioned(None, [m for value in values for m in self.shapes.members(value)])
                elif predicate in VALUE | SET or name in ("closed", "sparql"):
                    raise Unplannable(say("sh:{name} within a logical constraint", name=name))
        return found

    def _pattern(self, value: Term, flags: Sequence[Term]) -> Test:
        text = value.value if isinstance(value, Literal) else ""
        if flags or not _SIMPLE.match(text):
            raise Unplannable(say("a pattern that dialects read differently, at the focus node"))
        head = self.family.key.pieces[0]
        if isinstance(head, str) and not text.endswith("$") and "$" not in text and re.search(text, head):
            return Test("pattern", "false")  # the template proves it
        return Test("pattern", f"NOT regexp_matches({sql.value(self.family.key)}, {sql.quoted(text)})")

    def _length(self, name: str, value: Term) -> Test:
        bound = value.value if isinstance(value, Literal) and value.value.isdigit() else None
        if bound is None:
            raise Unplannable(say("sh:{name} without a number", name=name))
        sign = "<" if name == "minLength" else ">"
        return Test(name, f"length({sql.value(self.family.key)}) {sign} {bound}")

    def _class(self, value: Term) -> Test:
        if not isinstance(value, NamedNode):
            raise Unplannable(say("sh:class without an IRI"))
        kept = [
            present(statement, self.family)
            for cls, statement in types_of(self.family)
            if cls is not None and value.value in self.superclasses(cls)
        ]
        return Test("class", f"NOT ({' OR '.join(f'({each})' for each in kept) or 'false'})")

    def _closed(self, shape: Term) -> Test:
        allowed = {path.value for each in self.shapes.objects(shape, SH + "property")
                   if isinstance(path := self.shapes.value(each, SH + "path"), NamedNode)}  # fmt: skip
        for head in self.shapes.objects(shape, SH + "ignoredProperties"):
            allowed |= {member.value for member in self.shapes.members(head) if isinstance(member, NamedNode)}
        strangers = [s for name, found in self.family.predicates.items() if name not in allowed for s in found]
        return Test("closed", " OR ".join(f"({present(s, self.family)})" for s in strangers) or "false")

    # --- property shapes ---------------------------------------------------------------------------------------------

    def _property(self, shape: Term) -> Iterator[Test]:
        path = self.shapes.value(shape, SH + "path")
        if not isinstance(path, NamedNode):
            raise Unplannable(say("a path of several steps"))
        statements = tuple(self.family.of(path.value))
        said = self.shapes.of(shape)
        alone = tuple((p, value) for p, values in said.items() if p in VALUE for value in values)
        if alone:
            for statement in statements:
                yield Test(path.value, probe=Probe((statement,), alone, path.value))
        for predicate in said.keys() & SET:
            yield from self._of_all_values(shape, predicate, statements)
        for constraint in said.get(SH + "sparql", ()):
            if not self.shapes.is_deactivated(constraint):
                raise Unplannable(say("a query of a property shape"))

    def _of_all_values(self, shape: Term, predicate: str, statements: tuple[Statement, ...]) -> Iterator[Test]:
        name = predicate.removeprefix(SH)
        there = [f"({present(each, self.family)})" for each in statements]
        number = " + ".join(f"CAST({each} AS INTEGER)" for each in there) or "0"
        for value in self.shapes.objects(shape, predicate):
            match name:
                case "minCount":
                    pairs = combinations(zip(there, statements, strict=True), 2)
                    same = [f"({a} AND {b} AND {_same(x, y)})" for (a, x), (b, y) in pairs]
                    condition = f"{number} < {_number(value)}"
                    enough = len(there) > 1 and _number(value) > 1
                    yield Test(name, " OR ".join([condition, *(same if enough else [])]))
                case "maxCount":
                    most = _number(value)
                    yield Test(name, "false" if len(statements) <= most else f"{number} > {most}")
                case "hasValue":
                    kept = [f"({a} AND {spelled(s.object)} = {sql.quoted(str(value))})"
                            for a, s in zip(there, statements, strict=True)]  # fmt: skip
                    yield Test(name, f"NOT ({' OR '.join(kept) or 'false'})")
                case "uniqueLang" if _is_true(value):
                    yield self._unique_lang(statements, there)
                case "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                    assert isinstance(value, NamedNode)
                    yield self._pair(shape, predicate, value, statements)
        if name == "qualifiedValueShape":
            if self.shapes.objects(shape, SH + "qualifiedValueShapesDisjoint"):
                raise Unplannable(say("sh:qualifiedValueShapesDisjoint"))
            yield self._qualified(shape, statements)

    def _qualified(self, shape: Term, statements: tuple[Statement, ...]) -> Test:
        names = ("qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount")
        rest = tuple((SH + name, v) for name in names for v in self.shapes.objects(shape, SH + name))
        path = self.shapes.value(shape, SH + "path")
        assert isinstance(path, NamedNode)
        if not statements:
            least = self.shapes.value(shape, SH + "qualifiedMinCount")
            return Test("qualified", "true" if least is not None and _number(least) > 0 else "false")
        return Test("qualified", probe=Probe(statements, rest, path.value, even_none=True))

    def _pair(self, shape: Term, predicate: str, other: NamedNode, statements: tuple[Statement, ...]) -> Test:
        path = self.shapes.value(shape, SH + "path")
        assert isinstance(path, NamedNode)
        both = (*statements, *(s for s in self.family.of(other.value) if other != path))
        if not both:
            return Test(predicate, "false")
        return Test(predicate.removeprefix(SH), probe=Probe(both, ((predicate, other),), path.value))

    def _unique_lang(self, statements: tuple[Statement, ...], there: Sequence[str]) -> Test:
        clashes = []
        tagged = [(a, s) for a, s in zip(there, statements, strict=True) if s.object.language or s.object.is_spelled]
        for number, (a, one) in enumerate(tagged):
            for b, other in tagged[number + 1 :]:
                if one.object.is_spelled or other.object.is_spelled:
                    clashes.append(f"({a} AND {b})")
                    continue
                tags = [f"lower({sql.concat(each.object.language)})" for each in (one, other)]
                clashes.append(f"({a} AND {b} AND {tags[0]} = {tags[1]})")
        if any(s.object.is_spelled for s in statements):
            raise Unplannable(say("sh:uniqueLang over terms that cells spell"))
        return Test("uniqueLang", " OR ".join(clashes) or "false")


def _same(one: Statement, other: Statement) -> str:
    return f"{spelled(one.object)} = {spelled(other.object)}"


def _among(text: str, terms: Sequence[Term]) -> str:
    iris = ", ".join(sql.quoted(term.value) for term in terms if isinstance(term, NamedNode))
    return f"({text} IN ({iris}))" if iris else "(false)"


def _number(value: Term) -> int:
    try:
        return int(value.value) if isinstance(value, Literal) else 0
    except ValueError as error:
        raise Unplannable(say("a count that is no number")) from error


def _is_true(term: Term) -> bool:
    return isinstance(term, Literal) and term.value == "true"
