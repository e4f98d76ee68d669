"""What the API says of datasets: the list, one of them, its structure, codes and slices.

Texts are told in all their languages (`{"zh-Hant-TW": …, "en": …}`), so that no answer depends on who asks. Links
within the site are paths, since the site may stand under another host than its base IRI.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pyoxigraph import Literal, NamedNode

from lod.rdf.formats import TURTLE
from lod.rdf.namespaces import DCT, QB
from lod.server.addresses import Address
from lod.server.api.request import Call, Refused, finding, near
from lod.server.api.routes import RESERVED, V1
from lod.server.cubes.codes import Place, notation
from lod.server.cubes.cube import Component, Cube, read_cube, read_structure, unit_of
from lod.server.cubes.slices import keys_of
from lod.server.pages.home import datasets
from lod.server.pages.labels import display_tag
from lod.server.served import Node, ServedRelease
from lod.wording import say

T = TypeVar("T")
Json = dict[str, Any]

MOST_SLICES = 100_000
_SLICE = NamedNode(QB + "slice")


def dataset_keys(served: ServedRelease) -> dict[str, str]:
    """The datasets' IRIs by their names in the API: what follows `data/`."""
    start = served.space.base + "data/"
    return served.memo.get("api datasets", lambda: {iri.removeprefix(start): iri for iri in datasets(served)})


def dataset_of(call: Call) -> str:
    """The IRI of the dataset that a path names.

    Raises:
        Refused: 404, LOD9153.
    """
    keys = dataset_keys(call.served)
    name = call.values["dataset"]
    if name not in keys:
        raise Refused(404, [finding("LOD9153", say("there is no dataset '{name}'", name=name), near(name, keys))])
    return keys[name]


def list_datasets(call: Call) -> Json:
    """The datasets of the release."""
    entries = list(dataset_keys(call.served).items())
    asked = (call.one("q") or "").casefold()
    if asked:
        entries = [item for item in entries if asked in _searched(call.served, *item)]
    return page_of(call, entries, lambda item: _summary(call.served, *item))


def _searched(served: ServedRelease, name: str, iri: str) -> str:
    texts = [name, *_texts(served, iri, DCT + "title").values(), *_texts(served, iri, DCT + "description").values()]
    return "\n".join(texts).casefold()


def describe_dataset(call: Call) -> Json:
    """One dataset."""
    served, iri = call.served, dataset_of(call)
    cube = read_cube(served, iri)
    names = parameter_names(cube)
    publishers = (p for p in served.objects(NamedNode(iri), NamedNode(DCT + "publisher")) if isinstance(p, NamedNode))
    return {
        **_summary(served, call.values["dataset"], iri),
        "publisher": next((_named(served, p.value) for p in publishers), None),
        "license": served.site.licence_iri,
        "release": call.release,
        "issued": served.release.manifest.created,
        "observationCount": cube.figures.count,
        "complete": cube.figures.complete,
        "dimensions": [names[d.iri] for d in cube.dimensions],
        "measures": [names[m.iri] for m in cube.measures],
    }


def describe_structure(call: Call) -> Json:
    """The dimensions, measures and attributes of a dataset."""
    served, iri = call.served, dataset_of(call)
    cube = read_cube(served, iri)
    names = parameter_names(cube)
    root = f"{served.space.prefix}{V1}/datasets/{quote(call.values['dataset'], safe='')}/dimensions"
    return {
        "dataset": iri,
        "release": call.release,
        "dimensions": [
            {
                "key": names[d.iri],
                **_named(served, d.iri),
                "role": d.role,
                "codeList": d.code_list,
                "codeCount": len(cube.codes.get(d.iri, ())),
                "codes": f"{root}/{quote(names[d.iri], safe='')}/codes",
            }
            for d in cube.dimensions
        ],
        "measures": [
            {
                "key": names[m.iri],
                **_named(served, m.iri),
                "unit": _named(served, unit) if (unit := unit_of(served, cube, m.iri)) else None,
            }
            for m in cube.measures
        ],
        "attributes": [_named(served, a.iri) for a in cube.of_kind("attribute")],
    }


def list_codes(call: Call) -> Json:
    """The codes that a dimension has in the figures of a dataset, in their order."""
    cube = read_cube(call.served, dataset_of(call))
    names = parameter_names(cube)
    by_name = {names[d.iri]: d for d in cube.dimensions}
    asked = call.values["dimension"]
    dimension = by_name.get(asked)
    if dimension is None:
        message = say("the dataset has no dimension '{name}'", name=asked)
        raise Refused(404, [finding("LOD9153", message, near(asked, by_name))])
    return page_of(call, cube.codes[dimension.iri], lambda place: _code(call.served, cube, dimension, place))


