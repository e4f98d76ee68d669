"""A reader of Traditional Chinese never gets Simplified before Traditional."""

from __future__ import annotations

import pytest

from lod.rdf import languages


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("zh-TW", "zh-hant-tw"),
        ("zh_HK", "zh-hant-hk"),
        ("zh-CN", "zh-hans-cn"),
        ("zh-Hant-TW", "zh-hant-tw"),
        ("EN-us", "en-us"),
        (" en ", "en"),
    ],
)
def test_canonical(tag: str, expected: str) -> None:
    assert languages.canonical(tag) == expected


@pytest.mark.parametrize(
    ("tag", "expected"), [("zh-hant-tw", "zh-Hant-TW"), ("EN-gb", "en-GB"), ("es-419", "es-419"), ("nan", "nan")]
)
def test_written(tag: str, expected: str) -> None:
    assert languages.written(tag) == expected


def test_chain() -> None:
    assert languages.chain("zh-TW") == ["zh-hant-tw", "zh-hant", "zh", "en"]
    assert languages.chain("en") == ["en"]


@pytest.mark.parametrize(
    ("have", "wanted", "expected"),
    [
        (["en", "zh-Hans", "zh-Hant-TW"], "zh-TW", "zh-Hant-TW"),
        (["zh-Hans-CN", "zh-Hant-HK"], "zh-Hant-TW", "zh-Hant-HK"),
        (["zh-CN", "en"], "zh-TW", "en"),
        (["zh", "en"], "zh-TW", "zh"),
        (["ja", "en"], "zh-TW", "en"),
        (["zh-Hant-TW", ""], "en", ""),
        (["ja"], "en", "ja"),
    ],
)
def test_best(have: list[str], wanted: str, expected: str) -> None:
    found = languages.best([(tag, tag) for tag in have], wanted)
    assert found is not None
    assert found[0] == expected


def test_pick() -> None:
    assert languages.pick({"zh-Hant-TW": "人", "en": "person"}, "zh-Hant") == "人"
    assert languages.pick({}, "en") == ""


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("zh_Hant", "did you mean 'zh-Hant'?"),
        ("zh_hant_tw", "did you mean 'zh-Hant-TW'?"),
        ("zh-Hant-TWN", "did you mean 'zh-Hant'?"),
        ("Chinese", "did you mean 'zh-Hant-TW'?"),
        ("中文", "did you mean 'zh-Hant-TW'?"),
        ("?", "as in zh-Hant-TW or en"),
    ],
)
def test_what_is_no_tag_has_one_near(tag: str, hint: str) -> None:
    assert not languages.may_be_registered(tag)
    assert languages.tag_hint(tag) == hint
