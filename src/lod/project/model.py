"""What `lod.toml` declares, as values. A stage receives its section, never the whole `Project`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lod.diagnostics import TextOrigin

Texts = Mapping[str, str]  # language tag → text


@dataclass(frozen=True, slots=True)
class Agency:
    """`[agency]`: who publishes. `iri` is absolute; its description lives in the vocabularies."""

    iri: str
    name: Texts
    email: str


@dataclass(frozen=True, slots=True)
class Licence:
    """`[licence]`: the terms of use of everything published, unless a dataset says otherwise."""

    iri: str
    name: Texts


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """`[build]`: what goes in. All paths are absolute and exist; globs are expanded and sorted."""

    tables: Path
    mappings: tuple[Path, ...]
    vocabularies: tuple[Path, ...]
    linksets: tuple[Path, ...]
    shapes: tuple[Path, ...]
    memory_limit: str  # of the columnar engine, as DuckDB writes it: '512MB'
    threads: int
    on_error: str  # what bad rows do: 'stop' or 'quarantine'
    max_rejects: float  # the share of a table's rows that may be set aside


@dataclass(frozen=True, slots=True)
class LiftOptions:
    """`[lift]`: what carries out the lift."""

    engine: str = "duckdb"  # or 'spark'


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`[serve]`: where the site listens, and what one query to `/sparql` may take; 0 leaves a limit as it is."""

    host: str = "127.0.0.1"
    port: int = 8080
    query_seconds: int = 0
    query_rows: int = 0
    query_megabytes: int = 0
    client_seconds: int = 0  # of query work a minute for each client
    proxies: tuple[str, ...] = ()  # whose X-Forwarded-For is believed, beside this machine's own
    services: tuple[str, ...] = ()  # endpoints that queries may call by SERVICE
    log: str = "none"  # a line a request: 'none', 'text' or 'json'
    log_queries: str = "name"  # what of a query is logged: its 'name' or its 'text'


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """`[store]`: an engine that serves the releases, at the URLs of its SPARQL 1.1 protocols. Else the embedded one."""

    query: str
    update: str
    graph_store: str
    auth: Literal["none", "basic", "digest", "bearer"]
    user: str
    secret_env: str  # the variable of the environment with the password or token
    timeout: int  # seconds


@dataclass(frozen=True, slots=True)
class Project:
    """One `lod.toml`. `origins` maps dotted keys ('agency.iri') to where they stand in it."""

    root: Path
    file: Path
    name: str
    base_iri: str
    languages: tuple[str, ...]  # first is the default
    title: Texts
    description: Texts
    agency: Agency
    licence: Licence
    attribution: Texts  # the sentence that users are asked to print
    build: BuildOptions
    lift: LiftOptions
    releases: Path
    retired: Path  # the tombstones of URIs that were published; need not be there
    serve: ServeOptions
    store: StoreOptions | None
    theme: Path | None  # the folder of its own templates, texts and static files for the site
    origins: Mapping[str, TextOrigin]

    def relative(self, path: Path) -> str:
        """A path as people of this project know it: from its folder, wherever that lies. So it stands in releases."""
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        return Path(os.path.relpath(path, self.root)).as_posix() if path.is_absolute() else str(path)
