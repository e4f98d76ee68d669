"""The page of the API: what can be asked, with which parameters, and an example of each with the site's own data."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from lod.server.addresses import Address
from lod.server.api.datasets import dataset_keys, parameter_names
from lod.server.api.openapi import APIS, OPENAPI
from lod.server.api.routes import ROUTES, Route
from lod.server.cubes.cube import read_cube
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader
from lod.server.served import ServedRelease


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter in the table of a route."""

    name: str
    text: str
    values: str  # what it may be, '' for any text


@dataclass(frozen=True, slots=True)
class RouteSection:
    """One kind of address."""

    name: str
    path: str
    text: str
    parameters: tuple[ParameterRow, ...]
    media_types: str
    example: str | None  # with data of this site; None where it has none


@dataclass(frozen=True, slots=True)
class ApiPage:
    """Context of `api.html`."""

    frame: Frame
    openapi: str
    apis: str
    routes: tuple[RouteSection, ...]


def api_page(reader: Reader, address: Address) -> ApiPage:
    """What the API offers, for people."""
    prefix, title = reader.served.space.prefix, reader.t("api")
    canonical = f"{reader.served.space.base}api"
    examples = _examples(reader.served)
    return ApiPage(
        frame=make_frame(reader, address, title, crumbs=(Crumb(title),), formats=(), canonical=canonical),
        openapi=prefix + OPENAPI,
        apis=prefix + APIS,
        routes=tuple(_section(reader, route, examples) for route in ROUTES),
    )


def _section(reader: Reader, route: Route, examples: dict[str, str]) -> RouteSection:
    rows = [
        ParameterRow(p.name, reader.t(f"api_param_{p.name}"), _values(reader, p.name, p.schema))
        for p in route.parameters
    ]
    if route.filters:
        rows.append(ParameterRow(reader.t("api_dimension"), reader.t("api_param_dimensions"), ""))
    example = examples.get(route.name)
    return RouteSection(
        name=route.name,
        path=route.path,
        text=reader.t(f"api_route_{route.name}"),
        parameters=tuple(rows),
        media_types=", ".join(item.media_type for item in route.formats),
        example=reader.served.space.prefix + example if example else None,
    )


def _values(reader: Reader, name: str, schema: dict[str, object]) -> str:
    if schema["type"] == "integer":
        return f"{schema['minimum']}–{schema['maximum']}"
    names = reader.served.site.languages if name == "labels" else schema.get("enum", ())
    return ", ".join(names) if isinstance(names, (list, tuple)) else ""


def _examples(served: ServedRelease) -> dict[str, str]:
    """An address of each kind, with the first dataset that has figures."""
    for key, iri in dataset_keys(served).items():
        cube = read_cube(served, iri)
        if not cube.figures.count or not cube.dimensions:
            continue
        here, names = f"/api/v1/datasets/{quote(key, safe='')}", parameter_names(cube)
        name = quote(names[cube.dimensions[0].iri], safe="")
        return {
            "datasets": "/api/v1/datasets",
            "dataset": here,
            "structure": f"{here}/structure",
            "codes": f"{here}/dimensions/{name}/codes",
            "slices": f"{here}/slices",
            "observations": f"{here}/observations?labels={served.site.languages[0]}&limit=10",
        }
    return {"datasets": "/api/v1/datasets"}
