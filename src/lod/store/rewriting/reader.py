"""A query read from its tokens: what stands where in it.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §19.8 (grammar)

The engine's parser has accepted the query, so nothing is checked here. Whatever is not of SPARQL 1.1 raises
`Unreadable`, and the query is left alone or refused.
"""

from __future__ import annotations

from lod.store.rewriting.outline import Block, Call, GraphClause, Outline, PathTriple, Span, Unreadable
from lod.store.rewriting.tokens import closing, is_sign, path_end, refined

_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_BEFORE_A_GROUP = frozenset({"OPTIONAL", "MINUS", "UNION", "WHERE"})


def outline(text: str) -> Outline:
    """Read a query.

    Raises:
        Unreadable: it is not SPARQL 1.1.
    """
    reader = _Reader(Outline(text, refined(text)))
    try:
        reader.query()
    except IndexError:
        raise Unreadable from None
    return reader.found


class _Reader:
    """Goes once through the tokens, and notes what it passes."""

    def __init__(self, found: Outline) -> None:
        self.found = found
        self.tokens = found.tokens
        self.graph: int | None = None
        self.tested = 0  # how many EXISTS are around
        self.place = 0
        self.nested: list[PathTriple] = []

    def word(self, ahead: int = 0) -> str:
        """The word at this place in capitals; '' when none is there."""
        at = self.place + ahead
        if at >= len(self.tokens) or self.tokens[at].kind != "word":
            return ""
        return self.tokens[at].text.upper()

    def at(self, text: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place].text == text

    def query(self) -> None:
        while self.word() not in _FORMS:
            self.place += 1
        self.found.form, form = self.place, self.word()
        if form == "SELECT":
            self.select(is_whole=True)
            return
        self.place += 1
        if form == "CONSTRUCT" and self.at("{"):
            self.place = closing(self.tokens, self.place) + 1  # the template: no path, no clause
        self.head("")
        if self.place < len(self.tokens):
            self.group()
            self.modifiers(self.found.form)

    def head(self, scope: str) -> None:
        """Up to the brace of WHERE: projection and FROM clauses."""
        owner = self.place - 1
        while self.place < len(self.tokens) and not self.at("{"):
            if self.at("("):
                self.parentheses(scope, owner, owner)
            elif self.word() == "FROM":
                length = 3 if self.word(1) == "NAMED" else 2
                self.found.datasets.append(Span(self.place, self.place + length))
                self.place += length
            else:
                self.place += 1

    def select(self, *, is_whole: bool) -> None:
        start = self.place
        self.place += 1
        self.head("SELECT")
        self.group()
        self.modifiers(start)
        if not is_whole and not self.at("}"):
            raise Unreadable
        if not is_whole and self.graph is None and not self.tested:
            self.found.parts.append(Span(start, self.place))

    def modifiers(self, select: int) -> None:
        clause = ""
        while self.place < len(self.tokens) and not self.at("}"):
            if self.word() in ("GROUP", "HAVING", "ORDER"):
                clause = self.word()
            if self.word() == "GROUP":
                self.found.grouped.add(select)
            if self.word() == "VALUES":
                self.values()
            elif self.at("("):
                self.place -= self.word(-1) == "BNODE"
                self.parentheses("GROUP" if clause == "GROUP" else "", select, select)
            elif self.tokens[self.place].kind == "open":
                raise Unreadable
            else:
                self.place += 1

    def group(self) -> None:
        """A group graph pattern in its braces."""
        if not self.at("{"):
            raise Unreadable
        brace = self.place
        self.place += 1
        if self.word() == "SELECT":
            self.select(is_whole=False)
        while not self.at("}"):
            word = self.word()
            if self.at("{"):
                self.group()
            elif self.at(".") or word in _BEFORE_A_GROUP:
                self.place += 1
            elif word == "GRAPH":
                self.graph_clause()
            elif word == "SERVICE":
                self.place += 3 if self.word(1) == "SILENT" else 2
                self.place = closing(self.tokens, self.place) + 1
            elif word == "FILTER":
                self.filter(brace)
            elif word == "BIND":
                self.place += 1
                self.parentheses("BIND", self.place - 1, brace)
            elif word == "VALUES":
                self.values()
            else:
                self.block()
        self.place += 1

    def graph_clause(self) -> None:
        start, outer, first = self.place, self.graph, len(self.found.blocks)
        self.graph = start + 1
        self.place += 2
        body = self.place
        self.group()
        self.graph = outer
        inside = self.tokens[body : self.place]
        words = frozenset(token.text.upper() for token in inside if token.kind == "word")
        blocks = Span(first, len(self.found.blocks))
        self.found.graphs.append(GraphClause(start, start + 1, Span(body, self.place), words, blocks))

    def filter(self, brace: int) -> None:
        owner = self.place
        self.place += 1
        while not (self.at("(") or self.at("{")):
            self.place += 1
        if self.at("{"):
            self.exists()
        else:
            if self.tokens[self.place - 1].text.upper() == "BNODE":
                self.place -= 1
            self.parentheses("FILTER", owner, brace)

    def exists(self) -> None:
        """The group of EXISTS or NOT EXISTS (§8.1)."""
        self.tested += 1
        self.group()
        self.tested -= 1

    def parentheses(self, scope: str, owner: int, group: int) -> None:
        """An expression up to the end of its parentheses."""
        depth = 0
        while True:
            token = self.tokens[self.place]
            if token.text == "{":
                self.exists()
                continue
            is_named = [one.text == wanted for one, wanted in zip(self.tokens[self.place + 1 :], "()", strict=False)]
            if self.word() == "BNODE" and is_named == [True, False]:
                self.found.calls.append(Call(self.place, scope, owner, group))
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            self.place += 1
            if depth == 0 and token.text == ")":
                return

    def values(self) -> None:
        start = self.place
        self.place += 1
        if self.at("("):
            self.place = closing(self.tokens, self.place)
        self.place += 1
        self.place = closing(self.tokens, self.place) + 1
        self.found.values.append(Span(start, self.place))

    def block(self) -> None:
        start, self.nested = self.place, []
        subject = self.node()
        direct: list[PathTriple] = []
        if not (self.at(".") or self.at("}")):
            self.properties(subject, direct)
        paths = tuple(direct), tuple(self.nested)
        self.found.blocks.append(Block(Span(start, self.place), self.graph, subject, *paths, self.tested > 0))

    def properties(self, subject: Span | None, into: list[PathTriple]) -> None:
        while True:
            start = self.place
            end = start + 1 if self.tokens[start].kind == "variable" else path_end(self.tokens, start)
            self.place = end
            while True:
                into.append(PathTriple(subject, Span(start, end), self.node()))
                if not self.at(","):
                    break
                self.place += 1
            if not self.at(";"):
                return
            while self.at(";"):
                self.place += 1
            if self.at(".") or self.at("}") or self.at("]") or self.word() not in ("", "A"):
                return

    def node(self) -> Span:
        """One term, or a blank node or list in brackets."""
        start, token = self.place, self.tokens[self.place]
        self.place += 1
        if token.text == "[":
            if not self.at("]"):
                self.properties(None, self.nested)
            self.place += 1
        elif token.text == "(":
            while not self.at(")"):
                self.node()
            self.place += 1
        elif token.kind == "string":
            if self.place < len(self.tokens) and self.tokens[self.place].kind == "language":
                self.place += 1
            elif self.at("^"):
                self.place += 3
        elif token.text in ("+", "-", ".") and is_sign(self.tokens, start):
            self.place += 1
        elif token.kind not in ("iri", "name", "variable", "number") and token.text.lower() not in ("true", "false"):
            raise Unreadable
        return Span(start, self.place)
