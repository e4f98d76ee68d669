"""Functions and conditions: in long form, in short form, and as a call in one line.

https://rml.io/yarrrml/spec/#functions, #conditions. Functions and parameters are named as `lod.mapping.functions` has
them; a parameter may go without a prefix, and `equal` and `notEqual` with str1 and str2 are those of IDLab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.arguments import arguments, unknown_function
from lod.mapping.conditions import both
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.mapping.functions import EQUAL, Function, Parameter, function_named, known_functions, short_name
from lod.mapping.ir import Call, Constant, Expression, Join, references
from lod.mapping.shapes import Shapes
from lod.mapping.templates import Names
from lod.mapping.yarrrml.keys import values_of
from lod.mapping.yarrrml.one_line import CALL, arguments_of, part, stripped
from lod.wording import say

_STR = {"str1": "value", "str2": "value2"}  # as the specification calls the parameters of `equal`
_SIDES = {"s": "child", "subject": "child", "o": "parent", "object": "parent"}


@dataclass(frozen=True, slots=True)
class Input:
    """What a parameter is given; in a join, from which side."""

    parameter: Parameter
    value: Expression
    side: str = ""


@dataclass(frozen=True, slots=True)
class Calls:
    """Reads functions and conditions of one document."""

    names: Names
    shapes: Shapes
    findings: Findings

    def call(self, values: Mapping[str, Node], origin: TextOrigin) -> Call | None:
        """The call that `function` and `parameters` write; None, and findings, when something in it is wrong."""
        read = self._sided(values, origin)
        if read and read[1] == "parent":
            message = say("only a join has another side")
            self.findings.error("LOD3004", message, origin, say("leave 'o' out, or refer to a 'mapping'"))
        return read[0] if read else None

    def _sided(self, values: Mapping[str, Node], origin: TextOrigin) -> tuple[Call, str] | None:
        """A call, and from which side of a join its values are."""
        read = self._read(values, origin)
        if read is None:
            return None
        function, inputs, where = read
        sides = {each.side for each in inputs if each.side and any(references(each.value))}  # a text has no side
        if len(sides) > 1:
            self.findings.error(
                "LOD3004", say("the values of a function are of one side of a join"), where, say("all s, or all o")
            )
        call = Call(function.iri, arguments(function, ((each.parameter, each.value) for each in inputs)), where)
        return call, min(sides, default="")

    def expression(self, node: Node, kind: str = "") -> Expression | None:
        """A template or a function: a datatype, a language, what a parameter is given."""
        if isinstance(node, Keyed):
            return self.call(values_of(node, "a function", self.findings), node.origin)
        text = self.shapes.text(node)
        if text is None:
            return None
        return self._template(text, kind)

    def condition(self, node: Node | None) -> Expression | None:
        """What has to be true; of several conditions all."""
        found = [each for item in self.shapes.items(node) if (each := self._condition(item))]
        return _all(found)

    def joins(self, node: Node | None) -> tuple[tuple[Join, ...], Expression | None]:
        """The conditions of a reference to a mapping: those between its rows and ours, and those on ours alone."""
        joins, own = [], []
        for item in _each_of(self.shapes.items(node)):
            values = self._condition_values(item)
            read = self._read(values, item.origin) if values else None
            if read is None:
                continue
            function, inputs, where = read
            is_own = all(each.side != "parent" for each in inputs)
            has_constant = not all(any(references(each.value)) for each in inputs)
            if function.iri == EQUAL and not (is_own and has_constant):
                joins += self._join(inputs, item.origin)
            elif not is_own:
                message = say("a join by {iri} is not supported", iri=short_name(function.iri))
                self.findings.error("LOD3012", message, where, say("rows are joined where values are equal"))
            else:
                given = ((each.parameter, each.value) for each in inputs)
                own.append(Call(function.iri, arguments(function, given), where))
        return tuple(joins), _all(own)

    def _join(self, inputs: list[Input], origin: TextOrigin) -> list[Join]:
        sides = {each.side: each.value for each in inputs if each.side}
        for each in sorted(inputs, key=lambda each: each.parameter.name):  # value, value2
            if not each.side:
                sides.setdefault("parent" if "child" in sides else "child", each.value)
        columns = all(each.side for each in inputs) or all(any(references(each)) for each in sides.values())
        if set(sides) != {"child", "parent"} or not columns:
            hint = say("parameters: [[str1, $(column here)], [str2, $(column there)]]")
            self.findings.error("LOD3004", say("a join needs a column here and a column there"), origin, hint)
            return []
        return [Join(sides["child"], sides["parent"])]

    def _condition(self, node: Node) -> Call | None:
        values = self._condition_values(node)
        return self.call(values, node.origin) if values else None

    def _condition_values(self, node: Node) -> dict[str, Node] | None:
        if isinstance(node, Text) and CALL.match(node.value):
            return {"function": node}
        keyed = self.shapes.keyed(node, "a condition")
        return values_of(keyed, "a condition", self.findings) if keyed else None

    def _read(self, values: Mapping[str, Node], origin: TextOrigin) -> tuple[Function, list[Input], TextOrigin] | None:
        """The function and what it is given."""
        text = self.shapes.text(values.get("function"))
        if text is None:
            if "function" not in values:
                self.findings.error(
                    "LOD3005", say("here a 'function' is needed"), origin, say("function: grel:toUpperCase")
                )
            return None
        if CALL.match(text.value):
            if "parameters" in values:
                message = say("the call names its parameters, and so does 'parameters'")
                self.findings.error("LOD3002", message, values["parameters"].origin, say("keep one"))
            return self._one_line(text)
        function = self._function(text)
        if function is None:
            return None
        items = self.shapes.items(values.get("parameters"))
        return self._checked(function, [self._input(function, item) for item in items], text.origin)

    def _checked(
        self, function: Function, inputs: list[Input | None], origin: TextOrigin
    ) -> tuple[Function, list[Input], TextOrigin] | None:
        given = [each for each in inputs if each]
        names = [each.parameter.name for each in given]
        once = [each.parameter.name for each in given if not (each.parameter.repeats or function.is_foreign)]
        for name in {name for name in once if once.count(name) > 1}:
            self.findings.error(
                "LOD3002",
                say("'{name}' is given to {iri} twice", name=name, iri=short_name(function.iri)),
                origin,
                say("keep one"),
            )
        if len(given) == len(inputs):
            for parameter in function.parameters:
                if parameter.required and parameter.name not in names:
                    message = say(
                        "{iri} needs {iris}", iri=short_name(function.iri), iris=short_name(parameter.iris[0])
                    )
                    hint = say("parameters: [[{iris}, $(column)]]", iris=short_name(parameter.iris[0]))
                    self.findings.error("LOD3112", message, origin, hint)
                    return None
        return (function, given, origin) if len(given) == len(inputs) and len(once) == len(set(once)) else None

    def _function(self, text: Text) -> Function | None:
        name = text.value.strip()
        iri = name
        if ":" in name:
            expression = self.names.iri(text, self.findings)
            iri = expression.value if isinstance(expression, Constant) else name
            function = function_named(iri)
        else:
            found = [each for each in known_functions() if re.split("[#:/]", each.iri)[-1] == name]
            function = found[0] if len(found) == 1 else None
        return function or unknown_function(iri, name, text.at(0, len(text.value)), self.findings)

    def _parameter(self, function: Function, text: Text) -> Parameter | None:
        name = text.value.strip()
        if ":" in name:
            expression = self.names.iri(text, self.findings)
            found = function.parameter(expression.value) if isinstance(expression, Constant) else None
        elif function.is_foreign:  # a parameter has the function's prefix, unless it says another
            found = function.parameter(re.sub(r"[^#/:]*\Z", "", function.iri) + name)
        else:
            name = _STR.get(name, name)
            found = next((p for p in function.parameters if name == p.name or name in _local_names(p)), None)
        if found is None:
            known = [short_name(each.iris[0]) for each in function.parameters]
            message = say("{iri} has no parameter '{text}'", iri=short_name(function.iri), text=text.value.strip())
            hint = did_you_mean(name, known) or say("it takes no parameters")
            self.findings.error("LOD3112", message, text.at(0, len(text.value)), hint)
        return found

    def _input(self, function: Function, node: Node) -> Input | None:
        """`[parameter, value]`, `[parameter, value, s or o]`, or the same with keys."""
        if isinstance(node, Keyed):
            values = values_of(node, "a parameter", self.findings)
            name, value, side = values.get("parameter"), values.get("value"), values.get("from")
            kind = self.shapes.text(values.get("type"))
            if kind and kind.value not in ("iri", "literal"):
                hint = say("iri or literal")
                self.findings.error(
                    "LOD3004", say("'{kind}' is no type of a parameter", kind=kind.value), kind.origin, hint
                )
        elif isinstance(node, Listed) and 2 <= len(node.items) <= 3:
            name, value, *more = node.items
            side, kind = (more[0] if more else None), None
        else:
            name = value = side = kind = None
        parameter_name = self.shapes.text(name)
        if parameter_name is None or value is None:
            hint = say("write [parameter, value], or the keys 'parameter' and 'value'")
            self.findings.error("LOD3004", say("a parameter has a name and a value"), node.origin, hint)
            return None
        parameter = self._parameter(function, parameter_name)
        given = self._side(self.shapes.text(side))
        expression: Expression | None
        if isinstance(value, Keyed):  # whose own parameters may say from which side they are
            nested = self._sided(values_of(value, "a function", self.findings), value.origin)
            expression, given = (nested[0], given or nested[1]) if nested else (None, "")
        else:
            expression = self.expression(value, kind.value if kind else "")
        return Input(parameter, expression, given) if parameter and expression else None

    def _side(self, text: Text | None) -> str:
        if text and text.value not in _SIDES:
            hint = say("s: of the subject's row, o: of the object's")
            self.findings.error("LOD3004", say("'{text}' is no side of a join", text=text.value), text.origin, hint)
        return _SIDES.get(text.value, "") if text else ""

    def _template(self, text: Text, kind: str = "") -> Expression:
        """A value; a known prefix is expanded, as the reference implementation does, unless it is a `literal`."""
        if text.value.endswith("~iri"):
            return self.names.iri(text, self.findings, len(text.value) - 4)
        if kind == "iri":
            return self.names.iri(text, self.findings)
        expression = self.names.value(text, self.findings)
        return expression if kind == "literal" else self.names.expanded(expression, text)

    # A call in one line: ex:f(p = $(x), q = ex:g(r = text))

    def _one_line(self, text: Text) -> tuple[Function, list[Input], TextOrigin] | None:
        opened = CALL.match(text.value)
        assert opened, "looked at before"
        arguments = arguments_of(text, opened.end())
        if arguments is None:
            hint = say('ex:f(parameter = $(column), other = "text, with a comma")')
            self.findings.error("LOD3008", say("the call is not closed: '(' without ')' at its end"), text.origin, hint)
            return None
        function = self._function(part(text, *opened.span(1)))
        if function is None:
            return None
        inputs = [self._argument(function, each) for each in arguments]
        return self._checked(function, inputs, text.at(*opened.span(1)))

    def _argument(self, function: Function, text: Text) -> Input | None:
        name, equals, _ = text.value.partition("=")
        if not equals or not re.fullmatch(r"\s*[\w.:\-]+\s*", name):
            hint = say("write parameter = value")
            self.findings.error(
                "LOD3004", say("'{text}' does not say which parameter", text=text.value.strip()), text.origin, hint
            )
            return None
        parameter = self._parameter(function, stripped(part(text, 0, len(name))))
        given = stripped(part(text, len(name) + 1, len(text.value)))
        expression = self._value(given)
        return Input(parameter, expression) if parameter and expression else None

    def _value(self, text: Text) -> Expression | None:
        if len(text.value) > 1 and text.value[0] == text.value[-1] == '"':
            return self._template(part(text, 1, len(text.value) - 1), "literal")
        if CALL.match(text.value) and text.value.endswith(")"):
            return self.call({"function": text}, text.origin)
        return self._template(text)


def _each_of(conditions: Iterable[Node]) -> Iterator[Node]:
    """The conditions, and for one that says `and` those that it joins: rows are joined where all are true."""
    for each in conditions:
        parts = _joined_by_and(each)
        yield from _each_of(parts) if parts else [each]


def _joined_by_and(node: Node) -> list[Node]:
    """The calls that a call of `boolean_and` is given, [] for anything else."""
    if not isinstance(node, Keyed):
        return []
    function = _value(node, "function", "fn", "f")
    given = _value(node, "parameters", "pms")
    is_and = isinstance(function, Text) and re.split("[#:/]", function.value.strip())[-1] == "boolean_and"
    if not is_and or not isinstance(given, Listed):
        return []
    values = [_given(each) for each in given.items]
    found = [Keyed({key: it for key, it in v.entries.items() if key != "mapping"}, v.origin) for v in values if v]
    return list(found) if len(found) == len(values) else []


def _given(parameter: Node) -> Keyed | None:
    """What a parameter is given, if that has keys: a call."""
    if isinstance(parameter, Listed):
        value: Node | None = parameter.items[1] if len(parameter.items) > 1 else None
    else:
        value = _value(parameter, "value", "v") if isinstance(parameter, Keyed) else None
    return value if isinstance(value, Keyed) else None


def _value(node: Keyed, *names: str) -> Node | None:
    return next((node.entries[name][1] for name in names if name in node.entries), None)


def _all(conditions: list[Call]) -> Expression | None:
    return reduce(both, conditions, None)


def _local_names(parameter: Parameter) -> list[str]:
    return [re.split("[#:]", each)[-1] for each in parameter.iris]
