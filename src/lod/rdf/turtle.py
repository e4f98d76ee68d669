"""Turtle in which every term knows where it stands.

https://www.w3.org/TR/turtle/ ; pyoxigraph judges the syntax, then the tokens of the (now valid) document are walked
once more, because no parser keeps positions. The two give the same graph: tests/rdf/test_turtle.py.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pyoxigraph

from lod.diagnostics import TextOrigin
from lod.rdf.iris import resolve
from lod.rdf.namespaces import RDF, XSD
from lod.wording import Wording, say


class TurtleSyntaxError(Exception):
    """The document is not Turtle; `line` and `column` are 1-based, 0 where they are not known."""

    def __init__(self, message: Wording, line: int = 0, column: int = 0, length: int = 1) -> None:
        self.message, self.line, self.column, self.length = message, line, column, length
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Iri:
    """An absolute IRI. Equality of terms is that of RDF: where they stand does not count."""

    value: str
    origin: TextOrigin = field(compare=False)

    def __str__(self) -> str:
        return f"<{self.value}>"


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank node; its label holds within the document."""

    value: str
    origin: TextOrigin = field(compare=False)

    def __str__(self) -> str:
        return f"_:{self.value}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal. `offset` is how far its text begins from `origin.column`, -1 when it is not written as it reads."""

    value: str
    datatype: str
    language: str
    origin: TextOrigin = field(compare=False)
    offset: int = field(default=-1, compare=False)

    def __str__(self) -> str:
        return f'"{self.value}"'

    def at(self, index: int, length: int = 1) -> TextOrigin:
        """Where the character at `index` of the text stands; the whole literal where that cannot be told."""
        if self.offset < 0:
            return self.origin
        return replace(self.origin, column=self.origin.column + self.offset + index, length=length)


