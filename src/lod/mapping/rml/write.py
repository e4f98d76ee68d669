"""IR → RML in Turtle, in the words of https://w3id.org/rml/: triples maps and their statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lod.diagnostics import Findings
from lod.mapping.ir import GatherMap, Mapping, PredicateObjectMap, ReferencingObjectMap, Rows, TermMap, TriplesMap
from lod.mapping.rml.write_sources import SourceWriter
from lod.mapping.rml.write_terms import TermWriter
from lod.mapping.rml.write_turtle import Names, Pair, Properties
from lod.rdf.iris import iri_safe
from lod.wording import say


def write_rml(mapping: Mapping, findings: Findings) -> str:
    """The document; what RML cannot say is a finding, and left out."""
    names = Names({"rml"})
    terms = TermWriter(names)
    writer = _Writer(names, terms, SourceWriter(names, terms, findings))
    blocks = [writer.triples_map(each) for each in mapping.triples_maps]
    bases = {each.document_base for each in mapping.triples_maps}
    if len(bases) > 1:
        findings.error(
            "LOD3018", say("documents with different bases do not become one"), None, say("convert them one by one")
        )
    head = names.declarations()
    head += [f"@base <{base}> ." for base in sorted(bases) if base]
    return "\n".join(head) + "\n\n" + "\n".join(blocks)


@dataclass(frozen=True, slots=True)
class _Writer:
    names: Names
    terms: TermWriter
    sources: SourceWriter

    def triples_map(self, triples_map: TriplesMap) -> str:
        """One triples map."""
        pairs: list[Pair] = [("a", "rml:TriplesMap")]
        if triples_map.base:
            pairs.append(("rml:baseIRI", f"<{triples_map.base}>"))
        content = triples_map.source.content
        if not isinstance(content, Rows) or content.columns:  # else all is constant, and needs no source
            pairs.append(("rml:logicalSource", self.sources.source(triples_map.source)))
        gathered = triples_map.gathered
        subject = self._gathered(gathered) if gathered else self.terms.term(triples_map.subject)
        if gathered:
            graphs = [("rml:graphMap", self.terms.term(each)) for each in triples_map.gathered_in if each]
            subject = Properties([*subject.pairs, *graphs])
        pairs.append(("rml:subjectMap", subject))
        pairs += [("rml:predicateObjectMap", self._statement(each)) for each in triples_map.predicate_object_maps]
        lines = [f"{name} {each if isinstance(each, str) else each.written('  ')}" for name, each in pairs]
        return f"{_name(triples_map.name)} " + " ;\n  ".join(lines) + " .\n"

    def _statement(self, pom: PredicateObjectMap) -> Properties:
        pairs: list[Pair] = []
        if not pom.targets and (short := self.terms.short(pom.predicate)):
            pairs.append(("rml:predicate", short))
        else:
            predicate = self.terms.term(pom.predicate)
            targets = [("rml:logicalTarget", self.sources.target(each)) for each in pom.targets]
            pairs.append(("rml:predicateMap", Properties([*predicate.pairs, *targets])))
        if isinstance(pom.object, ReferencingObjectMap):
            pairs.append(("rml:objectMap", self._referencing(pom.object)))
        elif isinstance(pom.object, GatherMap):
            pairs.append(("rml:objectMap", self._gathered(pom.object)))
        elif short := self.terms.short(pom.object):
            pairs.append(("rml:object", short))
        else:
            pairs.append(("rml:objectMap", self.terms.term(pom.object, is_object=True)))
        if pom.graph:
            short = self.terms.short(pom.graph)
            pairs.append(("rml:graph", short) if short else ("rml:graphMap", self.terms.term(pom.graph)))
        return Properties(pairs)

    def _gathered(self, gathered: GatherMap) -> Properties:
        """A list or container; its term map is its head."""
        pairs = list(self.terms.term(gathered.head).pairs) if gathered.head else []
        members = []
        for each in gathered.members:
            if isinstance(each, GatherMap):
                member = self._gathered(each)
            else:
                member = self.terms.term(each, is_object=True) if isinstance(each, TermMap) else self._referencing(each)
            members.append(member.written("      "))
        pairs.append(("rml:gather", f"( {' '.join(members)} )"))
        pairs.append(("rml:gatherAs", self.names.iri(gathered.kind)))
        if gathered.is_product:
            pairs.append(("rml:strategy", "rml:cartesianProduct"))
        if gathered.keeps_empty:
            pairs.append(("rml:allowEmptyListAndContainer", "true"))
        return Properties(pairs)

    def _referencing(self, referencing: ReferencingObjectMap) -> Properties:
        pairs: list[Pair] = [("rml:parentTriplesMap", _name(referencing.parent))]
        pairs += [self.terms.join(each) for each in referencing.joins]
        return Properties(pairs)


def _name(name: str) -> str:
    """A triples map's IRI; what is percent-encoded already stays."""
    parts = re.split(r"(%[0-9A-Fa-f]{2})", name)
    return f"<#{''.join(part if n % 2 else iri_safe(part) for n, part in enumerate(parts))}>"
