"""JSON and JSON Lines as tables: each match of the iterator is a row, each reference a column.

https://www.rfc-editor.org/rfc/rfc8259, https://www.rfc-editor.org/rfc/rfc9535, and the natural mapping of JSON values
(https://w3id.org/rml/io/registry, JSONPath): integers, doubles and booleans keep their kind.

DuckDB reads the items in columns: an array at the top and JSON Lines as they are, an array inside a document copied
item by item before. Queries that it cannot express (filters, slices, descendants) are answered in Python, document by
document.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

import duckdb

from lod.diagnostics import CellOrigin, Findings, Origin, TextOrigin, did_you_mean
from lod.tables.documents.json_items import copy_items
from lod.tables.documents.json_values import DOUBLE_MACRO, aspect_sql, nodes_sql
from lod.tables.documents.jsonpath import JsonPath, JsonPathError, parse_jsonpath
from lod.tables.documents.xml import XmlError, XPath, check_queries, is_singular, read_xml, texts
from lod.tables.encodings import UNMARKED, encoding_hint, is_text, is_utf8, python_codec
from lod.tables.table import Aspect, Dialect, JsonColumn, JsonRows, Table
from lod.wording import NOTHING, Wording, say

_Query = JsonPath | XPath
_LINES = (".jsonl", ".ndjson")
_BLOCK = 1 << 20
_HEAD = 1 << 12  # bytes that tell what a file is
_SHOWN = 3
# RFC 8259 §7: a character beyond the first 65,536 is two escapes, of which each alone is none
_HALF = re.compile(
    r"(?<!\\)(?:\\\\)*(\\u[dD][89aAbB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89aAbB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
_NAME = re.compile(r'"[^"]*"')


def open_json(
    path: Path,
    name: str,
    dialect: Dialect,
    iterator: str,
    references: Mapping[str, Origin],
    findings: Findings,
    declared: Origin | None,
) -> Table | None:
    """A handle on the rows of a JSON document. None, and findings, when it cannot be read or a query is none.

    `references` are those that the mapping uses on this source, each with its place.
    """
    before = len(findings.errors)
    for query, origin in [*references.items(), (iterator or "$", declared)]:
        _query(query, origin, findings)
    columns = tuple(JsonColumn(reference, aspect) for reference in references for aspect in Aspect)
    table = _open_document(path, name, dialect, JsonRows(iterator or "$", columns), findings, declared)
    return table if len(findings.errors) == before else None


def open_xml(
    path: Path,
    name: str,
    dialect: Dialect,
    rows: JsonRows,
    references: Mapping[str, Origin],
    findings: Findings,
    declared: Origin | None,
) -> Table | None:
    """The same of an XML document, whose columns are the `references`; `rows` has the iterator and the prefixes."""
    before = len(findings.errors)
    check_queries({**references, rows.iterator: declared}, findings)
    columns = tuple(JsonColumn(reference, aspect) for reference in references for aspect in Aspect)
    nulls = (*dialect.nulls, *([""] if dialect.empty_is_null else []))
    made = replace(rows, columns=columns, is_xml=True)
    table = _open_document(path, name, replace(dialect, nulls=nulls), made, findings, declared)
    return table if len(findings.errors) == before else None


def _open_document(
    path: Path, name: str, dialect: Dialect, rows: JsonRows, findings: Findings, declared: Origin | None
) -> Table | None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            head = file.read(_HEAD)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            siblings = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
            findings.error(
                "LOD2001", say("there is no table {name}", name=name), declared, did_you_mean(path.name, siblings)
            )
        else:
            findings.error(
                "LOD2008", say("cannot read {name}: {strerror}", name=name, strerror=error.strerror), declared
            )
        return None
    if not is_text(head, name, declared, findings):
        return None
    return Table(name, path, tuple(map(str, rows.columns)), dialect, digest, size, rows)


def _query(written: str, origin: Origin | None, findings: Findings) -> JsonPath | None:
    try:
        return parse_jsonpath(written)
    except JsonPathError as error:
        findings.error(
            "LOD2009",
            say("'{written}' is no JSONPath: {error}", written=written, error=error),
            origin,
            say("as in $.students[*] or $['a b']"),
        )
        return None


def has_several(reference: str, *, is_xml: bool = False) -> bool:
    """Whether a reference can have several values in one row: it is then a column of its own rows."""
    return not (is_singular(reference) if is_xml else parse_jsonpath(reference).is_singular)


def ingest_json(
    connection: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[int], target: Path, findings: Findings
) -> int:
    """Write the chosen columns of a JSON table, as `c0`, `c1` …, to a Parquet file; `row` is the number of the match.

    Returns the number of rows. A value that is an array or an object is a finding: the reference leads not far enough.
    """
    assert table.json is not None
    scratch = target.with_suffix(".items.jsonl")
    try:
        return _ingest(connection, table, columns, target, scratch, findings)
    except (duckdb.Error, ValueError) as error:
        if isinstance(error, XmlError) and not error.line:  # a query, not the document
            message = say("{error} in {table}", error=str(error), table=table.name)
            _tell(findings, "LOD2103", message, CellOrigin(table.name, 0), say("declare the prefix in the mapping"))
            return 0
        if isinstance(error, duckdb.OutOfMemoryException | duckdb.IOException):
            raise
        _report_syntax(table, error, findings)
        return 0
    except RecursionError:  # of the parser, or of a query for all that is within
        message = say("{table} is nested too deeply to be searched", table=table.name)
        hint = say("write the way to the rows, as in $.students[*], without ..")
        _tell(findings, "LOD2008", message, CellOrigin(table.name), hint)
        return 0
    finally:
        scratch.unlink(missing_ok=True)


def _ingest(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[int],
    target: Path,
    scratch: Path,
    findings: Findings,
) -> int:
    assert table.json is not None
    used = [table.json.columns[n] for n in columns]
    references = list(dict.fromkeys(each.reference for each in used))
    queries = {reference: _parsed(reference, table.json) for reference in references}
    iterator = _parsed(table.json.iterator, table.json)
    items, found = _items(table, iterator, queries, scratch)
    values = _values(items, found)
    nulls = table.dialect.nulls
    chosen = [
        f"{aspect_sql(f'v{references.index(c.reference)}', c.aspect, nulls)} AS c{n}"
        for n, c in zip(columns, used, strict=True)
    ]
    connection.execute("SET preserve_insertion_order = true")
    connection.execute(DOUBLE_MACRO)
    _check_values(connection, table, items, values, queries, findings)
    done = connection.execute(
        f"COPY (SELECT {', '.join([*chosen, 'row'])} FROM ({values})) "
        f"TO {_quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw)"
    ).fetchone()
    return int(done[0]) if done else 0


def _parsed(query: str, rows: JsonRows) -> JsonPath | XPath:
    return XPath(query, rows.namespaces) if rows.is_xml else parse_jsonpath(query)


def _items(table: Table, iterator: _Query, queries: Mapping[str, _Query], scratch: Path) -> tuple[str, list[str]]:
    """A select of the rows as `j`, and for each reference where its values are in a `j`."""
    first = _first_sign(table)
    if not first:
        raise duckdb.InvalidInputException("the document is empty")
    lines = _is_lines(table.path)
    rows = iterator.columnar
    if not rows or not all(query.columnar for query in queries.values()):
        _answer(table, iterator, queries, lines, scratch)
        places = [f"$[{n}][{0 if q.is_singular else '*'}]" for n, q in enumerate(queries.values())]
        return _scan(scratch, "newline_delimited", "$", 0), places
    places = [query.columnar for query in queries.values()]
    names, wildcard, rest = rows.partition("[*]")
    if lines:
        return _scan(_utf8(table, scratch), "newline_delimited", rows, 0), places
    if rows.startswith("$[*]") and first == "[":
        return _scan(_utf8(table, scratch), "array", "$" + rest, 0), places
    if wildcard and "[" not in names:
        with _open(table) as source, scratch.open("w", encoding="utf-8") as target:
            copy_items(source, [name[1:-1] for name in _NAME.findall(names)], target)
        return _scan(scratch, "newline_delimited", "$" + rest, 0), places
    return _scan(_utf8(table, scratch), "unstructured", rows, table.size), places


def _answer(table: Table, iterator: _Query, queries: Mapping[str, _Query], lines: bool, scratch: Path) -> None:
    """The slow way: rows and values as the query language says, one row a line, as a list of lists of values."""
    with scratch.open("w", encoding="utf-8") as target:
        for document in _documents(table, lines):
            for item in iterator.find(document):
                row = [query.find(item) for query in queries.values()]
                if isinstance(iterator, XPath):
                    row = [list(texts(each)) for each in row]
                target.write(json.dumps(row, ensure_ascii=False) + "\n")


def item_rows(table: Table, scratch: Path) -> str:
    """A select of a JSON table's rows, whole, as `j`; `scratch` is a file that it may need to read from."""
    assert table.json is not None
    select, (place,) = _items(table, parse_jsonpath(table.json.iterator), {"$": parse_jsonpath("$")}, scratch)
    return f"SELECT json_extract(j, {_quoted(place)}) AS j FROM ({select})"


