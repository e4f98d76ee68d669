"""Blank nodes of patterns as variables that nobody names.

SPARQL 1.1 Query Language §4.1.4: a blank node in a graph pattern acts as a variable that cannot be selected, and its
label stands in one basic graph pattern only. So a variable of a name of its own says the same, and may stand where a
blank node may not: in VALUES.
"""

from __future__ import annotations

from collections.abc import Sequence

from lod.store.guard import QueryForm
from lod.store.rewriting.outline import Block, Outline, Unreadable
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import closing, edited, instead_of

_NAME = "?xLodNode"


def with_variables_for_nodes(text: str, form: QueryForm, variables: Sequence[str]) -> str:
    """The query with variables for the blank nodes of its patterns; `variables`: of its solutions, which stay so.

    Raises:
        Unreadable: it asks for all variables in a way that would show them.
    """
    found = _showing_no_others(outline(text), form, variables)
    number = 0
    while (opened := _innermost(found)) is not None:
        found = _taken_apart(found, *opened, f"{_NAME}{number}")
        number += 1
    inside = [token for block in found.blocks for token in found.tokens[block.span.start : block.span.end]]
    labels = (token for token in inside if token.text.startswith("_:"))
    return edited(found.text, (instead_of(label, f"{_NAME}_{label.text[2:].encode().hex()}") for label in labels))


def _showing_no_others(found: Outline, form: QueryForm, variables: Sequence[str]) -> Outline:
    """The query with its variables by name, where it asks for all of them."""
    text = found.text
    for place, token in reversed([*enumerate(found.tokens)]):
        if token.text != "*" or found.tokens[place - 1].text.upper() not in (
            "SELECT",
            "DISTINCT",
            "REDUCED",
            "DESCRIBE",
        ):
            continue
        if place <= found.form + 2 and form is QueryForm.SELECT and variables:
            text = f"{text[: token.start]} {' '.join(f'?{name}' for name in variables)} {text[token.start + 1 :]}"
        elif found.tokens[place - 1].text.upper() != "SELECT" or place <= found.form + 2:
            raise Unreadable
    return outline(text)


def _innermost(found: Outline) -> tuple[Block, int] | None:
    """A blank node in brackets that holds no other, and the block that it stands in."""
    for block in found.blocks:
        opened = [at for at in range(block.span.start, block.span.end) if found.tokens[at].text == "["]
        if opened:
            return block, opened[-1]
    return None


def _taken_apart(found: Outline, block: Block, opened: int, name: str) -> Outline:
    """The query with a variable in the place of `[ … ]`, and what stood in it beside the block."""
    tokens, text = found.tokens, found.text
    closed, last = closing(tokens, opened), tokens[block.span.end - 1]
    start, end = tokens[opened].start, tokens[closed].start + 1
    said, rest = text[start + 1 : end - 1].strip(), text[end : last.start + len(last.text)]
    if said and (opened, closed + 1) == (block.span.start, block.span.end):
        return outline(f"{text[:start]}{name} {said} {text[end:]}")
    beside = f" . {name} {said} " if said else ""
    return outline(f"{text[:start]}{name}{rest}{beside}{text[last.start + len(last.text) :]}")
