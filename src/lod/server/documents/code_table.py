"""A code list as a table: `/doc/code/{scheme}.csv`, a line a code, in reading order, with its labels in each language.

CSV: RFC 4180, UTF-8. What stands under what is told by `level` and `broader`, as the page shows it.
"""

from __future__ import annotations

import csv
import io

from pyoxigraph import NamedNode

from lod.rdf.namespaces import RDF, SKOS
from lod.server.cubes.codes import notation
from lod.server.pages.code_tree import CodeTree, read_tree
from lod.server.pages.labels import last_segment
from lod.server.served import ServedRelease

CODE_LIST = SKOS + "ConceptScheme"
_TYPE, _CODE_LIST = NamedNode(RDF + "type"), NamedNode(CODE_LIST)


def is_code_list(served: ServedRelease, iri: str) -> bool:
    """Whether a thing is a list of codes."""
    return next(served.quads(NamedNode(iri), _TYPE, _CODE_LIST), None) is not None


def code_table(served: ServedRelease, iri: str) -> bytes:
    """The codes of a list as CSV, written once and kept as its tree is; at most `MOST_READ` of them."""
    return served.cubes.get(f"table {iri}", lambda: _written(served, read_tree(served, iri)))


def _written(served: ServedRelease, tree: CodeTree) -> bytes:
    languages, label = served.site.languages, served.labels.label
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["code", "iri", "level", "broader", *(f"label_{language}" for language in languages)])
    above: list[tuple[int, str]] = []  # where what stands under each code ends, and the code
    for place, term in enumerate(tree.terms):
        while above and above[-1][0] <= place:
            above.pop()
        code = notation(served, term.value) or last_segment(term.value)
        labels = (label(term.value, language).value for language in languages)
        writer.writerow([code, term.value, len(above) + 1, above[-1][1] if above else "", *labels])
        above.append((tree.ends[place], code))
    return out.getvalue().encode("utf-8")
