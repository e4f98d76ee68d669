"""Databases as tables: what a query gives, taken once, as a stream of batches, into Parquet.

SQLite and PostgreSQL through ADBC (`adbc.py`), all others through SQLAlchemy (`dialects.py`). ADBC's two spell the
values themselves: each column comes as text. A row's number is its place in the result, 1-based: where that has to mean
something, the query says ORDER BY. Databases are opened so that nothing can be written, and the digest is that of the
Parquet file.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from lod.diagnostics import Findings
from lod.tables.csv import check_header
from lod.tables.databases.adbc import Asked, refusals, table_of
from lod.tables.databases.dialects import DRIVERS, sqlalchemy_url, stage_rows
from lod.tables.databases.postgresql import open_postgresql
from lod.tables.databases.sqlite import open_sqlite
from lod.tables.spelled import spelled_column
from lod.tables.typed import Source, TypedTable
from lod.wording import say

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)|env:(\w+)")
_NAMED = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is: a URI, a user and a password. Each may name the variable of the environment that holds it:
    `${NAME}`, `$NAME`, `env:NAME`.
    """

    access: str
    user: str = ""
    password: str = field(default="", repr=False)


def open_database(address: Address, asked: Asked, source: Source, findings: Findings) -> TypedTable | None:
    """What is asked of the database at an address. None, and a finding, when it cannot be had.

    Findings: LOD2006 two columns of one name, LOD2025 the database refused, LOD2026 no driver, LOD2027 no variable of
    that name.
    """
    uri = _uri(address, source, findings)
    if uri is None:
        return None
    if uri.startswith("sqlite:"):  # an address in a variable may be of any
        return open_sqlite(Path(uri.removeprefix("sqlite:").removeprefix("///")), asked, source, findings)
    if uri.startswith(("postgresql:", "postgres:")):
        return open_postgresql(uri, asked, source, findings)
    with refusals(source, findings, DRIVERS.get(urlsplit(uri).scheme.partition("+")[0], "")):
        names, target = stage_rows(uri, asked.table, asked.query)
        check_header(names, source.name, findings, 0)
        return table_of(source, Path(), target, [spelled_column(name, n) for n, name in enumerate(names)])
    return None


def _uri(address: Address, source: Source, findings: Findings) -> str | None:
    before = len(findings.errors)
    access, user, password = (
        _resolved(each, source, findings) for each in (address.access, address.user, address.password)
    )
    if len(findings.errors) > before:
        return None
    uri = urlsplit(sqlalchemy_url(access.strip()))
    if user:
        secret = f":{quote(password, safe='')}" if password else ""
        uri = uri._replace(netloc=f"{quote(user, safe='')}{secret}@{uri.netloc.rpartition('@')[2]}")
    return uri.geturl()


def _resolved(text: str, source: Source, findings: Findings) -> str:
    """What a variable of the environment holds, if the text names one; or the text with each `${NAME}` filled in."""
    match = _VARIABLE.fullmatch(text)
    if match is None:
        return _NAMED.sub(lambda name: _variable(name[1], source, findings), text)
    return _variable(next(name for name in match.groups() if name), source, findings)


def _variable(name: str, source: Source, findings: Findings) -> str:
    found = os.environ.get(name, "")
    if not found:
        message = say("the environment has no variable {variable}", variable=name)
        hint = say("set it where the command runs: {variable}=…", variable=name)
        findings.error("LOD2027", message, source.declared, hint)
    return found
