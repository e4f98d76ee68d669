"""What a value of SQLite is: as text, and of which XSD datatype (https://www.w3.org/TR/r2rml/#natural-mapping).

A value has a storage class of its own; dates, times, booleans and decimals are only declared, as the type of a column
(https://www.sqlite.org/datatype3.html). What a column declares holds for those of its values that look like it.
"""

from __future__ import annotations

from lod.tables.typed import TypedColumn, decimal_sql, double_sql

_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?"
_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})?"


def sqlite_text(column: str) -> str:
    """SQL of SQLite: a value as text that loses nothing, never NULL."""
    return (
        f"CASE typeof({column}) WHEN 'null' THEN '' WHEN 'real' THEN printf('%!.17g', {column}) "
        f"WHEN 'blob' THEN hex({column}) ELSE CAST({column} AS TEXT) END"
    )


def sqlite_column(name: str, n: int, declared: str) -> TypedColumn:
    """Column n of what is staged: `v` is the text of each value, `k` its storage class."""
    real = double_sql(f"CAST(CAST(v{n} AS DOUBLE) AS VARCHAR)")
    text = f"CASE k{n} WHEN 'null' THEN NULL WHEN 'real' THEN {real} ELSE v{n} END"
    kind = f"CASE k{n} WHEN 'integer' THEN 'integer' WHEN 'real' THEN 'double' WHEN 'blob' THEN 'hexBinary' ELSE '' END"
    if found := _declared(n, declared.partition("(")[0].strip(), real):
        holds, spelled, name_of_kind = found
        text = f"CASE WHEN {holds} THEN {spelled} ELSE {text} END"
        kind = f"CASE WHEN {holds} THEN '{name_of_kind}' ELSE {kind} END"
    return TypedColumn(name, text, kind)


def _declared(n: int, declared: str, real: str) -> tuple[str, str, str] | None:
    """Which values are of the declared type, their text and its datatype; None where the storage class says it all."""
    value = f"v{n}"
    match declared:
        case "BOOLEAN" | "BOOL":
            low = f"lower({value})"
            return (
                f"{low} IN ('0', '1', 'true', 'false')",
                f"CASE WHEN {low} IN ('1', 'true') THEN 'true' ELSE 'false' END",
                "boolean",
            )
        case "DATE":
            return f"regexp_full_match({value}, '{_DATE}')", value, "date"
        case "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" | "TIMESTAMP WITHOUT TIME ZONE":
            return f"regexp_full_match({value}, '{_DATE}[ T]{_TIME}{_ZONE}')", f"replace({value}, ' ', 'T')", "dateTime"
        case "TIME":
            return f"regexp_full_match({value}, '{_TIME}{_ZONE}')", value, "time"
        case "DECIMAL" | "NUMERIC":
            plain = f"CASE k{n} WHEN 'real' THEN {real} ELSE {value} END"
            return f"k{n} IN ('integer', 'real') AND NOT contains({plain}, 'e')", decimal_sql(plain), "decimal"
        case _:
            return None
