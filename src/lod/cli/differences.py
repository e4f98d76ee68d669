"""The difference of two releases as JSON, as one HTML page, as Turtle (VoID, PROV), and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

from lod.rdf.namespaces import PROV, RDFS, VOID
from lod.rdf.nquads import literal
from lod.wording import say, translated

if TYPE_CHECKING:
    from lod.release.history.difference import Difference, Part

_KINDS = {
    "datasets": say("datasets"),
    "triples": say("triples"),
    "observations": say("observations"),
    "codes": say("codes"),
    "uris": say("URIs"),
}
_SAME = say("nothing differs")
_SITE = say("what lod.toml says of publisher and terms")
_STYLE = (
    ":root{color-scheme:light dark;--line:light-dark(#e2ded3,#30363b);--soft:light-dark(#5a6068,#a7aeb5)}"
    "body{font:100%/1.6 system-ui,'Noto Sans TC','Noto Sans CJK TC','PingFang TC','Microsoft JhengHei',sans-serif;"
    "max-width:60rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem;overflow-wrap:anywhere}"
    "h2{font-size:1.15rem;margin:2rem 0 .4rem}small{color:var(--soft);font-weight:400}"
    "table{border-collapse:collapse}td,th{padding:.3rem 1rem;text-align:right;font-variant-numeric:tabular-nums}"
    "thead th,tbody th{color:var(--soft)}tbody tr{border-top:1px solid var(--line)}tbody th{text-align:left}"
    "ul{padding-left:1.2rem}code{overflow-wrap:anywhere;font-size:.9em}@media print{:root{color-scheme:light}}"
)
_WAYS = {"added": say("added"), "removed": say("removed"), "changed": say("changed")}


def as_json(difference: Difference) -> dict[str, Any]:
    """For programs."""
    return asdict(difference)


def as_text(difference: Difference, language: str) -> str:
    """A table of counts, then a few examples of each."""
    lines = [f"{difference.before} → {difference.after}", ""]
    lines += [f"{what}: {part.count:,}" for what, part in _named(difference, language) if part.count]
    if len(lines) == 2:
        lines.append(translated(_SAME, language))
    for what, part in _named(difference, language):
        if part.examples:
            lines += ["", what, *(f"  {example}" for example in part.examples)]
    return "\n".join(lines)


def as_html(difference: Difference, language: str) -> str:
    """One page that needs nothing else."""
    title = escape(f"{difference.before} → {difference.after}")
    head = "".join(f'<th scope="col">{escape(translated(way, language))}</th>' for way in _WAYS.values())
    body = ""
    for kind, change in difference.changes.items():
        cells = "".join(f"<td>{getattr(change, way).count:,}</td>" for way in _WAYS)
        body += f'<tr><th scope="row">{escape(translated(_KINDS[kind], language))}</th>{cells}</tr>\n'
    examples = "".join(
        f"<h2>{escape(what)} <small>{part.count:,}</small></h2><ul>"
        + "".join(f"<li><code>{escape(example)}</code></li>" for example in part.examples)
        + ("<li>…</li>" if part.count > len(part.examples) else "")
        + "</ul>\n"
        for what, part in _named(difference, language)
        if part.examples
    )
    if not examples:
        examples = f"<p>{escape(translated(_SAME, language))}</p>\n"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><main><h1>{title}</h1>\n<table><thead><tr><td></td>{head}</tr></thead><tbody>\n{body}</tbody></table>\n"
        f"{examples}</main></body></html>\n"
    )


def as_turtle(difference: Difference) -> str:
    """A `void:Dataset` for what was added, removed and changed of each kind: how many, and examples."""
    lines = [f"@prefix void: <{VOID}> .", f"@prefix prov: <{PROV}> .", f"@prefix rdfs: <{RDFS}> .", ""]
    lines += [f'<#difference> a prov:Entity ; rdfs:label "{difference.before} → {difference.after}" .']
    lines += [f"<#difference> rdfs:comment {literal(line)} ." for line in _site_lines(difference)]
    for kind, change in difference.changes.items():
        counted = "void:triples" if kind == "triples" else "void:entities"
        for way in _WAYS:
            part: Part = getattr(change, way)
            if part.count:
                subset = f"<#{way}-{kind}>"
                lines += [f"<#difference> void:subset {subset} .", f"{subset} a void:Dataset ;"]
                lines += [f'    rdfs:label "{way} {kind}"@en ; {counted} {part.count} .']
                named = [iri for iri in part.examples if kind != "triples" and not iri.startswith("_:")]
                lines += [f"{subset} void:exampleResource <{iri}> ." for iri in named]
    return "\n".join(lines) + "\n"


def _named(difference: Difference, language: str) -> Iterator[tuple[str, Part]]:
    """`added datasets` and the others, with what they are; then the keys of lod.toml that say something else."""
    from lod.release.history.difference import Part  # there already, since something was compared

    for kind, change in difference.changes.items():
        for way, said in _WAYS.items():
            yield translated(say("{way} {kind}", way=said, kind=_KINDS[kind]), language), getattr(change, way)
    yield translated(_SITE, language), Part(len(difference.site), _site_lines(difference))


def _site_lines(difference: Difference) -> tuple[str, ...]:
    return tuple(f"{each.key}: {each.before or '–'} → {each.after or '–'}" for each in difference.site)
