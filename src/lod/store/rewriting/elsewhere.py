"""A query as a store elsewhere may be asked it: about the graphs of the release, and nothing else that is there.

Such a store may hold what is not ours to show. The protocol's parameters choose the graphs (SPARQL 1.1 Protocol
§2.1.4), but engines add what FROM NAMED names (Virtuoso 7), and read more in comments and IRIs than the specification
has. So neither is passed on.
"""

from __future__ import annotations

import re

from lod.rdf.iris import resolve
from lod.store.guard import Query, QueryError
from lod.store.rewriting.tags import with_known_tags
from lod.store.tokens import TOKEN
from lod.wording import say

_OUTWARD = re.compile(
    r"(?:bif:|sql:|java:|http://www\.openlinksw\.com/schemas/(?:bif|sql)#|http://jena\.apache\.org/ARQ/)",
    re.IGNORECASE,
)
_LEFT_OUT = {"": ("BASE", "FROM"), "FROM": ("NAMED",)}


def alone(query: Query, base_iri: str) -> str:
    """The text of a query that our own parser has read: without comments and dataset clauses, its IRIs absolute.

    Raises:
        QueryError: LOD9120 it means functions that only the other engine has, and that may lead out of its graphs.
    """
    parts: list[str] = []
    clause = ""  # the words of a clause that is left out, until its IRI comes
    for found in TOKEN.finditer(with_known_tags(query.text, of_any_engine=True)):
        text, word = found.group(), found.group().upper() if found.lastgroup == "word" else ""
        if found.lastgroup == "blank":
            parts.append(" ")
        elif word in _LEFT_OUT.get(clause, ()):
            clause = word
        elif found.lastgroup == "iri":
            iri = resolve(base_iri, text[1:-1]) if base_iri else text[1:-1]
            if clause == "BASE":
                base_iri = iri
            elif not clause:
                parts.append(f"<{_checked(iri)}>")
            clause = ""
        elif clause:
            clause = ""
        else:
            parts.append(text)
    return "".join(parts).strip()


def _checked(iri: str) -> str:
    if _OUTWARD.match(iri):
        raise QueryError(
            say("<{name}> is not known here", name=iri),
            code="LOD9120",
            hint=say("use the functions of SPARQL 1.1, casts of xsd: and the functions of GeoSPARQL"),
        )
    return iri
