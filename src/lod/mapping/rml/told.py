"""Findings in the words of the vocabulary that a document is written in: RML's own, legacy RML's or R2RML's.

Inside, everything has RML's names (`vocabulary.modernised`), and so do messages and hints; who writes `rr:column` is
told of `rr:column`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lod.diagnostics import Diagnostic
from lod.mapping.rml.vocabulary import IN_R2RML, LEGACY_RML, R2RML, RML
from lod.rdf.turtle import Statement
from lod.wording import Labelled, Wording, in_each_language

_NAME = re.compile(r"\brml:(\w+)")
_TERM_TYPES = ("IRI", "BlankNode", "Literal")
_SHARED = {name: f"rr:{name}" for name in (*IN_R2RML, *_TERM_TYPES)}
_IN_R2RML = {
    **_SHARED,
    "reference": "rr:column",
    "logicalSource": "rr:logicalTable",
    "source": "rr:tableName",
    "query": "rr:sqlQuery",
}


def words_of(statements: Iterable[Statement]) -> Mapping[str, str]:
    """RML's names → how the document's vocabulary writes them; those that are missing are RML's own."""
    used = {
        namespace
        for each in statements
        for namespace in (R2RML, LEGACY_RML, RML)
        if each.predicate.value.startswith(namespace)
    }
    if R2RML not in used or RML in used:
        return {}
    return _SHARED if LEGACY_RML in used else _IN_R2RML


def in_words(findings: Iterable[Diagnostic], words: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The findings with RML's names as `words` has them."""
    for each in findings:
        yield replace(each, message=_told(each.message, words), hint=_told(each.hint, words))


def _told(wording: Wording, words: Mapping[str, str]) -> Wording:
    if not words or "rml:" not in wording:
        return wording
    texts = in_each_language(wording)
    return Labelled({language: _NAME.sub(lambda m: words.get(m[1], m[0]), text) for language, text in texts.items()})
