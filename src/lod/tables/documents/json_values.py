"""Values of JSON as SQL: the nodes that a query selects, and what a table keeps of a value.

https://www.w3.org/TR/json-ld11/#conversion-of-native-data-types, as RML's natural mapping of JSON has it.
"""

from __future__ import annotations

from itertools import product

from lod.tables.table import Aspect

_XSD = "http://www.w3.org/2001/XMLSchema#"

# XSD's canonical spelling of a double: one digit, a point, the others, the exponent. The steps are bound by lambdas: as
# a subquery the same takes three times the memory.
_PARTS = r"^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$"
DOUBLE_MACRO = f"""
CREATE OR REPLACE TEMP MACRO lod_double(t) AS
  list_transform(list_transform(list_transform(
    [regexp_extract(CAST(TRY_CAST(t AS DOUBLE) AS VARCHAR), '{_PARTS}', ['s', 'i', 'f', 'e'])],
    lambda p: {{'s': p.s, 'a': p.i || p.f, 'e': length(p.i) + coalesce(TRY_CAST(nullif(p.e, '') AS INTEGER), 0)}}),
    lambda n: {{'s': n.s, 'g': ltrim(n.a, '0'), 'e': n.e - (length(n.a) - length(ltrim(n.a, '0'))) - 1}}),
    lambda m: CASE WHEN t IS NULL THEN NULL WHEN m.g <> '' THEN
        concat(m.s, m.g[1], '.', coalesce(nullif(rtrim(m.g[2:], '0'), ''), '0'), 'E', m.e)
      WHEN TRY_CAST(t AS DOUBLE) = 0 THEN m.s || '0.0E0'
      WHEN lower(t) LIKE '%nan' THEN 'NaN' WHEN t LIKE '-%' THEN '-INF' ELSE 'INF' END)[1]
"""


def aspect_sql(value: str, aspect: Aspect, nulls: tuple[str, ...] = ()) -> str:
    """What a column of a table keeps of a JSON value."""
    text = f"{value} ->> '$'"
    if nulls:
        listed = ", ".join(map(_quoted, nulls))
        text = f"CASE WHEN {text} NOT IN ({listed}) THEN {text} END"
    kind = f"json_type({value})"
    whole = f"regexp_full_match({value} ->> '$', '-?[0-9]+')"
    match aspect:
        case Aspect.TEXT:
            return text
        case Aspect.NATURAL:
            return f"CASE WHEN {kind} = 'DOUBLE' AND NOT {whole} THEN lod_double({value} ->> '$') ELSE {text} END"
        case Aspect.DOUBLE:
            return (
                f"CASE WHEN {kind} IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN lod_double({value} ->> '$') ELSE {text} END"
            )
        case Aspect.DATATYPE:
            return (
                f"CASE WHEN {kind} IN ('BIGINT', 'UBIGINT') OR ({kind} = 'DOUBLE' AND {whole}) THEN '{_XSD}integer' "
                f"WHEN {kind} = 'DOUBLE' THEN '{_XSD}double' WHEN {kind} = 'BOOLEAN' THEN '{_XSD}boolean' ELSE '' END"
            )


def nodes_sql(value: str, path: str) -> str:
    """The list of nodes that a path with wildcards selects. `[*]` is the items of an array or the members of an object,
    which DuckDB tells apart: of both readings only one finds anything.
    """
    readings = product(("[*]", ".*"), repeat=path.count("[*]"))
    steps = path.split("[*]")
    paths = ["".join(a + b for a, b in zip(steps, [*reading, ""], strict=True)) for reading in readings]
    return f"list_concat({', '.join(f'json_extract({value}, {_quoted(each)})' for each in paths)})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
