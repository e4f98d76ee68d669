"""Which column the values of one property make: one kind, one datatype, one language, and their values by type.

XML Schema datatypes: https://www.w3.org/TR/xmlschema11-2/

The store keeps literals by value (`"01"^^xsd:integer` comes back as 1, `"41.70"^^xsd:decimal` as 41.7), so typed
columns tell its terms exactly where every text is one of its datatype's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import pyoxigraph
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Quad

from lod.rdf.datatypes import LEXICAL_SPACES
from lod.rdf.namespaces import RDF, XSD
from lod.store.columns import Column, quoted

UNDEFINED = "https://cube.link/Undefined"  # a measure that has no figure at a point

_DECIMAL_PLACES = 18  # more is not kept by value
_DECIMAL_DIGITS = 38
_MOST_JUDGED = 100_000  # distinct texts of other datatypes that the store is asked about
_BY_VALUE = {XSD + "double": "DOUBLE", XSD + "float": "FLOAT", XSD + "boolean": "BOOLEAN"}

_LANGUAGE = RDF + "langString"
_INTEGERS = {iri for iri, space in LEXICAL_SPACES.items() if space.pattern == LEXICAL_SPACES[XSD + "integer"].pattern}

_PARTS = rf"""SELECT t, o[1] = '<' AS is_iri, o[1] = '_' AS is_blank, contains(o, '\u') OR contains(o, '\U') AS is_odd,
    CASE WHEN o[1] = '<' THEN o[2:-2] ELSE regexp_extract(o, '^"((?:[^"\\]|\\.)*)"', 1) END AS raw,
    lower(regexp_extract(o, '"@([A-Za-z0-9-]+)$', 1)) AS language,
    CASE WHEN o[1] <> '"' THEN '' WHEN regexp_matches(o, '"@[A-Za-z0-9-]+$') THEN '{_LANGUAGE}'
    ELSE coalesce(nullif(regexp_extract(o, '"\^\^<([^>]*)>$', 1), ''), '{XSD}string') END AS datatype"""

_ESCAPES = (('\\"', '"'), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\b", "\b"), ("\\f", "\f"))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is alike in all values."""

    values: int
    is_iri: bool
    datatype: str
    language: str


def decide(database: duckdb.DuckDBPyConnection, terms: str, name: str) -> Column:
    """The column of the values in `terms` (t, o), without name and property; table `name` (t, v) gets its values.

    `terms`: a query. A column that is not exact leaves no table.
    """
    database.execute(f"CREATE OR REPLACE TEMP TABLE part AS {_PARTS} FROM ({terms})")
    row = database.execute(
        """SELECT count(*), bool_or(is_blank), bool_or(is_odd), bool_or(is_iri), bool_and(is_iri), min(datatype),
        max(datatype), min(language), max(language) FROM part"""
    ).fetchone()
    assert row is not None
    values, blank, odd, some_iri, all_iri, least_type, last_type, least_language, last_language = row
    kind = "iri" if some_iri else "literal"
    inexact = Column("", "", kind, exact=False)  # type: ignore[arg-type]
    if blank:
        return replace(inexact, why="blank nodes")
    if odd:
        return replace(inexact, why="escaped characters")
    if some_iri != all_iri:
        return replace(inexact, why="IRIs and literals")
    if least_type != last_type:
        return _partial(database, inexact, name)
    if least_language != last_language:
        return replace(inexact, why="several languages", datatype=least_type)
    facts = _Facts(values, all_iri, least_type, least_language)
    return _typed(database, facts, replace(inexact, datatype=facts.datatype, language=facts.language), name)


def _partial(database: duckdb.DuckDBPyConnection, inexact: Column, name: str) -> Column:
    """A column of one datatype, but for values that are declared to be undefined: these are NULL in it."""
    defined = f"SELECT min(datatype), max(datatype), count(*) FROM part WHERE datatype <> {quoted(UNDEFINED)}"
    row = database.execute(defined).fetchone()
    assert row is not None
    least, last, values = row
    if least != last or least == _LANGUAGE:
        return replace(inexact, why="several datatypes")
    database.execute(f"DELETE FROM part WHERE datatype = {quoted(UNDEFINED)}")
    found = _typed(database, _Facts(values, False, least, ""), replace(inexact, datatype=least), name)
    return replace(found, exact=False, partial=True, why="undefined values") if found.exact else found


