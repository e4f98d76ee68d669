"""Levels of a hierarchical code list in the words of XKOS, https://rdf-vocabulary.ddialliance.org/xkos.html §5.

A level is all codes at one depth, counted from the top; a code that stood below several codes, one after the other, is
as deep as the least of them says.
"""

from __future__ import annotations

from collections.abc import Iterator

from lod.mapping.cube.model import Code, CodeList, Texts
from lod.rdf.namespaces import RDF, SKOS, XKOS

Statement = tuple[str, str, str, str, str]  # subject, predicate, form, value, language; see `lod.mapping.cube.facts`


def levels_of(codes: CodeList) -> list[list[Code]]:
    """The codes of each depth, from the top. Codes that are below themselves are of no level."""
    depths: dict[str, int] = {code.code: 1 for code in codes.codes if not code.parents}
    waiting = [code for code in codes.codes if code.code not in depths]
    while waiting:
        known = [code for code in waiting if any(parent in depths for parent in code.parents)]
        if not known:
            break
        depth = max(depths.values()) + 1
        depths |= dict.fromkeys((code.code for code in known), depth)
        waiting = [code for code in waiting if code.code not in depths]
    last = max(depths.values(), default=0)
    return [[code for code in codes.codes if depths.get(code.code) == depth] for depth in range(1, last + 1)]


def level_statements(codes: CodeList) -> Iterator[Statement]:
    """The levels of a list that has a hierarchy, each with its codes."""
    levels = levels_of(codes)
    if len(levels) < 2:
        return
    home = f"id/code/{codes.name}"
    yield home, XKOS + "numberOfLevels", "integer", str(len(levels)), ""
    yield home, XKOS + "levels", "iri", f"{home}#levels-1", ""
    for depth, members in enumerate(levels, start=1):
        node, level = f"{home}#levels-{depth}", f"{home}/level/{depth}"
        rest = f"{home}#levels-{depth + 1}" if depth < len(levels) else RDF + "nil"
        yield node, RDF + "type", "iri", RDF + "List", ""
        yield node, RDF + "first", "iri", level, ""
        yield node, RDF + "rest", "iri", rest, ""
        yield level, RDF + "type", "iri", XKOS + "ClassificationLevel", ""
        yield level, XKOS + "depth", "integer", str(depth), ""
        for language, text in _names(codes, depth):
            yield level, SKOS + "prefLabel", "text", text, language
        for code in members:
            yield level, SKOS + "member", "iri", f"{home}/{code.code}", ""


def _names(codes: CodeList, depth: int) -> Texts:
    """What a level is called: as the list says, else its number behind the list's title."""
    if depth <= len(codes.levels):
        return codes.levels[depth - 1]
    titles = dict(codes.labels)
    chinese, english = titles.get("zh-Hant-TW", ""), titles.get("en", "")
    return (
        ("zh-Hant-TW", f"{chinese}：第{depth}層" if chinese else f"第{depth}層"),
        ("en", f"{english}: level {depth}" if english else f"Level {depth}"),
    )
