"""What a call is given, as the IR has it: each parameter once."""

from __future__ import annotations

from collections.abc import Iterable

from lod.diagnostics import Findings, Origin, did_you_mean
from lod.mapping.functions import REFUSED, Parameter, current_name, known_functions, short_name
from lod.mapping.ir import Call, Expression
from lod.mapping.library.own import LISTED
from lod.wording import say


def arguments(given: Iterable[tuple[Parameter, Expression]]) -> tuple[tuple[str, Expression], ...]:
    """The values by their parameters' names; those of a parameter that repeats are one list."""
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


def refuse_unknown(iri: str, written: str, origin: Origin | None, findings: Findings) -> None:
    """The finding for a function that there is not, or that is none of its arguments."""
    if current_name(iri) in REFUSED:
        message = say("{written} has another value each time", written=written)
        hint = say("the same mapping and tables give the same statements: put the value in a column")
    else:
        message = say("there is no function '{written}'", written=written)
        hint = did_you_mean(written, [short_name(each.iri) for each in known_functions()])
    findings.error("LOD3111", message, origin, hint)
