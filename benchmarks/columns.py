"""No query slower than the store alone: many queries over a cube, each answered both ways in one process.

    python benchmarks/columns.py [--observations 100000] [--rounds 5]

The queries are those that columns might be slower at: small totals, one observation, labels, DISTINCT, HAVING,
ORDER BY with LIMIT, and many others of the same kinds. Each is asked as for the first time, since texts differ. Figures
are processor time of this process, the least of the rounds, so that a busy machine changes them little. Exit code 1: a
query that takes more than `MOST` times the store's and a millisecond more.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import sparql

from lod.rdf.formats import NTRIPLES, RESULTS_JSON
from lod.store.columnar.answer import ColumnarAnswers
from lod.store.columns import read_index
from lod.store.guard import inspect_query
from lod.store.query import Way, evaluate

MOST = 1.1
MORE = 0.001  # seconds that nobody sees
PREFIXES = f"""PREFIX d: <{sparql.BASE}def/dimension/> PREFIX m: <{sparql.BASE}def/measure/>
PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
LABELLED = {"agency": 600, "sex": 2, "county": 22, "rank": 14}
AGENCY, COUNTY = f"<{sparql.BASE}code/agency/7>", f"<{sparql.BASE}code/county/3>"
QUERIES = {
    "all": "SELECT (COUNT(*) AS ?n) { ?o a qb:Observation }",
    "all of a dataset": f"SELECT (COUNT(?o) AS ?n) {{ ?o qb:dataSet <{sparql.BASE}data/staff> }}",
    "years": "SELECT DISTINCT ?y { ?o d:year ?y }",
    "years, ordered": "SELECT DISTINCT ?y { ?o d:year ?y } ORDER BY ?y",
    "agencies": "SELECT DISTINCT ?a { ?o d:agency ?a }",
    "ten agencies": "SELECT DISTINCT ?a { ?o d:agency ?a } LIMIT 10",
    "one year": "SELECT DISTINCT ?y { ?o d:year ?y } LIMIT 1",
    "agencies with names": "SELECT DISTINCT ?a ?l { ?o d:agency ?a . ?a skos:prefLabel ?l }",
    "agencies, perhaps with names": "SELECT DISTINCT ?a ?l { ?o d:agency ?a OPTIONAL { ?a skos:prefLabel ?l } }",
    "count distinct": "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?o d:agency ?a }",
    "count distinct of two": "SELECT ?y (COUNT(DISTINCT ?a) AS ?n) { ?o d:year ?y ; d:agency ?a } GROUP BY ?y",
    "year and sex": "SELECT ?y ?s (SUM(?n) AS ?t) { ?o d:year ?y ; d:sex ?s ; m:count ?n } GROUP BY ?y ?s",
    "top ten": "SELECT ?a (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n } GROUP BY ?a ORDER BY DESC(?t) LIMIT 10",
    "top ten with names": "SELECT ?a ?l (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n . ?a skos:prefLabel ?l } "
    "GROUP BY ?a ?l ORDER BY DESC(?t) LIMIT 10",
    "names around a sub-query": "SELECT ?l ?t { { SELECT ?a (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n } "
    "GROUP BY ?a ORDER BY DESC(?t) LIMIT 10 } ?a skos:prefLabel ?l }",
    "shares": "SELECT ?s (?n / ?all AS ?x) { { SELECT ?s (SUM(?c) AS ?n) { ?o d:sex ?s ; m:count ?c } GROUP BY ?s } "
    "{ SELECT (SUM(?c) AS ?all) { ?o m:count ?c } } }",
    "having": "SELECT ?a (COUNT(*) AS ?n) { ?o d:agency ?a } GROUP BY ?a HAVING (COUNT(*) > 100)",
    "having none": "SELECT ?y (SUM(?n) AS ?t) { ?o d:year ?y ; m:count ?n } GROUP BY ?y HAVING (SUM(?n) < 0)",
    "an agency": f"SELECT ?y (SUM(?n) AS ?t) {{ ?o d:agency {AGENCY} ; d:year ?y ; m:count ?n }} GROUP BY ?y",
    "an agency's year": f"SELECT (SUM(?n) AS ?t) {{ ?o d:agency {AGENCY} ; d:year 2001 ; m:count ?n }}",
    "a county": f"SELECT ?y (SUM(?n) AS ?t) {{ ?o d:county {COUNTY} ; d:year ?y ; m:count ?n }} GROUP BY ?y",
    "a county's agencies": f"SELECT (COUNT(DISTINCT ?a) AS ?n) {{ ?o d:county {COUNTY} ; d:agency ?a }}",
    "a cell by constants": f"SELECT (SUM(?n) AS ?t) {{ ?o d:county {COUNTY} ; d:agency {AGENCY} ; d:year 2003 ; "
    f"d:sex <{sparql.BASE}code/sex/1> ; m:count ?n }}",
    "an agency by filter": f"SELECT ?y (SUM(?n) AS ?t) {{ ?o d:agency ?a ; d:year ?y ; m:count ?n "
    f"FILTER(?a = {AGENCY}) }} GROUP BY ?y",
    "an agency by values": f"SELECT ?y (SUM(?n) AS ?t) {{ VALUES ?a {{ {AGENCY} }} ?o d:agency ?a ; d:year ?y ; "
    "m:count ?n } GROUP BY ?y",
    "a year by filter": "SELECT ?s (SUM(?n) AS ?t) { ?o d:year ?y ; d:sex ?s ; m:count ?n FILTER(?y = 2001) } "
    "GROUP BY ?s",
    "an agency by name": 'SELECT ?y (SUM(?n) AS ?t) { ?o d:agency ?a ; d:year ?y ; m:count ?n . '
    '?a skos:prefLabel "agency 7"@en } GROUP BY ?y',
    "an agency by a part of its name": 'SELECT ?l (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n . '
    '?a skos:prefLabel ?l FILTER(CONTAINS(?l, "99")) } GROUP BY ?l',
    "one observation": f"SELECT (SUM(?n) AS ?t) {{ ?o m:count ?n FILTER(?o = <{sparql.BASE}obs/55>) }}",
    "one observation by values": f"SELECT (SUM(?n) AS ?t) {{ VALUES ?o {{ <{sparql.BASE}obs/55> }} ?o m:count ?n }}",
    "one observation bound": f"SELECT (SUM(?n) AS ?t) {{ BIND(<{sparql.BASE}obs/55> AS ?o) ?o m:count ?n }}",
    "one value": "SELECT (COUNT(*) AS ?n) { ?o m:count 7919 ; d:year ?y }",
    "a rare value by filter": "SELECT (COUNT(*) AS ?n) { ?o m:count ?c FILTER(?c = 7919) }",
    "the largest": "SELECT (MAX(?n) AS ?m) { ?o m:count ?n }",
    "average of a filter": "SELECT (AVG(?n) AS ?m) { ?o m:count ?n ; d:year ?y FILTER(?y > 2010) }",
    "in no dataset": "SELECT (COUNT(*) AS ?n) { ?o qb:dataSet <urn:none> }",
    "of no year": "SELECT (SUM(?n) AS ?t) { ?o d:year 1200 ; m:count ?n }",
    "no such property": "SELECT (COUNT(*) AS ?n) { ?o d:year ?y ; d:none ?x }",
    "codes only": "SELECT (COUNT(?l) AS ?n) { ?c skos:prefLabel ?l }",
    "names of a scheme": "SELECT DISTINCT ?l { ?c skos:prefLabel ?l } ORDER BY ?l LIMIT 20",
    "sub-select": "SELECT ?a ?t { { SELECT ?a (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n } GROUP BY ?a } } "
    "ORDER BY DESC(?t) LIMIT 5",
    "sub-select joined": "SELECT ?a ?l ?t { { SELECT ?a (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n } GROUP BY ?a } "
    "?a skos:prefLabel ?l } ORDER BY DESC(?t) LIMIT 5",
    "union": "SELECT (COUNT(*) AS ?n) { { ?o d:year 2001 } UNION { ?o d:year 2002 } }",
    "optional measure": "SELECT ?y (COUNT(?l) AS ?n) { ?o d:year ?y OPTIONAL { ?o m:leave ?l } } GROUP BY ?y",
    "group concat": "SELECT (GROUP_CONCAT(DISTINCT ?y) AS ?ys) { ?o d:year ?y }",
    "sample": "SELECT ?y (SAMPLE(?a) AS ?x) { ?o d:year ?y ; d:agency ?a } GROUP BY ?y",
    "each observation, distinct": "SELECT DISTINCT ?o { ?o d:year 2001 } LIMIT 100",
    "each observation and value": f"SELECT DISTINCT ?o ?n {{ ?o d:agency {AGENCY} ; m:count ?n }} ORDER BY ?o LIMIT 50",
    "all distinct rows": "SELECT DISTINCT ?y ?s ?r { ?o d:year ?y ; d:sex ?s ; d:rank ?r }",
    "many distinct rows": "SELECT DISTINCT ?a ?c { ?o d:agency ?a ; d:county ?c }",
    "expression": "SELECT ?e (SUM(?n) AS ?t) { ?o d:year ?y ; m:count ?n BIND(?y - 1911 AS ?e) } GROUP BY ?e",
    "shares by IF": f"SELECT ?y (SUM(IF(?s = <{sparql.BASE}code/sex/1>, ?n, 0)) / SUM(?n) AS ?x) {{ ?o d:year ?y ; "
    "d:sex ?s ; m:count ?n } GROUP BY ?y",
    "weighted mean": "SELECT ?y (SUM(?n * ?w) / SUM(?n) AS ?x) { ?o d:year ?y ; m:count ?n ; m:salary ?w } GROUP BY ?y",
    "without a figure": "SELECT ?y (COUNT(*) AS ?x) { ?o d:year ?y ; a qb:Observation MINUS { ?o m:none ?n } } "
    "GROUP BY ?y",
    "not existing": "SELECT ?a (COUNT(*) AS ?x) { ?o d:agency ?a ; d:year ?y "
    "FILTER NOT EXISTS { ?a skos:broader ?b } } GROUP BY ?a",
    "the largest ten": "SELECT ?o ?a ?n { ?o d:agency ?a ; m:count ?n } ORDER BY DESC(?n) LIMIT 10",
    "the largest of an agency": f"SELECT ?o ?n {{ ?o d:agency {AGENCY} ; m:count ?n }} ORDER BY DESC(?n) LIMIT 10",
    "rows of a filter": "SELECT ?o ?a ?n { ?o d:agency ?a ; m:count ?n FILTER(?n > 99900) }",
    "rows of a filter that keeps most": "SELECT ?o ?a ?n { ?o d:agency ?a ; m:count ?n FILTER(?n > 10) }",
    "rows of a filter, of one property": "SELECT ?o ?n { ?o m:count ?n FILTER(?n > 99000) }",
    "some rows of a filter": "SELECT ?o ?a ?n { ?o d:agency ?a ; m:count ?n FILTER(?n > 10) } LIMIT 10",
    "years in one text, by name": "SELECT ?l (GROUP_CONCAT(DISTINCT STR(?y); SEPARATOR=' ') AS ?ys) { ?o d:year ?y ; "
    "d:sex ?s . ?s skos:prefLabel ?l } GROUP BY ?l",
    "properties": "SELECT DISTINCT ?p { ?o a qb:Observation ; ?p ?v }",
    "construct totals": "CONSTRUCT { ?a m:total ?t } { { SELECT ?a (SUM(?n) AS ?t) { ?o d:agency ?a ; m:count ?n } "
    "GROUP BY ?a } }",
    "texts of values": "SELECT (COUNT(*) AS ?n) { ?o m:count ?c FILTER(STRSTARTS(STR(?c), '79')) }",
    "texts of a year's values": "SELECT ?y (COUNT(*) AS ?n) { ?o d:year ?y ; m:count ?c "
    "FILTER(STRSTARTS(STR(?c), '79')) } GROUP BY ?y",
    "regex over names": 'SELECT ?a (COUNT(*) AS ?n) { ?o d:agency ?a . ?a skos:prefLabel ?l FILTER(REGEX(?l, "9$")) } '
    "GROUP BY ?a",
    "the year before": "SELECT ?y (SUM(?n) - SUM(?w) AS ?more) { ?o d:agency ?a ; d:sex ?s ; d:rank ?r ; "
    "d:year ?y ; m:count ?n . ?x d:agency ?a ; d:sex ?s ; d:rank ?r ; d:year ?z ; m:count ?w FILTER(?z = ?y - 1) } "
    "GROUP BY ?y",
    "an agency's year before": f"SELECT ?y (SUM(?n) - SUM(?w) AS ?more) {{ ?o d:agency {AGENCY} ; d:sex ?s ; "
    f"d:rank ?r ; d:year ?y ; m:count ?n . ?x d:agency {AGENCY} ; d:sex ?s ; d:rank ?r ; d:year ?z ; m:count ?w "
    "FILTER(?z = ?y - 1) } GROUP BY ?y",
    "six dimensions": "SELECT ?y ?a ?s ?r ?e ?c (SUM(?n) AS ?t) { ?o d:year ?y ; d:agency ?a ; d:sex ?s ; d:rank ?r ; "
    "d:education ?e ; d:county ?c ; m:count ?n } GROUP BY ?y ?a ?s ?r ?e ?c LIMIT 10",
}  # fmt: skip


