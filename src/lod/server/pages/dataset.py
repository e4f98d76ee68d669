"""The page of a dataset: what it is, its figures as a table, downloads, how to cite it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from pyoxigraph import NamedNode, Quad

from lod.rdf import languages
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.in_xml import NotInXml
from lod.rdf.namespaces import DCAT, DCT, PROV, QB, RDF, RDFS, SDMX_ATTRIBUTE, SKOS, VOID
from lod.release.history.changes import dataset_versions
from lod.server.addresses import Address
from lod.server.cubes.cube import Cube, read_cube
from lod.server.cubes.grid import MOST_CELLS
from lod.server.cubes.table import CubeTable, measure_label
from lod.server.cubes.whole import TABLES, told
from lod.server.documents.describe import Description
from lod.server.documents.variant import document_bytes
from lod.server.pages.citation import CITATION_FORMATS, CITE, reference, schema_org
from lod.server.pages.explorer import VIEW, Select, Tab, dataset_title, explorer_parts
from lod.server.pages.figure import Figure
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.headline import Headline, Periods, periods_of, total_of
from lod.server.pages.properties import Property, properties
from lod.server.pages.reader import Reader, Shown
from lod.server.served import ServedRelease, dump_files
from lod.store.figures import ColumnFigures

_SHOWN_ABOVE = {
    RDF + "type", DCT + "title", DCT + "description", RDFS + "label", RDFS + "comment", SKOS + "prefLabel",
    QB + "structure", DCT + "license", DCT + "publisher", DCT + "source", DCT + "rights", DCAT + "distribution",
    DCAT + "landingPage", SDMX_ATTRIBUTE + "unitMeasure", PROV + "wasDerivedFrom",
}  # fmt: skip
SHAPE = "-shape"  # what a dataset's name is followed by in that of its SHACL shape
_SOURCES = (DCT + "source", PROV + "wasDerivedFrom")


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """A dimension or measure in the table of the structure."""

    label: Shown
    definition: Shown | None
    code_list: Shown | None
    unit: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file for taking away."""

    name: str
    media_type: str
    href: str
    size: str = ""  # readable; '' when it is made on request
    sha256: str = ""
    whole: bool = False  # the whole release, not this dataset alone


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """Context of `dataset.html`."""

    frame: Frame
    title: Shown
    description: Shown | None
    iri: str
    observations: str
    truncated: bool
    headline: Headline | None
    periods: Periods | None
    publisher: Shown | None
    licence: Shown
    table: CubeTable | None
    figure: Figure | None
    selects: tuple[Select, ...]
    tabs: tuple[Tab, ...]  # other ways to show the figures
    action: str
    dimensions: tuple[ComponentRow, ...]
    measures: tuple[ComponentRow, ...]
    sources: tuple[Shown, ...]
    downloads: tuple[Download, ...]
    dumps: tuple[Download, ...]  # what mirrors fetch: compressed, or of the whole release
    citation: str
    citations: tuple[Download, ...]  # for reference managers
    release: str  # where its quality and files are told
    validation: str
    version: str  # the release since which its content is as it is, '' where that is not told
    since: str  # ISO 8601 date
    previous: Shown | None  # it, as it was before that
    versions: str  # the list of all its versions, in link format
    conforms: bool | None
    schema_org: str
    others: tuple[Property, ...]


def dataset_page(reader: Reader, description: Description, address: Address) -> DatasetPage:
    """Everything that the page of a dataset shows."""
    cube = read_cube(reader.served, description.iri)
    title = reader.text(description.objects(DCT + "title")) or reader.label(description.iri)
    crumbs = (Crumb(reader.t("catalogue"), href=reader.page("/catalog")), Crumb(title.text, title.language))
    parts = explorer_parts(reader, cube, title.text)
    downloads = (*_tables(reader, cube), *_variants(reader, description, address))
    files = tuple(dumps(reader.served, description))
    text = said_besides(title, reader.text(description.objects(DCT + "description")))
    cited = reference(reader, title.text, description.iri)
    prefix = reader.served.space.prefix
    base = reader.served.space.base.removesuffix(f"{prefix}/")
    cite_here = f"{prefix}{address.stem}/{CITE}.{reader.language}"
    version, before = dataset_versions(reader.served.release.folder, description.iri)
    return DatasetPage(
        frame=make_frame(
            reader, address, title.text, crumbs=crumbs, canonical=description.iri, current="catalogue", sheet="cube.css"
        ),
        title=title,
        description=text,
        iri=description.iri,
        observations=f"{cube.figures.count:,}",
        truncated=not cube.figures.complete,
        headline=total_of(reader, cube),
        periods=periods_of(reader, cube),
        publisher=next((reader.show(p) for p in description.objects(DCT + "publisher")), None),
        licence=_licence(reader, description),
        table=parts.table if parts else None,
        figure=parts.figure if parts else None,
        selects=parts.selects if parts else (),
        tabs=parts.tabs if parts else (),
        action=parts.action if parts else "",
        dimensions=tuple(_component(reader, cube, c.iri, c.code_list) for c in cube.dimensions),
        measures=tuple(_component(reader, cube, c.iri, None) for c in cube.measures),
        sources=tuple(reader.show(s) for iri in _SOURCES for s in description.objects(iri)),
        downloads=downloads,
        dumps=files,
        citation=cite(reader, title.text, description.iri),
        citations=tuple(
            Download(form.name, form.media_type, f"{cite_here}.{form.suffix}") for form in CITATION_FORMATS
        ),
        release=reader.page("/release"),
        validation=reader.page("/validation"),
        version=version.name if version else "",
        since=version.created[:10] if version else "",
        previous=_before(reader, description.iri, before),
        versions="" if reader.served.under else f"{reader.served.space.root}/timemap{address.stem}",
        conforms=conforms(reader.served),
        schema_org=schema_org(
            reader,
            cube,
            cited,
            text.text if text else "",
            [(base + f.href, f.media_type) for f in (*downloads, *files)],
        ),
        others=properties(reader, description, leave_out=_SHOWN_ABOVE),
    )


