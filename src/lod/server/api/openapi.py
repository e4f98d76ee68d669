"""`/api/openapi.json` and `/apis.json`, made from the table of routes.

OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.0 ; APIs.json 0.19: https://apisjson.org/format/
"""

from __future__ import annotations

from typing import Any

from lod.rdf import languages
from lod.server.api.datasets import dataset_keys, parameter_names
from lod.server.api.routes import ROOT, ROUTES, Parameter, Route
from lod.server.api.schemas import SCHEMAS
from lod.server.cubes.cube import read_cube
from lod.server.served import ServedRelease
from lod.server.texts import FALLBACK

OPENAPI = f"{ROOT}/openapi.json"
APIS = "/apis.json"
MOST_NAMES = 100  # datasets that the description lists; of more, a client asks for the list
VERSION = "1.0.0"  # of the interface: /api/v1

Json = dict[str, Any]

_PROBLEMS = {
    "400": "api_status_400",
    "404": "api_status_404",
    "406": "api_status_406",
    "410": "api_status_410",
    "503": "api_status_503",
}


def said(served: ServedRelease, key: str) -> str:
    """A text of the interface in each language of the site: descriptions stand once in a file, for all readers."""
    found = dict.fromkeys(served.theme.catalogue(tag)(key) for tag in (FALLBACK, *served.site.languages))
    return "\n\n".join(found)


def openapi(served: ServedRelease) -> Json:
    """The description of the API of a release."""
    site = served.site
    return {
        "openapi": "3.1.0",
        "info": {
            "title": languages.pick(site.title, "en"),
            "summary": languages.pick(site.title, site.languages[0]),
            "description": said(served, "api_lead"),
            "version": VERSION,
            "license": {"name": languages.pick(site.licence_name, "en"), "url": site.licence_iri},
            "contact": _contact(served),
        },
        "externalDocs": {"url": served.space.base + ROOT[1:]},
        "servers": [{"url": served.space.prefix or "/"}],
        "tags": [{"name": "datasets", "description": said(served, "api_lead")}],
        "paths": {route.path: {"get": _operation(served, route)} for route in ROUTES},
        "components": {
            "schemas": SCHEMAS,
            "headers": {
                "ETag": {"schema": {"type": "string"}, "required": True},
                "Link": {"schema": {"type": "string"}, "description": "next, license, describedby (RFC 8288)"},
            },
            "responses": {
                status: {
                    "description": said(served, key),
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, key in _PROBLEMS.items()
            },
        },
    }


def _operation(served: ServedRelease, route: Route) -> Json:
    parameters = [_parameter(served, item) for item in route.parameters]
    if route.filters:
        parameters.append(
            {
                "name": "dimensions",
                "in": "query",
                "description": said(served, "api_param_dimensions"),
                "style": "form",
                "explode": True,
                "schema": {"type": "object", "additionalProperties": {"type": "string"}},
            }
        )
    content: Json = {}
    for item in route.formats:
        schema = {"$ref": f"#/components/schemas/{route.schema}"} if item.suffix == "json" else {"type": "string"}
        content[item.media_type] = {"schema": schema}
    codes = [code for code in _PROBLEMS if code != "404" or any(p.where == "path" for p in route.parameters)]
    return {
        "operationId": route.name,
        "summary": served.theme.catalogue(FALLBACK)(f"api_route_{route.name}"),
        "description": said(served, f"api_route_{route.name}"),
        "tags": list(route.tags),
        "parameters": parameters,
        "responses": {
            "200": {
                "description": said(served, "api_status_200"),
                "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Link")},
                "content": content,
            },
            "304": {"description": said(served, "api_status_304")},
            **{code: {"$ref": f"#/components/responses/{code}"} for code in codes},
        },
    }


def _parameter(served: ServedRelease, item: Parameter) -> Json:
    schema = item.schema
    names = _names(served).get(item.name, ())
    if names:
        schema = {"type": "string", "enum": list(names)}
    return {
        "name": item.name,
        "in": item.where,
        "required": item.where == "path",
        "description": said(served, f"api_param_{item.name}"),
        "schema": {"type": "array", "items": schema} if item.many else schema,
        **({"style": "form", "explode": True} if item.many else {}),
    }


def _names(served: ServedRelease) -> dict[str, tuple[str, ...]]:
    """The values that parameters have in this release, by parameter: a reader of the description can choose."""

    def read() -> dict[str, tuple[str, ...]]:
        keys = dataset_keys(served)
        if len(keys) > MOST_NAMES:
            return {"labels": served.site.languages}
        cubes = [(cube, parameter_names(cube)) for cube in (read_cube(served, iri) for iri in keys.values())]
        return {
            "dataset": tuple(keys),
            "labels": served.site.languages,
            "dimension": tuple(sorted({names[d.iri] for cube, names in cubes for d in cube.dimensions})),
            "measure": tuple(sorted({names[m.iri] for cube, names in cubes for m in cube.measures})),
        }

    return served.memo.get("api names", read)


def _contact(served: ServedRelease) -> Json:
    site = served.site
    contact = {"name": languages.pick(site.agency_name, "en"), "url": site.agency_iri}
    return {**contact, "email": site.agency_email} if site.agency_email else contact


def apis(served: ServedRelease) -> Json:
    """Which APIs there are, for directories of them."""
    site, base, created = served.site, served.space.base, served.release.manifest.created[:10]
    description = languages.pick(site.description, "en")
    return {
        "name": languages.pick(site.title, "en"),
        "description": description,
        "url": base + APIS[1:],
        "created": created,
        "modified": created,
        "specificationVersion": "0.19",
        "tags": ["open data", "statistics", "linked data"],
        "apis": [
            {
                "name": "Datasets",
                "description": served.theme.catalogue(FALLBACK)("api_lead"),
                "humanURL": base + ROOT[1:],
                "baseURL": base + ROOT[1:],
                "version": VERSION,
                "properties": [{"type": "OpenAPI", "url": base + OPENAPI[1:]}],
            },
            {
                "name": "SPARQL",
                "description": "SPARQL 1.1 Protocol over everything published.",
                "humanURL": base + "sparql",
                "baseURL": base + "sparql",
                "version": "1.1",
                "properties": [{"type": "Documentation", "url": base + "sparql"}],
            },
        ],
        "maintainers": [{"FN": languages.pick(site.agency_name, "en"), "url": site.agency_iri}],
    }
