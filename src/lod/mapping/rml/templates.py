"""String templates: text with references in braces, `\\` before a brace or backslash that stands for itself.

RML-Core, https://w3id.org/rml/core/spec, «Template expressions»; R2RML §7.3.
"""

from __future__ import annotations

from lod.diagnostics import Findings
from lod.mapping.ir import Constant, Expression, Reference, Template
from lod.rdf.turtle import Literal
from lod.wording import NOTHING, say

_ADVICE = say(
    "a brace or a backslash that stands for itself is written \\{, \\} or \\\\ (in Turtle: \\\\{, \\\\}, \\\\\\\\)"
)


def parse_template(text: Literal, findings: Findings) -> Expression:
    """The expression that a template writes; the first thing that is wrong in it is a finding at the sign that is."""
    parts: list[str | Reference] = []
    written: list[str] = []
    opened = -1  # where the reference that is open begins
    signs = enumerate(text.value)
    for index, sign in signs:
        wrong = NOTHING
        if sign == "\\":
            _, escaped = next(signs, (0, ""))
            wrong = NOTHING if escaped in ("{", "}", "\\") and escaped else say("this backslash escapes nothing")
            written.append(escaped)
        elif sign == "{":
            wrong = say("a brace opens inside a reference") if opened >= 0 else NOTHING
            parts.append("".join(written))
            written, opened = [], index
        elif sign == "}":
            wrong = NOTHING if opened >= 0 else say("a brace closes that was never opened")
            wrong = wrong or (NOTHING if written else say("a reference without a name: {}"))
            parts.append(Reference("".join(written), text.at(opened, index - opened + 1)))
            written, opened = [], -1
        else:
            written.append(sign)
        if wrong:
            findings.error("LOD3106", wrong, text.at(index), _ADVICE)
            return Constant("", text.origin)
    if opened >= 0:
        findings.error("LOD3106", say("a reference is not closed: { without }"), text.at(opened), _ADVICE)
        return Constant("", text.origin)
    parts.append("".join(written))
    return _expression([part for part in parts if part], text)


def _expression(parts: list[str | Reference], text: Literal) -> Expression:
    if not any(isinstance(part, Reference) for part in parts):
        return Constant("".join(str(part) for part in parts), text.origin)
    return Template(tuple(parts), text.origin)
