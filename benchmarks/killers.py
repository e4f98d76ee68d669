"""Queries that bring endpoints down: by nesting, by patterns, by size, by work, by memory.

From what brought others down: a parser's stack, endless paths, sorts of cross products, texts that grow. They
are asked by the tests of the endpoint and, beside other visitors, by `load.py`.
"""

from __future__ import annotations

TRIPLE = "?s ?p ?o"


def refused_unread() -> dict[str, str]:
    """Queries that no parser should ever see, by name."""
    return {
        "nested braces, 6 kB": "ASK " + "{" * 3_000 + "}" * 3_000,
        "nested braces that never close": "ASK " + "{" * 3_000,
        "deep parentheses": f"ASK {{ {TRIPLE} FILTER({'(' * 20_000}1{')' * 20_000}) }}",
        "deep square brackets": "ASK { " + "[ ?p " * 8_000 + "1" + "]" * 8_000 + " }",
        "deep collections": "ASK { ?s ?p " + "(" * 20_000 + ")" * 20_000 + " }",
        "not not not": f"ASK {{ {TRIPLE} FILTER({'!' * 20_000}true) }}",
        "not not not, with blanks": f"ASK {{ {TRIPLE} FILTER({'! ' * 20_000}true) }}",
        "minus minus minus": f"ASK {{ {TRIPLE} FILTER(1 = {'- ' * 20_000}1) }}",
        "inverse of inverse": "ASK { ?s " + "^(" * 10_000 + "<urn:p>" + ")" * 10_000 + " ?o }",
        "nested-repeat pattern": f"ASK {{ {TRIPLE} FILTER regex(str(?o), '(((a{{1,100}}){{1,100}}){{1,100}})') }}",
        "nested repeat in REPLACE": f'SELECT (REPLACE(str(?o), "((x{{99}}){{99}}){{99}}", "") AS ?x) {{ {TRIPLE} }}',
        "nested-repeat pattern behind an escape": (f"ASK {{ {TRIPLE} FILTER regex(?o, '(a{{1,90}}\\\\(){{1,90}}') }}"),
        "a string that never closes, full of escapes": "ASK { ?s ?p '" + "\\'" * 30_000,
        "a long string that never closes": 'ASK { ?s ?p """' + '""' * 25_000 + "x",
        "addresses that never close": "ASK { " + "<urn:" * 12_000,
        "braces behind what looks like a comment": "ASK { FILTER(1<#>\n2) " + "{" * 3_000 + "}" * 3_001,
        "a limit of thousands of digits": f"SELECT * {{ {TRIPLE} }} LIMIT {'9' * 5_000}",
        "70 kB": "ASK { " + "<urn:s> <urn:p> <urn:o> . " * 2_700 + "}",
    }


