"""Broken integrity constraints as findings, at the cells or lines that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from pyoxigraph import NamedNode

from lod.diagnostics import Diagnostic, Origin, Severity
from lod.lift.lineage import find_cells
from lod.lineage import Lineage
from lod.rdf.parse import Document, place_of
from lod.validation.cubes.structure import Broken
from lod.validation.report import local_name
from lod.wording import NOTHING, say

_EACH = 20  # findings of one constraint; the others are counted


def cube_findings(
    found: Iterable[Broken], lineage: Lineage | None, documents: Iterable[Document]
) -> Iterator[Diagnostic]:
    """A finding for each broken constraint: LOD6101, IC-n. Beyond some of a kind, their number."""
    counts: Counter[int] = Counter()
    written = {str(quad.subject): document for document in documents for quad in document.quads}
    for broken in found:
        counts[broken.constraint] += 1
        if counts[broken.constraint] <= _EACH:
            origins = list(islice(_origins(broken, lineage, written), 10))
            message = say(
                "{broken}: {message} (IC-{constraint})",
                broken=_shown(broken),
                message=broken.message,
                constraint=broken.constraint,
            )
            first, others = origins[0] if origins else None, tuple(origins[1:])
            group = f"IC-{broken.constraint} {broken.path or '-'}"
            yield Diagnostic("LOD6101", Severity.ERROR, message, first, NOTHING, others, group=group)
    for constraint, count in sorted(counts.items()):
        if count > _EACH:
            message = say(
                "and {count:,} more nodes that break IC-{constraint}", count=count - _EACH, constraint=constraint
            )
            yield Diagnostic("LOD6101", Severity.ERROR, message)


def _origins(broken: Broken, lineage: Lineage | None, written: dict[str, Document]) -> Iterator[Origin]:
    if not isinstance(broken.node, NamedNode):
        return
    subject = broken.node.value
    if lineage is not None:
        path = broken.path.value if broken.path else None
        cells = (find_cells(lineage, subject, path) if path else []) or find_cells(lineage, subject, None)
        if cells:
            yield from cells
            return
    document = written.get(str(broken.node))
    if document:
        yield place_of(document, subject, broken.path.value if broken.path else "")


def _shown(broken: Broken) -> str:
    return local_name(broken.node.value) if isinstance(broken.node, NamedNode) else str(broken.node)
