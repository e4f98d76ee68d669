"""Functions in mappings: which one, with which arguments.

RML-FNML, https://w3id.org/rml/fnml/spec ; legacy FNML writes an execution as a triples map of its own, in which
`fno:executes` names the function and every other predicate is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable

from lod.diagnostics import did_you_mean
from lod.mapping.arguments import arguments, unknown_function
from lod.mapping.conditions import TRUE_CONDITION
from lod.mapping.functions import EQUAL, Function, Parameter, current_name, function_named, short_name
from lod.mapping.ir import Call, Constant, Expression, Join
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import FNO
from lod.rdf.turtle import Iri, Literal, Term
from lod.wording import say

_AND = "http://users.ugent.be/~bjdmeest/function/grel.ttl#boolean_and"
_EXECUTES = tuple(f"{each}executes" for each in FNO)
ReadExpression = Callable[[Resource], Expression | None]


def read_execution(graph: Graph, node: Resource, read: ReadExpression) -> Call | None:
    """The call that an expression map writes with `rml:functionExecution`; None if it writes none, or a wrong one."""
    if execution := graph.resource(node, "functionExecution"):
        call = _execution(graph, execution, read)
        if call:
            _check_return(graph, node, call)
        return call
    if legacy := graph.resource(node, "functionValue"):
        return _legacy_execution(graph, legacy, read)
    return None


def _execution(graph: Graph, execution: Resource, read: ReadExpression) -> Call | None:
    iri = _constant(graph, execution, "function")
    if iri is None:
        hint = say("add rml:function grel:toUpperCase or another one")
        graph.findings.error("LOD3103", say("the execution does not say which function"), graph.origin(execution), hint)
        return None
    given: list[tuple[Iri, Expression]] = []
    for each in graph.resources(execution, "input"):
        parameter = _constant(graph, each, "parameter")
        value = _input_value(graph, each, read)
        if parameter is None or value is None:
            message = say("the input has no {parameter}", parameter="parameter" if parameter is None else "value")
            graph.findings.error("LOD3103", message, graph.origin(each), say("rml:parameter and rml:inputValueMap"))
            continue
        given.append((parameter, value))
    return _call(graph, iri, given)


def _constant(graph: Graph, node: Resource, name: str) -> Iri | None:
    """`rml:function`, `rml:parameter`, `rml:return`: in short form, or as a map with a constant."""
    if short := graph.iri(node, name):
        return short
    long = graph.resource(node, f"{name}Map")
    if long is None:
        return None
    if graph.values(long, "constant"):
        return graph.iri(long, "constant")
    message = say(
        "rml:{name}Map can only be a constant: what it names has to be known before any row is read", name=name
    )
    graph.findings.error("LOD3012", message, graph.origin(long), say("write rml:{name}", name=name))
    return None


def _input_value(graph: Graph, node: Resource, read: ReadExpression) -> Expression | None:
    short: Term | None = graph.one(node, "inputValue")
    if short is not None:
        return Constant(str(short.value), short.origin)
    long = graph.resource(node, "inputValueMap")
    return read(long) if long else None


def _call(graph: Graph, iri: Iri, given: list[tuple[Iri, Expression]]) -> Call | None:
    function = function_named(iri.value)
    function = function or unknown_function(iri.value, short_name(iri.value), iri.origin, graph.findings)
    if function is None:
        return None
    found: list[tuple[Parameter, Expression]] = []
    names: set[str] = set()
    for parameter_iri, value in given:
        parameter = function.parameter(parameter_iri.value)
        if parameter is None:
            _unknown_parameter(graph, function, parameter_iri)
        elif parameter.name in names and not (parameter.repeats or function.is_foreign):
            message = say("{parameter_iri} is given twice", parameter_iri=short_name(parameter_iri.value))
            graph.findings.error("LOD3104", message, parameter_iri.origin, say("keep one"))
        else:
            found.append((parameter, value))
            names.add(parameter.name)
    for parameter in function.parameters:
        if parameter.required and parameter.name not in names and len(found) == len(given):
            message = say("{iri} needs {iris}", iri=short_name(function.iri), iris=short_name(parameter.iris[0]))
            graph.findings.error("LOD3112", message, iri.origin, say("add an rml:input with that rml:parameter"))
    return Call(function.iri, arguments(function, found), iri.origin)


def _unknown_parameter(graph: Graph, function: Function, iri: Iri) -> None:
    known = [short_name(each.iris[0]) for each in function.parameters]
    message = say("{iri} has no parameter {iri2}", iri=short_name(function.iri), iri2=short_name(iri.value))
    hint = did_you_mean(short_name(iri.value), known) or say("it takes no parameters")
    graph.findings.error("LOD3112", message, iri.origin, hint)


def _check_return(graph: Graph, node: Resource, call: Call) -> None:
    returned = _constant(graph, node, "return")
    function = function_named(call.function)
    if returned and function and returned.value not in function.outputs:
        message = say(
            "{function} does not return {returned}",
            function=short_name(call.function),
            returned=short_name(returned.value),
        )
        hint = did_you_mean(short_name(returned.value), [short_name(each) for each in function.outputs])
        graph.findings.error("LOD3112", message, returned.origin, hint)


def _legacy_execution(graph: Graph, node: Resource, read: ReadExpression) -> Call | None:
    iri: Iri | None = None
    given: list[tuple[Iri, Expression]] = []
    for pom in graph.resources(node, "predicateObjectMap"):
        predicate = _legacy_predicate(graph, pom)
        if predicate is None:
            continue
        if predicate.value in _EXECUTES:
            iri = _legacy_function(graph, pom)
            continue
        given += [(predicate, Constant(str(each.value), each.origin)) for each in graph.values(pom, "object")]
        values = [read(each) for each in graph.resources(pom, "objectMap")]
        given += [(predicate, each) for each in values if each is not None]
    if iri is None:
        hint = say("add a predicate-object map with fno:executes")
        graph.findings.error("LOD3103", say("the function value does not say which function"), graph.origin(node), hint)
        return None
    return _call(graph, iri, given)


def read_joins(graph: Graph, node: Resource, read: ReadExpression) -> list[Join | None]:
    """Joins that legacy FNML writes as a call of `equal`, or as a `boolean_and` of such; None for one that is wrong."""
    call = read_execution(graph, node, read)
    execution = graph.resource(node, "functionValue")
    if call is None or execution is None:
        return [None]
    if call.function == _AND:
        given = [value for name, value in legacy_inputs(graph, execution) if name not in _EXECUTES]
        if given and all(graph.values(each, "functionValue") for each in given):
            return [join for each in given for join in read_joins(graph, each, read)]
    return [_join_by(graph, node, call, execution, read)]


def _join_by(graph: Graph, node: Resource, call: Call, execution: Resource, read: ReadExpression) -> Join | None:
    """What stands in an rml:parentTermMap is of the other side."""
    if call.function != EQUAL:
        message = say("a join by {function} is not supported", function=short_name(call.function))
        hint = say("rows are joined where values are equal")
        graph.findings.error("LOD3012", message, call.origin, hint)
        return None
    values = [value for name, value in legacy_inputs(graph, execution) if name not in _EXECUTES]
    sides = {_is_parents(graph, each): read(each) for each in values}
    child, parent = sides.get(False), sides.get(True)
    if child is None or parent is None:
        hint = say("one value of the row itself, and one in rml:parentTermMap")
        message = say("the join needs a column here and a column there")
        graph.findings.error("LOD3103", message, graph.origin(node), hint)
        return None
    return Join(child, parent)


def read_condition(graph: Graph, node: Resource) -> tuple[Resource, Resource] | None:
    """The condition and the term map under it, where legacy FNML writes a conditional term: as a trueCondition."""
    execution = graph.resource(node, "functionValue") if graph.values(node, "functionValue") else None
    inputs = dict(legacy_inputs(graph, execution)) if execution else {}
    function = next((inputs[each] for each in _EXECUTES if each in inputs), None)
    name = graph.one(function, "constant") if function else None
    if name is None or current_name(str(name.value)) != TRUE_CONDITION:
        return None
    known = function_named(TRUE_CONDITION)
    assert known is not None, "it is built in"
    condition, value = (next((inputs[iri] for iri in p.iris if iri in inputs), None) for p in known.parameters)
    return (condition, value) if condition and value else None


def legacy_inputs(graph: Graph, execution: Resource) -> list[tuple[str, Resource]]:
    """What a legacy execution is given in long form, each with the parameter's IRI; the function itself is one."""
    return [
        (current_name(predicate.value), each)
        for pom in graph.resources(execution, "predicateObjectMap")
        if (predicate := _legacy_predicate(graph, pom))
        for each in graph.resources(pom, "objectMap")
    ]


def _is_parents(graph: Graph, node: Resource) -> bool:
    """Whether a value, or one that a function in it is given, is of the other side of a join."""
    if graph.values(node, "parentTermMap"):
        return True
    ways = ("functionValue", "predicateObjectMap", "objectMap")
    return any(_is_parents(graph, each) for name in ways for each in graph.resources(node, name))


def _legacy_predicate(graph: Graph, pom: Resource) -> Iri | None:
    if short := graph.iri(pom, "predicate"):
        return short
    long = graph.resource(pom, "predicateMap")
    return graph.iri(long, "constant") if long else None


def _legacy_function(graph: Graph, pom: Resource) -> Iri | None:
    if short := graph.one(pom, "object"):
        return _as_iri(short)
    long = graph.resource(pom, "objectMap")
    value = graph.one(long, "constant") if long else None
    return _as_iri(value) if value else None


def _as_iri(term: Term) -> Iri | None:
    if isinstance(term, Literal):  # yarrrml-parser writes function names as text
        return Iri(term.value, term.origin)
    return term if isinstance(term, Iri) else None
