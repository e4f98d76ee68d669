"""Targets: files of their own that statements go to, inline or named at the document's root.

https://rml.io/yarrrml/spec/#targets. Only files: nothing is sent anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from lod.diagnostics import Findings, did_you_mean
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.mapping.ir import LogicalTarget
from lod.mapping.shapes import Shapes
from lod.mapping.targets import COMPRESSIONS, endpoint_target, target_path
from lod.mapping.yarrrml.keys import values_of
from lod.wording import say, word

SERIALIZATIONS = {
    "nquads": "nq",
    "ntriples": "nt",
    "turtle": "ttl",
    "trig": "trig",
    "jsonld": "jsonld",
    "rdfxml": "rdf",
    "rdfjson": "rj",
    "n3": "n3",
}
ENCODINGS = ("utf-8", "utf-16")
_FILES = ("localfile", "void", "dcat")
_SERVICES = ("sparql", "sd")
_ELSEWHERE = ("mysql", "ldp", "wot", "api", "https")


@dataclass(frozen=True, slots=True)
class Targets:
    """Reads targets; `named` are those of the document's root, None for one that is wrong."""

    named: dict[str, LogicalTarget | None]
    findings: Findings

    def read(self, node: Node | None) -> tuple[LogicalTarget, ...]:
        """The targets that stand under `targets`: one or several, inline or by name."""
        if node is None:
            return ()
        items = node.items if isinstance(node, Listed) and not _is_inline(node) else (node,)
        return tuple(found for item in items if (found := self._one(item)))

    def _one(self, node: Node) -> LogicalTarget | None:
        if isinstance(node, Text) and "~" not in node.value:
            if node.value not in self.named:
                hint = did_you_mean(node.value, self.named) or say("inline it is written ['dump.nt~void', ntriples]")
                self.findings.error("LOD3007", say("there is no target '{node}'", node=node.value), node.origin, hint)
            return self.named.get(node.value)
        return read_target(node, self.findings)


def _is_inline(node: Listed) -> bool:
    return bool(node.items) and "~" in getattr(node.items[0], "value", "") and _is_plain(node)


def _is_plain(node: Listed) -> bool:
    """Whether what follows the access are words, not further targets."""
    return all(isinstance(item, Text) and "~" not in item.value for item in node.items[1:])


def read_target(node: Node, findings: Findings) -> LogicalTarget | None:
    """One target, in short (`[access~type, serialization, compression]`) or long form."""
    shapes = Shapes(findings)
    values = values_of(node, "a target", findings) if isinstance(node, Keyed) else _short(node, shapes)
    if values is None:
        return None
    path = shapes.text(values.get("access"))
    if path is None:
        if "access" not in values:
            findings.error("LOD3005", say("a target needs 'access'"), node.origin, say("access: dump.nt"))
        return None
    before = len(findings.errors)
    kind_text = shapes.text(values.get("type"))
    if kind_text and kind_text.value.lower() in _SERVICES:
        named = _one_of(shapes.text(values.get("serialization")), tuple(SERIALIZATIONS), "serialization", findings)
        return endpoint_target(path.value, path.origin, SERIALIZATIONS[named or "nquads"], findings)
    clean = target_path(path.value, path.origin, findings)
    if kind_text and kind_text.value.lower() not in _FILES:
        hint = (
            did_you_mean(kind_text.value, _FILES) if kind_text.value not in _ELSEWHERE else say("a lift writes files")
        )
        findings.error(
            "LOD3012",
            say("targets of the type '{kind_text}' are not supported", kind_text=kind_text.value),
            kind_text.origin,
            hint,
        )
    serialization = _one_of(shapes.text(values.get("serialization")), tuple(SERIALIZATIONS), "serialization", findings)
    compression = _one_of(shapes.text(values.get("compression")), COMPRESSIONS, "compression", findings)
    encoding = _one_of(shapes.text(values.get("encoding")), ENCODINGS, "encoding", findings)
    if clean is None or len(findings.errors) > before:
        return None
    return LogicalTarget(
        path=clean,
        origin=path.origin,
        serialization=SERIALIZATIONS[serialization or "nquads"],
        encoding=encoding or "utf-8",
        compression=compression,
    )


def _short(node: Node, shapes: Shapes) -> dict[str, Node] | None:
    """What `[access~type, serialization, compression]` says, by the keys of the long form."""
    texts = shapes.texts(node)
    if not 1 <= len(texts) <= 3:
        hint = say("write ['dump.nt~void', ntriples, gzip], or the key 'access'")
        shapes.findings.error("LOD3004", say("a target has one to three parts"), node.origin, hint)
        return None
    access, _, kind = texts[0].value.partition("~")
    values: dict[str, Node] = {"access": Text(access, texts[0].origin, texts[0].offset)}
    if kind:
        values["type"] = Text(kind, texts[0].at(len(access) + 1, len(kind)), -1)
    return values | dict(zip(("serialization", "compression"), texts[1:], strict=False))


def _one_of(text: Text | None, known: tuple[str, ...], what: str, findings: Findings) -> str:
    if text is None:
        return ""
    name = text.value.lower()
    if name not in known:
        message = say("no {what} '{text}' is known here", what=word(what), text=text.value)
        findings.error("LOD3114", message, text.origin, did_you_mean(name, known))
    return name
