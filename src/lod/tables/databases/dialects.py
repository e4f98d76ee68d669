"""Databases that SQLAlchemy has a dialect for: MySQL and MariaDB through PyMySQL, others where a driver is installed.

https://docs.sqlalchemy.org/en/latest/dialects/. Rows come from a cursor on the server's side, some thousands at a time,
and become texts with the kinds of their Python values: the natural mapping of https://www.w3.org/TR/r2rml/, section 10.
These drivers are Python: what they give is looked at value by value here, and by columns from here on.
"""

from __future__ import annotations

import datetime
import decimal
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from lod.tables.spelled import stage_spelled
from lod.tables.typed import duration

DRIVERS = {"mysql": "PyMySQL", "mariadb": "PyMySQL", "mssql": "pymssql", "oracle": "oracledb"}
"""What to install for the dialects of SQLAlchemy that need no more than that."""

_CHOSEN = {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql", "mssql": "mssql+pymssql", "oracle": "oracle+oracledb"}
_SETTINGS = {
    "mysql": ("SET SESSION TRANSACTION READ ONLY",),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY",),
    "oracle": ("SET TRANSACTION READ ONLY",),
}
_BATCH = 8192  # rows
# types of PyMySQL's cursor description, https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
_TINYINT, _BIT = 1, 16
_DAY = datetime.timedelta(days=1)
_Spelled = tuple[str, str]


class RefusedError(Exception):
    """What a database or SQLAlchemy says, in one line."""


def stage_rows(url: str, table: str, query: str) -> tuple[list[str], Path]:
    """The columns of a table or of a query's result, and its rows in Parquet: of column n text `vn` and kind `kn`.

    The kind of NULL is `null`. Raises RefusedError, and ImportError without SQLAlchemy or the driver.
    """
    with _connected(url) as connection:
        for setting in _SETTINGS.get(connection.dialect.name, ()):
            connection.exec_driver_sql(setting)
        named = connection.dialect.identifier_preparer.quote_identifier
        asked = query or f"SELECT * FROM {'.'.join(map(named, parts_of(table)))}"
        result = connection.exec_driver_sql(asked)
        if not result.returns_rows:
            raise RefusedError("it gives no rows")
        names = list(result.keys())
        special = _of_mysql(result.cursor.description) if connection.dialect.name in ("mysql", "mariadb") else {}
        return names, stage_spelled(len(names), (_records(rows, special) for rows in result.partitions(_BATCH)))


def parts_of(table: str) -> list[str]:
    """The names of a table: `hr.staff`, `"Student"`, `"a.b".c`, `` `Student` ``."""
    found = re.findall(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|\[([^\]]+)\]|([^."`\[]+)', table)
    return [a.replace('""', '"') or b.replace("``", "`") or c or d for a, b, c, d in found]


def sqlalchemy_url(address: str) -> str:
    """The address as SQLAlchemy has it: of JDBC its host, port, database and user; its own settings are left out."""
    address = address.removeprefix("jdbc:")
    server = re.fullmatch(r"sqlserver://(?P<user>[^/@;]*@)?(?P<host>[^;/]+)(?P<rest>;.*)?", address)
    if server:
        given = dict(part.split("=", 1) for part in (server["rest"] or "").split(";") if "=" in part)
        low = {key.strip().lower(): value.strip() for key, value in given.items()}
        return (
            f"mssql+pymssql://{server['user'] or ''}{server['host']}/{low.get('databasename', low.get('database', ''))}"
        )
    thin = re.fullmatch(
        r"oracle:\w+:(?P<user>[^@]*)@(?://)?(?P<host>[^:/]+)(?P<port>:\d+)?(?P<sep>[:/])(?P<name>.+)", address
    )
    if thin:
        user = thin["user"].replace("/", ":", 1) + "@" if thin["user"] else ""
        base = f"oracle+oracledb://{user}{thin['host']}{thin['port'] or ''}/"
        return f"{base}?service_name={thin['name']}" if thin["sep"] == "/" else f"{base}{thin['name']}"
    scheme, _, rest = address.partition(":")
    if scheme not in _CHOSEN:
        return address
    place, _, settings = rest.removeprefix("//").partition("?")
    given = dict(parse_qsl(settings))
    if given.get("user") and "@" not in place:
        secret = f":{quote(given['password'], safe='')}" if "password" in given else ""
        place = f"{quote(given['user'], safe='')}{secret}@{place}"
    return f"{_CHOSEN[scheme]}://{place}"


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    """A connection that streams. What is raised within is a RefusedError in the database's own words."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    try:
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as plain:
            yield plain.execution_options(stream_results=True, max_row_buffer=_BATCH, no_parameters=True)
    except SQLAlchemyError as error:
        said = getattr(error, "orig", None) or error
        texts = [each for each in getattr(said, "args", ()) if isinstance(each, str | bytes)]
        text = texts[-1] if texts else str(said)
        raise RefusedError(_line(text.decode(errors="replace") if isinstance(text, bytes) else text)) from error


def _line(text: str) -> str:
    return unquote(text).strip().splitlines()[0] if text.strip() else "it does not say why"


def _of_mysql(description: Sequence[Sequence[Any]]) -> dict[int, Callable[[Any], _Spelled]]:
    """What a Python value alone does not tell: BOOLEAN is TINYINT(1) or BIT(1)."""
    kinds = enumerate((type_code, length) for _, type_code, _, length, *_ in description)
    return {place: _truth for place, kind in kinds if kind in ((_TINYINT, 1), (_BIT, 1))}


def _truth(value: Any) -> _Spelled:
    number = value[0] if isinstance(value, bytes) else value
    return ("true" if number else "false", "boolean") if number in (0, 1) else (str(number), "integer")


def _records(rows: Sequence[Sequence[Any]], special: dict[int, Callable[[Any], _Spelled]]) -> Iterable[tuple[str, ...]]:
    """The rows as text and kind of each value."""
    columns: list[Iterable[str]] = []
    for place, values in enumerate(zip(*rows, strict=True)):
        spell = special.get(place, _spelled)
        found = [("", "null") if value is None else spell(value) for value in values]
        columns += zip(*found, strict=True)
    return zip(*columns, strict=True)


def _spelled(value: Any) -> _Spelled:
    """A value's text and the name of its XSD datatype, '' for text."""
    found = _SPELLINGS.get(type(value))
    if found:
        return found[1](value), found[0]
    if isinstance(value, datetime.timedelta):
        return _span(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str), ""
    return str(value), ""


def _seconds(text: str) -> str:
    """A time without zeros that say nothing: 08:00:00.250000 → 08:00:00.25."""
    return text.rstrip("0") if "." in text else text


def _moment(value: datetime.datetime) -> str:
    if value.tzinfo is None:
        return _seconds(value.isoformat())
    return _seconds(value.astimezone(datetime.UTC).replace(tzinfo=None).isoformat()) + "Z"


def _double(value: float) -> str:
    return {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text := repr(value), text.removesuffix(".0"))


def _span(value: datetime.timedelta) -> _Spelled:
    """TIME of MySQL, which is a time of the day or, above it, a span."""
    if datetime.timedelta() <= value < _DAY:
        midnight = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
        return _seconds((midnight + value).time().isoformat()), "time"
    return duration(value), "dayTimeDuration"


_SPELLINGS: dict[type, tuple[str, Callable[[Any], str]]] = {
    str: ("", str),
    int: ("integer", str),
    bool: ("boolean", lambda value: "true" if value else "false"),
    decimal.Decimal: ("decimal", lambda value: format(value, "f")),
    float: ("double", _double),
    datetime.date: ("date", datetime.date.isoformat),
    datetime.datetime: ("dateTime", _moment),
    datetime.time: ("time", lambda value: _seconds(value.isoformat())),
    bytes: ("hexBinary", lambda value: value.hex().upper()),
    bytearray: ("hexBinary", lambda value: value.hex().upper()),
    memoryview: ("hexBinary", lambda value: value.hex().upper()),
    uuid.UUID: ("", str),
}
