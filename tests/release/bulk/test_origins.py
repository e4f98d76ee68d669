"""From a published figure to the cell it was read from; of what is not published, not a word."""

from __future__ import annotations

import pytest

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.release.bulk.cubes import write_cubes
from lod.release.bulk.origins import write_origins
from lod.store.figures import ColumnFile, open_figures
from lod.store.origins import SourceCell, source_cells

BASE = "https://a.example/"
SET = BASE + "data/staff"
MAPPING = f"""
prefixes: {{ex: '{BASE}def/', qb: 'http://purl.org/linked-data/cube#'}}
mappings:
  staff:
    sources: [['staff.csv~csv']]
    s: {SET}/obs/$(year)/$(office)
    po:
      - [a, qb:Observation]
      - [qb:dataSet, {SET}~iri]
      - [ex:year, $(year)]
      - [ex:office, '{BASE}id/$(office)~iri']
      - p: ex:note
        o: {{function: grel:toUpperCase, parameters: [[valueParam, $(state)]]}}
      - p: ex:heads
        o:
          value: $(heads)
          datatype: xsd:integer
          condition: {{function: notEqual, parameters: [[str1, $(state)], [str2, closed]]}}
  gone:
    sources: [['staff.csv~csv']]
    s: {BASE}id/note/$(office)
    po: [[ex:heads, $(secret)]]
"""
STAFF = "year,office,heads,state,secret\n2012,A,007,open,x1\n2012,B,3,closed,x2\n2013,A,11,open,x3\n"


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> ColumnFile:
    """The columnar side of a release whose table has a figure that is not published, and a column that never is."""
    folder = tmp_path_factory.mktemp("origins")
    (folder / "m.yarrrml.yml").write_text(MAPPING, encoding="utf-8")
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    findings = Findings()
    lifted = lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", findings=findings, lineage=folder / "lineage")
    findings.raise_if_errors()
    release = folder / "release"
    release.mkdir()
    structure = folder / "structure.nq"
    qb = "http://purl.org/linked-data/cube#"
    structure.write_text(
        f"<{SET}> <{qb}structure> <{BASE}dsd> .\n<{BASE}dsd> <{qb}component> <{BASE}dsd#1> .\n"
        f"<{BASE}dsd#1> <{qb}dimension> <{BASE}def/year> .\n<{BASE}dsd> <{qb}component> <{BASE}dsd#2> .\n"
        f"<{BASE}dsd#2> <{qb}dimension> <{BASE}def/office> .\n"
        f"<{SET}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{qb}DataSet> .\n",
        encoding="utf-8",
    )
    index = write_cubes([*lifted.parts, structure], release)
    write_origins(lifted.lineage, index, release, memory_limit="128MB", threads=1)
    opened = open_figures(release)
    assert opened is not None
    return opened


def cells(columns: ColumnFile, observation: str) -> dict[str, SourceCell]:
    """The source cells of an observation by the name of their property."""
    found = source_cells(columns, SET, f"{SET}/obs/{observation}")
    by_name = {cell.property.rpartition("/")[2]: cell for cell in found}
    assert len(by_name) == len(found)
    return by_name


def test_a_figure_leads_to_its_row_and_column_and_the_text_that_stands_there(columns: ColumnFile) -> None:
    heads = cells(columns, "2012/A")["heads"]
    assert heads == SourceCell(f"{BASE}def/heads", "staff.csv", "", 2, "heads", "", "007")


def test_what_was_worked_out_leads_to_its_row_and_names_what_it_was_worked_out_of(columns: ColumnFile) -> None:
    assert cells(columns, "2013/A")["note"] == SourceCell(f"{BASE}def/note", "staff.csv", "", 4, "state", "", "")


def test_of_a_figure_that_is_not_published_nothing_is_told(columns: ColumnFile) -> None:
    assert set(cells(columns, "2012/B")) == {"note"}
    view = f'"origins of {columns.index.cubes[0].dataset}"'
    told = columns.database.execute(f"SELECT DISTINCT text FROM {view} WHERE text IS NOT NULL ORDER BY 1").fetchall()
    assert told == [("007",), ("11",)]


def test_what_is_not_there_has_no_cells(columns: ColumnFile) -> None:
    assert cells(columns, "' OR true --") == {}
    assert source_cells(columns, BASE + "data/other", f"{SET}/obs/2012/A") == ()
