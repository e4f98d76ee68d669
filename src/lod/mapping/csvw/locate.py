"""Where a tabular data file's metadata is, for somebody who starts with the file.

Model for Tabular Data §5, https://www.w3.org/TR/tabular-data-model/#locating-metadata . Files on disk have no Link
header and no site-wide configuration: the default locations are tried, and then those that the W3C's own site adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.csvw.metadata.context import CONTEXT_IRI
from lod.mapping.csvw.metadata.document import read_document
from lod.mapping.csvw.metadata.model import Table, TableGroup
from lod.mapping.csvw.metadata.properties import Fetch
from lod.mapping.csvw.site import Site
from lod.mapping.csvw.syntax.uri_template import expand_template, parse_uri_template
from lod.mapping.csvw.syntax.urls import normalize_url
from lod.wording import say

DEFAULT_LOCATIONS = ("{+url}-metadata.json", "csv-metadata.json")  # §5.3
MORE_LOCATIONS = ("{+url}.json", "csvm.json")  # looked at only if they say that they are CSVW
TABULAR = (".csv", ".tsv", ".tab")  # endings of files that are data, not metadata
IGNORED, MISSING_FILE = "LOD3511", "LOD3513"


def table_group(site: Site, findings: Findings, linked: str | None = None) -> TableGroup | None:
    """The tables of a metadata document, or of a tabular data file with the metadata that is found for it (§6.1).

    None if there are errors after which nothing is left to go on with.
    """
    if site.path.suffix.lower() in TABULAR:
        located = locate_metadata(site.url, findings, site.document, linked)
        return located or TableGroup((Table(site.url, TextOrigin(site.shown(site.path))),))
    found = site.document(site.url)
    if found is None:
        findings.error(MISSING_FILE, say("there is no {path}", path=site.path), TextOrigin(site.shown(site.path)))
        return None
    return read_document(*found, site.url, findings, site.document)


def locations(url: str) -> Iterator[str]:
    """The URLs at which to look for the metadata of the file at `url`, in order."""
    plain = url.partition("#")[0]
    for template in DEFAULT_LOCATIONS + MORE_LOCATIONS:
        yield normalize_url(urljoin(plain, expand_template(parse_uri_template(template), {"url": plain})))


def locate_metadata(url: str, findings: Findings, fetch: Fetch, linked: str | None = None) -> TableGroup | None:
    """The first metadata document that describes the file at `url`; None if there is none and its header must do.

    A document that does not describe the file is passed over with a warning. `linked` is the URL of a Link header.
    """
    for candidate in [*([linked] if linked else []), *locations(url)]:
        found = fetch(candidate)
        if found is None:
            continue
        text, path = found
        if not candidate.endswith("-metadata.json") and candidate != linked and CONTEXT_IRI not in text:
            continue
        inner = Findings()
        group = read_document(text, path, candidate, inner, fetch)
        if group is not None and not any(group.tables_described_by(normalize_url(url))):
            message = say("{path} does not describe {url}: it is passed over", path=path, url=url)
            findings.warning(IGNORED, message, TextOrigin(path), say("name the file in a table's 'url'"))
            continue
        findings.extend(inner)
        return group
    return None