def _scan(path: Path, form: str, iterator: str, size: int) -> str:
    options = f"format = '{form}', maximum_object_size = {max(1 << 24, min(size + 1024, (1 << 32) - 1))}"
    documents = f"SELECT json AS j FROM read_json_objects({_quoted(str(path))}, {options})"
    if iterator == "$":
        return documents
    if "[*]" not in iterator:
        return f"SELECT json_extract(j, {_quoted(iterator)}) AS j FROM ({documents})"
    return f"SELECT unnest({nodes_sql('j', iterator)}) AS j FROM ({documents})"


def _values(items: str, places: list[str]) -> str:
    """The values of the references as JSON, `v0`, `v1` …, beside the number of their row.

    A reference with several values gives a row for each of them, several of them a row for each combination.
    """
    single = [f"json_extract(j, {_quoted(p)}) AS v{n}" for n, p in enumerate(places) if "[*]" not in p]
    several = [(n, p) for n, p in enumerate(places) if "[*]" in p]
    numbered = f"SELECT j, row_number() OVER () AS row FROM ({items})"
    chosen = ", ".join(["row", *single, *(f"{nodes_sql('j', p)} AS l{n}" for n, p in several)])
    query = f"SELECT {chosen} FROM ({numbered})"
    for n, _ in several:
        query = f"SELECT * EXCLUDE (l{n}), unnest(l{n}) AS v{n} FROM ({query})"
    return query


