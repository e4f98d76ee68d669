"""What the query editor can complete: the classes and properties that a release holds, counted by its VoID description.

Partitions: https://www.w3.org/TR/void/#class-property-partitions . Nothing is asked of anyone else.
"""

from __future__ import annotations

import json

from pyoxigraph import NamedNode

from lod.rdf.namespaces import PREFIXES, VOID
from lod.server.served import ServedRelease

MOST = 2_000  # classes, and properties: a page carries them

_DESCRIPTIONS = ("class", "property")


def editor_terms(served: ServedRelease, language: str) -> str:
    """Prefixes, classes and properties with their labels in a language, as JSON that may stand in a page."""
    return served.memo.get(f"editor terms {language}", lambda: _terms(served, language))


def _terms(served: ServedRelease, language: str) -> str:
    classes, properties = (_in_use(served, kind, language) for kind in _DESCRIPTIONS)
    known = {**PREFIXES, **own_prefixes(served)}
    text = json.dumps({"prefixes": known, "classes": classes, "properties": properties}, ensure_ascii=False)
    return text.replace("<", "\\u003c")  # no text can end the element that holds it


def _in_use(served: ServedRelease, kind: str, language: str) -> list[dict[str, str]]:
    quads = served.metadata.quads_for_pattern(None, NamedNode(VOID + kind), None, None)
    iris = sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})
    return [{"iri": iri, "label": served.labels.label(iri, language).value} for iri in iris[:MOST]]


def own_prefixes(served: ServedRelease) -> dict[str, str]:
    """Short names for the places where the project's own terms stand."""
    base = served.space.base
    return {"id": f"{base}id/", "code": f"{base}id/code/", "def": f"{base}def/", "data": f"{base}data/"}
