"""The integrity constraints of the RDF Data Cube that apply to these cubes, as queries over the lifted graph.

https://www.w3.org/TR/vocab-data-cube/#wf-rules. Not here: IC-7 to IC-10 and IC-18 (no slices), IC-15 to IC-17 (no
measure dimension), IC-20 and IC-21 (no qb:HierarchicalCodeList). Each query selects what breaks the constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

Copy = Callable[[Store], Store]

BASE = "https://lod.example.org/"
PREFIXES = f"""
BASE <{BASE}>
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

BREAKING = {
    "IC-1 one dataset": """
        SELECT ?what { ?what a qb:Observation OPTIONAL { ?what qb:dataSet ?dataset } }
        GROUP BY ?what HAVING (COUNT(DISTINCT ?dataset) != 1)""",
    "IC-2 one structure": """
        SELECT ?what { ?what a qb:DataSet OPTIONAL { ?what qb:structure ?structure } }
        GROUP BY ?what HAVING (COUNT(DISTINCT ?structure) != 1)""",
    "IC-3 a measure": """
        SELECT ?what { ?what a qb:DataStructureDefinition
            FILTER NOT EXISTS { ?what qb:component/qb:measure ?measure } }""",
    "IC-4 dimensions have a range": """
        SELECT ?what { ?what a qb:DimensionProperty FILTER NOT EXISTS { ?what rdfs:range ?range } }""",
    "IC-5 concepts have a code list": """
        SELECT ?what { ?what a qb:DimensionProperty ; rdfs:range skos:Concept
            FILTER NOT EXISTS { ?what qb:codeList ?list } }""",
    "IC-6 only attributes are optional": """
        SELECT ?what { ?what qb:componentRequired false FILTER NOT EXISTS { ?what qb:attribute ?attribute } }""",
    "IC-11 all dimensions": """
        SELECT ?what { ?what qb:dataSet/qb:structure/qb:component/qb:dimension ?dimension
            FILTER NOT EXISTS { ?what ?dimension ?value } }""",
    "IC-13 required attributes": """
        SELECT ?what { ?what qb:dataSet/qb:structure/qb:component ?component .
            ?component qb:componentRequired true ; qb:attribute ?attribute
            FILTER NOT EXISTS { ?what ?attribute ?value } }""",
    "IC-14 all measures": """
        SELECT ?what { ?what qb:dataSet/qb:structure/qb:component/qb:measure ?measure
            FILTER NOT EXISTS { ?what ?measure ?value } }""",
    "IC-19 codes from the code list": """
        SELECT ?what { ?what qb:dataSet/qb:structure/qb:component/qb:dimension ?dimension ; ?dimension ?code .
            ?dimension qb:codeList ?list
            FILTER NOT EXISTS { ?code a skos:Concept ; skos:inScheme ?list } }""",
}

OBSERVATION = "<data/civil-servants-by-rank/obs/2012/0904/40>"
BREAKS = {
    "IC-1 one dataset": f"INSERT DATA {{ {OBSERVATION} qb:dataSet <data/civil-servants-by-age> }}",
    "IC-2 one structure": "DELETE WHERE { ?dataset qb:structure ?structure }",
    "IC-3 a measure": "DELETE WHERE { ?component qb:measure ?measure }",
    "IC-4 dimensions have a range": "DELETE WHERE { ?dimension rdfs:range ?range }",
    "IC-5 concepts have a code list": "DELETE WHERE { ?dimension qb:codeList ?list }",
    "IC-6 only attributes are optional": "INSERT { ?c qb:componentRequired false } WHERE { ?c qb:measure ?measure }",
    "IC-11 all dimensions": f"DELETE WHERE {{ {OBSERVATION} <def/dimension/rank> ?code }}",
    "IC-13 required attributes": "INSERT { ?c qb:componentRequired true } WHERE { ?c qb:attribute ?attribute }",
    "IC-14 all measures": f"DELETE WHERE {{ {OBSERVATION} <def/measure/headcount> ?figure }}",
    "IC-19 codes from the code list": "DELETE WHERE { <id/code/rank/0904> skos:inScheme ?list }",
}


