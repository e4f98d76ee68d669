"""Every sentence for people exists in every language: no template without translation, no translation without one."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import string
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from lod.diagnostics import explanation, known_codes
from lod.wording import (
    ENGLISH,
    LANGUAGES,
    NOTHING,
    Labelled,
    Wording,
    catalogue,
    chosen_language,
    from_json,
    in_each_language,
    joined,
    say,
    to_json,
    translated,
)

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lod"
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


Calls = list[tuple[str, ast.Call]]


@pytest.fixture(scope="module")
def calls() -> dict[str, Calls]:
    """Every call of `say` and `Wording` in the program, and where it is."""
    found: dict[str, Calls] = {"say": [], "Wording": []}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "say(" in text or "Wording(" in text:
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in found:
                    found[node.func.id].append((f"{path.relative_to(SOURCE)}:{node.lineno}", node))
    return found


def template_of(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def fields_of(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_a_template_stands_where_it_is_said_and_its_fields_are_given(calls: dict[str, Calls]) -> None:
    assert len(calls["say"]) > 300
    for place, call in calls["say"]:
        template = template_of(call)
        assert template is not None, f"{place}: say() takes a text in quotes"
        assert len(call.args) == 1, place
        given = {word.arg for word in call.keywords}
        if given:  # without fields, braces are braces
            assert fields_of(template) == given, place


def test_words_of_others_are_not_ours(calls: dict[str, Calls]) -> None:
    ours = [place for place, call in calls["Wording"] if template_of(call) is not None]
    assert ours == [], "our sentences are made by say()"


@pytest.mark.parametrize("language", OTHERS)
def test_translations(language: str, calls: dict[str, Calls]) -> None:
    templates = {template: place for place, call in calls["say"] if (template := template_of(call))}
    fields = {template_of(call): {word.arg for word in call.keywords} for _, call in calls["say"]}
    known = catalogue(language)
    terms = set(tomllib.loads((SOURCE / "languages" / language / "terms.toml").read_text(encoding="utf-8")))
    assert sorted(set(known) - set(templates) - terms) == [], "translations of what nobody says"
    for template in sorted(set(known) & set(templates)):
        if fields[template]:
            assert fields_of(known[template]) == fields_of(template), template
    missing = {template: templates[template] for template in set(templates) - set(known) - {NOTHING}}
    assert missing == {}, f"write them into src/lod/languages/{language}/"


@pytest.mark.parametrize("language", OTHERS)
def test_a_template_is_translated_once(language: str) -> None:
    files = sorted((SOURCE / "languages" / language).glob("*.toml"))
    found = Counter(template for file in files for template in tomllib.loads(file.read_text(encoding="utf-8")))
    assert [template for template, times in found.items() if times > 1] == [], "which one is shown would be chance"


def test_said_in_two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lod.wording.catalogue",
        lambda _: {"{n} {n:row|rows} of {place}": "{place}有 {n} 列", "table '{name}'": "表格「{name}」"},
    )
    place = say("table '{name}'", name="員額")
    text = say("{n} {n:row|rows} of {place}", n=1, place=place)
    assert text == "1 row of table '員額'"
    assert translated(text, "zh-Hant-TW") == "表格「員額」有 1 列"
    assert translated(text, ENGLISH) == text
    assert translated(joined([place, place], " / "), "zh-Hant-TW") == "表格「員額」 / 表格「員額」"
    assert say("{n:,} {n:row|rows}", n=2000) == "2,000 rows"


def test_what_nobody_translated_is_said_in_english() -> None:
    assert translated(say("{n} of these", n=3), "zh-Hant-TW") == "3 of these"
    assert translated("a plain string", "zh-Hant-TW") == "a plain string"
    assert translated(Wording("words {of} others"), "zh-Hant-TW") == "words {of} others"
    assert translated(NOTHING, "zh-Hant-TW") == ""
    assert translated(say("unknown key '{key}'", key="x"), "ja") == "unknown key 'x'"


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (["zh_TW.UTF-8"], "zh-Hant-TW"),
        (["zh-Hant"], "zh-Hant-TW"),
        (["", "zh"], "zh-Hant-TW"),
        (["en_US.UTF-8", "zh"], "en"),
        (["C", "POSIX"], None),
        (["de"], None),
        ([], None),
    ],
)
def test_chosen_language(wanted: list[str], chosen: str | None) -> None:
    assert chosen_language(wanted) == chosen


PAGES = SOURCE / "findings"
HEADINGS = {"zh-Hant-TW": ["## 意思", "## 範例", "## 怎麼辦"]}


def code_of(page: str) -> list[str]:
    """The lines to copy, below the last heading."""
    return [line for line in page.rpartition("\n## ")[2].splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("code", known_codes())
def test_pages(code: str, language: str) -> None:
    path = PAGES / language / f"{code}.md"
    assert path.exists(), f"{code} is explained in English only"
    english, page = explanation(code) or "", explanation(code, language) or ""
    assert page.startswith(f"# {code}: ")
    assert [line for line in page.splitlines() if line.startswith("## ")] == HEADINGS[language]
    assert code_of(page) == code_of(english)


@pytest.mark.parametrize("language", OTHERS)
def test_every_page_is_of_a_code(language: str) -> None:
    assert {path.stem for path in (PAGES / language).glob("*.md")} <= set(known_codes())


def test_a_text_by_language_survives_copies_and_json() -> None:
    """Findings are copied, sent between processes and kept as JSON."""
    text = joined([say("no {name}", name="x"), Labelled({"en": "sex", "zh-Hant-TW": "性別"})])
    copies = (copy.deepcopy(text), pickle.loads(pickle.dumps(text)), from_json(json.loads(json.dumps(to_json(text)))))
    assert [in_each_language(each) for each in copies] == [in_each_language(text)] * 3
    assert in_each_language(text)["zh-Hant-TW"].endswith("性別")
