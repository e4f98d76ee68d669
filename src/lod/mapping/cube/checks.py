"""The key 'checks' of a cube file: which checks are made of its figures, and how strictly."""

from __future__ import annotations

from lod.diagnostics import did_you_mean
from lod.mapping.cube.keys import known
from lod.mapping.cube.model import Checks
from lod.mapping.document import Node
from lod.mapping.shapes import Shapes
from lod.wording import say

STRICTNESS = ("error", "warning", "none")


def read_checks(node: Node | None, shapes: Shapes) -> Checks:
    """The checks; what is not said is as strict as it usually is."""
    keyed = shapes.keyed(node, "'checks'")
    given = shapes.keys(keyed, known("'checks'"), place="'checks'") if keyed else {}
    usual = Checks()
    return Checks(
        totals=_strictness(given.get("totals"), usual.totals, shapes),
        complete=_strictness(given.get("complete"), usual.complete, shapes),
        drift=_strictness(given.get("drift"), usual.drift, shapes),
        revisions=_strictness(given.get("revisions"), usual.revisions, shapes),
        agreement=_strictness(given.get("agreement"), usual.agreement, shapes),
        agrees_with=tuple(text.value for text in shapes.texts(given.get("agrees-with"))),
    )


def _strictness(node: Node | None, usual: str, shapes: Shapes) -> str:
    text = shapes.text(node)
    if text and text.value not in STRICTNESS:
        message = say("'{text}' cannot stand here", text=text.value)
        shapes.findings.error("LOD3603", message, text.origin, did_you_mean(text.value, STRICTNESS))
    return text.value if text else usual
