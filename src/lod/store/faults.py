"""Questions that the engine is known to answer wrongly: written so that it answers them rightly, else refused plainly.

Oxigraph 0.5.13, measured against https://www.w3.org/TR/sparql11-query/ : a path of length zero from or to a term that
the graph does not hold (§9.3), BNODE with an argument (§17.4.2.9), and, inside `GRAPH ?g`, sub-queries, MINUS and
VALUES (§13.3, §18.6). GROUP_CONCAT of texts in one language keeps the language, as drafts of SPARQL 1.2 have it; here
it is a plain text (§18.5.1.7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from lod.store.guard import Query, QueryForm, refusal, tokens_of
from lod.store.rewriting.blank_nodes import has_more, only_these, with_nodes_of_each_solution
from lod.store.rewriting.graphs import TooManyGraphs, with_graphs_named
from lod.store.rewriting.nodes import with_variables_for_nodes
from lod.store.rewriting.outline import Unreadable, closing, outline
from lod.store.rewriting.paths import with_paths_of_no_step
from lod.wording import say

_CODE = "LOD9203"
_AT_RISK = re.compile(
    r"(?:[>)]|:[\w.%\\-]*|\ba)(?:\s|\#[^\n]*\n)*(?:\*|\?(?!\w))|\bGRAPH(?:\s|\#[^\n]*\n)*[?$]|\bBNODE(?:\s|\#[^\n]*\n)*\((?!\s*\))|\bGROUP_CONCAT\b",
    re.IGNORECASE,
)

Ask = Callable[[str], bool]
"""The truth of an ASK over the dataset of the query."""


def may_be_wrong(text: str) -> bool:
    """Whether a query may be one of those, by its words alone."""
    return _AT_RISK.search(text) is not None


def mended(query: Query, variables: Sequence[str], names: Callable[[], Sequence[str]], ask: Ask) -> str:
    """The text that the engine answers as the specification has it: the query's own, as a rule.

    `variables`: of its solutions; `names`: IRIs of the named graphs of its dataset. The query has been
    accepted by the engine's parser.

    Raises:
        QueryError: LOD9203, there is no such text.
    """
    text = query.text
    try:
        text = _with_plain_texts(text)
        text = with_graphs_named(text, [f"<{name}>" for name in names()])
        try:
            text = with_paths_of_no_step(text, _looking(text, ask))
        except Unreadable:
            text = with_variables_for_nodes(text, query.form, variables)
            text = with_paths_of_no_step(text, _looking(text, ask))
        changed = with_nodes_of_each_solution(text)
        if changed != text and query.form is QueryForm.SELECT and has_more(changed):
            changed = only_these(changed, variables)
    except TooManyGraphs as error:
        message = say("this clause would have to be asked of too many graphs, one by one")
        hint = say("name the graph, or write that part outside: { GRAPH ?g { … } } MINUS { GRAPH ?g { … } }")
        raise refusal(text, error.place, _CODE, message, hint) from None
    except Unreadable:
        message = say("the engine answers this query wrongly, and it cannot be asked in another way here")
        hint = say("leave out BNODE with a name, paths with '*' from a term, or VALUES and MINUS inside GRAPH")
        raise refusal(query.text, 0, _CODE, message, hint) from None
    return changed


def _with_plain_texts(text: str) -> str:
    """The query with `STR(GROUP_CONCAT(…))` for `GROUP_CONCAT(…)`."""
    tokens = tokens_of(text)
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if token.kind == "word" and token.text.upper() == "GROUP_CONCAT":
            end = tokens[closing(tokens, place + 1)].start + 1
            text = f"{text[: token.start]}STR({text[token.start : end]}){text[end:]}"
            tokens = tokens_of(text)
    return text


def _looking(text: str, ask: Ask) -> Callable[[str, str], bool]:
    """Whether a graph holds a term, asked with the prefixes and the dataset of the query."""
    found = outline(text)
    prologue = text[: found.tokens[found.form].start]
    dataset = " ".join(found.written(span) for span in found.datasets)

    @cache
    def is_there(graph: str, term: str) -> bool:
        sides = [f"{{ ?s ?p {term} }}"]
        if term.startswith("<") or ":" in term.partition('"')[0].partition("'")[0]:
            sides.append(f"{{ {term} ?p ?o }}")
        pattern = " UNION ".join(sides)
        return ask(f"{prologue}ASK {dataset} {{ {f'GRAPH {graph} {{ {pattern} }}' if graph else pattern} }}")

    return is_there