def select(store: Store, query: str) -> list[str]:
    """The values of the query's first variable."""
    solutions = store.query(PREFIXES + query)
    assert isinstance(solutions, QuerySolutions)
    return [str(solution[0]) for solution in solutions]


def repeated_cells(store: Store) -> Iterator[str]:
    """IC-12 by grouping: one query a dataset over all its dimensions, not a join of all observations with all."""
    for dataset in select(store, "SELECT ?dataset { ?dataset a qb:DataSet }"):
        dimensions = select(store, f"SELECT ?d {{ {dataset} qb:structure/qb:component/qb:dimension ?d }}")
        assert dimensions
        variables = " ".join(f"?v{n}" for n in range(len(dimensions)))
        patterns = " ; ".join(f"{dimension} ?v{n}" for n, dimension in enumerate(dimensions))
        yield from select(
            store,
            f"SELECT (SAMPLE(?o) AS ?cell) {{ ?o qb:dataSet {dataset} ; {patterns} }}"
            f" GROUP BY {variables} HAVING (COUNT(?o) > 1)",
        )


@pytest.mark.parametrize("constraint", BREAKING)
def test_constraint_holds(store: Store, constraint: str) -> None:
    assert select(store, BREAKING[constraint]) == []


@pytest.mark.parametrize("constraint", BREAKING)
def test_constraint_notices_what_breaks_it(store: Store, copied: Copy, constraint: str) -> None:
    broken = copied(store)
    broken.update(PREFIXES + BREAKS[constraint])
    assert select(broken, BREAKING[constraint]) != []


def ill_typed(store: Store, datatype: str) -> list[str]:
    """Literals whose text is none of their datatype: a store keeps them as they are, a cast of the text fails."""
    is_one = f"COALESCE(BOUND(?o) && DATATYPE(xsd:{datatype}(STR(?o))) = xsd:{datatype}, false)"
    return select(
        store, f"SELECT ?o {{ ?s ?p ?o FILTER (isLiteral(?o) && DATATYPE(?o) = xsd:{datatype}) FILTER (!{is_one}) }}"
    )


@pytest.mark.parametrize(("datatype", "ill"), [("integer", "－"), ("decimal", "43,39"), ("date", "2012-12")])
def test_ic_0_literals_are_of_their_datatype(store: Store, copied: Copy, datatype: str, ill: str) -> None:
    assert ill_typed(store, datatype) == []
    broken = copied(store)
    broken.update(PREFIXES + f'INSERT DATA {{ <x> <y> "{ill}"^^xsd:{datatype} }}')
    assert len(ill_typed(broken, datatype)) == 1


def test_ic_12_no_cell_twice(store: Store) -> None:
    assert list(repeated_cells(store)) == []


def test_ic_12_notices_a_cell_twice(store: Store, copied: Copy) -> None:
    broken = copied(store)
    twin = NamedNode(BASE + "data/civil-servants-by-rank/obs/2012/twin")
    for quad in store.quads_for_pattern(NamedNode(BASE + OBSERVATION[1:-1]), None, None):
        broken.add(type(quad)(twin, quad.predicate, quad.object))
    assert len(list(repeated_cells(broken))) == 1


def test_every_cell_has_one_observation(store: Store) -> None:
    counts = select(
        store,
        "SELECT ?n { { SELECT ?d (COUNT(?o) AS ?n) { ?o a qb:Observation ; qb:dataSet ?d } GROUP BY ?d } } ORDER BY ?n",
    )
    assert [count.split('"')[1] for count in counts] == ["3", "33", "69", "405"]


def test_measures_are_typed(store: Store) -> None:
    """The figures are numbers to a query: they add up to the published total."""
    query = """SELECT (SUM(?n) AS ?total) { ?o <def/dimension/rank>/skos:broader
        <id/code/rank/T> ; <def/dimension/agency-level>
        <id/code/agency-level/T> ; <def/measure/headcount> ?n }"""
    assert select(store, query) == [str(Literal(343861))]
