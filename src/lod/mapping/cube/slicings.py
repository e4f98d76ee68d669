"""The key 'slices' of a cube file → slice keys, and the triples maps of their slices (RDF Data Cube §7).

https://www.w3.org/TR/vocab-data-cube/#slices. A slice costs some statements, and each of its observations one more. So
what a file does not declare is made only where it is of use: the series of a dataset, all its periods together, once
its sheets speak of several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lod.diagnostics import did_you_mean
from lod.mapping.cube.codelists import is_code, read_texts
from lod.mapping.cube.keys import known
from lod.mapping.cube.model import Dimension, Part, SliceRows, Slicing, Texts, slicings_of
from lod.mapping.document import Keyed, Node, Text
from lod.mapping.shapes import Shapes
from lod.wording import say

USUAL = "series"
_SERIES: Texts = (("zh-Hant-TW", "時間序列"), ("en", "Time series"))


def read_slicings(node: Node | None, dimensions: Sequence[Dimension], shapes: Shapes) -> tuple[Slicing, ...]:
    """The slice keys of a file. Where nothing is said: the series, in which only the period is free."""
    if isinstance(node, Text):
        if node.value != "none":
            message = say("'{text}' cannot stand here", text=node.value)
            shapes.findings.error("LOD3603", message, node.origin, did_you_mean(node.value, ["none"]))
        return ()
    if node is None:
        periods = tuple(each for each in dimensions if each.is_period)
        free = tuple(each.name for each in periods)
        return (Slicing(USUAL, _SERIES, free, periods[0].origin, is_usual=True),) if periods else ()
    entries = shapes.keyed(node, "'slices'") or ()
    return tuple(found for key, value in entries if (found := _slicing(key, value, dimensions, shapes)))


def _slicing(key: Text, node: Node, dimensions: Sequence[Dimension], shapes: Shapes) -> Slicing | None:
    keyed = shapes.keyed(node, say("slice key '{name}'", name=key.value))
    if keyed is None or not is_code(key, shapes):
        return None
    given = shapes.keys(keyed, known("a slice key"), place=say("slice key '{name}'", name=key.value))
    if ("fixed" in given) is ("free" in given):
        message = say("slice key '{name}' has either 'fixed' or 'free'", name=key.value)
        shapes.findings.error("LOD3005", message, keyed.origin, say("fixed: [sex], or free: [period]"))
        return None
    names = [each.name for each in dimensions]
    said = _dimensions(given.get("fixed") or given.get("free"), names, shapes)
    if said is None:
        return None
    free = tuple(name for name in names if (name in said) is ("free" in given))
    if not 0 < len(free) < len(names):
        _say_no_slice(key, keyed, shapes)
        return None
    return Slicing(key.value, read_texts(given.get("label"), shapes, "'label'") or _named(key.value), free, key.origin)


def _dimensions(node: Node | None, names: Sequence[str], shapes: Shapes) -> list[str] | None:
    texts = shapes.texts(node)
    wrong = [text for text in texts if text.value not in names]
    for text in wrong:
        message, hint = say("there is no dimension '{text}'", text=text.value), did_you_mean(text.value, names)
        shapes.findings.error("LOD3602", message, text.origin, hint)
    return None if wrong else [text.value for text in texts]


def _say_no_slice(key: Text, keyed: Keyed, shapes: Shapes) -> None:
    message = say("slice key '{name}' fixes no dimension, or all of them", name=key.value)
    hint = say("a slice has one value of some dimensions and several of others: fixed: [sex]")
    shapes.findings.error("LOD3627", message, keyed.origin, hint)


def _named(name: str) -> Texts:
    return (("en", name.replace("-", " ").capitalize()),)


def slice_key(dataset: str, slicing: Slicing) -> str:
    """The IRI of a slice key."""
    return f"def/structure/{dataset}/slice/{slicing.name}"


def slice_languages(part: Part) -> tuple[str, ...]:
    """The languages in which slices are called something: those of the dataset's title."""
    return tuple(language for language, _ in part.dataset.labels or part.cube.dataset.labels)


def label_column(language: str) -> str:
    """The column of a table of slices with what they are called in a language."""
    return f"slice {language}"


def slice_rows(part: Part) -> Iterator[SliceRows]:
    """What slices a dataset has; none if it is described elsewhere."""
    if part.dataset.is_described:
        yield from slicings_of(part)
