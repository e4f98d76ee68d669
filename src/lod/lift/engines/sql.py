"""Terms and statements as SQL expressions over the columns of a relation.

The shape was measured: one variadic `concat` a row, the subject computed once in a subquery, an optional statement as
CASE, and an inline guard in front of each encoding, so that a cell which needs none costs one look.
Column names: `c3` is the fourth column of the table, `p3` that of a join's parent, `r` and `pr` the row's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lod.lift.plan import ROW, Cell, Column, Encoding, Piece, Statement, Term
from lod.mapping.ir import TermType
from lod.rdf.iris import IRI_SAFE
from lod.rdf.namespaces import XSD

_SCHEME = r"^[A-Za-z][A-Za-z0-9+.\-]*:"
_SAFE = {Encoding.IRI_SAFE: IRI_SAFE, Encoding.URI_SAFE: r"A-Za-z0-9\-._~", Encoding.LABEL: "A-Za-z0-9"}
# what a cell must not hold to enter a term as it stands
UNSAFE = {**{encoding: f"[^{safe}]" for encoding, safe in _SAFE.items()}, Encoding.ESCAPED: r'["\\\x00-\x1f\x7f]'}
_NAMED = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\b", "\\b"), ("\f", "\\f"))
_NAMELESS = r"\x01-\x07\x0b\x0e-\x1f\x7f"


def quoted(text: str) -> str:
    """A string literal. Control characters enter by `chr`, so that a statement is printable."""
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    runs: list[str] = []
    for char in text:
        if char.isprintable() and runs and runs[-1].startswith("'"):
            runs[-1] = runs[-1][:-1] + char.replace("'", "''") + "'"
        else:
            runs.append(f"'{char.replace(chr(39), chr(39) * 2)}'" if char.isprintable() else f"chr({ord(char)})")
    return f"({' || '.join(runs)})"


def column(place: Column) -> str:
    """The name of a column."""
    if place.index == ROW:
        return "pr" if place.side else "r"
    return f"{'p' if place.side else 'c'}{place.index}"


def encoded(cell: Cell) -> str:
    """A cell as it enters a term."""
    name = column(cell.column)
    if cell.column.index == ROW or cell.encoding not in UNSAFE or cell.spelled == ():
        return name
    if cell.spelled:
        changed = " ".join(f"WHEN {quoted(value)} THEN {quoted(text)}" for value, text in cell.spelled)
        return f"CASE {name} {changed} ELSE {name} END"
    if cell.encoding is Encoding.ESCAPED:
        slow = _escaped(name)
    else:
        sign = "regexp_replace(hex(x), '(..)', '_\\1', 'g')" if cell.encoding is Encoding.LABEL else "url_encode(x)"
        safe = _SAFE[cell.encoding]
        slow = _by_sign(name, f"[{safe}]", f"[^{safe}]", sign)
    return f"CASE WHEN regexp_matches({name}, {quoted(UNSAFE[cell.encoding])}) THEN {slow} ELSE {name} END"


def _by_sign(name: str, safe: str, unsafe: str, encoded_sign: str) -> str:
    """Runs of safe signs as they stand, every unsafe sign `x` encoded; both are classes of regular expressions."""
    runs = f"regexp_extract_all({name}, {quoted(f'{safe}+|{unsafe}')})"
    run = f"CASE WHEN regexp_matches(x, {quoted(f'^{safe}')}) THEN x ELSE {encoded_sign} END"
    return f"list_aggregate(list_transform({runs}, lambda x: {run}), 'string_agg', '')"


def _escaped(name: str) -> str:
    expression = name
    for char, escape in _NAMED:
        expression = f"replace({expression}, {quoted(char)}, {quoted(escape)})"
    rest = _by_sign(expression, f"[^{_NAMELESS}]", f"[{_NAMELESS}]", "concat('\\u00', hex(x))")
    return f"CASE WHEN regexp_matches({name}, '[{_NAMELESS}]') THEN {rest} ELSE {expression} END"


def concat(parts: Iterable[Piece | tuple[str]]) -> str:
    """One `concat` of texts, cells and ready expressions (in a tuple); neighbouring texts become one."""
    arguments: list[str] = []
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            arguments.append(quoted(text))
            text = ""
        arguments.append(encoded(part) if isinstance(part, Cell) else part[0])
    if text or not arguments:
        arguments.append(quoted(text))
    return f"concat({', '.join(arguments)})"


Parts = list[Piece | tuple[str]]


def value(term: Term) -> str:
    """A term's text without brackets or quotes."""
    return concat(_pieces(term))


def _pieces(term: Term) -> Parts:
    if not term.base:
        return [*term.pieces]
    # a lone cell: an IRI of its own, or relative to the base
    name = encoded(next(term.cells()))
    return [(f"CASE WHEN regexp_matches({name}, '{_SCHEME}') THEN {name} ELSE {quoted(term.base)} || {name} END",)]


def parts(term: Term) -> Parts:
    """A term as N-Quads writes it."""
    pieces = _pieces(term)
    if term.is_spelled:
        return pieces
    if term.kind is TermType.IRI:
        return ["<", *pieces, ">"]
    if term.kind is TermType.BLANK_NODE:
        return ["_:", *pieces]
    if term.language:
        return ['"', *pieces, '"@', *term.language]
    if any(isinstance(piece, Cell) for piece in term.datatype):
        return ['"', *pieces, '"', (_datatype(term),)]
    return ['"', *pieces, '"', *(["^^<", *term.datatype, ">"] if term.datatype else [])]


def _datatype(term: Term) -> str:
    """A datatype that the row decides; none for plain strings, as everywhere."""
    iri = concat(term.datatype)
    return f"CASE WHEN {iri} IN ('', {quoted(XSD + 'string')}) THEN '' ELSE concat('^^<', {iri}, '>') END"


def stored(file: Path) -> str:
    """The name of a Parquet file, or a list of all that are in a folder, as a literal."""
    if not file.is_dir():
        return quoted(str(file))
    return f"[{', '.join(quoted(str(part)) for part in sorted(file.glob('*.parquet')))}]"


def scan(file: Path, first_row: int, *, is_numbered: bool) -> str:
    """A table's Parquet file as a derived table, `r` the source row's number."""
    if is_numbered:
        return f"(SELECT * EXCLUDE (row), row AS r FROM read_parquet({stored(file)}))"
    number = f"file_row_number + {first_row}"
    read = f"read_parquet({stored(file)}, file_row_number = true)"
    return f"(SELECT * EXCLUDE (file_row_number), {number} AS r FROM {read})"


def line(statement: Statement, subject: str = "") -> Parts:
    """A statement as N-Quads writes it, without the line's end. `subject` is a ready expression for it."""
    first: Parts = [(subject,)] if subject else parts(statement.subject)
    rest = (parts(term) for term in statement.terms[1:])
    return [*first, *(piece for term in rest for piece in (" ", *term)), " ."]


def present(columns: Iterable[Column]) -> list[str]:
    """The conditions under which columns have values."""
    return [f"{column(place)} IS NOT NULL" for place in sorted(columns) if place.index != ROW]


def conjunction(conditions: Sequence[str]) -> str:
    """All of them."""
    return " AND ".join(conditions) or "true"
