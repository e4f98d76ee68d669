"""The functions that mappings may call: those that are built in, and those of plug-ins.

What is built in is GREL's by the names that FnO gives them, IDLab's and our own (`lod.mapping.library`). A plug-in is
an installed package with entry points in the group `lod.functions`; each names a `Function`. A mapping only ever names
functions: it brings no code. Functions whose value is another one each time (random numbers, the time of day) are
refused: the same mapping and the same tables give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.metadata import entry_points

from lod.mapping.library import grel_numbers, grel_text, idlab, own
from lod.mapping.library.function import (
    GREL,
    IDLAB,
    OURS,
    PREFIXES,
    Compute,
    Function,
    Parameter,
    current_name,
    short_name,
)
from lod.rdf.namespaces import XSD

__all__ = [
    "FUNCTIONS", "GREL", "IDLAB", "OURS", "PREFIXES", "Compute", "Function", "Parameter", "current_name",
    "foreign_function", "function_named", "known_functions", "short_name",
]  # fmt: skip

EQUAL = IDLAB + "equal"
LEGAL_IRI = OURS + "legalIri"
REFUSED = frozenset(
    current_name(each)
    for each in (IDLAB + "random", GREL + "date_now", GREL + "math_randomNumber", GREL + "math_random", GREL + "random")
)
"""Functions that people know and that are no functions of their arguments."""

FUNCTIONS: Mapping[str, Function] = {
    each.iri: each for each in (*grel_text.FUNCTIONS, *grel_numbers.FUNCTIONS, *idlab.FUNCTIONS, *own.FUNCTIONS)
}
"""What is built in."""


@lru_cache
def _plugged_in() -> Mapping[str, Function]:
    found = [each.load() for each in entry_points(group="lod.functions")]
    return {each.iri: each for each in found if isinstance(each, Function)}


def function_named(iri: str) -> Function | None:
    """The function of that IRI, None if there is none. GREL's may go without the kind of value: grel:trim."""
    name = current_name(iri)
    return FUNCTIONS.get(name) or _plugged_in().get(name) or _of_grel(name)


def _of_grel(iri: str) -> Function | None:
    names = [f"{GREL}{kind}_{iri[len(GREL) :]}" for kind in ("string", "array", "math", "date", "other", "boolean")]
    return next((FUNCTIONS[each] for each in names if iri.startswith(GREL) and each in FUNCTIONS), None)


def foreign_function(iri: str) -> Function:
    """A function of others, of which only the name is known."""
    return Function(iri, (), (), XSD + "string", "", None)


def known_functions() -> Iterable[Function]:
    """All functions, those of plug-ins too."""
    return (*FUNCTIONS.values(), *_plugged_in().values())
