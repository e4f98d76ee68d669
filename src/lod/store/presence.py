"""Whether a store elsewhere has the release that is told from it: a new, an emptied one answers every count with 0.

Whoever publishes counts each graph and then writes beside it that it is whole (`lod.release.publishing.push`). Whether
that stands there still, and no graph was dropped since, is cheap enough to be looked at again and again. What else a
store may have lost is found by counting, which is what publishing does.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from lod.rdf.namespaces import VOID
from lod.store.remote_answers import RESULTS, whole_solutions
from lod.store.transport import RemoteError
from lod.wording import say

Ask = Callable[[str, str, tuple[str, ...], tuple[str, ...]], bytes]
"""As `lod.store.remote.RemoteStore.ask`."""

_MISSING_FOR = 1.0  # seconds in which a store that had it not is taken not to have it
_AT_ONCE = 50  # graphs in one question


def mark_of(graph: str) -> str:
    """The graph that says of another one that it is whole, and how many statements it then has."""
    return f"{graph}/whole"


class Presence:
    """What was seen of a release's graphs in a store when they were last looked for."""

    def __init__(self, release: str, graphs: tuple[str, ...]) -> None:
        """`release`: the name by which it is published again; '': it is never looked for."""
        self.release = release
        self.graphs = graphs
        self._seen = (0.0, False)  # when, and whether it was there

    def confirm(self, ask: Ask, since: float) -> None:
        """Look, unless it was there when looked for after `since` (as `time.monotonic` tells it), or just now was not.

        Raises:
            RemoteError: LOD9220 the store does not have it, or not whole; else as `ask`.
        """
        if not self.release:
            return
        looked, is_there = self._seen
        now = time.monotonic()
        if looked < (since if is_there else now - _MISSING_FOR):
            is_there = all(
                _are_there(ask, self.graphs[start : start + _AT_ONCE]) for start in range(0, len(self.graphs), _AT_ONCE)
            )
            self._seen = now, is_there
        if not is_there:
            raise RemoteError(
                say("the store does not hold the whole of release {name}", name=self.release),
                hint=say("lod publish {name}", name=self.release),
                code="LOD9220",
            )


def _are_there(ask: Ask, graphs: tuple[str, ...]) -> bool:
    """Whether each of some graphs is marked as whole and, unless it then had nothing, has something."""
    marks = f"{{ ?graph <{VOID}triples> ?n }}"
    some = (f"{{ SELECT (<{graph}> AS ?there) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} LIMIT 1 }}" for graph in graphs)
    body = ask(
        f"SELECT ?graph ?n ?there {{ {' UNION '.join((marks, *some))} }}",
        RESULTS,
        tuple(mark_of(graph) for graph in graphs),
        graphs,
    )
    said: dict[str, int] = {}
    there: set[str] = set()
    for row in whole_solutions(body):
        if row["there"] is not None:
            there.add(row["there"].value)
        else:
            said[row["graph"].value] = int(row["n"].value)
    return all(graph in said and (said[graph] == 0 or graph in there) for graph in graphs)
