"""Turtle as people write it: property lists, and names with prefixes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from lod.mapping.functions import PREFIXES as FUNCTION_PREFIXES
from lod.rdf.namespaces import PREFIXES

FORMATS = "http://www.w3.org/ns/formats/"
_NAMESPACES = {
    **PREFIXES,
    **FUNCTION_PREFIXES,
    "rml": "http://w3id.org/rml/",
    "d2rq": "http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "formats": FORMATS,
    "sd": "http://www.w3.org/ns/sparql-service-description#",
}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_\-]*[A-Za-z0-9_])?\Z")  # a safe part of PN_LOCAL


@dataclass(frozen=True, slots=True)
class Properties:
    """A resource without a name: predicates and their values, in order."""

    pairs: list[Pair]

    def written(self, indent: str) -> str:
        """As a blank node's property list, on one line if it is short."""
        inner = indent + "  "
        lines = [f"{name} {value if isinstance(value, str) else value.written(inner)}" for name, value in self.pairs]
        short = "[ " + " ; ".join(lines) + " ]"
        if len(short) + len(indent) <= 100 and "\n" not in short:
            return short
        return "[\n" + " ;\n".join(inner + line for line in lines) + f"\n{indent}]"


Pair: TypeAlias = "tuple[str, str | Properties]"


@dataclass(slots=True)
class Names:
    """The prefixes of a document: those that are used are declared."""

    used: set[str] = field(default_factory=set)

    def iri(self, value: str) -> str:
        """An IRI, by a prefix where one is known."""
        cut = max(value.rfind("#"), value.rfind("/"), value.rfind(":")) + 1
        name = next((name for name, namespace in _NAMESPACES.items() if namespace == value[:cut]), None)
        if name is None or not _LOCAL.match(value[cut:]):
            return f"<{value}>"
        self.used.add(name)
        return f"{name}:{value[cut:]}"

    def declarations(self) -> list[str]:
        """The lines that declare them."""
        return [f"@prefix {name}: <{_NAMESPACES[name]}> ." for name in sorted(self.used)]