def endless(link: str) -> dict[str, str]:
    """Queries that take too much time, memory or room, by name. `link`: a property of many things, as IRI."""
    two, three = f"{TRIPLE} . ?a ?b ?c", f"{TRIPLE} . ?a ?b ?c . ?d ?e ?f"
    doubled = zip("abcdefghijk", "bcdefghijkl", strict=True)
    return {
        "cross product": f"SELECT (COUNT(*) AS ?n) {{ {three} }}",
        "cross product with a filter": f"ASK {{ {three} FILTER(?s = ?b && ?c = ?e) }}",
        "open path, plus": f"SELECT (COUNT(*) AS ?n) {{ ?a {link}+ ?b . ?c {link}+ ?d . ?e {link}+ ?f }}",
        "open path, star of an alternative": f"SELECT (COUNT(*) AS ?n) {{ ?a ({link}|^{link})* ?b }}",
        "sort of a cross product": f"SELECT * {{ {three} }} ORDER BY ?c ?o LIMIT 1",
        "distinct of a cross product": f"SELECT DISTINCT ?s ?a ?d {{ {three} }} ORDER BY ?s LIMIT 1",
        "group by of a cross product": f"SELECT ?s ?a (COUNT(*) AS ?n) {{ {three} }} GROUP BY ?s ?a",
        "group_concat": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {two} }}",
        "path of 3,000 steps": "ASK { ?s " + "/".join(["<urn:p>"] * 3_000) + " ?o }",
        "3,000 optionals": "SELECT * { " + f"OPTIONAL {{ {TRIPLE} }}" * 3_000 + " }",
        "sum of 30,000": f"SELECT (1{'+1' * 30_000} AS ?x) {{}}",
        "and and and": f"SELECT (1{'&&1' * 20_000} AS ?x) {{}}",
        "exists in a cross product": f"SELECT (COUNT(*) AS ?n) {{ {two} FILTER NOT EXISTS {{ ?o ?y ?c }} }}",
        "minus over a cross product": f"SELECT (COUNT(*) AS ?n) {{ {two} MINUS {{ ?s ?x ?y . ?a ?z ?w }} }}",
        "a pattern made at run time": (
            f"ASK {{ {two} FILTER regex(str(?o), concat('(((a{{1,90}}){{1,90}}', '){{1,90}})')) }}"
        ),
        "strings that double": (
            "SELECT (STRLEN(?l) AS ?n) { BIND('aaaaaaaaaaaaaaaa' AS ?a) "
            + " ".join(f"BIND(CONCAT(?{x}, ?{x}, ?{x}, ?{x}) AS ?{y})" for x, y in doubled)
            + f" BIND(CONCAT(?l, ?l, ?l, ?l) AS ?m) {TRIPLE} . ?q ?r ?t FILTER(STRLEN(?m) < 0) }}"
        ),
        "more rows than may be": f"SELECT * {{ {two} }}",
        "more triples than may be": f"CONSTRUCT {{ ?s ?b ?c }} WHERE {{ {two} }}",
        "values of a cross product": "SELECT (COUNT(*) AS ?n) { "
        + " ".join(f"VALUES ?v{i} {{ {' '.join(str(n) for n in range(50))} }}" for i in range(8))
        + " }",
        "sub-queries of cross products": (
            f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT DISTINCT ?s ?a {{ {two} }} }} ?a ?x ?y . ?s ?z ?w }}"
        ),
        "paths of no step between all": (
            f"SELECT (COUNT(*) AS ?n) {{ ?a ({link}|!{link})* ?b . ?b (^{link}|{link})* ?c . ?c !{link}* ?a }}"
        ),
        "totals in every graph of a cross product": (
            f"SELECT * {{ {two} GRAPH ?g {{ SELECT (COUNT(*) AS ?n) {{ ?x ?y ?z }} }} ?d ?e ?f }} ORDER BY ?f"
        ),
        **_more(link),
        **_latest(link),
    }


