"""What the interface says, in each language: `texts/{language}.toml`. A further file is a further language.

`[text]` holds the sentences of pages, `[terms.PREFIX]` names for well-known terms that few publish in Chinese.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from lod.rdf import languages
from lod.rdf.namespaces import PREFIXES

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language."""

    language: str
    text: dict[str, str]
    terms: dict[str, str]  # IRI → label

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key` with its `{placeholders}` filled.

        Raises:
            KeyError: no such text; a template asks for what nobody wrote.
        """
        return self.text[key].format(**values) if values else self.text[key]


def _load(language: str) -> Catalogue:
    data = tomllib.loads(files("lod.server").joinpath("texts", f"{language}.toml").read_text(encoding="utf-8"))
    terms = {PREFIXES[prefix] + name: label for prefix, names in data["terms"].items() for name, label in names.items()}
    return Catalogue(language, data["text"], terms)


CATALOGUES: dict[str, Catalogue] = {
    name: _load(name)
    for name in sorted(
        file.name.removesuffix(".toml")
        for file in files("lod.server").joinpath("texts").iterdir()
        if file.name.endswith(".toml")
    )
}
"""By language tag."""


@lru_cache(maxsize=64)
def catalogue(language: str) -> Catalogue:
    """The texts that serve a reader of `language` best."""
    best = min(CATALOGUES, key=lambda tag: languages.rank(tag, language))
    return CATALOGUES[best]


def term_label(iri: str, language: str) -> tuple[str, str] | None:
    """The name of a well-known vocabulary term and its language."""
    found = catalogue(language)
    for choice in (found, CATALOGUES[FALLBACK]):
        if iri in choice.terms:
            return choice.terms[iri], choice.language
    return None
