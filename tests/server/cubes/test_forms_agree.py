"""One view, however it is taken away: table, CSV, JSON, Excel, frame, drawing and query tell the same figures."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable
from html import unescape
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from python_calamine import CalamineWorkbook
from small_release import write_columns

from lod.server.ask import Ask
from lod.server.cubes.explorer import respond_to_view
from lod.server.served import ServedRelease, open_served

BASE = "https://lod.example.org/"
SIZES = {"year": 3, "county": 4, "sex": 3, "grade": 2}  # the first county and sex are the wholes of the others
MEASURES = ("heads", "pay")
SIGNS = {"missing": "…", "confidential": "c", "inapplicable": "–"}
PREFIXES = f"""@base <{BASE}> . @prefix qb: <http://purl.org/linked-data/cube#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
"""


def _turtle(chance: random.Random) -> str:
    parts = ", ".join(f"[ qb:dimension <def/{name}> ; qb:order {n} ]" for n, name in enumerate(SIZES))
    parts += ", ".join(["", *(f"[ qb:measure <def/{name}> ; qb:order 9 ]" for name in MEASURES)])
    lines = [PREFIXES, f"<data/staff> a qb:DataSet ; qb:structure <dsd> . <dsd> qb:component {parts} ."]
    for name, size in SIZES.items():
        for n in range(size):
            under = f" ; skos:broader <id/{name}/0>" if n and name in {"county", "sex"} else ""
            lines.append(f'<id/{name}/{n}> skos:notation "{n}" ; skos:prefLabel "{name} {n}"@en{under} .')
    for place in product(*map(range, SIZES.values())):
        if chance.random() < 0.1:
            continue  # not applicable
        here = f"<data/staff/obs/{'/'.join(map(str, place))}> a qb:Observation ; qb:dataSet <data/staff>"
        at = "".join(f" ; <def/{name}> <id/{name}/{n}>" for name, n in zip(SIZES, place, strict=True))
        heads = "" if chance.random() < 0.1 else f" ; <def/heads> {chance.choice((0, 7, 1234, 98765))}"
        pay = f" ; <def/pay> {chance.randrange(10_000_000) / 100:.2f}"
        secret = f" ; attribute:confStatus <{BASE}confStatus-C>" if chance.random() < 0.1 else ""
        lines.append(f"{here}{at}{heads}{pay}{secret} .")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def cube(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> tuple[ServedRelease, Store]:
    """A release with such a cube, and its statements by themselves."""
    turtle = _turtle(random.Random(7))
    release = make(tmp_path_factory.mktemp("forms"), turtle=turtle)
    write_columns(release, turtle)
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    return open_served(release), store


def _some_view(chance: random.Random) -> str:
    rows, *others = chance.sample(list(SIZES), len(SIZES))
    columns = others[: chance.randrange(3)]
    asked = [("rows", rows), *(("cols", name) for name in columns or "-"), ("depth", "9")]
    asked += [(name, str(chance.randrange(SIZES[name]))) for name in others[len(columns) :]]
    asked += [("measure", name) for name in chance.sample(MEASURES, chance.choice((0, 1, 2)))]
    return urlencode([*asked, *([("totals", "no")] if chance.random() < 0.4 else [])])


@pytest.mark.parametrize("number", range(20))
def test_all_forms_of_a_view_tell_the_same(cube: tuple[ServedRelease, Store], number: int) -> None:
    served, store = cube
    query = _some_view(random.Random(number))

    def body(suffix: str, more: str = "", root: str = "") -> bytes:
        answer = respond_to_view(served, Ask(f"{root}/data/staff/slice.en.{suffix}", query=query + more))
        assert answer.status == 200, (query, suffix)
        return answer.body

    header, *lines = csv.reader(io.StringIO(body("csv").decode()))
    assert lines, query
    document = json.loads(body("json"))
    names = [dimension["key"] for dimension in document["dimensions"]]
    assert header == [*(head for n in names for head in (n, f"{n}_label")), "measure", "value", "status", "observation"]
    assert [_line(figure, names) for figure in document["figures"]] == lines
    assert _of_workbook(body("xlsx")) == [[*line[:-4], _number(line[-3]), line[-1]] for line in lines]
    page = body("html").decode()
    cells = [_shown(line) for line in lines]
    assert _cells(page) == cells
    assert _cells(body("html", root="/embed").decode()) == cells
    assert _asked(store, page) == sorted(_place(line, header, page) for line in lines if line[-1])
    chart = body("html", "&show=chart").decode()
    assert _marks(chart) == _marks(body("svg").decode())
    assert _marks(chart) == _marks(body("html", "&show=chart", root="/embed").decode())


def test_the_fields_of_the_form_have_names_of_their_own(cube: tuple[ServedRelease, Store]) -> None:
    served, _ = cube
    page = respond_to_view(
        served, Ask("/data/staff/slice.en.html", query="rows=year&cols=sex&cols=grade")
    ).body.decode()
    names = re.findall(r'<select id="[^"]*" name="([^"]*)">', page)
    assert len(set(names)) == len(names)
    chosen = dict(zip(names, re.findall(r'value="([^"]*)" selected', page), strict=True))
    assert chosen["cols2"] == "grade"
    sent = respond_to_view(served, Ask("/data/staff/slice.en.html", query=urlencode(chosen)))
    assert sent.status == 303
    assert b"rows=year&cols=sex&cols=grade&county=0" in dict(sent.headers)[b"location"]


def _line(figure: dict[str, object], names: list[str]) -> list[str]:
    """A figure of JSON as a line of CSV."""
    places = [figure[name] for name in names]
    value = figure["value"]
    written = (
        "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    )
    texts = [text for place in places if isinstance(place, dict) for text in (place["code"], place["label"])]
    return [*texts, str(figure["measure"]), written, str(figure["status"]), str(figure["observation"] or "")]


def _number(text: str) -> object:
    return float(text) if text else ""


def _of_workbook(content: bytes) -> list[list[object]]:
    """The codes and labels, value and address of each line of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    _, *rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    return [[*row[:-4], row[-3], row[-1]] for row in rows]


