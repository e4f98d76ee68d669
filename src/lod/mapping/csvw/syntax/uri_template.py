"""URI templates, levels 1 to 4.

https://www.rfc-editor.org/rfc/rfc6570
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from lod.diagnostics import TextOrigin
from lod.wording import Wording, say

Value = str | Sequence[str] | None  # None and an empty list are undefined (§2.3)

_NAME = re.compile(r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*")
_VARIABLE = re.compile(rf"({_NAME.pattern})(?::([1-9][0-9]{{0,3}})|(\*))?")
_ILLEGAL_LITERAL = re.compile(r"[\x00-\x20\x7f\"'<>\\^`{|}]|%(?![0-9A-Fa-f]{2})")
_RESERVED = ":/?#[]@!$&'()*+,;="
_TRIPLET_OR_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Operator:
    """How an expression joins its variables (appendix A)."""

    first: str = ""
    separator: str = ","
    named: bool = False
    if_empty: str = ""
    keeps_reserved: bool = False


_OPERATORS = {
    "": Operator(),
    "+": Operator(keeps_reserved=True),
    "#": Operator("#", keeps_reserved=True),
    ".": Operator(".", "."),
    "/": Operator("/", "/"),
    ";": Operator(";", ";", named=True),
    "?": Operator("?", "&", named=True, if_empty="="),
    "&": Operator("&", "&", named=True, if_empty="="),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with its modifier (§2.4)."""

    name: str
    prefix: int = 0  # 0: the whole value
    explode: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """What stands between braces (§2.2)."""

    operator: Operator
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class UriTemplate:
    """A template in parts: literal text and expressions, in order."""

    text: str
    parts: tuple[str | Expression, ...]
    at: TextOrigin | None = field(default=None, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that it uses, each once, in order of appearance."""
        used = (v.name for part in self.parts if isinstance(part, Expression) for v in part.variables)
        return tuple(dict.fromkeys(used))


class UriTemplateError(Exception):
    """No URI template: what is wrong, at which offset of the text."""

    def __init__(self, message: Wording, offset: int) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message)


def parse_uri_template(text: str) -> UriTemplate:
    """Read a template (§2).

    Raises:
        UriTemplateError: a brace without its partner, an unknown operator, or a name that no variable may have.
    """
    parts: list[str | Expression] = []
    at = 0
    while at < len(text):
        brace = text.find("{", at)
        literal = text[at : brace if brace >= 0 else len(text)]
        if "}" in literal:
            raise UriTemplateError(say("'}' without '{' before it"), at + literal.index("}"))
        if literal:
            parts.append(_literal(literal))
        if brace < 0:
            break
        close = text.find("}", brace)
        if close < 0:
            raise UriTemplateError(say("'{' is never closed"), brace)
        parts.append(_expression(text[brace + 1 : close], brace + 1))
        at = close + 1
    return UriTemplate(text, tuple(parts))


def _literal(text: str) -> str:
    """Literal text; what no URI may hold is escaped, non-ASCII stays for the IRI (§3.1)."""
    return _ILLEGAL_LITERAL.sub(lambda m: quote(m.group(), safe=""), text)


def _expression(text: str, offset: int) -> Expression:
    mark = text[:1] if text[:1] in _OPERATORS else ""
    if text[:1] and text[:1] in "=,!@|":
        raise UriTemplateError(say("the operator '{text}' is reserved", text=text[0]), offset)
    variables = []
    for spec in text[len(mark) :].split(","):
        found = _VARIABLE.fullmatch(spec)
        if found is None:
            raise UriTemplateError(say("'{spec}' is no variable name", spec=spec), offset)
        variables.append(Variable(found[1], int(found[2] or 0), found[3] is not None))
    return Expression(_OPERATORS[mark], tuple(variables))


def expand_template(template: UriTemplate, values: Mapping[str, Value]) -> str:
    """The template with its variables replaced; undefined ones leave nothing (§3)."""
    return "".join(part if isinstance(part, str) else expand_expression(part, values) for part in template.parts)


def expand_expression(expression: Expression, values: Mapping[str, Value]) -> str:
    """One expression's expansion (§3.2.1)."""
    operator = expression.operator
    encode = _encode_reserved if operator.keeps_reserved else percent_encode
    pieces = []
    for variable in expression.variables:
        value = values.get(variable.name)
        if value is not None and (isinstance(value, str) or value):
            pieces.append(_expand_variable(variable, value, operator, encode))
    return operator.first + operator.separator.join(pieces) if pieces else ""


def _expand_variable(
    variable: Variable, value: str | Sequence[str], operator: Operator, encode: Callable[[str], str]
) -> str:
    if isinstance(value, str):
        text = encode(value[: variable.prefix] if variable.prefix else value)
        return _named(variable.name, text, operator) if operator.named else text
    items = [encode(item) for item in value]
    if variable.explode:
        if operator.named:
            items = [_named(variable.name, item, operator) for item in items]
        return operator.separator.join(items)
    text = ",".join(items)
    return _named(variable.name, text, operator) if operator.named else text


def _named(name: str, text: str, operator: Operator) -> str:
    return f"{name}={text}" if text else name + operator.if_empty


def percent_encode(text: str) -> str:
    """Everything but unreserved characters percent-encoded as UTF-8 (§3.2.2)."""
    return quote(text, safe="~")


def _encode_reserved(text: str) -> str:
    """Reserved characters and escapes that stand already are kept, too (§3.2.3)."""
    return _TRIPLET_OR_CHARACTER.sub(
        lambda m: m.group() if len(m.group()) == 3 else quote(m.group(), safe=_RESERVED + "~"), text
    )
