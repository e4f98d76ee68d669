"""`lod.toml` → `Project`. All findings in one pass, each at its line."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.errors import UsageError
from lod.project.model import Agency, BuildOptions, Licence, LiftOptions, Project, ServeOptions, StoreOptions, Texts
from lod.project.positions import key_positions
from lod.project.shares import parse_share
from lod.project.toml import read_toml
from lod.rdf.iris import illegal_character, is_absolute, resolve
from lod.rdf.languages import is_language_tag, tag_hint
from lod.wording import NOTHING, Wording, say, word

FILE = "lod.toml"


def find_project(start: Path) -> Path:
    """The `lod.toml` of `start` (a folder or the file itself) or of the nearest folder above it.

    Raises:
        UsageError: there is none.
    """
    if start.is_file():
        return start
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / FILE).is_file():
            return folder / FILE
    raise UsageError(
        say("no {file} in {start} or above it", file=FILE, start=start),
        hint=say("'lod init DIR' makes a project"),
        code="LOD1001",
    )


def load_project(file: Path, *, to_build: bool = True) -> Project:
    """Read and check a `lod.toml`.

    Without `to_build`, the files that a build reads need not be there: who serves releases or goes back to one may
    have the releases alone.

    Raises:
        FindingsError: with every finding: TOML syntax, unknown and missing keys, wrong types, files that are not there.
    """
    findings = Findings()
    shown = _shown(file)
    text, document = read_toml(file, shown, findings)
    findings.raise_if_errors()
    reader = _Reader(document, key_positions(text, shown), shown, file.resolve().parent, findings, to_build)
    project = reader.project(file.resolve())
    findings.raise_if_errors()
    return project


def _shown(file: Path) -> str:
    """The path as a person would type it from here."""
    relative = os.path.relpath(file)
    return str(file) if relative.startswith("..") else relative


_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?:/|$)", re.IGNORECASE)  # data.gov.tw/license, without its https://
_URL = re.compile(r"https?://[^/?#]")
_EMAIL = re.compile(r"(?:mailto:)?[^@\s]+@[^@\s]+\.[^@\s]+")
_LIMITS = ("query_seconds", "query_rows", "query_megabytes", "client_seconds")


KEYS: dict[str, frozenset[str]] = {
    "": frozenset({"project", "agency", "licence", "attribution", "build", "lift", "release", "serve", "store"}),
    "project": frozenset({"name", "base_iri", "languages", "title", "description", "theme"}),
    "agency": frozenset({"iri", "name", "email"}),
    "licence": frozenset({"iri", "name"}),
    "build": frozenset(
        {
            *("tables", "mappings", "vocabularies", "linksets", "shapes", "memory_limit", "threads"),
            *("on_error", "max_rejects"),
        }
    ),
    "lift": frozenset({"engine"}),
    "release": frozenset({"folder", "retired"}),
    "serve": frozenset({"host", "port", "proxies", "services", "log", "log_queries", *_LIMITS}),
    "store": frozenset({"kind", "query", "update", "graph_store", "auth", "user", "secret_env", "timeout"}),
}


def _kind(value: object) -> str:
    """What TOML calls a value."""
    kinds = ((bool, "true or false"), (str, "a string"), (int, "a whole number"), (list, "a list"), (dict, "a table"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "another value")


@dataclass(slots=True)
class _Reader:
    document: dict[str, Any]
    positions: dict[str, TextOrigin]
    shown: str
    root: Path
    findings: Findings
    to_build: bool

    def project(self, file: Path) -> Project:
        self._unknown_keys()
        name = self._string("project.name", required=True)
        base = self._iri("project.base_iri", "")
        if base and not base.endswith(("/", "#")):
            self._error(
                "LOD1005",
                say("base_iri '{base}' must end in '/'", base=base),
                "project.base_iri",
                say("write '{base}/'", base=base),
            )
        languages = self._languages()
        return Project(
            root=self.root,
            file=file,
            name=name,
            base_iri=base,
            languages=languages,
            title=self._texts("project.title", languages, required=True),
            description=self._texts("project.description", languages),
            agency=Agency(
                self._iri("agency.iri", base),
                self._texts("agency.name", languages, required=True),
                self._email("agency.email"),
            ),
            licence=Licence(self._iri("licence.iri", base), self._texts("licence.name", languages, required=True)),
            attribution=self._texts("attribution", languages),
            build=self._build(),
            lift=LiftOptions(self._one_of("lift.engine", ("duckdb", "spark"))),
            releases=self.root / (self._string("release.folder") or "releases"),
            retired=self.root / (self._string("release.retired") or "retired.yml"),
            serve=ServeOptions(
                self._string("serve.host") or "127.0.0.1",
                self._integer("serve.port", 8080),
                self._limit("serve.query_seconds"),
                self._limit("serve.query_rows"),
                self._limit("serve.query_megabytes"),
                self._limit("serve.client_seconds"),
                proxies=self._networks("serve.proxies"),
                services=self._urls("serve.services"),
                log=self._one_of("serve.log", ("none", "text", "json")),
                log_queries=self._one_of("serve.log_queries", ("name", "text")),
            ),
            store=self._store(),
            theme=self.root / theme if (theme := self._string("project.theme")) else None,
            origins=self.positions,
        )

    def _languages(self) -> tuple[str, ...]:
        """Tags of BCP 47; () where they cannot be told, so that texts are not held against them."""
        before = len(self.findings.errors)
        tags = self._strings("project.languages", ("en",))
        for tag in tags:
            if not is_language_tag(tag):
                message = say("'{tag}' is no language tag", tag=tag)
                self._error("LOD1005", message, "project.languages", tag_hint(tag))
        return tags if len(self.findings.errors) == before else ()

    def _store(self) -> StoreOptions | None:
        if self._one_of("store.kind", ("embedded", "sparql")) == "embedded":
            return None
        auth = self._one_of("store.auth", ("none", "basic", "digest", "bearer"))
        return StoreOptions(
            query=self._store_url("store.query", required=True),
            update=self._store_url("store.update", required=True),
            graph_store=self._store_url("store.graph_store"),
            auth=auth,  # type: ignore[arg-type]
            user=self._string("store.user", required=auth in {"basic", "digest"}),
            secret_env=self._string("store.secret_env", required=auth != "none"),
            timeout=self._limit("store.timeout") or 60,
        )

    def _store_url(self, key: str, *, required: bool = False) -> str:
        """An address of a store; who we are to it stands beside it, where no log repeats it."""
        value = self._string(key, required=required)
        self._check_url(value, key)
        if "@" in value.partition("://")[2].partition("/")[0]:
            hint = say('auth = "basic", user = "…", secret_env = "…": the secret itself stands in the environment')
            self._error("LOD1005", say("'{key}' holds a user or a secret", key=key), key, hint)
        return value

    def _build(self) -> BuildOptions:
        tables = self.root / (self._string("build.tables") or "tables")
        if self.to_build and not tables.is_dir():
            self._error(
                "LOD1006",
                say("no folder '{tables}' beside {value}", tables=self._string("build.tables"), value=self.shown),
                "build.tables",
                did_you_mean(tables.name, [each.name for each in self.root.glob("[!.]*/")]),
            )
        return BuildOptions(
            tables=tables,
            mappings=self._files("build.mappings", ("mappings/*",)),
            vocabularies=self._files("build.vocabularies", ()),
            linksets=self._files("build.linksets", ()),
            shapes=self._files("build.shapes", ()),
            memory_limit=self._string("build.memory_limit") or "512MB",
            threads=self._integer("build.threads", min(4, os.cpu_count() or 1)),
            on_error=self._one_of("build.on_error", ("stop", "quarantine")),
            max_rejects=self._share("build.max_rejects"),
        )

    def _one_of(self, key: str, known: tuple[str, ...]) -> str:
        """One of the values; the first where nothing is said."""
        value = self._string(key) or known[0]
        if value not in known:
            hint = did_you_mean(value, known) or say("one of: {known}", known=", ".join(known))
            self._error("LOD1005", say("'{value}' is none of the choices", value=value), key, hint)
            return known[0]
        return value

    def _share(self, key: str) -> float:
        """`"1%"` or `"0.01"`; everything where nothing is said."""
        text = self._string(key) or "100%"
        found = parse_share(text)
        if found is None:
            self._error("LOD1005", say("'{text}' is no share", text=text), key, say('write "1%" or "0.01"'))
        return 1.0 if found is None else found

    def _origin(self, key: str) -> TextOrigin:
        while key and key not in self.positions:
            key = key.rpartition(".")[0]
        return self.positions.get(key, TextOrigin(self.shown))

    def _error(self, code: str, message: Wording, key: str, hint: Wording = NOTHING) -> None:
        self.findings.error(code, message, self._origin(key), hint)

    def _unknown_keys(self) -> None:
        for table, known in KEYS.items():
            section = self.document.get(table, {}) if table else self.document
            if not isinstance(section, dict):
                self._error(
                    "LOD1004", say("'{table}' must be a table", table=table), table, say("write [{table}]", table=table)
                )
                self.document[table] = {}
                continue
            for key in section:
                if key not in known:
                    dotted = f"{table}.{key}" if table else key
                    self._error(
                        "LOD1003",
                        say("unknown key '{key}' in [{value}]", key=key, value=table or FILE),
                        dotted,
                        did_you_mean(key, known),
                    )

    def _get(self, key: str) -> Any:
        value: Any = self.document
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def _typed(self, key: str, kind: type, what: str) -> Any:
        value = self._get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            self._error(
                "LOD1004",
                say("'{key}' must be {what}, not {name}", key=key, what=word(what), name=word(_kind(value))),
                key,
                say('write ["{value}"]', value=value) if kind is list and isinstance(value, str) else NOTHING,
            )
            return None
        return value

    def _string(self, key: str, *, required: bool = False) -> str:
        value = self._typed(key, str, "a string")
        if required and not value and self._get(key) in (None, ""):
            self._error("LOD1005", say("'{key}' is missing", key=key), key)
        return value or ""

    def _integer(self, key: str, default: int) -> int:
        value = self._typed(key, int, "a whole number")
        return default if value is None else value

    def _limit(self, key: str) -> int:
        value = self._integer(key, 0)
        if value < 0 or (value == 0 and self._get(key) is not None):
            self._error("LOD1005", say("'{key}' must be 1 or more", key=key), key)
        return max(value, 0)

    def _strings(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._typed(key, list, "a list of strings")
        if value is None:
            return default
        if not all(isinstance(item, str) for item in value):
            self._error("LOD1004", say("'{key}' must hold strings only", key=key), key)
            return default
        return tuple(value)

    def _urls(self, key: str) -> tuple[str, ...]:
        """Addresses of HTTP, none where nothing is said."""
        values = self._strings(key, ())
        for value in values:
            self._check_url(value, key)
        return values

    def _networks(self, key: str) -> tuple[str, ...]:
        """IP addresses and networks, none where nothing is said."""
        values = self._strings(key, ())
        for value in values:
            try:
                ip_network(value)
            except ValueError:
                message = say("'{value}' is no IP address and no network", value=value)
                self._error("LOD1005", message, key, say("as in 10.0.0.5 or 10.0.0.0/24"))
        return values

    def _check_url(self, value: str, key: str) -> None:
        if value and (not _URL.match(value) or illegal_character(value) is not None):
            message = say("'{value}' is no address of HTTP", value=value)
            self._error("LOD1005", message, key, say("write the whole of it: https://…"))

    def _iri(self, key: str, base: str) -> str:
        value = self._string(key, required=True)
        iri = resolve(base, value) if base and value else value
        if iri and (not is_absolute(iri) or illegal_character(iri) is not None):
            illegal = illegal_character(value)
            hint = say("an IRI begins with a scheme: https://…")
            if illegal is not None:
                hint = say("'{character}' stands in no IRI", character=illegal)
            self._error("LOD1005", say("'{value}' is no absolute IRI", value=value), key, hint)
        elif base and _HOST.match(value):
            message = say("'{value}' begins with no scheme: it stands for {iri}", value=value, iri=iri)
            self._error("LOD1005", message, key, say("write https://{value}", value=value))
        return iri

    def _email(self, key: str) -> str:
        value = self._string(key)
        if value and not _EMAIL.fullmatch(value):
            self._error(
                "LOD1005", say("'{value}' is no e-mail address", value=value), key, say("as in opendata@example.org")
            )
        return value

    def _texts(self, key: str, languages: tuple[str, ...], *, required: bool = False) -> Texts:
        value = self._get(key)
        if isinstance(value, str):
            return {languages[0] if languages else "en": value}
        if value is None:
            if required:
                self._error(
                    "LOD1005",
                    say("'{key}' is missing", key=key),
                    key,
                    say('for example: {languages} = "…"', languages=languages[0] if languages else "en"),
                )
            return {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            self._error("LOD1004", say("'{key}' must be text, or a table of texts by language", key=key), key)
            return {}
        for tag in value:
            if languages and tag not in languages:
                self._error(
                    "LOD1003", say("unknown language '{tag}'", tag=tag), f"{key}.{tag}", did_you_mean(tag, languages)
                )
        return dict(value)

    def _files(self, key: str, default: tuple[str, ...]) -> tuple[Path, ...]:
        found: dict[Path, None] = {}
        for pattern in self._strings(key, default):
            matches = sorted(p for p in self.root.glob(pattern) if p.is_file() and not p.name.startswith("."))
            if self.to_build and not matches and pattern not in default:
                self._error("LOD1006", say("no file matches '{pattern}'", pattern=pattern), key, self._near(pattern))
            found.update(dict.fromkeys(matches))
        return tuple(found)

    def _near(self, pattern: str) -> Wording:
        """What is there instead of a pattern: the files of its folder, or the folders where that is not there."""
        folder = (self.root / pattern).parent
        if folder.is_dir():
            return did_you_mean(pattern, [p.relative_to(self.root).as_posix() for p in folder.glob("[!.]*")])
        folders = [each.name for each in self.root.glob("[!.]*/")]
        return did_you_mean(folder.name, folders)
