"""What a call is given, as the IR has it: each parameter once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lod.diagnostics import Findings, Origin, did_you_mean
from lod.mapping.functions import (
    PREFIXES,
    REFUSED,
    Function,
    Parameter,
    current_name,
    foreign_function,
    known_functions,
    short_name,
)
from lod.mapping.ir import Call, Expression
from lod.mapping.library.own import LISTED
from lod.wording import say


def arguments(function: Function, given: Iterable[tuple[Parameter, Expression]]) -> tuple[tuple[str, Expression], ...]:
    """The values by their parameters' names; those of a parameter that repeats are one list."""
    if function.is_foreign:
        return tuple((parameter.name, value) for parameter, value in given)
    found: dict[str, Expression] = {}
    listed: set[str] = set()
    for parameter, value in given:
        name = parameter.name
        before = found.get(name)
        if before is not None and parameter.repeats and name not in listed:
            before = Call(LISTED, (("item", before),), before.origin)
            listed.add(name)
        made = (("list", before), ("item", value)) if before is not None else ()
        found[name] = Call(LISTED, made, value.origin) if made else value
    return tuple(found.items())


def unknown_function(iri: str, written: str, origin: Origin | None, findings: Findings) -> Function | None:
    """The finding for a function that is not here. None if that is a slip; else the function, known by its name only.

    Findings: LOD3111 a slip, LOD3051 a function of others, LOD3052 one that is no function of its arguments.
    """
    if current_name(iri) in REFUSED:
        message = say("{written} has another value each time", written=written)
        hint = say("the same mapping and tables give the same statements: put the value in a column")
        findings.error("LOD3052", message, origin, hint)
        return foreign_function(current_name(iri))
    names = {short_name(each.iri): each for each in known_functions()}
    is_ours = current_name(iri).startswith(tuple(PREFIXES.values()))
    if is_ours or not iri.startswith(("http://", "https://", "urn:")):  # else a prefix that nobody declared
        message = say("there is no function '{written}'", written=written)
        findings.error("LOD3111", message, origin, did_you_mean(written, names))
        return None
    local = re.split("[#:/]", iri)[-1].lower()
    alike = [name for name in names if re.split("[:_]", name)[-1].lower() == local]
    hint = (
        say("did you mean '{near}'?", near=alike[0])
        if alike
        else say("an installed package can bring it: see the page")
    )
    findings.error("LOD3051", say("the function '{written}' is none that is known here", written=written), origin, hint)
    return foreign_function(iri)
