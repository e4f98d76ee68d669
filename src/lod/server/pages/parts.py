"""Pages that hold a part of what another page has the beginning of: `/codes?…` of a code list, `/links?…` of values.

Each part is found by the last thing of the part before (`after`), so that it stays right and quick however far one
goes. For programs: `/tpf` has the same by pattern, in RDF.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import nsmallest

from pyoxigraph import Literal, NamedNode

from lod.rdf.formats import HTML
from lod.rdf.namespaces import RDF
from lod.server import answers
from lod.server.addresses import Address, parse_address
from lod.server.answers import Answer, header
from lod.server.ask import Ask, parameters
from lod.server.documents.describe import exists
from lod.server.negotiation import choose_format, choose_language
from lod.server.pages.code_tree import Branch, branch, read_tree
from lod.server.pages.facets import FACETS, Facet, chosen_datasets, facets
from lod.server.pages.frame import Crumb, Frame, make_frame, render
from lod.server.pages.home import DatasetCard, card, datasets
from lod.server.pages.incoming import MOST_LISTED, MOST_SORTED, Pointing, many, part, pointing
from lod.server.pages.observed import named
from lod.server.pages.reader import Reader, Shown
from lod.server.pages.short import BEHIND, CODES, DATASETS, LINKS, PLACE, PLAIN, lengthen, query
from lod.server.pages.things import linked_term
from lod.server.refusals import not_acceptable, not_found
from lod.server.served import Node, ServedRelease

PAGE = 100  # values


@dataclass(frozen=True, slots=True)
class CodesPage:
    """Context of `codes.html`."""

    frame: Frame
    scheme: Shown
    title: Shown
    part: Branch


@dataclass(frozen=True, slots=True)
class LinksPage:
    """Context of `links.html`."""

    frame: Frame
    title: str
    thing: Shown
    property: Shown
    inward: bool
    count: int
    bounded: bool
    values: tuple[Shown, ...]
    first: str
    next: str


@dataclass(frozen=True, slots=True)
class DatasetsPage:
    """Context of `datasets.html`."""

    frame: Frame
    facets: tuple[Facet, ...]
    datasets: tuple[DatasetCard, ...]
    all: str


def is_part(served: ServedRelease, ask: Ask) -> bool:
    """Whether a part is asked for."""
    return (
        ask.path.startswith((CODES, LINKS, DATASETS))
        and parse_address(ask.path, served.site.languages, (HTML,)).stem in _BUILDERS
    )


def respond_to_part(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a request that `is_part`."""
    address = parse_address(ask.path, served.site.languages, (HTML,))
    if choose_format(ask.accept, (HTML,)) is None and address.format is None:
        return not_acceptable(served, address, (HTML,), ask.accept, ask.accept_language)
    language = address.language or choose_language(ask.accept_language, served.site.languages)
    vary = "" if address.language else "Accept-Language"
    validator = answers.etag(served.etag_prefix, f"{bool(address.language)} {address.stem} {language} {ask.query}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, vary)
    reader = Reader(served, language, explicit=address.language is not None)
    given = {name: value for name, value in parameters(ask.query) if value}
    try:
        asked = {name: _meant(served, name, text) for name, text in given.items()}
    except ValueError:
        return not_found(served, ask.path, ask.accept, ask.accept_language, HTML)
    body = _BUILDERS[address.stem](reader, asked)
    if body is None:
        return not_found(served, ask.path, ask.accept, ask.accept_language, HTML)
    headers = (
        header("content-type", "text/html; charset=utf-8"),
        header("etag", validator),
        header("cache-control", answers.SHORT),
        header("content-language", language),
        *([header("vary", vary)] if vary else []),
    )
    return Answer(200, headers, body)


def _meant(served: ServedRelease, name: str, text: str) -> str:
    """What a parameter means.

    Raises:
        ValueError: it should be an IRI and is none.
    """
    return text if name in PLAIN else NamedNode(lengthen(served.space, text)).value


def _frame(reader: Reader, stem: str, title: str, crumbs: tuple[Crumb, ...], asked: Mapping[str, str]) -> Frame:
    here = query(reader, stem, **asked).partition("?")[2]
    current = "catalogue" if stem == DATASETS else ""
    return make_frame(
        reader, Address(stem), title, crumbs=crumbs, formats=(), current=current, sheet="lists.css", query=here
    )


def _codes(reader: Reader, asked: Mapping[str, str]) -> bytes | None:
    """A part of a code list; None when there is no such list, or no such code in it."""
    scheme = asked.get("of", "")
    if not scheme or not exists(reader.served, scheme):
        return None
    tree = read_tree(reader.served, scheme)
    under, after = (tree.places.get(asked[name], -1) if name in asked else None for name in ("under", "after"))
    if under == -1 or (after is not None and after not in tree.children(under)) or not tree.terms:
        return None
    label = reader.label(scheme)
    title = reader.link(tree.terms[under].value) if under is not None else reader.link(scheme)
    crumbs = [
        Crumb(reader.t("code_lists"), href=reader.page("/catalog") + "#code-lists"),
        Crumb(label.text, label.language, reader.href(scheme)),
    ]
    if under is not None:
        crumbs.append(Crumb(title.text, title.language, title.href))
    name = f"{label.text}{reader.t('colon')}{title.text}" if under is not None else label.text
    frame = _frame(reader, CODES, name, (*crumbs, Crumb(reader.t("codes_part"))), asked)
    return render("codes", CodesPage(frame, reader.link(scheme), title, branch(reader, tree, scheme, under, after)))


def _links(reader: Reader, asked: Mapping[str, str]) -> bytes | None:
    """The values of a property, or what points to a thing by it; None when there are none."""
    iri, inward, after = asked.get("of", ""), "in" in asked, asked.get("after", "")
    predicate = asked.get("in") or asked.get("out", "")
    if not iri or not predicate:
        return None
    place = int(asked[PLACE]) if re.fullmatch("[0-9]{1,6}", asked.get(PLACE, "")) else 0
    if inward:
        found = pointing(reader, iri, predicate, after, PAGE, place)
    else:
        found = _values(reader, iri, predicate, asked.get(BEHIND, ""), place)
    if not found.count:
        return None
    label, is_kind = reader.label(predicate), inward and predicate == RDF + "type"
    thing = linked_term(reader, iri) if is_kind else named(reader, iri)
    way, on = ("in", "after") if inward else ("out", BEHIND)
    said = "links_of_kind" if is_kind else "links_in" if inward else "links_out"
    name = reader.t(said, property=label.text, thing=thing.text)
    first = {"of": iri, way: predicate}
    more = {on: found.last} if found.last else {PLACE: str(found.place)} if found.place else {}
    return render(
        "links",
        LinksPage(
            frame=_frame(
                reader, LINKS, name, (Crumb(thing.text, thing.language, thing.href), Crumb(label.text)), asked
            ),
            title=name,
            thing=thing,
            property=reader.link(predicate),
            inward=inward,
            count=found.count,
            bounded=found.bounded,
            values=found.values,
            first=query(reader, LINKS, **first) if on in asked or PLACE in asked else "",
            next=query(reader, LINKS, **first, **more) if more else "",
        ),
    )


def _values(reader: Reader, iri: str, predicate: str, after: str, place: int) -> Pointing:
    """Values in the order of their texts, behind `after`; of very many those from `place` on, as the store has them."""
    served, subject, known = reader.served, NamedNode(iri), NamedNode(predicate)
    if (count := many(served, subject, known, None)) > MOST_SORTED:
        quads, more = part(served, subject, known, None, place, PAGE)
        shown = tuple(_value(reader, quad.object) for quad in quads)  # type: ignore[arg-type]  # no triple is one
        return Pointing(shown, min(count, MOST_LISTED), count > MOST_LISTED, place=more)
    found: dict[str, Node] = {_key(term): term for term in served.objects(subject, known)}
    behind = nsmallest(PAGE + 1, (key for key in found if key > after))
    last = behind[PAGE - 1] if len(behind) > PAGE else ""
    return Pointing(tuple(_value(reader, found[key]) for key in behind[:PAGE]), len(found), False, last)


def _value(reader: Reader, term: Node) -> Shown:
    return named(reader, term.value) if isinstance(term, NamedNode) else reader.show(term)


def _key(term: Node) -> str:
    """What a value is ordered and found by."""
    if isinstance(term, Literal):
        return f"{term.value}@{term.language or ''}^{term.datatype.value}"
    return term.value


def _datasets(reader: Reader, asked: Mapping[str, str]) -> bytes:
    """The catalogue, narrowed down."""
    known = datasets(reader.served)
    left = chosen_datasets(reader.served, known, asked)
    title = reader.t("catalogue")
    crumbs = (Crumb(title, href=reader.page("/catalog")), Crumb(reader.t("chosen_datasets")))
    frame = _frame(reader, DATASETS, title, crumbs, {name: asked[name] for name in FACETS if name in asked})
    cards = tuple(card(reader, iri) for iri in left)
    return render("datasets", DatasetsPage(frame, facets(reader, known, asked), cards, reader.page("/catalog")))


_BUILDERS: dict[str, Callable[[Reader, Mapping[str, str]], bytes | None]] = {
    CODES: _codes,
    LINKS: _links,
    DATASETS: _datasets,
}