def _check_values(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    items: str,
    values: str,
    queries: Mapping[str, _Query],
    findings: Findings,
) -> None:
    """A reference that leads to an array or an object names no value; one that no item has is often misspelt."""
    kinds = [f"json_type(v{n})" for n in range(len(queries))]
    counts = [f"count(*) FILTER (WHERE {k} IN ('ARRAY', 'OBJECT')), count({k})" for k in kinds]
    row = connection.execute(f"SELECT {', '.join(['count(*)', *counts])} FROM ({values})").fetchone()
    assert row is not None
    for n, (reference, query) in enumerate(queries.items()):
        nested, present = row[1 + 2 * n : 3 + 2 * n]
        if nested:
            _report_nested(connection, table, reference, n, values, findings)
        elif row[0] and not present and query.is_singular:
            known = connection.execute(f"SELECT json_type(j), json_keys(j) FROM ({items}) LIMIT 1").fetchone()
            kind, names = known or ("", [])
            hint = did_you_mean(reference.removeprefix("$."), names or [])
            if kind == "ARRAY" and table.json:
                items_of = f"{table.json.iterator}[*]"
                hint = say("the iterator leads to an array: its items are '{iterator}'", iterator=items_of)
            tell = findings.warning if table.may_lack else findings.error
            tell(
                "LOD2013",
                say("no row of {table} has '{reference}'", table=table.name, reference=reference),
                CellOrigin(table.name, 0, reference),
                hint,
            )


