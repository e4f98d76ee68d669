"""The engine against a plain-Python reading of the same rules, on tables full of hostile text."""

from __future__ import annotations

import csv
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lod.diagnostics import Findings
from lod.lift.run import lift_files

EX = "https://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
COLUMNS = ("a", "b", "c")
SIGNS = (
    "A", "1", "-", ".", "~", " ", '"', "'", ",", ";", "\n", "\r", "\t", "\\", "%", "/", "#", "?", "+", "$", "(", "{",
    "|", "\x01", "\x1f", "\x7f", "\x85", "\xa0", "é", "\u0301", "臺", "０", "\u200b", "\u2028", "\ue000", "\ufdd0",
    "\ufeff", "\ufffd", "𠮷", "\U000e0001", "\U0010ffff",
)  # fmt: skip

Row = dict[str, str]


@dataclass(frozen=True)
class Spelling:
    """A term as YARRRML writes it, and as its parts: texts and columns."""

    written: str
    parts: tuple[str, ...]  # '$a' is the column a
    tail: str = ""  # datatype or language, as the third part of a predicate-object
    ending: str = ""  # the same in N-Quads

    def iri(self, row: Row) -> str | None:
        return self._spell(row, iri_safe, "<{}>")

    def literal(self, row: Row) -> str | None:
        return self._spell(row, escape, '"{}"' + self.ending)

    def _spell(self, row: Row, encode: object, pattern: str) -> str | None:
        assert callable(encode)
        if any(part[:1] == "$" and not row[part[1:]] for part in self.parts):
            return None
        return pattern.format("".join(encode(row[p[1:]]) if p[:1] == "$" else p for p in self.parts))


SUBJECTS = (
    Spelling("ex:s/$(a)", (EX + "s/", "$a")),
    Spelling("ex:s/$(a)/$(b)", (EX + "s/", "$a", "/", "$b")),
    Spelling("ex:s/$(a)-$(b)", (EX + "s/", "$a", "-", "$b")),
    Spelling("ex:$(b)$(a)", (EX, "$b", "$a")),
    Spelling("ex:s/one", (EX + "s/one",)),
    Spelling("ex:t/$(a)", (EX + "t/", "$a")),
)
OBJECTS = (
    Spelling("$(c)", ("$c",)),
    Spelling("$(a)", ("$a",)),
    Spelling("'$(a): $(b)'", ("$a", ": ", "$b")),
    Spelling("$(c)", ("$c",), "zh-Hant-TW~lang", "@zh-Hant-TW"),
    Spelling("$(b)", ("$b",), "ex:D", f"^^<{EX}D>"),
    Spelling("$(c)", ("$c",), "xsd:string"),
    Spelling("constant", ("constant",)),
    Spelling("ex:o/$(b)~iri", (EX + "o/", "$b")),
    Spelling("ex:o/$(c)~iri", (EX + "o/", "$c")),
    Spelling("ex:o/one~iri", (EX + "o/one",)),
)


@dataclass(frozen=True)
class Rules:
    """One mapping over one of the two tables."""

    table: str
    subject: Spelling
    graph: Spelling | None
    statements: tuple[tuple[str, Spelling], ...]  # predicate, object


def iri_safe(text: str) -> str:
    """RFC 3987 iunreserved stays, all else is percent-encoded."""
    return "".join(char if is_unreserved(char) else "".join(f"%{b:02X}" for b in char.encode()) for char in text)


def is_unreserved(char: str) -> bool:
    code = ord(char)
    if code < 0x80:
        return char.isalnum() or char in "-._~"
    if code < 0x10000:
        return 0xA0 <= code <= 0xD7FF or 0xF900 <= code <= 0xFDCF or 0xFDF0 <= code <= 0xFFEF
    plane, place = divmod(code, 0x10000)
    return place <= 0xFFFD and (plane <= 13 or (plane == 14 and place >= 0x1000))


