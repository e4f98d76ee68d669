"""A cube file → `Cube`: every key read and checked, what is wrong said with line and column."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.cube.checks import read_checks
from lod.mapping.cube.codelists import CodeLists, day_of, is_code, read_texts, read_units
from lod.mapping.cube.datasets import iri_of, read_dataset
from lod.mapping.cube.extend import merge, read_extended, without
from lod.mapping.cube.keys import known
from lod.mapping.cube.layouts import read_layout
from lod.mapping.cube.model import Attribute, Cube, Dimension, Edition, LabelPath, Measure, SheetChoice, Source, Unit
from lod.mapping.cube.scalars import columns_of, label_path
from lod.mapping.cube.slicings import read_slicings
from lod.mapping.document import Keyed, Node, Text
from lod.mapping.shapes import Shapes
from lod.mapping.templates import Names
from lod.rdf.iris import is_absolute
from lod.rdf.languages import may_be_registered, tag_hint
from lod.rdf.namespaces import PREFIXES
from lod.wording import Wording, say, word

_MOST_DIGITS = 15


def read_cube(path: Path, shown: str, findings: Findings) -> Cube | None:
    """The cube of a file; None for a file that is there to be extended, and for one that is wrong.

    Findings: LOD3001-LOD3016 as in every mapping, LOD3601 nothing to extend, LOD3602 no such list or code, LOD3603 a
    value that cannot be understood.
    """
    before = len(findings.errors)
    root = read_extended(path, shown, findings)
    if root is None:
        return None
    shapes = Shapes(findings)
    values = shapes.keys(root, known("a cube file"), place="a cube file")
    if _is_part(values):
        return None
    if shapes.lacks(root, values, "dataset"):
        findings.error(
            "LOD3005", say("a cube file needs 'dataset'"), root.origin, say("dataset: {id: …, title: {en: …}}")
        )
    names = _names(values, shapes)
    dataset = read_dataset(values.get("dataset"), names, shapes)
    editions = [_edition(each, names, shapes) for each in _editions(root, shapes)]
    base, uri = shapes.text(values.get("base")), shapes.text(values.get("uri"))
    if base and not is_absolute(base.value):
        findings.error("LOD3010", say("the base '{base}' is no absolute IRI", base=base.value), base.origin)
    whole = [each for each in editions if each]
    slicings = read_slicings(values.get("slices"), whole[0].dimensions, shapes) if whole else ()
    if dataset is None or not whole or len(findings.errors) > before:
        return None
    name = path.name.split(".")[0]
    origin = TextOrigin(shown, dataset.origin.line, dataset.origin.column)
    cube = Cube(name, dataset, tuple(whole), uri.value if uri else "", base.value if base else "", origin, slicings)
    _check_uri(cube, uri, findings)
    _check_editions(cube, findings)
    return cube if len(findings.errors) == before else None


def _is_part(values: dict[str, Node]) -> bool:
    """A file for others to extend: it has neither a sheet nor a dataset's id, which every whole one has."""
    dataset = values.get("dataset")
    named = isinstance(dataset, Keyed) and "id" in dataset.entries
    return not named and not values.keys() & {"source", "sheet", "editions"}


def _names(values: dict[str, Node], shapes: Shapes) -> Names:
    declared = {}
    for key, node in shapes.keyed(values.get("prefixes"), "'prefixes'") or ():
        text = shapes.text(node)
        if text and not is_absolute(text.value):
            shapes.findings.error(
                "LOD3010", say("prefix '{key}' stands for no absolute IRI", key=key.value), text.origin
            )
        declared[key.value] = text.value if text else ""
    return Names({**PREFIXES, **declared}, frozenset(declared), {})


def _editions(root: Keyed, shapes: Shapes) -> list[Keyed]:
    """The file itself, and it with what each edition says differently; 'source' may stand in the editions alone."""
    plain = without(root, "editions")
    node = root.entries["editions"][1] if "editions" in root.entries else None
    items = (_source_alone(item) if isinstance(item, Text) else item for item in shapes.items(node))
    further = [keyed for item in items if (keyed := shapes.keyed(item, "an edition"))]
    return [*([plain] if "source" in plain.entries or not further else []), *(merge(plain, each) for each in further)]


