"""Why a link to a vocabulary of others is there: `links.json` of a release, from its reviewed tables.

SSSOM: https://mapping-commons.github.io/sssom/Mapping/ (the slots that say who, when and how)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

LINKS = "links.json"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind one link. Texts are as the table has them; '' where it says nothing."""

    subject: str
    predicate: str
    object: str
    justification: str  # IRI of https://w3id.org/semapv/vocab/
    reviewer: str
    date: str = ""
    confidence: str = ""
    comment: str = ""
    label: str = ""  # what the other side calls it
    valid_from: str = ""
    valid_to: str = ""
    linkset: str = ""  # its title


def write_evidence(folder: Path, links: Iterable[Evidence]) -> None:
    """Write the evidence of all links into a release that is being made."""
    ordered = sorted(links, key=lambda link: (link.subject, link.predicate, link.object))
    text = json.dumps([asdict(link) for link in ordered], ensure_ascii=False, indent=1)
    (folder / LINKS).write_text(text + "\n", encoding="utf-8")


def read_evidence(folder: Path) -> Mapping[tuple[str, str, str], Evidence]:
    """The evidence by subject, predicate and object; empty where the release has none.

    Raises:
        ValueError, KeyError, TypeError: the file is none of ours.
    """
    file = folder / LINKS
    if not file.is_file():
        return {}
    links = [Evidence(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    return {(link.subject, link.predicate, link.object): link for link in links}
