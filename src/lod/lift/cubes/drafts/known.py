"""Codes that are known without being told: of sex (SDMX), and of counties (Ministry of the Interior)."""

from __future__ import annotations

import re

from lod.tables.printed.text import label_key

TOTALS = frozenset(
    label_key(each)
    for each in (
        "總計",
        "合計",
        "計",
        "小計",
        "全國",
        "共計",
        "總數",
        "總額",
        "臺灣地區",
        "全體",
        "Total",
        "Grand Total",
        "Sum",
    )
)
SEXES = {
    **dict.fromkeys(map(label_key, ("男", "男性", "男生", "Male", "M", "Males")), "M"),
    **dict.fromkeys(map(label_key, ("女", "女性", "女生", "Female", "F", "Females")), "F"),
}
_COUNTIES = {
    "65000": "新北市", "63000": "臺北市", "68000": "桃園市", "66000": "臺中市", "67000": "臺南市", "64000": "高雄市",
    "10002": "宜蘭縣", "10003": "桃園縣", "10004": "新竹縣", "10005": "苗栗縣", "10007": "彰化縣", "10008": "南投縣",
    "10009": "雲林縣", "10010": "嘉義縣", "10013": "屏東縣", "10014": "臺東縣", "10015": "花蓮縣", "10016": "澎湖縣",
    "10017": "基隆市", "10018": "新竹市", "10020": "嘉義市", "09020": "金門縣", "09007": "連江縣", "10001": "臺北縣",
    "10006": "臺中縣", "10011": "臺南縣", "10012": "高雄縣",
}  # fmt: skip
_BY_NAME = {label_key(name): code for code, name in _COUNTIES.items()}
_ENDING = re.compile(r"(政府|各機關|總計|合計)$")


def is_total(text: str) -> bool:
    """Whether a label is one of those that totals have."""
    return label_key(text) in TOTALS or label_key(re.sub(r"[A-Za-z].*$", "", text)) in TOTALS


def county_code(text: str) -> str:
    """The code of a county by its name; '' for what is none."""
    return _BY_NAME.get(_ENDING.sub("", label_key(text)), "")
