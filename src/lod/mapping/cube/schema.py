"""A JSON Schema of cube files, for editors to complete and underline: https://json-schema.org/draft/2020-12/schema.

It knows which keys stand where; what is behind them is checked by the reader, which says more.
"""

from __future__ import annotations

from typing import Any

from lod.mapping.cube.keys import PLACES

_Schema = dict[str, Any]

# (place, key) → the place of what is behind the key, and whether that is one of several under names of their own.
_BEHIND: dict[tuple[str, str], tuple[str, bool]] = {
    ("a cube file", "dataset"): ("'dataset'", False),
    ("a cube file", "layout"): ("'layout'", False),
    ("a cube file", "values"): ("'values'", False),
    ("a cube file", "checks"): ("'checks'", False),
    ("a cube file", "codelists"): ("a code list", True),
    ("a cube file", "dimensions"): ("a dimension", True),
    ("a cube file", "units"): ("a unit", True),
    ("a cube file", "measures"): ("a measure", True),
    ("a cube file", "attributes"): ("an attribute", True),
    ("a cube file", "slices"): ("a slice key", True),
    ("a code list", "codes"): ("a code", True),
    ("'layout'", "header"): ("'header'", False),
    ("'layout'", "labels"): ("'labels'", False),
    ("'labels'", "hierarchy"): ("'hierarchy'", False),
    ("a measure", "dataset"): ("'dataset'", False),
}
_REMOVED: _Schema = {"type": ["string", "null"]}  # `key: ~` takes out what an extended file says


def json_schema() -> _Schema:
    """The schema. Only the file's own dataset needs its keys: parts of a file may be elsewhere (`extends`)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cube file",
        **_place("a cube file"),
        "$defs": {_name(place): _place(place) for place in PLACES if place != "a cube file"},
    }


def _place(place: str) -> _Schema:
    keys = {key: _behind(place, key, f"{is_.meaning} ({is_.kind})") for key, is_ in PLACES[place].items()}
    others: bool | _Schema = {"type": "string"} if place == "a code" else False  # its texts by language
    return {"type": "object", "properties": keys, "additionalProperties": others}


def _behind(place: str, key: str, description: str) -> _Schema:
    if (place, key) == ("a cube file", "editions"):
        return {"description": description, "type": "array", "items": {"anyOf": [{"$ref": "#"}, {"type": "string"}]}}
    if (place, key) not in _BEHIND:
        return {"description": description}
    there, several = _BEHIND[place, key]
    one: _Schema = {"anyOf": [{"$ref": f"#/$defs/{_name(there)}"}, _REMOVED]}
    return {"description": description, **({"type": "object", "additionalProperties": one} if several else one)}


def _name(place: str) -> str:
    return place.strip("'").removeprefix("an ").removeprefix("a ").replace(" ", "-")
