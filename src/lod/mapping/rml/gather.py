"""Gather maps: terms gathered into lists and containers.

RML-CC, https://w3id.org/rml/cc/spec
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lod.diagnostics import did_you_mean
from lod.mapping.ir import GatherMap, ReferencingObjectMap, TermMap
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import RML, shown
from lod.rdf.namespaces import RDF
from lod.rdf.turtle import Literal
from lod.wording import say

Member = TermMap | ReferencingObjectMap | GatherMap
ReadMember = Callable[[Resource], Member | None]

KINDS = ("List", "Bag", "Seq", "Alt")
_STRATEGIES = {RML + "append": False, RML + "cartesianProduct": True}


def gathers(graph: Graph, node: Resource) -> bool:
    """Whether a term map is a gather map."""
    return bool(graph.values(node, "gather") or graph.values(node, "gatherAs"))


def read_gather(graph: Graph, node: Resource, head: TermMap | None, member: ReadMember) -> GatherMap | None:
    """The gather map at a resource, under a head if it has one; None, and findings, when it is wrong."""
    before = len(graph.findings.errors)
    members = [member(each) for each in _items(graph, node)]
    kind = graph.iri(node, "gatherAs")
    if kind is None or kind.value not in [RDF + each for each in KINDS]:
        hint = did_you_mean(shown(kind) if kind else "", [f"rdf:{each}" for each in KINDS])
        where = kind.origin if kind else graph.origin(node)
        graph.findings.error("LOD3119", say("rml:gatherAs is rdf:List, rdf:Bag, rdf:Seq or rdf:Alt"), where, hint)
    strategy = graph.iri(node, "strategy")
    if strategy and strategy.value not in _STRATEGIES:
        hint = did_you_mean(shown(strategy), ["rml:append", "rml:cartesianProduct"])
        graph.findings.error(
            "LOD3119", say("there is no strategy {strategy}", strategy=shown(strategy)), strategy.origin, hint
        )
    keeps_empty = graph.text(node, "allowEmptyListAndContainer")
    if kind is None or len(graph.findings.errors) > before:
        return None
    found = tuple(each for each in members if each)
    gathered = GatherMap(found, kind.value, graph.origin(node), head)
    return replace(
        gathered,
        is_product=bool(strategy and _STRATEGIES[strategy.value]),
        keeps_empty=bool(keeps_empty and keeps_empty.value == "true"),
    )


def _items(graph: Graph, node: Resource) -> list[Resource]:
    """The resources of the list that `rml:gather` is; one that is empty, or none, is a finding."""
    place = graph.resource(node, "gather")
    found: list[Resource] = []
    while place is not None and place.value != RDF + "nil":
        item = graph.one(place, RDF + "first")
        if item is None or isinstance(item, Literal):
            break
        found.append(item)
        rest = graph.one(place, RDF + "rest")
        place = None if isinstance(rest, Literal) else rest
    if not found:
        hint = say('rml:gather ( [ rml:reference "a" ] [ rml:reference "b" ] )')
        graph.findings.error("LOD3119", say("rml:gather is a list of term maps"), graph.origin(node), hint)
    return found
