"""The key 'dataset' of a cube file → `Dataset`, as facts in the words of DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/)."""

from __future__ import annotations

import re
from datetime import date

from lod.mapping.cube.codelists import read_texts
from lod.mapping.cube.keys import known
from lod.mapping.cube.model import Dataset
from lod.mapping.document import Node, Text
from lod.mapping.ir import Constant
from lod.mapping.shapes import Shapes
from lod.mapping.templates import Names
from lod.rdf.namespaces import DCAT, DCT, PROV
from lod.wording import Wording, say

Fact = tuple[str, str, str, str]  # predicate, kind, language, text

IRI, TEXT, STRING, DATE = "iri", "text", "string", "date"  # the kinds of facts

_ID = re.compile(r"[a-z][a-z0-9-]*")
_IRIS = {
    "publisher": DCT + "publisher",
    "creator": DCT + "creator",
    "licence": DCT + "license",
    "rights": DCT + "rights",
    "access-rights": DCT + "accessRights",
    "contact": DCAT + "contactPoint",
    "spatial": DCT + "spatial",
    "themes": DCAT + "theme",
    "derived-from": PROV + "wasDerivedFrom",
    "relations": DCT + "relation",
}
_FREQUENCIES = {
    "annual": "ANNUAL",
    "half-yearly": "ANNUAL_2",
    "quarterly": "QUARTERLY",
    "monthly": "MONTHLY",
    "weekly": "WEEKLY",
    "daily": "DAILY",
    "irregular": "IRREG",
}
_AUTHORITY = "http://publications.europa.eu/resource/authority/frequency/"


def read_dataset(node: Node | None, names: Names, shapes: Shapes) -> Dataset | None:
    """The dataset; None, and findings, when it has no id."""
    keyed = shapes.keyed(node, "'dataset'")
    if keyed is None:
        return None
    given = shapes.keys(keyed, known("'dataset'"), place="'dataset'")
    described_here = shapes.text(given.get("described"))
    is_described = not (described_here and described_here.value == "false")
    for needed, example in (("id", "id: civil-servants-by-rank"), ("title", "title: {zh-Hant-TW: …, en: …}")):
        if (is_described or needed == "id") and shapes.lacks(keyed, given, needed):
            shapes.findings.error(
                "LOD3005", say("a dataset needs '{needed}'", needed=needed), keyed.origin, Wording(example)
            )
    name = shapes.text(given.get("id"))
    if name and not _ID.fullmatch(name.value):
        hint = say("it stands in URIs: lower-case letters, digits and hyphens")
        shapes.findings.error("LOD3603", say("'{name}' is no id of a dataset", name=name.value), name.origin, hint)
    if name is None:
        return None
    titles = read_texts(given.get("title"), shapes, "'title'")
    facts: list[Fact] = [(DCT + "identifier", STRING, "", name.value)]
    facts += [(DCT + "title", TEXT, language, text) for language, text in titles]
    described = read_texts(given.get("description"), shapes, "'description'")
    facts += [(DCT + "description", TEXT, language, text) for language, text in described]
    facts += _keywords(given.get("keywords"), shapes)
    for key, predicate in _IRIS.items():
        facts += [(predicate, IRI, "", iri_of(text, names, shapes)) for text in shapes.texts(given.get(key))]
    facts += [*_frequency(shapes.text(given.get("frequency")), names, shapes), *_dates(given, shapes)]
    return Dataset(name.value, tuple(facts), titles, name.origin, is_described)


def iri_of(text: Text, names: Names, shapes: Shapes) -> str:
    """The IRI that a text writes, its prefix expanded."""
    expression = names.iri(text, shapes.findings)
    return expression.value if isinstance(expression, Constant) else text.value


def _keywords(node: Node | None, shapes: Shapes) -> list[Fact]:
    keyed = shapes.keyed(node, "'keywords'") or ()
    return [(DCAT + "keyword", TEXT, key.value, text.value) for key, words in keyed for text in shapes.texts(words)]


def _frequency(text: Text | None, names: Names, shapes: Shapes) -> list[Fact]:
    if text is None:
        return []
    known_word = _FREQUENCIES.get(text.value)
    if known_word is None and ":" not in text.value and "/" not in text.value:
        hint = say("one of {frequencies}, or an IRI", frequencies=", ".join(_FREQUENCIES))
        shapes.findings.error("LOD3603", say("'{text}' is no frequency", text=text.value), text.origin, hint)
        return []
    iri = _AUTHORITY + known_word if known_word else iri_of(text, names, shapes)
    return [(DCT + "accrualPeriodicity", IRI, "", iri)]


def _dates(given: dict[str, Node], shapes: Shapes) -> list[Fact]:
    found: list[Fact] = []
    for key in ("issued", "modified"):
        text = shapes.text(given.get(key))
        if text is None:
            continue
        try:
            date.fromisoformat(text.value)
        except ValueError:
            shapes.findings.error(
                "LOD3603", say("'{text}' is no date", text=text.value), text.origin, say("write 2026-11-23")
            )
        else:
            found.append((DCT + key, DATE, "", text.value))
    return found
