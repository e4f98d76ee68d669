"""The keys 'codelists' and 'units' of a cube file → `CodeList` and `Unit`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lod.diagnostics import did_you_mean
from lod.mapping.cube.bands import Bands, check_bands
from lod.mapping.cube.changes import check_changes
from lod.mapping.cube.keys import known
from lod.mapping.cube.levels import levels_of
from lod.mapping.cube.model import Code, CodeList, Texts, Unit
from lod.mapping.cube.scalars import label_path
from lod.mapping.document import Keyed, Node, Text
from lod.mapping.shapes import Shapes
from lod.rdf.languages import may_be_registered
from lod.wording import say

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_LIST = re.compile(r"[a-z][a-z0-9-]*")
_OF_A_CODE = known("a code")


def read_texts(node: Node | None, shapes: Shapes, place: str, others: tuple[str, ...] = ()) -> Texts:
    """Texts by language tag; () when nothing is given, or nothing legal. `others`: keys that may stand beside them."""
    keyed = shapes.keyed(node, place)
    found = []
    for key, value in keyed or ():
        text = shapes.text(value)
        if not may_be_registered(key.value):
            near = did_you_mean(key.value, others)
            hint = near if near.startswith("did you") else say("write the texts by language: {zh-Hant-TW: …, en: …}")
            shapes.findings.error(
                "LOD3009", say("'{key}' is no language tag", key=key.value), key.at(0, len(key.value)), hint
            )
        elif text:
            found.append((key.value, text.value))
    return tuple(found)


def read_units(node: Node | None, shapes: Shapes) -> dict[str, Unit]:
    """Units by their code."""
    units: dict[str, Unit] = {}
    for key, value in shapes.keyed(node, "'units'") or ():
        keyed = shapes.keyed(value, "a unit")
        if keyed and is_code(key, shapes):
            given = shapes.keys(keyed, known("a unit"), place="a unit")
            printed = tuple(text.value for text in shapes.texts(given.get("printed")))
            labels = read_texts(given.get("label"), shapes, "'label'")
            units[key.value] = Unit(key.value, labels, printed, len(units) + 1, key.origin)
    return units


def day_of(text: Text | None, shapes: Shapes) -> date | None:
    """A day written 2010-12-25; None, and a finding, for what is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.value)
    except ValueError:
        shapes.findings.error(
            "LOD3603", say("'{text}' is no date", text=text.value), text.origin, say("write 2010-12-25")
        )
        return None


