"""The page of the release that is served: what it holds, what its validation said, what was found, its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lod.release.validated import read_account
from lod.server.addresses import Address
from lod.server.pages.dataset import Download, conforms, readable_size
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader
from lod.server.served import ServedRelease, dump_files

MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the build found and published in spite of."""

    severity: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """Context of `release.html`."""

    frame: Frame
    triples: str
    conforms: bool | None  # None: no report is in the release
    report: str  # its address
    report_page: str  # of the same for people
    findings: tuple[Finding, ...]
    inputs: tuple[tuple[str, str], ...]  # source files and their SHA-256
    files: tuple[Download, ...]
    previous: str
    checked_for_disclosure: bool


def release_page(reader: Reader, address: Address) -> ReleasePage:
    """Everything that the page of the release shows."""
    served = reader.served
    manifest = served.release.manifest
    report = served.release.folder / "report" / "validation.ttl"
    told = read_account(served.release.folder)
    prefix = f"{served.space.prefix}/dump/{manifest.name}/"
    return ReleasePage(
        frame=make_frame(
            reader,
            address,
            f"{reader.t('release')} {manifest.name}",
            crumbs=(Crumb(reader.t("catalogue"), href=reader.page("/catalog")), Crumb(manifest.name)),
            formats=(),
            canonical=f"{served.space.base}release",
            current="catalogue",
        ),
        triples=f"{manifest.triples:,}",
        conforms=conforms(served),
        report=f"{prefix}report/validation.ttl" if report.is_file() else "",
        report_page=f"{prefix}{told.page}" if told and told.page else "",
        findings=findings(served),
        inputs=tuple(sorted(manifest.inputs.items())),
        files=tuple(
            Download(name, "", prefix + name, readable_size(entry.bytes), entry.sha256, whole=True)
            for name, entry in sorted(dump_files(served.release).items())
        ),
        previous=manifest.previous or "",
        checked_for_disclosure=not any(finding.code == "LOD7003" for finding in findings(served)),
    )


def findings(served: ServedRelease) -> tuple[Finding, ...]:
    """What the build found, as the release tells it; none where it does not."""
    file = served.release.folder / "report" / "findings.json"
    try:
        data: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
        return tuple(
            Finding(str(f["severity"]), str(f["code"]), str(f["message"]), str(f.get("hint") or ""))
            for f in data
            if f["severity"] != "info"  # for those who build, not for readers
        )[:MOST_FINDINGS]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
