"""The API: datasets, structure, codes, slices, observations; strict about what is asked, honest about what it tells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

DATASETS = "/api/v1/datasets"
COUNTY = f"{DATASETS}/civil-servants-by-county"
ROWS = f"{COUNTY}/observations"


def findings(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [item["code"] for item in answer.json()["findings"]]


def test_the_datasets_and_one_of_them(api: httpx.Client) -> None:
    listed = api.get(DATASETS).json()
    assert [item["id"] for item in listed["items"]] == ["civil-servants-by-county", "empty"]
    assert listed["total"] == 2
    assert listed["next"] is None
    found = listed["items"][0]
    assert found["title"]["zh-Hant-TW"] == "地方機關公務人員按縣市及性別分"
    one = api.get(found["links"]["self"]).json()
    assert one["observationCount"] == 11
    assert one["dimensions"] == ["period", "county", "sex"]
    assert one["measures"] == ["headcount"]
    assert one["publisher"]["label"]["zh-Hant-TW"] == "行政院人事行政總處"
    for path in filter(None, one["links"].values()):
        assert api.get(path).status_code == 200, path


def test_datasets_are_found_by_their_texts(api: httpx.Client) -> None:
    def found(text: str) -> list[str]:
        return [item["id"] for item in api.get(DATASETS, params={"q": text}).json()["items"]]

    assert found("縣市") == ["civil-servants-by-county"]
    assert found("LOCAL civil") == ["civil-servants-by-county"]
    assert found("nothing of the kind") == []


def test_structure_and_codes(api: httpx.Client) -> None:
    structure = api.get(f"{COUNTY}/structure").json()
    county = structure["dimensions"][1]
    assert (county["key"], county["codeCount"]) == ("county", 4)
    assert structure["measures"][0]["unit"]["label"] == {"zh-Hant-TW": "人", "en": "persons"}
    codes = api.get(county["codes"]).json()["items"]
    assert [item["code"] for item in codes] == ["T", "65000", "63000", "09007"]
    assert codes[1]["label"] == {"zh-Hant-TW": "新北市", "en": "New Taipei City"}
    assert [item["level"] for item in codes] == [0, 1, 1, 1]


def test_slices_lead_to_their_observations(api: httpx.Client) -> None:
    (found,) = api.get(f"{COUNTY}/slices").json()["items"]
    assert found["label"] == {"en": "Women"}
    assert found["fixed"] == {"sex": "F"}
    rows = api.get(found["observations"]).json()["items"]
    assert sorted(row["headcount"] for row in rows) == [7265, 11279, 61415]


@pytest.fixture(params=["columns", "store"])
def either(request: pytest.FixtureRequest, api: httpx.Client, site: httpx.Client) -> httpx.Client:
    """The same figures from columns and from the store."""
    return api if request.param == "columns" else site


def test_observations_by_codes(either: httpx.Client) -> None:
    asked: dict[str, Any] = {"county": ["63000", "65000"], "sex": "M", "labels": "en"}
    page = either.get(ROWS, params=asked).json()
    assert page["total"] == 2
    rows = {row["county"]: row for row in page["items"]}
    assert rows["63000"]["headcount"] == 14022
    assert rows["63000"]["headcount_status"] == "value"
    assert rows["65000"]["county_label"] == "New Taipei City"
    whole = "https://lod.example.org/id/code/county/63000"
    assert either.get(ROWS, params={"county": whole, "sex": "M"}).json()["items"][0]["headcount"] == 14022
    elsewhere = either.get(ROWS, params={"county": "https://example.org/nowhere"}).json()
    assert (elsewhere["total"], elsewhere["items"], elsewhere["next"]) == (0, [], None)


def test_pages_tell_every_observation_once(either: httpx.Client) -> None:
    whole = either.get(ROWS).json()
    path, seen = f"{ROWS}?limit=4", []
    while path:
        answer = either.get(path)
        page = answer.json()
        assert page["total"] == 11
        seen += page["items"]
        assert ('rel="next"' in answer.headers["link"]) is (page["next"] is not None)
        path = page["next"]
    assert seen == whole["items"]
    assert len({row["observation"] for row in seen}) == 11


def test_csv_is_the_same_rows(either: httpx.Client) -> None:
    answer = either.get(ROWS, params={"sex": "T", "limit": 2}, headers={"accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept, Accept-Datetime"
    assert answer.links["next"]["url"].startswith(ROWS)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    same = either.get(ROWS, params={"sex": "T", "limit": 2, "format": "json"}).json()
    assert list(rows[0]) == same["columns"]
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in same["items"]] == rows
    assert either.get(ROWS, params={"format": "csv"}).headers["content-type"].startswith("text/csv")


def test_all_that_is_wrong_is_said_at_once_with_what_was_meant(api: httpx.Client) -> None:
    answer = api.get(ROWS, params={"cuonty": "T", "sex": "W", "limit": "many", "labels": "fr", "measure": "head"})
    assert answer.status_code == 400
    assert sorted(findings(answer)) == ["LOD9150", "LOD9151", "LOD9151", "LOD9154", "LOD9154"]
    said = {item["message"]: item for item in answer.json()["findings"]}
    assert "county" in said["there is no parameter and no dimension 'cuonty' here"]["hint"]
    assert "headcount" in said["the dataset has no measure 'head'"]["hint"]
    assert "沒有" in said["the dataset has no measure 'head'"]["in_each_language"]["zh-Hant-TW"]


@pytest.mark.parametrize(
    ("path", "status", "codes"),
    [
        (f"{DATASETS}?page=2", 400, ["LOD9150"]),
        (f"{DATASETS}?limit=1&limit=2", 400, ["LOD9151"]),
        (f"{DATASETS}?limit=0", 400, ["LOD9151"]),
        (f"{ROWS}?limit=10001", 400, ["LOD9151"]),
        (f"{DATASETS}?after=x", 400, ["LOD9151"]),
        (f"{DATASETS}?q=%FF", 400, ["LOD9151"]),
        (f"{DATASETS}/civil-servants-by-country", 404, ["LOD9153"]),
        (f"{COUNTY}/dimensions/sax/codes", 404, ["LOD9153"]),
        (f"{COUNTY}/observation", 404, ["LOD9153"]),
        ("/api/v2/datasets", 404, ["LOD9153"]),
        ("/apis.json?x=1", 400, ["LOD9150"]),
        (f"{DATASETS}?after=9-zzz.1", 410, ["LOD9152"]),
    ],
)
def test_refusals(api: httpx.Client, path: str, status: int, codes: list[str]) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert findings(answer) == codes
    assert answer.headers["access-control-allow-origin"] == "*"


def test_what_cannot_be_had_in_a_format_is_406(api: httpx.Client) -> None:
    answer = api.get(ROWS, headers={"accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json()["alternatives"] == ["application/json", "text/csv"]


def test_answers_are_validated_by_the_release(api: httpx.Client) -> None:
    answer = api.get(ROWS)
    again = api.get(ROWS, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = api.get(ROWS, params={"format": "csv"}, headers={"if-none-match": answer.headers["etag"]})
    assert other.status_code == 200
    head = api.head(ROWS)
    assert head.headers["content-length"] == answer.headers["content-length"] or "content-encoding" in answer.headers
    assert api.post(ROWS).status_code == 405
    assert api.options(ROWS).headers["access-control-allow-methods"] == "GET, HEAD"


def test_a_page_of_an_older_release_goes_on_there(
    tmp_path: Path, make: Callable[..., Path], open_site: Callable[[Path], httpx.Client]
) -> None:
    make(tmp_path, "1-aaaaaaaa")
    make(tmp_path, "2-bbbbbbbb")
    client = open_site(tmp_path)
    gone = client.get(ROWS, params={"limit": 4, "after": "1-aaaaaaaa.4"})
    assert gone.status_code == 410
    frozen = client.get(gone.json()["frozen"])
    assert frozen.status_code == 200
    assert frozen.json()["release"] == "1-aaaaaaaa"
    assert len(frozen.json()["items"]) == 4
    assert frozen.json()["next"].startswith("/release/1-aaaaaaaa/api/v1/")
    assert client.get(frozen.json()["next"]).status_code == 200
    assert client.get(gone.json()["begin"]).json()["release"] == "2-bbbbbbbb"


def test_the_api_is_told_to_people_and_programs(api: httpx.Client) -> None:
    page = api.get("/api", headers={"accept": "text/html", "accept-language": "zh-TW"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "程式介面" in page.text
    assert f"{ROWS}?labels=zh-Hant-TW" in page.text
    assert api.get("/api.en.html").text.count("<h2") == 8
    program = api.get("/api", headers={"accept": "application/json"})
    assert (program.status_code, program.headers["location"]) == (303, "/api/openapi.json")
    description = api.get("/api/openapi.json").json()
    assert description["openapi"] == "3.1.0"
    assert set(description["paths"]) >= {DATASETS, DATASETS + "/{dataset}/observations"}
    (datasets, sparql) = api.get("/apis.json").json()["apis"]
    assert datasets["properties"][0]["url"] == "https://lod.example.org/api/openapi.json"
    assert sparql["baseURL"] == "https://lod.example.org/sparql"
