"""The keys 'layout' and 'values' of a cube file → `Layout`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lod.diagnostics import Findings, did_you_mean
from lod.mapping.cube.keys import known
from lod.mapping.cube.model import Layout, Marks
from lod.mapping.cube.scalars import cells_of, columns_of, pattern_of, rows_of
from lod.mapping.document import Keyed, Node, Text
from lod.mapping.shapes import Shapes
from lod.wording import say

# What tables of Taiwan's agencies begin these rows with.
USUAL_TITLES = (r"^(附\s*)?表\s*\d", r"^Table\s*\d", r"^單\s*位", r"^Unit", r"^(中華)?民國.*\d\s*年", r"^End of\s*\d")
USUAL_NOTES = (
    r"^資料來源",
    r"^Sources?\s*[:：]",
    r"^附?\s*註",
    r"^備\s*註",
    r"^說\s*明",
    r"^附\s*記",
    r"^Notes?\s*[:：]",
    r"^[※＊*]",
    r"^(更新|製表|編製|列印)(日期|時間|單位|機關)",
    r"^(填\s*表|審\s*核|業務主管|主辦統計|機關長官|機關首長)",
)

_FORMS = ("text", "padded", "full-width", "thousands", "spaced", "percent-sign", "parentheses", "triangle")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A layout, and the labels that it declares to mean nothing."""

    layout: Layout
    ignored_labels: tuple[str, ...]


def read_layout(node: Node | None, values: Node | None, shapes: Shapes) -> LaidOut | None:
    """The layout; None when it says too little to read a sheet by, which is among the findings."""
    keyed = shapes.keyed(node, "'layout'")
    if keyed is None:
        return None
    given = shapes.keys(keyed, known("'layout'"), place="'layout'")
    header = _part(keyed, given, "header", "rows: 3-7", shapes)
    labels = _part(keyed, given, "labels", "columns: A", shapes)
    if header is None or labels is None:
        return None
    heads = shapes.keys(header, known("'header'"), place="'header'")
    sides = shapes.keys(labels, known("'labels'"), place="'labels'")
    rows, columns = rows_of(heads.get("rows"), shapes), columns_of(sides.get("columns"), shapes)
    start = shapes.text(heads.get("from"))
    pattern = pattern_of(start, shapes.findings) if start else None
    for found, place, name, example in (
        (rows or start, header, "rows", "rows: 3-7"),
        (columns, labels, "columns", "columns: A"),
    ):
        if not found and name not in {**heads, **sides}:
            shapes.findings.error(
                "LOD3005",
                say("'{name}' is missing here", name=name),
                place.origin,
                say("write {example}", example=example),
            )
    if not (rows or pattern) or not columns:
        return None
    is_chinese = isinstance(chosen := heads.get("labels"), Text) and chosen.value == "chinese"
    hierarchy, parents = _hierarchy(sides.get("hierarchy"), shapes)
    areas, patterns = _ignored(given.get("ignored"), shapes)
    layout = Layout(
        area=_area(shapes.text(given.get("area")), shapes),
        header_rows=tuple(range(rows[0], rows[-1] + 1)) if rows else (),
        label_rows=rows if is_chinese else _label_rows(heads.get("labels"), rows, shapes),
        label_columns=columns,
        header_start=pattern,
        has_chinese_labels=is_chinese,
        translation_columns=columns_of(sides.get("translations"), shapes),
        fills_down=_word(sides.get("fill"), ("down",), shapes) == "down",
        data_columns=columns_of(given.get("data"), shapes),
        fill_header=_word(heads.get("fill"), ("right",), shapes) == "right",
        is_indented=hierarchy == "indentation",
        is_numbered=hierarchy == "numbering",
        parents=parents,
        title_patterns=(*_usual(USUAL_TITLES), *_patterns(given.get("titles"), shapes)),
        note_patterns=(*_usual(USUAL_NOTES), *_patterns(given.get("notes"), shapes)),
        ignored_patterns=patterns,
        ignored_areas=areas,
        has_headings=_word(sides.get("headings"), ("true", "false"), shapes) == "true",
        marks=_marks(values, shapes),
    )
    ignored = [*shapes.texts(heads.get("ignored")), *shapes.texts(sides.get("ignored"))]
    return LaidOut(layout, tuple(text.value for text in ignored))


def _area(text: Text | None, shapes: Shapes) -> tuple[int, int, int, int] | None:
    area = cells_of(text.value) if text else None
    if text and area is None:
        shapes.findings.error(
            "LOD3603", say("'{text}' are no cells", text=text.value), text.origin, say("cells are written A1:K40")
        )
    return area


