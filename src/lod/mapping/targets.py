"""Targets in every mapping language: files below the folder where the lift runs."""

from __future__ import annotations

from pathlib import PurePosixPath

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.ir import LogicalTarget
from lod.wording import say

COMPRESSIONS = ("gzip", "zip", "targz", "tarxz", "xz", "bzip2", "zstd")


def endpoint_target(address: str, origin: TextOrigin, serialization: str, findings: Findings) -> LogicalTarget:
    """A SPARQL service as a target, and the finding that no lift here writes to it: LOD3053."""
    message = say("the target {address} is a SPARQL service, not a file", address=address)
    hint = say("a lift writes files, it sends nothing; lod map convert keeps it for engines that do")
    findings.error("LOD3053", message, origin, hint)
    return LogicalTarget(address, origin, serialization=serialization, endpoint=address)


def target_path(path: str, origin: TextOrigin, findings: Findings) -> str | None:
    """A target's path below the folder where the lift runs; None, and a finding, when it leads elsewhere."""
    written = path.removeprefix("file://")
    if "://" in written:
        findings.error(
            "LOD3012", say("'{path}' is not a file", path=path), origin, say("a lift writes files, it sends nothing")
        )
        return None
    clean = PurePosixPath(written)
    if ".." in clean.parts:
        hint = say("a mapping writes inside the folder where it runs")
        findings.error("LOD3114", say("the target '{path}' leads out of its folder", path=path), origin, hint)
        return None
    if clean.is_absolute():
        clean = clean.relative_to("/")
        message = say(
            "the target '{path}' is written to '{clean}', below the folder where the lift runs",
            path=path,
            clean=clean.as_posix(),
        )
        hint = say("a mapping writes nowhere else: write the path without '/' in front")
        findings.warning("LOD3040", message, origin, hint)
    return clean.as_posix()
