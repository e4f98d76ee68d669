"""What a function of a mapping is: its names, its parameters, and how its value is computed.

Values are texts, as cells are. A list is a text, too: a JSON array of texts (`as_list`, `list_of`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lod.rdf.namespaces import XSD

GREL = "http://users.ugent.be/~bjdmeest/function/grel.ttl#"
IDLAB = "https://w3id.org/imec/idlab/function#"
OURS = "urn:lod:function:"
PREFIXES = {"grel": GREL, "idlab-fn": IDLAB, "lod-fn": OURS}
_FORMER = {"http://example.com/idlab/function/": IDLAB}  # the namespace that IDLab's functions had before

Compute = Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function expects. `iris`: the parameter's own IRI and the predicate that FnO gives it.

    `repeats`: it may be given several times, and its value is the list of them.
    """

    name: str
    iris: tuple[str, ...]
    required: bool = True
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function. `compute` gets the arguments in the order of `parameters`, None for an optional one not given.

    A plug-in may give `sql` instead: an expression of DuckDB in which `{name}` stands for a parameter, as VARCHAR.
    """

    iri: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    datatype: str  # of the value, when it becomes a literal that says no other
    summary: str
    compute: Compute | None
    takes_nulls: bool = False  # computes with missing values too
    makes_list: bool = False  # several values: as a term each of them
    sql: str = ""

    @property
    def is_foreign(self) -> bool:
        """Whether it is known by its name only: a mapping that calls it can be written in another language, not run."""
        return self.compute is None and not self.sql

    def parameter(self, iri: str) -> Parameter | None:
        """The parameter of that IRI. What a foreign function takes nobody knows: anything."""
        if self.is_foreign:
            return Parameter(iri, (iri,), required=False)
        return next((each for each in self.parameters if current_name(iri) in each.iris), None)

    def __call__(self, *arguments: str | None) -> str | None:
        """The value; None when a required argument has none."""
        assert self.compute is not None, "the engine computes it"
        missing = any(a is None and p.required for a, p in zip(arguments, self.parameters, strict=True))
        return None if missing and not self.takes_nulls else self.compute(*arguments)


def current_name(iri: str) -> str:
    """An IRI in the namespace that its vocabulary has today."""
    return next((new + iri[len(old) :] for old, new in _FORMER.items() if iri.startswith(old)), iri)


def short_name(iri: str) -> str:
    """A function's or parameter's name as people write it: by prefix where there is one."""
    return next((f"{prefix}:{iri[len(ns) :]}" for prefix, ns in PREFIXES.items() if iri.startswith(ns)), f"<{iri}>")


# Parameters and outputs


def grel(name: str, *iris: str, required: bool = True, repeats: bool = False) -> Parameter:
    """A parameter of GREL."""
    return Parameter(name, tuple(GREL + each for each in iris), required, repeats)


def idlab(name: str, *, required: bool = True) -> Parameter:
    """A parameter of IDLab's functions."""
    return Parameter(name, (IDLAB + name, f"{IDLAB}_{name}", f"{IDLAB}p_{name}"), required)


VALUE = grel("value", "valueParam", "valueParameter")
VALUE_2 = grel("value2", "valueParam2", "valueParameter2")
STR = idlab("str")

TEXT_OUT = tuple(
    [GREL + n for n in ("stringOut", "stringOutput", "output_string", "o_string")]
    + [IDLAB + n for n in ("_stringOut", "stringOut", "o_stringOut")]
)
_ANY_OUT = tuple(GREL + n for n in ("output_any", "o_any"))
_NUMBER_OUT = tuple(GREL + n for n in ("output_number", "o_number", "output_integer", "o_integer"))
_DATE_OUT = tuple(GREL + n for n in ("output_date", "o_date", "output_datetime", "o_datetime"))
_LIST_OUT = (*(GREL + n for n in ("output_array", "o_array")), *(IDLAB + n for n in ("_listOut", "listOut")))
_BOOLEAN_OUT = tuple(
    [GREL + n for n in ("output_bool", "o_bool", "output_boolean", "o_boolean")]
    + [IDLAB + n for n in ("_boolOut", "boolOut", "o_boolOut")]
)
_OUTPUTS = {
    "string": (*TEXT_OUT, *_ANY_OUT),
    "integer": (*_NUMBER_OUT, *TEXT_OUT),
    "decimal": (*_NUMBER_OUT, *TEXT_OUT),
    "double": (*_NUMBER_OUT, *TEXT_OUT),
    "boolean": (*_BOOLEAN_OUT, *TEXT_OUT),
    "date": (*_DATE_OUT, *TEXT_OUT),
}


def define(
    iri: str,
    parameters: tuple[Parameter, ...],
    kind: str,
    summary: str,
    compute: Compute,
    *,
    takes_nulls: bool = False,
    makes_list: bool = False,
) -> Function:
    """A function whose value is naturally of an XSD datatype."""
    outputs = (*_OUTPUTS[kind], *(_LIST_OUT if makes_list else ()))
    return Function(iri, parameters, outputs, XSD + kind, summary, compute, takes_nulls, makes_list)


# Values


def boolean(value: bool) -> str:
    """As XSD writes it."""
    return "true" if value else "false"


def integer(text: str | None) -> int | None:
    """The number that a text writes, None if it writes none."""
    return int(text) if text is not None and re.fullmatch(r"[+-]?[0-9]+", text.strip()) else None


def list_of(values: Iterable[str | None]) -> str:
    """A list as a text."""
    return json.dumps(list(values), ensure_ascii=False)


def as_list(text: str) -> list[str | None]:
    """The list that a text is; any other text is a list of one."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return [text]
        if isinstance(found, list):
            return [each if each is None or isinstance(each, str) else json.dumps(each) for each in found]
    return [text]
