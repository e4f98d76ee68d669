"""Links to what others call the same thing: a reviewed table becomes triples and a VoID linkset.

https://www.w3.org/TR/void/#linkset §5
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.rdf.nquads import iri
from lod.wording import say


@dataclass(frozen=True, slots=True)
class Link:
    """One link and its evidence. Columns of the table that have no field of their own are in `evidence`."""

    subject: str
    predicate: str
    object: str
    justification: str  # IRI of https://w3id.org/semapv/vocab/
    reviewer: str  # who asserted or reviewed it
    evidence: Mapping[str, str]
    origin: TextOrigin

    @property
    def nquad(self) -> str:
        """The link as one line of N-Quads, without the line feed."""
        return f"{iri(self.subject)} {iri(self.predicate)} {iri(self.object)} ."


@dataclass(frozen=True, slots=True)
class Linkset:
    """The links of one table: reviewed ones only."""

    path: str  # as people know it
    title: str
    licence: str  # IRI, or ''
    links: tuple[Link, ...]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        lines = "".join(f"{link.nquad}\n" for link in sorted(self.links, key=lambda link: link.nquad))
        object.__setattr__(self, "digest", hashlib.sha256(lines.encode()).hexdigest())

    def by_authority(self) -> dict[tuple[str, str], tuple[Link, ...]]:
        """The links by (predicate, namespace of the object): one VoID linkset each."""
        groups: dict[tuple[str, str], list[Link]] = {}
        for link in self.links:
            groups.setdefault((link.predicate, namespace(link.object)), []).append(link)
        return {key: tuple(groups[key]) for key in sorted(groups)}


def namespace(iri: str) -> str:
    """An IRI up to its last '#' or '/'."""
    end = max(iri.rfind("#"), iri.rfind("/"))
    return iri[: end + 1]


def write_part(linksets: Iterable[Linkset], path: Path) -> Path:
    """Write the links of all linksets as N-Quads, each once."""
    lines = dict.fromkeys(link.nquad for linkset in linksets for link in linkset.links)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def check_subjects(linksets: Iterable[Linkset], known: Iterable[str], findings: Findings) -> None:
    """LOD7018 (warning) for a link whose subject nothing else is said about."""
    there = set(known)
    for linkset in linksets:
        for link in linkset.links:
            if link.subject not in there:
                message = say("nothing is known of the subject <{subject}>", subject=link.subject)
                findings.warning("LOD7018", message, link.origin, say("is its code spelt as in the code list?"))
