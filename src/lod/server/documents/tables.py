"""A dataset as one table, where people look for it: `/data/{dataset}.csv`, `.parquet`, `.xlsx`, or by Accept.

303 to the file: the one for bulk use (`dcat:downloadURL`), else the whole cube as it is written when asked for. A code
list is a table itself (`lod.server.documents.code_table`); what is neither has none (docs/decisions/0017).
"""

from __future__ import annotations

from dataclasses import replace

from pyoxigraph import NamedNode

from lod.rdf.formats import Format, by_suffix
from lod.rdf.namespaces import QB, RDF
from lod.server import answers
from lod.server.addresses import DOCUMENT_FORMATS
from lod.server.answers import Answer, header
from lod.server.ask import Ask
from lod.server.cubes.whole import CSV, WHOLE, XLSX
from lod.server.documents.code_table import is_code_list
from lod.server.documents.signposts import items_of
from lod.server.negotiation import choose_format
from lod.server.served import ServedRelease

PARQUET = Format("Parquet", "parquet", ("application/vnd.apache.parquet", "application/x-parquet"))
FORMATS = (CSV, PARQUET, XLSX)
_WRITTEN = (CSV, XLSX)  # when asked for
_TYPES = tuple(name for item in FORMATS for name in item.media_types)
_SUFFIXES = tuple(f".{item.suffix}" for item in FORMATS)
_TYPE, _DATASET = NamedNode(RDF + "type"), NamedNode(QB + "DataSet")


def is_table(_: ServedRelease, ask: Ask) -> bool:
    """Whether something is asked for as a table: it is one if it is a dataset."""
    return ask.path.startswith("/data/") and (
        ask.path.endswith(_SUFFIXES) or any(name in ask.accept.lower() for name in _TYPES)
    )


def respond_to_table(served: ServedRelease, ask: Ask) -> Answer | None:
    """303 to a table; None where there is none, or something else is preferred."""
    stem, _, suffix = ask.path.rpartition(".")
    form = by_suffix(suffix, FORMATS)
    if form is not None:
        path = file_of(served, stem, form)
        return answers.redirect(303, path) if path else None
    form = choose_format(ask.accept, (*DOCUMENT_FORMATS, *tables_of(served, ask.path)))
    if form is None or form not in FORMATS:
        return None
    answer = answers.redirect(303, file_of(served, ask.path, form))
    return replace(answer, headers=(*answer.headers, header("vary", "Accept, Accept-Language")))


def tables_of(served: ServedRelease, stem: str) -> tuple[Format, ...]:
    """Which tables there are of the dataset or code list at a stem; () where there is neither."""
    return tuple(form for form in FORMATS if file_of(served, stem, form))


def file_of(served: ServedRelease, stem: str, form: Format) -> str:
    """The path and query of the table of a dataset or code list; '' where there is none."""
    iri, base = served.space.described_by(stem), served.space.base
    if not stem.startswith("/data/"):
        return f"{served.space.prefix}{stem}.csv" if form is CSV and is_code_list(served, iri) else ""
    for item in items_of(served, iri):
        if item.href.startswith(base) and item.href.endswith(f".{form.suffix}"):
            return f"{served.space.root}/{item.href.removeprefix(base)}"
    is_cube = next(served.quads(NamedNode(iri), _TYPE, _DATASET), None) is not None
    return f"{served.space.prefix}{stem}/slice.{form.suffix}?{WHOLE}" if is_cube and form in _WRITTEN else ""
