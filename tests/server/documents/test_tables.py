"""A dataset as a table, where people look for it: by suffix and by Accept."""

from __future__ import annotations

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
    assert "csv" not in site.get("/doc/code/sex", headers={"accept": "text/csv"}).text


def test_there_is_no_table_of_what_is_no_dataset(site: httpx.Client) -> None:
    for path in ("/data/nothing.csv", f"{DATASET}.parquet", f"{DATASET}.tsv", f"{DATASET}/obs/2012/T/T.csv"):
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
