"""How the site looks and speaks: templates, texts and static files, ours with a project's own laid over them.

A theme is a folder (`docs/how-to/themes.md`)::

    theme/
      templates/*.html   instead of ours of the same name, or on top of them: {% extends 'lod/base.html' %}
      texts/*.po         sentences instead of ours, or in a further language
      static/theme.css   after our style sheet: colours are custom properties
      static/logo.svg    beside the site's name

Templates of a theme run in Jinja's sandbox: they render what pages hold and can neither call into the program nor
change anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.server.assets import Asset, is_servable, own_assets, read_assets
from lod.server.pages import markup
from lod.server.texts import Catalogue, Texts, language_files, own_texts, with_texts
from lod.wording import say

STYLE, LOGOS = "theme.css", ("logo.svg", "logo.png")
_FOLDERS = ("templates", "texts", "static")


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """One look of the site.

    `digest` changes when anything in it does, or the program's version, so that validators of pages change with it.
    `changed` is when a file of it was last written, ours when the program was installed: seconds since 1970.
    """

    texts: Texts
    assets: Mapping[str, Asset]  # by file name
    by_path: Mapping[str, Asset]  # by URL path
    environment: Environment
    digest: str
    changed: float

    def catalogue(self, language: str) -> Catalogue:
        """The texts that serve a reader of `language` best."""
        return self.texts.catalogue(language)

    def asset_path(self, name: str) -> str:
        """Where a static file is served.

        Raises:
            KeyError: there is no such file.
        """
        return self.assets[name].path

    def asset_path_if_any(self, *names: str) -> str:
        """Where the first of these files that there is is served; '' where there is none."""
        return next((self.assets[name].path for name in names if name in self.assets), "")

    def render(self, template: str, **context: object) -> bytes:
        """A template as HTML. `template` is the file's name in `templates/` without `.html`."""
        return self.environment.get_template(f"{template}.html").render(**context).encode("utf-8")


class _Templates(Environment):
    """Jinja's, with the globals of each template in one map: it copies and compares them for every page.

    All of them are there before the first template is read.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return {**self.globals, **(d or {})}


class _SandboxedTemplates(_Templates, ImmutableSandboxedEnvironment):
    """The same for templates of a project."""


@lru_cache(maxsize=1)
def own_theme() -> Theme:
    """The site as it comes with the program."""
    return _theme(own_texts(), own_assets(), _Templates, PackageLoader("lod.server"), _files(None))


def open_theme(folder: Path | None) -> Theme:
    """Our theme with the files of `folder` laid over it; ours alone for None.

    Raises:
        FindingsError: LOD9501 to LOD9504, every one that is wrong in the folder.
    """
    if folder is None:
        return own_theme()
    findings = Findings()
    theme = read_theme(folder, findings)
    findings.raise_if_errors()
    return theme


def read_theme(folder: Path, findings: Findings) -> Theme:
    """As `open_theme`, with what is wrong recorded in `findings` and left out of the theme."""
    if not folder.is_dir():
        findings.error("LOD9504", say("no folder '{folder}'", folder=folder), hint=say("theme in lod.toml names it"))
        return own_theme()
    _check_names(folder, findings)
    texts, assets = own_texts(), own_assets()
    if (folder / "texts").is_dir():
        texts = with_texts(texts, language_files(folder / "texts"), findings)
    if (folder / "static").is_dir():
        assets = {**assets, **read_assets(folder / "static")}
    ours = PackageLoader("lod.server")
    loader = ChoiceLoader([FileSystemLoader(folder / "templates"), PrefixLoader({"lod": ours}), ours])
    theme = _theme(texts, assets, _SandboxedTemplates, loader, _files(folder))
    _check_templates(theme, folder / "templates", findings)
    return theme


def _theme(
    texts: Texts, assets: Mapping[str, Asset], environment: type[Environment], loader: BaseLoader, of: list[Path]
) -> Theme:
    made = environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "shown_value": markup.show,
        "value_note": markup.note,
        "single_property": markup.single_property,
    }
    by_path = {asset.path: asset for asset in assets.values()}
    return Theme(texts, assets, by_path, made, _digest(of), max(file.stat().st_mtime for file in of))


def _check_names(folder: Path, findings: Findings) -> None:
    """LOD9504: files that nothing would read; most likely misspelt."""
    for entry in sorted(folder.iterdir()):
        if entry.name not in _FOLDERS and not entry.name.startswith((".", "README")):
            hint = did_you_mean(entry.name, _FOLDERS)
            findings.error("LOD9504", say("nothing reads '{entry}'", entry=entry.name), TextOrigin(str(entry)), hint)
    for file in sorted((folder / "static").glob("*")):
        if not is_servable(file.name):
            findings.error(
                "LOD9504",
                say("no media type is known for '{entry}'", entry=file.name),
                TextOrigin(str(file)),
                say("static files are css, svg, png, jpg, woff2, txt; scripts are not part of a theme"),
            )


def _check_templates(theme: Theme, folder: Path, findings: Findings) -> None:
    """LOD9503: templates that are no templates, or that no page has."""
    ours = {file.name for file in files("lod.server").joinpath("templates").iterdir()}
    texts = {file: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.html"))}
    for file, text in texts.items():
        try:
            theme.environment.parse(text, file.name, str(file))
        except TemplateSyntaxError as error:
            findings.error(
                "LOD9503",
                say("not a template: {error}", error=error.message or ""),
                TextOrigin(str(file), error.lineno),
                say("the language of templates: Jinja"),
            )
        if file.name not in ours and not any(
            f"'{file.name}'" in other or f'"{file.name}"' in other for other in texts.values()
        ):
            findings.error(
                "LOD9503",
                say("no page has a template '{name}'", name=file.name),
                TextOrigin(str(file)),
                did_you_mean(file.name, ours),
            )


def _files(folder: Path | None) -> list[Path]:
    """Every file that a theme is made of: ours, then those of `folder`."""
    package = Path(str(files("lod.server")))
    folders = [package / name for name in _FOLDERS] + [package / "static" / "vendor"]
    folders += [folder / name for name in _FOLDERS] if folder else []
    return [file for each in folders if each.is_dir() for file in sorted(each.iterdir()) if file.is_file()]


def _digest(of: list[Path]) -> str:
    digest = hashlib.sha256(version("lod").encode())
    for file in of:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
