"""The guard before the parser, counted rows, and questions to a real store."""

from __future__ import annotations

import gc
import io
import sys
from contextlib import nullcontext, suppress
from pathlib import Path
from threading import Thread

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat

from lod.diagnostics import explanation
from lod.rdf.formats import GRAPH_FORMATS, NTRIPLES, RESULT_FORMATS, RESULTS_CSV, RESULTS_TSV, Format
from lod.store.dataset import Dataset
from lod.store.guard import MAX_BYTES, QueryError, QueryForm, inspect_query, nested_repetition
from lod.store.query import evaluate, query
from lod.store.rows import RowCounter
from lod.store.snapshot import open_snapshot
from lod.store.tokens import tokens_of

NASTY = ['"', "\\", "},{", "[{", "\r\n", "\n", "\r", "</result>", "<", "中", "}", "{", ",", "a"]
ROWS = 2_500


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    """A sealed store: literals that look like the marks between rows, and one quad in a named graph."""
    folder = tmp_path_factory.mktemp("store")
    written = pyoxigraph.Store(str(folder))
    for number in range(ROWS):
        text = "".join(NASTY[(number * step + step) % len(NASTY)] for step in (1, 3, 5, 9, 11))
        written.add(Quad(NamedNode(f"urn:s:{number}"), NamedNode("urn:p"), Literal(text), DefaultGraph()))
    written.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal("named"), NamedNode("urn:g")))
    written.flush()
    del written
    return open_snapshot(folder)


def answered(store: pyoxigraph.Store, text: str, suffix: str | None = None) -> bytes:
    out = io.BytesIO()
    query(store, text, out, suffix=suffix)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "LOD5010", 1, 1),
        ("hello", "LOD5010", 1, 1),
        ("ASK {", "LOD5010", 1, 5),
        ("ASK {\n  ?s ?p (1 2}\n", "LOD5010", 2, 13),
        ("ASK }", "LOD5010", 1, 5),
        ("ASK { ?s ?p 'x }", "LOD5010", 1, 13),
        ("ASK {} #" + "中" * MAX_BYTES, "LOD5011", 0, 0),
        ("ASK " + "{" * 101 + "}" * 101, "LOD5012", 1, 105),
        ("ASK { FILTER(" + "!" * 101 + "true) }", "LOD5012", 1, 114),
        ("ASK { FILTER regex('a', '((a{1,40}){1,40})') }", "LOD5013", 1, 25),
        ("ASK { FILTER regex('a', '" + "a" * 501 + "') }", "LOD5013", 1, 25),
        ("ASK { FILTER regex('a', '((a\\u007B1,40}){1,40})') }", "LOD5013", 1, 25),
        ("ASK { FILTER(?a<?b&&?c>?d) }", "LOD5010", 1, 16),
        ("ASK { \\u0053ERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "LOD5014", 1, 7),
        ("ASK {\n\n  SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "LOD5014", 3, 3),
        ("# a comment\nINSERT DATA { <urn:a> <urn:b> <urn:c> }", "LOD5015", 2, 1),
        ("PREFIX a: <urn:a>\nLOAD <urn:x>", "LOD5015", 2, 1),
    ],
)
def test_the_guard_refuses_and_says_where(text: str, code: str, line: int, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        inspect_query(text)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, line, column)
    assert explanation(code)


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 100 + "}" * 100,
        "ASK { ?s ?p '((((((' , \"\"\"}}\"}\"\"\" , '''a''b''' } # ((((",
        "PREFIX a: <urn:a#> ASK { ?s a:b\\'c\\(d ?o }",
        "ASK { FILTER regex('a', '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }",
        "ASK { FILTER(?a<5 && ?b>3) VALUES (?x ?y) { (<http://x.example/#a> <http://x.example/#b>) } }",
        "ASK { FILTER regex('a', '[(){}]{3}') }",
        "ASK { ?s <urn:p>/<urn:q>*|^<urn:r> ?o }",
        "ASK { ?s ?p 'x'@zh-Hant-TW, 1.5e3, _:b }",
    ],
)
def test_the_guard_lets_honest_queries_pass(text: str) -> None:
    assert inspect_query(text).form is QueryForm.ASK


def test_characters_by_number(store: pyoxigraph.Store) -> None:
    r"""`\\u0070` may stand wherever its character may (§19.2); in strings and comments the engine reads it."""
    asked = "PREFIX \\u00e9: <urn:> # \\u000A }\nSELECT ?\\U0001F600x { "
    asked += "é:\\u0073 <urn:\\u0070> ?x GRAPH ?g { é:s é:p '\\u006eamed' } }"
    assert "?\U0001f600x { é:s <urn:p> ?x GRAPH ?g { é:s é:p '\\u006eamed'" in inspect_query(asked).text
    assert answered(store, "SELECT ?\\u0078 { GRAPH ?g { <urn:s> <urn:p> ?x } }") == b'?x\n"named"\n'
    with pytest.raises(QueryError):
        answered(store, "ASK { ?s <urn:\\uD800> \\UFFFFFFFF }")


