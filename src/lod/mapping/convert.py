"""Mappings of any language written in another: RML or YARRRML.

What was an input can become an output, so that nobody is locked in. What the other language cannot say is a finding.
"""

from __future__ import annotations

import os
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from lod.diagnostics import Findings, Severity
from lod.mapping.ir import LogicalSource, LogicalView, Mapping, TriplesMap
from lod.wording import say

LEAVE_OUT = say("leave it out of what is converted")
MAKE_TIDY = say("--tidy DIR writes such rows as CSV files, and the mapping over these")


class Language(StrEnum):
    """A language that mappings are written in."""

    RML = "rml"
    YARRRML = "yarrrml"


def convert(mapping: Mapping, language: Language, findings: Findings, *, folder: Path | None = None) -> str:
    """The text of a mapping document. `folder`: where it will stand, if not beside the mapping; paths fit it then.

    What cannot be said is in `findings` (LOD3018); the text is then not the whole mapping.
    """
    if not mapping.triples_maps:
        findings.error("LOD3115", say("there is no triples map in what is to be converted"))
    if folder is not None:
        mapping = replace(mapping, triples_maps=tuple(_moved(each, folder) for each in mapping.triples_maps))
    if mapping.views or mapping.constraints:
        message = say(
            "what CSVW says about tables beside their statements cannot be written in {names}", names=_NAMES[language]
        )
        hint = say("keep the metadata document to check the tables by")
        findings.warning("LOD3018", message, None, hint)
    if language is Language.RML:
        from lod.mapping.rml.write import write_rml

        return write_rml(mapping, findings)
    from lod.mapping.yarrrml.write import write_yarrrml

    return write_yarrrml(mapping, findings)


_CONVERTIBLE = ("LOD3031", "LOD3051", "LOD3052", "LOD3053")


def without_what_only_lifts_need(findings: Findings) -> Findings:
    """The findings; what keeps a mapping from being lifted here, and not from being written elsewhere, is a warning.

    That is: passwords, which are left out (LOD3031), functions of others (LOD3051, LOD3052), and targets that are no
    files (LOD3053).
    """
    items = [replace(each, severity=Severity.WARNING) if each.code in _CONVERTIBLE else each for each in findings]
    return Findings(items)


_NAMES = {Language.RML: "RML", Language.YARRRML: "YARRRML"}


def _moved(triples_map: TriplesMap, folder: Path) -> TriplesMap:
    """The triples map in a document of another folder."""
    return replace(triples_map, source=_source_from(triples_map.source, folder))


def _source_from(source: LogicalSource, folder: Path) -> LogicalSource:
    view = source.content
    if not isinstance(view, LogicalView):
        return replace(source, access=_path_from(source, folder))
    joins = tuple(replace(each, parent=_source_from(each.parent, folder)) for each in view.joins)
    return replace(source, content=replace(view, on=_source_from(view.on, folder), joins=joins))


def _path_from(source: LogicalSource, folder: Path) -> str:
    """A path that is relative to the mapping, from another folder; what is not there is looked for elsewhere anyway."""
    beside = Path(source.origin.path).resolve().parent
    if Path(source.access).is_absolute() or source.in_working_folder or not (beside / source.access).is_file():
        return source.access
    return Path(os.path.relpath(beside / source.access, folder.resolve())).as_posix()
