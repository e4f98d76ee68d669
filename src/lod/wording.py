"""What the program says to people, in each language.

A sentence stands once, in English, where it is said::

    findings.error("LOD3003", say("unknown key '{key}' in {place}", key=key, place=place), origin)

What `say` returns is that sentence as a string, and still knows its template and fields. So whoever shows it may have
it in another language: `translated` looks the template up in `languages/LANGUAGE/*.toml` (English template = the same
in that language) and fills the fields in. Fields that are themselves said (`place` above) are translated too; others
are the user's own words and stay as they are.

A message or hint has to be a `Wording`: the type checker refuses a plain string. `tests/test_wording.py` refuses a
template without translation and a translation without template.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Self

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "zh-Hant-TW")
"""In which messages exist. The first is the one that stands in the code."""


class _Formatter(string.Formatter):
    """`{n:row|rows}` is `row` if the number is 1, else `rows`; all else as `str.format` has it."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, either, many = format_spec.partition("|")
        if either:
            return one if value == 1 else many
        return super().format_field(value, format_spec)


_fill = _Formatter().vformat


class Wording(str):
    """A sentence for people: English as a string, and what it takes to say it in another language.

    `Wording(words)` itself is for the words of others: what a library or a shape says, an example to copy. These are
    shown as they are in every language; sentences of ours are made by `say`.
    """

    template: str
    fields: Mapping[str, object]

    def __new__(cls, template: str, fields: Mapping[str, object] | None = None) -> Self:
        text = super().__new__(cls, _fill(template, (), fields) if fields else template)
        text.template, text.fields = template, fields or {}
        return text

    def __deepcopy__(self, _memo: object) -> Self:
        return self  # it never changes


class Labelled(Wording):
    """What people call a thing, in each of `LANGUAGES`: words of others that differ by language."""

    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str]) -> Self:
        text = super().__new__(cls, texts[ENGLISH])
        text.texts = texts
        return text

    def __getnewargs__(self) -> tuple[Mapping[str, str]]:  # type: ignore[override]
        return (self.texts,)


def say(template: str, /, **fields: object) -> Wording:
    """A sentence. With fields, `{name}` in it stands for a field, and braces are doubled."""
    return Wording(template, fields)


def word(name: str) -> Wording:
    """A word of ours out of a closed list (a kind of value, a place in a document), as `terms.toml` has it."""
    return name if isinstance(name, Wording) else Wording(name)


NOTHING: Final = say("")
"""No hint."""


def to_json(text: str) -> dict[str, Any]:
    """A sentence as JSON values: its template and its fields, those that are themselves said among them."""
    if not isinstance(text, Wording):
        return {"template": text, "fields": {}}
    if isinstance(text, Labelled):
        return {"texts": dict(text.texts)}
    fields = {name: to_json(value) if isinstance(value, Wording) else value for name, value in text.fields.items()}
    return {"template": text.template, "fields": fields}


def from_json(told: Mapping[str, Any]) -> Wording:
    """What `to_json` has told, for another process to say in any language."""
    if "texts" in told:
        return Labelled(told["texts"])
    fields = {name: from_json(value) if isinstance(value, Mapping) else value for name, value in told["fields"].items()}
    return Wording(told["template"], fields)


def joined(texts: Iterable[str], separator: str = ", ") -> Wording:
    """Several texts as one, in whichever language they are shown."""
    parts = {f"part{number}": text for number, text in enumerate(texts)}
    return Wording("{separator}".join(f"{{{name}}}" for name in parts), {**parts, "separator": separator})


def translated(text: str, language: str) -> str:
    """The text in a language of `LANGUAGES`; as it stands in others, if it was not said, or nobody translated it."""
    if not isinstance(text, Wording) or language == ENGLISH or language not in LANGUAGES:
        return text
    if isinstance(text, Labelled):
        return text.texts[language]
    template = catalogue(language).get(text.template, text.template)
    if not text.fields:
        return template
    return _fill(template, (), {name: _field(value, language) for name, value in text.fields.items()})


def in_each_language(text: Wording) -> dict[str, str]:
    """The text in all of `LANGUAGES`, by language tag."""
    return {language: translated(text, language) for language in LANGUAGES}


def _field(value: object, language: str) -> object:
    return translated(value, language) if isinstance(value, Wording) else value


@lru_cache
def catalogue(language: str) -> Mapping[str, str]:
    """Template → translation."""
    found: dict[str, str] = {}
    for file in files("lod").joinpath("languages", language).iterdir():
        if file.name.endswith(".toml"):
            found.update(tomllib.loads(file.read_text(encoding="utf-8")))
    return found


def chosen_language(wanted: Iterable[str]) -> str | None:
    """The first language of `LANGUAGES` that serves what is wanted, as in `zh_TW.UTF-8`, `zh-Hant`, `en`; else None."""
    for each in wanted:
        primary = re.split(r"[-_.@]", each, maxsplit=1)[0].casefold()
        for language in LANGUAGES:
            if language.partition("-")[0] == primary:
                return language
    return None
