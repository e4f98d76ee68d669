"""What the API offers: one table of routes, from which requests are matched and `/api/openapi.json` is made.

Taiwan's guideline for government APIs (共通性應用程式介面規範, 2017): resources as paths, a version in the path, an
OpenAPI description, discovery by `apis.json`. OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import unquote

from lod.rdf.formats import JSON, RESULTS_CSV, Format

ROOT = "/api"
V1 = f"{ROOT}/v1"
DEFAULT_LIMIT = 100
MOST_LISTED = 1_000  # datasets, codes, slices on a page
MOST_ROWS = 10_000  # observations on a page

CSV = Format("CSV", "csv", RESULTS_CSV.media_types)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a route. `name` is also the key of its description in the texts: `api_param_{name}`."""

    name: str
    where: Literal["path", "query"]
    schema: dict[str, Any]
    many: bool = False  # may be given several times


def _limit(most: int) -> Parameter:
    return Parameter(
        "limit", "query", {"type": "integer", "minimum": 1, "maximum": most, "default": min(DEFAULT_LIMIT, most)}
    )


# What the texts of requests may be: no control characters, which no key has.
_KEY = {"type": "string", "minLength": 1}
DATASET = Parameter("dataset", "path", _KEY)
DIMENSION = Parameter("dimension", "path", _KEY)
SEARCH = Parameter("q", "query", {"type": "string", "minLength": 1, "maxLength": 200})
AFTER = Parameter("after", "query", {"type": "string", "pattern": r"^[A-Za-z0-9-]{1,80}\.[0-9]{1,12}$"})
MEASURE = Parameter("measure", "query", _KEY, many=True)
LABELS = Parameter("labels", "query", _KEY)
FORM = Parameter("format", "query", {"type": "string", "enum": [JSON.suffix, CSV.suffix]})


@dataclass(frozen=True)
class Route:
    """One kind of address. `name` is the operation's, and of its description in the texts: `api_route_{name}`."""

    name: str
    path: str
    schema: str  # in `lod.server.api.schemas`
    parameters: tuple[Parameter, ...] = ()
    formats: tuple[Format, ...] = (JSON,)
    filters: bool = False  # dimensions of the dataset may be named as parameters
    tags: tuple[str, ...] = field(default=("datasets",))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(self.path)) + r"\Z")

    def match(self, path: str) -> dict[str, str] | None:
        """The values of its path parameters, or None when `path` (canonical, below the site's root) is another's."""
        found = self._pattern.match(path)
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None

    @property
    def query(self) -> tuple[Parameter, ...]:
        """What may stand behind the question mark."""
        return tuple(item for item in self.parameters if item.where == "query")


ROUTES = (
    Route("datasets", f"{V1}/datasets", "DatasetList", (SEARCH, _limit(MOST_LISTED), AFTER)),
    Route("dataset", f"{V1}/datasets/{{dataset}}", "Dataset", (DATASET,)),
    Route("structure", f"{V1}/datasets/{{dataset}}/structure", "Structure", (DATASET,)),
    Route(
        "codes",
        f"{V1}/datasets/{{dataset}}/dimensions/{{dimension}}/codes",
        "CodeList",
        (DATASET, DIMENSION, _limit(MOST_LISTED), AFTER),
    ),
    Route("slices", f"{V1}/datasets/{{dataset}}/slices", "SliceList", (DATASET, _limit(MOST_LISTED), AFTER)),
    Route(
        "observations",
        f"{V1}/datasets/{{dataset}}/observations",
        "ObservationList",
        (DATASET, MEASURE, LABELS, _limit(MOST_ROWS), AFTER, FORM),
        formats=(JSON, CSV),
        filters=True,
    ),
)

RESERVED = frozenset(parameter.name for route in ROUTES for parameter in route.query)
"""No dimension is called by these: one that has such a name is called by its IRI."""


def find_route(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path and the values in it."""
    for route in ROUTES:
        values = route.match(path)
        if values is not None:
            return route, values
    return None
