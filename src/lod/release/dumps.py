"""Bulk files: everything in one download, terms spelled as the lift wrote them."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.rdf.languages import pick
from lod.release.release import Site
from lod.release.seal import sha256

_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Dump:
    """One bulk file of a release: its name below `dump/`, its media type unpacked, how it is packed."""

    name: str
    media_type: str
    packed_as: str
    bytes: int
    sha256: str


def write_dump(parts: Sequence[Path], folder: Path, site: Site) -> Dump:
    """Write all parts as one N-Quads file, gzip (RFC 1952) without a time so that the same parts give the same bytes.

    The attribution sentences stand above the statements. A statement may stand there more than once.
    """
    folder.mkdir()
    path = folder / f"{site.name}.nq.gz"
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=_LEVEL, fileobj=raw, mtime=0) as packed:
        packed.write("".join(f"# {line}\n" for line in heading(site)).encode())
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, packed, 1 << 20)
    return Dump(path.name, "application/n-quads", "application/gzip", path.stat().st_size, sha256(path))


def heading(site: Site) -> list[str]:
    """What stands above every bulk file: what it is, whose, under which terms, and how to name the source."""
    names = [*site.title.values(), *(f"{name} <{site.licence_iri}>" for name in site.licence_name.values())]
    return [" ".join(text.split()) for text in names] + list(site.attribution.values())


def write_readme(folder: Path, dump: Dump, site: Site) -> None:
    """Write `README.md` beside the dump, for people who unpack it."""
    lines = [
        *(f"# {text}" for text in site.title.values()),
        *site.description.values(),
        *(f"> {text}" for text in site.attribution.values()),
        "\n".join(f"- {name}: <{site.licence_iri}>" for name in site.licence_name.values()),
        f"- `{dump.name}`: RDF 1.1 N-Quads, gzip, SHA-256 `{dump.sha256}`\n"
        f"- <{site.base_iri}>, {pick(site.agency_name, site.languages[0])}"
        + (f", <{site.agency_email}>" if site.agency_email else ""),
        "Literals are spelled as in the sources (`01` stays `01`), while the SPARQL endpoint compares and returns "
        "numbers by value. A statement may stand here more than once; that means nothing.",
    ]
    (folder / "README.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
