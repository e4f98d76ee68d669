"""The home page and the catalogue: what there is, and the three doors to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import NamedNode

from lod.rdf.formats import HTML, TURTLE
from lod.rdf.namespaces import DCAT, DCT, OWL, QB, SKOS
from lod.release.history.changes import earlier_versions, read_changes
from lod.server.addresses import Address
from lod.server.cubes.cube import read_structure
from lod.server.documents.describe import TYPE
from lod.server.pages.dataset import Download, dumps, said_besides
from lod.server.pages.facets import Facet, facets, name_of, stars, values_of
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.release import in_words
from lod.server.pages.things import kinds_of_things
from lod.server.served import ServedRelease

MOST_DATASETS = 1_000
MOST_RELEASES = 3
_TOLD = frozenset({"datasets", "observations", "codes"})  # of changes; others only where none of these differs


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """A dataset in a list."""

    title: Shown
    description: Shown | None
    dimensions: tuple[Shown, ...]
    measures: tuple[Shown, ...]
    publisher: Shown | None
    stars: int
    frequency: str
    modified: str  # ISO 8601 date, '' where it is not told


@dataclass(frozen=True, slots=True)
class News:
    """A release in the list of the newest: what it brought, in a line."""

    name: str
    date: str  # ISO 8601
    href: str  # of its notes
    change: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is published, as home and catalogue list it."""

    datasets: tuple[DatasetCard, ...]
    code_lists: tuple[Shown, ...]
    vocabularies: tuple[Shown, ...]
    things: tuple[Shown, ...]  # by their classes


@dataclass(frozen=True, slots=True)
class HomePage:
    """Context of `home.html`."""

    frame: Frame
    description: Shown
    search: str
    holdings: Holdings
    releases: tuple[News, ...]
    triples: str
    catalogue_turtle: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Context of `catalogue.html`."""

    frame: Frame
    search: str
    holdings: Holdings
    facets: tuple[Facet, ...]
    dumps: tuple[Download, ...]
    void: str


def home_page(reader: Reader, address: Address) -> HomePage:
    """The front door."""
    site, manifest = reader.served.site, reader.served.release.manifest
    return HomePage(
        frame=make_frame(
            reader,
            address,
            reader.said(site.title).text,
            canonical=site.base_iri,
            current="home",
            sheet="lists.css",
        ),
        description=reader.said(site.description),
        search=reader.page("/search"),
        holdings=_holdings(reader),
        releases=tuple(islice(newest_releases(reader), MOST_RELEASES)),
        triples=f"{manifest.triples:,}",
        catalogue_turtle=reader.served.space.prefix + Address("/catalog", TURTLE).path,
    )


def newest_releases(reader: Reader) -> Iterator[News]:
    """The release that is served, and those before it as long as they are there."""
    served = reader.served
    folder, manifest = served.release.folder, served.release.manifest
    yield News(manifest.name, manifest.created[:10], reader.page("/release"), _change(reader, folder))
    notes = Address("/release", HTML, reader.language) if reader.explicit else Address("/release")
    for version in earlier_versions(folder.parent, manifest.previous):
        href = f"{served.space.root}/release/{version.name}{notes.path}"
        yield News(version.name, version.created[:10], href, _change(reader, folder.parent / version.name))


def _change(reader: Reader, folder: Path) -> str:
    """What a release changed, in a line; '' where it does not tell."""
    compared, changes = read_changes(folder)
    if not compared:
        return reader.t("release_first") if folder.name.startswith("1-") else ""
    told = [change for change in changes if change.kind in _TOLD]
    sentences = list(in_words(reader, told)) or list(in_words(reader, changes))
    return reader.t("semicolon").join(sentences) or reader.t("changes_none")


def catalogue_page(reader: Reader, address: Address) -> CataloguePage:
    """Everything published, on one page."""
    site = reader.served.site
    title = reader.t("catalogue")
    return CataloguePage(
        frame=make_frame(
            reader,
            address,
            title,
            crumbs=(Crumb(title),),
            canonical=site.base_iri + "catalog",
            current="catalogue",
            sheet="lists.css",
        ),
        search=reader.page("/search"),
        holdings=_holdings(reader),
        facets=facets(reader, datasets(reader.served), {}),
        dumps=tuple(dumps(reader.served)),
        void=reader.served.space.prefix + "/void",
    )


def _holdings(reader: Reader) -> Holdings:
    return Holdings(
        datasets=tuple(card(reader, iri) for iri in datasets(reader.served)),
        code_lists=tuple(reader.link(iri) for iri in _code_lists(reader.served)),
        vocabularies=tuple(reader.link(iri) for iri in vocabularies(reader.served)),
        things=kinds_of_things(reader),
    )


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Context of `about.html` and `accessibility.html`."""

    frame: Frame
    description: Shown
    accessibility: str


def about_page(reader: Reader, address: Address, name: str = "about") -> AboutPage:
    """Who publishes this, on which terms, and how the pages can be read by everybody."""
    site, title = reader.served.site, reader.t(name)
    frame = make_frame(reader, address, title, crumbs=(Crumb(title),), formats=(), canonical=site.base_iri + name)
    return AboutPage(frame, reader.said(site.description), reader.page("/accessibility"))


def _of_class(served: ServedRelease, *classes: str) -> list[str]:
    """The resources of ours that are of one of these classes."""
    found = (
        quad.subject.value
        for iri in classes
        for quad in islice(served.quads(None, TYPE, NamedNode(iri)), MOST_DATASETS)
        if isinstance(quad.subject, NamedNode)
    )
    return [iri for iri in dict.fromkeys(found) if iri.startswith(served.space.base)]


def datasets(served: ServedRelease) -> list[str]:
    """The IRIs of the datasets that have a page, sorted."""
    space = served.space
    return sorted(i for i in _of_class(served, QB + "DataSet", DCAT + "Dataset") if i.startswith(space.base + "data/"))


def vocabularies(served: ServedRelease) -> list[str]:
    """The vocabularies that have a page here, sorted."""
    return sorted(_of_class(served, OWL + "Ontology"))


def _code_lists(served: ServedRelease) -> list[str]:
    return sorted(_of_class(served, SKOS + "ConceptScheme"))


def card(reader: Reader, iri: str) -> DatasetCard:
    """A dataset as it stands in a list."""
    node, served = NamedNode(iri), reader.served
    frequency = next(iter(values_of(served, iri)["frequency"]), "")
    _, components = read_structure(served, iri)
    title = reader.link(iri)
    return DatasetCard(
        title=title,
        description=said_besides(title, reader.text(served.objects(node, NamedNode(DCT + "description")))),
        dimensions=tuple(reader.label(c.iri) for c in components if c.kind == "dimension"),
        measures=tuple(reader.label(c.iri) for c in components if c.kind == "measure"),
        publisher=next((reader.show(p) for p in served.objects(node, NamedNode(DCT + "publisher"))), None),
        stars=stars(served, iri),
        frequency=name_of(reader, frequency) if frequency else "",
        modified=next((v.value[:10] for v in served.objects(node, NamedNode(DCT + "modified"))), ""),
    )