def _typed(database: duckdb.DuckDBPyConnection, facts: _Facts, inexact: Column, name: str) -> Column:
    space = LEXICAL_SPACES.get(facts.datatype)
    exact = replace(inexact, exact=True)
    if facts.is_iri:
        _keep(database, name, "raw")
        return exact
    if space and not _all(database, f"regexp_full_match(raw, {quoted(space.pattern)})"):
        return replace(inexact, why="texts that are none of their datatype")
    if facts.datatype in _INTEGERS:
        assert space is not None
        least = -(2**63) if space.least is None else max(space.least, -(2**63))
        most = 2**63 - 1 if space.most is None else min(space.most, 2**63 - 1)
        if not _all(database, f"try_cast(raw AS HUGEINT) BETWEEN {least} AND {most}"):
            return replace(inexact, why="integers out of range")
        _keep(database, name, "CAST(raw AS BIGINT)")
        canonical = _all(database, "regexp_full_match(raw, '0|-?[1-9][0-9]*')")
        return replace(exact, type="BIGINT", canonical=canonical)
    if facts.datatype == XSD + "decimal":
        return _decimal(database, inexact, name)
    kept = _is_kept_as_written(database, facts)
    if kept is None:
        return replace(inexact, why=f"more than {_MOST_JUDGED:,} values of this datatype")
    if (by_value := _BY_VALUE.get(facts.datatype)) is not None:
        is_number = by_value != "BOOLEAN"
        value = f"CAST(raw AS {by_value})"
        if is_number and not _all(database, f"isfinite({value}) AND ({value} <> 0 OR raw NOT LIKE '-%')"):
            return replace(inexact, why="infinite numbers, or a zero with a sign")
        _keep(database, name, f"CAST(raw AS {by_value})")
        return replace(exact, type=by_value, canonical=kept)
    if not kept:
        return replace(inexact, why="texts that are not canonical", canonical=False)
    _keep(database, name, _unescaped())
    return exact


def _decimal(database: duckdb.DuckDBPyConnection, inexact: Column, name: str) -> Column:
    """DECIMAL with as many places as the longest fraction needs."""
    row = database.execute(
        """SELECT max(length(rtrim(regexp_extract(raw, '\\.([0-9]*)$', 1), '0'))),
        max(length(ltrim(regexp_extract(raw, '^[+-]?([0-9]*)', 1), '0'))) FROM part"""
    ).fetchone()
    assert row is not None
    scale, whole = row
    if scale > _DECIMAL_PLACES or whole + scale > _DECIMAL_DIGITS - 2 or whole > 20:
        return replace(inexact, why="decimals with too many digits")
    sql_type = f"DECIMAL({max(whole + scale, 1)},{scale})"
    _keep(database, name, f"CAST(raw AS {sql_type})")
    canonical = _all(database, r"regexp_full_match(raw, '(0|-?[1-9][0-9]*|-?(0|[1-9][0-9]*)\.[0-9]*[1-9])')")
    return replace(inexact, exact=True, type=sql_type, canonical=canonical)


def _is_kept_as_written(database: duckdb.DuckDBPyConnection, facts: _Facts) -> bool | None:
    """Whether the store gives back every text as it is; it is asked. None: there are too many."""
    if not facts.datatype.startswith(XSD) or facts.datatype == XSD + "string":
        return True
    if facts.values > _MOST_JUDGED:
        return None
    texts = [text for (text,) in database.execute("SELECT raw FROM part ORDER BY t").fetchall()]
    store, node = pyoxigraph.Store(), NamedNode(facts.datatype)
    store.extend(Quad(NamedNode(f"urn:{n}"), node, RdfLiteral(text, datatype=node)) for n, text in enumerate(texts))
    return all(quad.object.value == texts[int(quad.subject.value[4:])] for quad in store)


def _all(database: duckdb.DuckDBPyConnection, condition: str) -> bool:
    row = database.execute(f"SELECT bool_and(coalesce({condition}, false)) FROM part").fetchone()
    return bool(row and row[0])


def _keep(database: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    database.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT t, {value} AS v FROM part")


def _unescaped() -> str:
    """A literal's text from what stands between the quotes. Backslashes wait as a sign that is never written raw."""
    text = "replace(raw, '\\\\', chr(1))"
    for escape, char in _ESCAPES:
        text = f"replace({text}, {quoted(escape)}, {f'chr({ord(char)})'})"
    return f"CASE WHEN contains(raw, '\\') THEN replace({text}, chr(1), '\\') ELSE raw END"
