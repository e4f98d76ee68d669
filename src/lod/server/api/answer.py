"""How the API answers: `/api/v1/…` by the table of routes, `/api/openapi.json`, `/apis.json`.

Web linking: RFC 8288; conditional requests: RFC 9110 §13; problem details: RFC 9457. `service-desc`: RFC 8631.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lod.rdf.formats import JSON, Format
from lod.server import answers
from lod.server.answers import Answer, header, link
from lod.server.api.datasets import (
    dataset_of,
    describe_dataset,
    describe_structure,
    list_codes,
    list_datasets,
    list_slices,
)
from lod.server.api.observations import as_csv, list_observations
from lod.server.api.openapi import APIS, OPENAPI, apis, openapi
from lod.server.api.request import Call, Refused, described, finding, read_call
from lod.server.api.routes import CSV, ROOT, ROUTES, Route, find_route
from lod.server.ask import Ask
from lod.server.negotiation import choose_format, prefers_html
from lod.server.served import ServedRelease
from lod.wording import joined, say

_ANSWERS: Mapping[str, Callable[[Call], dict[str, Any]]] = {
    "datasets": list_datasets,
    "dataset": describe_dataset,
    "structure": describe_structure,
    "codes": list_codes,
    "slices": list_slices,
    "observations": list_observations,
}
_TITLES = {400: "Bad Request", 404: "Not Found", 406: "Not Acceptable", 410: "Gone"}


def is_api(_: ServedRelease, ask: Ask) -> bool:
    """Whether a program's address is asked for: all below `/api/`, `/apis.json`, and `/api` itself by a program."""
    return ask.path.startswith(ROOT + "/") or ask.path == APIS or (ask.path == ROOT and not prefers_html(ask.accept))


def respond_to_api(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a request that `is_api`."""
    if ask.path == ROOT:  # of a program: a page for people stands there too
        answer = answers.redirect(303, served.space.prefix + OPENAPI)
        return replace(answer, headers=(*answer.headers, header("vary", "Accept, Accept-Language")))
    try:
        if ask.path in {OPENAPI, APIS}:
            return _description(served, ask)
        found = find_route(ask.path)
        if found is None:
            message = say("the API has no address {path}", path=ask.path)
            hint = say("one of {names}", names=joined(route.path for route in ROUTES))
            raise Refused(404, [finding("LOD9153", message, hint)])
        return _answer(served, ask, *found)
    except Refused as refused:
        return _problem(refused)


def _answer(served: ServedRelease, ask: Ask, route: Route, values: dict[str, str]) -> Answer:
    call = read_call(served, route, ask.path, values, ask.query)
    chosen = _format(call, ask.accept)
    vary = "Accept" if len(route.formats) > 1 and not call.one("format") else ""
    validator = answers.etag(served.etag_prefix, f"{ask.path}?{ask.query} {chosen.suffix}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, vary)
    page = _ANSWERS[route.name](call)
    body = as_csv(page) if chosen is CSV else written(page)
    links = [
        link(served.site.licence_iri, "license"),
        link(served.space.prefix + OPENAPI, "service-desc", type=JSON.media_type),
    ]
    if page.get("next"):
        links.append(link(page["next"], "next"))
    return Answer(
        200,
        (
            header("content-type", f"{CSV.media_type}; charset=utf-8" if chosen is CSV else JSON.media_type),
            header("etag", validator),
            header("cache-control", answers.SHORT),
            header("link", ", ".join(links)),
            *([header("vary", vary)] if vary else []),
            *([] if page.get("complete", True) else [header("truncated", f"observations={page['total']}")]),
        ),
        body,
    )


def _format(call: Call, accept: str) -> Format:
    asked = call.one("format")
    if asked is not None:
        call.refuse_if_wrong()
        return next(item for item in call.route.formats if item.suffix == asked)
    chosen = choose_format(accept, call.route.formats)
    if chosen is None:
        if "dataset" in call.values:
            dataset_of(call)  # what there is not is 404 in every format
        types = [item.media_type for item in call.route.formats]
        message = say("this address is answered as {names}", names=joined(types))
        raise Refused(406, [finding("LOD9151", message)], alternatives=types)
    return chosen


def _description(served: ServedRelease, ask: Ask) -> Answer:
    """The files that describe the API. Whoever asks for them by name wants JSON."""
    if ask.query:
        raise Refused(400, [finding("LOD9150", say("this address has no parameters"))])
    validator = answers.etag(served.etag_prefix, ask.path)
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT)
    make = openapi if ask.path == OPENAPI else apis
    body = served.pages.get(ask.path, lambda: written(make(served)))
    headers = (
        header("content-type", JSON.media_type),
        header("etag", validator),
        header("cache-control", answers.SHORT),
        header("link", link(served.space.prefix + ROOT, "service-doc", type="text/html")),
    )
    return Answer(200, headers, body)


def written(document: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8, Chinese as it is."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _problem(refused: Refused) -> Answer:
    detail = "; ".join(f"{item.message}: {item.hint}" if item.hint else item.message for item in refused.findings)
    extra = {"findings": [described(item) for item in refused.findings], **refused.extra}
    return answers.problem(refused.status, _TITLES[refused.status], detail, extra=extra)
