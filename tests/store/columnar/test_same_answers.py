"""Generated queries, answered from columns and by the store: the same solutions, as multisets."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

VARIABLES = {
    "a": "d:area ?a", "s": "d:sex ?s", "y": "d:year ?y", "p": "d:period ?p", "b": "d:band ?b", "n": "d:count ?n",
    "k": "d:small ?k", "m": "d:mean ?m", "f": "d:final ?f", "t": "d:note ?t", "h": "d:share ?h", "q": "qb:dataSet ?q",
}  # fmt: skip
BESIDE = {
    "": (), "?a skos:prefLabel ?l .": ("l",), "?a skos:notation ?w .": ("w",), "?a skos:broader ?r .": ("r",),
    "?a skos:broader+ ?r .": ("r",), "?a skos:broader/skos:broader ?r .": ("r",), "?a d:size ?z .": ("z",),
    "OPTIONAL { ?a skos:prefLabel ?l }": ("l",), "OPTIONAL { ?a skos:prefLabel ?l FILTER(LANG(?l) = 'en') }": ("l",),
    "?a skos:broader ?r . ?r skos:broader ?g .": ("r", "g"), "VALUES ?a { c:area1 c:area2 c:area2 c:nowhere }": (),
    "VALUES (?a ?y) { (c:area1 2001) (c:area4 '02004'^^xsd:integer) }": (), "BIND(STR(?a) AS ?e)": ("e",),
    "BIND(?y + 1 AS ?e)": ("e",),
}  # fmt: skip
CONSTANTS = ("d:sex c:M", "d:year '02003'^^xsd:int", "d:final true", "d:sex c:X", "d:period '2001'^^xsd:gYear",
             "qb:dataSet data:staff", "d:band '10-19'", "d:note '註 \"2\"'@zh-hant-tw", "a qb:Observation")  # fmt: skip
FILTERS = (
    "?y > 2002", "?y IN (2001, 2003, 'x')", "?y != 2004 && ?s = c:M", "?s NOT IN (c:M, c:F)", "!BOUND(?n)",
    "?n >= 100.5 || ?y < 2001", "CONTAINS(STR(?a), '1')", "?m > ?n", "LANG(?l) != 'ja'", "REGEX(?b, '^[12]')",
    "?b = '10-19'", "?p > '2003'^^xsd:gYear", "?f", "?k = 3", "?a = <https://a.example/code/area3>",
    "STR(?y) = '2002' || ?missing > 3", "LANGMATCHES(LANG(?t), 'zh')", "?n - ?k > 12",
    "IF(BOUND(?n), ?n > 0, ?y = 2001)",
)  # fmt: skip
AROUND = (
    "SELECT * {{ {} } ?a skos:notation ?w0 }", "SELECT * { ?a skos:broader ?r0 OPTIONAL { {} } }",
    "SELECT (COUNT(*) AS ?all) { { {} } UNION { ?a skos:notation '003' } }",
    "SELECT DISTINCT ?w0 { ?a skos:notation ?w0 MINUS { {} } }",
)  # fmt: skip
TESTS = (
    "MINUS { ?o d:count ?x }", "FILTER NOT EXISTS { ?o d:note ?x ; d:sex c:M }", "FILTER EXISTS { ?o d:small ?x }",
    "MINUS { ?a skos:prefLabel ?x }", "FILTER EXISTS { ?a skos:broader ?x }",
    "FILTER NOT EXISTS { ?a skos:broader+ c:land }",
)  # fmt: skip
EXPRESSIONS = {
    "IF(?s = c:M, ?n, 0)": "sn", "?n * ?k": "nk", "?n - 7": "n", "?m + ?n": "mn", "COALESCE(?n, 0)": "n",
    "?n / ?k": "nk", "IF(BOUND(?n) || ?y > 2003, ?m, 0.5)": "nym", "-?m": "m", "STR(?a)": "a", "?n > ?k": "nk",
}  # fmt: skip
NUMBERS = ("n", "k", "m", "y", "z")


@st.composite
def queries(draw: st.DrawFn) -> str:
    chosen = draw(st.lists(st.sampled_from(sorted(VARIABLES)), min_size=2, max_size=5, unique=True))
    if "a" not in chosen:
        chosen.append("a")
    optional = draw(st.sampled_from(["", *("ntmh" if len(chosen) > 2 else "")]))
    required = [name for name in chosen if name != optional]
    star = [VARIABLES[name] for name in required] + draw(st.lists(st.sampled_from(CONSTANTS), max_size=1))
    pattern = f"?o {' ; '.join(draw(st.permutations(star)))} . "
    beside, names = draw(st.sampled_from(sorted(BESIDE.items())))
    if beside.startswith(("OPTIONAL", "BIND")):
        pattern += f"OPTIONAL {{ ?o {VARIABLES[optional]} }} " if optional else ""
        pattern += beside
    else:
        pattern += beside + (f" OPTIONAL {{ ?o {VARIABLES[optional]} }}" if optional else "")
    pattern += "".join(f" FILTER({f})" for f in draw(st.lists(st.sampled_from(FILTERS), max_size=2)))
    pattern += draw(st.sampled_from(["", "", "", *(f" {test}" for test in TESTS)]))
    known = [*chosen, *names, *([optional] if optional else [])]
    keys = draw(st.lists(st.sampled_from(known), max_size=2, unique=True))
    shape = draw(st.integers(0, 5))
    if shape == 1 and keys:
        return (
            f"SELECT {' '.join('?' + key for key in keys)} {{ {pattern} }} ORDER BY {' '.join('?' + k for k in keys)}"
        )
    if shape == 0 and keys:
        head = f"SELECT DISTINCT {' '.join('?' + key for key in keys)} {{ {pattern} }}"
        return head + (f" ORDER BY {' '.join('?' + key for key in keys)}" if draw(st.booleans()) else "")
    return _grouped(draw, pattern, keys, known)


def _grouped(draw: st.DrawFn, pattern: str, keys: list[str], known: list[str]) -> str:
    totals = []
    for place in range(draw(st.integers(1, 2))):
        function = draw(st.sampled_from(["COUNT", "SUM", "AVG", "MIN", "MAX", "SUM"]))
        over = draw(st.sampled_from(known if function == "COUNT" else [n for n in NUMBERS if n in known] or known))
        distinct = draw(st.sampled_from(["", "", "DISTINCT "]))
        inner = f"{function}({distinct}?{over})" if draw(st.integers(0, 5)) else "COUNT(*)"
        told = [text for text, needed in EXPRESSIONS.items() if set(needed) <= set(known)]
        if told and function != "COUNT" and draw(st.integers(0, 3)) == 0:
            inner = f"{function}({distinct}{draw(st.sampled_from(told))})"
        totals.append(f"({draw(st.sampled_from(['{}', '{} * 2', '{} + COUNT(*)'])).format(inner)} AS ?x{place})")
    query = f"SELECT {' '.join('?' + key for key in keys)} {' '.join(totals)} {{ {pattern} }}"
    query += f" GROUP BY {' '.join('?' + key for key in keys)}" if keys else ""
    query += draw(st.sampled_from(["", "", " HAVING (COUNT(*) > 40)", " HAVING (MAX(?y) > 2004 && COUNT(*) < 500)"]))
    return query + draw(st.sampled_from(["", " ORDER BY DESC(?x0)", " ORDER BY ?x0 LIMIT 100000"]))


@settings(max_examples=80, deadline=None)
@given(query=queries(), around=st.sampled_from(["{}", "{}", *AROUND]))
def test_generated_queries(both: Any, query: str, around: str) -> None:
    store, columns, _ = both.answer(around.replace("{}", query))
    assert columns is None or columns == store


def test_many_generated_queries_are_answered_from_columns(both: Any) -> None:
    """Or the test above would show little."""
    ways: Counter[bool] = Counter()

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(query=queries())
    def count(query: str) -> None:
        ways[both.rewritten(query) is not None] += 1

    count()
    assert ways[True] >= 12