def escape(text: str) -> str:
    """Canonical N-Quads: quotes, backslashes and control characters."""
    named = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
    return "".join(named.get(c) or (f"\\u{ord(c):04X}" if c < " " or c == "\x7f" else c) for c in text)


def expected(rules: list[Rules], tables: dict[str, list[Row]]) -> Iterator[str]:
    """The lines, one row and one rule at a time."""
    for rule in rules:
        for row in tables[rule.table]:
            subject = rule.subject.iri(row)
            graph = rule.graph.iri(row) if rule.graph else ""
            for predicate, spelling in rule.statements:
                made = spelling.iri(row) if spelling.written.endswith("~iri") else spelling.literal(row)
                if subject and made and graph is not None:
                    yield f"{subject} <{EX}{predicate}> {made} {graph + ' ' if graph else ''}.\n"


def written(rules: list[Rules]) -> str:
    """The rules as YARRRML."""
    lines = [f"prefixes: {{ex: '{EX}'}}", "mappings:"]
    for number, rule in enumerate(rules):
        lines += [f"  m{number}:", f"    sources: [['{rule.table}.csv~csv']]", f"    s: {rule.subject.written}"]
        lines += [f"    graphs: {rule.graph.written}"] if rule.graph else []
        lines += ["    po:"]
        for predicate, spelling in rule.statements:
            tail = f", {spelling.tail}" if spelling.tail else ""
            lines.append(f"      - [ex:{predicate}, {spelling.written}{tail}]")
    return "\n".join(lines)


cells = st.one_of(
    st.just(""), st.sampled_from(["A", "A-", "1", "-1", "臺"]), st.text(st.sampled_from(SIGNS), max_size=5)
)
rows = st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells))
filled = st.fixed_dictionaries(dict.fromkeys(COLUMNS, st.text(st.sampled_from(SIGNS), min_size=1, max_size=3)))
tables = st.builds(lambda first, rest: [first, *rest], filled, st.lists(rows, max_size=8))
rules = st.builds(
    Rules,
    st.sampled_from(["one", "two"]),
    st.sampled_from(SUBJECTS),
    st.sampled_from([None, None, Spelling("ex:g/$(c)", (EX + "g/", "$c"))]),
    st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from(OBJECTS)), min_size=1, max_size=4).map(tuple),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rules, min_size=1, max_size=3), tables, tables, st.booleans())
def test_lift_is_what_the_rules_say(rules: list[Rules], one: list[Row], two: list[Row], quoted: bool) -> None:
    judge(rules, one, two, "duckdb", quoted=quoted)


def test_every_engine_spells_hostile_text_alike(engine: str) -> None:
    """All spellings at once over many rows: enough for an engine that takes its time."""
    rng = random.Random(7)
    cells = [[*SIGNS, "", "A-", "-1", "1-"], ["".join(rng.choices(SIGNS, k=rng.randint(1, 5))) for _ in range(500)]]
    one, two = ([{name: rng.choice(each) for name in COLUMNS} for _ in range(300)] for each in cells)
    statements = tuple(zip("pqrstuvwxy", OBJECTS, strict=True))
    graph = Spelling("ex:g/$(c)", (EX + "g/", "$c"))
    rules = [Rules("one", SUBJECTS[1], None, statements), Rules("two", SUBJECTS[5], graph, statements)]
    judge(rules, one, two, engine, quoted=True)


def judge(rules: list[Rules], one: list[Row], two: list[Row], engine: str, *, quoted: bool) -> None:
    """The engine and plain Python make the same of two tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table, content in (("one", one), ("two", two)):
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                # a lone \r is quoted by the csv module only where it is part of the line's end
                if quoted:
                    writer = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
                else:
                    writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(content)
        (folder / "m.yarrrml.yml").write_text(written(rules), encoding="utf-8")
        findings = Findings()
        result = lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", engine=engine, findings=findings)
        with (folder / "out.nq").open(encoding="utf-8", newline="\n") as file:
            lines = file.readlines()
    assert sorted(lines) == sorted(set(expected(rules, {"one": one, "two": two})))
    assert result.statements == len(lines)
