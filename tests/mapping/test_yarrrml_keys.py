"""The keys of YARRRML as they are described: every example is read, the schema knows what the reader knows."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from lod.diagnostics import Findings
from lod.mapping.read import read_mappings
from lod.mapping.yarrrml import keys, schema
from lod.mapping.yarrrml.keys import PLACES

KEYS = [(place, name) for place, found in PLACES.items() for name, key in found.items() if not key.is_later]
Entries = dict[str, str]


def flow(entries: Entries) -> str:
    """Keys and values on one line."""
    return "{" + ", ".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def document(place: str, name: str, entry: Entries) -> Entries:
    """The root of a document that has `entry` at a place, beside what the place needs."""
    call = {"function": "grel:toUpperCase", "parameters": "[[grel:valueParam, $(name)]]"}
    alone = call if name in call else {"value": "$(id)"}
    equal = {"function": "idlab-fn:equal", "parameters": "[[str1, $(name)], [str2, B]]"}
    join = "{function: equal, parameters: [[str1, $(a), s], [str2, $(b), o]]}"
    match place:
        case "a mapping file":
            return entry
        case "a mapping":
            made = entry
        case "a predicate-object":
            base = {"predicates": "ex:p", "objects": "ex:a~iri" if name == "inversepredicates" else "$(name)"}
            return document("a mapping", "", {"po": f"[{flow(base | entry)}]"})
        case "a term":
            return document("a mapping", "", {"s": flow(alone | entry)})
        case "an object":
            of = {"mapping": "office", "condition": join} if name in ("mapping", "condition") else alone
            return document("a mapping", "", {"po": f"[[ex:p, {flow(of | entry)}]]"})
        case "a language":
            of = alone if name in call else {"value": "zh"}
            return document("an object", "language", {"value": "$(name)", "language": flow(of | entry)})
        case "a function":
            return document("an object", "datatype", {"datatype": flow(call | entry)})
        case "a condition":
            return document("a mapping", "", {"condition": flow(equal | entry)})
        case "a parameter":
            other = "s" if name == "from" else "o"
            one = flow({"parameter": "str1", "value": "$(a)"} | entry)
            condition = f"{{function: equal, parameters: [{one}, [str2, $(b), {other}]]}}"
            return document("an object", "mapping", {"mapping": "office", "condition": condition})
        case "a source":
            needs = {"sheet": "xlsx", "table": "sqlite", "query": "sqlite", "queryFormulation": "sqlite"}
            read_as = {"referenceFormulation": needs[name]} if name in needs else {}
            table = {"table": "staff"} if name in ("queryFormulation", "credentials") else {}
            base = {"access": "a.csv"} | read_as | table
            if name == "credentials":
                base |= {"access": "postgresql://localhost/hr", "type": "postgresql"}
            return document("a mapping", "", {"sources": flow(base | entry)})
        case "credentials":
            both = {"username": "lod", "password": "$LOD_PASSWORD"}
            return document("a source", "credentials", {"credentials": flow(both | entry)})
        case "a target":
            return {"targets": f"{{dump: {flow({'access': 'a.nt'} | entry)}}}"}
    base = {"sources": "staff", "s": "'ex:$(id)'", "po": "[[ex:p, $(name)]]"}
    full = {"sources": "sources", "subjects": "s", "predicateobjects": "po"}
    mapping = {
        full.get(key, key): value for key, value in (base | {full.get(k, k): v for k, v in made.items()}).items()
    }
    office = "{sources: staff, s: 'ex:$(id)', po: [[ex:p, $(name)]]}"
    return {"mappings": f"{{one: {flow(mapping)}, office: {office}}}"}


@pytest.mark.parametrize(("place", "name"), KEYS)
def test_every_example_is_read(place: str, name: str, tmp_path: Path) -> None:
    example = PLACES[place][name].example
    root = {
        "prefixes": "{ex: 'https://example.org/'}",
        "sources": "{staff: ['staff.csv~csv']}",
        "targets": "{dump: ['dump.nt~void', ntriples]}",
        "mappings": "{office: {sources: staff, s: 'ex:$(id)', po: [[ex:p, $(name)]]}}",
    }
    text = "\n".join(f"{key}: {value}" for key, value in (root | document(place, name, {name: example})).items())
    assert f"{name}: {example}" in text or name in ("subjects", "predicateobjects")
    (tmp_path / "m.yml").write_text(text, encoding="utf-8")
    findings = Findings()
    mapping = read_mappings([tmp_path / "m.yml"], findings)
    assert [f"{each.code} {each.message}" for each in findings.errors] == [], text
    assert mapping.triples_maps


def test_the_schema_knows_every_key() -> None:
    made = schema.json_schema()
    for place, found in PLACES.items():
        there = made if place == "a mapping file" else made["$defs"][schema._name(place)]
        names = {name for name, key in found.items() if not key.is_later} | set(keys.aliases(place))
        assert set(there["properties"]) == names
        assert there["additionalProperties"] is False


def test_the_published_schema_is_that_of_the_code() -> None:
    path = Path(keys.__file__).parent.parent / "schemas" / "yarrrml.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == schema.json_schema()


GOOD = """prefixes: {ex: 'https://example.org/'}
sources: {p: {access: p.csv, referenceFormulation: csv, delimiter: tab}}
mappings:
  person:
    source: p
    s: ex:$(id)
    po: [[a, ex:Person], {p: ex:name, o: {value: $(name), language: zh}}, {p: ex:of, o: {mapping: person}}]
"""


@pytest.mark.parametrize(
    ("written", "mistaken"),
    [
        ("", ""),
        ("s: ex:$(id)", "s: null"),
        ("source: p", "sorce: p"),
        ("source: p", "graphs: ex:g"),
        ("value: $(name)", "valeu: $(name)"),
        ("value: $(name)", "value: ~"),
        ("p: ex:of, o:", "p: ex:of, obj:"),
        ("access: p.csv", "acess: p.csv"),
        ("mappings:", "maps:"),
    ],
)
def test_the_schema_underlines_what_the_reader_refuses(written: str, mistaken: str, tmp_path: Path) -> None:
    text = GOOD.replace(written, mistaken, 1)
    (tmp_path / "m.yml").write_text(text, encoding="utf-8")
    findings = Findings()
    read_mappings([tmp_path / "m.yml"], findings)
    is_valid = jsonschema_rs.validator_for(schema.json_schema()).is_valid(yaml.safe_load(text))
    assert is_valid is not bool(findings.errors)
    assert is_valid is (mistaken in ("", "s: null"))
