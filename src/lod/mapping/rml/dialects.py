"""How a CSV is written, as `csvw:Table` describes it in RML.

RML-IO registry, https://w3id.org/rml/io/registry, «CSVW»; the flags are those of the Metadata Vocabulary for Tabular
Data, §5.9. What a dialect says and is not read here is refused by name: no row is read otherwise than it was meant.
"""

from __future__ import annotations

import codecs

from lod.diagnostics import did_you_mean
from lod.mapping.ir import Dialect
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import CSVW
from lod.rdf.turtle import Term
from lod.wording import Wording, say

_READ = (
    "commentPrefix", "delimiter", "encoding", "header", "headerRowCount", "quoteChar", "skipInitialSpace", "skipRows",
    "trim",
)  # fmt: skip
# what is read in one way only: the values that mean it
_FIXED = {
    "doubleQuote": ("true", "1"),
    "skipColumns": ("0",),
    "skipBlankRows": ("true", "false", "1", "0"),  # a blank row makes nothing anyway
    "lineTerminators": ("\r\n", "\n", "\\r\\n", "\\n"),
}
_TRIMS = {"true": "true", "1": "true", "start": "start", "end": "end", "false": "", "0": ""}


def read_dialect(graph: Graph, table: Resource) -> Dialect:
    """The dialect of a `csvw:Table`, and its nulls; what is wrong in it is among the findings."""
    nulls = tuple(str(each.value) for each in graph.values(table, CSVW + "null"))
    node = graph.resource(table, CSVW + "dialect")
    if node is None:
        return Dialect(nulls=nulls)
    _refuse_others(graph, node)
    given = {name: value for name in _READ if (value := graph.one(node, CSVW + name))}
    rows = _count(graph, given.get("headerRowCount"), "headerRowCount")
    if rows is not None and rows > 1:
        _refuse(graph, "headerRowCount", given["headerRowCount"], say("a table has one header row here, or none"))
    header = str(given["header"].value) not in ("false", "0") if "header" in given else rows != 0
    trim = _one_of(graph, given.get("trim"), "trim", _TRIMS)
    is_spaced = _one_of(graph, given.get("skipInitialSpace"), "skipInitialSpace", _TRIMS)
    return Dialect(
        encoding=_encoding(graph, given.get("encoding")),
        delimiter=_sign(graph, given.get("delimiter"), Dialect().delimiter),
        quote=_sign(graph, given.get("quoteChar"), Dialect().quote),
        nulls=nulls,
        header=header,
        comment_prefix=str(given["commentPrefix"].value) if "commentPrefix" in given else "",
        skip_rows=_count(graph, given.get("skipRows"), "skipRows") or 0,
        trim=trim or ("start" if is_spaced else ""),
    )


def _refuse_others(graph: Graph, node: Resource) -> None:
    """Findings for what a dialect says that is not read, and for what no dialect says."""
    for name, values in graph.properties.get(node, {}).items():
        if not name.startswith(CSVW):
            continue
        flag = name[len(CSVW) :]
        if flag in _FIXED:
            for value in values:
                if str(value.value) not in _FIXED[flag]:
                    _refuse(graph, flag, value, say("save the file as RFC 4180 has it"))
        elif flag not in _READ:
            hint = did_you_mean(flag, [*_READ, *_FIXED])
            message = say("a dialect has no csvw:{flag}", flag=flag)
            graph.findings.error("LOD3102", message, values[0].origin, hint)


def _refuse(graph: Graph, flag: str, value: Term, hint: Wording) -> None:
    message = say("csvw:{flag} {value} is not supported", flag=flag, value=str(value.value))
    graph.findings.error("LOD3014", message, value.origin, hint)


def _encoding(graph: Graph, value: Term | None) -> str:
    if value is None:
        return Dialect().encoding
    try:
        codecs.lookup(str(value.value))
    except LookupError:
        message = say("no encoding is called '{encoding}'", encoding=str(value.value))
        graph.findings.error("LOD3114", message, value.origin)
        return Dialect().encoding
    return str(value.value)


def _count(graph: Graph, value: Term | None, flag: str) -> int | None:
    if value is None:
        return None
    if not str(value.value).isdecimal():
        message = say("csvw:{flag} is a number, not '{value}'", flag=flag, value=str(value.value))
        graph.findings.error("LOD3014", message, value.origin)
        return None
    return int(str(value.value))


def _one_of(graph: Graph, value: Term | None, flag: str, known: dict[str, str]) -> str:
    if value is None:
        return ""
    if str(value.value) not in known:
        message = say("csvw:{flag} is not '{value}'", flag=flag, value=str(value.value))
        graph.findings.error("LOD3014", message, value.origin, did_you_mean(str(value.value), known))
    return known.get(str(value.value), "")


def _sign(graph: Graph, value: Term | None, default: str) -> str:
    """One ASCII sign of a dialect; a tab is also written as people type it."""
    sign = {"\\t": "\t"}.get(str(value.value), str(value.value)) if value else default
    if value and (len(sign) != 1 or ord(sign) > 0x7E or sign in "\r\n"):
        message = say("'{value}' is not one ASCII sign", value=value.value)
        graph.findings.error("LOD3014", message, value.origin, say("as in csvw:delimiter ';'"))
        return default
    return sign