Term = Iri | Blank | Literal


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple with positions."""

    subject: Iri | Blank
    predicate: Iri
    object: Term


@dataclass(frozen=True, slots=True)
class Document:
    """The statements of a document in the order in which they are written, and its base, '' if it declares none."""

    statements: tuple[Statement, ...]
    base: str


def read_turtle(text: str, shown: str, base: str) -> Document:
    """Read a Turtle document; `shown` names the file in origins, `base` is what it is relative to.

    Raises:
        TurtleSyntaxError: with the position.
    """
    try:
        for _ in pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE, base_iri=base):
            pass
    except SyntaxError as error:
        message = re.sub(r"^Parser error (?:at|between) line [^:]*: ", "", error.msg)
        line, column = error.lineno or 0, error.offset or 0
        length = max(1, (error.end_offset or column + 1) - column) if error.end_lineno in (None, line) else 1
        raise TurtleSyntaxError(Wording(message), line, column, length) from error
    walk = _Walk(text, shown, base)
    statements = tuple(walk.statements())
    return Document(statements, walk.declared_base)


_SIGN = r"""[^\s<>"'(){}\[\];,\#^@\\|`~!$&*+=/?:.]"""  # of a name; only inside it a dot, in local names a colon
_TOKEN = re.compile(
    rf"""
    (?P<space>(?:\s|\#[^\n\r]*)+)
  | (?P<iri><[^<>"{{}}|^`\x00-\x20]*>)
  | (?P<long>\"{{3}}(?:[^"\\]|\\.|\"{{1,2}}(?!\"))*\"{{3}}|'{{3}}(?:[^'\\]|\\.|'{{1,2}}(?!'))*'{{3}})
  | (?P<short>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<directive>@prefix\b|@base\b)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?)
  | (?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
  | (?P<blank>_:{_SIGN}+(?:\.+{_SIGN}+)*)
  | (?P<name>(?:{_SIGN}+(?:\.+{_SIGN}+)*)?:(?:(?:{_SIGN}|:|\\.)+(?:\.+(?:{_SIGN}|:|\\.)+)*)?)
  | (?P<mark>\^\^|[.;,\[\]()])
  | (?P<word>[A-Za-z]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_NAMED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _unescape(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2)
        return chr(int(code, 16)) if code else _NAMED.get(match.group(3), match.group(3))

    return _ESCAPE.sub(character, text) if "\\" in text else text


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


class _Walk:
    """Recursive descent over the tokens of a valid document (Turtle §6.5)."""

    def __init__(self, text: str, shown: str, base: str) -> None:
        self._text, self._shown, self._base = text, shown, base
        self.declared_base = ""
        self._lines = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", text))]
        self._tokens = self._tokenize()
        self._next = 0
        self._prefixes: dict[str, str] = {}
        self._blanks = 0
        self._found: list[Statement] = []

    def statements(self) -> Iterator[Statement]:
        while self._peek().kind != "end":
            if not self._directive():
                self._triples()
                self._take(".")
            yield from self._found
            self._found.clear()

    def _tokenize(self) -> list[_Token]:
        tokens, place = [], 0
        while place < len(self._text):
            match = _TOKEN.match(self._text, place)
            if match is None or match.end() == place:
                origin = self._origin(place, 1)
                raise TurtleSyntaxError(
                    say("'{text}' is not expected here", text=self._text[place]), origin.line, origin.column
                )
            if match.lastgroup != "space":
                tokens.append(_Token(match.lastgroup or "", match.group(), place))
            place = match.end()
        tokens.append(_Token("end", "", place))
        return tokens

    def _origin(self, start: int, length: int) -> TextOrigin:
        line = bisect_right(self._lines, start)
        return TextOrigin(self._shown, line, start - self._lines[line - 1] + 1, max(1, length))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, text: str = "") -> _Token:
        token = self._peek()
        if text and token.text != text:
            origin = self._origin(token.start, 1)
            raise TurtleSyntaxError(
                say("'{text}' is expected, not '{token}'", text=text, token=token.text), origin.line, origin.column
            )
        self._next += 1
        return token

    def _directive(self) -> bool:
        word = self._peek().text
        if word.lower() not in ("@prefix", "@base", "prefix", "base"):
            return False
        self._take()
        if word.lower().endswith("prefix"):
            name = self._take().text
            self._prefixes[name[:-1]] = self._resolve(self._take().text[1:-1])
        else:
            self._base = self.declared_base = self._resolve(self._take().text[1:-1])
        if word.startswith("@"):
            self._take(".")
        return True

    def _triples(self) -> None:
        bare = self._peek().text == "["
        subject = self._term()
        if isinstance(subject, Literal):
            raise TurtleSyntaxError(say("a literal as subject"), subject.origin.line, subject.origin.column)
        if not (bare and self._peek().text == "."):
            self._predicates(subject)

    def _predicates(self, subject: Iri | Blank) -> None:
        while self._peek().text not in (".", "]"):
            token = self._peek()
            if token.text == ";":
                self._take()
                continue
            predicate = self._verb()
            self._object(subject, predicate)
            while self._peek().text == ",":
                self._take()
                self._object(subject, predicate)

    def _verb(self) -> Iri:
        token = self._peek()
        if token.kind == "word" and token.text == "a":
            self._take()
            return Iri(RDF + "type", self._origin(token.start, 1))
        term = self._term()
        if not isinstance(term, Iri):
            raise TurtleSyntaxError(say("a predicate is an IRI"), term.origin.line, term.origin.column)
        return term

    def _object(self, subject: Iri | Blank, predicate: Iri) -> None:
        self._found.append(Statement(subject, predicate, self._term()))

    def _term(self) -> Term:
        token = self._take()
        origin = self._origin(token.start, len(token.text.split("\n", 1)[0]))
        if token.kind == "iri":
            return Iri(self._resolve(_unescape(token.text[1:-1])), origin)
        if token.kind == "name":
            prefix, local = token.text.split(":", 1)
            return Iri(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local), origin)
        if token.kind == "blank":
            return Blank("b" + token.text[2:], origin)
        if token.kind in ("long", "short"):
            return self._literal(token, origin)
        if token.kind == "number":
            exponent = "e" in token.text.lower()
            kind = "double" if exponent else "decimal" if "." in token.text else "integer"
            return Literal(token.text, XSD + kind, "", origin, 0)
        if token.kind == "word" and token.text in ("true", "false"):
            return Literal(token.text, XSD + "boolean", "", origin, 0)
        if token.text == "[":
            return self._property_list(origin)
        if token.text == "(":
            return self._collection(origin)
        raise TurtleSyntaxError(say("'{token}' is not understood here", token=token.text), origin.line, origin.column)

    def _literal(self, token: _Token, origin: TextOrigin) -> Literal:
        quotes = 3 if token.kind == "long" else 1
        raw = token.text[quotes:-quotes]
        value = _unescape(raw)
        offset = quotes if raw == value and "\n" not in raw else -1
        following = self._peek()
        if following.text == "^^":
            self._take()
            return Literal(value, str(self._term().value), "", origin, offset)
        if following.kind == "language":
            self._take()
            return Literal(value, RDF + "langString", following.text[1:].lower(), origin, offset)
        return Literal(value, XSD + "string", "", origin, offset)

    def _fresh(self, origin: TextOrigin) -> Blank:
        self._blanks += 1
        return Blank(f"anonymous{self._blanks}", origin)

    def _property_list(self, origin: TextOrigin) -> Blank:
        node = self._fresh(origin)
        self._predicates(node)
        self._take("]")
        return node

    def _collection(self, origin: TextOrigin) -> Iri | Blank:
        items = []
        while self._peek().text != ")":
            items.append(self._term())
        self._take(")")
        rest: Iri | Blank = Iri(RDF + "nil", origin)
        for item in reversed(items):
            node = self._fresh(origin)
            self._found.append(Statement(node, Iri(RDF + "first", item.origin), item))
            self._found.append(Statement(node, Iri(RDF + "rest", item.origin), rest))
            rest = node
        return rest

    def _resolve(self, reference: str) -> str:
        return resolve(self._base, reference)
