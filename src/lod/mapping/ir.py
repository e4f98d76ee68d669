"""The one form that every mapping language becomes: triples maps over logical sources.

The IR says each thing in one way. A class shortcut is an `rdf:type` predicate-object map; a graph of the subject stands
on each predicate-object map; a predicate-object map has one predicate, one object and at most one graph; prefixes are
expanded; every triples map has one source and one subject. Nodes are checked when they are built (a parser that breaks
a rule is a bug, so `ValueError`) and know where they stand in the text.

Terms are those of RML, https://w3id.org/rml/core/spec
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from lod.diagnostics import TextOrigin
from lod.mapping.cube.model import Gathered, Part, SliceRows
from lod.mapping.view import Constraint, View
from lod.rdf.iris import is_absolute


class TermType(StrEnum):
    """What kind of RDF term a term map makes."""

    IRI = "IRI"
    LITERAL = "literal"
    BLANK_NODE = "blank node"


class Formulation(StrEnum):
    """How references read a source."""

    CSV = "csv"
    JSONPATH = "JSONPath"  # each match of the iterator is a row, references are relative to it
    XPATH = "XPath"  # of XML, likewise
    PRINTED = "printed table"  # a sheet made for the eye; a row is an observation
    WORKBOOK = "workbook"  # a tidy sheet: a header, and a row for each row below it
    PARQUET = "Parquet"
    SQLITE = "SQLite"
    DATABASE = "database"  # at an address
    SPARQL = "SPARQL"  # the solutions of a query over an RDF file
    ROWS = "rows"  # the mapping holds them itself
    VIEW = "view"  # a logical view: rows made of other rows, references are names of its fields


class Safety(StrEnum):
    """What is done to the values of a template so that they fit in an IRI (RML-Core, term types)."""

    IRI = "IRI"  # all but iunreserved percent-encoded: Chinese stays
    URI = "URI"  # all but unreserved percent-encoded: ASCII only
    UNSAFE = "unsafe"  # nothing, and nobody looks whether an IRI comes out


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value for every row."""

    value: str
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a column, as it stands in the source."""

    name: str
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Template:
    """Text with references in it. In an IRI the values are made IRI-safe, in a literal they stand as they are."""

    parts: tuple[str | Reference, ...]
    origin: TextOrigin

    def __post_init__(self) -> None:
        if not any(isinstance(part, Reference) for part in self.parts):
            raise ValueError("a template without a reference is a Constant")


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """A value that no other row of the source has: what a blank node without an expression is called by."""

    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Call:
    """A function's value. `function` and the arguments' names are those of `lod.mapping.functions`."""

    function: str
    arguments: tuple[tuple[str, Expression], ...]
    origin: TextOrigin


Expression = Constant | Reference | Template | RowIdentity | Call


def references(expression: Expression | None) -> Iterator[Reference]:
    """The references in an expression, in the order in which they stand."""
    if isinstance(expression, Reference):
        yield expression
    elif isinstance(expression, Template):
        yield from (part for part in expression.parts if isinstance(part, Reference))
    elif isinstance(expression, Call):
        for _, argument in expression.arguments:
            yield from references(argument)


@dataclass(frozen=True, slots=True)
class TermMap:
    """How a term is made: its value, its type and, for a literal, its datatype or language."""

    expression: Expression
    term_type: TermType
    origin: TextOrigin
    datatype: Expression | None = None
    language: Expression | None = None
    safety: Safety = Safety.IRI  # of an IRI made from a template
    condition: Expression | None = None  # a row where it is not `true` makes no term

    def __post_init__(self) -> None:
        if self.datatype and self.language:
            raise ValueError("a literal has a datatype or a language, not both")
        if (self.datatype or self.language) and self.term_type is not TermType.LITERAL:
            raise ValueError("only a literal has a datatype or a language")

    def references(self) -> Iterator[Reference]:
        """All references that the term needs; a row where one of them is empty makes no term."""
        for expression in (self.expression, self.datatype, self.language, self.condition):
            yield from references(expression)


@dataclass(frozen=True, slots=True)
class Join:
    """A condition of a referencing object map: the child's value equals the parent's."""

    child: Expression
    parent: Expression


@dataclass(frozen=True, slots=True)
class ReferencingObjectMap:
    """Objects that are the subjects of another triples map. Without joins the row itself makes the parent's subject."""

    parent: str  # the parent triples map's name
    joins: tuple[Join, ...]
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class GatherMap:
    """Terms gathered into a list or container; the term itself is its head. https://w3id.org/rml/cc/spec

    `kind` is rdf:List, rdf:Bag, rdf:Seq or rdf:Alt. Without a `head` every row makes its own, a blank node; what rows
    gather under one head is one list. `is_product`: a list for each combination of the members' terms.
    """

    members: tuple[TermMap | ReferencingObjectMap | GatherMap, ...]
    kind: str
    origin: TextOrigin
    head: TermMap | None = None
    is_product: bool = False
    keeps_empty: bool = False

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("something is gathered")


