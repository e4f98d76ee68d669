"""A dataset as a table, where people look for it: by suffix and by Accept."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

DATASET = "/data/civil-servants-by-county"
BASE = "https://lod.example.org/stat/"
FILES = "".join(
    f"<{BASE}data/{name}> <http://www.w3.org/ns/dcat#distribution> <{BASE}data/{name}#{n}> .\n"
    f"<{BASE}data/{name}#{n}> <http://www.w3.org/ns/dcat#downloadURL> <{where}> .\n"
    for n, (name, where) in enumerate(
        [
            ("people", f"{BASE}dump/1-aaaaaaaa/people.csv.gz"),
            ("people", f"{BASE}dump/1-aaaaaaaa/people.csv"),
            ("people", f"{BASE}dump/1-aaaaaaaa/people.parquet"),
            ("elsewhere", "https://evil.example/elsewhere.csv"),
        ]
    )
)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_cube_without_files_is_written_when_asked_for(site: httpx.Client, suffix: str) -> None:
    answer = site.get(f"{DATASET}.{suffix}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DATASET}/slice.{suffix}?all=yes")
    assert site.get(answer.headers["location"]).status_code == 200


def test_who_asks_for_a_table_is_sent_to_one(site: httpx.Client) -> None:
    answer = site.get(DATASET, headers={"accept": "text/csv, text/html;q=0.5"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DATASET}/slice.csv?all=yes")
    assert answer.headers["vary"].startswith("Accept, Accept-Language")
    assert site.get(DATASET, headers={"accept": "text/csv;q=0.5, text/html"}).status_code == 200
    other = site.get(DATASET, headers={"accept": "application/vnd.apache.parquet"})
    assert other.status_code == 406
    assert f"{DATASET}.csv" in [item["href"] for item in other.json()["alternatives"]]
    assert "csv" not in site.get("/doc/code/sex/F", headers={"accept": "text/csv"}).text


def test_a_code_list_is_a_table(site: httpx.Client) -> None:
    answer = site.get("/doc/code/sex.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["code", "iri", "level", "broader", "label_zh-Hant-TW", "label_en"]
    woman = next(row for row in rows if row["code"] == "F")
    assert woman["iri"] == "https://lod.example.org/id/code/sex/F"
    assert (woman["label_zh-Hant-TW"], woman["label_en"]) == ("女性", "Female")
    under = [row for row in rows if row["broader"]]
    assert all(row["broader"] in {other["code"] for other in rows} and int(row["level"]) > 1 for row in under)
    again = site.get("/doc/code/sex.csv", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"])
    asked = site.get("/doc/code/sex", headers={"accept": "text/csv, text/html;q=0.5"})
    assert (asked.text, asked.headers["content-location"]) == (answer.text, "/doc/code/sex.csv")
    assert asked.headers["vary"].startswith("Accept")
    page = site.get("/doc/code/sex", headers={"accept": "text/csv;q=0.5, text/html"})
    assert page.headers["content-type"].startswith("text/html")
    told = '</doc/code/sex.csv>; rel="alternate"; type="text/csv"'
    assert told in page.headers["link"]
    assert 'href="/doc/code/sex.csv"' in page.text
    assert told not in answer.headers["link"]
    links = site.get("/linkset/doc/code/sex", headers={"accept": "application/linkset+json"}).json()["linkset"]
    assert "https://lod.example.org/doc/code/sex.csv" in [context["anchor"] for context in links]
    refused = site.get("/doc/code/sex", headers={"accept": "image/png"}).json()
    assert "/doc/code/sex.csv" in [item["href"] for item in refused["alternatives"]]


def test_there_is_no_table_of_what_is_none(site: httpx.Client) -> None:
    nowhere = ("/data/nothing.csv", f"{DATASET}.parquet", f"{DATASET}.tsv", f"{DATASET}/obs/2012/T/T.csv")
    for path in (*nowhere, "/doc/code/sex/F.csv", "/doc/code/sex.tsv", "/doc/nothing.csv"):
        assert site.get(path).status_code == 404, path
    assert site.get(f"{DATASET}/obs/2012/T/T", headers={"accept": "text/csv"}).status_code == 406


def test_files_for_bulk_use_come_first_and_are_ours(
    make: Callable[..., Path], tmp_path: Path, open_site: Callable[[Path], httpx.Client]
) -> None:
    make(tmp_path, base=BASE, turtle=FILES)
    site = open_site(tmp_path)
    for suffix in ("csv", "parquet"):
        answer = site.get(f"/stat/data/people.{suffix}", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/stat/dump/1-aaaaaaaa/people.{suffix}")
    frozen = site.get("/stat/release/1-aaaaaaaa/data/people.csv", follow_redirects=False)
    assert frozen.headers["location"] == "/stat/dump/1-aaaaaaaa/people.csv"
    assert site.get("/stat/data/elsewhere.csv", follow_redirects=False).status_code == 404
