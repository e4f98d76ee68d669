"""Templates, prefixed names and language tags as they are written in YARRRML.

https://rml.io/yarrrml/spec/#template: `$(column)` is a reference; `\\$`, `\\(`, `\\)` and
`\\:` stand for the signs themselves. Brackets that come in pairs need no backslash in a reference: `$(count(person))`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.document import Text
from lod.mapping.ir import Constant, Expression, Reference, Template
from lod.rdf.iris import illegal_character
from lod.wording import say

_TOKEN = re.compile(r"\\[$():]|\$\(|[()]")
_WIDE = re.compile(r"\$（|＄[(（]")
_PREFIXED = re.compile(r"([A-Za-z_][\w.\-]*)?:(?!//)", re.ASCII)
_SCHEMES = frozenset(
    {"data", "doi", "file", "ftp", "geo", "hdl", "http", "https", "info", "mailto", "news", "tag", "tel", "urn"}
)


def parse_template(
    text: Text, findings: Findings, start: int = 0, end: int | None = None, *, in_pairs: bool = True
) -> Expression:
    """The expression that `text.value[start:end]` writes. `in_pairs`: brackets in a reference may come in pairs."""
    value = text.value[:end]
    origin = text.at(start, max(1, len(value) - start))
    if in_pairs and (wide := _WIDE.search(value, start)):
        hint = say("write $(column); a sign that is no reference is written \\$(")
        message = say("'{sign}' begins no reference: its signs are not in half width", sign=wide.group())
        findings.error("LOD3008", message, text.at(wide.start(), 2), hint)
    parts: list[str | Reference] = []
    literal: list[str] = []
    name: list[str] | None = None  # of the reference that is open
    at, opened, depth = start, start, 0
    for token in _TOKEN.finditer(value, start):
        (literal if name is None else name).append(value[at : token.start()])
        at = token.end()
        if token.group() == "$(" and name is None:
            if "".join(literal):
                parts.append("".join(literal))
            literal, name, opened, depth = [], [], token.start(), 0
        elif token.group() == ")" and name is not None and depth == 0:
            parts.append(_reference("".join(name), text.at(opened, at - opened), findings))
            name = None
        else:
            (literal if name is None else name).append(token.group().removeprefix("\\"))
            depth += {"(": 1, "$(": 1, ")": -1}.get(token.group(), 0) if in_pairs else 0
    if name is not None and in_pairs:
        return parse_template(text, findings, start, end, in_pairs=False)
    if name is not None:
        hint = say("write $(column); a sign that is no reference is written \\$(")
        findings.error("LOD3008", say("a reference is not closed: '$(' without ')'"), text.at(opened, 2), hint)
        return Constant(value[start:], origin)
    literal.append(value[at:])
    if "".join(literal):
        parts.append("".join(literal))
    return _expression(parts, origin)


def _reference(name: str, origin: TextOrigin, findings: Findings) -> Reference:
    if not name:
        findings.error(
            "LOD3008", say("a reference without a name: '$()'"), origin, say("write the column's name: $(column)")
        )
    return Reference(name, origin)


def _expression(parts: list[str | Reference], origin: TextOrigin) -> Expression:
    if len(parts) == 1 and isinstance(parts[0], Reference):
        return parts[0]
    if any(isinstance(part, Reference) for part in parts):
        return Template(tuple(parts), origin)
    return Constant("".join(str(part) for part in parts), origin)


@dataclass(frozen=True, slots=True)
class Names:
    """What names mean in one document: its prefixes over those that every document knows, and external values."""

    known: Mapping[str, str]
    declared: frozenset[str]
    external: Mapping[str, str]

    def value(self, text: Text, findings: Findings, end: int | None = None) -> Expression:
        """The expression that `text.value[:end]` writes, external references replaced by their values."""
        expression = parse_template(text, findings, 0, end)
        parts = expression.parts if isinstance(expression, Template) else (expression,)
        return _expression(_joined([self._replaced(part) for part in parts]), expression.origin)

    def _replaced(self, part: str | Expression) -> str | Reference:
        if isinstance(part, Reference):
            if part.name.startswith("\\_"):  # a column whose name begins like that of an external reference
                return replace(part, name=part.name[1:])
            return self.external.get(part.name.removeprefix("_"), part) if part.name.startswith("_") else part
        return part.value if isinstance(part, Constant) else str(part)

    def iri(self, text: Text, findings: Findings, end: int | None = None) -> Expression:
        """The IRI that `text.value[:end]` writes, its prefix expanded; an undeclared prefix is a finding."""
        expression = self.value(text, findings, end)
        if isinstance(expression, Template):
            head = expression.parts[0]  # a prefix can only stand at the beginning, illegal characters anywhere
            first = self._expand(head, text, findings) if isinstance(head, str) else head
            expression = Template((first, *expression.parts[1:]), expression.origin)
        elif isinstance(expression, Constant):
            expression = Constant(self._expand(expression.value, text, findings), expression.origin)
        bad = next((found for part in _texts(expression) if (found := illegal_character(part))), None)
        if bad:
            where = max(0, text.value.find(bad))
            hint = say("write it percent-encoded, or keep it out of IRIs")
            findings.error("LOD3010", say("{bad!r} cannot stand in an IRI", bad=bad), text.at(where, len(bad)), hint)
        return expression

    def _expand(self, head: str, text: Text, findings: Findings) -> str:
        found = _PREFIXED.match(head)
        if not found or _is_escaped(text, found):
            return head
        prefix = found.group(1) or ""
        if prefix in self.known:
            return self.known[prefix] + head[found.end() :]
        if prefix.lower() not in _SCHEMES:
            near = did_you_mean(prefix, self.known)
            others = say("; declared here: {names}", names=", ".join(sorted(self.declared))) if self.declared else ""
            hint = near if near.startswith("did you") else say("declare it under 'prefixes'{others}", others=others)
            where = text.at(0, len(prefix) or 1)
            findings.error("LOD3006", say("prefix '{prefix}' is not declared", prefix=prefix), where, hint)
        return head

    def expanded(self, expression: Expression, text: Text, *, only_declared: bool = False) -> Expression:
        """The expression that `text` writes; a prefix that it begins with is expanded if this document knows it.

        `only_declared`: if this document declares it.
        """
        head = expression.parts[0] if isinstance(expression, Template) else getattr(expression, "value", None)
        found = _PREFIXED.match(head) if isinstance(head, str) and self.looks_prefixed(head) else None
        if found is None or not isinstance(head, str) or _is_escaped(text, found):
            return expression
        if only_declared and found.group(1) not in self.declared:
            return expression
        full = self.known[found.group(1) or ""] + head[found.end() :]
        if isinstance(expression, Template):
            return replace(expression, parts=(full, *expression.parts[1:]))
        return Constant(full, expression.origin)

    def looks_prefixed(self, value: str) -> bool:
        """Whether a text begins with a prefix that this document knows."""
        found = _PREFIXED.match(value)
        return found is not None and (found.group(1) or "") in self.known and " " not in value


def _is_escaped(text: Text, prefix: re.Match[str]) -> bool:
    """Whether the colon that ends a prefix is written `\\:`, so that it ends none."""
    return text.value.startswith("\\:", prefix.end() - 1)


def _joined(parts: list[str | Reference]) -> list[str | Reference]:
    """Neighbouring texts as one."""
    joined: list[str | Reference] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _texts(expression: Expression) -> list[str]:
    if isinstance(expression, Template):
        return [part for part in expression.parts if isinstance(part, str)]
    return [expression.value] if isinstance(expression, Constant) else []