def _part(keyed: Keyed, given: dict[str, Node], name: str, example: str, shapes: Shapes) -> Keyed | None:
    if shapes.lacks(keyed, given, name):
        shapes.findings.error(
            "LOD3005",
            say("'layout' needs '{name}'", name=name),
            keyed.origin,
            say("{name}: {{{example}}}", name=name, example=example),
        )
    return shapes.keyed(given.get(name), f"'{name}'")


def _label_rows(node: Node | None, rows: tuple[int, ...], shapes: Shapes) -> tuple[int, ...]:
    chosen = rows_of(node, shapes) or rows
    if node is not None and rows and not set(chosen) <= set(range(rows[0], rows[-1] + 1)):
        message = say("the labels of the header stand in its rows {rows}-{rows2}", rows=rows[0], rows2=rows[-1])
        shapes.findings.error("LOD3603", message, node.origin, say("rows are counted from the top of the sheet"))
    return chosen


def _hierarchy(node: Node | None, shapes: Shapes) -> tuple[str, tuple[tuple[str, ...], ...]]:
    if isinstance(node, Keyed):
        given = shapes.keys(node, known("'hierarchy'"), place="'hierarchy'")
        items = shapes.items(given.get("parents"))
        levels = [items] if all(isinstance(item, Text) for item in items) else [shapes.items(item) for item in items]
        return "", tuple(tuple(_names(level, shapes)) for level in levels)
    return _word(node, ("indentation", "numbering", "none"), shapes), ()


def _names(level: Sequence[Node], shapes: Shapes) -> list[str]:
    texts = [text for item in level if (text := shapes.text(item))]
    for text in texts:
        if text.value.startswith("/"):
            pattern_of(text, shapes.findings)
    return [text.value for text in texts]


def _word(node: Node | None, words: tuple[str, ...], shapes: Shapes) -> str:
    text = shapes.text(node)
    if text and text.value not in words:
        hint = did_you_mean(text.value, words)
        shapes.findings.error("LOD3603", say("'{text}' cannot stand here", text=text.value), text.origin, hint)
    return text.value if text else ""


def _usual(patterns: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]


def _patterns(node: Node | None, shapes: Shapes) -> list[re.Pattern[str]]:
    return [pattern for text in shapes.texts(node) if (pattern := pattern_of(text, shapes.findings))]


def _ignored(
    node: Node | None, shapes: Shapes
) -> tuple[tuple[tuple[int, int, int, int], ...], tuple[re.Pattern[str], ...]]:
    areas, patterns = [], []
    for text in shapes.texts(node):
        area = cells_of(text.value)
        if area:
            areas.append(area)
        elif text.value.startswith("/"):
            patterns += _patterns(text, shapes)
        else:
            hint = say("cells are written A41 or A41:B43, patterns /^註/")
            shapes.findings.error(
                "LOD3603", say("'{text}' is neither cells nor a pattern", text=text.value), text.origin, hint
            )
    return tuple(areas), tuple(patterns)


def _marks(node: Node | None, shapes: Shapes) -> Marks:
    keyed = shapes.keyed(node, "'values'")
    if keyed is None:
        return Marks()
    given = shapes.keys(keyed, known("'values'"), place="'values'")
    signs = {name: tuple(text.value for text in shapes.texts(given.get(name))) for name in known("'values'")}
    for text in shapes.texts(given.get("numbers")):
        if text.value not in _FORMS:
            message = say("there is no form of numbers '{text}'", text=text.value)
            shapes.findings.error("LOD3603", message, text.origin, did_you_mean(text.value, _FORMS))
    _refuse_two_meanings(given, shapes.findings, shapes)
    return Marks(
        signs["zero"],
        signs["missing"],
        signs["not-applicable"],
        signs["suppressed"],
        signs["rounded"],
        signs["provisional"],
        signs["revised"],
        signs["numbers"],
    )


def _refuse_two_meanings(given: dict[str, Node], findings: Findings, shapes: Shapes) -> None:
    meanings: dict[str, str] = {}
    for name in ("zero", "missing", "not-applicable", "suppressed"):
        for text in shapes.texts(given.get(name)):
            if meanings.setdefault(text.value, name) != name:
                message = say(
                    "'{text}' is '{meanings}' and '{name}' at once",
                    text=text.value,
                    meanings=meanings[text.value],
                    name=name,
                )
                findings.error("LOD3603", message, text.origin, say("a sign has one meaning"))
