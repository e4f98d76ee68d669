"""Which views of a cube are files of an export: choices multiply, so their number has to be bounded.

Of each cube: the main views, and the first one at each other code of the dimensions that it holds, however they are
shown, also in frames; of any other arrangement that a page leads to, its table and its figures, while at most one
dimension stands at another code than where nobody chose one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from lod.rdf.formats import HTML
from lod.server.cubes.cube import read_cube
from lod.server.cubes.explorer import PNG, ViewPath
from lod.server.cubes.slices import default_view, first_code, keys_of, main_views, other_codes, query_of
from lod.server.cubes.whole import TABLES
from lod.server.pages.home import datasets
from lod.server.served import ServedRelease

_PAGES = frozenset(map(str, range(1, 21)))  # of a view's rows
_MANNER = frozenset({"show", "chart", "page"})  # how a view is shown
_OF_TABLES = frozenset({HTML, *TABLES})
_UNBOUNDED = frozenset({"depth", "open", "across", "totals"})


@dataclass(frozen=True, slots=True)
class WrittenViews:
    """The views of one cube that are files, by their queries. The charts of the first one alone are images of dots."""

    main: Sequence[str] = ()
    near: Sequence[str] = ()  # the first one at other codes
    first: dict[str, str] | None = None  # where each dimension stands when nobody chose

    def has(self, view: ViewPath, query: str) -> bool:
        """Whether a view in a variant is a file."""
        asked = dict(parse_qsl(query))
        if not _UNBOUNDED.isdisjoint(asked) or asked.get("page", "1") not in _PAGES:
            return False
        plain = urlencode([pair for pair in parse_qsl(query) if pair[0] not in _MANNER])
        if view.format is PNG:
            return plain in self.main[:1]
        if plain in self.main or plain in self.near:
            return True
        is_table = view.format in _OF_TABLES and not view.framed and asked.keys().isdisjoint({"chart", "page"})
        return is_table and sum(asked.get(name, code) != code for name, code in (self.first or {}).items()) <= 1


def dataset_stems(served: ServedRelease) -> dict[str, str]:
    """The datasets that have a page: stem → IRI."""
    return {stem: iri for iri in datasets(served) if (stem := served.space.document_of(iri))}


def written_views(served: ServedRelease) -> dict[str, WrittenViews]:
    """The views that are written, by the path of their dataset."""
    return {stem: _views_of(served, iri) for stem, iri in dataset_stems(served).items()}


def _views_of(served: ServedRelease, dataset: str) -> WrittenViews:
    cube = read_cube(served, dataset)
    view, keys = default_view(cube), keys_of(cube)
    if view is None:
        return WrittenViews()
    return WrittenViews(
        main=[query_of(cube, each, plain=True) for each in main_views(cube)],
        near=[query_of(cube, each, plain=True) for _, _, each in other_codes(cube, view)],
        first={keys.names[d.iri]: keys.codes[d.iri][first_code(cube, d).term] for d in cube.dimensions},
    )
