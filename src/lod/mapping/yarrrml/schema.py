"""A JSON Schema of YARRRML files, for editors to complete and underline: https://json-schema.org/draft/2020-12/schema.

It knows which keys stand where, short names included; what is behind them is checked by the reader, which says more.
"""

from __future__ import annotations

from typing import Any

from lod.mapping.yarrrml.keys import PLACES

_Schema = dict[str, Any]

# (place, key) → the places whose keys may stand behind the key, and whether under names of their own.
_BEHIND: dict[tuple[str, str], tuple[tuple[str, ...], bool]] = {
    ("a mapping file", "sources"): (("a source",), True),
    ("a mapping file", "targets"): (("a target",), True),
    ("a mapping file", "mappings"): (("a mapping",), True),
    ("a mapping", "sources"): (("a source",), False),
    ("a mapping", "subjects"): (("a term",), False),
    ("a mapping", "predicateobjects"): (("a predicate-object",), False),
    ("a mapping", "graphs"): (("a term",), False),
    ("a predicate-object", "predicates"): (("a term",), False),
    ("a predicate-object", "inversepredicates"): (("a term",), False),
    ("a predicate-object", "objects"): (("an object",), False),
    ("a predicate-object", "graphs"): (("a term",), False),
    ("a source", "credentials"): (("credentials",), False),
    ("a parameter", "value"): (("a function",), False),
    ("an object", "value"): (("a function",), False),
    ("an object", "datatype"): (("a function",), False),
    ("an object", "language"): (("a language",), False),
    ("a term", "value"): (("a function",), False),
}
_BEHIND |= {(place, "condition"): (("a condition",), False) for place in PLACES if "condition" in PLACES[place]}
_BEHIND |= {(place, "targets"): (("a target",), False) for place in PLACES if place != "a mapping file"}
_BEHIND |= {(place, "parameters"): (("a parameter",), False) for place in PLACES if "parameters" in PLACES[place]}
_SCALAR: _Schema = {"type": ["string", "number", "boolean"]}  # null is no value: LOD3060
_NULL: _Schema = {"type": "null"}
# What has to be said at a place.
_NEEDED = {
    "a mapping file": "mappings",
    "a mapping": "sources",
    "a predicate-object": "objects",
    "a target": "access",
    "a parameter": "value",
}


def json_schema() -> _Schema:
    """The schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "YARRRML mapping",
        **_place("a mapping file"),
        "$defs": {_name(place): _place(place) for place in PLACES if place != "a mapping file"},
    }


def _place(place: str) -> _Schema:
    properties: _Schema = {}
    for name, key in PLACES[place].items():
        if key.is_later:
            continue
        properties[name] = _behind(place, name, f"{key.meaning} ({key.kind})")
        properties |= {alias: {"description": f"Short for {name}.", **_only(properties[name])} for alias in key.aliases}
    schema: _Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if needed := _NEEDED.get(place):
        schema["anyOf"] = [{"required": [name]} for name in (needed, *PLACES[place][needed].aliases)]
    return schema


def _only(schema: _Schema) -> _Schema:
    return {name: value for name, value in schema.items() if name != "description"}


def _behind(place: str, key: str, description: str) -> _Schema:
    if (place, key) not in _BEHIND:
        return {"description": description}
    there, several = _BEHIND[place, key]
    keyed = [{"$ref": f"#/$defs/{_name(each)}"} for each in there]
    inner: _Schema = {"type": "array", "items": {"anyOf": [_SCALAR, {"type": "array"}, *keyed]}}
    may_be_null = [_NULL] if (place, key) == ("a mapping", "subjects") else []
    one: _Schema = {"anyOf": [_SCALAR, inner, *keyed, *may_be_null]}
    return {"description": description, **({"type": "object", "additionalProperties": one} if several else one)}


def _name(place: str) -> str:
    return place.removeprefix("a ").removeprefix("an ").replace(" ", "-")
