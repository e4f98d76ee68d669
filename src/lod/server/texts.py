"""What the pages say, in each language: gettext catalogues. A further file is a further language.

`texts/site.pot` holds the sentences in English, each under a key (`msgctxt`); `texts/LANGUAGE.po` says the same in
another language. A key with a colon (`qb:dataSet`) is the name of a well-known term, for vocabularies that few publish
in Chinese. A text that counts ({count}, {rows}) has the forms that its language needs: one code, two codes.
The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html ; plurals:
https://www.gnu.org/software/gettext/manual/html_node/Plural-forms.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from gettext import c2py
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.rdf import languages
from lod.rdf.namespaces import PREFIXES
from lod.wording import say

FALLBACK = "en"

_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_PREFIXES = {  # of keys; eu-…: the authority tables of the European Publications Office
    **PREFIXES,
    **{
        f"eu-{name}": f"{_AUTHORITY}{name}/"
        for name in ("access-right", "country", "file-type", "frequency", "language")
    },
    "eu-availability": f"{_AUTHORITY}planned-availability/",
    "eu-theme": f"{_AUTHORITY}data-theme/",
    "adms": "http://www.w3.org/ns/adms#",
    "adms-publisher": "http://purl.org/adms/publishertype/",
    "cube": "https://cube.link/",
    "dcatap": "http://data.europa.eu/r5r/",
    "odrs": "http://schema.theodi.org/odrs#",
    "qudt": "http://qudt.org/schema/qudt/",
}


@dataclass(frozen=True, slots=True)
class Forms:
    """What a text that counts is in one language: for one, for several, and so on by its rule."""

    texts: tuple[str, ...]
    rule: Callable[[int], int]  # a number → which of the texts

    def of(self, count: object) -> str:
        """The form for a number, which may be written with its thousands grouped."""
        digits = "".join(character for character in str(count) if character.isdecimal())
        return self.texts[min(self.rule(int(digits or 0)), len(self.texts) - 1)]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language."""

    language: str
    text: Mapping[str, str]  # of one that counts, the form for many
    terms: Mapping[str, str]  # IRI → label
    forms: Mapping[str, Forms] = field(default_factory=dict)  # of the texts that count

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key` with its `{placeholders}` filled.

        Raises:
            KeyError: no such text; a template asks for what nobody wrote.
        """
        forms = self.forms.get(key)
        text = forms.of(values.get("count", values.get("rows"))) if forms else self.text[key]
        return text.format(**values) if values else text


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogues of all languages, by language tag."""

    catalogues: Mapping[str, Catalogue]
    _best: dict[str, Catalogue] = field(default_factory=dict)

    def catalogue(self, language: str) -> Catalogue:
        """The texts that serve a reader of `language` best."""
        found = self._best.get(language)
        if found is None:
            best = min(self.catalogues, key=lambda tag: languages.rank(tag, language))
            found = self._best[language] = self.catalogues[best]
        return found

    def term_label(self, iri: str, language: str) -> tuple[str, str] | None:
        """The name of a well-known vocabulary term and its language."""
        found = self.catalogue(language)
        for choice in (found, self.catalogues[FALLBACK]):
            if iri in choice.terms:
                return choice.terms[iri], choice.language
        return None


@lru_cache(maxsize=1)
def own_texts() -> Texts:
    """The texts that come with the program."""
    folder = files("lod.server").joinpath("texts")
    source = _read(folder.joinpath("site.pot"))
    english = _catalogue(FALLBACK, {_key(message): _texts(message.id) for message in _messages(source)}, source)
    rest = {name: _read(file) for name, file in language_files(folder).items() if name != FALLBACK}
    return Texts(
        {
            FALLBACK: english,
            **{
                name: _catalogue(name, {_key(message): _texts(message.string) for message in _messages(said)}, said)
                for name, said in rest.items()
            },
        }
    )


def language_files(folder: Traversable) -> dict[str, Traversable]:
    """The `LANGUAGE.po` of a folder, by language tag as BCP 47 writes it."""
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".po")), key=lambda file: file.name)
    return {languages.written(file.name.removesuffix(".po").replace("_", "-")): file for file in found}


def with_texts(texts: Texts, further: Mapping[str, Traversable], findings: Findings) -> Texts:
    """The texts with those of a project's own files over them. What a new language does not say, English says.

    Findings: LOD9501 a file that is no catalogue; LOD9502 a text that no page has, or with other placeholders.
    """
    english = texts.catalogues[FALLBACK]
    merged = dict(texts.catalogues)
    for language, file in further.items():
        base = merged.get(language, replace(english, language=language))
        own = _checked(file, language, english, findings)
        forms = {key: counted for key, counted in base.forms.items() if key not in own.text}
        merged[language] = Catalogue(
            language, {**base.text, **own.text}, {**base.terms, **own.terms}, {**forms, **own.forms}
        )
    return Texts(merged)


def placeholders(text: str) -> set[str]:
    """The names in braces of a text.

    Raises:
        ValueError: a brace that is not closed.
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _checked(file: Traversable, language: str, english: Catalogue, findings: Findings) -> Catalogue:
    known = {**english.text, **{_prefixed(iri): label for iri, label in english.terms.items()}}
    said: dict[str, tuple[str, ...]] = {}
    try:
        read = _read(file)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        line = getattr(error, "lineno", -1) + 1
        wrong = say("not a gettext catalogue: {error}", error=error)
        findings.error("LOD9501", wrong, TextOrigin(str(file), line), say("begin with a copy of site.pot"))
        return _catalogue(language, said, Catalog())
    for message in _messages(read):
        key, origin = _key(message), TextOrigin(str(file), message.lineno or 0)
        texts = _texts(message.string)
        if not all(texts) or message.fuzzy:
            continue  # not translated yet: gettext's own rule
        if key not in known:
            findings.error("LOD9502", say("no page says '{key}'", key=key), origin, did_you_mean(key, known))
        elif not all(_has_placeholders(text, known[key]) for text in texts):
            findings.error(
                "LOD9502",
                say("the placeholders of '{key}' differ from the English text", key=key),
                origin,
                say("in English: {text}", text=known[key]),
            )
        else:
            said[key] = texts
    return _catalogue(language, said, read)


def _has_placeholders(text: str, english: str) -> bool:
    try:
        return placeholders(text) == placeholders(english)
    except ValueError:
        return False


def _read(file: Traversable) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream, abort_invalid=True)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _key(message: Message) -> str:
    return message.context or _texts(message.id)[0]


def _texts(said: str | Iterable[str] | None) -> tuple[str, ...]:
    """The forms of a text; one that does not count has one."""
    return (said or "",) if said is None or isinstance(said, str) else tuple(said)


def _prefixed(iri: str) -> str:
    return next(f"{prefix}:{iri[len(base) :]}" for prefix, base in _PREFIXES.items() if iri.startswith(base))


def _catalogue(language: str, said: Mapping[str, tuple[str, ...]], read: Catalog) -> Catalogue:
    rule = c2py(read.plural_expr)
    return Catalogue(
        language,
        {key: forms[-1] for key, forms in said.items() if ":" not in key},
        dict(_terms((key, forms[-1]) for key, forms in said.items() if ":" in key)),
        {key: Forms(forms, rule) for key, forms in said.items() if len(forms) > 1},
    )


def _terms(names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for key, text in names:
        prefix, _, name = key.partition(":")
        yield _PREFIXES[prefix] + name, text