def test_what_the_guard_tells() -> None:
    found = inspect_query("# SELECT\nprefix ex: <http://example.org/>\nconstruct where { ?s ?p ?o } LIMIT 5 OFFSET 2")
    assert (found.form, found.limit, found.is_stable) == (QueryForm.CONSTRUCT, 5, True)
    assert found.prefixes == {"ex": "http://example.org/"}
    assert inspect_query("SELECT * { { SELECT * { } LIMIT 5 } }").limit is None
    assert not inspect_query("SELECT (NOW() AS ?n) {}").is_stable


@pytest.mark.parametrize(
    ("pattern", "product"),
    [
        ("abc", 1),
        ("a{3}", 3),
        ("a{2,30}b{40}", 40),
        ("(a{10}){10}", 100),
        ("((a{10}b){10}c|d){3,}", 300),
        ("(a{10}){10}(b{5}){5}", 100),
        (r"\(a{10}\){10}", 10),
        ("[(]{7}", 7),
        ("a{1,999999999}", 999999999),
    ],
)
def test_nested_repetition(pattern: str, product: int) -> None:
    assert nested_repetition(pattern) == product


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*"(){}[]<>?'\"\\#:.,;!|&^ \n1a", '"""', "'''", "SERVICE", "ASK ", "中"]), max_size=60))
def test_the_guard_ends_with_an_answer_or_a_refusal(parts: list[str]) -> None:
    try:
        code = inspect_query("ASK " + "".join(parts)).form.value
    except QueryError as error:
        code = error.code
    assert code == "ASK" or explanation(code)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*"(){}<?b>#'\"\\:.1 \n", '"""', "SERVICE", "urn:a", "FILTER(", "EXISTS"]), max_size=30)
)
def test_what_passes_the_guard_calls_nobody(parts: list[str]) -> None:
    """Whatever the engine makes of it, it never gets as far as an HTTP client: port 9 is refused there by name."""
    text = "ASK { " + "".join(parts) + "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    try:
        inspect_query(text)
    except QueryError:
        return
    try:
        pyoxigraph.Store().query(text)
    except (SyntaxError, RuntimeError, OSError) as error:
        assert "port" not in str(error)  # noqa: PT017 - many ways to fail are right, one is not


@pytest.mark.parametrize("offer", RESULT_FORMATS, ids=lambda f: f.suffix)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?unbound { ?s ?p ?o }",
        "SELECT ?s ?unbound ?o { ?s ?p ?o } LIMIT 1",
        "SELECT * { ?s <urn:none> ?o }",
        "SELECT * {}",
    ],
)
def test_rows_are_counted_in_any_cut_of_the_bytes(store: pyoxigraph.Store, offer: Format, text: str) -> None:
    expected = len(list(store.query(text)))  # type: ignore[arg-type]
    results = store.query(text)
    assert isinstance(results, pyoxigraph.QuerySolutions)
    body = results.serialize(format=QueryResultsFormat.from_media_type(offer.media_type))
    assert body is not None
    for size in (1, 2, 7, 1_000, len(body)):
        counter = RowCounter(offer)
        for start in range(0, len(body), size):
            counter.count(body[start : start + size])
        assert counter.rows == expected


@pytest.mark.parametrize("offer", [*RESULT_FORMATS, *GRAPH_FORMATS], ids=lambda f: f.suffix)
def test_the_limit_of_rows_is_exact(store: pyoxigraph.Store, offer: Format) -> None:
    form = "SELECT * {" if offer in RESULT_FORMATS else "CONSTRUCT WHERE {"
    asked = inspect_query(form + " ?s ?p ?o }")
    assert evaluate(store, asked, offer, io.BytesIO(), max_rows=ROWS).rows == ROWS
    with pytest.raises(QueryError) as caught:
        evaluate(store, asked, offer, io.BytesIO(), max_rows=ROWS - 1)
    assert caught.value.code == "LOD5018"


