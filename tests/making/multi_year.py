"""Ten years of counties by sex, and of ages by sex, with every kind of nothing: statements of a release in Turtle."""

from __future__ import annotations

from collections.abc import Iterator

BASE = "https://lod.example.org/"
YEARS = range(2003, 2013)
COUNTIES = {
    "63000": ("臺北市", "Taipei City"), "64000": ("高雄市", "Kaohsiung City"), "65000": ("新北市", "New Taipei City"),
    "66000": ("臺中市", "Taichung City"), "67000": ("臺南市", "Tainan City"), "68000": ("桃園市", "Taoyuan City"),
    "10002": ("宜蘭縣", "Yilan County"), "10004": ("新竹縣", "Hsinchu County"), "10005": ("苗栗縣", "Miaoli County"),
    "10007": ("彰化縣", "Changhua County"), "10008": ("南投縣", "Nantou County"), "10009": ("雲林縣", "Yunlin County"),
    "10010": ("嘉義縣", "Chiayi County"), "10013": ("屏東縣", "Pingtung County"), "10014": ("臺東縣", "Taitung County"),
    "10015": ("花蓮縣", "Hualien County"), "10016": ("澎湖縣", "Penghu County"), "10017": ("基隆市", "Keelung City"),
    "10018": ("新竹市", "Hsinchu City"), "10020": ("嘉義市", "Chiayi City"), "09020": ("金門縣", "Kinmen County"),
    "09007": ("連江縣", "Lienchiang County"),
}  # fmt: skip
AGES = ("18-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59", "60-64")
SEXES = {"T": ("男女合計", "Both sexes"), "M": ("男性", "Male"), "F": ("女性", "Female")}
MISSING = {("2008", "10008", "M"), ("2012", "10008", "T"), ("2012", "10008", "M"), ("2012", "10008", "F")}
UNDEFINED = {("2012", "10008", "M"), ("2012", "10008", "F")}
CONFIDENTIAL = {("2012", "09007", "F"), ("2012", "09007", "M")}
ABSENT = {("2012", "09020", sex) for sex in SEXES} | {("2003", "09020", "T")}
ZERO = {("2012", "10016", "F")}

PREFIXES = f"""@base <{BASE}> . @prefix qb: <http://purl.org/linked-data/cube#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#> .
@prefix sdmx-attribute: <http://purl.org/linked-data/sdmx/2009/attribute#> .
@prefix sdmx-code: <http://purl.org/linked-data/sdmx/2009/code#> .
"""


def turtle() -> str:
    """Both datasets, their structure and their codes."""
    return "".join([PREFIXES, *_structure(), *_codes(), *_counties(), *_ages()])


def _structure() -> Iterator[str]:
    roles = {"year": "refPeriod", "place": "refArea", "gender": "sex", "band": "age"}
    labels = {"year": ("年", "Year"), "place": ("縣市別", "County"), "gender": ("性別", "Sex"), "band": ("年齡", "Age")}
    for name, role in roles.items():
        zh, en = labels[name]
        yield f'<def/{name}> a qb:DimensionProperty ; rdfs:label "{zh}"@zh-Hant-TW, "{en}"@en ; '
        yield f"rdfs:subPropertyOf sdmx-dimension:{role} .\n"
    yield '<def/staff> a qb:MeasureProperty ; rdfs:label "人數"@zh-Hant-TW, "Headcount"@en .\n'
    for name, dimensions, zh, en in (
        ("years", ("year", "place", "gender"), "歷年各縣市公務人員人數", "Civil servants by county over the years"),
        ("bands", ("year", "band", "gender"), "歷年公務人員年齡結構", "Ages of civil servants over the years"),
    ):
        parts = ", ".join(f"[ qb:dimension <def/{d}> ; qb:order {n} ]" for n, d in enumerate(dimensions))
        yield f'<data/{name}> a qb:DataSet ; dct:title "{zh}"@zh-Hant-TW, "{en}"@en ; qb:structure <dsd/{name}> .\n'
        yield f"<dsd/{name}> qb:component {parts}, [ qb:measure <def/staff> ; qb:order 9 ] .\n"


def _codes() -> Iterator[str]:
    for code, (zh, en) in {**COUNTIES, "total": ("全國", "Whole country")}.items():
        yield f'<id/place/{code}> skos:notation "{code}" ; skos:prefLabel "{zh}"@zh-Hant-TW, "{en}"@en'
        yield " .\n" if code == "total" else " ; skos:broader <id/place/total> .\n"
    for code, (zh, en) in SEXES.items():
        yield f'<id/gender/{code}> skos:notation "{code}" ; skos:prefLabel "{zh}"@zh-Hant-TW, "{en}"@en'
        yield " .\n" if code == "T" else " ; skos:broader <id/gender/T> .\n"
    for year in YEARS:
        label = f'"民國{year - 1911}年底"@zh-Hant-TW, "End of {year}"@en'
        yield f'<id/year/{year}> skos:notation "{year}" ; skos:prefLabel {label} .\n'
    for band in AGES:
        yield f'<id/band/{band}> skos:notation "{band}" ; skos:prefLabel "{band}歲"@zh-Hant-TW, "{band} years"@en .\n'


def _counties() -> Iterator[str]:
    for y, year in enumerate(map(str, YEARS)):
        for p, place in enumerate([*COUNTIES, "total"]):
            for sex in SEXES:
                key = (year, place, sex)
                if key in ABSENT:
                    continue
                share = {"T": 100, "M": 58 - y // 2, "F": 42 + y // 2}[sex]
                size = (
                    (1_600 + 37 * ((p * 7) % 22) ** 2 + (p % 5 - 2) * 60 * y) if place != "total" else 130_000 + 900 * y
                )
                yield f"<data/years/obs/{year}/{place}/{sex}> a qb:Observation ; qb:dataSet <data/years> ; "
                yield f"<def/year> <id/year/{year}> ; <def/place> <id/place/{place}> ; <def/gender> <id/gender/{sex}>"
                if key in CONFIDENTIAL:
                    yield " ; sdmx-attribute:confStatus sdmx-code:confStatus-C"
                elif key in UNDEFINED:
                    yield ' ; <def/staff> ""^^<https://cube.link/Undefined>'
                elif key not in MISSING:
                    yield f" ; <def/staff> {0 if key in ZERO else size * share // 100}"
                yield " .\n"


def _ages() -> Iterator[str]:
    for y, year in enumerate(YEARS):
        for b, band in enumerate(AGES):
            for sex in ("M", "F"):
                size = (30_000 - 1_100 * (b - 3 - y // 4) ** 2) * (55 if sex == "M" else 45 + y) // 100
                yield f"<data/bands/obs/{year}/{band}/{sex}> a qb:Observation ; qb:dataSet <data/bands> ; "
                yield f"<def/year> <id/year/{year}> ; <def/band> <id/band/{band}> ; <def/gender> <id/gender/{sex}> ; "
                yield f"<def/staff> {max(size, 40)} .\n"
