"""What is near an address that has nothing: a 404 names it, in whatever form it is written.

Found by spelling: the same address without a wrong ending, in another case, with another last or middle part; where
that is nothing, by name, or what stands next to it; and what the address would be a part of. Bounded: each look is at
a few hundred addresses, in the release's list of them (`uris.parquet`), which is sorted.
"""

from __future__ import annotations

import difflib
import re
import time
from bisect import bisect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice

from pyoxigraph import NamedNode

from lod.rdf import iris
from lod.rdf.namespaces import RDF, SKOS
from lod.server.addresses import parse_address
from lod.server.documents.describe import exists
from lod.server.pages.home import datasets
from lod.server.search import search_index_at_once
from lod.server.served import ServedRelease

MOST_NEAR = 5
_LOOKED_AT = 200  # addresses on each side of a missing one, codes of a list: what a misspelt one is compared with
_FEW = 4  # that are told whether or not they are alike
_SHORT = 20_000  # addresses in a list in which looks are short: a few ms
_LEVELS = 3  # parts of an address that may be the misspelt one, from its end


def nearest(served: ServedRelease, path: str) -> list[str]:
    """Stems of documents near an address that has none, the likeliest first. `path` is canonical."""
    stem = _document(parse_address(path.rstrip("/"), served.site.languages).stem)
    found = [each for each in (stem, stem.rpartition(".")[0]) if _is_there(served, each)]
    found += _patiently(served, lambda: _alike(served, stem))
    found = found or _named_nearly(served, stem) or _patiently(served, lambda: _beside(served, stem))
    above = stem.rpartition("/")[0]
    while above.count("/") >= 2 and not _is_there(served, above):
        above = above.rpartition("/")[0]
    part_of = [above] if above.count("/") >= 2 else []
    return list(dict.fromkeys([*found[: MOST_NEAR - len(part_of)], *part_of]))


def _document(stem: str) -> str:
    """A thing's path as the one of its document."""
    if stem.startswith("/id/"):
        return "/doc" + stem.removeprefix("/id")
    return "/doc" + stem if stem.startswith("/def/") else stem


def _is_there(served: ServedRelease, stem: str) -> bool:
    return stem.count("/") >= 2 and exists(served, served.space.described_by(stem))


def _patiently(served: ServedRelease, look: Callable[[], list[str]]) -> list[str]:
    known = served.addresses()
    if known is None or known.count <= _SHORT:
        return look()
    return served.memo.get("patience", _Patience).spend(look)


def _alike(served: ServedRelease, stem: str) -> list[str]:
    """Documents whose address differs in one part, and that part little."""
    above, _, part = stem.rpartition("/")
    rest = ""
    for level in range(_LEVELS):
        if above.count("/") < 2:
            break
        parts = {iris.canonical(name): name for name in _parts_below(served, above, part)}
        alike = _names_alike(iris.canonical(part), parts)
        if not level and not alike and len(parts) <= _FEW:
            alike = sorted(parts)
        found = [each for name in alike if _is_there(served, each := f"{above}/{parts[name]}{rest}")]
        if found:
            return found[: MOST_NEAR - 1]
        rest = f"/{part}{rest}"
        above, _, part = above.rpartition("/")
    return []


def _beside(served: ServedRelease, stem: str) -> list[str]:
    """Documents whose address differs in its last part, those that stand next to it in order."""
    above, _, part = stem.rpartition("/")
    parts = sorted(_parts_below(served, above, part)) if above.count("/") >= 2 else []
    place = max(0, bisect(parts, part) - _FEW // 2)
    return [each for name in parts[place : place + _FEW] if _is_there(served, each := f"{above}/{name}")]


def _names_alike(part: str, known: Iterable[str]) -> list[str]:
    """What is spelt like it but for its case, then what is spelt nearly like it."""
    names = list(known)
    same = [name for name in names if name.casefold() == part.casefold()]
    return list(dict.fromkeys([*same, *difflib.get_close_matches(part, names, MOST_NEAR - 1)]))


def _parts_below(served: ServedRelease, above: str, part: str) -> dict[str, None]:
    """What stands behind an address in others, near the place that `part` would have."""
    space, iri = served.space, served.space.described_by(above)
    if (known := served.addresses()) is not None:
        near = known.beside(f"{iri}/{iris.canonical(part)}", f"{iri}/", _LOOKED_AT)
    else:
        quads = islice(served.quads(None, NamedNode(SKOS + "inScheme"), NamedNode(iri)), 2 * _LOOKED_AT)
        near = [quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)]
    stems = (space.document_of(uri) or "" for uri in near)
    return dict.fromkeys(stem.removeprefix(f"{above}/").partition("/")[0] for stem in stems if stem.startswith(above))


@dataclass(slots=True)
class _Patience:
    """How long is looked for what is alike: in a long list some 20 ms a look, so in a fifth of the time at most.

    Whoever asks for very much that is not there gets 404 with less beside it, and others their answers.
    """

    clock: Callable[[], float] = time.monotonic
    _free: float = 0.0  # when the next look may be made

    def spend(self, look: Callable[[], list[str]]) -> list[str]:
        begun = self.clock()
        if begun < self._free:
            return []
        found = look()
        took = self.clock() - begun
        self._free = begun + 5 * took
        return found


def _named_nearly(served: ServedRelease, stem: str) -> list[str]:
    """Datasets and code lists whose addresses are spelt nearly so, then what is named like the last word of it."""
    last = iris.canonical(stem.rpartition("/")[2])
    listed = chain(datasets(served), served.memo.get("code lists", lambda: _code_lists(served)))
    known = {item.rpartition("/")[2]: item for iri in listed if (item := served.space.document_of(iri))}
    found = [known[key] for key in difflib.get_close_matches(last, known, MOST_NEAR, 0.5)]
    above, _, rest = stem.rpartition("/")
    while not found and above.count("/") >= 2:  # one of its parts is misspelt: /doc/code/sxe/M
        above, _, part = above.rpartition("/")
        if iris.canonical(part) in known:  # as it is spelt
            break
        for key in difflib.get_close_matches(iris.canonical(part), known, MOST_NEAR, 0.5):
            whole = f"{known[key]}/{rest}"
            found += [whole] if exists(served, served.space.described_by(whole)) else []
            found.append(known[key])
        rest = f"{part}/{rest}"
    words = re.sub(r"[-_.+]+", " ", last)
    index = search_index_at_once(served) if len(last) > 1 else None
    named = index.search(words, 0, MOST_NEAR).iris if index else ()
    return found + [item for iri in named if (item := served.space.document_of(iri))]


def _code_lists(served: ServedRelease) -> tuple[str, ...]:
    found = served.quads(None, NamedNode(RDF + "type"), NamedNode(SKOS + "ConceptScheme"))
    return tuple(quad.subject.value for quad in islice(found, 500) if isinstance(quad.subject, NamedNode))