def _shown(line: list[str]) -> str:
    """A figure as it stands in a table."""
    *_, value, status, _ = line
    if status != "value":
        return SIGNS[status]
    whole, dot, rest = value.partition(".")
    return f"{int(whole):,}{dot}{rest}"


def _cells(page: str) -> list[str]:
    """The cells of the table of a page in their order, without what is for screen readers or for alignment alone."""
    cells = re.findall(r'<td class="number[^>]*>(.*?)</td>', page.partition("<tbody>")[2])
    return [
        re.sub("<[^>]*>", "", re.sub(r'<(\w+) class="visually-hidden".*?</\1>', "", cell)).strip() for cell in cells
    ]


def _query(page: str) -> str:
    (link,) = re.findall(r'<a href="([^"]*)" rel="nofollow">', page)
    return parse_qs(urlsplit(unescape(link)).query)["query"][0]


def _axes(page: str) -> list[str]:
    """The names of the axes and the measures that a page's query selects, in its order."""
    selected = re.search(r"SELECT (.*) WHERE", _query(page))
    assert selected is not None
    return selected[1].replace("?", "").split()


def _asked(store: Store, page: str) -> list[tuple[str, ...]]:
    """What the query behind a page finds: codes, then each measure's name and figure."""
    solutions = store.query(_query(page))
    assert isinstance(solutions, QuerySolutions)
    names, found = _axes(page), []
    for solution in solutions:
        at = tuple(solution[name].value.rpartition("/")[2] for name in names if name in SIZES)
        for measure in (name for name in names if name in MEASURES):
            value = solution[measure]
            found.append((*at, measure, "" if value is None else value.value))
    return sorted(found)


def _place(line: list[str], header: list[str], page: str) -> tuple[str, ...]:
    """A line of CSV as the query finds it."""
    at = dict(zip(header, line, strict=True))
    return (*(at[name] for name in _axes(page) if name in SIZES), at["measure"], at["value"])


def _marks(page: str) -> list[str]:
    """What is told of each mark of the drawing on a page."""
    return re.findall(r"<title>([^<]*)</title>", page.partition("<svg")[2].partition("</svg>")[0])