def _more(link: str) -> dict[str, str]:
    """Others of the same, each in a way of its own."""
    two, three = f"{TRIPLE} . ?a ?b ?c", f"{TRIPLE} . ?a ?b ?c . ?d ?e ?f"
    grown = "'aaaaaaaaaaaaaaaa'"
    for _ in range(9):
        grown = f"REPLACE({grown}, 'a', 'aaaaaaaaaaaaaaaa')"
    nodes = " ".join(f"<urn:v:{n}>" for n in range(3_500))
    return {
        "optionals in optionals": (
            f"SELECT (COUNT(*) AS ?n) {{ {TRIPLE} "
            "OPTIONAL { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } } }"
        ),
        "anything but, any number of times": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:a>)* ?b . ?b (!<urn:b>)* ?c }",
        "stars of stars": f"SELECT (COUNT(*) AS ?n) {{ ?a (({link}*/^{link}*)*)* ?b . ?c ({link}*)* ?d }}",
        "a pattern that backtracks, over all pairs": (
            f"SELECT (COUNT(*) AS ?n) {{ {three} "
            "FILTER regex(concat(str(?s), str(?c), str(?f)), '^(([a-z:/.])+)+#$') }"
        ),
        "values by values": (
            f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {nodes} }} {two} FILTER(?x != ?s && ?x != ?a) ?d ?e ?f }}"
        ),
        "texts that grow by replacing": f"SELECT (STRLEN({grown}) AS ?n) {{ {TRIPLE} }}",
        "concat of all that differs": (
            f"SELECT (STRLEN(GROUP_CONCAT(DISTINCT CONCAT(STR(?s), STR(?c)))) AS ?n) {{ {two} }}"
        ),
        "random order": f"SELECT * {{ {three} }} ORDER BY RAND() LIMIT 3",
        "digests": f"SELECT (COUNT(DISTINCT SHA512(CONCAT(STR(?s), STR(?c)))) AS ?n) {{ {two} }}",
        "sub-queries that are cut, by each other": (
            "SELECT (COUNT(*) AS ?n) { "
            + " ".join(f"{{ SELECT ?x{i} {{ ?x{i} ?p{i} ?o{i} }} ORDER BY ?o{i} LIMIT 100000 }}" for i in range(4))
            + " }"
        ),
        "describe everything": f"DESCRIBE * {{ {two} }}",
        "distinct rows of a product": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {three} }}",
        "a long template": "CONSTRUCT { " + " ".join(f"?s <urn:t:{n}> ?c ." for n in range(900)) + f" }} {{ {two} }}",
        "exists in exists": (
            f"SELECT (COUNT(*) AS ?n) {{ {two} FILTER EXISTS {{ ?d ?e ?f FILTER NOT EXISTS {{ ?g ?f ?s }} }} }}"
        ),
        "one thousand binds": (
            "SELECT * { BIND(1 AS ?x0) "
            + " ".join(f"BIND(?x{n} + 1 AS ?x{n + 1})" for n in range(1_000))
            + f" {three} FILTER(?s = ?x1000) }}"
        ),
        "unions of products": "SELECT (COUNT(*) AS ?n) { " + " UNION ".join([f"{{ {three} }}"] * 200) + " }",
        "all that equals": f"SELECT (COUNT(*) AS ?n) {{ {three} FILTER(STR(?s) = STR(?c) || STR(?a) = STR(?f)) }}",
    }


def _latest(link: str) -> dict[str, str]:
    """What was tried last: ways around the first ones, and around what was done about them."""
    two, three = f"{TRIPLE} . ?a ?b ?c", f"{TRIPLE} . ?a ?b ?c . ?d ?e ?f"
    nested = "STR(?s)"
    for _ in range(60):
        nested = f"ENCODE_FOR_URI({nested})"
    alternatives = "|".join(f"<urn:p:{n}>" for n in range(500))
    counted, nowhere = "SELECT (COUNT(*) AS ?n)", "FILTER(CONCAT(STR(?s), STR(?c), STR(?f)) = 'nowhere')"
    texts = "GROUP_CONCAT(?c), GROUP_CONCAT(DISTINCT ?s), GROUP_CONCAT(?b)"
    return {
        "a product sorted kind by kind": f"SELECT * {{ {three} }} ORDER BY DESC(?o) DESC(?c) DESC(?f) LIMIT 1",
        "a path of 500 ways, any number of times": f"{counted} {{ ?a ({alternatives}|{link}|^{link})* ?b }}",
        "a product of which nothing is left": f"SELECT * {{ {three} {nowhere} }} LIMIT 1",
        "escapes of escapes": f"SELECT (MAX(STRLEN({nested})) AS ?n) {{ {three} }}",
        "having over a product": f"SELECT ?s {{ {three} }} GROUP BY ?s HAVING(COUNT(DISTINCT ?f) < 0)",
        "a node for each row of a product": f"SELECT (COUNT(DISTINCT BNODE(STR(?f))) AS ?n) {{ {three} }}",
        "a construct of a product of which nothing is left": f"CONSTRUCT {{ ?s ?b ?f }} WHERE {{ {three} {nowhere} }}",
        "describe of what a product finds": f"DESCRIBE ?s {{ {three} {nowhere} }}",
        "texts of a product, side by side": f"SELECT (STRLEN(CONCAT({texts})) AS ?n) {{ {three} }}",
        "optional products without a common name": (
            f"{counted} {{ OPTIONAL {{ {two} }} OPTIONAL {{ ?d ?e ?f . ?g ?h ?i }} }}"
        ),
    }
