"""The JSON that the API answers, as JSON Schema 2020-12 (OpenAPI 3.1 §4.8.24), by the names in the table of routes."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_PATH: Schema = {"type": "string", "format": "uri-reference"}
_IRI: Schema = {"type": "string", "format": "iri"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"$ref": "#/components/schemas/Texts"}


def _or_null(schema: Schema) -> Schema:
    return {"oneOf": [schema, {"type": "null"}]}


def _object(**properties: Schema) -> Schema:
    """An object with these properties and no others; an answer has them all."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list_of(item: Schema, **more: Schema) -> Schema:
    return _object(
        items={"type": "array", "items": item},
        total=_COUNT,
        limit={"type": "integer", "minimum": 1},
        next=_or_null(_PATH),
        release=_TEXT,
        license=_IRI,
        **more,
    )


_LINKS = _object(
    self=_PATH, structure=_PATH, slices=_PATH, observations=_or_null(_PATH), page=_PATH, data=_PATH
)  # fmt: skip
_SUMMARY: dict[str, Schema] = {
    "id": _TEXT,
    "iri": _IRI,
    "title": _TEXTS,
    "description": _TEXTS,
    "links": _LINKS,
}
_NAMED: dict[str, Schema] = {"iri": _IRI, "label": _TEXTS}

SCHEMAS: dict[str, Schema] = {
    "Texts": {
        "type": "object",
        "description": "Texts by language tag (BCP 47); 'und' where the language is not said.",
        "additionalProperties": _TEXT,
    },
    "DatasetList": _list_of(_object(**_SUMMARY)),
    "Dataset": _object(
        **_SUMMARY,
        publisher=_or_null(_object(**_NAMED)),
        license=_IRI,
        release=_TEXT,
        issued={"type": "string", "format": "date-time"},
        observationCount=_COUNT,
        complete={"type": "boolean", "description": "Whether every observation can be asked for here."},
        dimensions={"type": "array", "items": _TEXT},
        measures={"type": "array", "items": _TEXT},
    ),
    "Structure": _object(
        dataset=_IRI,
        release=_TEXT,
        dimensions={
            "type": "array",
            "items": _object(key=_TEXT, **_NAMED, role=_TEXT, codeList=_or_null(_IRI), codeCount=_COUNT, codes=_PATH),
        },
        measures={"type": "array", "items": _object(key=_TEXT, **_NAMED, unit=_or_null(_object(**_NAMED)))},
        attributes={"type": "array", "items": _object(**_NAMED)},
    ),
    "CodeList": _list_of(
        _object(
            code=_TEXT,
            iri=_or_null(_IRI),
            label=_TEXTS,
            notation=_or_null(_TEXT),
            level=_COUNT,
            hasParts={"type": "boolean"},
        )
    ),
    "SliceList": _list_of(
        _object(**_NAMED, fixed={"type": "object", "additionalProperties": _TEXT}, observations=_PATH)
    ),
    "ObservationList": _list_of(
        {
            "type": "object",
            "description": "Codes by dimension, figures by measure, and under {measure}_status: value, missing or "
            "confidential.",
            "properties": {"observation": _IRI},
            "required": ["observation"],
            "additionalProperties": {"type": ["string", "number", "null"]},
        },
        columns={"type": "array", "items": _TEXT},
        complete={"type": "boolean", "description": "Whether every observation can be asked for here."},
    ),
    "Problem": {
        "type": "object",
        "description": "What is wrong (RFC 9457): every finding at once, with its code (`lod explain CODE`).",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "findings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "code": _TEXT,
                        "message": _TEXT,
                        "hint": _TEXT,
                        "in_each_language": _TEXTS,
                    },
                    "required": ["code", "message", "in_each_language"],
                },
            },
        },
        "required": ["type", "title", "status"],
    },
}