def _report_nested(
    connection: duckdb.DuckDBPyConnection, table: Table, reference: str, n: int, values: str, findings: Findings
) -> None:
    kind = f"json_type(v{n})"
    query = f"SELECT row, {kind}, left(v{n} ->> '$', 60) FROM ({values}) WHERE {kind} IN ('ARRAY', 'OBJECT')"
    found = connection.execute(f"{query} LIMIT {_SHOWN}").fetchall()
    kind, more = ("an array", "[*] for its items") if found[0][1] == "ARRAY" else ("an object", ".… for a member")
    origins = [CellOrigin(table.name, int(at), reference, str(text)) for at, _, text in found]
    message = say("'{reference}' leads to {kind}, not to a value", reference=reference, kind=kind)
    findings.error(
        "LOD2010", message, origins[0], say("write {reference}{more}", reference=reference, more=more), origins[1:]
    )


def _documents(table: Table, lines: bool) -> Iterator[Any]:
    """The documents in a file, read as a whole: one, or one a line."""
    if table.json and table.json.is_xml:
        yield read_xml(table.path)
        return
    with _open(table) as file:
        if not lines:
            yield json.loads(file.read())
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield json.loads(line.rstrip())
                except json.JSONDecodeError as error:
                    error.lineno = number
                    raise


def _is_lines(path: Path) -> bool:
    return path.name.lower().endswith(_LINES)


def _first_sign(table: Table) -> str:
    with table.path.open("rb") as file:
        head = file.read(_BLOCK)
    text = codecs.getincrementaldecoder(python_codec(table.dialect.encoding))(errors="replace").decode(head)
    return text.lstrip("\ufeff \t\r\n")[:1]


def _open(table: Table) -> TextIO:
    return table.path.open(encoding=python_codec(table.dialect.encoding), newline="")


def _utf8(table: Table, target: Path) -> Path:
    """The file itself if it is in UTF-8 without a byte order mark, else the same text in `target`."""
    with table.path.open("rb") as head:
        is_marked = head.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
    if is_utf8(table.dialect) and not is_marked:
        return table.path
    with _open(table) as source, target.open("w", encoding="utf-8", newline="") as file:
        while block := source.read(_BLOCK):
            file.write(block)
    return target


def _report_syntax(table: Table, error: Exception, findings: Findings) -> None:
    """What is wrong with the document, and where: read once more, by the exact reader."""
    try:
        for _ in _documents(table, _is_lines(table.path)):
            pass
    except XmlError as exact:
        origin = TextOrigin(table.name, exact.line, exact.column)
        _tell(findings, "LOD2102", say("{table} is not XML: {error}", table=table.name, error=str(exact)), origin)
    except json.JSONDecodeError as exact:
        origin = TextOrigin(table.name, exact.lineno, exact.colno)
        _tell(findings, "LOD2011", say("{table} is not JSON: {msg}", table=table.name, msg=exact.msg), origin)
    except UnicodeDecodeError as wrong:
        message = say(
            "byte {object:#04x} does not fit {encoding}",
            object=wrong.object[wrong.start],
            encoding=table.dialect.encoding,
        )
        hint = encoding_hint(wrong.object, python_codec(table.dialect.encoding)) or say("set the source's encoding")
        _tell(findings, "LOD2002", message, CellOrigin(table.name), hint)
    except UnicodeError:
        _tell(findings, "LOD2002", UNMARKED, CellOrigin(table.name), say("set 'encoding: utf-16le' or 'utf-16be'"))
    else:
        _report_refusal(table, str(error).splitlines()[0], findings)


def _report_refusal(table: Table, reason: str, findings: Findings) -> None:
    """What the engine refuses and the exact reader does not: half of a pair of escapes, which is no character."""
    with _open(table) as file:
        for number, line in enumerate(file, start=1):
            if half := _HALF.search(line):
                message = say("{table} is not JSON: {msg}", table=table.name, msg=say("half a character"))
                hint = say("what wrote the file cut a text in the middle of a character: write the whole of it")
                origin = TextOrigin(table.name, number, half.start(1) + 1, len(half[1]))
                _tell(findings, "LOD2011", message, origin, hint)
                return
    message = say("{table} cannot be read: {reason}", table=table.name, reason=reason)
    _tell(findings, "LOD2008", message, CellOrigin(table.name))


def _tell(findings: Findings, code: str, message: Wording, origin: Origin, hint: Wording = NOTHING) -> None:
    """A finding about a document: once, though several tables are made of it."""
    if not any((each.code, each.message, each.origin) == (code, message, origin) for each in findings.errors):
        findings.error(code, message, origin, hint)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
