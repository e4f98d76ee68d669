"""YAML documents with positions: text, lists and keyed values, each with its line and column.

YAML 1.2 (https://yaml.org/spec/1.2.2/), failsafe schema: every scalar is text, so `no`, `1.10` and `2012-01-01` stay
what was written. A repeated key is an error, not the last one wins.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from lod.diagnostics import Findings, TextOrigin
from lod.wording import NOTHING, joined, say, word

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"
_WIDE = re.compile(r"[：，［］｛｝“”]")
_ADVICE = (
    (
        re.compile(r"unknown escape character"),
        say("in double quotes a backslash is written twice, in single quotes once"),
    ),
    (
        re.compile(r"could not find expected ':'"),
        say("a key ends with a colon and a space: 'key: value'"),
    ),
    (
        re.compile(r"character '\\t'|found character .* cannot start"),
        say("indent with spaces, never with tabs; put text that begins with @, ` or % in quotes"),
    ),
    (
        re.compile(r"mapping values are not allowed"),
        say("put text that holds ': ' in quotes, or look at the indentation of this line"),
    ),
    (
        re.compile(r"flow sequence|',' or '\]'"),
        say("a list [a, b] is not closed with ']'; put text that holds , [ ] { } in quotes"),
    ),
    (
        re.compile(r"block mapping|block end|block collection"),
        say("look at the indentation: keys of one level begin in the same column"),
    ),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `offset` is how far its first character is from `origin.column`, -1 when it spans lines.

    `is_null`: written `~`, `null` or not at all, which other readers of YAML take for «no value».
    """

    value: str
    origin: TextOrigin
    offset: int = 0
    is_null: bool = False

    def at(self, index: int, length: int = 1) -> TextOrigin:
        """Where the character at `index` of the value stands."""
        if self.offset < 0:
            return self.origin
        return replace(self.origin, column=self.origin.column + self.offset + index, length=length)


@dataclass(frozen=True, slots=True)
class Listed:
    """A sequence."""

    items: tuple[Node, ...]
    origin: TextOrigin


@dataclass(frozen=True, slots=True)
class Keyed:
    """A mapping: keys in their order, each with its own position."""

    entries: dict[str, tuple[Text, Node]]
    origin: TextOrigin

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.entries.values())


Node = Text | Listed | Keyed


def read_document(path: Path, shown: str, findings: Findings) -> Node | None:
    """The document in a YAML file, None when it cannot be read; the finding says why."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=_LOADER)
    except OSError as error:
        findings.error(
            "LOD3001", say("cannot read {shown}: {strerror}", shown=shown, strerror=error.strerror), TextOrigin(shown)
        )
    except UnicodeDecodeError as error:
        message = say(
            "{shown} is not UTF-8: byte {object:#04x} at position {start}",
            shown=shown,
            object=error.object[error.start],
            start=error.start,
        )
        line = error.object.count(b"\n", 0, error.start) + 1
        findings.error("LOD3001", message, TextOrigin(shown, line), say("save the file as UTF-8"))
    except yaml.MarkedYAMLError as error:
        _not_yaml(error, text, shown, findings)
    except yaml.YAMLError as error:
        findings.error("LOD3001", say("not YAML: {error}", error=str(error).splitlines()[0]), TextOrigin(shown))
    else:
        if root is None:
            findings.error("LOD3001", say("{shown} is empty", shown=shown), TextOrigin(shown))
            return None
        return _Converter(shown, findings).convert(root)
    return None


def nulls(node: Node, *, but: Collection[str] = ()) -> Iterator[Text]:
    """Where a document has no value, `but` behind these keys."""
    if isinstance(node, Text):
        if node.is_null:
            yield node
    elif isinstance(node, Listed):
        for item in node.items:
            yield from nulls(item, but=but)
    else:
        for key, value in node:
            if key.value not in but:
                yield from nulls(value, but=but)


def _not_yaml(error: yaml.MarkedYAMLError, text: str, shown: str, findings: Findings) -> None:
    places = [
        TextOrigin(shown, mark.line + 1, mark.column + 1) for mark in (error.problem_mark, error.context_mark) if mark
    ]
    if "could not find expected ':'" in str(error):
        places.reverse()  # the key is the mistake, not the line after it, where it is noticed
    hint = next((advice for pattern, advice in _ADVICE if pattern.search(str(error))), NOTHING)
    lines = text.splitlines()
    said = [lines[place.line - 1] for place in places if place.line and place.line <= len(lines)]
    wide = next((found.group() for line in said if (found := _WIDE.search(line))), "")
    if wide:
        hint = say("'{sign}' means nothing to YAML: write signs in half width", sign=wide)
    problem = joined([word(part) for part in (error.context, error.problem) if part], say("; "))
    origin = places[0] if places else TextOrigin(shown)
    findings.error("LOD3001", say("not YAML: {problem}", problem=problem), origin, hint, places[1:])


class _Converter:
    """PyYAML's nodes as ours. A node that several aliases name is converted once."""

    def __init__(self, shown: str, findings: Findings) -> None:
        self._shown = shown
        self._findings = findings
        self._done: dict[int, Node] = {}
        self._open: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        key = id(node)
        if key in self._open:
            self._findings.error("LOD3001", say("an alias that contains itself"), self._origin(node))
            return Text("", self._origin(node))
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._fresh(node)
            self._open.remove(key)
        return self._done[key]

    def _fresh(self, node: yaml.Node) -> Node:
        origin = self._origin(node)
        if isinstance(node, yaml.SequenceNode):
            return Listed(tuple(self.convert(item) for item in node.value), origin)
        if isinstance(node, yaml.MappingNode):
            return Keyed(self._entries(node), origin)
        assert isinstance(node, yaml.ScalarNode), "YAML has three kinds of nodes"
        return _text(node, origin)

    def _entries(self, node: yaml.MappingNode) -> dict[str, tuple[Text, Node]]:
        entries: dict[str, tuple[Text, Node]] = {}
        for key_node, value_node in node.value:
            key = self.convert(key_node)
            if not isinstance(key, Text):
                self._findings.error("LOD3004", say("a key has to be text"), key.origin)
            elif key.value in entries:
                first = entries[key.value][0].origin
                self._findings.error(
                    "LOD3002", say("key '{key}' stands here twice", key=key.value), key.origin, say("keep one"), [first]
                )
            else:
                entries[key.value] = (key, self.convert(value_node))
        return entries

    def _origin(self, node: yaml.Node) -> TextOrigin:
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return TextOrigin(self._shown, start.line + 1, start.column + 1, max(1, length))


def _text(node: yaml.ScalarNode, origin: TextOrigin) -> Text:
    one_line = node.start_mark.line == node.end_mark.line and node.style not in ("|", ">")
    quotes = 1 if node.style in ("'", '"') else 0
    as_written = origin.length == len(node.value) + 2 * quotes
    return Text(node.value, origin, quotes if one_line and as_written else -1, node.tag == _NULL)