def _code(served: ServedRelease, cube: Cube, dimension: Component, place: Place) -> Json:
    term = place.term
    iri = term.value if isinstance(term, NamedNode) else None
    return {
        "code": code_of(cube, dimension, term),
        "iri": iri,
        "label": labels_of(served, iri) if iri else {},
        "notation": (notation(served, iri) or None) if iri else None,
        "level": place.level,
        "hasParts": place.has_children,
    }


def list_slices(call: Call) -> Json:
    """The slices that a dataset declares (`qb:slice`), each with the observations that it holds."""
    served, iri = call.served, dataset_of(call)
    found = islice(served.quads(NamedNode(iri), _SLICE, None), MOST_SLICES)
    slices = [quad.object for quad in found if isinstance(quad.object, NamedNode)]
    cube = read_cube(served, iri)
    return page_of(call, slices, lambda node: _slice(call, cube, node))


def _slice(call: Call, cube: Cube, node: NamedNode) -> Json:
    served, names = call.served, parameter_names(cube)
    fixed = {
        names[d.iri]: code_of(cube, d, value)
        for d in cube.dimensions
        for value in served.objects(node, NamedNode(d.iri))
    }
    path = f"{served.space.prefix}{V1}/datasets/{quote(call.values['dataset'], safe='')}/observations"
    return {
        **_named(served, node.value),
        "fixed": fixed,
        "observations": f"{path}?{urlencode(fixed)}" if fixed else path,
    }


def page_of(call: Call, entries: Sequence[T], tell: Callable[[T], Json]) -> Json:
    """A page of a list, with how many there are in all and where the next one is."""
    start, limit = call.start, call.limit
    return listed(call, [tell(entry) for entry in entries[start : start + limit]], start, len(entries))


def listed(call: Call, items: list[Json], start: int, total: int) -> Json:
    """What surrounds the entries of a page."""
    return {
        "items": items,
        "total": total,
        "limit": call.limit,
        "next": call.page_after(start + len(items), total) if items else None,
        "release": call.release,
        "license": call.served.site.licence_iri,
    }


def parameter_names(cube: Cube) -> dict[str, str]:
    """What the API calls a cube's dimensions and measures, by IRI: as views do, unless a parameter has that name."""
    return {iri: iri if name in RESERVED else name for iri, name in keys_of(cube).names.items()}


def code_of(cube: Cube, dimension: Component, term: Node) -> str:
    """What the API calls a code; a value that has no short name is called by its IRI or text."""
    return keys_of(cube).codes[dimension.iri].get(term) or term.value


def labels_of(served: ServedRelease, iri: str) -> dict[str, str]:
    """The labels of an IRI, one a language."""
    return _by_language((text.language, text.value) for text in served.labels.all(iri))


def _named(served: ServedRelease, iri: str) -> Json:
    return {"iri": iri, "label": labels_of(served, iri)}


def _texts(served: ServedRelease, iri: str, prop: str) -> dict[str, str]:
    found = served.objects(NamedNode(iri), NamedNode(prop))
    return _by_language((display_tag(v.language or ""), v.value) for v in found if isinstance(v, Literal))


def _by_language(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first text of each language; `und` (BCP 47) stands for a text that says none."""
    found: dict[str, str] = {}
    for tag, text in texts:
        found.setdefault(tag or "und", text)
    return found


def _summary(served: ServedRelease, name: str, iri: str) -> Json:
    space = served.space
    here = f"{space.prefix}{V1}/datasets/{quote(name, safe='')}"
    stem = space.document_of(iri) or "/"
    _, components = read_structure(served, iri)
    has_figures = any(component.kind == "measure" for component in components)
    return {
        "id": name,
        "iri": iri,
        "title": _texts(served, iri, DCT + "title") or labels_of(served, iri),
        "description": _texts(served, iri, DCT + "description"),
        "links": {
            "self": here,
            "structure": f"{here}/structure",
            "slices": f"{here}/slices",
            "observations": f"{here}/observations" if has_figures else None,
            "page": space.prefix + stem,
            "data": space.prefix + Address(stem, TURTLE).path,
        },
    }