def _source_alone(text: Text) -> Keyed:
    """An edition that is written as its workbook alone: it differs in nothing else."""
    return Keyed({"source": (replace(text, value="source"), text)}, text.origin)


def _check_uri(cube: Cube, uri: Text | None, findings: Findings) -> None:
    if uri is None:
        return
    lacking = [each.name for each in cube.dimensions if f"{{{each.name}}}" not in uri.value]
    if lacking:
        names = ", ".join(f"{{{name}}}" for name in lacking)
        message = say("two observations would have one URI: not all dimensions are in it")
        findings.error("LOD3603", message, uri.origin, say("add {names}", names=names))


def _check_editions(cube: Cube, findings: Findings) -> None:
    """All sheets of a dataset have its structure."""
    first = cube.editions[0]
    for edition in cube.editions[1:]:
        for here, there, what in (
            (edition.dimensions, first.dimensions, "dimensions"),
            (edition.measures, first.measures, "measures"),
        ):
            if [each.name for each in here] != [each.name for each in there]:
                message = say("an edition has other {what} than the first", what=what)
                findings.error(
                    "LOD3603", message, edition.origin, say("a dataset has one structure: make it a cube of its own")
                )


def _edition(root: Keyed, names: Names, shapes: Shapes) -> Edition | None:
    values = shapes.keys(root, known("a cube file"), place="a cube file")
    for needed, example in (
        ("source", "source: 101.xls"),
        ("layout", "layout: {header: {rows: 3-7}, labels: {columns: A}}"),
        ("dimensions", "dimensions: {sex: {codes: sex}}"),
        ("measures", "measures: {headcount: {label: {en: Headcount}}}"),
    ):
        if shapes.lacks(root, values, needed):
            shapes.findings.error(
                "LOD3005", say("a cube file needs '{needed}'", needed=needed), root.origin, Wording(example)
            )
    source, sheet = shapes.text(values.get("source")), shapes.text(values.get("sheet"))
    encoding = shapes.text(values.get("encoding"))
    laid_out = read_layout(values.get("layout"), values.get("values"), shapes)
    lists = shapes.keyed(values.get("codelists"), "'codelists'")
    reader = _Reader(
        names, shapes, CodeLists(lists.entries if lists else {}, shapes, {}), read_units(values.get("units"), shapes)
    )
    dimensions = reader.dimensions(values.get("dimensions"))
    measures = reader.measures(values.get("measures"), dimensions)
    attributes = reader.attributes(values.get("attributes"))
    if source is None or laid_out is None or not dimensions or not measures:
        return None
    return Edition(
        access=source.value,
        encoding=_encoding(encoding, shapes.findings),
        sheet=SheetChoice(sheet.value, sheet.origin) if sheet else None,
        layout=replace(laid_out.layout, attribute_columns=tuple(each.source_column for each in attributes)),
        ignored_labels=laid_out.ignored_labels,
        dimensions=dimensions,
        measures=measures,
        attributes=attributes,
        checks=read_checks(values.get("checks"), shapes),
        origin=source.at(0, len(source.value)),
    )


def _encoding(text: Text | None, findings: Findings) -> str:
    if text is None:
        return "utf-8"
    try:
        codecs.lookup(text.value)
    except LookupError:
        hint = did_you_mean(text.value.lower(), ["utf-8", "big5", "cp950", "utf-16", "big5hkscs"])
        findings.error("LOD3014", say("no encoding is called '{text}'", text=text.value), text.origin, hint)
        return "utf-8"
    return text.value


