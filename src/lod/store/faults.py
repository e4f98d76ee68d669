"""Questions that the engine is known to answer wrongly: written so that it answers them rightly, else refused plainly.

Oxigraph 0.5.13, measured against https://www.w3.org/TR/sparql11-query/ : a path of length zero from or to a term that
the graph does not hold (§9.3), how often a path of alternatives finds something (§18.4), BNODE with an argument
(§17.4.2.9), patterns of REGEX and REPLACE (§17.4.3.14), COUNT of what fails (§18.5.1.2), and, inside `GRAPH ?g`,
sub-queries, MINUS, VALUES and what looks at ?g (§13.3, §18.6). Sorting values of many kinds ends it (§15.1).
GROUP_CONCAT of texts in one language keeps the language, as drafts of SPARQL 1.2 have it; here it is a plain text
(§18.5.1.7).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from lod.store.guard import Query, QueryForm, refusal
from lod.store.rewriting.alternatives import MOST_WAYS, TooManyWays, with_alternatives_apart
from lod.store.rewriting.blank_nodes import with_variables_for_nodes
from lod.store.rewriting.bnode import has_more, only_these, with_nodes_of_each_solution
from lod.store.rewriting.counts import with_counts_of_values
from lod.store.rewriting.graphs import TooManyGraphs, with_graphs_named, without_missing_graphs
from lod.store.rewriting.orders import may_sort_many_kinds, with_kinds_apart
from lod.store.rewriting.outline import Unreadable, Unwritable
from lod.store.rewriting.patterns import UnknownPattern, with_known_patterns
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import closing
from lod.store.rewriting.zero_length import with_paths_of_no_step
from lod.store.tokens import tokens_of
from lod.wording import Wording, say

_CODE = "LOD9203"
_AT_RISK = re.compile(
    r"""(?:[>)]|:[\w.%\\-]*|\ba) (?:\s|\#[^\n]*\n)* (?:\*|\?(?!\w))
    | \bGRAPH (?:\s|\#[^\n]*\n)* [?$]
    | \bBNODE (?:\s|\#[^\n]*\n)* \((?!\s*\))
    | \b(?:GROUP_CONCAT|REPLACE|REGEX)\b
    | \bCOUNT \s* \( (?! \s* (?:\* | (?:DISTINCT\b)? \s* [?$]\w+ \s* \)))
    | (?<![|{])\|(?![|}])""",
    re.IGNORECASE | re.VERBOSE,
)

# One of these is in each of them: a look for them takes a tenth of the time, which each query pays.
_PARTS = ("*", "|", "GRAPH", "BNODE", "GROUP_CONCAT", "REPLACE", "REGEX", "COUNT")
_NO_VARIABLE = re.compile(r"\?(?!\w)")

_GRAPH = re.compile(r"\bGRAPH\b", re.IGNORECASE)
_WITHOUT_TRIPLES = re.compile(r"\b(?:SELECT.+SELECT|VALUES|BIND|OPTIONAL|UNION)\b", re.IGNORECASE | re.DOTALL)

_UNWRITABLE: dict[type[Unwritable], tuple[Wording, Wording]] = {  # what is said, what to do
    TooManyGraphs: (
        say("this clause would have to be asked of too many graphs, one by one"),
        say("name the graph, or write that part outside: { GRAPH ?g { … } } MINUS { GRAPH ?g { … } }"),
    ),
    TooManyWays: (
        say("this path has more than {most} ways, and the engine would not count each", most=MOST_WAYS),
        say("write it as UNION, or ask with SELECT DISTINCT"),
    ),
    UnknownPattern: (
        say("the engine's regular expressions have no \\1, \\i or \\c"),
        say("write the letters in brackets, as in [A-Za-z_:], and compare parts with STRBEFORE and STRAFTER"),
    ),
}

Ask = Callable[[str], bool]
"""The truth of an ASK over the dataset of the query."""


def may_be_wrong(text: str) -> bool:
    """Whether a query may be one of those, by its words alone."""
    return _may_tell_otherwise(text) or may_sort_many_kinds(text)


def _may_tell_otherwise(text: str) -> bool:
    if _GRAPH.search(text) is not None and _WITHOUT_TRIPLES.search(text) is not None:
        return True
    written = text.upper()
    has_a_part = any(part in written for part in _PARTS) or _NO_VARIABLE.search(text) is not None
    return has_a_part and _AT_RISK.search(text) is not None


def mended(query: Query, variables: Sequence[str], names: Callable[[], Sequence[str]], ask: Ask) -> str:
    """The text that the engine answers as the specification has it: the query's own, as a rule.

    `variables`: of its solutions; `names`: IRIs of the named graphs of its dataset. The query has been
    accepted by the engine's parser.

    Raises:
        QueryError: LOD9203, there is no such text.
    """
    text = with_kinds_apart(query.text) if may_sort_many_kinds(query.text) else query.text
    if not _may_tell_otherwise(query.text):
        return text
    try:
        text = with_counts_of_values(_with_plain_texts(with_known_patterns(text)))
        try:
            text = with_alternatives_apart(text)
        except Unreadable:
            text = with_alternatives_apart(with_variables_for_nodes(text, query.form, variables))
        if _GRAPH.search(text):
            text = with_graphs_named(text, [f"<{name}>" for name in names()])
            text = without_missing_graphs(text, _is_graph(text, ask))
        try:
            text = with_paths_of_no_step(text, _looking(text, ask))
        except Unreadable:
            text = with_variables_for_nodes(text, query.form, variables)
            text = with_paths_of_no_step(text, _looking(text, ask))
        changed = with_nodes_of_each_solution(text)
        if changed != text and query.form is QueryForm.SELECT and has_more(changed):
            changed = only_these(changed, variables)
    except Unwritable as error:
        raise refusal(error.text, error.place, _CODE, *_UNWRITABLE[type(error)]) from None
    except Unreadable:
        message = say("the engine answers this query wrongly, and it cannot be asked in another way here")
        hint = say("leave out BNODE with a name, paths with '*' from a term, or VALUES and MINUS inside GRAPH")
        raise refusal(query.text, 0, _CODE, message, hint) from None
    return changed


def _with_plain_texts(text: str) -> str:
    """The query with plain texts of what GROUP_CONCAT collects, numbers and IRIs among them (§18.5.1.7).

    What is to be distinct is so as terms; texts of numbers, where there are some.
    """
    tokens = tokens_of(text)
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        if token.kind != "word" or token.text.upper() != "GROUP_CONCAT":
            continue
        end = closing(tokens, place + 1)
        is_distinct = tokens[place + 2].text.upper() == "DISTINCT"
        start = place + 2 + is_distinct
        scalar = next((at for at in range(start, end) if tokens[at].text == ";"), end)
        value, rest = text[tokens[start].start : tokens[scalar].start], text[tokens[scalar].start : tokens[end].start]
        told = f"GROUP_CONCAT({'DISTINCT ' if is_distinct else ''}STR({value}){rest})"
        if is_distinct:
            told = f"COALESCE({text[token.start : tokens[end].start]}), {told})"
        text = f"{text[: token.start]}STR({told}){text[tokens[end].start + 1 :]}"
        tokens = tokens_of(text)
    return text


def _dataset(text: str) -> tuple[str, str]:
    """What stands before a query's form, and its FROM clauses: what is asked beside it needs both."""
    found = outline(text)
    return text[: found.tokens[found.form].start], " ".join(found.written(span) for span in found.datasets)


def _is_graph(text: str, ask: Ask) -> Callable[[str], bool]:
    """Whether the dataset of a query has a graph of a name."""
    prologue, dataset = _dataset(text)
    return cache(lambda name: ask(f"{prologue}ASK {dataset} {{ GRAPH {name} {{}} }}"))


def _looking(text: str, ask: Ask) -> Callable[[str, str], bool]:
    """Whether a graph holds a term, asked with the prefixes and the dataset of the query."""
    prologue, dataset = _dataset(text)

    @cache
    def is_there(graph: str, term: str) -> bool:
        sides = [f"{{ ?s ?p {term} }}"]
        if term.startswith("<") or ":" in term.partition('"')[0].partition("'")[0]:
            sides.append(f"{{ {term} ?p ?o }}")
        pattern = " UNION ".join(sides)
        return ask(f"{prologue}ASK {dataset} {{ {f'GRAPH {graph} {{ {pattern} }}' if graph else pattern} }}")

    return is_there
