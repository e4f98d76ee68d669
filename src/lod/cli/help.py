"""The help of commands in the languages of `lod.wording`: `languages/LANGUAGE/help/*.toml`, English text = the same.

Examples are for copying and stay as they are. Lines are filled by the columns that their signs take on a terminal: a
Chinese sign takes two, and a line may end after it.
"""

from __future__ import annotations

import copy
import inspect
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

import click

_WORDS = {  # what click itself says
    "zh-Hant-TW": {
        "Usage: ": "用法：",
        "Options": "選項",
        "Commands": "指令",
        "[OPTIONS]": "[選項]",
        "COMMAND [ARGS]...": "指令 [參數]...",
        "default: ": "預設：",
        "required": "必要",
    }
}
_TOKENS = re.compile(r"\s+|[⺀-鿿＀-￯、-〿“”…]|[^\s⺀-鿿＀-￯、-〿“”…]+")
_STICKS = "，。；：、）」』！？…"  # begins no line
_FIRST_COLUMN = 30


def in_language(command: click.Command, language: str) -> click.Command:
    """The command with its help in another language; itself where there is none."""
    if language not in _WORDS:
        return command
    found = copy.copy(command)
    texts = catalogue(language)
    found.help = _translated(command.help or "", texts)
    found.short_help = _paragraphs(found.help)[0] if found.help else None
    found.params = [_parameter(each, texts) for each in command.params]
    found.context_class = _contexts(language)
    if isinstance(found, click.Group):
        found.commands = {name: in_language(each, language) for name, each in found.commands.items()}
    return found


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text → the same in the language. A text is a paragraph, or the help of an option."""
    found: dict[str, str] = {}
    for file in files("lod").joinpath("languages", language, "help").iterdir():
        found.update(tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def texts_of(command: click.Command) -> Iterator[str]:
    """Every text in the help of a command that is to be translated."""
    for paragraph in _paragraphs(command.help or ""):
        if paragraph.startswith("\b"):
            yield from (line for line in paragraph.splitlines()[1:] if not line.startswith(" "))
        else:
            yield " ".join(paragraph.split())
    for each in command.params:
        if isinstance(each, click.Option) and each.help:
            yield " ".join(each.help.split())


def _paragraphs(text: str) -> list[str]:
    return [each for each in inspect.cleandoc(text).split("\n\n") if each.strip()]


def _translated(text: str, texts: Mapping[str, str]) -> str:
    found = []
    for paragraph in _paragraphs(text):
        if paragraph.startswith("\b"):
            found.append("\n".join(texts.get(line, line) for line in paragraph.splitlines()))
        else:
            plain = " ".join(paragraph.split())
            found.append(texts.get(plain, plain))
    return "\n\n".join(found)


def _parameter(parameter: click.Parameter, texts: Mapping[str, str]) -> click.Parameter:
    if not isinstance(parameter, click.Option) or not parameter.help:
        return parameter
    found = copy.copy(parameter)
    found.help = _translated(parameter.help, texts)
    return found


@lru_cache
def _contexts(language: str) -> type[click.Context]:
    class Formatter(_Formatter):
        said = _WORDS[language]
        texts = catalogue(language)

    class Context(click.Context):
        formatter_class = Formatter

    return Context


class _Formatter(click.HelpFormatter):
    """Fills lines by columns, and says click's own words in another language."""

    said: Mapping[str, str] = {}
    texts: Mapping[str, str] = {}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:  # noqa: ARG002
        for word in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(word, self.said[word])
        self.write(f"{self.said['Usage: ']}{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        self.write(f"{' ' * self.current_indent}{self.said.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = []
        for each in _paragraphs(text):
            lines = each.splitlines()[1:] if each.startswith("\b") else filled(each, self.width - len(indent))
            paragraphs.append("".join(f"{indent}{line}\n" for line in lines))
        self.write("\n".join(paragraphs))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _FIRST_COLUMN, col_spacing: int = 2) -> None:
        rows, indent = list(rows), " " * self.current_indent
        first = min(max((columns(name) for name, _ in rows), default=0), col_max) + col_spacing
        for name, given in rows:
            text = self.texts.get(given, given)  # click's own option --help
            for word in ("default: ", "required"):
                text = re.sub(rf"(?<=[\[;] ){word}|(?<=\[){word}", self.said[word], text)
            lines = filled(text, max(self.width - first - len(indent), 20))
            head = f"{indent}{name}"
            if columns(name) > first - col_spacing:
                self.write(f"{head}\n")
                head = indent
            for number, line in enumerate(lines or [""]):
                before = head if number == 0 else indent
                self.write(f"{before}{' ' * (first - columns(before) + len(indent))}{line}".rstrip() + "\n")


def filled(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns; a sign that begins no line hangs over."""
    lines, line = [], ""
    for token in _TOKENS.findall(text):
        if columns(line) + columns(token.rstrip()) > width and line and token not in _STICKS:
            lines.append(line.rstrip())
            line = ""
        line += token if line or token.strip() else ""
    return [*lines, line.rstrip()] if line.strip() else lines


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