def is_code(key: Text, shapes: Shapes) -> bool:
    """Whether a key can stand in a URI as it is."""
    if _CODE.fullmatch(key.value):
        return True
    hint = say("a code is made of ASCII letters, digits and - . _; what the sheet says goes under 'labels'")
    shapes.findings.error("LOD3603", say("'{key}' is no code", key=key.value), key.origin, hint)
    return False


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The code lists of a document, read when a dimension names them: a shared file may hold more than is needed."""

    declared: Mapping[str, tuple[Text, Node]]
    shapes: Shapes
    done: dict[str, CodeList | None]

    def named(self, name: Text) -> CodeList | None:
        """The list of that name; None, and a finding, when there is none or it is wrong."""
        if name.value not in self.declared:
            hint = did_you_mean(name.value, self.declared) or say("declare it under 'codelists'")
            self.shapes.findings.error(
                "LOD3602", say("there is no code list '{name}'", name=name.value), name.origin, hint
            )
            return None
        if name.value not in self.done:
            key, node = self.declared[name.value]
            self.done[name.value] = self._read(key, node)
        return self.done[name.value]

    def _read(self, key: Text, node: Node) -> CodeList | None:
        shapes = self.shapes
        keyed = shapes.keyed(node, f"code list '{key.value}'")
        if keyed is None:
            return None
        if not _LIST.fullmatch(key.value):
            hint = say("it stands in URIs: lower-case letters, digits and hyphens")
            shapes.findings.error("LOD3603", say("'{key}' is no name for a code list", key=key.value), key.origin, hint)
        given = shapes.keys(keyed, known("a code list"), place=say("code list '{name}'", name=key.value))
        if shapes.lacks(keyed, given, "codes"):
            shapes.findings.error(
                "LOD3005",
                say("code list '{key}' needs 'codes'", key=key.value),
                keyed.origin,
                say("codes: {M: {en: Male}}"),
            )
        total = shapes.text(given.get("total"))
        members = shapes.keyed(given.get("codes"), "'codes'")
        total_code = total.value if total else ""
        codes = tuple(code for each in members or () if (code := self._code(*each, total_code)))
        title = read_texts(given.get("title"), shapes, "'title'")
        published = shapes.text(given.get("published"))
        is_published = not (published and published.value == "false")
        bands = self._bands(shapes.text(given.get("bands")))
        names = given.get("levels")
        levels = tuple(read_texts(node, shapes, "'levels'") for node in shapes.items(names))
        changes = shapes.text(given.get("changes"))
        has_events = self._has_events(changes)
        found = CodeList(key.value, title, codes, total_code, is_published, key.origin, bands, levels, has_events)
        if total and not found.get(total.value):
            hint = did_you_mean(total.value, [code.code for code in codes])
            shapes.findings.error(
                "LOD3602", say("the total '{total}' is no code of the list", total=total.value), total.origin, hint
            )
        self._check_parents(found)
        self._check_levels(found, names)
        check_changes(found, shapes.findings)
        check_bands(found, shapes.findings)
        return found

    def _has_events(self, text: Text | None) -> bool:
        if text and text.value not in ("organisations", "none"):
            message = say("'{text}' cannot stand here", text=text.value)
            hint = did_you_mean(text.value, ["organisations", "none"])
            self.shapes.findings.error("LOD3603", message, text.origin, hint)
        return text is None or text.value != "none"

    def _check_levels(self, found: CodeList, names: Node | None) -> None:
        """LOD3628: levels have names, and there are not as many of them."""
        depth = len(levels_of(found))
        if names is not None and found.levels and len(found.levels) != depth:
            message = say(
                "list '{name}' has {depth} levels, and {names} names of levels",
                name=found.name,
                depth=depth,
                names=len(found.levels),
            )
            hint = say("a name for each, from the top; with a total, that is a level of its own")
            self.shapes.findings.error("LOD3628", message, names.origin, hint)

    def _bands(self, text: Text | None) -> str:
        if text and text.value not in tuple(Bands):
            hint = did_you_mean(text.value, [each for each in Bands if each])
            message = say("'{text}' cannot stand here", text=text.value)
            self.shapes.findings.error("LOD3603", message, text.origin, hint)
        return text.value if text else ""

    def _code(self, key: Text, node: Node, total: str) -> Code | None:
        shapes = self.shapes
        keyed = shapes.keyed(node, f"code '{key.value}'")
        if keyed is None or not is_code(key, shapes):
            return None
        own = Keyed({name: entry for name, entry in keyed.entries.items() if name not in _OF_A_CODE}, keyed.origin)
        labels = read_texts(own, shapes, f"code '{key.value}'", _OF_A_CODE)
        given = {name: keyed.entries[name][1] for name in _OF_A_CODE if name in keyed.entries}
        parents = tuple(text.value for text in shapes.texts(given.get("parent")))
        others = shapes.texts(given.get("labels"))
        matches = [(key.value,), *((text,) for _, text in labels), *(label_path(text.value) for text in others)]
        return Code(
            key.value,
            labels,
            parents or ((total,) if total and key.value != total else ()),
            tuple(dict.fromkeys(matches)),
            key.origin,
            day_of(shapes.text(given.get("from")), shapes),
            day_of(shapes.text(given.get("until")), shapes),
            tuple(text.value for text in shapes.texts(given.get("replaced-by"))),
        )

    def _check_parents(self, found: CodeList) -> None:
        names = [code.code for code in found.codes]
        for code in found.codes:
            for parent in code.parents:
                if parent not in names:
                    message = say(
                        "code '{code}' is below '{parent}', which is no code of the list", code=code.code, parent=parent
                    )
                    self.shapes.findings.error("LOD3602", message, code.origin, did_you_mean(parent, names))
                elif code.code in (parent, *found.ancestors(parent)):
                    message = say("code '{code}' is below itself", code=code.code)
                    self.shapes.findings.error("LOD3602", message, code.origin, say("a hierarchy has no circles"))
            for other in code.replaced_by:
                if other not in names:
                    message = say(
                        "code '{code}' is replaced by '{other}', which is no code of the list",
                        code=code.code,
                        other=other,
                    )
                    self.shapes.findings.error("LOD3602", message, code.origin, did_you_mean(other, names))
            if code.first and code.last and code.first > code.last:
                message = say(
                    "code '{code}' ends on {last}, before it begins on {first}",
                    code=code.code,
                    last=code.last,
                    first=code.first,
                )
                self.shapes.findings.error("LOD3603", message, code.origin)