@dataclass(frozen=True, slots=True)
class _Reader:
    """Dimensions and measures, which name lists and units."""

    names: Names
    shapes: Shapes
    lists: CodeLists
    units: dict[str, Unit]

    def dimensions(self, node: Node | None) -> tuple[Dimension, ...]:
        entries = self.shapes.keyed(node, "'dimensions'") or ()
        return tuple(found for key, value in entries if (found := self._dimension(key, value)))

    def _dimension(self, key: Text, node: Node) -> Dimension | None:
        shapes, place = self.shapes, say("dimension '{name}'", name=key.value)
        keyed = shapes.keyed(node, place)
        if keyed is None or not is_code(key, shapes):
            return None
        given = shapes.keys(keyed, known("a dimension"), place=place)
        list_name, period = shapes.text(given.get("codes")), shapes.text(given.get("period"))
        is_minguo = period is not None and period.value == "minguo"
        if (list_name is None) is (period is None or period.value not in ("true", "minguo")):
            hint = say("codes: sex, or period: true")
            shapes.findings.error(
                "LOD3005", say("{place} has either 'codes' or 'period'", place=word(place)), keyed.origin, hint
            )
            return None
        codes = self.lists.named(list_name) if list_name else None
        if list_name and codes is None:
            return None
        value, concept = shapes.text(given.get("value")), shapes.text(given.get("concept"))
        valid = shapes.text(given.get("valid-at"))
        is_last = valid is not None and valid.value == "last"
        labels = read_texts(given.get("label"), shapes, "'label'")
        dimension = Dimension(
            name=key.value,
            labels=labels or (codes.labels if codes else ()),
            codes=codes,
            source=self._source(shapes.text(given.get("from")), value),
            origin=key.origin,
            value=value.value if value else "",
            concept=iri_of(concept, self.names, shapes) if concept else "",
            valid_at=None if is_last else day_of(valid, shapes),
            is_valid_at_last=is_last,
            is_minguo=is_minguo,
            label_column=next(iter(columns_of(given.get("column"), shapes)), 0),
            matches=self._matches(given.get("labels"), place),
        )
        self._check_codes(dimension, given, value)
        return dimension

    def _source(self, text: Text | None, value: Text | None) -> Source:
        if text is None:
            return Source.VALUE if value else Source.LABELS
        if text.value not in tuple(Source):
            hint = did_you_mean(text.value, Source)
            self.shapes.findings.error(
                "LOD3603", say("a value cannot come from '{text}'", text=text.value), text.origin, hint
            )
            return Source.LABELS
        return Source(text.value)

    def _matches(self, node: Node | None, place: str) -> tuple[tuple[str, tuple[LabelPath, ...]], ...]:
        keyed = self.shapes.keyed(node, f"'labels' of {place}") or ()
        return tuple(
            (key.value, tuple(label_path(text.value) for text in self.shapes.texts(value))) for key, value in keyed
        )

    def _check_codes(self, dimension: Dimension, given: dict[str, Node], value: Text | None) -> None:
        if dimension.codes is None:
            return
        known_codes = [code.code for code in dimension.codes.codes]
        node = given.get("labels")
        named = [key for key, _ in node] if isinstance(node, Keyed) else []
        for text in [*named, *([value] if value else [])]:
            if text.value not in known_codes:
                message = say("'{text}' is no code of list '{codes}'", text=text.value, codes=dimension.codes.name)
                self.shapes.findings.error("LOD3602", message, text.origin, did_you_mean(text.value, known_codes))

    def measures(self, node: Node | None, dimensions: tuple[Dimension, ...]) -> tuple[Measure, ...]:
        entries = self.shapes.keyed(node, "'measures'") or ()
        return tuple(found for key, value in entries if (found := self._measure(key, value, dimensions)))

    def attributes(self, node: Node | None) -> tuple[Attribute, ...]:
        """Texts beside the figures."""
        entries = self.shapes.keyed(node, "'attributes'") or ()
        return tuple(found for key, value in entries if (found := self._attribute(key, value)))

    def _attribute(self, key: Text, node: Node) -> Attribute | None:
        shapes, place = self.shapes, say("attribute '{name}'", name=key.value)
        keyed = shapes.keyed(node, place)
        if keyed is None or not is_code(key, shapes):
            return None
        given = shapes.keys(keyed, known("an attribute"), place=place)
        columns, language = columns_of(given.get("column"), shapes), shapes.text(given.get("language"))
        if shapes.lacks(keyed, given, "column"):
            message = say("{place} needs '{needed}'", place=word(place), needed="column")
            shapes.findings.error("LOD3005", message, keyed.origin, say("column: D"))
        if language and not may_be_registered(language.value):
            message = say("'{tag}' is no language tag", tag=language.value)
            shapes.findings.error("LOD3009", message, language.origin, tag_hint(language.value))
        if not columns:
            return None
        labels = read_texts(given.get("label"), shapes, "'label'")
        return Attribute(key.value, labels, columns[0], language.value if language else "", key.origin)

    def _measure(self, key: Text, node: Node, dimensions: tuple[Dimension, ...]) -> Measure | None:
        shapes, place = self.shapes, say("measure '{name}'", name=key.value)
        keyed = shapes.keyed(node, place)
        if keyed is None or not is_code(key, shapes):
            return None
        given = shapes.keys(keyed, known("a measure"), place=place)
        if shapes.lacks(keyed, given, "label"):
            shapes.findings.error(
                "LOD3005",
                say("{place} needs 'label'", place=word(place)),
                keyed.origin,
                say("label: {zh-Hant-TW: 人數, en: Headcount}"),
            )
        datatype = self._word(given.get("type"), ("integer", "decimal"))
        list_name = shapes.text(given.get("codes"))
        usual = "sum" if datatype == "integer" and list_name is None else "none"
        totals = self._word(given["totals"], ("sum", "between", "none")) if "totals" in given else usual
        apart = read_dataset(given["dataset"], self.names, shapes) if "dataset" in given else None
        return Measure(
            name=key.value,
            labels=read_texts(given.get("label"), shapes, "'label'"),
            unit=self._unit(shapes.text(given.get("unit"))),
            datatype=datatype,
            decimals=self._number(given.get("decimals"), 0),
            scale=self._number(given.get("scale"), -_MOST_DIGITS) or 0,
            totals=totals,
            matches=tuple(label_path(text.value) for text in shapes.texts(given.get("labels"))),
            origin=key.origin,
            dataset=apart,
            without=self._without(given.get("without"), dimensions),
            codes=self.lists.named(list_name) if list_name else None,
        )

    def _unit(self, text: Text | None) -> Unit | None:
        if text and text.value not in self.units:
            hint = did_you_mean(text.value, self.units) or say("declare it under 'units'")
            self.shapes.findings.error("LOD3602", say("there is no unit '{text}'", text=text.value), text.origin, hint)
        return self.units.get(text.value) if text else None

    def _without(self, node: Node | None, dimensions: tuple[Dimension, ...]) -> tuple[str, ...]:
        names = [each.name for each in dimensions]
        texts = self.shapes.texts(node)
        for text in texts:
            if text.value not in names:
                hint = did_you_mean(text.value, names)
                self.shapes.findings.error(
                    "LOD3602", say("there is no dimension '{text}'", text=text.value), text.origin, hint
                )
        return tuple(text.value for text in texts)

    def _word(self, node: Node | None, words: tuple[str, ...]) -> str:
        text = self.shapes.text(node)
        if text and text.value not in words:
            hint = did_you_mean(text.value, words)
            self.shapes.findings.error("LOD3603", say("'{text}' cannot stand here", text=text.value), text.origin, hint)
        return text.value if text else words[0]

    def _number(self, node: Node | None, least: int) -> int | None:
        text = self.shapes.text(node)
        if text is None:
            return None
        if re.fullmatch(r"[+-]?[0-9]{1,3}", text.value) and least <= int(text.value) <= _MOST_DIGITS:
            return int(text.value)
        message = say(
            "'{text}' is no whole number from {least} to {most_digits}",
            text=text.value,
            least=least,
            most_digits=_MOST_DIGITS,
        )
        self.shapes.findings.error("LOD3603", message, text.origin)
        return None
