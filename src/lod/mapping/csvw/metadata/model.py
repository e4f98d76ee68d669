"""A metadata document, read and normalised: table groups, tables, schemas, columns, and what cells inherit.

Metadata Vocabulary for Tabular Data, https://www.w3.org/TR/tabular-metadata/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from lod.diagnostics import TextOrigin
from lod.mapping.csvw.metadata.annotations import Annotation
from lod.mapping.csvw.metadata.datatypes import STRING, Datatype
from lod.mapping.csvw.metadata.dialect import Dialect
from lod.mapping.csvw.syntax.language_tags import UNDEFINED
from lod.mapping.csvw.syntax.uri_template import UriTemplate

Titles = Mapping[str, tuple[str, ...]]  # language tag → titles


@dataclass(frozen=True, slots=True)
class Inherited:
    """Inherited properties (§5.7); None where a description does not give one."""

    about_url: UriTemplate | None = None
    datatype: Datatype | None = None
    default: str | None = None
    lang: str | None = None
    null: tuple[str, ...] | None = None
    ordered: bool | None = None
    property_url: UriTemplate | None = None
    required: bool | None = None
    separator: str | None = None  # '': given as null, which stops what is inherited
    text_direction: str | None = None
    value_url: UriTemplate | None = None

    def within(self, outer: Inherited) -> Inherited:
        """These properties, and where they are not given those of the containing description."""
        given = ((f.name, getattr(self, f.name)) for f in fields(self))
        return Inherited(**{name: getattr(outer, name) if value is None else value for name, value in given})


@dataclass(frozen=True, slots=True)
class Column:
    """A column description (§5.6) with everything that it inherits."""

    number: int  # 1-based, among all columns of the table
    name: str | None = None  # as declared; see `variable`
    titles: Titles = field(default_factory=dict)
    virtual: bool = False
    suppress_output: bool = False
    inherited: Inherited = field(default_factory=Inherited)
    default_language: str = UNDEFINED  # of the document: its titles make a name
    at: TextOrigin | None = None

    @property
    def datatype(self) -> Datatype:
        """The datatype annotation; without one, cells are strings."""
        return self.inherited.datatype or STRING

    @property
    def null(self) -> tuple[str, ...]:
        """The texts that stand for no value."""
        return ("",) if self.inherited.null is None else self.inherited.null

    @property
    def language(self) -> str:
        """The language of its strings; '' if undefined."""
        lang = self.inherited.lang or UNDEFINED
        return "" if lang == UNDEFINED else lang


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key definition (§5.5): the columns of this table, and the table and columns that they refer to."""

    columns: tuple[str, ...]
    resource: str | None  # a table's URL, or
    schema_reference: str | None  # a schema's
    referenced_columns: tuple[str, ...]
    at: TextOrigin


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema description (§5.5)."""

    id: str | None = None
    columns: tuple[Column, ...] = ()
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_titles: tuple[str, ...] = ()
    inherited: Inherited = field(default_factory=Inherited)
    is_given: bool = False  # some tableSchema stands in the document, were it an empty one


@dataclass(frozen=True, slots=True)
class Transformation:
    """A transformation definition (§5.10). We read it and carry none out."""

    url: str
    script_format: str
    target_format: str
    at: TextOrigin


@dataclass(frozen=True, slots=True)
class Table:
    """A table description (§5.4)."""

    url: str
    at: TextOrigin
    id: str | None = None
    suppress_output: bool = False
    dialect: Dialect | None = None
    schema: Schema = field(default_factory=Schema)
    annotations: tuple[Annotation, ...] = ()
    transformations: tuple[Transformation, ...] = ()


@dataclass(frozen=True, slots=True)
class TableGroup:
    """A table group description (§5.3); a document of a single table becomes a group of one."""

    tables: tuple[Table, ...]
    id: str | None = None
    annotations: tuple[Annotation, ...] = ()
    at: TextOrigin | None = None

    def tables_described_by(self, url: str) -> Iterator[Table]:
        """The tables whose `url` is that one."""
        return (table for table in self.tables if table.url == url)
