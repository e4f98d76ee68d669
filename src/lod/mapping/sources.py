"""Sources of a YARRRML document: inline (`['people.csv~csv']`), named, and our dialect keys.

https://rml.io/yarrrml/spec/#sources. Beyond it a named source may say how its CSV is written: `encoding`, `delimiter`,
`quote`, `null` (one value or several) and `header`.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.mapping.ir import Dialect, Formulation, LogicalSource
from lod.mapping.shapes import Shapes

_FORMULATIONS = {"csv": Formulation.CSV, "ql:csv": Formulation.CSV, "rml:csv": Formulation.CSV}
_LATER = frozenset({"jsonpath", "xpath", "json", "xml", "excel", "xlsx", "mysql", "postgresql", "sqlserver", "css3"})
_KEYS = ("access", "referenceFormulation", "iterator", "type", "encoding", "delimiter", "quote", "null", "header")
_KEYS_LATER = ("query", "queryFormulation", "credentials", "compression")
_DELIMITERS = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, slots=True)
class Sources:
    """Reads sources; `named` are those of the document's root."""

    named: dict[str, LogicalSource | None]  # None: declared, but wrong
    findings: Findings

    def read(self, node: Node) -> list[LogicalSource]:
        """The logical sources that stand under a mapping's `sources`: one or several, inline or by name."""
        if isinstance(node, Listed) and node.items and not _is_inline(node):
            found = [self._one(item) for item in node.items]
        else:
            found = [self._one(node)]
        return [source for source in found if source]

    def _one(self, node: Node) -> LogicalSource | None:
        if isinstance(node, Text) and "~" not in node.value:
            if node.value not in self.named:
                hint = did_you_mean(node.value, self.named) or "inline it is written ['file.csv~csv']"
                self.findings.error("LOD3007", f"there is no source '{node.value}'", node.at(0, len(node.value)), hint)
            return self.named.get(node.value)
        return read_source(node, self.findings)


def _is_inline(node: Listed) -> bool:
    return all(isinstance(item, Text) for item in node.items) and "~" in getattr(node.items[0], "value", "")


def read_source(node: Node, findings: Findings) -> LogicalSource | None:
    """One source, in short (`[access~formulation, iterator]`) or long form; None, and a finding, when it is wrong."""
    if isinstance(node, Text):
        return _short(node, "", findings)
    if isinstance(node, Listed) and 1 <= len(node.items) <= 2 and all(isinstance(i, Text) for i in node.items):
        texts = [item for item in node.items if isinstance(item, Text)]
        return _short(texts[0], texts[1].value if len(texts) > 1 else "", findings)
    if isinstance(node, Keyed):
        return _long(node, findings)
    findings.error("LOD3004", "a source is written ['file.csv~csv'], or with the key 'access'", node.origin)
    return None


def _short(text: Text, iterator: str, findings: Findings) -> LogicalSource | None:
    access, tilde, formulation = text.value.rpartition("~")
    if not tilde:
        hint = f"write ['{text.value}~csv']"
        findings.error("LOD3004", "the source does not say what it is", text.at(0, len(text.value)), hint)
        return None
    origin = text.at(len(access) + 1, len(formulation))
    known = _formulation(formulation, origin, findings)
    if not _is_local(access, text.at(0, len(access)), findings) or not known:
        return None
    return LogicalSource(access, known, text.at(0, len(access)), iterator)


def _long(node: Keyed, findings: Findings) -> LogicalSource | None:
    shapes = Shapes(findings)
    values = shapes.keys(node, _KEYS, later=_KEYS_LATER, place="a source")
    access = shapes.text(values.get("access"))
    if "access" not in values:
        findings.error("LOD3005", "a source needs 'access'", node.origin, "access: file.csv")
    formulation_text = shapes.text(values.get("referenceFormulation")) or Text("csv", node.origin, -1)
    formulation = _formulation(formulation_text.value, formulation_text.origin, findings)
    iterator = shapes.text(values.get("iterator"))
    dialect = _dialect(values, shapes, findings)
    if access is None or formulation is None or not _is_local(access.value, access.origin, findings):
        return None
    return LogicalSource(access.value, formulation, access.origin, iterator.value if iterator else "", dialect)


def _formulation(name: str, origin: TextOrigin, findings: Findings) -> Formulation | None:
    known = _FORMULATIONS.get(name.lower())
    if known is None and name.lower() in _LATER:
        findings.error("LOD3012", f"sources read as '{name}' are not supported yet", origin, "save the table as CSV")
    elif known is None:
        findings.error("LOD3007", f"no reference formulation '{name}'", origin, did_you_mean(name, ["csv"]))
    return known


def _is_local(access: str, origin: TextOrigin, findings: Findings) -> bool:
    if "://" in access:
        hint = "download the file first: a lift fetches nothing"
        findings.error("LOD3012", f"'{access}' is not a file", origin, hint)
    return "://" not in access


def _dialect(values: dict[str, Node], shapes: Shapes, findings: Findings) -> Dialect:
    default = Dialect()
    encoding = shapes.text(values.get("encoding"))
    if encoding:
        try:
            codecs.lookup(encoding.value)
        except LookupError:
            hint = did_you_mean(encoding.value.lower(), ["utf-8", "big5", "cp950", "utf-16", "big5hkscs"])
            findings.error("LOD3014", f"no encoding is called '{encoding.value}'", encoding.origin, hint)
            encoding = None
    header = shapes.text(values.get("header"))
    if header and header.value not in ("true", "false"):
        findings.error("LOD3014", f"'header' is true or false, not '{header.value}'", header.origin)
    return Dialect(
        encoding=encoding.value if encoding else default.encoding,
        delimiter=_sign(shapes.text(values.get("delimiter")), default.delimiter, findings),
        quote=_sign(shapes.text(values.get("quote")), default.quote, findings),
        nulls=tuple(text.value for text in shapes.texts(values.get("null"))),
        header=not (header and header.value == "false"),
    )


def _sign(text: Text | None, default: str, findings: Findings) -> str:
    if text is None:
        return default
    sign = _DELIMITERS.get(text.value, text.value)
    if len(sign) != 1 or ord(sign) > 0x7E or sign in "\r\n":
        message = f"'{text.value}' is not one ASCII sign"
        findings.error("LOD3014", message, text.origin, "delimiter: ';' or delimiter: tab")
        return default
    return sign
