"""Values as HTML. The same few thousand labels stand on all pages, so each is written once and kept.

A template calls these as `m.show(value)` and `m.note(value)`; a macro for it would cost a third of a page's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from markupsafe import Markup, escape

_KEPT = 20_000  # some 200 bytes each


class Single(Protocol):
    """What of a property with one value stands on a page: `lod.server.pages.properties.Property`."""

    @property
    def label(self) -> Any:
        """Its name, a `Value`."""
        ...

    @property
    def values(self) -> Sequence[Any]:
        """The one value, a `Value`."""
        ...

    @property
    def is_common(self) -> bool:
        """Whether the same one stands on many pages."""
        ...

    def __hash__(self) -> int:
        """By identity: it is kept with its HTML."""
        ...


class Value(Protocol):
    """What of a shown value stands on a page: `lod.server.pages.reader.Shown`."""

    text: str
    language: str
    href: str | None
    external: bool
    note: str


@lru_cache(maxsize=_KEPT)
def show(value: Value, css_class: str = "") -> Markup:
    """A value as text or link, marked with its language where that is not the page's."""
    attributes = f' lang="{escape(value.language)}"' if value.language else ""
    if value.href and value.external:
        attributes += ' rel="external noopener"'
    css_class = css_class or ("lines" if "\n" in value.text else "")
    if css_class:
        attributes += f' class="{escape(css_class)}"'
    if value.href:
        return Markup(f'<a href="{escape(value.href)}"{attributes}>{escape(value.text)}</a>')  # noqa: S704 - escaped
    return Markup(f"<span{attributes}>{escape(value.text)}</span>") if attributes else escape(value.text)  # noqa: S704


@lru_cache(maxsize=_KEPT)
def note(value: Value) -> Markup:
    """What stands behind a value: the notation of a code, the datatype of a literal, or the language it is in."""
    if value.note:
        return Markup(f' <span class="note">{escape(value.note)}</span>')  # noqa: S704 - escaped
    if value.language:
        return Markup(f' <span class="note" aria-hidden="true">{escape(value.language)}</span>')  # noqa: S704
    return Markup("")


def single_property(item: Single) -> Markup:
    """A property with one value, as the macro `properties` writes it."""
    return _common_row(item) if item.is_common else _row(item)


def _row(item: Single) -> Markup:
    value = item.values[0]
    return Markup(f"<dt>{show(item.label)}</dt>\n<dd>\n{show(value)}{note(value)}</dd>")  # noqa: S704 - escaped


@lru_cache(maxsize=_KEPT)
def _common_row(item: Single) -> Markup:
    return _row(item)