@dataclass(frozen=True, slots=True)
class LogicalTarget:
    """A file of its own that statements go to, instead of the output of the lift.

    An `endpoint` is no file: the address of a SPARQL service. A lift sends nothing; other engines may.
    """

    path: str
    origin: TextOrigin
    beside_mapping: bool = False  # else in the folder where the command runs
    serialization: str = "nq"  # a suffix of `lod.rdf.formats`
    encoding: str = "utf-8"
    compression: str = ""  # gzip, zip, targz, tarxz
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class PredicateObjectMap:
    """One statement a row: predicate, object and, unless it goes to the default graph, graph."""

    predicate: TermMap
    object: TermMap | ReferencingObjectMap | GatherMap
    origin: TextOrigin
    graph: TermMap | None = None
    targets: tuple[LogicalTarget, ...] = ()

    def __post_init__(self) -> None:
        if self.predicate.term_type is not TermType.IRI:
            raise ValueError("a predicate is an IRI")
        if self.graph and self.graph.term_type is TermType.LITERAL:
            raise ValueError("a graph has no literal as its name")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written. The defaults are RFC 4180 in UTF-8."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    nulls: tuple[str, ...] = ()  # cells that mean «no value», besides the empty one
    empty_is_null: bool = True  # else an empty cell is the empty text
    header: bool = True  # without a header the columns are called 1, 2, 3 …
    comment_prefix: str = ""  # lines that begin with it are no rows
    skip_rows: int = 0  # lines before the header
    trim: str = ""  # white space around cells that does not count: true, start or end


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows that a mapping holds itself. Two of them are the same only if they are one object."""

    columns: tuple[str, ...]
    records: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class LogicalSource:
    """Where rows come from: a path as it is written in the mapping, and how to read it."""

    access: str
    formulation: Formulation
    origin: TextOrigin
    iterator: str = ""
    dialect: Dialect = Dialect()
    part: str = ""  # of a workbook the sheet, its name or its number from 1; of a database the table
    query: str = ""  # of a database, instead of a table: SQL; of RDF: SPARQL
    is_plain: bool = False  # of RDF: the terms are plain text, as in results written as CSV
    user: str = ""  # of a database, if the address does not say it; or the variable that holds it: $NAME
    password: str = ""  # the variable that holds it, never itself
    compression: str = ""  # gzip, zip, targz, tarxz; '' also where the file's ending tells
    in_working_folder: bool = False  # else beside the mapping
    may_be_empty: bool = False  # no rows, and rows that make nothing, are no mistake
    may_lack: bool = False  # nor is a reference that no item of a JSON document has
    view: View | None = None  # rows that the mapping language makes of the file's records, instead of the records
    namespaces: tuple[tuple[str, str], ...] = ()  # of XPath: prefix and IRI
    content: Rows | Part | SliceRows | Gathered | LogicalView | None = (
        None  # of the formulations ROWS, PRINTED and VIEW
    )

    @property
    def is_on_the_web(self) -> bool:
        """Whether the mapping names a web address. Nothing is fetched: what was stands beside the mapping."""
        return self.access.startswith(("http://", "https://"))

    @property
    def makes_its_rows(self) -> bool:
        """Whether the mapping language makes its rows of a file, or holds them itself: they are not the file's own."""
        return self.view is not None or self.formulation in (Formulation.PRINTED, Formulation.ROWS)

    @property
    def file(self) -> str:
        """The path of the file; of a web address the name that it is saved under."""
        return unquote(urlsplit(self.access).path.rpartition("/")[2]) if self.is_on_the_web else self.access


@dataclass(frozen=True, slots=True)
class ExpressionField:
    """A named value of a record. With fields of its own the value is read as a record again."""

    name: str
    expression: Expression
    fields: tuple[Field, ...]
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class IterableField:
    """Named records inside a record: each is a row. Without a formulation they are read as the record around is."""

    name: str
    iterator: str
    formulation: Formulation | None
    fields: tuple[Field, ...]
    origin: TextOrigin


Field = ExpressionField | IterableField


class JoinKind(StrEnum):
    """What becomes of rows without a match: SQL's words."""

    INNER = "JOIN"  # they are dropped
    LEFT = "LEFT JOIN"  # those of the view stay
    FULL = "FULL JOIN"  # those of the other view stay, too


@dataclass(frozen=True, slots=True)
class ViewJoin:
    """Fields of another view's rows, beside the rows that match."""

    parent: LogicalSource
    conditions: tuple[Join, ...]
    fields: tuple[ExpressionField, ...]
    kind: JoinKind
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class LogicalView:
    """Rows made of another source's: https://w3id.org/rml/lv/spec."""

    on: LogicalSource
    fields: tuple[Field, ...]
    joins: tuple[ViewJoin, ...]
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class TriplesMap:
    """What each row of a source becomes.

    `base` is what relative IRIs begin with, '' where the mapping says nothing; `document_base` what they begin with
    when the lift says nothing either.
    """

    name: str
    source: LogicalSource
    subject: TermMap
    predicate_object_maps: tuple[PredicateObjectMap, ...]
    origin: TextOrigin
    base: str = ""
    document_base: str = ""
    gathered: GatherMap | None = None  # whose head the subject is: `subject` is then that of no row
    gathered_in: tuple[TermMap | None, ...] = ()  # the graphs that it goes to, None for the default graph
    gathered_targets: tuple[LogicalTarget, ...] = ()

    def __post_init__(self) -> None:
        if self.subject.term_type is TermType.LITERAL:
            raise ValueError("a subject is no literal")
        if self.base and not is_absolute(self.base):
            raise ValueError("a base is an absolute IRI")


@dataclass(frozen=True, slots=True)
class Mapping:
    """All triples maps of a lift, in the order in which they were read; their names differ.

    `views` are read and judged even where no triples map uses them; `constraints` are between views.
    """

    triples_maps: tuple[TriplesMap, ...]
    views: tuple[View, ...] = ()
    constraints: tuple[Constraint, ...] = ()

    def __post_init__(self) -> None:
        names = [each.name for each in self.triples_maps]
        if len(set(names)) != len(names):
            raise ValueError("two triples maps of one name")

    def named(self, name: str) -> TriplesMap | None:
        """The triples map of that name."""
        return next((each for each in self.triples_maps if each.name == name), None)
