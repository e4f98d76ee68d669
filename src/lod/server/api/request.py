"""A request to the API, read strictly: what is not understood is refused with all that is wrong at once.

Problem details: https://www.rfc-editor.org/rfc/rfc9457
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from lod.diagnostics import Diagnostic, Severity
from lod.server.api.routes import Parameter, Route
from lod.server.served import ServedRelease
from lod.wording import LANGUAGES, NOTHING, Wording, joined, say, translated

_MOST_FIELDS = 200
_CURSOR = re.compile(r"([A-Za-z0-9-]{1,80})\.(\d{1,12})\Z")


class Refused(Exception):
    """There is no answer: a status, and what was found wrong with the request."""

    def __init__(self, status: int, findings: Sequence[Diagnostic], **extra: Any) -> None:
        super().__init__(*(item.message for item in findings))
        self.status = status
        self.findings = tuple(findings)
        self.extra = extra


def finding(code: str, message: Wording, hint: Wording = NOTHING) -> Diagnostic:
    """One thing that is wrong with a request."""
    return Diagnostic(code, Severity.ERROR, message, hint=hint)


def described(item: Diagnostic) -> dict[str, Any]:
    """A finding as it stands in problem+json, in each language."""
    said = {tag: (translated(item.message, tag), translated(item.hint, tag)) for tag in LANGUAGES}
    return {
        "code": item.code,
        "message": item.message,
        **({"hint": item.hint} if item.hint else {}),
        "in_each_language": {tag: f"{message}: {hint}" if hint else message for tag, (message, hint) in said.items()},
    }


def near(name: str, offered: Iterable[str]) -> Wording:
    """Did you mean; else the first of what there is."""
    names = list(offered)
    found = difflib.get_close_matches(name, names, 3, 0.5)
    if found:
        return say("did you mean {names}?", names=joined(found))
    return say("one of {names}", names=joined(names[:12])) if names else NOTHING


@dataclass(slots=True)
class Call:
    """A request that was matched: the release, the route, what the path and the query say.

    `filters` holds the parameters that are none of the route's; only routes that take dimensions may have them.
    """

    served: ServedRelease
    route: Route
    path: str  # below the site's root
    values: dict[str, str]
    query: list[tuple[str, str]]
    given: dict[str, list[str]] = field(default_factory=dict)
    filters: dict[str, list[str]] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)

    def one(self, name: str) -> str | None:
        """The value of a parameter that may be given once."""
        values = self.given.get(name)
        return values[0] if values else None

    def many(self, name: str) -> list[str]:
        """The values of a parameter."""
        return self.given.get(name, [])

    @property
    def limit(self) -> int:
        """How many entries a page may have."""
        schema = next(item.schema for item in self.route.query if item.name == "limit")
        return int(self.one("limit") or schema["default"])

    @property
    def start(self) -> int:
        """How many entries were told before.

        Raises:
            Refused: 410, LOD9152: the cursor is of a release that is not this one.
        """
        found = _CURSOR.match(self.one("after") or "")
        if found is None:
            return 0
        name, place = found.groups()
        if name == self.release:
            return int(place)
        space = self.served.space
        again = self._url([pair for pair in self.query if pair[0] != "after"])
        frozen = f"{space.root}/release/{name}{self.path}?{urlencode(self.query)}"
        message = say("this page is of release {name}; {release} is published now", name=name, release=self.release)
        hint = say("begin anew, or go on in the older release")
        raise Refused(410, [finding("LOD9152", message, hint)], begin=again, frozen=frozen)

    @property
    def release(self) -> str:
        """The release that answers."""
        return self.served.release.manifest.name

    def page_after(self, place: int, total: int) -> str | None:
        """The address of the next page; None when `place` is the end."""
        if place >= total:
            return None
        rest = [pair for pair in self.query if pair[0] != "after"]
        return self._url([*rest, ("after", f"{self.release}.{place}")])

    def _url(self, query: list[tuple[str, str]]) -> str:
        return self.served.space.prefix + self.path + (f"?{urlencode(query)}" if query else "")

    def refuse_if_wrong(self) -> None:
        """All that was found wrong until now, at once.

        Raises:
            Refused: 400.
        """
        if self.findings:
            raise Refused(400, self.findings)


def read_call(served: ServedRelease, route: Route, path: str, values: dict[str, str], query: str) -> Call:
    """Read a request's query.

    Raises:
        Refused: 400, LOD9150 or LOD9151; a route that takes dimensions says what it finds with what they name.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        message = say("the query cannot be read: {error}", error=error)
        hint = say("escape parameters as UTF-8, at most {most} of them", most=_MOST_FIELDS)
        raise Refused(400, [finding("LOD9151", message, hint)]) from error
    call = Call(served, route, path, values, pairs)
    known = {item.name: item for item in route.query}
    for name, value in pairs:
        if name in known:
            call.given.setdefault(name, []).append(value)
        elif route.filters:
            call.filters.setdefault(name, []).append(value)
        else:
            message = say("there is no parameter '{name}' here", name=name)
            call.findings.append(finding("LOD9150", message, near(name, known)))
    for name, found in call.given.items():
        call.findings += _wrong(known[name], found)
    if not route.filters:
        call.refuse_if_wrong()
    return call


def _wrong(parameter: Parameter, values: list[str]) -> Iterable[Diagnostic]:
    """What is wrong with the values of a parameter, by its schema (JSON Schema 2020-12, the few words we use)."""
    name, schema = parameter.name, parameter.schema
    if len(values) > 1 and not parameter.many:
        yield finding(
            "LOD9151", say("{name} is given {times} times", name=name, times=len(values)), say("give it once")
        )
    for value in values:
        hint = NOTHING
        if schema["type"] == "integer":
            least, most = schema["minimum"], schema["maximum"]
            if not (re.fullmatch("[0-9]{1,9}", value) and least <= int(value) <= most):
                hint = say("a whole number from {least} to {most}", least=least, most=most)
        elif "enum" in schema:
            if value not in schema["enum"]:
                hint = near(value, schema["enum"])
        elif "pattern" in schema:
            if not re.search(schema["pattern"], value):
                hint = say("take it from 'next' of an answer")
        elif not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10_000):
            hint = say("{least} to {most} characters", least=schema["minLength"], most=schema.get("maxLength", 10_000))
        if hint:
            yield finding("LOD9151", say("{name}={value} cannot be", name=name, value=value), hint)
