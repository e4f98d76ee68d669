"""The help of every command in every language, and how it is set on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from lod.cli.help import catalogue, columns, filled, in_language, texts_of
from lod.cli.main import lod, run
from lod.wording import ENGLISH, LANGUAGES

OTHERS = [language for language in LANGUAGES if language != ENGLISH]


def commands(command: click.Command = lod, name: str = "lod") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from commands(inner, f"{name} {each}")


TEXTS = {text: name for name, command in commands() for text in texts_of(command)} | {"Show this message and exit.": ""}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_help_of_a_command(name: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*name.split()[1:], "--lang", language, "--help"]) == 0
    shown = capsys.readouterr().out
    known = catalogue(language)
    for text, where in TEXTS.items():
        if where == name and text != known.get(text, text):
            assert text not in shown
    for english in ("Usage:", "Options:", "Commands:", "[OPTIONS]", "[default:", "[required]", "Show this"):
        assert english not in shown
    assert all(columns(line) <= 100 for line in shown.splitlines())
    assert run([*name.split()[1:], "--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: "), "another run is in English again"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_no_other(language: str) -> None:
    known = set(catalogue(language))
    missing = {text: name for text, name in TEXTS.items() if text not in known}
    assert missing == {}, f"write them into src/lod/languages/{language}/help/commands.toml"
    assert sorted(known - set(TEXTS)) == []


def test_lines_are_filled_by_columns() -> None:
    assert filled("一二三，四五 six 七", 6) == ["一二三，", "四五", "six 七"]
    assert filled("abc def", 3) == ["abc", "def"]
    assert filled("", 10) == []
    assert columns("a甲「") == 5


def test_english_is_the_command_itself() -> None:
    assert in_language(lod, ENGLISH) is lod