def _before(reader: Reader, dataset: str, release: str) -> Shown | None:
    """The dataset as it was in an earlier release that is still there."""
    served = reader.served
    if not release or not (served.release.folder.parent / release).is_dir():
        return None
    stem = served.space.document_of(dataset)
    return Shown(release, href=f"{served.space.root}/release/{release}{stem}")


def said_besides(title: Shown, text: Shown | None) -> Shown | None:
    """A description, unless it is the title once more: a catalogue has to tell one, whatever there is."""
    return text if text is not None and text.text != title.text else None


def _licence(reader: Reader, description: Description) -> Shown:
    site = reader.served.site
    iri = next((v.value for v in description.objects(DCT + "license") if isinstance(v, NamedNode)), site.licence_iri)
    label = reader.said(site.licence_name) if iri == site.licence_iri else reader.label(iri)
    return replace(label, href=reader.href(iri), external=True)


def _component(reader: Reader, cube: Cube, iri: str, code_list: str | None) -> ComponentRow:
    node = NamedNode(iri)
    texts = [t for p in (SKOS + "definition", RDFS + "comment") for t in reader.served.objects(node, NamedNode(p))]
    return ComponentRow(
        label=reader.link(iri),
        definition=reader.text(texts),
        code_list=reader.link(code_list) if code_list else None,
        unit="" if code_list else measure_label(reader, cube, iri).note,
    )


def _tables(reader: Reader, cube: Cube) -> Iterable[Download]:
    """The figures as tables: CSV with codes and labels, and the columnar file where the release has one."""
    served = reader.served
    stem = served.space.document_of(cube.iri)
    complete = cube.figures.complete and 0 < cube.figures.count <= MOST_CELLS
    if complete and cube.measures and cube.dimensions:
        whole = f"{served.space.prefix}{stem}/{VIEW}.{reader.language}"
        for form in TABLES:
            known = told(reader, cube, form, dataset_title(reader, cube.iri).text)
            size = readable_size(known.bytes)
            size = size if known.sha256 else reader.t("about_size", size=size)
            yield Download(form.name, form.media_type, f"{whole}.{form.suffix}?all=yes", size, known.sha256)
    file = isinstance(cube.figures, ColumnFigures) and f"cubes/{cube.figures.cube.file}"
    entry = dump_files(served.release).get(file) if file else None
    if entry is not None:
        href = f"{served.space.prefix}/dump/{served.release.manifest.name}/{file}"
        yield Download("Parquet", "application/vnd.apache.parquet", href, readable_size(entry.bytes), entry.sha256)


def conforms(served: ServedRelease) -> bool | None:
    """Whether the release's validation report says that all is well; None where there is no report."""
    report = served.release.folder / "report" / "validation.ttl"
    if not report.is_file():
        return None
    with report.open(encoding="utf-8") as lines:
        return any("sh:conforms true" in line for line in islice(lines, 100))


def _variants(reader: Reader, description: Description, address: Address) -> Iterable[Download]:
    """The description of a dataset; one that is told page by page has no size as a whole."""
    served = reader.served
    for item in GRAPH_FORMATS[:4]:
        variant = address.variant(item)
        size, digest = "", ""
        if not description.truncated:
            try:
                body = document_bytes(served, description, variant)
            except NotInXml:
                continue  # there is none
            size, digest = readable_size(len(body)), hashlib.sha256(body).hexdigest()
        yield Download(item.name, item.media_type, served.space.prefix + variant.path, size, digest)


def dumps(served: ServedRelease, dataset: Description | None = None) -> Iterable[Download]:
    """The bulk files of a dataset, then those of the whole release: size and SHA-256 from the manifest."""
    manifest = served.release.manifest
    said = list(served.quads(None, NamedNode(VOID + "dataDump"), None))
    of_datasets = {_stem(quad) for quad in said if str(quad.subject).startswith(f"<{served.space.base}data/")}
    own = {_stem(quad) for quad in said if dataset and quad.subject == NamedNode(dataset.iri)}
    files = [(name, entry) for name, entry in dump_files(served.release).items() if entry.path.startswith("dump/")]
    for is_whole in (False, True):
        for name, entry in sorted(files, key=lambda item: -item[1].bytes):
            stem = name.partition(".")[0]
            if stem not in of_datasets and stem.removesuffix(SHAPE) in of_datasets:
                stem = stem.removesuffix(SHAPE)
            if stem not in of_datasets if is_whole else stem in own:
                href = f"{served.space.prefix}/dump/{manifest.name}/{name}"
                yield Download(name, "", href, readable_size(entry.bytes), entry.sha256, whole=is_whole)


def _stem(dump: Quad) -> str:
    return str(dump.object).strip("<>").rpartition("/")[2].partition(".")[0]


def readable_size(size: int) -> str:
    """Bytes as people read them: 1.4 MB (decimal units, SI)."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError


def cite(reader: Reader, title: str, iri: str) -> str:
    """A reference to a dataset, as text."""
    site, manifest = reader.served.site, reader.served.release.manifest
    return reader.t(
        "citation",
        agency=languages.pick(site.agency_name, reader.language),
        year=manifest.created[:4],
        title=title,
        release=manifest.name,
        iri=iri,
    )
