"""The small specifications: JSON with positions, language tags, URI templates, URLs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.csvw.syntax.json_document import Json, read_json
from lod.mapping.csvw.syntax.language_tags import is_well_formed, languages_match
from lod.mapping.csvw.syntax.uri_template import UriTemplateError, Value, expand_template, parse_uri_template
from lod.mapping.csvw.syntax.urls import file_url, local_path, normalize_url

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def plain(json_: Json) -> object:
    match json_.value:
        case tuple() as items:
            return [plain(item) for item in items]
        case dict() as members:
            return {key: plain(value) for key, value in members.items()}
        case other:
            return other


@given(ANY_JSON, st.sampled_from([None, 2]), st.booleans())
def test_json_is_read_as_python_reads_it(value: object, indent: int | None, ascii_only: bool) -> None:
    findings = Findings()
    found = read_json(json.dumps(value, indent=indent, ensure_ascii=ascii_only), "m.json", findings)
    assert not findings.items
    assert found is not None
    assert plain(found) == value


def test_json_values_and_keys_know_their_places() -> None:
    found = read_json('{\n  "a": 1,\r\n  "名稱": ["x", true]\n}', "m.json", Findings())
    assert found is not None
    assert isinstance(found.value, dict)
    assert found.keys["名稱"] == TextOrigin("m.json", 3, 3, 4)
    names = found.value["名稱"].value
    assert isinstance(names, tuple)
    assert names[1].at == TextOrigin("m.json", 3, 15, 4)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a": 1,}', "m.json:1:9", "a key in double quotes"),
        ('{"a": 1\n "b": 2}', "m.json:2:2", "'}' or ','"),
        ('{"a": "x\n"}', "m.json:1:9", "may not run over the line"),
        ('{"a": "x', "m.json:1:7", "never closed"),
        ("[1, NaN]", "m.json:1:5", "a value is expected"),
        ('["\\q"]', "m.json:1:3", "no escape sequence"),
        ("[1] x", "m.json:1:5", "nothing may follow"),
        ("[" * 5000, "m.json:1:102", "nested deeper"),
        ("", "m.json:1:1", "a value is expected"),
    ],
)
def test_what_is_no_json_is_said_with_its_place(text: str, place: str, message: str) -> None:
    findings = Findings()
    assert read_json(text, "m.json", findings) is None
    assert [item.code for item in findings] == ["LOD3501"]
    assert str(findings.items[0].origin) == place
    assert message in findings.items[0].message


def test_a_key_that_stands_twice_is_a_warning_and_the_last_one_counts() -> None:
    findings = Findings()
    found = read_json('{"a": 1, "a": 2}', "m.json", findings)
    assert found is not None
    assert plain(found) == {"a": 2}
    assert not findings.errors
    assert [str(item.origin) for item in findings] == ["m.json:1:10"]


def test_language_tags() -> None:
    assert all(map(is_well_formed, ["zh", "zh-Hant-TW", "en-US", "de-CH-1996", "x-private", "und", "i-hak"]))
    assert not any(map(is_well_formed, ["", "1", "zh_TW", "zh-", "english language", "zh-Hant-TW-"]))
    assert languages_match("zh", "zh-Hant-TW")
    assert languages_match("EN-us", "en")
    assert languages_match("und", "zh")
    assert not languages_match("en", "de")


# Values and expansions of RFC 6570 §3.2
VARIABLES: dict[str, Value] = {
    "count": ["one", "two", "three"],
    "dub": "me/too",
    "hello": "Hello World!",
    "half": "50%",
    "var": "value",
    "who": "fred",
    "base": "http://example.com/home/",
    "path": "/foo/bar",
    "list": ["red", "green", "blue"],
    "v": "6",
    "x": "1024",
    "y": "768",
    "empty": "",
    "empty_list": [],
    "undef": None,
    "county": "臺北市",
}


@pytest.mark.parametrize(
    ("template", "expansion"),
    [
        ("{var}", "value"),
        ("{hello}", "Hello%20World%21"),
        ("{half}", "50%25"),
        ("O{empty}X", "OX"),
        ("O{undef}X", "OX"),
        ("{x,hello,y}", "1024,Hello%20World%21,768"),
        ("?{x,undef}", "?1024"),
        ("{var:3}", "val"),
        ("{list}", "red,green,blue"),
        ("{list*}", "red,green,blue"),
        ("{+hello}", "Hello%20World!"),
        ("{+half}", "50%25"),
        ("{base}index", "http%3A%2F%2Fexample.com%2Fhome%2Findex"),
        ("{+base}index", "http://example.com/home/index"),
        ("{+path:6}/here", "/foo/b/here"),
        ("{#x,hello,y}", "#1024,Hello%20World!,768"),
        ("{#undef}", ""),
        ("X{.list*}", "X.red.green.blue"),
        ("{/var,x}/here", "/value/1024/here"),
        ("{/list*}", "/red/green/blue"),
        ("{;v,empty,who}", ";v=6;empty;who=fred"),
        ("{?x,y,empty}", "?x=1024&y=768&empty="),
        ("{?x,y,undef}", "?x=1024&y=768"),
        ("{?list}", "?list=red,green,blue"),
        ("{?list*}", "?list=red&list=green&list=blue"),
        ("?fixed=yes{&x}", "?fixed=yes&x=1024"),
        ("{&empty_list}", ""),
        ("{county}", "%E8%87%BA%E5%8C%97%E5%B8%82"),
        ("a b/臺{var}", "a%20b/臺value"),
    ],
)
def test_uri_templates(template: str, expansion: str) -> None:
    assert expand_template(parse_uri_template(template), VARIABLES) == expansion


@pytest.mark.parametrize("template", ["{", "}", "a{b", "{}", "{a b}", "{=x}", "{x:0}", "{x:12345}", "{-}"])
def test_what_is_no_uri_template(template: str) -> None:
    with pytest.raises(UriTemplateError):
        parse_uri_template(template)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTP://Example.ORG:80/a/./b/../c", "http://example.org/a/c"),
        ("https://example.org:443", "https://example.org/"),
        ("https://example.org:8443/%7euser/%e8", "https://example.org:8443/~user/%E8"),
        ("http://example.org/a?x=%41#%41", "http://example.org/a?x=A#A"),
        ("http://example.org/../..", "http://example.org/"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_urls_are_normalised(url: str, normal: str) -> None:
    assert normalize_url(url) == normal
    assert normalize_url(normal) == normal


def test_a_url_is_a_file_at_the_same_distance(tmp_path: Path) -> None:
    document, base = tmp_path / "a" / "m.json", "http://example.org/x/a/m.json"
    assert local_path("http://example.org/x/a/b/%E8%A1%A8.csv?q#f", base, document) == document.parent / "b" / "表.csv"
    found = local_path("http://example.org/x/t.csv", base, document)
    assert found is not None
    assert found.resolve() == tmp_path / "t.csv"
    assert local_path("http://elsewhere.org/t.csv", base, document) is None
    assert local_path(file_url(document), base, document) == document
