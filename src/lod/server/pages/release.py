"""The page of the release that is served: what it holds, what its validation said, what was found, its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lod.diagnostics import Severity
from lod.release.history.changes import Changed, earlier_versions, read_changes
from lod.release.report.findings import from_json
from lod.release.report.validated import read_account
from lod.server.addresses import Address
from lod.server.pages.dataset import Download, conforms, readable_size
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader, Shown
from lod.server.served import ServedRelease, dump_files
from lod.wording import ENGLISH, translated

MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the build found and published in spite of."""

    severity: str
    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed of one kind since the release before."""

    kind: str
    added: str
    removed: str
    changed: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """A release that was before, as it was."""

    name: str
    date: str
    href: str


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
    differences: tuple[Difference, ...]
    differs: tuple[str, ...]  # the same in words; () where nothing differs
    changed: tuple[Shown, ...]  # the datasets that are new or other
    earlier: tuple[Earlier, ...]
    validation: str  # the page of its report
    checked_for_disclosure: bool


def release_page(reader: Reader, address: Address) -> ReleasePage:
    """Everything that the page of the release shows."""
    served = reader.served
    manifest = served.release.manifest
    report = served.release.folder / "report" / "validation.ttl"
    told = read_account(served.release.folder)
    compared, changes = read_changes(served.release.folder)
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
        findings=findings(served, reader.language),
        inputs=tuple(sorted(manifest.inputs.items())),
        files=tuple(
            Download(name, "", prefix + name, readable_size(entry.bytes), entry.sha256, whole=True)
            for name, entry in sorted(dump_files(served.release).items())
        ),
        previous=compared,
        differences=tuple(_difference(reader, change) for change in sorted(changes, key=_place)),
        differs=tuple(in_words(reader, changes)),
        changed=tuple(
            reader.link(text)
            for change in changes
            if change.kind == "datasets"
            for way, text in change.examples
            if way != "removed"
        ),
        earlier=tuple(
            Earlier(version.name, version.created[:10], f"{served.space.root}/release/{version.name}/")
            for version in earlier_versions(served.release.folder.parent, manifest.previous)
        ),
        validation=reader.page("/validation") if report.is_file() else "",
        checked_for_disclosure=not any(finding.code == "LOD7003" for finding in findings(served)),
    )


_KINDS = {
    "datasets": "change_datasets",
    "observations": "change_observations",
    "codes": "change_codes",
    "uris": "change_uris",
    "triples": "change_triples",
}


def _place(change: Changed) -> int:
    return list(_KINDS).index(change.kind)


def _difference(reader: Reader, change: Changed) -> Difference:
    counts = (f"{n:,}" for n in (change.added, change.removed, change.changed))
    return Difference(reader.t(_KINDS[change.kind]), *counts)


def in_words(reader: Reader, changes: Iterable[Changed]) -> Iterator[str]:
    """A sentence a kind that changed, in the order in which people care."""
    by_kind = {change.kind: change for change in changes}
    for kind in _KINDS:
        change = by_kind.get(kind)
        if change is not None and (change.added or change.removed or change.changed):
            counts = {"added": change.added, "removed": change.removed, "changed": change.changed}
            parts = [reader.t(f"change_{kind}_{way}", count=f"{n:,}") for way, n in counts.items() if n]
            yield reader.t("comma").join(parts)


def findings(served: ServedRelease, language: str = ENGLISH) -> tuple[Finding, ...]:
    """What the build found, as the release tells it, in the reader's language; none where it does not."""
    file = served.release.folder / "report" / "findings.json"
    try:
        found = from_json(file.read_text(encoding="utf-8")) if file.is_file() else ()
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    told = (item for item in found if item.severity is not Severity.INFO)  # those are for who builds, not for readers
    return tuple(
        Finding(item.severity.value, item.code, translated(item.message, language), translated(item.hint, language))
        for item in islice(told, MOST_FINDINGS)
    )