@pytest.mark.parametrize("is_cut", [True, False])
def test_results_end_in_the_thread_that_made_them(
    store: pyoxigraph.Store, is_cut: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were they kept in a cycle, another thread's collector might find them, and the engine would complain of it."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    gc.disable()
    try:
        with nullcontext() if is_cut else suppress(QueryError):
            evaluate(
                store, inspect_query("SELECT * { ?s ?p ?o }"), RESULTS_TSV, io.BytesIO(), max_rows=1, is_cut=is_cut
            )
        collecting = Thread(target=gc.collect)
        collecting.start()
        collecting.join()
    finally:
        gc.enable()
    assert complaints == []


@pytest.mark.parametrize("most", [0, 1, 777, ROWS - 1, ROWS])
def test_a_cut_answer_holds_exactly_the_rows_it_may(store: pyoxigraph.Store, most: int) -> None:
    out = io.BytesIO()
    written = evaluate(store, inspect_query("SELECT * { ?s ?p ?o }"), RESULTS_TSV, out, max_rows=most, is_cut=True)
    assert (written.rows, written.is_cut) == (most, most < ROWS)
    results = pyoxigraph.parse_query_results(out.getvalue(), QueryResultsFormat.TSV)
    assert isinstance(results, pyoxigraph.QuerySolutions)
    assert len(list(results)) == most

    out = io.BytesIO()
    written = evaluate(store, inspect_query("CONSTRUCT WHERE { ?s ?p ?o }"), NTRIPLES, out, max_rows=most, is_cut=True)
    assert (written.rows, written.is_cut) == (most, most < ROWS)
    assert len(list(pyoxigraph.parse(out.getvalue(), RdfFormat.N_TRIPLES))) == most


def test_usual_and_named_formats(store: pyoxigraph.Store) -> None:
    assert answered(store, "SELECT (1 AS ?x) {}") == b"?x\n1\n"
    assert answered(store, "ASK {}", "json") == b'{"head":{},"boolean":true}'
    assert answered(store, "PREFIX u: <urn:> CONSTRUCT { u:a u:b u:c } {}", "ttl").endswith(b"u:a u:b u:c .\n")
    with pytest.raises(QueryError) as caught:
        answered(store, "ASK {}", "ttl")
    assert caught.value.code == "LOD5016"
    assert "csv" in caught.value.hint


def test_graphs_that_the_protocol_names(store: pyoxigraph.Store) -> None:
    asked = inspect_query("SELECT ?o { ?s ?p ?o }")
    out = io.BytesIO()
    evaluate(store, asked, RESULTS_CSV, out, dataset=Dataset(default_graphs=("urn:g", "urn:none")))
    assert out.getvalue() == b"o\r\nnamed\r\n"
    out = io.BytesIO()
    evaluate(store, asked, RESULTS_CSV, out, dataset=Dataset(named_graphs=("urn:g",)))
    assert out.getvalue() == b"o\r\n"


def test_a_syntax_error_says_where(store: pyoxigraph.Store) -> None:
    with pytest.raises(QueryError) as caught:
        answered(store, "SELECT *\nWHERE { ?s skos:prefLabel ?o }")
    assert str(caught.value) == "2:12: the prefix 'skos:' is not declared"
    with pytest.raises(QueryError) as caught:
        answered(store, "SELECT *\n{ ?s ?p ?o } garbage")
    assert (caught.value.code, caught.value.line) == ("LOD5010", 2)


def test_what_the_sink_raises_goes_through(store: pyoxigraph.Store) -> None:
    class Full:
        def write(self, _: bytes) -> None:
            raise BrokenPipeError("full")

    for text, offer in (("SELECT * { ?s ?p ?o }", RESULTS_TSV), ("CONSTRUCT WHERE { ?s ?p ?o }", NTRIPLES)):
        with pytest.raises(BrokenPipeError):
            evaluate(store, inspect_query(text), offer, Full())


def test_the_store_stays_as_it_is(store: pyoxigraph.Store, tmp_path: Path) -> None:
    for text in ("DELETE WHERE { ?s ?p ?o }", f"LOAD <file://{tmp_path}/x.nt>", "CLEAR ALL"):
        with pytest.raises(QueryError):
            answered(store, text)
    assert len(store) == ROWS + 1


def test_a_query_is_cut_in_one_pass() -> None:
    """Nothing is looked at again from each of its places: no string that never ends, no words with full stops."""
    kinds = [(token.kind, token.text, token.start) for token in tokens_of("a-b1.5e3.c_d true.x:y 'no \\' end")]
    assert kinds == [
        ("word", "a", 0), ("other", "-", 1), ("word", "b1", 2), ("other", ".", 4), ("number", "5e3", 5),
        ("other", ".", 8), ("word", "c_d", 9), ("name", "true.x:y", 13), ("unclosed", "'no \\' end", 22),
    ]  # fmt: skip
    assert len(tokens_of("ASK { ?s ?p '" + "\\'" * 30_000)) == 5


@settings(deadline=None)
@given(
    parts=st.lists(st.sampled_from(["a", "B1", "-", ".", "_", ":", "é", "5", "'", '"', "\\'", " ", "<", "#x\n", "?v"]))
)
def test_no_character_of_a_query_is_lost(parts: list[str]) -> None:
    text, end = "".join(parts), 0
    for token in tokens_of(text):
        assert text[token.start :].startswith(token.text)
        assert not text[end : token.start].strip(" ") or text[end : token.start].lstrip().startswith("#")
        end = token.start + len(token.text)