class Nowhere:
    """Where answers go."""

    def write(self, data: bytes, /) -> int:
        return len(data)


def write_release(folder: Path, observations: int) -> Path:
    """A cube, and names for its codes."""

    def statements() -> Iterator[str]:
        yield from sparql.statements(observations)
        for scheme, members in LABELLED.items():
            for number in range(members):
                code = f"<{sparql.BASE}code/{scheme}/{number}>"
                yield f'{code} <http://www.w3.org/2004/02/skos/core#prefLabel> "{scheme} {number}"@en .\n'

    return sparql.write_release(folder, statements())


def seconds(store: pyoxigraph.Store, text: str, columns: ColumnarAnswers | None) -> tuple[float, Way]:
    """Processor time of an answer, and what it came from."""
    ways: list[Way] = []
    began = time.process_time()
    query = inspect_query(text)
    chosen = NTRIPLES if query.form.is_graph else RESULTS_JSON
    evaluate(store, query, chosen, Nowhere(), columns=columns, told=ways.append)
    return time.process_time() - began, ways[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--observations", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only", action="append", choices=QUERIES, metavar="NAME", help="one of the queries; again for more"
    )
    given = parser.parse_args()
    number, slower = itertools.count(), []
    with tempfile.TemporaryDirectory() as folder:
        release = write_release(Path(folder), given.observations)
        store = pyoxigraph.Store.read_only(str(release / "store"))
        columns = ColumnarAnswers(release, read_index(release), store)
        columns.prepare()
        print(f"{'':34}{'store ms':>10}{'ours ms':>10}{'times':>8}")
        for name in given.only or QUERIES:
            alone, ours = [], []
            for _ in range(given.rounds):
                text = f"{PREFIXES}{QUERIES[name]} # {next(number)}"
                alone.append(seconds(store, text, None)[0])
                took, way = seconds(store, text, columns)
                ours.append(took)
            least, mine = min(alone), min(ours)
            is_slower = mine > least * MOST and mine - least > MORE
            slower += [name] if is_slower else []
            print(
                f"{name:34}{least * 1000:10.2f}{mine * 1000:10.2f}{mine / least:8.2f}  {way}"
                f"{'' if way is Way.COLUMNS else ': ' + columns.why}{'  SLOWER' if is_slower else ''}"
            )
    print(f"slower than the store: {', '.join(slower) or 'none'}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
