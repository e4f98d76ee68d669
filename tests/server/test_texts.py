"""The interface's texts: every language says the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from lod.diagnostics import Findings
from lod.server.pages.labels import display_tag, last_segment
from lod.server.texts import own_texts, placeholders, with_texts

TEXTS = own_texts()
CATALOGUES, catalogue, term_label = TEXTS.catalogues, TEXTS.catalogue, TEXTS.term_label


def test_every_language_has_every_text_with_the_same_placeholders() -> None:
    english = CATALOGUES["en"]
    for other in CATALOGUES.values():
        assert other.text.keys() == english.text.keys()
        assert other.terms.keys() == english.terms.keys()
        for key, text in other.text.items():
            assert placeholders(text) == placeholders(english.text[key]), key


def test_each_translation_names_the_sentence_that_it_translates(repository: Path) -> None:
    """Who changes an English sentence is told by this which translations were made of the old one."""
    folder = repository / "src/lod/server/texts"
    with (folder / "site.pot").open("rb") as stream:
        english = {message.context: message.id for message in read_po(stream)}
    for file in folder.glob("*.po"):
        with file.open("rb") as stream:
            assert {message.context: message.id for message in read_po(stream) if message.id} == {
                key: text for key, text in english.items() if key
            }, file.name


def test_every_text_is_used_and_every_use_has_a_text(repository: Path) -> None:
    server = repository / "src/lod/server"
    source = "".join(p.read_text(encoding="utf-8") for p in [*server.glob("**/*.py"), *server.glob("templates/*.html")])
    asked = set(re.findall(r"""(?:\bt|page\.other|texts)\(\s*f?['"]([a-z_]+)['"]""", source))
    written = set(CATALOGUES["en"].text)
    composed = ("sparql_", "kind_", "state_", "change_", "api_param_", "api_route_")  # their names are put together
    assert asked - set(composed) <= written
    unused = {
        key for key in written - asked if not key.startswith(composed) and not re.search(rf"['\"]{key}['\"]", source)
    }
    assert not unused


@pytest.mark.parametrize(
    ("reader", "language"), [("zh-TW", "zh-Hant-TW"), ("zh-HK", "zh-Hant-TW"), ("en-US", "en"), ("fr", "en")]
)
def test_a_reader_gets_the_nearest_texts(reader: str, language: str) -> None:
    assert catalogue(reader).language == language


def test_well_known_terms_have_names_in_both_languages() -> None:
    broader = "http://www.w3.org/2004/02/skos/core#broader"
    assert term_label(broader, "zh-Hant-TW") == ("上位", "zh-Hant-TW")
    assert term_label(broader, "en") == ("broader", "en")
    assert term_label("http://example.org/unknown", "en") is None


def test_names_of_last_resort() -> None:
    assert last_segment("http://www.w3.org/2004/02/skos/core#unknown") == "skos:unknown"
    assert last_segment("http://example.org/%E8%87%BA%E5%8C%97/") == "臺北"
    assert display_tag("zh-hant-tw") == "zh-Hant-TW"
    assert display_tag("en-gb") == "en-GB"


def test_a_text_that_counts_has_the_form_of_its_number() -> None:
    english, chinese = catalogue("en"), catalogue("zh-Hant-TW")
    assert [english("code_count", count=n) for n in ("0", 1, "2,001")] == ["0 codes", "1 code", "2,001 codes"]
    assert english("sparql_rows", rows="1") == "1 row"
    assert chinese("code_count", count="1") == "1 個代碼"


def test_a_further_language_has_its_own_rule_of_counting(tmp_path: Path) -> None:
    rule = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
    said = ("{count} kod", "{count} kody", "{count} kodów")
    forms = "".join(f'msgstr[{number}] "{text}"\n' for number, text in enumerate(said))
    (tmp_path / "pl.po").write_text(
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {rule}\\n"\n\n'
        f'msgctxt "code_count"\nmsgid "{{count}} code"\nmsgid_plural "{{count}} codes"\n{forms}'
    )
    findings = Findings()
    polish = with_texts(TEXTS, {"pl": tmp_path / "pl.po"}, findings).catalogue("pl")
    assert list(findings) == []
    assert [polish("code_count", count=n) for n in (1, 3, 12)] == ["1 kod", "3 kody", "12 kodów"]
    assert polish("vocabulary_count", count=1) == "1 term"  # not translated
